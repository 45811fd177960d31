/* SPDX-License-Identifier: BSD-3-Clause */
/* Read this first: what a polling core does, one line a stage. */
#include <rte_cycles.h>
#include <rte_per_lcore.h>

#include <ringside/engine.h>

#include "datapath/stages.h"

/* Known to each thread about itself. */
static RTE_DEFINE_PER_LCORE(int, worker_id) = -1;

int
rsd_worker_id(void)
{
	return RTE_PER_LCORE(worker_id);
}

uint16_t
rsd_pipeline_respond(struct rsd_lcore *lc, struct rsd_queue *q)
{
	uint16_t nb_rx = rsd_rx(lc, q); /* frames from this core's queue */
	uint16_t nb;

	nb = rsd_parse(lc, q, nb_rx); /* to datagrams; host part and drops branch off */
	nb = rsd_lookup(lc, q, nb);   /* whose are they */
	nb = rsd_respond(lc, q, nb);  /* handlers; answers turned round in place */
	rsd_tx(lc, q, lc->b.pkt, nb, RSD_C_answered); /* the one transmit tail */
	return nb_rx;
}

uint16_t
rsd_lcore_turn(struct rsd_lcore *lc)
{
	uint16_t i, taken = 0, empty = 0;

	rsd_core_stats_begin(lc->stats);
	for (i = 0; i < lc->nb_queues; i++) {
		uint16_t nb = lc->pipeline(lc, &lc->queue[i]);

		empty += nb == 0;
		taken += nb;
	}
	taken += rsd_returns(lc); /* what handlers held and now give back */
	rsd_core_stats_polls(lc->stats, lc->nb_queues, empty);
	rsd_core_stats_end(lc->stats);
	return taken;
}

/* The clock is read once a turn; a turn that took nothing is not busy (docs/decisions.md). */
static void
clock_turn(struct rsd_lcore *lc, uint16_t taken)
{
	uint64_t now = rte_rdtsc();

	if (taken != 0) {
		rsd_core_stats_busy(lc->stats, now - lc->last_tsc);
	} else if (lc->idle != NULL) {
		lc->idle(lc);
		now = rte_rdtsc();
	}
	lc->last_tsc = now;
}

/* What already waits in the queues is still served, but not for longer than a tenth of a second. */
static void
drain(struct rsd_lcore *lc)
{
	uint64_t deadline = rte_rdtsc() + rte_get_tsc_hz() / 10;

	while (rsd_lcore_turn(lc) != 0 && rte_rdtsc() < deadline)
		;
}

int
rsd_lcore_main(void *arg)
{
	struct rsd_lcore *lc = arg;

	RTE_PER_LCORE(worker_id) = (int)lc->worker;
	rte_rcu_qsbr_thread_online(lc->qsbr, lc->worker);
	lc->last_tsc = rte_rdtsc();
	while (likely(__atomic_load_n(&lc->stop, __ATOMIC_RELAXED) == 0)) {
		clock_turn(lc, rsd_lcore_turn(lc));
		rte_rcu_qsbr_quiescent(lc->qsbr, lc->worker);
	}
	drain(lc);
	rte_rcu_qsbr_thread_offline(lc->qsbr, lc->worker);
	RTE_PER_LCORE(worker_id) = -1;
	return 0;
}
