/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a pipeline costs on net_ring, in TSC cycles a packet, measured the way testpmd's
 * --record-core-cycles does: two clock reads a burst around the work, empty polls left out.
 *
 * testpmd loops one ring on itself. An engine that checks addresses cannot: what it sent is no
 * longer addressed to it. So it has a ring to receive from and one to send to, and between two
 *timed turns this program takes the answers, turns them back into requests and puts them into the
 *first ring. The same number of frames circulates as with testpmd, so the same memory is touched.
 *
 * Commands on stdin, one a line, each answered by a line:
 *	MODE MILLISECONDS	-> MODE packets cycles
 *	MODE =PACKETS		-> MODE packets cycles	(a fixed number, for instruction counting)
 * MODE: respond (no UDP checksum work), verify (UDP checksum verified), swap, bounce,
 * sampled (respond with one datagram of 1,024 watched, as --ledger 1024), watched (with all).
 */
#ifndef RSD_BENCH_DP_RING_H
#define RSD_BENCH_DP_RING_H

/* argv[0] and on are EAL's; after "--" frame bytes without FCS, and the burst. */
int rsd_dp_ring_main(int argc, char **argv);

#endif
