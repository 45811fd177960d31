/* SPDX-License-Identifier: BSD-3-Clause */
/* What probing with AVX-512 compares with. For the files conn_find*_avx512.c. */
#ifndef RSD_TABLE_CONN_FIND_AVX512_H
#define RSD_TABLE_CONN_FIND_AVX512_H

#include <immintrin.h>

#include <rte_common.h>

#define LOAD_WHOLE "vmovdqa"

/* The whole line in one compare. */
static __rte_always_inline uint32_t
match4(const uint8_t *b, __m128i key)
{
	uint32_t m = _mm512_cmpeq_epi32_mask(
		_mm512_broadcast_i32x4(key), _mm512_load_si512((const void *)b));

	/* Fetched from the mask register once, not for every use. */
	__asm__("" : "+r"(m));
	return m;
}

static __rte_always_inline uint32_t
tags6(const uint8_t *head, const uint8_t *other, uint16_t tag)
{
	__m128i tags = _mm_loadl_epi64((const __m128i *)(const void *)head);

	tags = _mm_unpacklo_epi64(tags, _mm_loadl_epi64((const __m128i *)(const void *)other));
	return _mm_cmpeq_epi16_mask(tags, _mm_set1_epi16((int16_t)tag));
}

static __rte_always_inline uint32_t
equal6(const uint8_t *e, const uint8_t *key)
{
	uint32_t m = _mm512_mask_cmpneq_epi32_mask(
		0x1ff, _mm512_maskz_loadu_epi32(0x1ff, e), _mm512_maskz_loadu_epi32(0x1ff, key));

	return m == 0;
}

#include "table/conn_find_x86.h"

static __rte_always_inline __m512i
four(__m128i a, __m128i b, __m128i c, __m128i d)
{
	__m256i ab = _mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1);
	__m256i cd = _mm256_inserti128_si256(_mm256_castsi128_si256(c), d, 1);

	return _mm512_inserti64x4(_mm512_castsi256_si512(ab), cd, 1);
}

/* As rsd_conn_first() and rsd_conn_second() have it, eight at a time. */
static __rte_always_inline void
both_buckets(const struct rsd_conn_table *t, const uint64_t h[], __m512i *first, __m512i *second)
{
	__m512i hash = _mm512_loadu_si512(h), nb = _mm512_set1_epi64(t->nb_buckets), on;

	*first = _mm512_srli_epi64(_mm512_mul_epu32(hash, nb), 32);
	on = _mm512_mul_epu32(_mm512_srli_epi64(hash, 32), _mm512_set1_epi64(t->nb_buckets - 1));
	on = _mm512_add_epi64(*first, _mm512_srli_epi64(on, 32));
	on = _mm512_add_epi64(on, _mm512_set1_epi64(1));
	/* Below zero it is a large number. */
	*second = _mm512_min_epu64(on, _mm512_sub_epi64(on, nb));
}

#endif
