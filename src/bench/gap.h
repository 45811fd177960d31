/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Holes in a loop that never sleeps: when two turns lie further apart than a turn can take, the CPU
 * was somewhere else. A window with such a hole is thrown out and counted.
 */
#ifndef RSD_BENCH_GAP_H
#define RSD_BENCH_GAP_H

#include <stdint.h>

#define RSD_GAP_NS 10000

struct rsd_gap {
	uint64_t limit; /* TSC cycles that count as a hole */
	uint64_t last;  /* 0: no turn was seen yet */
	uint64_t nb, cycles, longest;
};

static inline struct rsd_gap
rsd_gap_begin(uint64_t tsc_hz)
{
	return (struct rsd_gap){ .limit = tsc_hz / 1000000000.0 * RSD_GAP_NS };
}

/* Once a turn of the loop. */
static inline void
rsd_gap_turn(struct rsd_gap *g, uint64_t tsc)
{
	uint64_t gap = tsc - g->last;

	if (g->last != 0 && gap > g->limit) {
		g->nb++;
		g->cycles += gap;
		g->longest = gap > g->longest ? gap : g->longest;
	}
	g->last = tsc;
}

#endif
