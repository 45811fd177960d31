/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "datapath/drop.h"
#include "datapath/stages.h"
#include "host/chain.h"
#include "wire/parse.h"
#include "wire/turn.h"

/* The shortest frame on an Ethernet wire, without its FCS: below that, length costs nobody
 * anything. */
#define WIRE_MIN 60

/* Give the frame its new length. RSD_C_MAX, or why it cannot be sent. */
static enum rsd_counter
resize(const struct rsd_wire_local *w, struct rte_mbuf *m, uint32_t len, bool may_amplify)
{
	if (len == m->pkt_len)
		return RSD_C_MAX;
	if (!may_amplify &&
		RTE_MAX(len, (uint32_t)WIRE_MIN) > RTE_MAX(m->pkt_len, (uint32_t)WIRE_MIN))
		return RSD_C_resp_amplify;
	if (len > w->max_frame)
		return RSD_C_resp_no_room;
	if (m->nb_segs != 1)
		return rsd_chain_trim(m, len) == 0 ? RSD_C_MAX : RSD_C_resp_no_room;
	if (len > (uint32_t)m->buf_len - m->data_off)
		return RSD_C_resp_no_room;
	m->data_len = (uint16_t)len;
	m->pkt_len = len;
	return RSD_C_MAX;
}

/* The payload may be any now: the checksum is the device's to make, or ours. */
static void
new_udp_sum(const struct rsd_port *port, struct rte_mbuf *m, uint8_t *udp)
{
	uint32_t off = port->wire.l2_len + RSD_WIRE_IP4_LEN;
	uint16_t sum;

	if (port->tx_udp_csum) {
		m->l2_len = port->wire.l2_len;
		m->l3_len = RSD_WIRE_IP4_LEN;
		m->ol_flags |= RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_UDP_CKSUM;
		rsd_store16(udp + 6, rsd_csum_fold(rsd_csum_udp4_pseudo(udp)));
		return;
	}
	rsd_store16(udp + 6, 0);
	sum = (uint16_t)~rsd_csum_fold(
		rsd_chain_sum(m, off, m->pkt_len - off, rsd_csum_udp4_pseudo(udp)));
	rsd_store16(udp + 6, sum == 0 ? UINT16_MAX : sum); /* RFC 768: zero would mean none */
}

static enum rsd_counter
turn_new(const struct rsd_port *port, struct rte_mbuf *m, uint32_t sock_flags)
{
	const struct rsd_wire_local *w = &port->wire;
	uint32_t payload = rsd_pkt_len((const struct rsd_pkt *)m);
	uint8_t *eth = rte_pktmbuf_mtod(m, uint8_t *);
	uint8_t *ip = eth + w->l2_len, *udp = ip + RSD_WIRE_IP4_LEN;
	enum rsd_counter why = resize(w, m, w->l2_len + RSD_WIRE_HDRS + payload,
		(sock_flags & RSD_SOCK_MAY_AMPLIFY) != 0);

	if (why != RSD_C_MAX)
		return why;
	rsd_turn_eth(w, eth);
	rsd_turn_ip4(ip, rte_cpu_to_be_16((uint16_t)(RSD_WIRE_HDRS + payload)));
	rsd_turn_udp_ports(udp);
	rsd_store16(udp + 4, rte_cpu_to_be_16((uint16_t)(RSD_WIRE_UDP_LEN + payload)));
	new_udp_sum(port, m, udp);
	return RSD_C_MAX;
}

/* The handler keeps it. How it comes back is written where it lies (rsd_returns() reads it). */
static void
hold(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf *m, uint32_t sock_flags)
{
	rsd_hold_mark(m, lc->worker, (uint32_t)(q - lc->queue));
	m->hash.fdir.lo = sock_flags;
	rsd_count(lc->stats, RSD_C_held_in, 1);
}

bool
rsd_settle(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf *m, uint32_t sock_flags,
	uint8_t verdict)
{
	enum rsd_counter why = RSD_C_svc_bad_verdict;

	switch (verdict) {
	case RSD_ANSWER_SAME:
		rsd_turn_same(rte_pktmbuf_mtod_offset(m, uint8_t *, q->port->wire.l2_len),
			q->port->wire.l2_len);
		why = RSD_C_MAX;
		break;
	case RSD_ANSWER:
		why = turn_new(q->port, m, sock_flags);
		break;
	case RSD_HOLD:
		hold(lc, q, m, sock_flags);
		return false;
	case RSD_DONE:
		why = RSD_C_delivered;
		break;
	case RSD_DROP:
		why = RSD_C_svc_drop;
		break;
	}
	if (why == RSD_C_MAX && m->nb_segs != 1 && !q->port->tx_segments)
		why = RSD_C_tx_segments;
	if (why != RSD_C_MAX)
		rsd_drop(lc, m, why);
	return why == RSD_C_MAX;
}

/*
 * Bring the packets of b.bind[from]'s socket together, in order, and those of others behind them,
 * in order: a flow must not be reordered. Returns where the others begin.
 */
