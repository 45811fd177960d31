/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Counters, read as a snapshot, and the books.
 */
#ifndef RINGSIDE_STATS_H
#define RINGSIDE_STATS_H

#ifdef __cplusplus
extern "C" {
#endif

#include <stdint.h>

struct rsd_engine;

/** Every counter, by its row in counters.def. */
enum rsd_counter {
#define RSD_COUNTER(name, unit, kind, sentence) RSD_C_##name,
#include <ringside/counters.def>
#undef RSD_COUNTER
	RSD_C_MAX
};

/** What a counter is for; counters.def explains each. */
enum rsd_counter_kind {
	RSD_KIND_RX,
	RSD_KIND_END,
	RSD_KIND_DROP,
	RSD_KIND_IN,
	RSD_KIND_OUT,
	RSD_KIND_COPY,
	RSD_KIND_EVENT,
};

/** A row of counters.def. */
struct rsd_counter_info {
	const char *name;           /**< as in text, JSON and telemetry */
	const char *unit;           /**< "frames", "bytes" or "calls" */
	enum rsd_counter_kind kind; /**< its place in the books */
	const char *sentence;       /**< what it counts */
};

/** Counters at one moment, between two bursts of each core. */
struct rsd_stats {
	uint64_t counter[RSD_C_MAX];
	uint64_t polls;       /**< times a receive queue was asked */
	uint64_t polls_empty; /**< times it had nothing */
	uint64_t busy_cycles; /**< TSC cycles of the polls that had something */
};

/** Where all received frames went. Balanced when gap is zero. */
struct rsd_books {
	uint64_t received;  /**< sum of RX rows */
	uint64_t answered;  /**< answered + forwarded */
	uint64_t delivered; /**< delivered + sunk */
	uint64_t host;      /**< host_answered + host_consumed */
	uint64_t dropped;   /**< sum of DROP rows */
	uint64_t held;      /**< IN - OUT */
	int64_t gap;        /**< received minus all of the above */
};

/**
 * Describe a counter.
 *
 * @param c  0 to RSD_C_MAX - 1
 * @return its row, for ever valid; NULL when c is out of range
 * @par Thread any
 */
const struct rsd_counter_info *rsd_counter_info(unsigned int c);

/**
 * Read the counters of one worker or of all.
 *
 * @param eng     the engine
 * @param worker  0 to rsd_engine_nb_workers() - 1; -1 for the sum
 * @param[out] out  filled on success
 * @return 0; -EINVAL no such worker
 * @par Thread any; the polling cores are not disturbed
 */
int rsd_stats_get(const struct rsd_engine *eng, int worker, struct rsd_stats *out);

/**
 * Do the sum.
 *
 * @param stats  a snapshot
 * @param[out] books  filled
 * @par Thread any
 */
void rsd_books_from(const struct rsd_stats *stats, struct rsd_books *books);

#ifdef __cplusplus
}
#endif
#endif
