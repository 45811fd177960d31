/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_ethdev.h>

#include "datapath/drop.h"
#include "datapath/stages.h"

/* A full ring is usually emptied within a burst or two by its other side; then it is a slow peer.
 */
#define TX_RETRIES 16

static uint64_t
sum_bytes(struct rte_mbuf *const *out, unsigned int nb)
{
	uint64_t bytes = 0;
	unsigned int i;

	for (i = 0; i < nb; i++)
		bytes += out[i]->pkt_len;
	return bytes;
}

static uint16_t
retry(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf **out, uint16_t nb)
{
	uint16_t i, sent = 0;

	for (i = 0; i < TX_RETRIES && sent < nb; i++)
		sent += rte_eth_tx_burst(q->port_id, q->queue_id, out + sent, nb - sent);
	rsd_count(lc->stats, RSD_C_tx_retries, i);
	return sent;
}

void
rsd_tx(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf **out, uint16_t nb,
	enum rsd_counter end)
{
	uint64_t bytes;
	uint16_t sent, i;

	if (nb == 0)
		return;
	bytes = sum_bytes(out, nb); /* afterwards they are the device's */
	sent = rte_eth_tx_burst(q->port_id, q->queue_id, out, nb);
	if (unlikely(sent < nb)) {
		sent += retry(lc, q, out + sent, nb - sent);
		bytes -= sum_bytes(out + sent, nb - sent);
		for (i = sent; i < nb; i++)
			rsd_drop(lc, out[i], RSD_C_tx_full);
	}
	q->tx_frames += sent;
	q->tx_bytes += bytes;
	rsd_count(lc->stats, RSD_C_tx_bytes, bytes);
	rsd_count(lc->stats, end, sent);
}
