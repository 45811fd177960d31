/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One block of counters a core. One writer, that core; any thread may read.
 *
 * The writer brackets every burst with begin and end. Inside the bracket seq is odd, so a reader
 * that sees the same even seq before and after has the counters of a moment between two bursts,
 * when every frame is accounted for. That is what lets the books be checked on a running engine.
 */
#ifndef RSD_STATS_CORE_STATS_H
#define RSD_STATS_CORE_STATS_H

#include <stdint.h>

#include <rte_common.h>

#include <ringside/stats.h>

struct rsd_core_stats {
	uint32_t seq;
	uint32_t worker;
	uint64_t polls;
	uint64_t polls_empty;
	uint64_t busy_cycles;
	uint64_t counter[RSD_C_MAX];
} __rte_cache_aligned;

static __rte_always_inline void
rsd_core_stats_begin(struct rsd_core_stats *s)
{
	__atomic_store_n(&s->seq, s->seq + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static __rte_always_inline void
rsd_core_stats_end(struct rsd_core_stats *s)
{
	__atomic_store_n(&s->seq, s->seq + 1, __ATOMIC_RELEASE);
}

static __rte_always_inline void
rsd_count(struct rsd_core_stats *s, enum rsd_counter c, uint64_t n)
{
	__atomic_store_n(&s->counter[c], s->counter[c] + n, __ATOMIC_RELAXED);
}

static __rte_always_inline void
rsd_core_stats_polls(struct rsd_core_stats *s, uint64_t polls, uint64_t empty)
{
	__atomic_store_n(&s->polls, s->polls + polls, __ATOMIC_RELAXED);
	__atomic_store_n(&s->polls_empty, s->polls_empty + empty, __ATOMIC_RELAXED);
}

static __rte_always_inline void
rsd_core_stats_busy(struct rsd_core_stats *s, uint64_t cycles)
{
	__atomic_store_n(&s->busy_cycles, s->busy_cycles + cycles, __ATOMIC_RELAXED);
}

/* Copy a consistent moment of s; waits for the burst in hand to end. Any thread. */
void rsd_core_stats_read(const struct rsd_core_stats *s, struct rsd_stats *out);

#endif
