/* SPDX-License-Identifier: BSD-3-Clause */
/* Which core polls which queue: worker i polls queue i of every port. */
#include <errno.h>
#include <numa.h>

#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

#include "base/err.h"
#include "base/bigmem.h"
#include "base/log.h"
#include "control/engine.h"

#define RETURN_RING 1024 /* held packets on their way back to one core */

static rsd_pipeline_fn
pipeline_fn(enum rsd_pipeline_id id)
{
	switch (id) {
	case RSD_PIPELINE_SINK:
		return rsd_pipeline_sink;
	case RSD_PIPELINE_BOUNCE:
		return rsd_pipeline_bounce;
	case RSD_PIPELINE_SWAP:
		return rsd_pipeline_swap;
	case RSD_PIPELINE_RESPOND:
		break;
	}
	return rsd_pipeline_respond;
}

/* Some bursts are watched, under the guard all, when there are stages to watch. 0; -ENOMEM. */
static int
watch(const struct rsd_conf *conf, struct rsd_lcore *lc, int node)
{
	if (conf->ledger == 0)
		return 0;
	lc->custody = rsd_custody_create(conf->ledger, lc->worker, node);
	lc->pipeline = conf->guard ? rsd_pipeline_watched : rsd_pipeline_sampled;
	return lc->custody != NULL ? 0 : -ENOMEM;
}

static int
make_lcore(struct rsd_engine *eng, unsigned int worker, unsigned int lcore_id)
{
	int node = (int)rte_lcore_to_socket_id(lcore_id);
	struct rsd_lcore *lc =
		rte_zmalloc_socket("rsd_lcore", sizeof(*lc), RTE_CACHE_LINE_SIZE, node);
	char name[RTE_RING_NAMESIZE];

	if (lc == NULL)
		return -ENOMEM;
	eng->lcores[worker] = lc;
	snprintf(name, sizeof(name), "rsd_returns_%u", worker);
	lc->stats = rte_zmalloc_socket("rsd_stats", sizeof(*lc->stats), RTE_CACHE_LINE_SIZE, node);
	if (rsd_bigmem_alloc(&lc->sock_stats_mem, RSD_SOCK_MAX * sizeof(lc->sock_stats[0]),
		    RSD_BIGMEM_LAZY) == 0)
		lc->sock_stats = lc->sock_stats_mem.addr;
	/* Threads that fill it may be put to sleep by the kernel half way: others then go on. */
	lc->returns = rte_ring_create(name, RETURN_RING, node, RING_F_MP_RTS_ENQ | RING_F_SC_DEQ);
	if (lc->stats == NULL || lc->sock_stats == NULL || lc->returns == NULL)
		return -ENOMEM;
	lc->pipeline = pipeline_fn(eng->conf.pipeline);
	lc->idle = rsd_idle_fn(eng->conf.idle);
	lc->table = eng->table;
	lc->qsbr = eng->qsbr;
	lc->burst = eng->conf.burst;
	lc->worker = worker;
	lc->lcore_id = lcore_id;
	lc->stats->worker = worker;
	return watch(&eng->conf, lc, node);
}

int
rsd_lcore_cpu(unsigned int lcore_id)
{
	rte_cpuset_t set = rte_lcore_cpuset(lcore_id);
	int cpu;

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set))
			return cpu;
	return -1;
}

static void
assign_queues(struct rsd_engine *eng, struct rsd_lcore *lc)
{
	unsigned int p;

	for (p = 0; p < eng->nb_ports; p++) {
		struct rsd_queue *q = &lc->queue[lc->nb_queues++];
		int port_node = rte_eth_dev_socket_id(eng->port_info[p].port_id);
		int node = (int)rte_lcore_to_socket_id(lc->lcore_id);

		q->port = &eng->ports[p];
		q->port_id = eng->port_info[p].port_id;
		q->queue_id = (uint16_t)lc->worker;
		q->hold_mark = rsd_hold_mark(lc->worker, p);
		rsd_say("worker %u: core %d polls port %u queue %u", lc->worker,
			rsd_lcore_cpu(lc->lcore_id), p, q->queue_id);
		if (port_node >= 0 && node >= 0 && port_node != node && numa_available() >= 0 &&
			numa_max_node() > 0)
			rsd_warn("worker %u is on NUMA node %d, port %u on node %d: every frame "
				 "crosses; choose other --cores",
				lc->worker, node, p, port_node);
	}
}

int
rsd_lcore_plan(struct rsd_engine *eng, struct rsd_error *err)
{
	unsigned int lcore_id, worker = 0;

	RTE_LCORE_FOREACH_WORKER (lcore_id) {
		if (worker == eng->nb_workers)
			break;
		if (make_lcore(eng, worker, lcore_id) != 0)
			return rsd_err(err, RSD_EXIT_NOT_READY, -ENOMEM,
				"no memory for worker %u; reserve hugepages", worker);
		assign_queues(eng, eng->lcores[worker]);
		worker++;
	}
	return 0;
}

void
rsd_lcore_plan_free(struct rsd_engine *eng)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(eng->lcores); i++) {
		struct rsd_lcore *lc = eng->lcores[i];

		if (lc == NULL)
			continue;
		rsd_custody_free(lc->custody);
		rte_ring_free(lc->returns);
		rsd_bigmem_free(&lc->sock_stats_mem);
		rte_free(lc->stats);
		rte_free(lc);
		eng->lcores[i] = NULL;
	}
}
