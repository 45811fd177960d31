/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <rte_prefetch.h>

#include "datapath/drop.h"
#include "datapath/stages.h"
#include "host/chain.h"
#include "wire/parse.h"
#include "wire/turn.h"

/* The shortest frame on an Ethernet wire, without its FCS: below that, length costs nobody
 * anything. */
#define WIRE_MIN 60
/* Held packets taken back at once. */
#define RETURNS 64

/* May m be answered with a frame of len bytes? RSD_C_MAX, or why not. */
static enum rsd_counter
check_len(const struct rsd_wire_local *w, const struct rte_mbuf *m, uint32_t len, uint32_t flags)
{
	if ((flags & RSD_SOCK_MAY_AMPLIFY) == 0 &&
		RTE_MAX(len, (uint32_t)WIRE_MIN) > RTE_MAX(m->pkt_len, (uint32_t)WIRE_MIN))
		return RSD_C_resp_amplify;
	return len > w->max_frame ? RSD_C_resp_no_room : RSD_C_MAX;
}

/* Give the frame its new length. RSD_C_MAX, or why it cannot be sent. */
static enum rsd_counter
resize(const struct rsd_wire_local *w, struct rte_mbuf *m, uint32_t len, uint32_t flags)
{
	enum rsd_counter why;

	if (len == m->pkt_len)
		return RSD_C_MAX;
	why = check_len(w, m, len, flags);
	if (why != RSD_C_MAX)
		return why;
	if (m->nb_segs != 1)
		return rsd_chain_trim(m, len) == 0 ? RSD_C_MAX : RSD_C_resp_no_room;
	if (len > (uint32_t)m->buf_len - m->data_off)
		return RSD_C_resp_no_room;
	m->data_len = (uint16_t)len;
	m->pkt_len = len;
	return RSD_C_MAX;
}

/* Headers of a frame whose payload is new: all but the UDP sum. Returns the UDP header. */
static uint8_t *
turn_headers(const struct rsd_wire_local *w, struct rte_mbuf *m, uint32_t payload)
{
	uint8_t *eth = rte_pktmbuf_mtod(m, uint8_t *);
	uint8_t *ip = eth + w->l2_len, *udp = ip + RSD_WIRE_IP4_LEN;

	rsd_turn_eth(w, eth);
	rsd_turn_ip4(ip, rte_cpu_to_be_16((uint16_t)(RSD_WIRE_HDRS + payload)));
	rsd_turn_udp_ports(udp);
	rsd_store16(udp + 4, rte_cpu_to_be_16((uint16_t)(RSD_WIRE_UDP_LEN + payload)));
	rsd_store16(udp + 6, 0);
	return udp;
}

/* The checksum is the device's to make. */
static void
leave_sum(const struct rsd_port *port, struct rte_mbuf *m, uint8_t *udp)
{
	m->l2_len = port->wire.l2_len;
	m->l3_len = RSD_WIRE_IP4_LEN;
	m->ol_flags |= RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_UDP_CKSUM;
	rsd_store16(udp + 6, rsd_csum_fold(rsd_csum_udp4_pseudo(udp)));
}

static void
store_sum(uint8_t *udp, rsd_csum_t total)
{
	uint16_t sum = (uint16_t)~rsd_csum_fold(total);

	rsd_store16(udp + 6, sum == 0 ? UINT16_MAX : sum); /* RFC 768: zero would mean none */
}

static enum rsd_counter
turn_new(const struct rsd_port *port, struct rte_mbuf *m, uint32_t flags)
{
	const struct rsd_wire_local *w = &port->wire;
	uint32_t payload = rsd_pkt_len((const struct rsd_pkt *)m);
	uint32_t off = w->l2_len + RSD_WIRE_IP4_LEN;
	enum rsd_counter why = resize(w, m, w->l2_len + RSD_WIRE_HDRS + payload, flags);
	uint8_t *udp;

	if (why != RSD_C_MAX)
		return why;
	udp = turn_headers(w, m, payload);
	if (port->tx_udp_csum)
		leave_sum(port, m, udp);
	else
		store_sum(udp, rsd_chain_sum(m, off, m->pkt_len - off, rsd_csum_udp4_pseudo(udp)));
	return RSD_C_MAX;
}

/*
 * The headers of m, and behind them the bytes of seg, which are the program's own and are not
 * copied. Their sum was made where they were (rsd_pkt_answer_buf()) and lies in seg.
 */
