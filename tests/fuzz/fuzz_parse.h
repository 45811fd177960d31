/* SPDX-License-Identifier: BSD-3-Clause */
/* The fuzz target, as libFuzzer and the replayer see it. */
#ifndef RSD_FUZZ_FUZZ_PARSE_H
#define RSD_FUZZ_FUZZ_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes of control in front of a frame. The low bits of the first choose VLAN, MTU and addresses,
 * those of the second an address of ours and a source.
 */
#define RSD_FUZZ_CONTROL   2
#define RSD_FUZZ_SOURCE    0x10 /* first: give it the chosen source address */
#define RSD_FUZZ_UDP_FILLS 0x20 /* first: make it a datagram that fills the frame */
#define RSD_FUZZ_OUR_MAC   0x10 /* second: make the destination MAC and the tag ours */
#define RSD_FUZZ_OUR_ADDR  0x20 /* second: make it IPv4 to one of our addresses */
#define RSD_FUZZ_OUR_SUM   0x40 /* second: make the IPv4 header checksum right */
#define RSD_FUZZ_UDP_SUM                                                         \
	0x80 /* second: make the UDP checksum right, of one that fills the frame \
	      */

/* What became of the frames so far; the first five as enum rsd_wire_kind. */
enum rsd_fuzz_kind {
	RSD_FUZZ_DROP,
	RSD_FUZZ_UDP,
	RSD_FUZZ_UDP_MANY,
	RSD_FUZZ_ICMP,
	RSD_FUZZ_ARP,
	RSD_FUZZ_FAST,  /* the datagrams that the fast check took */
	RSD_FUZZ_EXACT, /* those of them that the exact check took */
	RSD_FUZZ_SOUND, /* those of them with a UDP checksum that holds */
	RSD_FUZZ_KINDS
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

unsigned long rsd_fuzz_seen(enum rsd_fuzz_kind kind);

/* The ways that are compared, from 0 on, then NULL; here: whether this CPU can go it. */
const char *rsd_fuzz_way_name(unsigned int i, bool *here);

#endif
