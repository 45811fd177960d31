/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A mempool that knows of every buffer whether it is home. It notices what DPDK's own pools do not:
 * a buffer freed twice, a buffer that came home with a second owner or with segments still chained
 * to it, and which buffers never came home. While a buffer is home its bytes are junk, and under
 * AddressSanitizer they may not be touched.
 */
#ifndef RSD_TESTS_CHECKED_POOL_H
#define RSD_TESTS_CHECKED_POOL_H

#include <stdbool.h>

#include <rte_mbuf.h>

#define RSD_POOL_SIZE 2048
#define RSD_POOL_ROOM 2048 /* bytes of frame a buffer holds, behind the headroom */

/* What the pool noticed since rsd_pool_reset(). */
struct rsd_pool_report {
	unsigned int freed_twice;
	unsigned int dirty;  /* came home still shared or still chained */
	unsigned int absent; /* not home now */
	char first[160];     /* which one, in words */
};

/* The only pool of the program; EAL must be up. */
struct rte_mempool *rsd_pool_get(void);

/* A buffer marked with words for the report, e.g. "frame 3"; the words are kept by reference. */
struct rte_mbuf *rsd_pool_take(const char *what, unsigned int serial);

/*
 * Call every buffer home and forget what was noticed. guard: whether touching a buffer that is home
 * is to stop the program.
 */
void rsd_pool_reset(bool guard);

void rsd_pool_check(struct rsd_pool_report *report);

/* Make bytes of a buffer in use untouchable under AddressSanitizer, until it is home. */
void rsd_pool_forbid(const void *p, size_t len);

void rsd_pool_allow(const void *p, size_t len);

/* Everything may be touched again, so that EAL can clean up. */
void rsd_pool_unguard_all(void);

#endif
