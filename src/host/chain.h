/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that lie in several segments. Slow path: right first. Polling core only. */
#ifndef RSD_HOST_CHAIN_H
#define RSD_HOST_CHAIN_H

#include <rte_mbuf.h>

#include "wire/csum.h"

/*
 * Bring the first want bytes of m into its first segment by moving bytes forward from the next
 * ones. Emptied segments are freed. Returns the number of bytes moved, or -1 when the first segment
 * has no room or the frame is shorter; the frame is then still whole and the caller's.
 */
int rsd_chain_pullup(struct rte_mbuf *m, uint32_t want);

/* Cut m to len bytes, freeing segments left over. Returns 0, or -1 when it is shorter than that. */
int rsd_chain_trim(struct rte_mbuf *m, uint32_t len);

/* Sum of len bytes from offset off, added to sum; the caller has checked that they are there. */
rsd_csum_t rsd_chain_sum(const struct rte_mbuf *m, uint32_t off, uint32_t len, rsd_csum_t sum);

#endif
