/* SPDX-License-Identifier: BSD-3-Clause */
/* AES-128, four tuples an instruction and four instructions side by side. */
#include <immintrin.h>

#include <rte_common.h>

#include "table/flow_hash.h"
#include "wire/csum.h"

#define LANES 4
#define SIDE  4
#define BATCH (LANES * SIDE)

static __rte_always_inline __m128i
load(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* 16 bytes of each of four keys. */
static __rte_always_inline __m512i
gather(const uint8_t *const keys[], unsigned int at)
{
	__m256i lo = _mm256_inserti128_si256(
		_mm256_castsi128_si256(load(keys[0] + at)), load(keys[1] + at), 1);
	__m256i hi = _mm256_inserti128_si256(
		_mm256_castsi128_si256(load(keys[2] + at)), load(keys[3] + at), 1);

	return _mm512_inserti64x4(_mm512_castsi256_si512(lo), hi, 1);
}

static __rte_always_inline __m128i
load4(const uint8_t *p)
{
	return _mm_cvtsi32_si128((int)rsd_load32(p));
}

/* Four bytes of each, zero padded. */
static __rte_always_inline __m512i
gather4(const uint8_t *const keys[], unsigned int at)
{
	__m256i lo = _mm256_inserti128_si256(
		_mm256_castsi128_si256(load4(keys[0] + at)), load4(keys[1] + at), 1);
	__m256i hi = _mm256_inserti128_si256(
		_mm256_castsi128_si256(load4(keys[2] + at)), load4(keys[3] + at), 1);

	return _mm512_inserti64x4(_mm512_castsi256_si512(lo), hi, 1);
}

/* nb is a constant wherever this is called. */
static __rte_always_inline void
encrypt(const struct rsd_flow_hash *f, __m512i *b, unsigned int nb)
{
	const __m128i *round = (const __m128i *)(const void *)f->round;
	unsigned int r, i;
	__m512i k;

	k = _mm512_broadcast_i32x4(round[0]);
	for (i = 0; i < nb; i++)
		b[i] = _mm512_xor_si512(b[i], k);
#pragma GCC unroll 9
	for (r = 1; r < 10; r++) {
		k = _mm512_broadcast_i32x4(round[r]);
#pragma GCC unroll 4
		for (i = 0; i < nb; i++)
			b[i] = _mm512_aesenc_epi128(b[i], k);
	}
	k = _mm512_broadcast_i32x4(round[10]);
	for (i = 0; i < nb; i++)
		b[i] = _mm512_aesenclast_epi128(b[i], k);
}

/* The low halves of the blocks. */
static __rte_always_inline void
store(uint64_t h[], const __m512i *b, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		_mm256_storeu_si256((__m256i *)(void *)(h + i * LANES),
			_mm512_castsi512_si256(_mm512_permutexvar_epi64(
				_mm512_set_epi64(0, 0, 0, 0, 6, 4, 2, 0), b[i])));
}

static __rte_always_inline void
some4(const struct rsd_flow_hash *f, const uint8_t *const keys[], unsigned int nb, uint64_t h[])
{
	__m512i b[SIDE];
	unsigned int i;

	for (i = 0; i < nb; i++)
		b[i] = _mm512_maskz_mov_epi32(0x7777, gather(keys + i * LANES, 0));
	encrypt(f, b, nb);
	store(h, b, nb);
}

static __rte_always_inline void
some6(const struct rsd_flow_hash *f, const uint8_t *const keys[], unsigned int nb, uint64_t h[])
{
	__m512i b[SIDE];
	unsigned int i;

	for (i = 0; i < nb; i++)
		b[i] = gather(keys + i * LANES, 0);
	encrypt(f, b, nb);
	for (i = 0; i < nb; i++)
		b[i] = _mm512_xor_si512(b[i], gather(keys + i * LANES, 16));
	encrypt(f, b, nb);
	for (i = 0; i < nb; i++)
		b[i] = _mm512_xor_si512(b[i], gather4(keys + i * LANES, 32));
	encrypt(f, b, nb);
	store(h, b, nb);
}

void
rsd_flow_vaes_burst4(
	const struct rsd_flow_hash *f, const uint8_t *const keys[], unsigned int nb, uint64_t h[])
{
	unsigned int i;

	for (i = 0; i + BATCH <= nb; i += BATCH)
		some4(f, keys + i, SIDE, h + i);
	for (; i + LANES <= nb; i += LANES)
		some4(f, keys + i, 1, h + i);
	if (i < nb)
		rsd_flow_aesni_burst4(f, keys + i, nb - i, h + i);
}

void
rsd_flow_vaes_burst6(
	const struct rsd_flow_hash *f, const uint8_t *const keys[], unsigned int nb, uint64_t h[])
{
	unsigned int i;

	for (i = 0; i + BATCH <= nb; i += BATCH)
		some6(f, keys + i, SIDE, h + i);
	for (; i + LANES <= nb; i += LANES)
		some6(f, keys + i, 1, h + i);
	if (i < nb)
		rsd_flow_aesni_burst6(f, keys + i, nb - i, h + i);
}
