/* SPDX-License-Identifier: BSD-3-Clause */
/* What the kernel told while an engine answered a datagram. */
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "journey/engine_seen.h"

static bool
is_in_round(const struct rsd_engine_ctx *c, const struct rsd_trace_rec *rec)
{
	return rec->ns >= c->r->send_ns && rec->ns <= c->r->back_ns;
}

/* The peer's own copies: the same as between any two sockets. */
static void
add_peer_copy(struct rsd_engine_ctx *c, enum rsd_journey_part part, uint64_t ns, bool is_send)
{
	struct rsd_journey_step *s = rsd_engine_add(
		c, part, ns, false, is_send ? "copy into the kernel" : "copy out of the kernel");
	uint64_t kernel = c->payload[is_send ? RSD_ASKED : RSD_ANSWERED];

	rsd_journey_at(s, "data", is_send ? kernel : c->r->received_at, c->j->bytes);
	rsd_journey_copied(
		s, RSD_JOURNEY_PEER, 1, kernel != 0 ? RSD_JOURNEY_BYTES : RSD_JOURNEY_KNOWN);
	rsd_engine_more(s, is_send ? "the peer's, a socket of the kernel" : "the peer's");
}

static void
add_peer_call(struct rsd_engine_ctx *c, const struct rsd_trace_rec *rec)
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
	s = rsd_engine_add(c, part, rec->ns, true,
		is_send    ? "sendto(), the peer"
		: is_begin ? "recvfrom(), the peer"
			   : "recvfrom() is done");
	s->is_call = is_begin;
	s->is_peer = true;
	if (!is_send && is_begin)
		rsd_engine_more(s, "it waits for the answer");
	if (is_send)
		rsd_journey_at(s, "data", c->r->sent_from, c->j->bytes);
	else if (!is_begin)
		rsd_journey_at(s, "data", c->r->received_at, c->j->bytes);
	if (is_send)
		add_peer_copy(c, part, rec->ns, true);
}

/* What the call before came to. */
static void
returned(struct rsd_engine_ctx *c, const struct rsd_trace_rec *rec)
{
	struct rsd_journey_step *s = &c->j->step[c->j->nb_steps - 1];

	while (s > c->j->step && (!s->is_call || s->is_peer))
		s--;
	if (!s->is_call || s->is_peer || s->more[0] != '\0')
		return;
	if (rec->ret == -EAGAIN)
		rsd_engine_more(s, "there is nothing more");
	else
		snprintf(s->more, sizeof(s->more), "returns %lld", (long long)rec->ret);
}

static void
add_worker_call(struct rsd_engine_ctx *c, const struct rsd_trace_rec *rec)
{
	struct rsd_journey_step *s;
	char what[40];

	if (rec->kind != RSD_TRACE_SYS_ENTER) {
		returned(c, rec);
		return;
	}
	snprintf(what, sizeof(what), "%.16s(), the driver", rsd_trace_call_name(rec->call));
	s = rsd_engine_add(c,
		rsd_engine_is_answered(c, rec->ns) ? RSD_JOURNEY_ANSWER : RSD_JOURNEY_DEVICE,
		rec->ns, true, what);
	s->is_call = true;
	if (rsd_engine_is_answered(c, rec->ns) &&
		(rec->call == SYS_writev || rec->call == SYS_write))
		c->write_ns = rec->ns;
}

static void
add_skb(struct rsd_engine_ctx *c, const struct rsd_trace_rec *rec)
{
	unsigned int which = rsd_engine_is_answered(c, rec->ns) ? RSD_ANSWERED : RSD_ASKED;
	struct rsd_journey_step *s;

	if (rec->kind == RSD_TRACE_NETIF_RX_ENTRY)
		return;
	if (rec->kind == RSD_TRACE_SKB_COPY && which == RSD_ASKED && rec->tid == c->r->worker)
		c->told_copy = true;
	s = rsd_engine_add(
		c, which == RSD_ASKED ? RSD_JOURNEY_DEVICE : RSD_JOURNEY_ANSWER, rec->ns, true, "");
	rsd_journey_skb(s, rec);
	s->is_peer = true;
}

