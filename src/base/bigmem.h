/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Large zeroed memory for tables that are read at random: huge pages where there are any, so that a
 * look-up does not also miss the TLB. Needs no EAL.
 */
#ifndef RSD_BASE_BIGMEM_H
#define RSD_BASE_BIGMEM_H

#include <stddef.h>

/*
 * Without it every page is there when the call returns, so that nobody waits for the kernel later.
 * With it a page comes when it is touched first: for arrays that are sized for the worst case.
 */
#define RSD_BIGMEM_LAZY 0x1u

enum rsd_bigmem_kind {
	RSD_BIGMEM_NONE,
	RSD_BIGMEM_SMALL, /* less than a huge page: ordinary pages */
	RSD_BIGMEM_THP,   /* transparent huge pages asked for; the kernel gives what it has */
	RSD_BIGMEM_HUGE,  /* huge pages set aside in the system */
};

struct rsd_bigmem {
	void *addr; /* at least 4096-byte aligned */
	size_t len; /* as rounded up */
	enum rsd_bigmem_kind kind;
};

/* At least len zeroed bytes. 0; -EINVAL len is 0; -ENOMEM. On failure m is as after a free. */
int rsd_bigmem_alloc(struct rsd_bigmem *m, size_t len, unsigned int flags);

/* Also what was never allocated, if it is all zero. */
void rsd_bigmem_free(struct rsd_bigmem *m);

/* "huge pages" and the like, for people. */
const char *rsd_bigmem_kind_name(enum rsd_bigmem_kind kind);

#endif
