/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a core does when its queues gave nothing. Not part of the datapath: a core that comes here
 * has nothing to be late for, so system calls are allowed.
 */
#include <errno.h>
#include <time.h>

#include <rte_ethdev.h>
#include <rte_interrupts.h>
#include <rte_pause.h>

#include "base/err.h"
#include "control/engine.h"

/* Naps begin after this many empty turns, so that a short gap inside a load costs no wake-up. */
#define TURNS_BEFORE_NAP 256
#define NAP_NS           50000
#define WAIT_MS          1

static void
idle_pause(struct rsd_lcore *lc)
{
	(void)lc;
	rte_pause();
}

/* A sleeping core must not hold up the writer of the socket table. */
static void
nap(struct rsd_lcore *lc)
{
	const struct timespec ts = { .tv_nsec = NAP_NS };

	rte_rcu_qsbr_thread_offline(lc->qsbr, lc->worker);
	nanosleep(&ts, NULL);
	rte_rcu_qsbr_thread_online(lc->qsbr, lc->worker);
}

/* idle_turns counts turns without frames in a row; busy ones are recognised by their polls. */
static bool
long_idle(struct rsd_lcore *lc)
{
	uint64_t busy = lc->stats->polls - lc->stats->polls_empty;

	if (busy != lc->idle_mark) {
		lc->idle_mark = busy;
		lc->idle_turns = 0;
	}
	return ++lc->idle_turns >= TURNS_BEFORE_NAP;
}

static void
idle_sleep(struct rsd_lcore *lc)
{
	if (long_idle(lc))
		nap(lc);
	else
		rte_pause();
}

/*
 * Devices whose descriptor is always armed (tap) have nothing to enable. A frame that comes between
 * the last poll and the wait is found when the wait times out at the latest.
 */
static void
wait_rx(struct rsd_lcore *lc)
{
	struct rte_epoll_event ev[RSD_LCORE_QUEUES];
	unsigned int i;

	for (i = 0; i < lc->nb_queues; i++)
		rte_eth_dev_rx_intr_enable(lc->queue[i].port_id, lc->queue[i].queue_id);
	rte_rcu_qsbr_thread_offline(lc->qsbr, lc->worker);
	rte_epoll_wait(RTE_EPOLL_PER_THREAD, ev, RSD_LCORE_QUEUES, WAIT_MS);
	rte_rcu_qsbr_thread_online(lc->qsbr, lc->worker);
	for (i = 0; i < lc->nb_queues; i++)
		rte_eth_dev_rx_intr_disable(lc->queue[i].port_id, lc->queue[i].queue_id);
}

/* The epoll set belongs to the thread, so it can only be filled from the core itself. */
static void
idle_interrupt(struct rsd_lcore *lc)
{
	unsigned int i;

	if (!long_idle(lc)) {
		rte_pause();
		return;
	}
	for (i = 0; i < lc->nb_queues && !lc->idle_armed; i++)
		rte_eth_dev_rx_intr_ctl_q(lc->queue[i].port_id, lc->queue[i].queue_id,
			RTE_EPOLL_PER_THREAD, RTE_INTR_EVENT_ADD, NULL);
	lc->idle_armed = true;
	wait_rx(lc);
}

void (*rsd_idle_fn(enum rsd_idle idle))(struct rsd_lcore *lc)
{
	switch (idle) {
	case RSD_IDLE_PAUSE:
		return idle_pause;
	case RSD_IDLE_SLEEP:
		return idle_sleep;
	case RSD_IDLE_INTERRUPT:
		return idle_interrupt;
	case RSD_IDLE_SPIN:
		break;
	}
	return NULL;
}
