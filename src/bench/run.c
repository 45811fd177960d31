/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "bench/plan.h"
#include "bench/run_lane.h"

#define FLOWS       512
#define OUTSTANDING 256
#define SOCKBUF     (4 << 20)
#define POOL_CACHE  256
#define IDLE_NS     200000000
#define IDLE_LOOKS  3
#define MOST_IDLE   0.05 /* of all CPUs; more, and somebody else works here */
/* The main question first: whoever ends it early has that. */
static const struct rsd_run_phase phases[] = {
	{ RSD_WORK_ECHO, RSD_LOAD_OUTSTANDING, RSD_PLACE_ON_SENDER, true, true },
	{ RSD_WORK_RECEIVE, RSD_LOAD_FLOOD, RSD_PLACE_ON_SENDER, false, false },
	{ RSD_WORK_ECHO, RSD_LOAD_OUTSTANDING, RSD_PLACE_ON_SERVER, false, false },
	{ RSD_WORK_ECHO, RSD_LOAD_FLOOD, RSD_PLACE_ON_SENDER, false, false },
	{ RSD_WORK_ECHO, RSD_LOAD_FLOOD, RSD_PLACE_ON_SERVER, false, false },
	{ RSD_WORK_RECEIVE, RSD_LOAD_FLOOD, RSD_PLACE_ON_SERVER, false, false },
};

/* A quick run has one load and one place of the kernel's work. */
static bool
is_wanted(const struct rsd_run_conf *conf, const struct rsd_run_phase *p)
{
	if (!conf->workload[p->workload])
		return false;
	return !conf->is_quick ||
	       (p->place == RSD_PLACE_ON_SENDER &&
		       (p->load == RSD_LOAD_OUTSTANDING || p->workload == RSD_WORK_RECEIVE));
}

/* Where the question is asked beside the main one, fewer windows do. */
static uint32_t
rounds_of(const struct rsd_run_conf *conf, const struct rsd_run_phase *p)
{
	return p == &phases[0] || conf->rounds < 4 ? conf->rounds : conf->rounds * 3 / 5;
}

static double
window_s(const struct rsd_run_conf *conf)
{
	return (double)(conf->window_ns + conf->warmup_ns) / 1e9;
}

static double
calls_s(const struct rsd_run_conf *conf)
{
	return (double)rsd_lane_calls_ns(conf) / 1e9;
}

static bool
takes_part(const struct rsd_run *run, unsigned int row, const struct rsd_run_phase *p)
{
	const struct rsd_run_row *r = &run->rows[row];
	const bool is_twin = r->plant.row[0] != '\0';

	return (is_twin || run->conf->wants[row]) && rsd_lane_suits(r, p) &&
	       (p == &phases[0] || run->conf->in_all_parts || r->is_main);
}

static unsigned int
count_rows(const struct rsd_run *run, const struct rsd_run_phase *p)
{
	unsigned int nb = 0, i;

	for (i = 0; i < run->nb_rows; i++)
		nb += takes_part(run, i, p);
	return nb;
}

static unsigned int
count_pollers(const struct rsd_run *run, const struct rsd_run_phase *p)
{
	unsigned int nb = 0, i;

	for (i = 0; i < run->nb_rows; i++)
		nb += run->rows[i].dp != NULL && takes_part(run, i, p);
	return nb;
}

static double
plan_s(const struct rsd_run *run)
{
	const struct rsd_run_conf *conf = run->conf;
	unsigned int i, nb;
	double sum = 0;

	for (i = 0; i < RTE_DIM(phases); i++) {
		if (!is_wanted(conf, &phases[i]))
			continue;
		nb = count_rows(run, &phases[i]);
		sum += nb * rounds_of(conf, &phases[i]) * window_s(conf);
		sum += count_pollers(run, &phases[i]) * calls_s(conf);
		sum += phases[i].has_latency ? rsd_run_latency_s(conf, nb) : 0;
		sum += phases[i].has_sweep ? rsd_run_sweep_s(conf, nb) : 0;
	}
	return sum;
}

/* -- one phase --------------------------------------------------------------------------------- */

static int
add_lanes(struct rsd_run *run)
{
	unsigned int i;

	run->lane = calloc(count_rows(run, run->phase) + 1, sizeof(*run->lane));
	run->nb_lanes = 0;
	if (run->lane == NULL)
		return -ENOMEM;
	for (i = 0; i < run->nb_rows; i++) {
		if (!takes_part(run, i, run->phase))
			continue;
		if (rsd_bench_add(run->result) == NULL)
			return -ENOMEM;
		run->lane[run->nb_lanes].row = run->rows[i];
		run->lane[run->nb_lanes++].at = run->result->nb_rows - 1;
	}
	return 0;
}

