/* SPDX-License-Identifier: BSD-3-Clause */
#include <smmintrin.h>

#include <rte_common.h>

#define LOAD_WHOLE "movdqa"

/* Sixteen compares narrowed to a bit each. */
static __rte_always_inline uint32_t
match4(const uint8_t *b, __m128i key)
{
	const __m128i *e = (const __m128i *)(const void *)b;
	__m128i a = _mm_packs_epi32(_mm_cmpeq_epi32(key, e[0]), _mm_cmpeq_epi32(key, e[1]));
	__m128i c = _mm_packs_epi32(_mm_cmpeq_epi32(key, e[2]), _mm_cmpeq_epi32(key, e[3]));

	return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(a, c));
}

static __rte_always_inline uint32_t
tags6(const uint8_t *head, const uint8_t *other, uint16_t tag)
{
	__m128i tags = _mm_loadl_epi64((const __m128i *)(const void *)head);

	tags = _mm_unpacklo_epi64(tags, _mm_loadl_epi64((const __m128i *)(const void *)other));
	tags = _mm_cmpeq_epi16(tags, _mm_set1_epi16((int16_t)tag));
	return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(tags, _mm_setzero_si128()));
}

static __rte_always_inline __m128i
differ(const uint8_t *a, const uint8_t *b)
{
	return _mm_xor_si128(_mm_loadu_si128((const __m128i *)(const void *)a),
		_mm_loadu_si128((const __m128i *)(const void *)b));
}

/* 16, 16 and the last 16 bytes. */
static __rte_always_inline uint32_t
equal6(const uint8_t *e, const uint8_t *key)
{
	__m128i d = _mm_or_si128(differ(e, key), differ(e + 16, key + 16));

	d = _mm_or_si128(d, differ(e + 20, key + 20));
	return (uint32_t)_mm_testz_si128(d, d);
}

#include "table/conn_find_x86.h"

bool
rsd_conn4_find_sse(const struct rsd_conn_table *t, const uint8_t *const keys[], const uint64_t h[],
	unsigned int nb, uint32_t val[])
{
	return find4(t, keys, h, nb, val);
}

bool
rsd_conn6_find_sse(const struct rsd_conn_table *t, const uint8_t *const keys[], const uint64_t h[],
	unsigned int nb, uint32_t val[])
{
	return find6(t, keys, h, nb, val);
}
