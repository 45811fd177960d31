/* SPDX-License-Identifier: BSD-3-Clause */
/* Group and broadcast datagrams: everyone who listens gets one. Rare, so one at a time. */
#include "datapath/drop.h"
#include "datapath/stages.h"
#include "wire/csum.h"
#include "wire/parse.h"

#define RECEIVERS_MAX 256 /* of one datagram */

/* One packet to one handler. Answers to a group would come from an address that is not ours. */
static void
serve_one(struct rsd_lcore *lc, struct rsd_queue *q, struct rsd_sock *s, struct rte_mbuf *m)
{
	struct rsd_sock_stats *st = &lc->sock_stats[s->id];
	struct rsd_pkt *const pkt = (struct rsd_pkt *)m;
	uint8_t verdict = RSD_DROP;

	s->handler(s, &pkt, &verdict, 1, s->arg);
	st->rx++;
	if (s->queue != NULL) {
		rsd_settle_queued(lc, s, &m, &verdict, 1);
		return;
	}
	if (verdict == RSD_ANSWER || verdict == RSD_ANSWER_SAME) {
		st->dropped++;
		rsd_drop(lc, m, RSD_C_resp_to_many);
		return;
	}
	st->delivered += verdict == RSD_DONE;
	st->held += verdict == RSD_HOLD;
	st->dropped += verdict != RSD_DONE && verdict != RSD_HOLD;
	rsd_settle(lc, q, m, rsd_hold_owner(s->id, s->flags), verdict);
}

static struct rsd_tuple
tuple_of(const struct rsd_lcore *lc, const struct rsd_queue *q, const uint8_t *udp)
{
	struct rsd_tuple d = {
		.family = AF_INET,
		.sport = rsd_load16(udp),
		.dport = rsd_load16(udp + 2),
		.dev = (uint16_t)(q - lc->queue + 1),
		.cpu = (uint16_t)(lc->worker + 1),
	};

	rsd_ip_set_v4(&d.src, rsd_load32(udp - 8));
	rsd_ip_set_v4(&d.dst, rsd_load32(udp - 4));
	return d;
}

/* A copy for each but the last, so that what one does to it is not seen by another. */
static void
hand_out(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf *m,
	const struct rsd_bind *const *to, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i + 1 < nb; i++) {
		struct rte_mbuf *copy = rte_pktmbuf_copy(m, m->pool, 0, UINT32_MAX);

		if (copy == NULL) {
			rsd_count(lc->stats, RSD_C_many_no_mbuf, 1);
			continue;
		}
		rsd_count(lc->stats, RSD_C_rx_copies, 1);
		rsd_count(lc->stats, RSD_C_payload_copies, 1);
		rsd_count(lc->stats, RSD_C_payload_copied, rsd_pkt_len((struct rsd_pkt *)m));
		serve_one(lc, q, to[i]->sock, copy);
	}
	serve_one(lc, q, to[i]->sock, m);
}

void
rsd_many(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf *m, enum rsd_counter nobody)
{
	const uint8_t *udp = rte_pktmbuf_mtod_offset(
		m, const uint8_t *, q->port->wire.l2_len + RSD_WIRE_IP4_LEN);
	struct rsd_tuple d = tuple_of(lc, q, udp);
	const struct rsd_bind *to[RECEIVERS_MAX];
	unsigned int nb;

	if (nobody == RSD_C_ip4_mcast && !rsd_sock_joined(lc->table, &d.dst)) {
		rsd_drop(lc, m, nobody);
		return;
	}
	nb = rsd_sock_find_all(lc->table, &d, to, RECEIVERS_MAX);
	if (nb == 0) {
		rsd_drop(lc, m, nobody);
		return;
	}
	rsd_count(lc->stats, RSD_C_many_taken, 1);
	if (nb > RECEIVERS_MAX) {
		rsd_count(lc->stats, RSD_C_many_no_mbuf, nb - RECEIVERS_MAX);
		nb = RECEIVERS_MAX;
	}
	hand_out(lc, q, m, to, nb);
}