static void
open_lanes(struct rsd_run *run)
{
	unsigned int i;

	/* Those that are not reached are described, too. */
	for (i = 0; i < run->nb_lanes; i++) {
		rsd_run_step(run, 0, "starting", run->lane[i].row.name);
		rsd_lane_open(run, &run->lane[i]);
	}
}

static void
measure(struct rsd_run *run)
{
	const struct rsd_plan plan = { .nb_rows = run->nb_lanes,
		.nb_rounds = rounds_of(run->conf, run->phase) };
	struct rsd_plan_at at;
	struct rsd_lane *lane;
	struct rsd_window w;
	uint32_t i;

	for (i = 0; i < rsd_plan_windows(&plan) && !rsd_run_interrupted(); i++) {
		at = rsd_plan_at(&plan, i);
		lane = &run->lane[at.row];
		rsd_run_step(run, window_s(run->conf), rsd_bench_workload_key(run->phase->workload),
			lane->row.name);
		if (rsd_lane_window(run, lane, run->conf->window_ns, &w, &lane->nb_thrown))
			rsd_lane_take(lane, at.round, &w);
	}
}

/* System calls of programs that do not count them themselves. */
static void
count_calls(struct rsd_run *run)
{
	unsigned int i;

	for (i = 0; i < run->nb_lanes && !rsd_run_interrupted(); i++) {
		struct rsd_lane *lane = &run->lane[i];

		if (lane->row.dp == NULL)
			continue;
		rsd_run_step(run, calls_s(run->conf), "system calls", lane->row.name);
		if (lane->runs)
			rsd_lane_dp_calls(run, lane);
	}
}

/* What came to grief after the windows, in the sweep or while latency was measured. */
static void
note_late_failures(struct rsd_run *run)
{
	unsigned int i;

	for (i = 0; i < run->nb_lanes; i++) {
		struct rsd_bench_row *out = &run->result->row[run->lane[i].at];

		if (out->why[0] == '\0' && run->lane[i].why[0] != '\0')
			snprintf(out->note, sizeof(out->note), "It ended early: %.200s",
				run->lane[i].why);
	}
}

static int
run_phase(struct rsd_run *run, const struct rsd_run_phase *phase)
{
	unsigned int i;
	int ret;

	run->phase = phase;
	ret = add_lanes(run);
	if (ret == 0) {
		open_lanes(run);
		measure(run);
		count_calls(run);
		ret = rsd_run_figures(run);
	}
	if (ret == 0 && phase->has_latency)
		ret = rsd_run_latency(run);
	if (ret == 0 && phase->has_sweep)
		ret = rsd_run_sweep(run);
	note_late_failures(run);
	for (i = 0; i < run->nb_lanes; i++)
		rsd_lane_close(&run->lane[i]);
	free(run->lane);
	run->lane = NULL;
	run->nb_lanes = 0;
	return ret;
}

/* -- before ------------------------------------------------------------------------------------ */

/* The first two CPUs that this process may use. */
static int
choose_cpus(struct rsd_bench_method *m, char why[256])
{
	cpu_set_t set;
	int i;

	m->sender_cpu = m->server_cpu = -1;
	sched_getaffinity(0, sizeof(set), &set);
	for (i = 0; i < CPU_SETSIZE && m->server_cpu < 0; i++) {
		if (!CPU_ISSET((unsigned int)i, &set))
			continue;
		if (m->sender_cpu < 0)
			m->sender_cpu = i;
		else
			m->server_cpu = i;
	}
	if (m->server_cpu >= 0)
		return 0;
	snprintf(why, 256, "one CPU, expected two: one sends, one receives");
	return -ENOTSUP;
}

static void
state_method(const struct rsd_run_conf *conf, struct rsd_bench_method *m)
{
	m->burst = RSD_DP_BURST;
	m->rx_ring = m->tx_ring = RSD_DP_RING;
	m->buffers = RSD_DP_BUFFERS;
	m->pool_cache = POOL_CACHE;
	m->socket_buffer_bytes = SOCKBUF;
	m->flows = FLOWS;
	m->outstanding = OUTSTANDING;
	m->payload_bytes = conf->size[0];
	m->nb_sizes = conf->nb_sizes;
	memcpy(m->size, conf->size, sizeof(m->size));
	m->rounds = conf->rounds;
	m->window_s = (double)conf->window_ns / 1e9;
	m->warmup_s = (double)conf->warmup_ns / 1e9;
	snprintf(m->order, sizeof(m->order), "A B C ... C B A");
	snprintf(m->flags, sizeof(m->flags), "-O3 %s", RSD_BUILD_CPU);
	snprintf(m->peer_flags, sizeof(m->peer_flags),
		"as the DPDK package was built, generic x86-64");
	snprintf(m->sender, sizeof(m->sender),
		"whole frames by AF_PACKET, sendmmsg of %u, every one numbered; answers are "
		"counted "
		"by number in eBPF and dropped. Its own cost is measured against an interface that "
		"drops at once, and taken off",
		32u);
}

