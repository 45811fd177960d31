/* SPDX-License-Identifier: BSD-3-Clause */
#include "datapath/drop.h"
#include "datapath/look.h"
#include "datapath/stages.h"
#include "host/chain.h"
#include "host/host.h"

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
chain_sum_holds(const struct rte_mbuf *m, const uint8_t *udp)
{
	uint32_t off = (uint32_t)(udp - rte_pktmbuf_mtod(m, const uint8_t *));
	uint32_t len = rte_be_to_cpu_16(rsd_load16(udp + 4));

	return rsd_csum_is_full(rsd_chain_sum(m, off, len, rsd_csum_udp4_pseudo(udp)));
}

/*
 * A datagram in normal form that has had no first look, or did not pass it: is its UDP sum as the
 * port wants it? Where it is not, it may be one that nobody has finished.
 */
static bool
sum_ok(struct rsd_lcore *lc, const struct rsd_port *port, struct rte_mbuf *m, uint8_t *udp)
{
	struct rsd_sum_tally t = { 0 };
	bool ok;

	if (m->nb_segs == 1 || port->csum == RSD_CSUM_SKIP || rsd_load16(udp + 6) == 0 ||
		(port->csum == RSD_CSUM_NIC && rsd_nic_vouches(m)))
		ok = rsd_udp_sum_ok(port->csum, m, udp, &t);
	else
		t.verified = ok = chain_sum_holds(m, udp);
	t.verified += !ok;
	rsd_sum_tally_flush(lc->stats, &t);
	return ok || complete_partial(lc, port, m, udp);
}

/* A datagram to a group or broadcast address goes its own way, to everyone who listens. */
static void
leave_to_many(
	struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf *m, enum rsd_counter nobody)
{
	uint32_t headers = q->port->wire.l2_len + RSD_WIRE_HDRS;
	uint8_t *udp = rte_pktmbuf_mtod_offset(m, uint8_t *, headers - RSD_WIRE_UDP_LEN);

	rsd_note_payload(m, m->pkt_len, rsd_payload_note(headers, q->hold_mark));
	if (sum_ok(lc, q->port, m, udp))
		rsd_many(lc, q, m, nobody);
	else
		rsd_drop(lc, m, RSD_C_udp_csum);
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

	if (!rsd_is_whole(m) || !rsd_wire_fast(w, eth, m->data_len))
		return leave_fast_path(lc, q, m);
	len = w->l2_len + rte_be_to_cpu_16(rsd_load16(eth + w->l2_len + 2));
	if (len != m->data_len) {
		rsd_count(lc->stats, RSD_C_eth_padding, 1);
		m->data_len = (uint16_t)len;
		m->pkt_len = len;
	}
	return true;
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
			if (!sum_ok(lc, q->port, m, udp)) {
				rsd_drop(lc, m, RSD_C_udp_csum);
				continue;
			}
			rsd_note_payload(m, m->pkt_len, rsd_payload_note(headers, q->hold_mark));
		}
		b->pkt[nb_out] = m;
		b->udp[nb_out++] = udp;
	}
	return nb_out;
}

uint16_t
rsd_parse(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb)
{
	lc->b.chained = false;
	if (likely(q->port->look(lc, q, nb)))
		return nb;
	return (uint16_t)second_look(lc, q, nb);
}
