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
/* All of it but length and identification. */
#define RSD_TURN_HEAD_FIXED RTE_BE64(UINT64_C(0xffff00000000ffff))

/* Back to where it came from, from us: the destination may have been a group address. */
static __rte_always_inline void
rsd_turn_eth(const struct rsd_wire_local *w, uint8_t *eth)
{
	uint64_t to = rsd_load64(eth + 6) & UINT64_C(0x0000ffffffffffff);

	rsd_store64(eth, to | w->mac << 48);
	rsd_store32(eth + 8, (uint32_t)(w->mac >> 16));
}

/* Source and destination change places, whoever they are. */
static __rte_always_inline void
rsd_swap_macs(uint8_t *eth)
{
	uint64_t to = rsd_load64(eth), from = rsd_load64(eth + 6);

	rsd_store64(eth, (from & UINT64_C(0x0000ffffffffffff)) | to << 48);
	rsd_store32(eth + 8, (uint32_t)(to >> 16));
}

/*
 * Patch TTL and checksum, the word before the last and the last of the second eight bytes: RFC 1624
 * equation 3 with both complements folded into one constant, so that nothing can go below zero.
 */
static __rte_always_inline void
rsd_turn_ttl(uint8_t *ip)
{
	const uint32_t to = RTE_BE16(RSD_TURN_TTL << 8 | 17);
	uint32_t at = rsd_load32(ip + 8); /* TTL and protocol; checksum */
	uint32_t sum = 2 * UINT16_MAX + to - (at >> 16) - (uint16_t)at;

	sum += sum << 16 | sum >> 16;
	rsd_store32(ip + 8, to | (~sum & 0xffff0000));
}

/* Is the head what we would send, but for length and identification? (RFC 6864 4.1 frees the
 * latter.) */
static __rte_always_inline bool
rsd_turn_head_is_ours(uint64_t head)
{
	return (head & RSD_TURN_HEAD_FIXED) == RSD_TURN_IP4_HEAD;
}

/* The whole header, for any request. total: length of the IP packet in bytes, network order. */
static __rte_always_inline void
rsd_turn_head(uint8_t *ip, rte_be16_t total)
{
	uint64_t head = rsd_load64(ip), to = RSD_TURN_IP4_HEAD | (uint64_t)total << 16;

	rsd_store64(ip, to);
	rsd_store16(ip + 10, rsd_csum_patch64(rsd_load16(ip + 10), head, to));
}

/* total: new length of the IP packet in bytes, network order. The header has no options. */
static __rte_always_inline void
rsd_turn_ip4(uint8_t *ip, rte_be16_t total)
{
	uint64_t addrs = rsd_load64(ip + 12);
	uint16_t proto = rsd_load16(ip + 8) & RTE_BE16(0x00ff), ttl = RTE_BE16(RSD_TURN_TTL << 8);

	rsd_turn_head(ip, total);
	rsd_store16(
		ip + 10, rsd_csum_patch16(rsd_load16(ip + 10), rsd_load16(ip + 8), proto | ttl));
	rsd_store16(ip + 8, proto | ttl);
	rsd_store64(ip + 12, addrs >> 32 | addrs << 32);
}

static __rte_always_inline void
rsd_turn_udp_ports(uint8_t *udp)
{
	uint32_t ports = rsd_load32(udp);

	rsd_store32(udp, ports >> 16 | ports << 16);
}

/*
 * A datagram in normal form, to be answered with the bytes it brought: source and destination
 * change places on all three layers. l2_len is a parameter so that a constant can be given.
 */
#if defined(__SSSE3__)
#include <tmmintrin.h>

static __rte_always_inline void
rsd_turn_shuffle(uint8_t *at, __m128i how)
{
	__m128i *p = (__m128i *)(void *)at;

	_mm_storeu_si128(p, _mm_shuffle_epi8(_mm_loadu_si128(p), how));
}

