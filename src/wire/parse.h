/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bytes to datagrams. Pure functions: no port, no pool, no thread, no EAL.
 *
 * rsd_wire_fast() recognises the common case by a few masked compares and says nothing else.
 * rsd_wire_parse() is the whole truth about any frame: what it is or why it is dropped. Every frame
 * that rsd_wire_fast() accepts is one that rsd_wire_parse() calls a datagram in normal form.
 *
 * Normal form: [Ethernet, our tag or none][IPv4 without options][UDP], all lengths agreeing.
 */
#ifndef RSD_WIRE_PARSE_H
#define RSD_WIRE_PARSE_H

#include <ringside/stats.h>

#include "wire/csum.h"
#include "wire/local.h"

#define RSD_WIRE_IP4_LEN 20
#define RSD_WIRE_UDP_LEN 8
#define RSD_WIRE_HDRS    28 /* of a datagram in normal form, after the Ethernet header */

enum rsd_wire_kind {
	RSD_WIRE_DROP, /* view.reason says why */
	RSD_WIRE_UDP,
	RSD_WIRE_UDP_MANY, /* to a group or broadcast address; view.reason: when nobody takes it */
	RSD_WIRE_ICMP,
	RSD_WIRE_ARP,
};

struct rsd_wire_view {
	enum rsd_wire_kind kind;
	enum rsd_counter reason; /* of RSD_WIRE_DROP and RSD_WIRE_UDP_MANY */
	uint16_t l2_len;         /* 14 or 18, as the frame has it */
	uint16_t ip_len;         /* bytes of IP header, options included */
	uint16_t ip_total;       /* bytes of IP packet, header included, padding not */
	uint16_t udp_len;        /* of both kinds of UDP: header and payload */
	bool prio_tagged;        /* carries VLAN id 0, to be handled as untagged (802.1Q) */
};

/*
 * Parse a frame. data holds its first len bytes, the frame is frame_len bytes long (len < frame_len
 * for a chain); len must reach rsd_wire_header_need() or frame_len. Checksums of UDP and ICMP are
 * the caller's, everything else is checked here.
 */
void rsd_wire_parse(const struct rsd_wire_local *w, const uint8_t *data, uint32_t len,
	uint32_t frame_len, struct rsd_wire_view *v);

/*
 * How many bytes of a frame must be visible in one piece before it can be parsed further, given the
 * first len of them. Grows call by call; the answer is final when it is not above len.
 */
uint32_t rsd_wire_header_need(const uint8_t *data, uint32_t len);

/*
 * Is this a datagram for us in normal form, but perhaps padded? eth points at len bytes in one
 * piece. IPv4 header checksum, addresses and all lengths are checked, UDP ports and checksum are
 * not.
 */
static __rte_always_inline bool
rsd_wire_fast(const struct rsd_wire_local *w, const uint8_t *eth, uint32_t len)
{
	const uint8_t *ip = eth + w->l2_len;
	const uint8_t *udp = ip + RSD_WIRE_IP4_LEN;
	uint32_t total, udp_len, src;
	uint64_t miss;

	if (unlikely(len < (uint32_t)w->l2_len + RSD_WIRE_HDRS))
		return false;

	/* To our MAC, from a unicast MAC, tagged as ours are. */
	miss = (rsd_load64(eth) ^ w->mac_want) & w->mac_mask;
	miss |= (rsd_load32(eth + 12) ^ w->tag_want) & w->tag_mask;
	/* EtherType 0x0800, version 4, header of 20 bytes. */
	miss |= (rsd_load32(ip - 2) ^ RTE_BE32(0x08004500)) & RTE_BE32(0xffffff00);
	/* Not a fragment (the DF and the reserved bit are free); UDP. */
	miss |= (rsd_load32(ip + 6) ^ RTE_BE32(0x00000011)) & RTE_BE32(0x3fff00ff);

	total = rte_be_to_cpu_16(rsd_load16(ip + 2));
	udp_len = rte_be_to_cpu_16(rsd_load16(udp + 4));
	miss |= total ^ (udp_len + RSD_WIRE_IP4_LEN);
	miss |= (uint64_t)(udp_len < RSD_WIRE_UDP_LEN) | (uint64_t)(total + w->l2_len > len);
	miss |= (uint64_t)(len > w->max_frame);
	miss |= (uint16_t)~rsd_csum_fold(rsd_csum_ip4_header(ip));

	src = rsd_load32(ip + 12);
	miss |= w->bad_octet[ip[12]] | (uint64_t)rsd_wire_set_has(&w->banned, src);
	miss |= (uint64_t)!rsd_wire_set_has(&w->own, rsd_load32(ip + 16));
	return miss == 0;
}

#endif
