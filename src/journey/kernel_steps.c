/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>
#include <sys/syscall.h>

#include "journey/build.h"
#include "journey/kernel_steps.h"

/* Everything there is to look at while the steps are written. */
struct ctx {
	struct rsd_journey *j;
	const struct rsd_kernel_round *r;
	const struct rsd_trace *t;
	uint64_t zero;    /* sendto began */
	uint64_t end;     /* recvfrom was left */
	uint64_t skb;     /* of the datagram; 0: not seen */
	uint64_t payload; /* its payload in the kernel's memory; 0: not seen */
	bool copied_out;  /* that step is written */
	bool was_sent;    /* the skb was seen on its way out */
};

uint64_t
rsd_kernel_round_ns(const struct rsd_kernel_round *r)
{
	return r->received_ns - r->send_ns;
}

/* -- which records are the datagram's ---------------------------------------------------------- */

static bool
is_call(const struct rsd_trace_rec *rec, enum rsd_trace_kind kind, pid_t tid, long call)
{
	return rec->kind == kind && rec->tid == tid && rec->call == call;
}

/* The round's own: a trace has several. */
static bool
is_in_round(const struct ctx *c, const struct rsd_trace_rec *rec)
{
	return rec->ns >= c->r->from_ns && rec->ns <= c->end;
}

static void
find_ends(struct ctx *c)
{
	const struct rsd_kernel_round *r = c->r;
	size_t i;

	c->zero = r->send_ns;
	c->end = r->received_ns;
	for (i = 0; i < c->t->nb_rec; i++) {
		const struct rsd_trace_rec *rec = &c->t->rec[i];

		if (!is_in_round(c, rec))
			continue;
		if (is_call(rec, RSD_TRACE_SYS_ENTER, r->sender, SYS_sendto) &&
			rec->arg[1] == r->sent_from)
			c->zero = rec->ns;
	}
}

/* The first skb the sender puts in a queue, or gives to a device, is the datagram. */
static void
find_skb(struct ctx *c)
{
	size_t i;

	for (i = 0; i < c->t->nb_rec && c->skb == 0; i++) {
		const struct rsd_trace_rec *rec = &c->t->rec[i];

		if (rec->tid == c->r->sender && is_in_round(c, rec) && rec->ns >= c->zero &&
			rec->skb != 0 && rec->kind != RSD_TRACE_CONSUME_SKB &&
			rec->kind != RSD_TRACE_KFREE_SKB)
			c->skb = rec->skb;
	}
	for (i = 0; i < c->t->nb_rec && c->payload == 0 && c->skb != 0; i++) {
		const struct rsd_trace_rec *rec = &c->t->rec[i];

		if (rec->skb == c->skb && is_in_round(c, rec) && rec->ns >= c->zero)
			c->payload = rec->payload;
	}
}

static bool
concerns(const struct ctx *c, const struct rsd_trace_rec *rec)
{
	const struct rsd_kernel_round *r = c->r;

	if (!is_in_round(c, rec))
		return false;
	switch (rec->kind) {
	case RSD_TRACE_SYS_ENTER:
	case RSD_TRACE_SYS_EXIT:
		return (rec->tid == r->sender && rec->call == SYS_sendto) ||
		       (rec->tid == r->receiver && rec->call == SYS_recvfrom);
	case RSD_TRACE_COPY_IN:
		return rec->tid == r->sender && rec->ns >= c->zero && rec->len == c->j->bytes;
	case RSD_TRACE_COPY_OUT:
		return rec->tid == r->receiver && rec->ns >= c->zero && rec->len == c->j->bytes;
	case RSD_TRACE_WAKING:
		return rec->to == r->receiver && rec->ns >= c->zero;
	case RSD_TRACE_SWITCH:
		return rec->from == r->receiver || rec->to == r->receiver ||
		       ((rec->from == r->sender || rec->to == r->sender) && rec->ns >= c->zero &&
			       rec->ns <= r->sent_ns);
	default:
		return c->skb != 0 && rec->skb == c->skb && rec->ns >= c->zero;
	}
}

/* -- steps ------------------------------------------------------------------------------------- */

static struct rsd_journey_step *
add_at(struct ctx *c, enum rsd_journey_part part, uint64_t ns, const char *what)
{
	struct rsd_journey_step *s = rsd_journey_add(c->j, part, "%s", what);

	s->has_ns = ns != 0;
	s->ns = (int64_t)(ns - c->zero);
	return s;
}

