/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * In which order windows are run. Rows are gone through forth and back, A B C C B A, so that every
 * row stands equally often early and late, and drift of the machine falls on all alike. For two
 * rows that is A B B A.
 */
#ifndef RSD_BENCH_PLAN_H
#define RSD_BENCH_PLAN_H

#include <stdint.h>

struct rsd_plan {
	uint32_t nb_rows;
	uint32_t nb_rounds; /* windows of each row */
};

static inline uint32_t
rsd_plan_windows(const struct rsd_plan *p)
{
	return p->nb_rows * p->nb_rounds;
}

/* Which row window i, from 0, is of; and which of that row's windows it is. */
struct rsd_plan_at {
	uint32_t row, round;
};

static inline struct rsd_plan_at
rsd_plan_at(const struct rsd_plan *p, uint32_t i)
{
	uint32_t round = i / p->nb_rows, step = i % p->nb_rows;

	return (struct rsd_plan_at){ .row = round % 2 == 0 ? step : p->nb_rows - 1 - step,
		.round = round };
}

/* Seconds left, when done of all windows took so many seconds; the time of one while none is done.
 */
static inline double
rsd_plan_left(const struct rsd_plan *p, uint32_t done, double spent_s, double window_s)
{
	uint32_t all = rsd_plan_windows(p);
	double each = done != 0 ? spent_s / done : window_s;

	return done < all ? each * (all - done) : 0;
}

#endif
