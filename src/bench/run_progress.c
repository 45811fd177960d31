/* SPDX-License-Identifier: BSD-3-Clause */
#include <time.h>

#include "bench/run_lane.h"

/* A quick run is to be over in 90 seconds, with closing everything and printing. */
#define QUICK_NS UINT64_C(80000000000)

static bool interrupted;

void
rsd_run_interrupt(void)
{
	__atomic_store_n(&interrupted, true, __ATOMIC_RELAXED);
}

bool
rsd_run_interrupted(void)
{
	return __atomic_load_n(&interrupted, __ATOMIC_RELAXED);
}

uint64_t
rsd_run_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

bool
rsd_run_is_late(const struct rsd_run *run)
{
	return run->conf->is_quick && rsd_run_now_ns() - run->begun_ns > QUICK_NS;
}

void
rsd_run_clear_line(const struct rsd_run *run)
{
	if (run->conf->progress)
		fprintf(stderr, "\r\033[K");
}

/* By how long the plan took so far: what comes between the windows is in it. */
static unsigned int
left_s(const struct rsd_run *run)
{
	double gone = (double)(rsd_run_now_ns() - run->begun_ns) / 1e9;
	double left = run->planned_s - run->done_s;
	/* Too little is over to judge by. */
	double pace = run->done_s > 2 ? gone / run->done_s : 1.3;

	return left > 0 ? (unsigned int)(left * pace + 0.5) : 0;
}

void
rsd_run_step(struct rsd_run *run, double seconds, const char *what, const char *row)
{
	unsigned int left, percent;

	run->done_s += seconds;
	if (!run->conf->progress)
		return;
	left = left_s(run);
	percent = run->planned_s > 0 ? (unsigned int)(100 * run->done_s / run->planned_s) : 0;
	rsd_run_clear_line(run);
	fprintf(stderr, "  %3u %%  %u:%02u left  %s%s%s", percent < 100 ? percent : 100, left / 60,
		left % 60, what, row[0] != '\0' ? ": " : "", row);
	fflush(stderr);
}