static __rte_noinline unsigned int
gather(struct rsd_burst *b, unsigned int from, unsigned int nb)
{
	const struct rsd_bind *mine = b->bind[from], *bind[RSD_BURST_MAX];
	struct rte_mbuf *pkt[RSD_BURST_MAX];
	uint8_t *udp[RSD_BURST_MAX];
	unsigned int i, end = from, others = 0;

	for (i = from; i < nb; i++) {
		if (b->bind[i] == mine) {
			b->udp[end] = b->udp[i];
			b->pkt[end++] = b->pkt[i];
			continue;
		}
		pkt[others] = b->pkt[i];
		udp[others] = b->udp[i];
		bind[others++] = b->bind[i];
	}
	for (i = 0; i < others; i++) {
		b->pkt[end + i] = pkt[i];
		b->udp[end + i] = udp[i];
		b->bind[end + i] = bind[i];
	}
	return end;
}

/* Is every one of nb verdicts "send it back as it came"? */
static __rte_always_inline bool
all_same(const uint8_t *verdict, unsigned int nb)
{
	const uint64_t same = UINT64_C(0x0101010101010101) * RSD_ANSWER_SAME;
	uint64_t differ = 0;
	unsigned int i;

	for (i = 0; i + 8 <= nb; i += 8)
		differ |= rsd_load64(verdict + i) ^ same;
	for (; i < nb; i++)
		differ |= (uint64_t)(verdict[i] ^ RSD_ANSWER_SAME);
	return differ == 0;
}

/* Carry out nb verdicts; answers are put at b.pkt[nb_out] and on, their number is returned. */
static unsigned int
settle_each(struct rsd_lcore *lc, struct rsd_queue *q, const struct rsd_sock *s, unsigned int from,
	unsigned int nb, unsigned int nb_out)
{
	const uint64_t *count = lc->stats->counter;
	uint64_t delivered = count[RSD_C_delivered], held = count[RSD_C_held_in];
	struct rsd_sock_stats *st = &lc->sock_stats[s->id];
	struct rsd_burst *b = &lc->b;
	unsigned int i, answers, before = nb_out;

	for (i = 0; i < nb; i++) {
		struct rte_mbuf *m = b->pkt[from + i];

		if (rsd_settle(lc, q, m, s->flags, b->verdict[i]))
			b->pkt[nb_out++] = m;
	}
	answers = nb_out - before;
	delivered = count[RSD_C_delivered] - delivered;
	held = count[RSD_C_held_in] - held;
	st->delivered += delivered;
	st->dropped += nb - answers - delivered - held;
	return answers;
}

/* The same when all are to be sent back as they came: nothing to decide, nothing to move. */
static unsigned int
turn_all(struct rsd_burst *b, size_t l2_len, unsigned int from, unsigned int nb)
{
	unsigned int i;

	for (i = from; i < from + nb; i++)
		rsd_turn_same(b->udp[i] - RSD_WIRE_IP4_LEN, l2_len);
	return nb;
}

/* One handler, one call, then its verdicts. Returns the number of answers. */
static unsigned int
serve(struct rsd_lcore *lc, struct rsd_queue *q, unsigned int from, unsigned int nb,
	unsigned int nb_out)
{
	struct rsd_burst *b = &lc->b;
	struct rsd_sock *s = b->bind[from]->sock;
	struct rsd_sock_stats *st = &lc->sock_stats[s->id];
	unsigned int answers;

	memset(b->verdict, RSD_DROP, nb);
	s->handler(s, (struct rsd_pkt *const *)&b->pkt[from], b->verdict, (uint16_t)nb, s->arg);
	if (likely(from == nb_out && !b->chained && all_same(b->verdict, nb)))
		answers = turn_all(b, q->port->wire.l2_len, from, nb);
	else
		answers = settle_each(lc, q, s, from, nb, nb_out);
	st->rx += nb;
	st->answered += answers;
	return answers;
}

uint16_t
rsd_respond(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb)
{
	unsigned int from = 0, end = nb, nb_out = 0;

	for (; from < nb; from = end) {
		end = likely(!lc->b.mixed) ? nb : gather(&lc->b, from, nb);
		nb_out += serve(lc, q, from, end - from, nb_out);
	}
	return (uint16_t)nb_out;
}

uint16_t
rsd_returns(struct rsd_lcore *lc)
{
	void *back[32];
	uint16_t i, nb;

	if (likely(rte_ring_empty(lc->returns)))
		return 0;
	nb = (uint16_t)rte_ring_sc_dequeue_burst(lc->returns, back, RTE_DIM(back), NULL);
	for (i = 0; i < nb; i++) {
		struct rte_mbuf *m = (struct rte_mbuf *)((uintptr_t)back[i] & ~RSD_RETURN_VERDICT);
		uint8_t verdict = (uint8_t)((uintptr_t)back[i] & RSD_RETURN_VERDICT);
		struct rsd_queue *q = &lc->queue[rsd_hold_queue(m)];

		rsd_count(lc->stats, RSD_C_held_out, 1);
		if (rsd_settle(lc, q, m, m->hash.fdir.lo, verdict))
			rsd_tx(lc, q, &m, 1, RSD_C_answered);
	}
	return nb;
}
