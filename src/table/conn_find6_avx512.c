/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv6 with AVX-512: eight keys at a time take each step together as far as the entry. */
#include "table/conn_find_avx512.h"

#define GROUP      8
#define GROUPS_MAX (RSD_CONN_CHUNK / GROUP)

/* Eight keys on their way. */
struct group {
	uint64_t first[GROUP], second[GROUP]; /* bucket */
	const uint8_t *entry[GROUP];          /* the entry that may be it */
} __rte_cache_aligned;

static __rte_always_inline void
locate(struct group *g, const struct rsd_conn_table *t, const uint64_t h[])
{
	__m512i first, second;
	unsigned int i;

	both_buckets(t, h, &first, &second);
	_mm512_store_si512(g->first, first);
	_mm512_store_si512(g->second, second);
	if (!t->tags_far)
		return;
	for (i = 0; i < GROUP; i++) {
		__builtin_prefetch(t->tag + g->first[i] * RSD_CONN6_HEAD);
		__builtin_prefetch(t->tag + g->second[i] * RSD_CONN6_HEAD);
	}
}

/* The tags of both buckets of a key. */
static __rte_always_inline __m128i
heads(const struct group *g, unsigned int i, const uint8_t *tag)
{
	return _mm_unpacklo_epi64(
		_mm_loadl_epi64(
			(const __m128i *)(const void *)(tag + g->first[i] * RSD_CONN6_HEAD)),
		_mm_loadl_epi64(
			(const __m128i *)(const void *)(tag + g->second[i] * RSD_CONN6_HEAD)));
}

/* For each key a byte of what tags6() gives. */
static __rte_always_inline uint64_t
match_tags(const struct group *g, const uint8_t *tag, const uint64_t h[])
{
	const __m512i spread =
		_mm512_set_epi64(0x000c000c000c000c, 0x000c000c000c000c, 0x0008000800080008,
			0x0008000800080008, 0x0004000400040004, 0x0004000400040004, 0, 0);
	__m512i hash = _mm512_loadu_si512(h), low, high, want;

	/* As rsd_conn6_tag() has it, in the lowest word of each key. */
	want = _mm512_xor_si512(_mm512_srli_epi64(hash, 4), _mm512_srli_epi64(hash, 32));
	want = _mm512_or_si512(want, _mm512_set1_epi64(1));
	low = _mm512_permutexvar_epi16(spread, want);
	high = _mm512_permutexvar_epi16(
		_mm512_or_si512(spread, _mm512_set1_epi16(4 * GROUP / 2)), want);
	return _mm512_cmpeq_epi16_mask(low, four(heads(g, 0, tag), heads(g, 1, tag),
						    heads(g, 2, tag), heads(g, 3, tag))) |
	       (uint64_t)_mm512_cmpeq_epi16_mask(high,
		       four(heads(g, 4, tag), heads(g, 5, tag), heads(g, 6, tag), heads(g, 7, tag)))
		       << 32;
}

/* As candidate6() does. Returns whose tags point at several. */
static __rte_always_inline uint32_t
follow_tags(struct group *g, const struct rsd_conn_table *t, const uint64_t h[])
{
	__m128i m = _mm_cvtsi64_si128((int64_t)match_tags(g, t->tag, h));
	__m128i less = _mm_add_epi8(m, _mm_set1_epi8(-1));
	__m512i at = _mm512_cvtepu8_epi64(_mm_popcnt_epi8(_mm_andnot_si128(m, less)));
	__m512i bucket, entry;
	unsigned int i;

	bucket = _mm512_mask_mov_epi64(_mm512_load_si512(g->second),
		_mm512_cmplt_epu64_mask(at, _mm512_set1_epi64(4)), _mm512_load_si512(g->first));
	entry = _mm512_mul_epu32(
		_mm512_and_si512(at, _mm512_set1_epi64(3)), _mm512_set1_epi64(RSD_CONN6_ENTRY));
	entry = _mm512_add_epi64(entry, _mm512_slli_epi64(bucket, 7));
	entry = _mm512_mask_add_epi64(_mm512_set1_epi64((int64_t)(uintptr_t)t->nothing),
		_mm512_cmplt_epu64_mask(at, _mm512_set1_epi64(8)), entry,
		_mm512_set1_epi64((int64_t)(uintptr_t)t->bucket));
	_mm512_store_si512(g->entry, entry);
#pragma GCC unroll 8
	for (i = 0; i < GROUP; i++) {
		__builtin_prefetch(g->entry[i]);
		__builtin_prefetch(g->entry[i] + RSD_CONN6_WORD);
	}
	return _mm_test_epi8_mask(m, less) & 0xff;
}

bool
rsd_conn6_find_avx512(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint64_t h[], unsigned int nb, uint32_t val[])
{
	unsigned int at, i, j, nb_groups = (nb + GROUP - 1) / GROUP;
	struct group group[GROUPS_MAX];
	uint64_t several = 0;
	uint32_t unsure = 0;

	if (nb < GROUP)
		return find6(t, keys, h, nb, val);
	/* The last group begins earlier when it would not be full. */
	for (i = 0; i < nb_groups; i++)
		locate(&group[i], t, h + RTE_MIN(i * GROUP, nb - GROUP));
	for (i = 0; i < nb_groups; i++) {
		at = RTE_MIN(i * GROUP, nb - GROUP);
		several |= (uint64_t)follow_tags(&group[i], t, h + at) << at;
	}
	for (i = 0; i < nb_groups; i++) {
		at = RTE_MIN(i * GROUP, nb - GROUP);
#pragma GCC unroll 8
		for (j = 0; j < GROUP; j++)
			val[at + j] = take6(group[i].entry[j], keys[at + j], &unsure);
	}
	return doubts6(t, keys, h, nb, val, unsure, several);
}
