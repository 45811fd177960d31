/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AES-128 by AES-NI. A round takes three or four cycles and two can begin in each, so eight tuples
 * go side by side.
 */
#include <wmmintrin.h>
#include <smmintrin.h>

#include <rte_common.h>

#include "table/flow_hash.h"
#include "wire/csum.h"

#define SIDE 8

static __rte_always_inline __m128i
expand(__m128i key, __m128i assist)
{
	key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
	key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
	return _mm_xor_si128(key, _mm_shuffle_epi32(assist, 0xff));
}

void
rsd_flow_aesni_expand(struct rsd_flow_hash *f, const uint8_t key[16])
{
	__m128i *out = (__m128i *)(void *)f->round;
	__m128i k = _mm_loadu_si128((const __m128i *)(const void *)key);

	/* The round constant is part of the instruction. */
#define NEXT(at, constant)                                     \
	k = expand(k, _mm_aeskeygenassist_si128(k, constant)); \
	_mm_store_si128(out + (at), k)
	_mm_store_si128(out, k);
	NEXT(1, 0x01);
	NEXT(2, 0x02);
	NEXT(3, 0x04);
	NEXT(4, 0x08);
	NEXT(5, 0x10);
	NEXT(6, 0x20);
	NEXT(7, 0x40);
	NEXT(8, 0x80);
	NEXT(9, 0x1b);
	NEXT(10, 0x36);
#undef NEXT
}

static __rte_always_inline __m128i
load(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Twelve bytes and zeroes. */
static __rte_always_inline __m128i
load12(const uint8_t *p)
{
	return _mm_blend_epi16(load(p), _mm_setzero_si128(), 0xc0);
}

static __rte_always_inline __m128i
load4(const uint8_t *p)
{
	return _mm_cvtsi32_si128((int)rsd_load32(p));
}

/* nb is a constant wherever this is called: the loops are unrolled. */
static __rte_always_inline void
encrypt(const struct rsd_flow_hash *f, __m128i *b, unsigned int nb)
{
	const __m128i *round = (const __m128i *)(const void *)f->round;
	unsigned int r, i;

	for (i = 0; i < nb; i++)
		b[i] = _mm_xor_si128(b[i], round[0]);
#pragma GCC unroll 9
	for (r = 1; r < 10; r++) {
#pragma GCC unroll 8
		for (i = 0; i < nb; i++)
			b[i] = _mm_aesenc_si128(b[i], round[r]);
	}
	for (i = 0; i < nb; i++)
		b[i] = _mm_aesenclast_si128(b[i], round[10]);
}

static __rte_always_inline void
some4(const struct rsd_flow_hash *f, const uint8_t *const keys[], unsigned int nb, uint64_t h[])
{
	__m128i b[SIDE];
	unsigned int i;

	for (i = 0; i < nb; i++)
		b[i] = load12(keys[i]);
	encrypt(f, b, nb);
	for (i = 0; i < nb; i++)
		h[i] = (uint64_t)_mm_cvtsi128_si64(b[i]);
}

static __rte_always_inline void
some6(const struct rsd_flow_hash *f, const uint8_t *const keys[], unsigned int nb, uint64_t h[])
{
	__m128i b[SIDE];
	unsigned int i;

	for (i = 0; i < nb; i++)
		b[i] = load(keys[i]);
	encrypt(f, b, nb);
	for (i = 0; i < nb; i++)
		b[i] = _mm_xor_si128(b[i], load(keys[i] + 16));
	encrypt(f, b, nb);
	for (i = 0; i < nb; i++)
		b[i] = _mm_xor_si128(b[i], load4(keys[i] + 32));
	encrypt(f, b, nb);
	for (i = 0; i < nb; i++)
		h[i] = (uint64_t)_mm_cvtsi128_si64(b[i]);
}

void
rsd_flow_aesni_burst4(
	const struct rsd_flow_hash *f, const uint8_t *const keys[], unsigned int nb, uint64_t h[])
{
	unsigned int i;

	for (i = 0; i + SIDE <= nb; i += SIDE)
		some4(f, keys + i, SIDE, h + i);
	for (; i < nb; i++)
		some4(f, keys + i, 1, h + i);
}

void
rsd_flow_aesni_burst6(
	const struct rsd_flow_hash *f, const uint8_t *const keys[], unsigned int nb, uint64_t h[])
{
	unsigned int i;

	for (i = 0; i + SIDE <= nb; i += SIDE)
		some6(f, keys + i, SIDE, h + i);
	for (; i < nb; i++)
		some6(f, keys + i, 1, h + i);
}
