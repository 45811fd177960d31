/* SPDX-License-Identifier: BSD-3-Clause */
/* Cost against size: windows of every row at every size, forth and back. */
#include "bench/plan.h"
#include "bench/run_lane.h"

#define SEED 43

static uint64_t
window_ns(const struct rsd_run_conf *conf)
{
	return conf->is_quick ? conf->window_ns / 2 : conf->window_ns;
}

double
rsd_run_sweep_s(const struct rsd_run_conf *conf, unsigned int nb_lanes)
{
	if (conf->nb_sizes < 2)
		return 0;
	return (double)conf->sweep_rounds * conf->nb_sizes * nb_lanes *
	       (double)(window_ns(conf) + conf->warmup_ns) / 1e9;
}

static void
take(struct rsd_lane *lane, unsigned int size, const struct rsd_window *w)
{
	unsigned int n;

	if (w->done == 0)
		return;
	n = rsd_series_add(&lane->swept[size], lane);
	if (n == RSD_RUN_MAX_ROUNDS)
		return;
	lane->ns[RSD_BILL_PROCESS][size][n] = w->process_ns;
	lane->ns[RSD_BILL_SYSTEM][size][n] = w->system_ns;
}

static void
one_size(struct rsd_run *run, unsigned int size)
{
	const struct rsd_run_conf *conf = run->conf;
	double each = (double)(window_ns(conf) + conf->warmup_ns) / 1e9;
	unsigned int i, thrown = 0;
	struct rsd_window w;

	(void)rsd_run_weigh_sender(run, size);
	for (i = 0; i < run->nb_lanes && !rsd_run_interrupted() && !rsd_run_is_late(run); i++) {
		struct rsd_lane *lane = &run->lane[i];

		rsd_run_step(run, each, "size sweep", lane->row.name);
		if (!lane->runs || conf->size[size] > lane->row.max_payload)
			continue;
		rsd_lane_load(run, lane, conf->size[size]);
		if (rsd_lane_window(run, lane, window_ns(conf), &w, &thrown))
			take(lane, size, &w);
	}
}

static int
fit(struct rsd_run *run, struct rsd_lane *lane)
{
	struct rsd_bench_row *out = &run->result->row[lane->at];
	struct rsd_bench_sweep *s = &out->sweep;
	unsigned int i, b;
	int ret = 0;

	for (i = 0; i < run->conf->nb_sizes && ret == 0; i++) {
		const struct rsd_series *n = &lane->swept[i];

		if (n->nb == 0)
			continue;
		s->bytes[s->nb] = run->conf->size[i];
		for (b = 0; b < RSD_BILL_NB && ret == 0; b++)
			if (b == RSD_BILL_SYSTEM || out->metric[RSD_METRIC_PROCESS_NS].nb != 0)
				ret = rsd_metric_of(
					lane->ns[b][i], n->start, n->nb, SEED, &s->ns[b][s->nb]);
		s->nb++;
	}
	rsd_bench_fit_sweep(out, &run->result->machine);
	return ret;
}

int
rsd_run_sweep_figures(struct rsd_run *run)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < run->nb_lanes && ret == 0; i++)
		if (run->result->row[run->lane[i].at].why[0] == '\0')
			ret = fit(run, &run->lane[i]);
	return ret;
}

/* All sizes that go over the cables that stand, or all that do not. */
static void
sweep(struct rsd_run *run, bool apart)
{
	const struct rsd_plan plan = { .nb_rows = run->conf->nb_sizes,
		.nb_rounds = run->conf->sweep_rounds };
	const struct rsd_run_share now = rsd_run_share(run, plan.nb_rounds);
	uint32_t i, size;

	for (i = now.from * plan.nb_rows; i < now.to * plan.nb_rows && !rsd_run_interrupted();
		i++) {
		size = rsd_plan_at(&plan, i).row;
		if (rsd_size_is_apart(run->conf, size) == apart)
			one_size(run, size);
	}
}

/* XDP is not to be had on a veth of jumbo frames, and such a cable is not the one that all other
 * windows go over: the few rows that can take them get one at last. */
static void
lay_jumbo_cables(struct rsd_run *run)
{
	unsigned int i, k;

	for (i = 0; i < run->nb_lanes; i++)
		for (k = 0; k < run->conf->nb_sizes; k++)
			if (rsd_size_is_apart(run->conf, k) &&
				run->conf->size[k] <= run->lane[i].row.max_payload &&
				!run->lane[i].is_jumbo)
				rsd_lane_open_jumbo(run, &run->lane[i]);
}

void
rsd_run_sweep(struct rsd_run *run)
{
	if (run->conf->nb_sizes < 2)
		return;
	sweep(run, false);
	lay_jumbo_cables(run);
	sweep(run, true);
}
