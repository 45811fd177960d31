/* SPDX-License-Identifier: BSD-3-Clause */
/* From windows to figures. */
#include <errno.h>
#include <string.h>

#include "bench/run_lane.h"
#include "bench/starts.h"

#define SEED      42
#define REFERENCE "recvmmsg"
#define PEER      "testpmd-5tswap"

void
rsd_lane_take(struct rsd_lane *lane, uint32_t round, const struct rsd_window *w, double sender_ns)
{
	const double values[RSD_METRIC_NB] = {
		[RSD_METRIC_PPS] = w->pps,
		[RSD_METRIC_OFFERED] = w->offered_pps,
		[RSD_METRIC_LOSS] = w->loss,
		[RSD_METRIC_PROCESS_NS] = w->process_ns,
		[RSD_METRIC_SYSTEM_NS] = w->system_ns,
		[RSD_METRIC_SOFTIRQ_NS] = w->softirq_ns,
		[RSD_METRIC_CYCLES] = w->cycles,
		[RSD_METRIC_SYSCALLS] = w->calls,
	};
	unsigned int i;

	lane->kept[round] = true;
	lane->of[round] = lane->start;
	lane->sender_ns[round] = sender_ns;
	lane->nb_kept++;
	lane->kept_now++;
	for (i = 0; i < RSD_METRIC_NB; i++)
		lane->v[i][round] = values[i];
	lane->done += w->done;
	lane->completions += w->rx.completions;
	lane->copied += w->rx.copied;
	if (lane->row.dp != NULL)
		return;
	for (i = 0; i < RSD_RX_NB_CALLS; i++)
		lane->calls[i] += w->rx.calls[i];
	lane->calls_done = lane->done;
}

unsigned int
rsd_series_add(struct rsd_series *s, const struct rsd_lane *lane)
{
	if (s->nb == RSD_RUN_MAX_ROUNDS)
		return RSD_RUN_MAX_ROUNDS;
	s->start[s->nb] = lane->start;
	return s->nb++;
}

void
rsd_lane_take_calls(struct rsd_lane *lane, const struct rsd_window *w)
{
	unsigned int n = rsd_series_add(&lane->counted, lane), i;

	if (n == RSD_RUN_MAX_ROUNDS)
		return;
	lane->calls_each[n] = w->calls;
	lane->calls_done += w->done;
	for (i = 0; i < RSD_RX_NB_CALLS; i++)
		lane->calls[i] += w->rx.calls[i];
}

void
rsd_lane_settle(struct rsd_lane *lane, bool late)
{
	unsigned int i;

	if (lane->why[0] == '\0')
		return;
	for (i = 0; i < RSD_RUN_MAX_ROUNDS && !late; i++) {
		if (!lane->kept[i] || lane->of[i] != lane->start)
			continue;
		lane->kept[i] = false;
		lane->nb_kept--;
	}
	if (lane->failed[0] == '\0') {
		memcpy(lane->failed, lane->why, sizeof(lane->failed));
		lane->failed_late = late;
	}
	lane->why[0] = '\0';
}

static size_t
kept_values(const struct rsd_lane *lane, enum rsd_metric_id id, double *v, uint8_t *start)
{
	size_t nb = 0, i;

	for (i = 0; i < RSD_RUN_MAX_ROUNDS; i++) {
		if (!lane->kept[i])
			continue;
		v[nb] = lane->v[id][i];
		start[nb++] = lane->of[i];
	}
	return nb;
}

static double
mean_of_kept(const struct rsd_lane *lane, const double v[RSD_RUN_MAX_ROUNDS])
{
	double sum = 0;
	unsigned int i;

	for (i = 0; i < RSD_RUN_MAX_ROUNDS; i++)
		sum += lane->kept[i] ? v[i] : 0;
	return sum / lane->nb_kept;
}

static bool
runs_in_kernel(const struct rsd_lane *lane)
{
	return lane->row.rx != NULL && lane->row.rx->in_kernel;
}