static enum rsd_counter
turn_buf(const struct rsd_port *port, struct rte_mbuf *m, struct rte_mbuf *seg, uint32_t flags)
{
	const struct rsd_wire_local *w = &port->wire;
	uint32_t payload = seg->data_len, headers = w->l2_len + RSD_WIRE_HDRS;
	enum rsd_counter why = check_len(w, m, headers + payload, flags);
	uint8_t *udp;

	if (why != RSD_C_MAX) {
		rte_pktmbuf_free(seg);
		return why;
	}
	rsd_chain_trim(m, headers); /* it has them: they are in normal form */
	m->next = seg;
	m->nb_segs = 2;
	m->pkt_len = headers + payload;
	udp = turn_headers(w, m, payload);
	if (port->tx_udp_csum)
		leave_sum(port, m, udp);
	else
		store_sum(
			udp, rsd_csum_add(rsd_csum_add(rsd_csum_udp4_pseudo(udp), rsd_load64(udp)),
				     seg->hash.fdir.lo));
	return RSD_C_MAX;
}

bool
rsd_settle(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf *m, uint32_t owner,
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
		why = turn_new(q->port, m, owner);
		break;
	case RSD_HOLD:
		m->hash.fdir.lo = owner; /* bring_back() reads it */
		if (unlikely(lc->custody != NULL))
			rsd_custody_held(lc->custody, m);
		rsd_count(lc->stats, RSD_C_held_in, 1);
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

/* Where the packets of b.bind[from]'s socket end. */
static unsigned int
run_end(const struct rsd_burst *b, unsigned int from, unsigned int nb)
{
	const struct rsd_sock *mine = b->bind[from]->sock;

	do
		from++;
	while (from < nb && b->bind[from]->sock == mine);
	return from;
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
	uint32_t owner = rsd_hold_owner(s->id, s->flags);
	struct rsd_burst *b = &lc->b;
	unsigned int i, answers, before = nb_out;

	for (i = 0; i < nb; i++) {
		struct rte_mbuf *m = b->pkt[from + i];

		if (rsd_settle(lc, q, m, owner, b->verdict[i]))
			b->pkt[nb_out++] = m;
	}
	answers = nb_out - before;
	delivered = count[RSD_C_delivered] - delivered;
	held = count[RSD_C_held_in] - held;
	st->delivered += delivered;
	st->held += held;
	st->dropped += nb - answers - delivered - held;
	return answers;
}

void
rsd_settle_queued(struct rsd_lcore *lc, const struct rsd_sock *s, struct rte_mbuf *const *pkt,
	const uint8_t *verdict, unsigned int nb)
{
	struct rsd_sock_stats *st = &lc->sock_stats[s->id];
	unsigned int i, taken = 0;

	while (taken < nb && verdict[taken] == RSD_HOLD)
		taken++;
	for (i = taken; i < nb; i++)
		rsd_drop(lc, pkt[i], RSD_C_sock_queue_full);
	rsd_count(lc->stats, RSD_C_held_in, taken);
	st->held += taken;
	st->queue_full += nb - taken;
	st->dropped += nb - taken;
}

/* Carry out verdicts when all are to be sent back as they came: nothing to decide, nothing to move.
 */
static unsigned int
turn_all(struct rsd_burst *b, size_t l2_len, unsigned int from, unsigned int nb)
{
	unsigned int i = from;

	for (; i + 4 <= from + nb; i += 4)
		rsd_turn_four(&b->udp[i], l2_len);
	for (; i < from + nb; i++)
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
	unsigned int answers = 0;

	memset(b->verdict, RSD_DROP, nb);
	s->handler(s, (struct rsd_pkt *const *)&b->pkt[from], b->verdict, (uint16_t)nb, s->arg);
	if (likely(from == nb_out && !b->chained && all_same(b->verdict, nb)))
		answers = turn_all(b, q->port->wire.l2_len, from, nb);
	else if (s->queue == NULL)
		answers = settle_each(lc, q, s, from, nb, nb_out);
	else
		rsd_settle_queued(lc, s, &b->pkt[from], b->verdict, nb);
	st->rx += nb;
	st->answered += answers;
	return answers;
}

uint16_t
rsd_respond(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb)
{
	unsigned int from = 0, end = nb, nb_out = 0;

	if (unlikely(lc->b.mixed))
		rsd_gather(&lc->b, nb);
	for (; from < nb; from = end) {
		end = likely(!lc->b.mixed) ? nb : run_end(&lc->b, from, nb);
		nb_out += serve(lc, q, from, end - from, nb_out);
	}
	return (uint16_t)nb_out;
}

/* Was it sent to us alone? Answers to a group would come from an address that is not ours. */
static bool
to_us(const struct rsd_queue *q, const struct rte_mbuf *m)
{
	const struct rsd_wire_local *w = &q->port->wire;

	return rsd_wire_set_has(&w->own, rsd_load32(rte_pktmbuf_mtod_offset(m, const uint8_t *,
						 w->l2_len + RSD_WIRE_IP4_LEN - 4)));
}

/* What was held is answered, or leaves by one of the reasons. true: turned round, to be sent. */
static bool
settle_back(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf *m, struct rte_mbuf *seg,
	unsigned int verdict)
{
	bool answer = verdict == RSD_ANSWER || verdict == RSD_ANSWER_SAME || seg != NULL;
	enum rsd_counter why = RSD_C_sock_closed;

	if (answer && unlikely(!to_us(q, m))) {
		rte_pktmbuf_free(seg);
		why = RSD_C_resp_to_many;
	} else if (seg != NULL) {
		why = turn_buf(q->port, m, seg, m->hash.fdir.lo);
	} else if (verdict != RSD_RETURN_CLOSED) {
		return rsd_settle(lc, q, m, m->hash.fdir.lo, (uint8_t)verdict);
	}
	if (why != RSD_C_MAX)
		rsd_drop(lc, m, why);
	return why == RSD_C_MAX;
}

/* One that comes back, and through which queue it came. The answer to send, or NULL. */
static struct rte_mbuf *
bring_back(struct rsd_lcore *lc, void *entry, struct rsd_queue **q)
{
	struct rte_mbuf *m = (struct rte_mbuf *)((uintptr_t)entry & ~RSD_RETURN_VERDICT);
	unsigned int verdict = (uintptr_t)entry & RSD_RETURN_VERDICT;
	struct rte_mbuf *seg = NULL;
	struct rsd_sock_stats *st;
	bool sent;

	if (verdict == RSD_RETURN_BUF) {
		seg = m;
		m = seg->next;
		seg->next = NULL;
	}
	if (unlikely(RSD_TAG_OF(m->hash.fdir.lo) != 0))
		rsd_custody_back(lc->custody, m, RSD_TAG_OF(m->hash.fdir.lo), seg != NULL);
	*q = &lc->queue[rsd_hold_queue(m)];
	st = &lc->sock_stats[rsd_hold_sock_id(m->hash.fdir.lo)];
	rsd_count(lc->stats, RSD_C_held_out, 1);
	sent = settle_back(lc, *q, m, seg, verdict);
	st->returned++;
	st->answered += sent;
	st->delivered += verdict == RSD_DONE;
	st->held += verdict == RSD_HOLD;
	st->dropped += !sent && verdict != RSD_DONE && verdict != RSD_HOLD;
	return sent ? m : NULL;
}

static void
send_back(struct rsd_lcore *lc, struct rsd_queue *to, struct rte_mbuf **out, uint16_t nb)
{
	if (unlikely(lc->custody != NULL))
		rsd_custody_back_sending(lc->custody, out, nb);
	rsd_tx(lc, to, out, nb, RSD_C_answered);
	if (unlikely(lc->custody != NULL))
		rsd_custody_back_sent(lc->custody, out, nb);
}

/* Up to RETURNS of them; answers to the same queue leave together. */
static unsigned int
take_back(struct rsd_lcore *lc)
{
	struct rsd_queue *q, *to = lc->queue;
	struct rte_mbuf *out[RETURNS];
	void *back[RETURNS];
	unsigned int i, nb = rte_ring_sc_dequeue_burst(lc->returns, back, RETURNS, NULL);
	uint16_t nb_out = 0;

	for (i = 0; i < nb; i++)
		rte_prefetch0((void *)((uintptr_t)back[i] & ~RSD_RETURN_VERDICT));
	for (i = 0; i < nb; i++) {
		struct rte_mbuf *m = bring_back(lc, back[i], &q);

		if (m == NULL)
			continue;
		if (q != to) {
			send_back(lc, to, out, nb_out);
			nb_out = 0;
			to = q;
		}
		out[nb_out++] = m;
	}
	send_back(lc, to, out, nb_out);
	if (unlikely(lc->custody != NULL))
		rsd_custody_back_end(lc->custody);
	return nb;
}

uint16_t
rsd_returns(struct rsd_lcore *lc)
{
	/* As many as a turn can bring in, or those that are held would only ever grow. */
	unsigned int most = RTE_MAX(lc->burst * lc->nb_queues, RETURNS), taken = 0, nb;

	if (likely(rte_ring_empty(lc->returns)))
		return 0;
	do {
		nb = take_back(lc);
		taken += nb;
	} while (nb == RETURNS && taken < most);
	return (uint16_t)taken;
}
