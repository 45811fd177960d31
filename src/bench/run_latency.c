/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Latency, over a kernel socket at the client's end: one datagram under way at a time, then at
 * shares of what the row was found to answer in its windows.
 */
#include <errno.h>

#include "bench/plan.h"
#include "bench/run_lane.h"
#include "bench/starts.h"

#define SEED 44

static const double share[RSD_AT_NB] = { 0, 0.1, 0.5, 0.9 };

static unsigned int
points(const struct rsd_run_conf *conf)
{
	return conf->is_quick ? 1 : RSD_AT_NB;
}

double
rsd_run_latency_s(const struct rsd_run_conf *conf, unsigned int nb_lanes)
{
	return (double)conf->latency_rounds * points(conf) * nb_lanes *
	       (double)(conf->window_ns + conf->warmup_ns) / 1e9;
}

static void
take(struct rsd_lane *lane, enum rsd_bench_at at, double rate, const double ns[RSD_PCT_NB])
{
	unsigned int n = rsd_series_add(&lane->asked[at], lane), p;

	if (n == RSD_RUN_MAX_ROUNDS)
		return;
	for (p = 0; p < RSD_PCT_NB; p++)
		lane->late[at][p][n] = ns[p];
	lane->late_pps[at][n] = rate;
}

/* What it answered in the windows of this start. 0: there are none. */
static double
capacity(const struct rsd_lane *lane)
{
	double v[RSD_RUN_MAX_ROUNDS];
	unsigned int nb = 0, i;

	for (i = 0; i < RSD_RUN_MAX_ROUNDS; i++)
		if (lane->kept[i] && lane->of[i] == lane->start)
			v[nb++] = lane->v[RSD_METRIC_PPS][i];
	return rsd_spread_of(v, nb).median;
}

struct asking {
	const struct rsd_run *run;
	struct rsd_run_ask ask;
	bool good;
	double ns[RSD_PCT_NB];
};

/* In the client's namespace. */
static void
ask_now(void *arg)
{
	struct asking *a = arg;

	a->good = a->run->conf->ask(&a->ask, a->ns) && !rsd_run_interrupted();
}

static int
ask_receiver(struct rsd_lane *lane, struct asking *asking)
{
	struct rsd_arena *a = &lane->arena;
	int back;

	/* The sender's sink would take the answers away. */
	if (a->tx != NULL)
		rsd_tx_close(a->tx);
	a->tx = NULL;
	rsd_proc_pause(&a->rx.proc, false);
	back = rsd_net_enter(&a->net, RSD_NET_CLIENT);
	if (back >= 0)
		ask_now(asking);
	rsd_proc_pause(&a->rx.proc, true);
	if (back >= 0 && rsd_net_leave(&a->net, back) == 0)
		return 0;
	rsd_lane_cannot(lane, a->net.why);
	return -EIO;
}

static void
one(struct rsd_run *run, struct rsd_lane *lane, enum rsd_bench_at at)
{
	struct asking asking = { .run = run,
		.ask = {
			.ip = RSD_NET_SERVER_IP,
			.port = RSD_RUN_PORT,
			.payload = run->conf->size[0],
			.rate = share[at] * capacity(lane),
			.for_ns = run->conf->window_ns,
			.warmup_ns = run->conf->warmup_ns,
			.cpu = run->result->method.sender_cpu,
		} };
	int ret;

	ret = lane->row.dp != NULL ? rsd_lane_dp_ask(lane, ask_now, &asking)
				   : ask_receiver(lane, &asking);
	if (ret == 0 && asking.good)
		take(lane, at, asking.ask.rate, asking.ns);
}

/* A socket has to reach it, over the interface that the windows go over. */
static bool
can_be_asked(const struct rsd_lane *lane)
{
	return lane->runs && lane->kept_now != 0 &&
	       (lane->row.dp == NULL || rsd_dp_can_be_asked(lane->row.dp));
}

static int
figures(struct rsd_run *run, struct rsd_lane *lane)
{
	struct rsd_bench_latency *l = run->result->row[lane->at].latency;
	unsigned int at, p;
	int ret = 0;

	for (at = 0; at < RSD_AT_NB; at++) {
		struct rsd_series *s = &lane->asked[at];

		l[at].pps = rsd_spread_of(lane->late_pps[at], s->nb).median;
		for (p = 0; p < RSD_PCT_NB && ret == 0; p++)
			ret = rsd_metric_of(lane->late[at][p], s->start, s->nb, SEED, &l[at].ns[p]);
	}
	return ret;
}

/* What all rows say together of how far starts lie apart, of one percentile at one rate. */
static double
starts_half(const struct rsd_run *run, unsigned int at, unsigned int p)
{
	struct rsd_starts s = { .each = run->conf->passes };
	unsigned int i;

	for (i = 0; i < run->nb_lanes; i++) {
		const struct rsd_lane *lane = &run->lane[i];

		rsd_starts_add(&s, lane->late[at][p], lane->asked[at].start, lane->asked[at].nb);
	}
	return rsd_starts_half(&s);
}

int
rsd_run_latency_figures(struct rsd_run *run)
{
	double half[RSD_AT_NB][RSD_PCT_NB];
	unsigned int i, at, p;
	int ret = 0;

	/* First, for making figures puts the numbers in another order. */
	for (at = 0; at < RSD_AT_NB; at++)
		for (p = 0; p < RSD_PCT_NB; p++)
			half[at][p] = starts_half(run, at, p);
	for (i = 0; i < run->nb_lanes && ret == 0; i++) {
		struct rsd_bench_latency *l = run->result->row[run->lane[i].at].latency;

		ret = figures(run, &run->lane[i]);
		for (at = 0; at < RSD_AT_NB; at++)
			for (p = 0; p < RSD_PCT_NB; p++)
				rsd_metric_widen(&l[at].ns[p], half[at][p]);
	}
	return ret;
}

void
rsd_run_latency(struct rsd_run *run)
{
	const struct rsd_plan plan = { .nb_rows = run->nb_lanes,
		.nb_rounds = run->conf->latency_rounds };
	const struct rsd_run_share now = rsd_run_share(run, plan.nb_rounds);
	double each = (double)(run->conf->window_ns + run->conf->warmup_ns) / 1e9;
	unsigned int i, at;

	for (at = 0; at < points(run->conf); at++)
		for (i = now.from * plan.nb_rows;
			i < now.to * plan.nb_rows && !rsd_run_interrupted(); i++) {
			struct rsd_lane *lane = &run->lane[rsd_plan_at(&plan, i).row];

			rsd_run_step(run, each, "latency", lane->row.name);
			if (can_be_asked(lane))
				one(run, lane, at);
		}
}
