/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers that look random and are the same in every run, so that a failure can be seen again. */
#ifndef RSD_TESTS_RANDOM_H
#define RSD_TESTS_RANDOM_H

#include <stdint.h>

struct rsd_random {
	uint64_t state; /* not zero */
};

/* xorshift64* */
static inline uint32_t
rsd_random(struct rsd_random *r)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return (uint32_t)((r->state * UINT64_C(2685821657736338717)) >> 32);
}

/* 0 to below - 1 */
static inline uint32_t
rsd_random_below(struct rsd_random *r, uint32_t below)
{
	return (uint32_t)(((uint64_t)rsd_random(r) * below) >> 32);
}

#endif
