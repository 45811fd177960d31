/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "bench/plan.h"
#include "bench/run_lane.h"

#define START_S 0.3 /* of a row: about so long */

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
		sum += nb * conf->passes * START_S;
		sum += nb * rounds_of(conf, &phases[i]) * window_s(conf);
		sum += count_pollers(run, &phases[i]) * conf->calls_rounds * calls_s(conf);
		sum += phases[i].has_latency ? rsd_run_latency_s(conf, nb) : 0;
		sum += phases[i].has_sweep ? rsd_run_sweep_s(conf, nb) : 0;
	}
	return sum;
}

/* -- parts ------------------------------------------------------------------------------------- */

static int
add_part(struct rsd_run *run, const struct rsd_run_phase *phase)
{
	struct rsd_run_part *part = &run->part[run->nb_parts];
	unsigned int i;

	part->phase = phase;
	part->lane = calloc(count_rows(run, phase) + 1, sizeof(*part->lane));
	if (part->lane == NULL)
		return -ENOMEM;
	run->nb_parts++;
	for (i = 0; i < run->nb_rows; i++) {
		if (!takes_part(run, i, phase))
			continue;
		if (rsd_bench_add(run->result) == NULL)
			return -ENOMEM;
		part->lane[part->nb_lanes].row = run->rows[i];
		part->lane[part->nb_lanes++].at = run->result->nb_rows - 1;
	}
	return 0;
}

static int
add_parts(struct rsd_run *run)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < RTE_DIM(phases) && ret == 0; i++)
		if (is_wanted(run->conf, &phases[i]))
			ret = add_part(run, &phases[i]);
	return ret;
}

static void
free_parts(struct rsd_run *run)
{
	unsigned int i;

	for (i = 0; i < run->nb_parts; i++)
		free(run->part[i].lane);
	run->nb_parts = 0;
}

static void
turn_to(struct rsd_run *run, const struct rsd_run_part *part)
{
	run->phase = part->phase;
	run->lane = part->lane;
	run->nb_lanes = part->nb_lanes;
}

/* -- one pass through one part ----------------------------------------------------------------- */

static void
open_lanes(struct rsd_run *run)
{
	unsigned int i;

	/* Those that are not reached are described, too. */
	for (i = 0; i < run->nb_lanes; i++) {
		rsd_run_step(run, START_S, "starting", run->lane[i].row.name);
		rsd_lane_open(run, &run->lane[i]);
	}
}

static void
measure(struct rsd_run *run)
{
	const struct rsd_plan plan = { .nb_rows = run->nb_lanes,
		.nb_rounds = rounds_of(run->conf, run->phase) };
	const struct rsd_run_share share = rsd_run_share(run, plan.nb_rounds);
	struct rsd_plan_at at;
	struct rsd_lane *lane;
	struct rsd_window w;
	uint32_t i;

	for (i = share.from * plan.nb_rows; i < share.to * plan.nb_rows && !rsd_run_interrupted();
		i++) {
		at = rsd_plan_at(&plan, i);
		lane = &run->lane[at.row];
		if (i % plan.nb_rows == 0)
			(void)rsd_run_weigh_sender(run, 0);
		rsd_run_step(run, window_s(run->conf), rsd_bench_workload_key(run->phase->workload),
			lane->row.name);
		if (rsd_lane_window(run, lane, run->conf->window_ns, &w, &lane->nb_thrown))
			rsd_lane_take(lane, at.round, &w, rsd_lane_sender_ns(run, lane));
	}
}

/* System calls of programs that do not count them themselves. */
static void
count_calls(struct rsd_run *run)
{
	const struct rsd_plan plan = { .nb_rows = run->nb_lanes,
		.nb_rounds = run->conf->calls_rounds };
	const struct rsd_run_share share = rsd_run_share(run, plan.nb_rounds);
	struct rsd_lane *lane;
	uint32_t i;

	for (i = share.from * plan.nb_rows; i < share.to * plan.nb_rows && !rsd_run_interrupted();
		i++) {
		lane = &run->lane[rsd_plan_at(&plan, i).row];
		if (lane->row.dp == NULL)
			continue;
		rsd_run_step(run, calls_s(run->conf), "system calls", lane->row.name);
		if (lane->runs)
			rsd_lane_dp_calls(run, lane);
	}
}

static void
settle(struct rsd_run *run, bool late)
{
	unsigned int i;

	for (i = 0; i < run->nb_lanes; i++)
		rsd_lane_settle(&run->lane[i], late);
}

static void
run_part(struct rsd_run *run)
{
	unsigned int i;

	open_lanes(run);
	measure(run);
	count_calls(run);
	settle(run, false);
	if (run->phase->has_latency)
		rsd_run_latency(run);
	if (run->phase->has_sweep)
		rsd_run_sweep(run);
	settle(run, true);
	for (i = 0; i < run->nb_lanes; i++)
		rsd_lane_close(&run->lane[i]);
}

/* -- all of it --------------------------------------------------------------------------------- */

/* After Ctrl-C the rest goes by without a window: its rows say that they were not reached. */
static void
run_parts(struct rsd_run *run)
{
	unsigned int i;

	for (run->pass = 0; run->pass < run->conf->passes; run->pass++)
		for (i = 0; i < run->nb_parts; i++) {
			turn_to(run, &run->part[i]);
			run_part(run);
		}
}

static void
state_memory(const struct rsd_run *run)
{
	struct rsd_bench_method *m = &run->result->method;

	if (run->nb_huge != 0 && run->nb_plain != 0)
		snprintf(m->memory, sizeof(m->memory), "huge pages in %u of %u starts",
			run->nb_huge, run->nb_huge + run->nb_plain);
	else if (run->nb_huge + run->nb_plain != 0)
		snprintf(m->memory, sizeof(m->memory), "%s pages",
			run->nb_huge != 0 ? "huge" : "ordinary");
}

static int
figures(struct rsd_run *run)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < run->nb_parts && ret == 0; i++) {
		turn_to(run, &run->part[i]);
		ret = rsd_run_figures(run);
		if (ret == 0)
			ret = rsd_run_latency_figures(run);
		if (ret == 0)
			ret = rsd_run_sweep_figures(run);
	}
	return ret;
}

int
rsd_run(const struct rsd_run_conf *conf, struct rsd_bench_result *r, char why[256])
{
	struct rsd_run run = {
		.conf = conf, .result = r, .begun_ns = rsd_run_now_ns(), .drop.ns = { -1, -1 }
	};
	int ret;

	run.nb_rows = rsd_run_rows(run.rows);
	run.nb_rows += rsd_run_twin(&conf->plant, run.rows, run.nb_rows);
	run.planned_s = plan_s(&run);
	ret = rsd_run_ready(&run, why);
	if (ret == 0) {
		ret = add_parts(&run);
		if (ret == 0)
			run_parts(&run);
		state_memory(&run);
		if (ret == 0)
			ret = figures(&run);
		if (ret < 0)
			snprintf(why, 256, "%s", strerror(-ret));
	}
	free_parts(&run);
	rsd_net_close(&run.drop);
	rsd_run_clear_line(&run);
	r->is_cut_short = rsd_run_interrupted();
	r->seconds = (double)(rsd_run_now_ns() - run.begun_ns) / 1e9;
	return ret;
}
