/* SPDX-License-Identifier: BSD-3-Clause */
#include "datapath/drop.h"
#include "datapath/stages.h"
#include "host/chain.h"
#include "host/host.h"
#include "wire/parse.h"

/* Counts of one burst, flushed once. */
struct tally {
	uint32_t padded;
	uint32_t no_sum;
	uint32_t verified;
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

/* RFC 768: zero means the sender made none. RFC 1122 4.1.3.4: any other must hold. */
static __rte_always_inline bool
udp_sum_ok(struct rsd_lcore *lc, const struct rsd_port *port, struct rte_mbuf *m, uint8_t *udp,
	struct tally *t)
{
	if (rsd_load16(udp + 6) == 0) {
		t->no_sum++;
		return true;
	}
	if (port->csum == RSD_CSUM_SKIP)
		return true;
	if (port->csum == RSD_CSUM_NIC &&
		(m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_GOOD)
		return true;
	t->verified++;
	if (likely(udp_sum_holds(m, udp, rte_be_to_cpu_16(rsd_load16(udp + 4)))))
		return true;
	return complete_partial(lc, port, m, udp);
}

/* Put a datagram in normal form, of len bytes in all, at the end of the stage's output. */
static __rte_always_inline uint16_t
accept_datagram(struct rsd_lcore *lc, const struct rsd_port *port, struct rte_mbuf *m, uint32_t len,
	uint16_t nb_out, struct tally *t)
{
	uint32_t payload = port->wire.l2_len + RSD_WIRE_HDRS;
	uint8_t *udp = rte_pktmbuf_mtod_offset(m, uint8_t *, payload - RSD_WIRE_UDP_LEN);

	if (unlikely(!udp_sum_ok(lc, port, m, udp, t))) {
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
static uint16_t
leave_fast_path(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf **odd, uint16_t nb,
	uint16_t nb_out, struct tally *t)
{
	struct rte_mbuf *answer[RSD_BURST_MAX];
	uint16_t i, nb_answer = 0;

	rsd_count(lc->stats, RSD_C_host_frames, nb);
	for (i = 0; i < nb; i++) {
		enum rsd_counter why;

		switch (rsd_host_input(&q->port->wire, lc->stats, odd[i], &why)) {
		case RSD_HOST_UDP:
			nb_out = accept_datagram(lc, q->port, odd[i], odd[i]->pkt_len, nb_out, t);
			break;
		case RSD_HOST_SEND:
			answer[nb_answer++] = odd[i];
			break;
		case RSD_HOST_FREE:
			rsd_drop(lc, odd[i], why);
			break;
		}
	}
	rsd_tx(lc, q, answer, nb_answer, RSD_C_host_answered);
	return nb_out;
}

static void
flush(struct rsd_lcore *lc, const struct tally *t)
{
	rsd_count(lc->stats, RSD_C_eth_padding, t->padded);
	rsd_count(lc->stats, RSD_C_udp_no_csum, t->no_sum);
	rsd_count(lc->stats, RSD_C_udp_csum_verified, t->verified);
}

uint16_t
rsd_parse(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb)
{
	const struct rsd_port *port = q->port;
	struct rte_mbuf *odd[RSD_BURST_MAX];
	struct tally t = { 0 };
	uint16_t i, nb_odd = 0, nb_out = 0;

	for (i = 0; i < nb; i++) {
		struct rte_mbuf *m = lc->b.pkt[i];
		const uint8_t *eth = rte_pktmbuf_mtod(m, const uint8_t *);
		uint32_t len;

		if (unlikely(m->nb_segs != 1 || !rsd_wire_fast(&port->wire, eth, m->data_len))) {
			odd[nb_odd++] = m;
			continue;
		}
		len = port->wire.l2_len + rte_be_to_cpu_16(rsd_load16(eth + port->wire.l2_len + 2));
		if (len != m->data_len) { /* Ethernet pads short frames: RFC 894 */
			m->data_len = (uint16_t)len;
			m->pkt_len = len;
			t.padded++;
		}
		nb_out = accept_datagram(lc, port, m, len, nb_out, &t);
	}
	if (nb_odd != 0)
		nb_out = leave_fast_path(lc, q, odd, nb_odd, nb_out, &t);
	flush(lc, &t);
	return nb_out;
}
