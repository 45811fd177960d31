/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Internet checksum (RFC 1071) and its incremental update (RFC 1624).
 *
 * All sums are of 16-bit words as they lie in memory: the ones-complement sum does not care about
 * byte order (RFC 1071 section 2 (B)), so nothing is swapped and fields are compared raw.
 */
#ifndef RSD_WIRE_CSUM_H
#define RSD_WIRE_CSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_branch_prediction.h>
#include <rte_byteorder.h>
#include <rte_common.h>

/* Words as they lie in a frame: at any address, in memory that is bytes to everyone else. */
typedef uint64_t rsd_word64_t __attribute__((aligned(1), may_alias));
typedef uint32_t rsd_word32_t __attribute__((aligned(1), may_alias));
typedef uint16_t rsd_word16_t __attribute__((aligned(1), may_alias));

/* A sum in progress: any number of carries are still above bit 15. */
typedef uint64_t rsd_csum_t;

/* Frames put fields where they like, so every access may be misaligned and alias anything. */
struct rsd_unaligned16 {
	uint16_t v;
} __attribute__((packed, may_alias));

struct rsd_unaligned32 {
	uint32_t v;
} __attribute__((packed, may_alias));

struct rsd_unaligned64 {
	uint64_t v;
} __attribute__((packed, may_alias));

static __rte_always_inline uint64_t
rsd_load64(const void *p)
{
	return ((const struct rsd_unaligned64 *)p)->v;
}

static __rte_always_inline uint32_t
rsd_load32(const void *p)
{
	return ((const struct rsd_unaligned32 *)p)->v;
}

static __rte_always_inline uint16_t
rsd_load16(const void *p)
{
	return ((const struct rsd_unaligned16 *)p)->v;
}

static __rte_always_inline void
rsd_store64(void *p, uint64_t v)
{
	((struct rsd_unaligned64 *)p)->v = v;
}

static __rte_always_inline void
rsd_store32(void *p, uint32_t v)
{
	((struct rsd_unaligned32 *)p)->v = v;
}

static __rte_always_inline void
rsd_store16(void *p, uint16_t v)
{
	((struct rsd_unaligned16 *)p)->v = v;
}

/* Add with the carry brought round, so that 64-bit words can be summed without losing any. */
static __rte_always_inline rsd_csum_t
rsd_csum_add(rsd_csum_t sum, uint64_t word)
{
	sum += word;
	return sum + (sum < word);
}

/*
 * 64 to 16 bits; the result is 0 only when every word was 0. Adding a sum to itself with its halves
 * exchanged leaves their sum, carry brought round, in the upper half.
 */
static __rte_always_inline uint16_t
rsd_csum_fold(rsd_csum_t sum)
{
	uint32_t half = (uint32_t)((sum + (sum << 32 | sum >> 32)) >> 32);

	return (uint16_t)((half + (half << 16 | half >> 16)) >> 16);
}

/* Does a sum over a region that contains its own checksum come out as it must? */
static __rte_always_inline bool
rsd_csum_is_full(rsd_csum_t sum)
{
	uint32_t half = (uint32_t)((sum + (sum << 32 | sum >> 32)) >> 32);

	return half + (half << 16 | half >> 16) >= 0xffff0000;
}

/* Sum of len bytes; an odd last byte counts as if a zero followed it. */
rsd_csum_t rsd_csum_bytes(const void *buf, size_t len, rsd_csum_t sum);

/*
 * The same for a region that follows one of odd length: its bytes stand in the other half of each
 * word, which is a byte swap of the folded sum (RFC 1071 section 2 (B)).
 */
static inline rsd_csum_t
rsd_csum_bytes_odd(const void *buf, size_t len, rsd_csum_t sum)
{
	return rsd_csum_add(sum, __builtin_bswap16(rsd_csum_fold(rsd_csum_bytes(buf, len, 0))));
}

/* Sum of an IPv4 header without options; a valid one folds to 0xffff. */
static __rte_always_inline rsd_csum_t
rsd_csum_ip4_header(const void *ip)
{
	const uint8_t *p = ip;
	rsd_csum_t sum = rsd_load64(p);

	sum = rsd_csum_add(sum, rsd_load64(p + 8));
	return rsd_csum_add(sum, rsd_load32(p + 16));
}

/*
 * Sum of the UDP pseudo header (RFC 768): both addresses, the protocol, the UDP length.
 * udp points at a UDP header that directly follows an IPv4 header without options.
 */
static __rte_always_inline rsd_csum_t
rsd_csum_udp4_pseudo(const void *udp)
{
	const uint8_t *p = udp;

	return rsd_csum_add(rsd_load64(p - 8), (uint64_t)RTE_BE16(17) + rsd_load16(p + 4));
}

/*
 * Sum of a UDP datagram in one piece, pseudo header included. The addresses lie in the eight bytes
 * before it, so the sum begins there, and there are always 16 bytes to load the end of.
 */
#if defined(__SSSE3__)
#include <tmmintrin.h>

/* Shuffles that bring the last n bytes of a vector to its front and zeros behind: at 16 - n from
 * here. */
extern const uint8_t rsd_csum_to_front[32];

static __rte_always_inline __m128i
rsd_csum_lanes(__m128i lanes, __m128i words)
{
	const __m128i zero = _mm_setzero_si128();

	return _mm_add_epi32(lanes,
		_mm_add_epi32(_mm_unpacklo_epi16(words, zero), _mm_unpackhi_epi16(words, zero)));
}

static __rte_always_inline rsd_csum_t
rsd_csum_udp4(const uint8_t *udp, uint32_t udp_len)
{
	const uint8_t *p = udp - 8, *end = udp + udp_len;
	uint32_t rest = (udp_len + 8) & 15;
	/* Four lanes of 32 bits: a datagram has too few words to fill one. */
	__m128i lanes = _mm_cvtsi32_si128(RTE_BE16(17) + rsd_load16(udp + 4));
	__m128i last = _mm_loadu_si128((const __m128i *)(const void *)(end - 16));
	__m128i how =
		_mm_loadu_si128((const __m128i *)(const void *)(rsd_csum_to_front + 16 - rest));

	for (; end - p >= 16; p += 16)
		lanes = rsd_csum_lanes(lanes, _mm_loadu_si128((const __m128i *)(const void *)p));
	lanes = rsd_csum_lanes(lanes, _mm_shuffle_epi8(last, how));
	lanes = _mm_add_epi32(lanes, _mm_srli_si128(lanes, 8));
	return (uint64_t)_mm_cvtsi128_si64(lanes);
}

#else

static __rte_always_inline rsd_csum_t
rsd_csum_udp4(const uint8_t *udp, uint32_t udp_len)
{
	return rsd_csum_bytes(udp, udp_len, rsd_csum_udp4_pseudo(udp));
}

#endif

/* RFC 1624 equation 3, HC' = ~(~HC + ~m + m'): never yields 0x0000 where a full sum gives 0xffff.
 */
static __rte_always_inline uint16_t
rsd_csum_patch16(uint16_t csum, uint16_t from, uint16_t to)
{
	return (uint16_t)~rsd_csum_fold((uint64_t)(uint16_t)~csum + (uint16_t)~from + to);
}

/* The same for eight bytes at once, for a header that changes in many places. */
static __rte_always_inline uint16_t
rsd_csum_patch64(uint16_t csum, uint64_t from, uint64_t to)
{
	rsd_csum_t sum = (uint16_t)~csum;

	sum = rsd_csum_add(sum, ~from);
	return (uint16_t)~rsd_csum_fold(rsd_csum_add(sum, to));
}

#endif
