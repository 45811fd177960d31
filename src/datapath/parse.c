/* SPDX-License-Identifier: BSD-3-Clause */
#include "datapath/drop.h"
#include "datapath/stages.h"
#include "host/chain.h"
#include "host/host.h"
#include "wire/exact.h"

/* Counts of one burst, flushed once. */
struct tally {
	unsigned int no_sum;
	unsigned int verified;
};

/*
 * The UDP checksum did not hold. A local kernel that believes it talks to a NIC leaves the sum of
 * the pseudo header in the field for that NIC to finish. On a device where no NIC will, such a
 * frame never crossed a wire: take it as the kernel itself does, and finish the sum so that an
 * answer carries it.
 */
static __rte_noinline bool
complete_partial(
	struct rsd_lcore *lc, const struct rsd_port *port, struct rte_mbuf *m, uint8_t *udp)
{
	uint16_t udp_len = rte_be_to_cpu_16(rsd_load16(udp + 4)), sum;
	uint32_t off = (uint32_t)(udp - rte_pktmbuf_mtod(m, uint8_t *));

	if (!port->csum_partial_ok ||
		rsd_load16(udp + 6) != rsd_csum_fold(rsd_csum_udp4_pseudo(udp)))
		return false;
	sum = (uint16_t)~rsd_csum_fold(rsd_chain_sum(m, off, udp_len, 0));
	rsd_store16(udp + 6, sum == 0 ? UINT16_MAX : sum);
	rsd_count(lc->stats, RSD_C_udp_csum_partial, 1);
	return true;
}

static __rte_always_inline bool
udp_sum_holds(const struct rte_mbuf *m, const uint8_t *udp)
{
	uint32_t off, len = rte_be_to_cpu_16(rsd_load16(udp + 4));

	if (likely(m->nb_segs == 1))
		return rsd_csum_is_full(rsd_csum_udp4(udp, len));
	off = (uint32_t)(udp - rte_pktmbuf_mtod(m, const uint8_t *));
	return rsd_csum_is_full(rsd_chain_sum(m, off, len, rsd_csum_udp4_pseudo(udp)));
}

/*
 * RFC 768: zero means the sender made none. RFC 1122 4.1.3.4: any other must hold, and whose task
 * it is to look is the port's mode; a device that did not look, or did not like it, does not
 * decide.
 */
