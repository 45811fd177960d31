/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of custody share. Polling core only. */
#ifndef RSD_LEDGER_CUSTODY_INNER_H
#define RSD_LEDGER_CUSTODY_INNER_H

#include "ledger/custody.h"

/* One writer; readers may see it a moment late, but never torn. */
static inline void
rsd_custody_count(uint64_t *n, uint64_t add)
{
	__atomic_store_n(n, *n + add, __ATOMIC_RELAXED);
}

/* -- custody_look.c: what is read of a packet: headers, segments, addresses; no byte of payload --
 */

/* The head of a frame as it came. */
struct rsd_custody_head {
	uint32_t len;  /* bytes before the payload: Ethernet, tags, IPv4 with options, UDP */
	uint32_t flow; /* as rsd_custody_flow() */
	rte_be32_t src, dst;
	uint16_t sport, dport;
};

void rsd_custody_head(const struct rte_mbuf *m, struct rsd_custody_head *h);

/* Of addresses and ports, the same in both directions; headers in normal form, off bytes of them.
 */
uint32_t rsd_custody_flow(const struct rte_mbuf *m, uint32_t off);

/* Where byte off of the frame lies, and in which segment; behind the last byte if there is none. */
const uint8_t *rsd_custody_payload(
	const struct rte_mbuf *m, uint32_t off, const struct rte_mbuf **seg);

/* Does m have its payload, off bytes into the frame, where r and segs say? Fewer segments may be.
 */
bool rsd_custody_lies_still(const struct rte_mbuf *m, uint32_t off, const struct rsd_custody_pkt *r,
	const uint8_t *const *segs);

/* -- custody.c -----------------------------------------------------------------------------------
 */

/* The one with that mbuf among those that were there after the last stage; NULL: none. */
struct rsd_custody_pkt *rsd_custody_find(struct rsd_custody *c, const struct rte_mbuf *m);

/* -- custody_kept.c ------------------------------------------------------------------------------
 */

/* m was received. Had it been kept, it would not have been free: what was kept lies elsewhere. */
void rsd_custody_received_again(struct rsd_custody *c, const struct rte_mbuf *m);

/* -- custody_trail.c -----------------------------------------------------------------------------
 */

/* m is c->pkt[c->traced] of a burst of nb: its trail begins. */
void rsd_trail_begin(struct rsd_custody *c, const struct rte_mbuf *m,
	const struct rsd_custody_head *h, unsigned int nb);

/* Here it lies, now that this place is done with it. */
void rsd_trail_note(struct rsd_trail *t, enum rsd_place place, const struct rsd_custody_pkt *r);
void rsd_trail_moved(struct rsd_trail *t, enum rsd_place place);

/* The burst's trail is as long as it gets for now. */
void rsd_trail_publish(struct rsd_custody *c, enum rsd_trail_end end);

/*
 * Trail n in the ring, to be changed: readers stay away until it is closed. NULL: others have taken
 * its place.
 */
struct rsd_trail *rsd_trail_open(struct rsd_custody *c, uint64_t n, bool is_new);
void rsd_trail_close(struct rsd_custody *c, uint64_t n);

#endif
