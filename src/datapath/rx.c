/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_prefetch.h>

#include "datapath/drop.h"
#include "datapath/stages.h"
#include "wire/turn.h"

uint16_t
rsd_rx(struct rsd_lcore *lc, struct rsd_queue *q)
{
	struct rte_mbuf **pkt = lc->b.pkt;
	unsigned int i, nb = rte_eth_rx_burst(q->port_id, q->queue_id, pkt, lc->burst);
	uint64_t bytes = 0;

	for (i = 0; i < nb; i++) {
		rte_prefetch0(rte_pktmbuf_mtod(pkt[i], void *));
		bytes += pkt[i]->pkt_len;
	}
	q->rx_frames += nb;
	q->rx_bytes += bytes;
	q->rx_full += nb == lc->burst;
	rsd_count(lc->stats, RSD_C_rx_frames, nb);
	rsd_count(lc->stats, RSD_C_rx_bytes, bytes);
	return (uint16_t)nb;
}

uint16_t
rsd_pipeline_sink(struct rsd_lcore *lc, struct rsd_queue *q)
{
	uint16_t nb = rsd_rx(lc, q);

	if (nb != 0) {
		rte_pktmbuf_free_bulk(lc->b.pkt, nb);
		rsd_count(lc->stats, RSD_C_sunk, nb);
	}
	return nb;
}

uint16_t
rsd_pipeline_bounce(struct rsd_lcore *lc, struct rsd_queue *q)
{
	uint16_t nb = rsd_rx(lc, q);

	rsd_tx(lc, q, lc->b.pkt, nb, RSD_C_forwarded);
	return nb;
}

/* Back to the sender, from us: what was sent to a group must not come from one. */
uint16_t
rsd_pipeline_swap(struct rsd_lcore *lc, struct rsd_queue *q)
{
	uint16_t nb = rsd_rx(lc, q);
	unsigned int i;

	for (i = 0; i < nb; i++)
		if (likely(lc->b.pkt[i]->data_len >= 2 * RTE_ETHER_ADDR_LEN))
			rsd_turn_eth(&q->port->wire, rte_pktmbuf_mtod(lc->b.pkt[i], uint8_t *));
	rsd_tx(lc, q, lc->b.pkt, nb, RSD_C_forwarded);
	return nb;
}
