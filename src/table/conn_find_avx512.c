/* SPDX-License-Identifier: BSD-3-Clause */
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

#include "table/conn_find_x86.h"

bool
rsd_conn4_find_avx512(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint64_t h[], unsigned int nb, uint32_t val[])
{
	return find4(t, keys, h, nb, val);
}

bool
rsd_conn6_find_avx512(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint64_t h[], unsigned int nb, uint32_t val[])
{
	return find6(t, keys, h, nb, val);
}