/* What a process is billed for says nothing of a row that has none. */
static bool
is_known(const struct rsd_lane *lane, enum rsd_metric_id id)
{
	switch (id) {
	case RSD_METRIC_LOSS:
	case RSD_METRIC_OFFERED:
		return lane->has_loss;
	case RSD_METRIC_SYSCALLS:
		return lane->row.rx != NULL && !runs_in_kernel(lane);
	case RSD_METRIC_PROCESS_NS:
	case RSD_METRIC_CYCLES:
		return !runs_in_kernel(lane);
	default:
		return true;
	}
}

/* Its windows' values of a metric, by start; those of calls may be of windows of their own. */
static size_t
values(const struct rsd_lane *lane, enum rsd_metric_id id, double *v, uint8_t *start)
{
	if (id == RSD_METRIC_SYSCALLS && lane->row.dp != NULL) {
		memcpy(v, lane->calls_each, sizeof(lane->calls_each));
		memcpy(start, lane->counted.start, sizeof(lane->counted.start));
		return lane->counted.nb;
	}
	return is_known(lane, id) ? kept_values(lane, id, v, start) : 0;
}

static int
metrics(const struct rsd_lane *lane, struct rsd_bench_row *out)
{
	double v[RSD_RUN_MAX_ROUNDS];
	uint8_t start[RSD_RUN_MAX_ROUNDS];
	unsigned int id;
	size_t nb;
	int ret = 0;

	for (id = 0; id < RSD_METRIC_NB && ret == 0; id++) {
		nb = values(lane, id, v, start);
		ret = rsd_metric_of(v, start, nb, SEED, &out->metric[id]);
	}
	return ret;
}

/* One metric of the rows that are alike in where their traffic comes from. */
static void
widen(struct rsd_run *run, enum rsd_metric_id id, bool of_kernel)
{
	struct rsd_starts s = { .each = run->conf->passes };
	double v[RSD_RUN_MAX_ROUNDS], half;
	uint8_t start[RSD_RUN_MAX_ROUNDS];
	unsigned int i;

	for (i = 0; i < run->nb_lanes; i++)
		if (rsd_lane_is_of_kernel(&run->lane[i]) == of_kernel)
			rsd_starts_add(&s, v, start, values(&run->lane[i], id, v, start));
	half = rsd_starts_half(&s);
	for (i = 0; i < run->nb_lanes; i++)
		if (rsd_lane_is_of_kernel(&run->lane[i]) == of_kernel)
			rsd_metric_widen(&run->result->row[run->lane[i].at].metric[id], half);
}

static void
calls(const struct rsd_lane *lane, struct rsd_bench_row *out)
{
	struct rsd_bench_call *c;
	unsigned int i;

	for (i = 0; i < RSD_RX_NB_CALLS && out->nb_calls < RSD_BENCH_MAX_CALLS; i++) {
		if (lane->calls[i] == 0 || lane->calls_done == 0)
			continue;
		c = &out->call[out->nb_calls++];
		snprintf(c->name, sizeof(c->name), "%s", rsd_rx_call_name[i]);
		c->per_packet = (double)lane->calls[i] / (double)lane->calls_done;
	}
}

/* What the kernel itself says of MSG_ZEROCOPY. */
static void
note_copied(const struct rsd_lane *lane, struct rsd_bench_row *out)
{
	if (lane->completions == 0 || lane->row.rx == NULL || !lane->row.rx->tells_copies)
		return;
	snprintf(out->note, sizeof(out->note),
		"Of the answers whose sending the kernel reported, it had copied %.0f %% after "
		"all.",
		100 * (double)lane->copied / (double)lane->completions);
}

static void
say_why(const struct rsd_lane *lane, struct rsd_bench_row *out)
{
	if (lane->failed[0] != '\0')
		memcpy(out->why, lane->failed, sizeof(out->why));
	else if (lane->runs && lane->nb_thrown != 0)
		snprintf(out->why, sizeof(out->why),
			"none of its %u windows went by undisturbed: somebody else had the CPU "
			"meanwhile, another program or another guest",
			lane->nb_thrown);
	else
		snprintf(out->why, sizeof(out->why), "it was not reached: the run was interrupted");
}

/* It has figures all the same. */
static void
note_failed(const struct rsd_lane *lane, struct rsd_bench_row *out)
{
	if (lane->failed[0] != '\0')
		snprintf(out->note, sizeof(out->note), "%s: %.200s",
			lane->failed_late ? "It ended early" : "A pass is without it",
			lane->failed);
}