static __rte_always_inline void
rsd_turn_ends(uint8_t *eth, uint8_t *ip)
{
	/* The destination was our own unicast address: the fast path saw to it. */
	rsd_turn_shuffle(eth, _mm_setr_epi8(6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 12, 13, 14, 15));
	rsd_turn_shuffle(
		ip + 12, _mm_setr_epi8(4, 5, 6, 7, 0, 1, 2, 3, 10, 11, 8, 9, 12, 13, 14, 15));
}

#else

static __rte_always_inline void
rsd_turn_ends(uint8_t *eth, uint8_t *ip)
{
	uint64_t addrs = rsd_load64(ip + 12);

	rsd_swap_macs(eth);
	rsd_store64(ip + 12, addrs >> 32 | addrs << 32);
	rsd_turn_udp_ports(ip + 20);
}

#endif

static __rte_always_inline void
rsd_turn_same(uint8_t *ip, size_t l2_len)
{
	if (unlikely(!rsd_turn_head_is_ours(rsd_load64(ip))))
		rsd_turn_head(ip, rsd_load16(ip + 2));
	rsd_turn_ttl(ip);
	rsd_turn_ends(ip - l2_len, ip);
}

/* The same of four datagrams, whose UDP headers are given. */
#if defined(__SSE4_1__)
#include <smmintrin.h>

/* rsd_turn_ttl() of four. */
static __rte_always_inline void
rsd_turn_ttls(uint8_t *const udp[4])
{
	const __m128i to = _mm_set1_epi32(RTE_BE16(RSD_TURN_TTL << 8 | 17));
	const __m128i swap = _mm_setr_epi8(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
	__m128i at, sum;

	at = _mm_cvtsi32_si128((int)rsd_load32(udp[0] - 12));
	at = _mm_insert_epi32(at, (int)rsd_load32(udp[1] - 12), 1);
	at = _mm_insert_epi32(at, (int)rsd_load32(udp[2] - 12), 2);
	at = _mm_insert_epi32(at, (int)rsd_load32(udp[3] - 12), 3);
	sum = _mm_add_epi32(to, _mm_set1_epi32(2 * UINT16_MAX));
	sum = _mm_sub_epi32(sum, _mm_srli_epi32(at, 16));
	sum = _mm_sub_epi32(sum, _mm_and_si128(at, _mm_set1_epi32(UINT16_MAX)));
	sum = _mm_add_epi32(sum, _mm_shuffle_epi8(sum, swap));
	sum = _mm_or_si128(to, _mm_andnot_si128(sum, _mm_set1_epi32((int)0xffff0000)));
	rsd_store32(udp[0] - 12, (uint32_t)_mm_cvtsi128_si32(sum));
	rsd_store32(udp[1] - 12, (uint32_t)_mm_extract_epi32(sum, 1));
	rsd_store32(udp[2] - 12, (uint32_t)_mm_extract_epi32(sum, 2));
	rsd_store32(udp[3] - 12, (uint32_t)_mm_extract_epi32(sum, 3));
}

static __rte_always_inline void
rsd_turn_four(uint8_t *const udp[4], size_t l2_len)
{
	uint64_t other = 0;
	unsigned int i;

	for (i = 0; i < 4; i++)
		other |= rsd_load64(udp[i] - 20) ^ RSD_TURN_IP4_HEAD;
	if (unlikely((other & RSD_TURN_HEAD_FIXED) != 0)) {
		for (i = 0; i < 4; i++)
			rsd_turn_same(udp[i] - 20, l2_len);
		return;
	}
	rsd_turn_ttls(udp);
	for (i = 0; i < 4; i++)
		rsd_turn_ends(udp[i] - 20 - l2_len, udp[i] - 20);
}

#else

static __rte_always_inline void
rsd_turn_four(uint8_t *const udp[4], size_t l2_len)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		rsd_turn_same(udp[i] - 20, l2_len);
}

#endif

#endif
