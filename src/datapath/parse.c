/* SPDX-License-Identifier: BSD-3-Clause */
#include "datapath/drop.h"
#include "datapath/stages.h"
#include "host/chain.h"
#include "host/host.h"
#include "wire/exact.h"

/* Counts of one burst, flushed once. */
struct tally {
	unsigned int padded;
	unsigned int no_sum;
	unsigned int verified;
};

/*
 * The UDP checksum did not hold. A local kernel that believes it talks to a NIC leaves the sum of
 * the pseudo header in the field for that NIC to finish. On a device where no NIC will, such a
 * frame never crossed a wire: take it as the kernel itself does, and finish the sum so that an
 * answer carries it.
 */
static bool
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
udp_sum_holds(const struct rte_mbuf *m, const uint8_t *udp, uint32_t udp_len)
{
	rsd_csum_t sum = rsd_csum_udp4_pseudo(udp);

	if (likely(m->nb_segs == 1))
		return rsd_csum_fold(rsd_csum_bytes(udp, udp_len, sum)) == UINT16_MAX;
	return rsd_csum_fold(rsd_chain_sum(m, (uint32_t)(udp - rte_pktmbuf_mtod(m, uint8_t *)),
		       udp_len, sum)) == UINT16_MAX;
}

/*
 * RFC 768: zero means the sender made none. RFC 1122 4.1.3.4: any other must hold, and whose task
 * it is to look is the port's mode; a device that did not look, or did not like it, does not
 * decide.
 */
static __rte_always_inline bool
udp_sum_ok(struct rsd_lcore *lc, const struct rsd_port *port, struct rte_mbuf *m, uint8_t *udp,
	struct tally *t)
{
	if (port->csum == RSD_CSUM_NIC &&
		(m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_GOOD)
		return true;
	if (rsd_load16(udp + 6) == 0) {
		t->no_sum++;
		return true;
	}
	t->verified++;
	if (likely(udp_sum_holds(m, udp, rte_be_to_cpu_16(rsd_load16(udp + 4)))))
		return true;
	return complete_partial(lc, port, m, udp);
}

/*
 * Put a datagram in normal form, of len bytes in all, at the end of the stage's output, unless its
 * UDP checksum is wrong. check is false where nobody is to look at it.
 */
static __rte_always_inline unsigned int
accept_datagram(struct rsd_lcore *lc, const struct rsd_port *port, bool check, struct rte_mbuf *m,
	uint32_t len, unsigned int nb_out, struct tally *t)
{
	uint32_t payload = port->wire.l2_len + RSD_WIRE_HDRS;
	uint8_t *udp = rte_pktmbuf_mtod_offset(m, uint8_t *, payload - RSD_WIRE_UDP_LEN);

	if (check && unlikely(!udp_sum_ok(lc, port, m, udp, t))) {
		rsd_drop(lc, m, RSD_C_udp_csum);
		return nb_out;
	}
	m->hash.fdir.hi =
		(len - payload) << 16 | payload; /* what rsd_pkt_len() and _offset() read */
	lc->b.pkt[nb_out] = m;
	lc->b.udp[nb_out] = udp;
	return nb_out + 1;
}

/* What the fast check did not recognise: the host part says what it is. */
static unsigned int
leave_fast_path(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf **odd, unsigned int nb,
	unsigned int nb_out, struct tally *t)
{
	bool check = q->port->csum != RSD_CSUM_SKIP;
	struct rte_mbuf *answer[RSD_BURST_MAX];
	unsigned int i, nb_answer = 0;

	rsd_count(lc->stats, RSD_C_host_frames, nb);
	for (i = 0; i < nb; i++) {
		enum rsd_counter why;

		switch (rsd_host_input(&q->port->wire, lc->stats, odd[i], &why)) {
		case RSD_HOST_UDP:
			nb_out = accept_datagram(
				lc, q->port, check, odd[i], odd[i]->pkt_len, nb_out, t);
			break;
		case RSD_HOST_SEND:
			answer[nb_answer++] = odd[i];
			break;
		case RSD_HOST_FREE:
			rsd_drop(lc, odd[i], why);
			break;
		}
	}
	rsd_tx(lc, q, answer, (uint16_t)nb_answer, RSD_C_host_answered);
	return nb_out;
}

static void
flush(struct rsd_lcore *lc, const struct tally *t)
{
	rsd_count(lc->stats, RSD_C_eth_padding, t->padded);
	rsd_count(lc->stats, RSD_C_udp_no_csum, t->no_sum);
	rsd_count(lc->stats, RSD_C_udp_csum_verified, t->verified);
}

/*
 * A second look at what is not exactly a datagram in normal form: it may be one but for its
 * padding, which Ethernet adds to short frames (RFC 894). Returns its length without; 0: it is
 * something else.
 */
static __rte_noinline uint32_t
look_again(const struct rsd_wire_local *w, struct rte_mbuf *m, struct tally *t)
{
	const uint8_t *eth = rte_pktmbuf_mtod(m, const uint8_t *);
	uint32_t len;

	if (m->nb_segs != 1 || !rsd_wire_fast(w, eth, m->data_len))
		return 0;
	len = w->l2_len + rte_be_to_cpu_16(rsd_load16(eth + w->l2_len + 2));
	t->padded += len != m->data_len;
	m->data_len = (uint16_t)len;
	m->pkt_len = len;
	return len;
}

/* check is a constant where this is called, so that each call is a loop of its own. */
static __rte_always_inline unsigned int
parse_burst(struct rsd_lcore *lc, struct rsd_queue *q, bool check, unsigned int nb, struct tally *t)
{
	const struct rsd_wire_local *w = &q->port->wire;
	struct rte_mbuf *odd[RSD_BURST_MAX];
	unsigned int i, nb_odd = 0, nb_out = 0;
	struct rsd_wire_exact x;

	rsd_wire_exact_init(&x, w);
	for (i = 0; i < nb; i++) {
		struct rte_mbuf *m = lc->b.pkt[i];
		uint32_t len = m->data_len;

		if (unlikely(m->nb_segs != 1 ||
			     !rsd_wire_exact(&x, w, rte_pktmbuf_mtod(m, const uint8_t *), len)))
			len = look_again(w, m, t);
		if (likely(len != 0))
			nb_out = accept_datagram(lc, q->port, check, m, len, nb_out, t);
		else
			odd[nb_odd++] = m;
	}
	return nb_odd == 0 ? nb_out : leave_fast_path(lc, q, odd, nb_odd, nb_out, t);
}

uint16_t
rsd_parse(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb)
{
	struct tally t = { 0 };
	unsigned int nb_out;

	if (q->port->csum == RSD_CSUM_SKIP)
		nb_out = parse_burst(lc, q, false, nb, &t);
	else
		nb_out = parse_burst(lc, q, true, nb, &t);
	flush(lc, &t);
	return (uint16_t)nb_out;
}
