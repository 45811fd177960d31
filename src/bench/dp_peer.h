/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The other end of memory that is shared with a polling row: it sends numbered frames with whole
 * checksums and knows what comes back by its number alone, whichever of the addresses were
 * exchanged meanwhile. So one sender does for all rows, from one that changes nothing to an echo.
 *
 * A process of its own (EAL is one for each), at the other end of two pipes:
 *	load PAYLOAD FLOWS             -> ok
 *	link                           -> up, once there is somebody; or: down, after 10 s
 *	run NS OUTSTANDING RATE ANSWERED  -> ran ..., see dp_parse.h; ANSWERED 0: nothing comes back
 * Its first line is "ready". It ends with its stdin.
 */
#ifndef RSD_BENCH_DP_PEER_H
#define RSD_BENCH_DP_PEER_H

/* argv[0] and on are EAL's; after "--" the server's UDP port. Returns an exit status. */
int rsd_dp_peer_main(int argc, char **argv);

#endif
