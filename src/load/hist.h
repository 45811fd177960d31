/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A log-linear histogram of times: every power of two is cut into 256 equal buckets, so a quantile
 * is off by at most 1/512 of itself. Values up to 511 are exact; from 2^41 ns (36 minutes) on all
 * fall into the last bucket.
 */
#ifndef RSD_LOAD_HIST_H
#define RSD_LOAD_HIST_H

#include <stdint.h>

#define RSD_HIST_SUB_BITS 8
#define RSD_HIST_SUB      (1u << RSD_HIST_SUB_BITS)
#define RSD_HIST_MAX_BITS 41
#define RSD_HIST_BUCKETS  ((RSD_HIST_MAX_BITS - RSD_HIST_SUB_BITS + 1) * RSD_HIST_SUB)

struct rsd_hist {
	uint64_t nb, sum, min, max; /* min is UINT64_MAX while empty */
	uint64_t count[RSD_HIST_BUCKETS];
};

void rsd_hist_init(struct rsd_hist *h);

static inline unsigned int
rsd_hist_bucket(uint64_t v)
{
	unsigned int shift;

	if (v < RSD_HIST_SUB)
		return (unsigned int)v;
	if (v >> RSD_HIST_MAX_BITS != 0)
		return RSD_HIST_BUCKETS - 1;
	/* The leading bit and the eight after it: row and place in the row. */
	shift = 63 - (unsigned int)__builtin_clzll(v) - RSD_HIST_SUB_BITS;
	return (shift << RSD_HIST_SUB_BITS) + (unsigned int)(v >> shift);
}

/* The values that fall into a bucket: from its first up to, not including, the next one's. */
static inline uint64_t
rsd_hist_first(unsigned int bucket)
{
	unsigned int row = bucket >> RSD_HIST_SUB_BITS;

	if (row <= 1)
		return bucket;
	return (uint64_t)(RSD_HIST_SUB + (bucket & (RSD_HIST_SUB - 1))) << (row - 1);
}

static inline void
rsd_hist_add(struct rsd_hist *h, uint64_t v)
{
	h->nb++;
	h->sum += v;
	h->min = v < h->min ? v : h->min;
	h->max = v > h->max ? v : h->max;
	h->count[rsd_hist_bucket(v)]++;
}

/* The value that a share q, 0 to 1, of all values does not exceed: the middle of its bucket, never
 * above max or below min. 0 while empty. */
uint64_t rsd_hist_quantile(const struct rsd_hist *h, double q);

double rsd_hist_mean(const struct rsd_hist *h);

#endif
