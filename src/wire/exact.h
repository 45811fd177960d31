/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fast check once more, for frames without padding: then the frame's own length says what both
 * length fields must be, and everything of fixed value is one masked compare of 48 bytes.
 * What rsd_wire_exact() accepts, rsd_wire_fast() accepts; a test and a fuzzer hold them to it.
 */
#ifndef RSD_WIRE_EXACT_H
#define RSD_WIRE_EXACT_H

#include "wire/parse.h"

#if defined(__SSE4_1__)
#include <smmintrin.h>

typedef __m128i rsd_wire_vec;

static __rte_always_inline rsd_wire_vec
rsd_wire_vec_load(const uint8_t *at)
{
	return _mm_loadu_si128((const __m128i *)(const void *)at);
}

static __rte_always_inline rsd_wire_vec
rsd_wire_vec_differ(rsd_wire_vec got, rsd_wire_vec want, rsd_wire_vec mask)
{
	return _mm_and_si128(_mm_xor_si128(got, want), mask);
}

static __rte_always_inline bool
rsd_wire_vec_none(rsd_wire_vec a, rsd_wire_vec b, rsd_wire_vec c)
{
	__m128i any = _mm_or_si128(_mm_or_si128(a, b), c);

	return _mm_testz_si128(any, any);
}

/* Word number at, counted in 16-bit words as they lie in memory, set to v. at is a constant. */
#define rsd_wire_vec_set16(vec, v, at) _mm_insert_epi16(vec, v, at)

#else

typedef struct {
	uint64_t half[2];
} rsd_wire_vec;

static __rte_always_inline rsd_wire_vec
rsd_wire_vec_load(const uint8_t *at)
{
	return (rsd_wire_vec){ { rsd_load64(at), rsd_load64(at + 8) } };
}

static __rte_always_inline rsd_wire_vec
rsd_wire_vec_differ(rsd_wire_vec got, rsd_wire_vec want, rsd_wire_vec mask)
{
	return (rsd_wire_vec){ { (got.half[0] ^ want.half[0]) & mask.half[0],
		(got.half[1] ^ want.half[1]) & mask.half[1] } };
}

static __rte_always_inline bool
rsd_wire_vec_none(rsd_wire_vec a, rsd_wire_vec b, rsd_wire_vec c)
{
	return ((a.half[0] | b.half[0] | c.half[0]) | (a.half[1] | b.half[1] | c.half[1])) == 0;
}

static __rte_always_inline rsd_wire_vec
rsd_wire_vec_set16(rsd_wire_vec vec, int v, unsigned int at)
{
	rsd_store16((uint8_t *)&vec + 2 * at, (uint16_t)v);
	return vec;
}

#endif

/* All that is compared with, taken out of memory once a burst. */
struct rsd_wire_exact {
	rsd_wire_vec want[3], mask[3];
	const struct rsd_wire_local *w;
	size_t l2_len;
	uint32_t least; /* bytes of the shortest frame */
	uint32_t span;  /* how many more the longest has */
};

static __rte_always_inline void
rsd_wire_exact_init(struct rsd_wire_exact *x, const struct rsd_wire_local *w)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		x->want[i] = rsd_wire_vec_load(w->pattern.want[i]);
		x->mask[i] = rsd_wire_vec_load(w->pattern.mask[i]);
	}
	x->w = w;
	x->l2_len = w->l2_len;
	x->least = w->l2_len + RSD_WIRE_HDRS;
	x->span = RTE_MIN(w->max_frame, (uint32_t)RSD_WIRE_JUMBO) - x->least;
}

static __rte_always_inline bool
rsd_wire_pattern_holds(const struct rsd_wire_exact *x, const uint8_t *eth, uint32_t len)
{
	const uint8_t *ip = eth + x->l2_len;
	const struct rsd_wire_lengths *want = &x->w->lengths[len];
	rsd_wire_vec l3 = rsd_wire_vec_set16(x->want[1], want->ip, 2);
	rsd_wire_vec l4 = rsd_wire_vec_set16(x->want[2], want->udp, 6);

	return rsd_wire_vec_none(
		rsd_wire_vec_differ(rsd_wire_vec_load(eth), x->want[0], x->mask[0]),
		rsd_wire_vec_differ(rsd_wire_vec_load(ip - 2), l3, x->mask[1]),
		rsd_wire_vec_differ(rsd_wire_vec_load(ip + 12), l4, x->mask[2]));
}

/*
 * As rsd_wire_fast(), and the frame ends where the IP packet does. one_addr is a constant: whether
 * the port has one address, which then stands in the pattern.
 */
static __rte_always_inline bool
rsd_wire_exact(const struct rsd_wire_exact *x, const uint8_t *eth, uint32_t len, bool one_addr)
{
	const uint8_t *ip = eth + x->l2_len;

	if (unlikely(len - x->least > x->span))
		return false;
	if (unlikely(!rsd_wire_pattern_holds(x, eth, len)))
		return false;
	if (unlikely(!rsd_csum_is_full(rsd_csum_ip4_header(ip))))
		return false;
	if (unlikely(x->w->bad_octet[ip[12]] != 0 ||
		     rsd_wire_set_has(&x->w->banned, rsd_load32(ip + 12))))
		return false;
	return one_addr || rsd_wire_set_has(&x->w->own, rsd_load32(ip + 16));
}

#endif