static void
more(struct rsd_journey_step *s, const char *text)
{
	strncpy(s->more, text, sizeof(s->more) - 1);
}

/* What the program's own two clocks see, when the system call itself could not be. */
static void
add_send(struct ctx *c, uint64_t ns)
{
	struct rsd_journey_step *s = add_at(c, RSD_JOURNEY_SEND, ns, "sendto()");

	s->is_call = true;
	rsd_journey_at(s, "data", c->r->sent_from, c->j->bytes);
	more(s, "in the sender's memory");
}

/* When no probe told of the copy, it is told where it must have been: before the skb is queued. */
static void
add_copy_in(struct ctx *c, const struct rsd_trace_rec *probe)
{
	struct rsd_journey_step *s =
		add_at(c, RSD_JOURNEY_SEND, probe != NULL ? probe->ns : 0, "copy into the kernel");
	uint64_t at = probe != NULL ? probe->payload : c->payload;

	rsd_journey_at(s, "data", at, c->j->bytes);
	rsd_journey_copied(s, RSD_JOURNEY_ON_SEND, 1,
		probe != NULL ? RSD_JOURNEY_PROBE
		: at != 0     ? RSD_JOURNEY_BYTES
			      : RSD_JOURNEY_KNOWN);
	if (c->payload == 0)
		c->payload = at;
}

static void
add_copy_out(struct ctx *c, const struct rsd_trace_rec *probe)
{
	struct rsd_journey_step *s = add_at(
		c, RSD_JOURNEY_PROGRAM, probe != NULL ? probe->ns : 0, "copy out of the kernel");
	enum rsd_journey_proof proof = RSD_JOURNEY_KNOWN;

	if (c->copied_out) { /* a routine and a tracepoint within it tell of the same */
		c->j->nb_steps--;
		return;
	}
	if (probe != NULL)
		proof = probe->kind == RSD_TRACE_COPY_OUT ? RSD_JOURNEY_PROBE
							  : RSD_JOURNEY_TRACEPOINT;
	else if (c->payload != 0)
		proof = RSD_JOURNEY_BYTES;
	rsd_journey_at(s, "data", c->r->received_at, c->j->bytes);
	rsd_journey_copied(s, RSD_JOURNEY_ON_RECEIVE, 1, proof);
	more(s, "into the receiver's memory");
	c->copied_out = true;
}

static void
add_call(struct ctx *c, const struct rsd_trace_rec *rec)
{
	bool is_send = rec->call == SYS_sendto, is_begin = rec->kind == RSD_TRACE_SYS_ENTER;
	struct rsd_journey_step *s;
	size_t i;

	if (is_send && is_begin) {
		add_send(c, rec->ns);
		/* A copy in that no probe will tell of comes right after it. */
		for (i = 0; i < c->t->nb_rec; i++)
			if (c->t->rec[i].kind == RSD_TRACE_COPY_IN && concerns(c, &c->t->rec[i]))
				return;
		add_copy_in(c, NULL);
		return;
	}
	if (!is_send && !is_begin && !c->copied_out)
		add_copy_out(c, NULL);
	s = add_at(c, is_send || is_begin ? RSD_JOURNEY_SEND : RSD_JOURNEY_PROGRAM, rec->ns,
		is_send    ? "sendto() is done"
		: is_begin ? "recvfrom()"
			   : "recvfrom() is done");
	s->is_call = is_begin;
	if (!is_send && !is_begin)
		rsd_journey_at(s, "data", c->r->received_at, c->j->bytes);
	if (is_send)
		s->part = RSD_JOURNEY_FIND; /* the skb has gone through the device by then */
	if (is_begin)
		more(s, "the receiver asks, before there is anything");
}

static void
add_switch(struct ctx *c, const struct rsd_trace_rec *rec)
{
	bool is_early = rec->ns < c->zero;
	const char *what = rec->to == c->r->receiver   ? "switch to the receiver"
			   : rec->to == c->r->sender   ? "switch to the sender"
			   : rec->from == c->r->sender ? "switch away from the sender"
						       : "the receiver sleeps";
	struct rsd_journey_step *s =
		add_at(c, is_early ? RSD_JOURNEY_SEND : RSD_JOURNEY_FIND, rec->ns, what);

	s->is_switch = true;
}