static __rte_always_inline bool
udp_sum_ok(enum rsd_csum_mode mode, const struct rte_mbuf *m, const uint8_t *udp, struct tally *t)
{
	if (mode == RSD_CSUM_NIC &&
		(m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_GOOD)
		return true;
	if (unlikely(rsd_load16(udp + 6) == 0)) {
		t->no_sum++;
		return true;
	}
	t->verified++;
	return udp_sum_holds(m, udp);
}

/*
 * Write down where the payload lies, which rsd_pkt_len() and rsd_pkt_offset() read, and whose the
 * packet is, which rsd_hold_worker() reads. One store.
 */
static __rte_always_inline void
note_payload(struct rte_mbuf *m, uint32_t len, uint32_t headers, uint32_t mark)
{
	m->hash.fdir.hi = (len << 16) + (headers - (headers << 16) + mark);
}

/* A datagram to a group or broadcast address goes its own way, to everyone who listens. */
static void
leave_to_many(
	struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf *m, enum rsd_counter nobody)
{
	uint32_t headers = q->port->wire.l2_len + RSD_WIRE_HDRS;
	uint8_t *udp = rte_pktmbuf_mtod_offset(m, uint8_t *, headers - RSD_WIRE_UDP_LEN);
	struct tally t = { 0 };

	note_payload(m, m->pkt_len, headers, q->hold_mark);
	if (q->port->csum != RSD_CSUM_SKIP && !udp_sum_ok(q->port->csum, m, udp, &t) &&
		!complete_partial(lc, q->port, m, udp))
		rsd_drop(lc, m, RSD_C_udp_csum);
	else
		rsd_many(lc, q, m, nobody);
	rsd_count(lc->stats, RSD_C_udp_no_csum, t.no_sum);
	rsd_count(lc->stats, RSD_C_udp_csum_verified, t.verified);
}

/* What the fast check did not recognise: the host part says what it is. true: a datagram for us. */
static bool
leave_fast_path(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf *m)
{
	enum rsd_counter why;

	rsd_count(lc->stats, RSD_C_host_frames, 1);
	switch (rsd_host_input(&q->port->wire, lc->stats, m, &why)) {
	case RSD_HOST_UDP:
		lc->b.chained |= m->nb_segs != 1;
		return true;
	case RSD_HOST_MANY:
		leave_to_many(lc, q, m, why);
		return false;
	case RSD_HOST_SEND:
		if (m->nb_segs == 1 || q->port->tx_segments) {
			rsd_tx(lc, q, &m, 1, RSD_C_host_answered);
			return false;
		}
		why = RSD_C_tx_segments;
		break;
	case RSD_HOST_FREE:
		break;
	}
	rsd_drop(lc, m, why);
	return false;
}

/* One piece, and all of it: a tag that the device took out belongs to the frame (host.c puts it
 * back). */
static __rte_always_inline bool
is_whole(const struct rte_mbuf *m)
{
	return m->nb_segs == 1 && (m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) == 0;
}

/*
 * A second look at what is not exactly a datagram in normal form: it may be one but for its
 * padding, which Ethernet adds to short frames (RFC 894). Otherwise it is the host part's. false:
 * it has left.
 */
static bool
look_again(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf *m)
{
	const struct rsd_wire_local *w = &q->port->wire;
	const uint8_t *eth = rte_pktmbuf_mtod(m, const uint8_t *);
	uint32_t len;

	if (!is_whole(m) || !rsd_wire_fast(w, eth, m->data_len))
		return leave_fast_path(lc, q, m);
	len = w->l2_len + rte_be_to_cpu_16(rsd_load16(eth + w->l2_len + 2));
	if (len != m->data_len) {
		rsd_count(lc->stats, RSD_C_eth_padding, 1);
		m->data_len = (uint16_t)len;
		m->pkt_len = len;
	}
	return true;
}

/*
 * Look at every frame once. Those in normal form get their b.udp, the others NULL; false when there
 * are any of the latter. No calls and no exits in this loop: everything compared with stays in
 * registers.
 */
static __rte_always_inline bool
recognise(struct rsd_burst *b, const struct rsd_queue *q, bool one_addr, unsigned int nb)
{
	const uint32_t mark = q->hold_mark;
	struct rsd_wire_exact x;
	unsigned int i;
	bool all = true;

	rsd_wire_exact_init(&x, &q->port->wire);
	for (i = 0; i < nb; i++) {
		struct rte_mbuf *m = b->pkt[i];
		uint8_t *eth = rte_pktmbuf_mtod(m, uint8_t *);
		uint32_t len = m->data_len;

		if (unlikely(!is_whole(m) || !rsd_wire_exact(&x, eth, len, one_addr))) {
			b->udp[i] = NULL;
			all = false;
			continue;
		}
		b->udp[i] = eth + x.l2_len + RSD_WIRE_IP4_LEN;
		note_payload(m, len, x.least, mark);
	}
	return all;
}

/* Give every frame without a b.udp its second look, and close up. */
static __rte_noinline unsigned int
second_look(struct rsd_lcore *lc, struct rsd_queue *q, unsigned int nb)
{
	uint32_t headers = q->port->wire.l2_len + RSD_WIRE_HDRS;
	struct rsd_burst *b = &lc->b;
	unsigned int i, nb_out = 0;

	for (i = 0; i < nb; i++) {
		struct rte_mbuf *m = b->pkt[i];
		uint8_t *udp = b->udp[i];

		if (udp == NULL) {
			if (!look_again(lc, q, m))
				continue;
			udp = rte_pktmbuf_mtod_offset(m, uint8_t *, headers - RSD_WIRE_UDP_LEN);
			note_payload(m, m->pkt_len, headers, q->hold_mark);
		}
		b->pkt[nb_out] = m;
		b->udp[nb_out++] = udp;
	}
	return nb_out;
}

/* Check UDP checksums; those that do not hold get one more chance, or leave. */
static unsigned int
check_sums(struct rsd_lcore *lc, const struct rsd_port *port, unsigned int nb)
{
	enum rsd_csum_mode mode = port->csum;
	struct rsd_burst *b = &lc->b;
	unsigned int i, nb_out = 0;
	struct tally t = { 0 };

	for (i = 0; i < nb; i++) {
		struct rte_mbuf *m = b->pkt[i];
		uint8_t *udp = b->udp[i];

		if (unlikely(
			    !udp_sum_ok(mode, m, udp, &t) && !complete_partial(lc, port, m, udp))) {
			rsd_drop(lc, m, RSD_C_udp_csum);
			continue;
		}
		b->pkt[nb_out] = m;
		b->udp[nb_out++] = udp;
	}
	rsd_count(lc->stats, RSD_C_udp_no_csum, t.no_sum);
	rsd_count(lc->stats, RSD_C_udp_csum_verified, t.verified);
	return nb_out;
}

uint16_t
rsd_parse(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb)
{
	unsigned int nb_out = nb;
	bool all;

	lc->b.chained = false;
	all = likely(q->port->wire.nb_addr == 1) ? recognise(&lc->b, q, true, nb)
						 : recognise(&lc->b, q, false, nb);
	if (unlikely(!all))
		nb_out = second_look(lc, q, nb);
	if (q->port->csum != RSD_CSUM_SKIP)
		nb_out = check_sums(lc, q->port, nb_out);
	return (uint16_t)nb_out;
}
