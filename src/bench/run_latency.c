/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Latency by the load generator, over a kernel socket at the client's end: one datagram under way
 * at a time, then at shares of what the row was found to answer in its windows.
 */
#include <arpa/inet.h>
#include <string.h>

#include "bench/plan.h"
#include "bench/run_lane.h"
#include "load/load.h"

#define PORT    9999
#define SEED    44
#define FLOWS   16
#define WAIT_NS 20000000
/* More than this lost, and the times are those of a queue that was full, not of the load asked for.
 */
#define MAX_LOSS 0.01

static const double share[RSD_AT_NB] = { 0, 0.1, 0.5, 0.9 };
static const double pct[RSD_PCT_NB] = { 0.5, 0.99, 0.999 };

/* Large, and used by one trial at a time. */
static struct rsd_load load;
static struct rsd_load_result result;

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

static struct rsd_load_conf
conf_of(const struct rsd_run *run, double rate)
{
	struct rsd_load_conf conf = {
		.to_len = sizeof(struct sockaddr_in),
		.rate = rate,
		.rate_given = rate > 0,
		.outstanding = rate > 0 ? 0 : 1,
		.flows = rate > 0 ? FLOWS : 1,
		.for_ns = run->conf->window_ns,
		.warmup_ns = run->conf->warmup_ns,
		.wait_ns = WAIT_NS,
		.batch = run->result->method.burst,
		.nonblock = true,
		.threads = 1,
		.cores = { (uint16_t)run->result->method.sender_cpu },
		.nb_cores = 1,
	};
	struct sockaddr_in *to = (struct sockaddr_in *)&conf.to;
	char size[16], why[128];

	to->sin_family = AF_INET;
	to->sin_port = htons(PORT);
	inet_pton(AF_INET, RSD_NET_SERVER_IP, &to->sin_addr);
	snprintf(conf.to_text, sizeof(conf.to_text), "%s:%u", RSD_NET_SERVER_IP, PORT);
	snprintf(size, sizeof(size), "%u", run->conf->size[0]);
	rsd_mix_read(&conf.mix, size, why, sizeof(why));
	return conf;
}

/* At the client's end, with the receiver running. */
static bool
trial(struct rsd_run *run, double rate)
{
	const struct rsd_load_conf conf = conf_of(run, rate);
	const struct rsd_load_trial t = {
		.rate = rate, .count = UINT64_MAX, .for_ns = conf.for_ns
	};
	struct rsd_error err;
	bool good;

	memset(&load, 0, sizeof(load));
	if (rsd_load_open(&load, &conf, &err) != 0)
		return false;
	good = rsd_load_warm_up(&load, &t, &err) == 0 &&
	       rsd_load_trial(&load, &t, &result, &err) == 0 && result.answered != 0 &&
	       rsd_load_loss(&result) <= MAX_LOSS && (rate <= 0 || rsd_load_kept_up(&result));
	rsd_load_close(&load);
	return good && !rsd_run_interrupted();
}

static void
take(struct rsd_lane *lane, enum rsd_bench_at at, double rate)
{
	unsigned int n = lane->nb_late[at], p;

	if (n == RSD_RUN_MAX_ROUNDS)
		return;
	for (p = 0; p < RSD_PCT_NB; p++)
		lane->late[at][p][n] = (double)rsd_hist_quantile(&result.latency, pct[p]);
	lane->late_pps[at] = rate;
	lane->nb_late[at]++;
}

static void
one(struct rsd_run *run, struct rsd_lane *lane, enum rsd_bench_at at)
{
	const struct rsd_bench_row *out = &run->result->row[lane->at];
	double rate = share[at] * out->metric[RSD_METRIC_PPS].median;
	struct rsd_arena *a = &lane->arena;
	int back;

	rsd_proc_pause(&a->rx.proc, false);
	back = rsd_net_enter(&a->net, RSD_NET_CLIENT);
	if (back < 0) {
		rsd_lane_cannot(lane, a->net.why);
		return;
	}
	if (trial(run, rate))
		take(lane, at, rate);
	if (rsd_net_leave(&a->net, back) < 0)
		rsd_lane_cannot(lane, a->net.why);
	rsd_proc_pause(&a->rx.proc, true);
}

/* The sender's sink would take the answers away. */
static bool
make_way(struct rsd_lane *lane)
{
	if (!lane->runs || lane->row.rx == NULL)
		return false;
	if (lane->arena.tx != NULL)
		rsd_tx_close(lane->arena.tx);
	lane->arena.tx = NULL;
	return true;
}

static int
figures(struct rsd_run *run, struct rsd_lane *lane)
{
	struct rsd_bench_latency *l = run->result->row[lane->at].latency;
	unsigned int at, p;
	int ret = 0;

	for (at = 0; at < RSD_AT_NB; at++) {
		l[at].pps = lane->late_pps[at];
		for (p = 0; p < RSD_PCT_NB && ret == 0; p++)
			ret = rsd_metric_of(
				lane->late[at][p], lane->nb_late[at], SEED, &l[at].ns[p]);
	}
	return ret;
}

int
rsd_run_latency(struct rsd_run *run)
{
	const struct rsd_plan plan = { .nb_rows = run->nb_lanes,
		.nb_rounds = run->conf->latency_rounds };
	double each = (double)(run->conf->window_ns + run->conf->warmup_ns) / 1e9;
	unsigned int i, at;
	int ret = 0;

	for (at = 0; at < points(run->conf); at++)
		for (i = 0; i < rsd_plan_windows(&plan) && !rsd_run_interrupted(); i++) {
			struct rsd_lane *lane = &run->lane[rsd_plan_at(&plan, i).row];

			rsd_run_step(run, each, "latency", lane->row.name);
			if (make_way(lane))
				one(run, lane, at);
		}
	for (i = 0; i < run->nb_lanes && ret == 0; i++)
		ret = figures(run, &run->lane[i]);
	return ret;
}
