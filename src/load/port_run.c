/* SPDX-License-Identifier: BSD-3-Clause */
/* The loop of load over a DPDK port: one core sends and receives. */
#include <rte_ethdev.h>

#include "load/port.h"

/* -- sending ----------------------------------------------------------------------------------- */

static void
count_late(struct rsd_load *load, uint64_t now, unsigned int n)
{
	unsigned int i;

	if (load->src.interval_fp == 0)
		return;
	for (i = 0; i < n; i++)
		rsd_hist_add(load->late, now - rsd_source_time(&load->src, now, i));
}

static void
make_pending(struct rsd_load *load, struct rsd_port_side *side, uint64_t now)
{
	uint64_t settled = load->settled;
	unsigned int due = rsd_source_due(&load->src, now, settled, load->conf->batch);

	if (due == 0)
		return;
	if (unlikely(rte_pktmbuf_alloc_bulk(side->pool, side->pending, due) != 0)) {
		load->send_waits++; /* the device holds them all */
		return;
	}
	count_late(load, now, due);
	rsd_port_build(load, side->pending, due, now);
	side->first_pending = 0;
	side->nb_pending = due;
}

/* Returns how many frames the device took. */
static unsigned int
send_step(struct rsd_load *load, struct rsd_port_side *side, uint64_t now)
{
	uint16_t sent;

	if (side->nb_pending == 0)
		make_pending(load, side, now);
	if (side->nb_pending == 0)
		return 0;
	sent = rte_eth_tx_burst(
		side->port_id, 0, &side->pending[side->first_pending], (uint16_t)side->nb_pending);
	load->send_waits += sent == 0;
	side->first_pending += sent;
	side->nb_pending -= sent;
	__atomic_store_n(&load->sent_now, load->src.seq - side->nb_pending, __ATOMIC_RELAXED);
	return sent;
}

/* The phase ends: what the device never took was not sent. */
static void
take_back(struct rsd_load *load, struct rsd_port_side *side)
{
	struct rsd_source *s = &load->src;
	unsigned int i;

	for (i = 0; i < side->nb_pending; i++) {
		s->flow = s->flow == 0 ? s->nb_flows - 1 : s->flow - 1;
		s->sent_flow[s->flow]--;
		s->seq--;
		s->next_fp -= s->interval_fp;
		s->bytes -= rsd_mix_size(s->mix, s->seq);
		rte_pktmbuf_free(side->pending[side->first_pending + i]);
	}
	side->nb_pending = 0;
	s->limit = s->seq;
	__atomic_store_n(&load->sent_now, s->seq, __ATOMIC_RELAXED);
}

/* -- receiving --------------------------------------------------------------------------------- */

static bool
sum_is_good(const struct rsd_port_side *side, const uint8_t *udp, uint16_t udp_len)
{
	return !side->check_sums || rsd_load16(udp + 6) == 0 ||
	       rsd_csum_is_full(rsd_csum_udp4(udp, udp_len));
}

/* An answer of the peer's; false when it is no datagram in normal form and m is still to be seen
 * to. */
static bool
take(struct rsd_load *load, struct rsd_port_side *side, const struct rte_mbuf *m, uint64_t now)
{
	const uint8_t *eth = rte_pktmbuf_mtod(m, const uint8_t *), *ip = eth + RTE_ETHER_HDR_LEN;
	const uint8_t *udp = ip + RSD_WIRE_IP4_LEN;
	uint16_t udp_len;

	if (unlikely(m->nb_segs != 1 || !rsd_wire_fast(rsd_port_wire(side), eth, m->data_len)))
		return false;
	udp_len = rte_be_to_cpu_16(rsd_load16(udp + 4));
	if (unlikely(
		    rsd_load32(ip + 12) != side->peer_addr || rsd_load16(udp) != side->peer_port)) {
		load->track.wrong++;
		return true;
	}
	if (unlikely(!sum_is_good(side, udp, udp_len))) {
		load->bad_sums++;
		return true;
	}
	rsd_track_take(&load->track, udp + RSD_WIRE_UDP_LEN, udp_len - RSD_WIRE_UDP_LEN,
		rsd_port_flow(side, rsd_load32(ip + 16), rsd_load16(udp + 2)), now);
	return true;
}

static unsigned int
receive_step(struct rsd_load *load, struct rsd_port_side *side)
{
	struct rte_mbuf *m[RSD_LOAD_BATCH];
	uint16_t nb = rte_eth_rx_burst(side->port_id, 0, m, RSD_LOAD_BATCH), i, done = 0;
	uint64_t now;

	if (nb == 0)
		return 0;
	now = rsd_port_now(side);
	for (i = 0; i < nb; i++)
		rte_prefetch0(rte_pktmbuf_mtod(m[i], void *));
	for (i = 0; i < nb; i++) {
		if (likely(take(load, side, m[i], now)))
			m[done++] = m[i];
		else
			rsd_port_odd_frame(side, m[i]);
	}
	rte_pktmbuf_free_bulk(m, done);
	return done;
}

int
rsd_port_main(void *arg)
{
	struct rsd_load *load = arg;
	struct rsd_port_side *side = load->side_data;
	uint64_t last = 0;
	bool sending = true;

	for (;;) {
		uint64_t now = rsd_port_now(side);
		unsigned int got;

		/* What the turn before took, if anything was sent in it: waiting is no work. */
		load->sending_ns += last != 0 ? now - last : 0;
		last = sending && send_step(load, side, now) != 0 ? now : 0;
		got = receive_step(load, side);
		rsd_phase_settle(load, now, got);
		if (sending && rsd_phase_sending_over(load, now) &&
			(side->nb_pending == 0 || now >= load->src.end_ns ||
				__atomic_load_n(&load->stop, __ATOMIC_RELAXED))) {
			take_back(load, side);
			load->sender_done = true;
			sending = false;
		}
		if (!sending && rsd_phase_receiving_over(load, now))
			return 0;
	}
}