static int
figures(struct rsd_run *run, struct rsd_lane *lane)
{
	struct rsd_bench_row *out = &run->result->row[lane->at];

	rsd_lane_settle(lane, false);
	out->windows_kept = lane->nb_kept;
	out->windows_thrown = lane->nb_thrown;
	if (lane->nb_kept == 0) {
		say_why(lane, out);
		return 0;
	}
	out->sender_ns = mean_of_kept(lane, lane->sender_ns);
	calls(lane, out);
	note_copied(lane, out);
	note_failed(lane, out);
	return metrics(lane, out);
}

/* Windows of the same round, one of each row: neighbours in time. */
static int
ratio(struct rsd_run *run, const struct rsd_lane *mine, const struct rsd_lane *theirs,
	enum rsd_metric_id id)
{
	double a[RSD_RUN_MAX_ROUNDS], b[RSD_RUN_MAX_ROUNDS];
	uint8_t start[RSD_RUN_MAX_ROUNDS];
	struct rsd_bench_pairs pairs = { a, b, start, 0 };
	char to[RSD_BENCH_ID_LEN];
	unsigned int i;

	for (i = 0; i < RSD_RUN_MAX_ROUNDS; i++) {
		if (!mine->kept[i] || !theirs->kept[i])
			continue;
		a[pairs.nb] = mine->v[id][i];
		b[pairs.nb] = theirs->v[id][i];
		start[pairs.nb++] = mine->of[i];
	}
	if (pairs.nb == 0)
		return 0;
	return rsd_bench_add_ratio(&run->result->row[mine->at], id,
		rsd_bench_id(&run->result->row[theirs->at], to), &pairs, SEED);
}

static bool
has_figures(const struct rsd_run *run, const struct rsd_lane *lane)
{
	return run->result->row[lane->at].why[0] == '\0';
}

static const struct rsd_lane *
find(const struct rsd_run *run, const char *name, const char *device)
{
	unsigned int i;

	for (i = 0; i < run->nb_lanes; i++)
		if (strcmp(run->lane[i].row.name, name) == 0 &&
			strcmp(run->lane[i].row.device, device) == 0)
			return has_figures(run, &run->lane[i]) ? &run->lane[i] : NULL;
	return NULL;
}

static int
both_bills(struct rsd_run *run, const struct rsd_lane *lane, const struct rsd_lane *over)
{
	int ret;

	if (over == NULL || over == lane)
		return 0;
	ret = ratio(run, lane, over, RSD_METRIC_SYSTEM_NS);
	if (ret == 0 && !runs_in_kernel(lane))
		ret = ratio(run, lane, over, RSD_METRIC_PROCESS_NS);
	return ret;
}

/*
 * Everybody over the kernel's best known way; ringside also over testpmd on the same device; a twin
 * with a planted fault over the row without.
 */
static int
ratios(struct rsd_run *run, struct rsd_lane *lane)
{
	const struct rsd_lane *kernel = find(run, REFERENCE, "veth");
	const struct rsd_lane *peer = find(run, PEER, lane->row.device);
	int ret = 0;

	if (!has_figures(run, lane))
		return 0;
	ret = both_bills(run, lane, kernel);
	if (ret == 0 && lane->row.plant.row[0] != '\0' &&
		strcmp(lane->row.plant.row, REFERENCE) != 0)
		ret = both_bills(run, lane, find(run, lane->row.plant.row, "veth"));
	if (ret == 0 && peer != NULL && lane->row.group == RSD_GROUP_RINGSIDE)
		ret = ratio(run, lane, peer, RSD_METRIC_PROCESS_NS);
	return ret;
}

int
rsd_run_figures(struct rsd_run *run)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < run->nb_lanes && ret == 0; i++)
		ret = figures(run, &run->lane[i]);
	for (i = 0; i < run->nb_lanes && ret == 0; i++)
		ret = ratios(run, &run->lane[i]);
	for (i = 0; i < RSD_METRIC_NB; i++) {
		widen(run, i, true);
		widen(run, i, false);
	}
	return ret;
}
