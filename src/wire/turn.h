/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Turning a frame round where it lies. Source and destination change places, which no checksum
 * notices; what else changes in the IPv4 header is patched into its sum (RFC 1624).
 */
#ifndef RSD_WIRE_TURN_H
#define RSD_WIRE_TURN_H

#include "wire/csum.h"
#include "wire/local.h"

/*
 * The first eight bytes of every IPv4 header we send, but for the length: version 4, 20 bytes, no
 * ECN or DSCP of the request's; identification 0, which is free because DF is set (RFC 6864 4.1).
 */
#define RSD_TURN_IP4_HEAD RTE_BE64(UINT64_C(0x4500000000004000))
#define RSD_TURN_TTL      64

/* Back to where it came from, from us: the destination may have been a group address. */
static __rte_always_inline void
rsd_turn_eth(const struct rsd_wire_local *w, uint8_t *eth)
{
	uint64_t to = rsd_load64(eth + 6) & UINT64_C(0x0000ffffffffffff);

	rsd_store64(eth, to | w->mac << 48);
	rsd_store32(eth + 8, (uint32_t)(w->mac >> 16));
}

/* total: new length of the IP packet in bytes, network order. The header has no options. */
static __rte_always_inline void
rsd_turn_ip4(uint8_t *ip, rte_be16_t total)
{
	uint64_t head = rsd_load64(ip), addrs = rsd_load64(ip + 12);
	uint64_t new_head = RSD_TURN_IP4_HEAD | (uint64_t)total << 16;
	uint16_t ttl = rsd_load16(ip + 8),
		 new_ttl = (ttl & RTE_BE16(0x00ff)) | RTE_BE16(RSD_TURN_TTL << 8);
	rsd_csum_t sum = (uint16_t)~rsd_load16(ip + 10);

	sum = rsd_csum_add(sum + (uint16_t)~ttl + new_ttl, ~head);
	sum = rsd_csum_add(sum, new_head);
	rsd_store64(ip, new_head);
	rsd_store16(ip + 8, new_ttl);
	rsd_store16(ip + 10, (uint16_t)~rsd_csum_fold(sum));
	rsd_store64(ip + 12, addrs >> 32 | addrs << 32);
}

static __rte_always_inline void
rsd_turn_udp_ports(uint8_t *udp)
{
	uint32_t ports = rsd_load32(udp);

	rsd_store32(udp, ports >> 16 | ports << 16);
}

#endif
