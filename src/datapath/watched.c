/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stages of lcore_loop.c once more, with a note between them of where every packet lies. For
 * sampled bursts only (--ledger), or for all of them where the engine is to be caught in the act
 * (--guard). Without either nothing here runs.
 */
#include "datapath/stages.h"
#include "ledger/custody.h"
#include "ledger/guard.h"
#include "wire/parse.h"

uint16_t
rsd_pipeline_watched(struct rsd_lcore *lc, struct rsd_queue *q)
{
	struct rte_mbuf **pkt = lc->b.pkt;
	struct rsd_custody *c = lc->custody;
	uint16_t nb_rx, nb;

	rsd_custody_begin(c, q->port_id, q->queue_id, q->port->wire.l2_len + RSD_WIRE_HDRS);
	nb_rx = rsd_rx(lc, q);
	rsd_custody_taken(c, pkt, nb_rx);
	nb = rsd_parse(lc, q, nb_rx);
	rsd_custody_note(c, RSD_PLACE_PARSE, pkt, nb);
	nb = rsd_lookup(lc, q, nb);
	rsd_custody_note(c, RSD_PLACE_LOOKUP, pkt, nb);
	nb = rsd_respond(lc, q, nb);
	rsd_custody_note(c, RSD_PLACE_SERVICE, pkt, nb);
	rsd_tx(lc, q, pkt, nb, RSD_C_answered);
	rsd_custody_sent(c, pkt, nb);
	rsd_custody_end(c);
	if (lc->guard != NULL)
		rsd_guard_end(lc->guard);
	return nb_rx;
}

/*
 * A burst is watched whole, so the next one follows after as many times its packets as one in
 * `every` allows. rx_frames of the queue is the clock: the bursts between pay for one comparison.
 */
uint16_t
rsd_pipeline_sampled(struct rsd_lcore *lc, struct rsd_queue *q)
{
	uint16_t nb;

	if (likely(q->rx_frames < q->sample_at))
		return rsd_pipeline_respond(lc, q);
	nb = rsd_pipeline_watched(lc, q);
	q->sample_at = q->rx_frames + (uint64_t)nb * (lc->custody->every - 1);
	return nb;
}
