/* SPDX-License-Identifier: BSD-3-Clause */
/* Start, wait, stop: what happens between create and destroy. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_launch.h>

#include "base/err.h"
#include "base/log.h"
#include "control/engine.h"
#include "control/ledger.h"
#include "control/sock_queue.h"
#include "datapath/stages.h"
#include "stats/report.h"
#include "table/sock_table.h"

#define COUNT_POLL_MS 10

static uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static int
launch(struct rsd_engine *eng, struct rsd_error *err)
{
	unsigned int i;

	for (i = 0; i < eng->nb_workers; i++) {
		struct rsd_lcore *lc = eng->lcores[i];
		int ret = rte_rcu_qsbr_thread_register(eng->qsbr, i);

		if (ret == 0)
			ret = rte_eal_remote_launch(rsd_lcore_main, lc, lc->lcore_id);
		if (ret != 0)
			return rsd_err(err, RSD_EXIT_INTERNAL, ret,
				"worker %u cannot be launched: %s", i, strerror(-ret));
	}
	return 0;
}

static void
join(struct rsd_engine *eng)
{
	unsigned int i;

	for (i = 0; i < eng->nb_workers; i++)
		__atomic_store_n(&eng->lcores[i]->stop, 1, __ATOMIC_RELAXED);
	rte_eal_mp_wait_lcore();
	for (i = 0; i < eng->nb_workers; i++)
		rte_rcu_qsbr_thread_unregister(eng->qsbr, i);
}

int
rsd_engine_start(struct rsd_engine *eng, struct rsd_error *err)
{
	int ret;

	if (eng->started)
		return rsd_err(err, RSD_EXIT_INTERNAL, -EBUSY, "already started");
	if (eng->conf.serve_given && !eng->serve_asked)
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"--serve: this program opens its own sockets and offers no services");
	ret = rsd_ports_start(eng, err);
	if (ret == 0)
		ret = launch(eng, err);
	if (ret != 0) {
		join(eng);
		rsd_ports_stop(eng);
		return ret;
	}
	eng->start_ns = now_ns();
	eng->started = true;
	return 0;
}

static bool
time_is_up(const struct rsd_engine *eng)
{
	return eng->conf.for_ns != 0 && now_ns() - eng->start_ns >= eng->conf.for_ns;
}

static bool
count_is_reached(const struct rsd_engine *eng)
{
	struct rsd_stats sum;

	if (eng->conf.count == 0 || rsd_stats_get(eng, -1, &sum) != 0)
		return false;
	return sum.counter[RSD_C_rx_frames] >= eng->conf.count;
}

/* Milliseconds until something else than a request could end the wait; -1 for ever. */
static int
patience(const struct rsd_engine *eng)
{
	uint64_t left, gone = now_ns() - eng->start_ns;

	if (eng->conf.count != 0)
		return COUNT_POLL_MS;
	if (eng->conf.for_ns == 0)
		return -1;
	left = gone < eng->conf.for_ns ? eng->conf.for_ns - gone : 0;
	return (int)RTE_MIN(left / 1000000 + 1, (uint64_t)INT32_MAX);
}

void
rsd_engine_wait(struct rsd_engine *eng)
{
	struct pollfd pfd = { .fd = eng->stop_fd, .events = POLLIN };

	while (poll(&pfd, 1, patience(eng)) <= 0)
		if (time_is_up(eng) || count_is_reached(eng))
			return;
}

int
rsd_stats_get(const struct rsd_engine *eng, int worker, struct rsd_stats *out)
{
	struct rsd_stats one;
	unsigned int i, c;

	if (worker >= (int)eng->nb_workers || worker < -1)
		return -EINVAL;
	if (worker >= 0) {
		rsd_core_stats_read(eng->lcores[worker]->stats, out);
		return 0;
	}
	memset(out, 0, sizeof(*out));
	for (i = 0; i < eng->nb_workers; i++) {
		rsd_core_stats_read(eng->lcores[i]->stats, &one);
		out->polls += one.polls;
		out->polls_empty += one.polls_empty;
		out->busy_cycles += one.busy_cycles;
		for (c = 0; c < RSD_C_MAX; c++)
			out->counter[c] += one.counter[c];
	}
	return 0;
}

/* What handlers gave back after the cores had left is brought home here: this thread is now alone.
 */
static void
last_returns(struct rsd_engine *eng)
{
	unsigned int i;

	for (i = 0; i < eng->nb_workers; i++)
		while (rsd_returns(eng->lcores[i]) != 0)
			;
}

/* Buffers that drivers are known not to give back: they cannot be told from lost ones, but bounded.
 */
static unsigned int
kept_by_drivers(const struct rsd_engine *eng)
{
	unsigned int p, kept = 0;

	for (p = 0; p < eng->nb_ports; p++)
		kept += eng->port_info[p].facts->keeps * eng->port_info[p].nb_queues;
	return kept;
}

/* What waits in the queues of sockets has no reader to hope for: nobody can answer it any more. */
static void
empty_queues(struct rsd_engine *eng)
{
	uint32_t id, end = rsd_sock_table_id_end(eng->table);

	for (id = 0; id < end; id++) {
		struct rsd_sock *s = rsd_sock_table_get(eng->table, id);

		if (s != NULL)
			rsd_sock_queue_drain(eng, s);
	}
}

static int
check_home(const struct rsd_engine *eng, unsigned int kept, uint64_t held, struct rsd_error *err)
{
	unsigned int size = eng->pool->size, home = rte_mempool_avail_count(eng->pool);
	char holders[256];

	if (home == size)
		return 0;
	if (held == 0 && size - home <= kept) {
		rsd_say("%u buffers stay with the driver, which gives them back to nobody",
			size - home);
		return 0;
	}
	rsd_sock_holders(eng, holders, sizeof(holders));
	return rsd_err(err, RSD_EXIT_INTERNAL, -EBADMSG,
		"%u of %u buffers did not come home; %" PRIu64 " are held by the program%s%s",
		size - home, size, held, holders[0] != '\0' ? ": " : "", holders);
}

static int
settle(struct rsd_engine *eng, const struct rsd_ledger *ledger, unsigned int kept,
	struct rsd_error *err)
{
	struct rsd_stats sum;
	struct rsd_books books;
	int ret;

	rsd_stats_get(eng, -1, &sum);
	rsd_books_from(&sum, &books);
	rsd_report_closing(
		stdout, eng->conf.name, &sum, eng->pool->size, rte_mempool_avail_count(eng->pool));
	ret = rsd_ledger_close(ledger, err);
	if (books.gap != 0)
		return rsd_err(err, RSD_EXIT_INTERNAL, -EBADMSG,
			"the books do not balance: %" PRId64
			" frames received and not accounted for",
			books.gap);
	return ret != 0 ? ret : check_home(eng, kept, books.held, err);
}

int
rsd_engine_stop(struct rsd_engine *eng, struct rsd_error *err)
{
	struct rsd_ledger ledger;
	unsigned int kept;

	if (!eng->started || eng->stopped)
		return 0;
	kept = kept_by_drivers(eng);
	/* A socket that is being closed has cores to wait for until then. */
	pthread_mutex_lock(&eng->sock_lock);
	join(eng);
	eng->stopped = true;
	empty_queues(eng);
	last_returns(eng);
	pthread_mutex_unlock(&eng->sock_lock);
	rsd_ledger_get(eng, &ledger);
	rsd_ports_stop(eng);
	rsd_guard_down(eng);
	rsd_telemetry_stop(eng);
	rsd_ports_close(eng);
	return settle(eng, &ledger, kept, err);
}
