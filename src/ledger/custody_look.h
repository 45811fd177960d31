/* SPDX-License-Identifier: BSD-3-Clause */
/* What custody reads of a packet: headers, segments, addresses; no byte of payload. */
#ifndef RSD_LEDGER_CUSTODY_LOOK_H
#define RSD_LEDGER_CUSTODY_LOOK_H

#include "ledger/custody.h"

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

#endif
