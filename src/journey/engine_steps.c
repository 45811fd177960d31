/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <rte_common.h>

#include "journey/build.h"
#include "journey/engine_steps.h"

struct ctx {
	struct rsd_journey *j;
	const struct rsd_engine_round *r;
	const struct rsd_driver_facts *facts;
	const struct rsd_trace *t;
	uint64_t skb[2];     /* of the datagram and of its answer; 0: not seen */
	uint64_t payload[2]; /* their payloads in the kernel's memory */
	uint64_t write_ns;   /* the engine's core began to write the answer to the kernel; 0 */
	bool told_copy;      /* a tracepoint told of the driver's copy on receive */
};

#define ASKED    0
#define ANSWERED 1

/*
 * Steps come from two sources and are put in order of time at the end. One that has no time of its
 * own goes where it must have been: right after the one whose time it borrows.
 */
static struct rsd_journey_step *
add(struct ctx *c, enum rsd_journey_part part, uint64_t ns, bool has_ns, const char *what)
{
	struct rsd_journey_step *s = rsd_journey_add(c->j, part, "%s", what);

	s->ns = (int64_t)(ns - c->r->send_ns);
	s->has_ns = has_ns;
	return s;
}

static int
by_time(const void *a, const void *b)
{
	const struct rsd_journey_step *x = a, *y = b;

	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

/* Stable: those of one time stay as they were written. */
static void
put_in_order(struct rsd_journey *j)
{
	unsigned int i, at;

	for (i = 1; i < j->nb_steps; i++) {
		struct rsd_journey_step s = j->step[i];

		for (at = i; at > 0 && by_time(&s, &j->step[at - 1]) < 0; at--)
			j->step[at] = j->step[at - 1];
		j->step[at] = s;
	}
}

static bool
is_ring(const struct ctx *c)
{
	return c->j->way == RSD_JOURNEY_RING;
}

static bool
is_answered(const struct ctx *c, uint64_t ns)
{
	uint64_t seen = c->r->note[RSD_PLACE_SERVICE].ns;

	return seen != 0 && ns >= seen;
}

/* -- copies ------------------------------------------------------------------------------------ */

static void
more(struct rsd_journey_step *s, const char *text)
{
	snprintf(s->more, sizeof(s->more), "%s", text);
}

/* Facts begin with it where there is nothing to tell. */
static const char *
without_none(const char *how)
{
	return strncmp(how, "none: ", 6) == 0 ? how + 6 : how;
}

/*
 * A driver's copies are known by its facts. Observed they are when the payload was seen on both
 * sides, at two addresses, and the system call between.
 */
static void
driver_copied(struct ctx *c, struct rsd_journey_step *s, bool is_rx)
{
	int copies = is_rx ? c->facts->rx_copies : c->facts->tx_copies;
	const char *how = is_rx ? c->facts->rx_how : c->facts->tx_how;
	uint64_t mbuf = c->r->note[is_rx ? RSD_PLACE_DRIVER_RX : RSD_PLACE_TX].payload;
	uint64_t other = is_ring(c) ? (is_rx ? c->r->sent_from : c->r->received_at)
				    : c->payload[is_rx ? ASKED : ANSWERED];
	bool seen = mbuf != 0 && other != 0 && mbuf != other && copies == 1;

	if (copies < 0)
		more(s, "what this driver copies is not known");
	else
		snprintf(s->more, sizeof(s->more), "%s%s", copies == 0 ? "0 copies, " : "",
			how != NULL ? without_none(how) : "as known of this driver");
	if (copies > 0)
		rsd_journey_copied(s, is_rx ? RSD_JOURNEY_DRIVER_RX : RSD_JOURNEY_DRIVER_TX,
			(unsigned int)copies,
			is_rx && c->told_copy ? RSD_JOURNEY_TRACEPOINT
			: seen                ? RSD_JOURNEY_BYTES
					      : RSD_JOURNEY_KNOWN);
}

/* -- the engine's places ----------------------------------------------------------------------- */

static void
add_place(struct ctx *c, enum rsd_place place, enum rsd_journey_part part, const char *text)
{
	const struct rsd_engine_note *n = &c->r->note[place], *before = NULL;
	struct rsd_journey_step *s;
	unsigned int i;

	if (n->ns == 0)
		return;
	s = add(c, part, n->ns, true, rsd_place_name(place));
	rsd_journey_at(s, "data", n->payload, c->j->bytes);
	more(s, text);
	if (place == RSD_PLACE_DRIVER_RX) {
		driver_copied(c, s, true);
		return;
	}
	for (i = RSD_PLACE_DRIVER_RX; i < place; i++)
		if (c->r->note[i].ns != 0)
			before = &c->r->note[i];
	if (before != NULL && before->payload != n->payload && n->payload != 0)
		rsd_journey_copied(s, RSD_JOURNEY_ENGINE, 1, RSD_JOURNEY_BYTES);
}

static void
add_engine(struct ctx *c)
{
	const struct rsd_engine_round *r = c->r;
	struct rsd_journey_step *s;

	add_place(c, RSD_PLACE_DRIVER_RX, RSD_JOURNEY_DEVICE, "");
	add_place(c, RSD_PLACE_PARSE, RSD_JOURNEY_FIND, "headers checked where they lie");
	add_place(c, RSD_PLACE_LOOKUP, RSD_JOURNEY_FIND, "the socket is found");
	add_place(c, RSD_PLACE_SERVICE, RSD_JOURNEY_PROGRAM,
		r->handler_at == r->note[RSD_PLACE_SERVICE].payload
			? "the program saw the payload at this address"
			: "");
	add_place(c, RSD_PLACE_QUEUE, RSD_JOURNEY_PROGRAM, "kept by the program");
	add_place(c, RSD_PLACE_TX, RSD_JOURNEY_ANSWER, "the answer, turned round in place");
	/* Noted when it is done: then the device has it as well. */
	if (r->note[RSD_PLACE_TX].ns != 0) {
		s = &c->j->step[c->j->nb_steps - 1];
		s->ns = (int64_t)(r->note[RSD_PLACE_SERVICE].ns - r->send_ns);
		s->has_ns = false;
	}
	if (!r->has_trail || r->note[RSD_PLACE_DRIVER_TX].ns == 0)
		return;
	/* By the time the device's call is over, the answer may be with the peer. */
	s = add(c, RSD_JOURNEY_ANSWER,
		c->write_ns != 0 ? c->write_ns : r->note[RSD_PLACE_DRIVER_TX].ns, c->write_ns == 0,
		rsd_place_name(RSD_PLACE_DRIVER_TX));
	rsd_journey_at(s, "data", is_ring(c) ? r->note[RSD_PLACE_TX].payload : c->payload[ANSWERED],
		c->j->bytes);
	driver_copied(c, s, false);
}

/* -- a peer on a ring -------------------------------------------------------------------------- */

static void
add_ring_peer(struct ctx *c)
{
	const struct rsd_engine_round *r = c->r;
	struct rsd_journey_step *s;

	s = add(c, RSD_JOURNEY_SEND, r->send_ns, true, "frame into the ring");
	rsd_journey_at(s, "mbuf", r->sent_mbuf, 0);
	s->is_peer = true;
	more(s, "the peer hands over a pointer");
	s = add(c, RSD_JOURNEY_SEND, r->send_ns, false, "its payload");
	rsd_journey_at(s, "data", r->sent_from, c->j->bytes);
	s = add(c, RSD_JOURNEY_ANSWER, r->back_ns, true, "the peer has the answer");
	rsd_journey_at(s, "data", r->received_at, c->j->bytes);
	s->is_peer = true;
	more(s, r->sent_mbuf == r->received_mbuf && r->sent_from == r->received_at
			? "in the mbuf that it sent, at the same address"
			: "in another buffer");
}

/* -- a peer on a TAP interface ----------------------------------------------------------------- */

static bool
is_in_round(const struct ctx *c, const struct rsd_trace_rec *rec)
{
	return rec->ns >= c->r->send_ns && rec->ns <= c->r->back_ns;
}

/* The peer's own copies: the same as between any two sockets. */
static void
add_peer_copy(struct ctx *c, enum rsd_journey_part part, uint64_t ns, bool is_send)
{
	struct rsd_journey_step *s = add(
		c, part, ns, false, is_send ? "copy into the kernel" : "copy out of the kernel");
	uint64_t kernel = c->payload[is_send ? ASKED : ANSWERED];

	rsd_journey_at(s, "data", is_send ? kernel : c->r->received_at, c->j->bytes);
	rsd_journey_copied(
		s, RSD_JOURNEY_PEER, 1, kernel != 0 ? RSD_JOURNEY_BYTES : RSD_JOURNEY_KNOWN);
	more(s, is_send ? "the peer's, a socket of the kernel" : "the peer's");
}

static void
add_peer_call(struct ctx *c, const struct rsd_trace_rec *rec)
{
	bool is_begin = rec->kind == RSD_TRACE_SYS_ENTER, is_send = rec->call == SYS_sendto;
	enum rsd_journey_part part = is_send ? RSD_JOURNEY_SEND : RSD_JOURNEY_ANSWER;
	struct rsd_journey_step *s;

	if (!is_send && rec->call != SYS_recvfrom)
		return;
	if (is_send && !is_begin)
		return;
	if (!is_send && !is_begin)
		add_peer_copy(c, part, rec->ns, false);
	s = add(c, part, rec->ns, true,
		is_send    ? "sendto(), the peer"
		: is_begin ? "recvfrom(), the peer"
			   : "recvfrom() is done");
	s->is_call = is_begin;
	s->is_peer = true;
	if (is_send)
		rsd_journey_at(s, "data", c->r->sent_from, c->j->bytes);
	else if (!is_begin)
		rsd_journey_at(s, "data", c->r->received_at, c->j->bytes);
	if (is_send)
		add_peer_copy(c, part, rec->ns, true);
}

static void
add_worker_call(struct ctx *c, const struct rsd_trace_rec *rec)
{
	struct rsd_journey_step *s;
	char what[40];

	if (rec->kind != RSD_TRACE_SYS_ENTER)
		return;
	snprintf(what, sizeof(what), "%.16s(), the driver", rsd_trace_call_name(rec->call));
	s = add(c, is_answered(c, rec->ns) ? RSD_JOURNEY_ANSWER : RSD_JOURNEY_DEVICE, rec->ns, true,
		what);
	s->is_call = true;
	if (is_answered(c, rec->ns) && (rec->call == SYS_writev || rec->call == SYS_write))
		c->write_ns = rec->ns;
}

static void
add_skb(struct ctx *c, const struct rsd_trace_rec *rec)
{
	unsigned int which = is_answered(c, rec->ns) ? ANSWERED : ASKED;
	struct rsd_journey_step *s;

	if (rec->kind == RSD_TRACE_NETIF_RX_ENTRY)
		return;
	if (rec->kind == RSD_TRACE_SKB_COPY && which == ASKED && rec->tid == c->r->worker)
		c->told_copy = true;
	s = add(c, which == ASKED ? RSD_JOURNEY_DEVICE : RSD_JOURNEY_ANSWER, rec->ns, true, "");
	rsd_journey_skb(s, rec);
	s->is_peer = true;
}

static void
add_switch(struct ctx *c, const struct rsd_trace_rec *rec)
{
	bool is_peer = rec->to == c->r->peer || rec->from == c->r->peer;
	bool is_to = rec->to == c->r->peer || rec->to == c->r->worker;
	struct rsd_journey_step *s;
	char what[40];

	snprintf(what, sizeof(what), "switch %s the %s", is_to ? "to" : "away from",
		is_peer ? "peer" : "engine's core");
	s = add(c, is_answered(c, rec->ns) ? RSD_JOURNEY_ANSWER : RSD_JOURNEY_DEVICE, rec->ns, true,
		what);
	s->is_switch = true;
	s->is_peer = is_peer;
}

/*
 * The first skb the peer sends, and the first one the engine's core makes. They may have the same
 * address, for the one is given back before the other is made: time tells them apart.
 */
static void
find_skbs(struct ctx *c)
{
	size_t i;

	for (i = 0; i < c->t->nb_rec; i++) {
		const struct rsd_trace_rec *rec = &c->t->rec[i];
		unsigned int which = is_answered(c, rec->ns) ? ANSWERED : ASKED;
		bool is_begin = rec->kind == RSD_TRACE_NET_DEV_QUEUE ||
				rec->kind == RSD_TRACE_NETIF_RX ||
				rec->kind == RSD_TRACE_NETIF_RECEIVE_SKB;

		if (!is_in_round(c, rec) || rec->skb == 0)
			continue;
		if (is_begin && c->skb[which] == 0 &&
			(rec->tid == c->r->peer || rec->tid == c->r->worker))
			c->skb[which] = rec->skb;
		if (rec->skb == c->skb[ASKED] && c->payload[ASKED] == 0 && !is_answered(c, rec->ns))
			c->payload[ASKED] = rec->payload;
		if (rec->skb == c->skb[ANSWERED] && c->payload[ANSWERED] == 0 &&
			is_answered(c, rec->ns))
			c->payload[ANSWERED] = rec->payload;
	}
}

static void
add_record(struct ctx *c, const struct rsd_trace_rec *rec)
{
	bool is_call = rec->kind == RSD_TRACE_SYS_ENTER || rec->kind == RSD_TRACE_SYS_EXIT;

	if (is_call && rec->tid == c->r->worker)
		add_worker_call(c, rec);
	else if (is_call && !is_ring(c))
		add_peer_call(c, rec);
	else if (rec->kind == RSD_TRACE_SWITCH &&
		 (!is_ring(c) || rec->from == c->r->worker || rec->to == c->r->worker))
		add_switch(c, rec);
	else if (rec->skb != 0 && rec->skb == c->skb[is_answered(c, rec->ns) ? ANSWERED : ASKED])
		add_skb(c, rec);
}

static void
add_tap_peer_unseen(struct ctx *c)
{
	struct rsd_journey_step *s =
		add(c, RSD_JOURNEY_SEND, c->r->send_ns, true, "sendto(), the peer");

	s->is_call = s->is_peer = true;
	rsd_journey_at(s, "data", c->r->sent_from, c->j->bytes);
	add_peer_copy(c, RSD_JOURNEY_SEND, c->r->send_ns, true);
	add_peer_copy(c, RSD_JOURNEY_ANSWER, c->r->back_ns, false);
	s = add(c, RSD_JOURNEY_ANSWER, c->r->back_ns, true, "recvfrom() is done");
	s->is_call = s->is_peer = true;
	rsd_journey_at(s, "data", c->r->received_at, c->j->bytes);
}

static void
add_places(struct ctx *c)
{
	const struct rsd_engine_round *r = c->r;
	unsigned int i;

	if (!is_ring(c)) {
		rsd_journey_place(c->j, "the peer's send buffer", r->sent_from);
		rsd_journey_place(c->j, "the kernel's buffer (skb)", c->payload[ASKED]);
	}
	for (i = 0; i < RSD_PLACES; i++)
		if (r->note[i].payload != 0)
			rsd_journey_place(c->j, "the engine's buffer (mbuf)", r->note[i].payload);
	if (is_ring(c)) {
		rsd_journey_place(c->j, "the peer's mbuf", r->sent_from);
		rsd_journey_place(c->j, "the answer's mbuf", r->received_at);
		return;
	}
	rsd_journey_place(c->j, "the kernel's buffer, answer", c->payload[ANSWERED]);
	rsd_journey_place(c->j, "the peer's receive buffer", r->received_at);
}

void
rsd_engine_steps(struct rsd_journey *j, const struct rsd_engine_round *r,
	const struct rsd_driver_facts *facts, const struct rsd_trace *t)
{
	struct ctx c = { .j = j, .r = r, .facts = facts, .t = t };
	bool sees_calls = t->has[RSD_TRACE_SYS_ENTER] && t->has[RSD_TRACE_SYS_EXIT];
	size_t i;

	j->sum = (struct rsd_journey_sums){ .driver_rx = facts->rx_copies,
		.driver_tx = facts->tx_copies,
		.calls_seen = sees_calls,
		.switches_seen = t->has[RSD_TRACE_SWITCH] };
	find_skbs(&c);
	if (is_ring(&c))
		add_ring_peer(&c);
	else if (!sees_calls)
		add_tap_peer_unseen(&c);
	for (i = 0; i < t->nb_rec; i++)
		if (is_in_round(&c, &t->rec[i]))
			add_record(&c, &t->rec[i]);
	add_engine(&c); /* after the system calls, which it refers to */
	put_in_order(j);
	rsd_journey_sum(j);
	if (!sees_calls)
		j->sum.calls = -1;
	if (!j->sum.switches_seen)
		j->sum.switches = j->sum.peer_switches = -1;
	j->sum.set_aside = r->buf_bytes;
	j->sum.there_ns = r->note[RSD_PLACE_SERVICE].ns != 0
				  ? (int64_t)(r->note[RSD_PLACE_SERVICE].ns - r->send_ns)
				  : -1;
	j->sum.back_ns = (int64_t)(r->back_ns - r->send_ns);
	add_places(&c);
	if (!r->has_trail)
		rsd_journey_note(j, "the engine kept no trail of this datagram");
}
