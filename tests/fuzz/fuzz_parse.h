/* SPDX-License-Identifier: BSD-3-Clause */
/* The fuzz target, as libFuzzer and the replayer see it. */
#ifndef RSD_FUZZ_FUZZ_PARSE_H
#define RSD_FUZZ_FUZZ_PARSE_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of control in front of a frame. The first chooses VLAN, MTU and addresses, the second what
 * follows. */
#define RSD_FUZZ_CONTROL  2
#define RSD_FUZZ_OUR_MAC  0x10 /* make the destination MAC and the tag ours */
#define RSD_FUZZ_OUR_ADDR 0x20 /* make it IPv4 to one of our addresses */
#define RSD_FUZZ_OUR_SUM  0x40 /* make the IPv4 header checksum right */

/* What became of the frames so far; the first four as enum rsd_wire_kind. */
enum rsd_fuzz_kind {
	RSD_FUZZ_DROP,
	RSD_FUZZ_UDP,
	RSD_FUZZ_ICMP,
	RSD_FUZZ_ARP,
	RSD_FUZZ_FAST,  /* the datagrams that the fast check took */
	RSD_FUZZ_EXACT, /* those of them that the exact check took */
	RSD_FUZZ_KINDS
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

unsigned long rsd_fuzz_seen(enum rsd_fuzz_kind kind);

#endif
