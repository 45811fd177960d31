/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "journey/engine_seen.h"

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

/* -- copies ------------------------------------------------------------------------------------ */

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
driver_copied(struct rsd_engine_ctx *c, struct rsd_journey_step *s, bool is_rx)
{
	int copies = is_rx ? c->facts->rx_copies : c->facts->tx_copies;
	const char *how = is_rx ? c->facts->rx_how : c->facts->tx_how;
	uint64_t mbuf = c->r->note[is_rx ? RSD_PLACE_DRIVER_RX : RSD_PLACE_TX].payload;
	uint64_t other = rsd_engine_is_ring(c) ? (is_rx ? c->r->sent_from : c->r->received_at)
					       : c->payload[is_rx ? RSD_ASKED : RSD_ANSWERED];
	bool seen = mbuf != 0 && other != 0 && mbuf != other && copies == 1;

	if (copies < 0)
		rsd_engine_more(s, "what this driver copies is not known");
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
add_place(struct rsd_engine_ctx *c, enum rsd_place place, enum rsd_journey_part part,
	const char *text)
{
	const struct rsd_engine_note *n = &c->r->note[place], *before = NULL;
	struct rsd_journey_step *s;
	unsigned int i;

	if (n->ns == 0)
		return;
	s = rsd_engine_add(c, part, n->ns, true, rsd_place_name(place));
	rsd_journey_at(s, "data", n->payload, c->j->bytes);
	rsd_engine_more(s, text);
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
add_engine(struct rsd_engine_ctx *c)
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
	s = rsd_engine_add(c, RSD_JOURNEY_ANSWER,
		c->write_ns != 0 ? c->write_ns : r->note[RSD_PLACE_DRIVER_TX].ns, c->write_ns == 0,
		rsd_place_name(RSD_PLACE_DRIVER_TX));
	rsd_journey_at(s, "data",
		rsd_engine_is_ring(c) ? r->note[RSD_PLACE_TX].payload : c->payload[RSD_ANSWERED],
		c->j->bytes);
	driver_copied(c, s, false);
}

/* -- a peer on a ring -------------------------------------------------------------------------- */

static void
add_ring_peer(struct rsd_engine_ctx *c)
{
	const struct rsd_engine_round *r = c->r;
	struct rsd_journey_step *s;

	s = rsd_engine_add(c, RSD_JOURNEY_SEND, r->send_ns, true, "frame into the ring");
	rsd_journey_at(s, "mbuf", r->sent_mbuf, 0);
	s->is_peer = true;
	rsd_engine_more(s, "the peer hands over a pointer");
	s = rsd_engine_add(c, RSD_JOURNEY_SEND, r->send_ns, false, "its payload");
	rsd_journey_at(s, "data", r->sent_from, c->j->bytes);
	s = rsd_engine_add(c, RSD_JOURNEY_ANSWER, r->back_ns, true, "the peer has the answer");
	rsd_journey_at(s, "data", r->received_at, c->j->bytes);
	s->is_peer = true;
	rsd_engine_more(s, r->sent_mbuf == r->received_mbuf && r->sent_from == r->received_at
				   ? "in the mbuf that it sent, at the same address"
				   : "in another buffer");
}

/* -- the whole ----------------------------------------------------------------------------------
 */

/*
 * On a ring nobody else could have: the answer lies elsewhere than the payload did when it was seen
 * last.
 */
static void
add_late_copy(struct rsd_engine_ctx *c)
{
	struct rsd_journey_step *s = &c->j->step[c->j->nb_steps - 1];
	uint64_t seen = 0;
	unsigned int i;

	for (i = 0; i < RSD_PLACES; i++)
		if (c->r->note[i].payload != 0)
			seen = c->r->note[i].payload;
	if (seen != 0 && seen != c->r->received_at)
		rsd_journey_copied(s, RSD_JOURNEY_ENGINE, 1, RSD_JOURNEY_BYTES);
}

static void
add_places(struct rsd_engine_ctx *c)
{
	const struct rsd_engine_round *r = c->r;
	unsigned int i;

	if (!rsd_engine_is_ring(c)) {
		rsd_journey_place(c->j, "the peer's send buffer", r->sent_from);
		rsd_journey_place(c->j, "the kernel's buffer (skb)", c->payload[RSD_ASKED]);
	}
	for (i = 0; i < RSD_PLACES; i++)
		if (r->note[i].payload != 0)
			rsd_journey_place(c->j, "the engine's buffer (mbuf)", r->note[i].payload);
	if (rsd_engine_is_ring(c)) {
		rsd_journey_place(c->j, "the peer's mbuf", r->sent_from);
		rsd_journey_place(c->j, "the answer's mbuf", r->received_at);
		return;
	}
	rsd_journey_place(c->j, "the answer's buffer (skb)", c->payload[RSD_ANSWERED]);
	rsd_journey_place(c->j, "the peer's receive buffer", r->received_at);
}

void
rsd_engine_steps(struct rsd_journey *j, const struct rsd_engine_round *r,
	const struct rsd_driver_facts *facts, const struct rsd_trace *t)
{
	struct rsd_engine_ctx c = { .j = j, .r = r, .facts = facts, .t = t };
	bool sees_calls = t->has[RSD_TRACE_SYS_ENTER] && t->has[RSD_TRACE_SYS_EXIT];

	j->sum = (struct rsd_journey_sums){ .driver_rx = facts->rx_copies,
		.driver_tx = facts->tx_copies,
		.calls_seen = sees_calls,
		.switches_seen = t->has[RSD_TRACE_SWITCH] };
	rsd_engine_seen_find(&c);
	if (rsd_engine_is_ring(&c))
		add_ring_peer(&c);
	else if (!sees_calls)
		rsd_engine_unseen_add(&c);
	rsd_engine_seen_add(&c);
	add_engine(&c); /* after the system calls, which it refers to */
	put_in_order(j);
	if (rsd_engine_is_ring(&c))
		add_late_copy(&c); /* to the last step: the peer has the answer */
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