/* Nothing runs, what is the machine busy with? The least of a few looks. */
static double
look_idle(unsigned int nb_cpus)
{
	const struct timespec moment = { .tv_nsec = IDLE_NS };
	struct rsd_cpu_sample a, b;
	struct rsd_cpu_use use;

	if (rsd_cpu_now(&a) < 0 || nanosleep(&moment, NULL) < 0 || rsd_cpu_now(&b) < 0)
		return 0;
	use = rsd_cpu_between(&a, &b);
	return use.busy_ns / ((double)use.wall_ns * nb_cpus);
}

/* Somebody else's work is not to be taken off, for it will not stay as it is. */
static void
measure_idle(struct rsd_bench_result *r)
{
	double least = 1, share;
	unsigned int i;

	for (i = 0; i < IDLE_LOOKS && !rsd_run_interrupted(); i++) {
		share = look_idle(r->machine.nb_cpus);
		least = share < least ? share : least;
	}
	if (least <= MOST_IDLE) {
		r->method.idle_share = least;
		return;
	}
	if (r->note[0] == '\0')
		snprintf(r->note, sizeof(r->note),
			"the machine was %.0f %% busy with other things before anything ran: the "
			"figures of the whole system hold these as well",
			100 * least);
}

static int
measure_sender(struct rsd_run *run, char why[256])
{
	const struct rsd_bench_method *m = &run->result->method;
	struct rsd_tx_conf tx = { .flows = m->flows, .cpu = m->sender_cpu };
	struct rsd_net net;
	unsigned int i;
	int ret = rsd_net_open(&net, 9000);

	for (i = 0; ret == 0 && i < run->conf->nb_sizes && !rsd_run_interrupted(); i++) {
		tx.payload = run->conf->size[i];
		ret = rsd_tx_own_cost(&net, &tx, &run->sender_ns[i]);
	}
	if (ret < 0)
		snprintf(why, 256, "%s", net.why);
	rsd_net_close(&net);
	return ret;
}

static void
note_plants(const struct rsd_run_conf *conf, struct rsd_bench_result *r)
{
	if (conf->plant.row[0] == '\0' && conf->drop_every == 0)
		return;
	snprintf(r->note, sizeof(r->note),
		"faults are planted: %s wastes %u ns and copies the payload %u times more; the "
		"sender leaves out one datagram in %u (0: none)",
		conf->plant.row[0] != '\0' ? conf->plant.row : "no row", conf->plant.spin_ns,
		conf->plant.copies, conf->drop_every);
}

int
rsd_run(const struct rsd_run_conf *conf, struct rsd_bench_result *r, char why[256])
{
	struct rsd_run run = { .conf = conf, .result = r, .begun_ns = rsd_run_now_ns() };
	unsigned int i;
	int ret = choose_cpus(&r->method, why);

	if (ret < 0)
		return ret;
	r->begun = time(NULL);
	r->is_quick = conf->is_quick;
	snprintf(r->version, sizeof(r->version), "%s", RSD_VERSION);
	note_plants(conf, r);
	state_method(conf, &r->method);
	run.nb_rows = rsd_run_rows(run.rows);
	run.nb_rows += rsd_run_twin(&conf->plant, run.rows, run.nb_rows);
	run.planned_s = plan_s(&run);
	rsd_run_step(&run, 0, "the machine itself", "");
	rsd_machine_measure(&r->machine);
	measure_idle(r);
	ret = measure_sender(&run, why);
	/* After Ctrl-C the rest goes by without a window: its rows say that they were not reached.
	 */
	for (i = 0; ret == 0 && i < RTE_DIM(phases); i++) {
		if (!is_wanted(conf, &phases[i]))
			continue;
		ret = run_phase(&run, &phases[i]);
		if (ret < 0)
			snprintf(why, 256, "%s", strerror(-ret));
	}
	rsd_run_clear_line(&run);
	r->is_cut_short = rsd_run_interrupted();
	r->seconds = (double)(rsd_run_now_ns() - run.begun_ns) / 1e9;
	return ret;
}
