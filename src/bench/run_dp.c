/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows that poll, as lanes of a run. */
#include <stdio.h>

#include <rte_common.h>

#include "bench/run_lane.h"

#define MTU               1500
#define SHORTEST_CALLS_NS UINT64_C(20000000)

/* Nobody can be asked to flood a row that feeds itself, nor does it matter who hands frames on
 * where the kernel has no part in it: such are measured once. */
bool
rsd_lane_dp_suits(const struct rsd_dp_row *dp, const struct rsd_run_phase *phase)
{
	if (!dp->works[phase->workload])
		return false;
	if (phase->place == RSD_PLACE_ON_SERVER && !dp->device->placed)
		return false;
	return dp->device->from != RSD_DP_FROM_ITSELF || phase->workload == RSD_WORK_RECEIVE ||
	       phase->load == RSD_LOAD_OUTSTANDING;
}

void
rsd_lane_dp_describe(
	const struct rsd_run *run, const struct rsd_lane *lane, struct rsd_bench_row *out)
{
	const struct rsd_dp_row *dp = lane->row.dp;

	out->place = dp->device->placed ? run->phase->place : RSD_PLACE_NONE;
	if (dp->checks != NULL)
		snprintf(out->checks, sizeof(out->checks), "%s", dp->checks);
	if (dp->device->note != NULL)
		snprintf(out->note, sizeof(out->note), "%s", dp->device->note);
	rsd_bench_copies_of_driver(out, dp->device->driver, dp->device->devargs);
}

static struct rsd_dp_load
load_of(const struct rsd_run *run, const struct rsd_lane *lane)
{
	const struct rsd_bench_method *m = &run->result->method;

	return (struct rsd_dp_load){ .payload = lane->payload,
		.flows = m->flows,
		.outstanding = run->phase->load == RSD_LOAD_OUTSTANDING ? m->outstanding : 0 };
}

/* The same kind of memory for all rows of a phase, as it was found when the first was opened. */
static bool
takes_huge(const struct rsd_run *run, const struct rsd_lane *lane)
{
	unsigned int i, nb_programs = 0;

	for (i = 0; i < run->nb_lanes; i++) {
		const struct rsd_lane *other = &run->lane[i];

		if (other->row.dp == NULL)
			continue;
		if (other != lane && other->dp.state != NULL)
			return rsd_dp_is_huge(&other->dp);
		nb_programs += other->row.dp->device->from == RSD_DP_FROM_PEER ? 2 : 1;
	}
	return rsd_dp_huge_fit(nb_programs);
}

int
rsd_lane_dp_open(struct rsd_run *run, struct rsd_lane *lane)
{
	const struct rsd_bench_method *m = &run->result->method;
	const struct rsd_dp_load load = load_of(run, lane);
	const struct rsd_dp_conf conf = {
		.exe = run->conf->exe,
		.workload = run->phase->workload,
		.server_cpu = m->server_cpu,
		.client_cpu = m->sender_cpu,
		.place = run->phase->place == RSD_PLACE_ON_SERVER ? RSD_NET_ON_SERVER
								  : RSD_NET_ON_SENDER,
		.napi_cpu = m->server_cpu,
		.mtu = MTU,
		.port = RSD_RUN_PORT,
		.huge = takes_huge(run, lane),
	};

	const int ret = rsd_dp_open(&lane->dp, lane->row.dp, &conf, &load);

	if (ret == 0)
		*(conf.huge ? &run->nb_huge : &run->nb_plain) += 1;
	return ret;
}

int
rsd_lane_dp_load(struct rsd_run *run, struct rsd_lane *lane)
{
	const struct rsd_dp_load load = load_of(run, lane);

	return rsd_dp_load(&lane->dp, &load);
}

int
rsd_lane_dp_window(
	struct rsd_run *run, struct rsd_lane *lane, uint64_t for_ns, struct rsd_window *w)
{
	struct rsd_dp_window d;
	int ret = rsd_dp_window(&lane->dp, for_ns, rsd_lane_sender_ns(run, lane), &d);

	if (ret != 0)
		return ret;
	lane->has_loss = d.has_loss;
	*w = d.w;
	return 0;
}

uint64_t
rsd_lane_calls_ns(const struct rsd_run_conf *conf)
{
	const uint64_t all = conf->is_quick ? conf->window_ns / 2 : conf->window_ns;

	return RTE_MAX(all / conf->calls_rounds, SHORTEST_CALLS_NS);
}

void
rsd_lane_dp_calls(struct rsd_run *run, struct rsd_lane *lane)
{
	struct rsd_dp_window d;
	int ret = rsd_dp_count_calls(&lane->dp, rsd_lane_calls_ns(run->conf), &d);

	if (ret != 0 && !rsd_run_interrupted())
		rsd_lane_cannot(lane, lane->dp.why);
	if (ret == 0 && d.has_calls)
		rsd_lane_take_calls(lane, &d.w);
}

int
rsd_lane_dp_ask(struct rsd_lane *lane, void (*ask)(void *arg), void *arg)
{
	int ret = rsd_dp_let_ask(&lane->dp, ask, arg);

	if (ret != 0)
		rsd_lane_cannot(lane, lane->dp.why);
	return ret;
}