static void
add_switch(struct rsd_engine_ctx *c, const struct rsd_trace_rec *rec)
{
	bool is_peer = rec->to == c->r->peer || rec->from == c->r->peer;
	bool is_to = rec->to == c->r->peer || rec->to == c->r->worker;
	struct rsd_journey_step *s;
	char what[40];

	snprintf(what, sizeof(what), "switch %s the %s", is_to ? "to" : "away from",
		is_peer ? "peer" : "engine's core");
	s = rsd_engine_add(c,
		rsd_engine_is_answered(c, rec->ns) ? RSD_JOURNEY_ANSWER : RSD_JOURNEY_DEVICE,
		rec->ns, true, what);
	s->is_switch = true;
	s->is_peer = is_peer;
}

/*
 * The first skb the peer sends, and the first one the engine's core makes. They may have the same
 * address, for the one is given back before the other is made: time tells them apart.
 */
void
rsd_engine_seen_find(struct rsd_engine_ctx *c)
{
	size_t i;

	for (i = 0; i < c->t->nb_rec; i++) {
		const struct rsd_trace_rec *rec = &c->t->rec[i];
		unsigned int which = rsd_engine_is_answered(c, rec->ns) ? RSD_ANSWERED : RSD_ASKED;
		bool is_begin = rec->kind == RSD_TRACE_NET_DEV_QUEUE ||
				rec->kind == RSD_TRACE_NETIF_RX ||
				rec->kind == RSD_TRACE_NETIF_RECEIVE_SKB;

		if (!is_in_round(c, rec) || rec->skb == 0)
			continue;
		if (is_begin && c->skb[which] == 0 &&
			(rec->tid == c->r->peer || rec->tid == c->r->worker))
			c->skb[which] = rec->skb;
		if (rec->skb == c->skb[RSD_ASKED] && c->payload[RSD_ASKED] == 0 &&
			!rsd_engine_is_answered(c, rec->ns))
			c->payload[RSD_ASKED] = rec->payload;
		if (rec->skb == c->skb[RSD_ANSWERED] && c->payload[RSD_ANSWERED] == 0 &&
			rsd_engine_is_answered(c, rec->ns))
			c->payload[RSD_ANSWERED] = rec->payload;
	}
}

static void
add_record(struct rsd_engine_ctx *c, const struct rsd_trace_rec *rec)
{
	bool is_call = rec->kind == RSD_TRACE_SYS_ENTER || rec->kind == RSD_TRACE_SYS_EXIT;

	if (is_call && rec->tid == c->r->worker)
		add_worker_call(c, rec);
	else if (is_call && !rsd_engine_is_ring(c))
		add_peer_call(c, rec);
	else if (rec->kind == RSD_TRACE_SWITCH &&
		 (!rsd_engine_is_ring(c) || rec->from == c->r->worker || rec->to == c->r->worker))
		add_switch(c, rec);
	else if (rec->skb != 0 &&
		 rec->skb == c->skb[rsd_engine_is_answered(c, rec->ns) ? RSD_ANSWERED : RSD_ASKED])
		add_skb(c, rec);
}

void
rsd_engine_seen_add(struct rsd_engine_ctx *c)
{
	size_t i;

	for (i = 0; i < c->t->nb_rec; i++)
		if (is_in_round(c, &c->t->rec[i]))
			add_record(c, &c->t->rec[i]);
}

void
rsd_engine_unseen_add(struct rsd_engine_ctx *c)
{
	struct rsd_journey_step *s =
		rsd_engine_add(c, RSD_JOURNEY_SEND, c->r->send_ns, true, "sendto(), the peer");

	s->is_call = s->is_peer = true;
	rsd_journey_at(s, "data", c->r->sent_from, c->j->bytes);
	add_peer_copy(c, RSD_JOURNEY_SEND, c->r->send_ns, true);
	add_peer_copy(c, RSD_JOURNEY_ANSWER, c->r->back_ns, false);
	s = rsd_engine_add(c, RSD_JOURNEY_ANSWER, c->r->back_ns, true, "recvfrom() is done");
	s->is_call = s->is_peer = true;
	rsd_journey_at(s, "data", c->r->received_at, c->j->bytes);
}