/* Up to where the socket has it the skb is on its way; then it is the program's turn. */
static void
add_skb(struct ctx *c, const struct rsd_trace_rec *rec)
{
	bool is_end = rec->kind == RSD_TRACE_CONSUME_SKB || rec->kind == RSD_TRACE_KFREE_SKB;

	if (rec->truesize != 0)
		c->j->sum.set_aside = rec->truesize;
	if (rec->kind == RSD_TRACE_NETIF_RX_ENTRY)
		return;
	if (rec->kind == RSD_TRACE_CONSUME_SKB && !c->copied_out)
		add_copy_out(c, NULL);
	rsd_journey_skb(
		add_at(c, is_end ? RSD_JOURNEY_PROGRAM : RSD_JOURNEY_DEVICE, rec->ns, ""), rec);
	c->was_sent |=
		rec->kind == RSD_TRACE_NET_DEV_QUEUE || rec->kind == RSD_TRACE_NET_DEV_START_XMIT;
	if (rec->kind == RSD_TRACE_NETIF_RECEIVE_SKB || rec->kind == RSD_TRACE_NETIF_RX) {
		c->j->sum.same_skb = c->was_sent;
		c->j->sum.skb = rec->skb;
	}
}

static void
add_record(struct ctx *c, const struct rsd_trace_rec *rec)
{
	switch (rec->kind) {
	case RSD_TRACE_SYS_ENTER:
	case RSD_TRACE_SYS_EXIT:
		add_call(c, rec);
		break;
	case RSD_TRACE_COPY_IN:
		add_copy_in(c, rec);
		break;
	case RSD_TRACE_COPY_OUT:
	case RSD_TRACE_SKB_COPY:
		add_copy_out(c, rec);
		break;
	case RSD_TRACE_WAKING:
		add_at(c, RSD_JOURNEY_FIND, rec->ns, "the receiver is woken");
		break;
	case RSD_TRACE_SWITCH:
		add_switch(c, rec);
		break;
	default:
		add_skb(c, rec);
		break;
	}
}

/* -- without a trace --------------------------------------------------------------------------- */

static void
add_unseen(struct ctx *c)
{
	struct rsd_journey_step *s;

	add_send(c, c->r->send_ns);
	add_copy_in(c, NULL);
	s = rsd_journey_add(c->j, RSD_JOURNEY_DEVICE, "through the device, as an skb");
	more(s, "known, not observed");
	s = add_at(c, RSD_JOURNEY_FIND, c->r->sent_ns, "sendto() is done");
	s = rsd_journey_add(c->j, RSD_JOURNEY_FIND, "the receiver is woken");
	s->is_switch = true;
	more(s, "known, not observed");
	add_copy_out(c, NULL);
	s = add_at(c, RSD_JOURNEY_PROGRAM, c->r->received_ns, "recvfrom() is done");
	s->is_call = true;
	rsd_journey_at(s, "data", c->r->received_at, c->j->bytes);
}

static void
count_unseen(struct ctx *c)
{
	const struct rsd_trace *t = c->t;

	/* sendto and recvfrom: this program made them. */
	c->j->sum.calls = 2;
	c->j->sum.calls_seen = t->has[RSD_TRACE_SYS_ENTER];
	c->j->sum.switches_seen = t->has[RSD_TRACE_SWITCH];
	if (!c->j->sum.switches_seen)
		c->j->sum.switches = c->r->switches;
}

void
rsd_kernel_steps(struct rsd_journey *j, const struct rsd_kernel_round *r, const struct rsd_trace *t)
{
	struct ctx c = { .j = j, .r = r, .t = t };
	size_t i;

	j->sum = (struct rsd_journey_sums){ .back_ns = -1, .back_plain_ns = -1 };
	find_ends(&c);
	find_skb(&c);
	if (!t->has[RSD_TRACE_SYS_ENTER] || !t->has[RSD_TRACE_SYS_EXIT])
		add_unseen(&c);
	for (i = 0; i < t->nb_rec && t->has[RSD_TRACE_SYS_ENTER]; i++)
		if (concerns(&c, &t->rec[i]))
			add_record(&c, &t->rec[i]);
	rsd_journey_sum(j);
	count_unseen(&c);
	j->sum.there_ns = (int64_t)(c.end - c.zero);
	rsd_journey_place(j, "the sender's buffer", r->sent_from);
	rsd_journey_place(j, "the kernel's buffer (skb)", c.payload);
	rsd_journey_place(j, "the receiver's buffer", r->received_at);
}
