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
