/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <rte_pause.h>

#include "stats/core_stats.h"

static void
copy_out(const struct rsd_core_stats *s, struct rsd_stats *out)
{
	unsigned int i;

	out->polls = __atomic_load_n(&s->polls, __ATOMIC_RELAXED);
	out->polls_empty = __atomic_load_n(&s->polls_empty, __ATOMIC_RELAXED);
	out->busy_cycles = __atomic_load_n(&s->busy_cycles, __ATOMIC_RELAXED);
	for (i = 0; i < RSD_C_MAX; i++)
		out->counter[i] = __atomic_load_n(&s->counter[i], __ATOMIC_RELAXED);
}

void
rsd_core_stats_read(const struct rsd_core_stats *s, struct rsd_stats *out)
{
	uint32_t before, after;

	do {
		before = __atomic_load_n(&s->seq, __ATOMIC_ACQUIRE);
		copy_out(s, out);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		after = __atomic_load_n(&s->seq, __ATOMIC_RELAXED);
		if (before != after || (before & 1) != 0)
			rte_pause();
	} while (before != after || (before & 1) != 0);
}
