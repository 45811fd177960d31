/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Probing with AVX-512. One key after the other leaves the core waiting: each is a long chain of
 * steps, and its schedulers hold only a few of them at a time. So sixteen keys take each step
 * together, and what is in between goes through arrays on the stack.
 */
#include "table/conn_find_avx512.h"

#define GROUP      16
#define GROUPS_MAX (RSD_CONN_CHUNK / GROUP)

/* Sixteen keys on their way. */
struct group {
	const uint8_t *first[GROUP];  /* bucket */
	const uint8_t *filter[GROUP]; /* byte of the filter */
	const uint8_t *entry[GROUP];  /* the entry that may be it */
} __rte_cache_aligned;

/* Where to look: eight at a time. */
static __rte_always_inline void
locate8(struct group *g, unsigned int at, const struct rsd_conn_table *t, const uint64_t h[])
{
	__m512i hash = _mm512_loadu_si512(h);
	__m512i line = _mm512_mul_epu32(hash, _mm512_set1_epi64(t->nb_buckets));
	__m512i base = _mm512_set1_epi64((int64_t)(uintptr_t)t->bucket);
	__m512i byte = _mm512_slli_epi64(_mm512_and_si512(hash, _mm512_set1_epi64(0x18)), 1);

	/* The upper half of the product times 64. */
	line = _mm512_and_si512(_mm512_srli_epi64(line, 26), _mm512_set1_epi64(~63LL));
	line = _mm512_add_epi64(line, base);
	_mm512_store_si512(g->first + at, line);
	byte = _mm512_add_epi64(byte, _mm512_set1_epi64(RSD_CONN4_WORD));
	_mm512_store_si512(g->filter + at, _mm512_add_epi64(line, byte));
}

static __rte_always_inline void
locate(struct group *g, const struct rsd_conn_table *t, const uint64_t h[])
{
	unsigned int i;

	locate8(g, 0, t, h);
	locate8(g, 8, t, h + 8);
#pragma GCC unroll 16
	for (i = 0; i < GROUP; i++)
		__builtin_prefetch(g->first[i], 0, 2);
}

/* Which words of four buckets are the keys', 16 bits each. */
static __rte_always_inline int64_t
match_four(const struct group *g, unsigned int at, const uint8_t *const keys[])
{
	uint64_t m = 0;
	unsigned int i;

#pragma GCC unroll 4
	for (i = 0; i < 4; i++)
		m |= (uint64_t)_mm512_cmpeq_epi32_mask(_mm512_broadcast_i32x4(load(keys[at + i])),
			     _mm512_load_si512(g->first[at + i]))
		     << (16 * i);
	return (int64_t)m;
}

/* Compare whole buckets, and point at the first entry of which three words are equal. */
static __rte_always_inline void
compare(struct group *g, const uint8_t *const keys[])
{
	const __m256i ones = _mm256_set1_epi16(0x1111);
	__m256i m, at;

	/* Through registers: a vector load of what was just stored in pieces would have to wait. */
	m = _mm256_set_epi64x(match_four(g, 12, keys), match_four(g, 8, keys),
		match_four(g, 4, keys), match_four(g, 0, keys));
	at = _mm256_and_si256(_mm256_srli_epi16(m, 1), _mm256_srli_epi16(m, 2));
	m = _mm256_and_si256(_mm256_and_si256(m, at), ones);
	/* The number of bits below the lowest: 4 an entry; of 16, for none, the first will do. */
	at = _mm256_andnot_si256(m, _mm256_add_epi16(m, _mm256_set1_epi16(-1)));
	at = _mm256_and_si256(_mm256_popcnt_epi16(at), _mm256_set1_epi16(12));
	at = _mm256_slli_epi16(at, 2);
	_mm512_store_si512(g->entry, _mm512_add_epi64(_mm512_load_si512(g->first),
					     _mm512_cvtepu16_epi64(_mm256_castsi256_si128(at))));
	_mm512_store_si512(
		g->entry + 8, _mm512_add_epi64(_mm512_load_si512(g->first + 8),
				      _mm512_cvtepu16_epi64(_mm256_extracti128_si256(at, 1))));
}

/* Load the entries in one piece each and take the values of those that are the keys'. */
static __rte_always_inline __m512i
take(const struct group *g, const uint8_t *const keys[])
{
	const __m512i words =
		_mm512_set_epi32(0, 0, 0, 0, 0, 0, 0, 0, 31, 27, 23, 19, 15, 11, 7, 3);
	__m512i e[4], word;
	uint64_t m = 0;
	unsigned int i;

#pragma GCC unroll 4
	for (i = 0; i < 4; i++) {
		const uint8_t *const *p = g->entry + 4 * i, *const *k = keys + 4 * i;

		e[i] = four(load_whole(p[0]), load_whole(p[1]), load_whole(p[2]), load_whole(p[3]));
		m |= (uint64_t)_mm512_cmpeq_epi32_mask(
			     e[i], four(load(k[0]), load(k[1]), load(k[2]), load(k[3])))
		     << (16 * i);
	}
	word = _mm512_inserti64x4(_mm512_permutex2var_epi32(e[0], words, e[1]),
		_mm512_castsi512_si256(_mm512_permutex2var_epi32(e[2], words, e[3])), 1);
	m = _pext_u64(m & m >> 1 & m >> 2, UINT64_C(0x1111111111111111));
	word = _mm512_maskz_srli_epi32((__mmask16)m, word, RSD_CONN_VALUE_SHIFT);
	return _mm512_sub_epi32(word, _mm512_set1_epi32(1));
}

/* A byte of the filter of each of eight buckets. */
static __rte_always_inline __m128i
filter_bytes(const uint8_t *const *p)
{
	__m128i a = _mm_cvtsi32_si128(*p[0]), b = _mm_cvtsi32_si128(*p[4]);

	a = _mm_insert_epi8(_mm_insert_epi8(_mm_insert_epi8(a, *p[1], 1), *p[2], 2), *p[3], 3);
	b = _mm_insert_epi8(_mm_insert_epi8(_mm_insert_epi8(b, *p[5], 1), *p[6], 2), *p[7], 3);
	return _mm_unpacklo_epi32(a, b);
}

/* Whose bit in the filter is set. */
static __rte_always_inline uint32_t
filtered(const struct group *g, const uint64_t h[])
{
	__m128i byte = _mm_unpacklo_epi64(filter_bytes(g->filter), filter_bytes(g->filter + 8));
	__m128i bit = _mm_unpacklo_epi64(_mm512_cvtepi64_epi8(_mm512_loadu_si512(h)),
		_mm512_cvtepi64_epi8(_mm512_loadu_si512(h + 8)));

	bit = _mm_and_si128(bit, _mm_set1_epi8(7));
	bit = _mm_shuffle_epi8(_mm_set1_epi64x((int64_t)UINT64_C(0x8040201008040201)), bit);
	return _mm_test_epi8_mask(bit, byte);
}

/* The ones whose bits are set in left, in their second buckets. */
static __rte_always_inline void
find_second(const struct rsd_conn_table *t, const uint8_t *const keys[], const uint64_t h[],
	uint64_t left, uint32_t val[])
{
	const uint8_t *second[RSD_CONN_CHUNK];
	unsigned int nb = 0, i;
	uint64_t rest;

	for (rest = left; rest != 0; rest &= rest - 1) {
		second[nb] = t->bucket +
			     (size_t)rsd_conn_second(t->nb_buckets, h[__builtin_ctzll(rest)]) *
				     RSD_CONN4_BUCKET;
		__builtin_prefetch(second[nb++]);
	}
	nb = 0;
	for (rest = left; rest != 0; rest &= rest - 1) {
		i = (unsigned int)__builtin_ctzll(rest);
		val[i] = probe4(second[nb++], load(keys[i]));
	}
}

bool
rsd_conn4_find_avx512(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint64_t h[], unsigned int nb, uint32_t val[])
{
	struct group group[GROUPS_MAX];
	unsigned int at, i, nb_groups = (nb + GROUP - 1) / GROUP;
	uint64_t left = 0;
	__m512i found;
	uint32_t missed;

	if (nb < GROUP)
		return find4(t, keys, h, nb, val);
	/* The last group begins earlier when it would not be full. */
	for (i = 0; i < nb_groups; i++)
		locate(&group[i], t, h + RTE_MIN(i * GROUP, nb - GROUP));
	for (i = 0; i < nb_groups; i++)
		compare(&group[i], keys + RTE_MIN(i * GROUP, nb - GROUP));
	for (i = 0; i < nb_groups; i++) {
		at = RTE_MIN(i * GROUP, nb - GROUP);
		found = take(&group[i], keys + at);
		_mm512_storeu_si512(val + at, found);
		missed = _mm512_cmpeq_epi32_mask(found, _mm512_set1_epi32(-1));
		left |= (uint64_t)(missed & filtered(&group[i], h + at)) << at;
	}
	find_second(t, keys, h, left, val);
	return false;
}

/* --- large tables: through the tags ----------------------------------------------------------- */

/* Sixteen keys: both of their buckets. */
struct pair {
	uint32_t first[GROUP], second[GROUP];
} __rte_cache_aligned;

/* The lower halves of sixteen numbers. */
static __rte_always_inline __m512i
low_halves(__m512i a, __m512i b)
{
	return _mm512_inserti64x4(
		_mm512_castsi256_si512(_mm512_cvtepi64_epi32(a)), _mm512_cvtepi64_epi32(b), 1);
}

static __rte_always_inline void
locate_pair(struct pair *p, const struct rsd_conn_table *t, const uint64_t h[])
{
	__m512i first[2], second[2];
	unsigned int i;

	both_buckets(t, h, &first[0], &second[0]);
	both_buckets(t, h + 8, &first[1], &second[1]);
	_mm512_store_si512(p->first, low_halves(first[0], first[1]));
	_mm512_store_si512(p->second, low_halves(second[0], second[1]));
	if (!t->tags_far)
		return;
	for (i = 0; i < GROUP; i++) {
		__builtin_prefetch(t->tag + (size_t)p->first[i] * RSD_CONN4_WAYS);
		__builtin_prefetch(t->tag + (size_t)p->second[i] * RSD_CONN4_WAYS);
	}
}

/* A bit for each byte of a bucket's tags that is the key's. */
static __rte_always_inline __m512i
equal_tags(const struct rsd_conn_table *t, const uint32_t bucket[], __m512i tag)
{
	__m512i tags = _mm512_i32gather_epi32(_mm512_load_si512(bucket), t->tag, RSD_CONN4_WAYS);

	return _mm512_maskz_set1_epi8(_mm512_cmpeq_epi8_mask(tags, tag), 1);
}

/* Eight entries that are there, by their distance from the first bucket; else one that is not. */
static __rte_always_inline void
point8(const uint8_t **entry, const struct rsd_conn_table *t, __mmask8 there, __m256i distance)
{
	_mm512_store_si512(
		entry, _mm512_mask_add_epi64(_mm512_set1_epi64((int64_t)(uintptr_t)t->nothing),
			       there, _mm512_set1_epi64((int64_t)(uintptr_t)t->bucket),
			       _mm512_cvtepu32_epi64(distance)));
}

/*
 * Fetch the entry that the tags point at: the first that is equal, in the first bucket before the
 * second; for none a bucket that stays empty. Returns whose tags point at several.
 */
static __rte_always_inline uint32_t
follow_tags(
	struct group *g, const struct pair *p, const struct rsd_conn_table *t, const uint64_t h[])
{
	const __m512i ones = _mm512_set1_epi8(1), one = _mm512_set1_epi32(1);
	__m512i tag = low_halves(_mm512_loadu_si512(h), _mm512_loadu_si512(h + 8));
	__m512i first, second, at, slot, more;
	uint32_t several, rest;
	__mmask16 in_first, there;
	unsigned int i;

	tag = _mm512_max_epu32(_mm512_and_si512(tag, _mm512_set1_epi32(0xff)), one);
	tag = _mm512_mullo_epi32(tag, ones);
	first = equal_tags(t, p->first, tag);
	second = equal_tags(t, p->second, tag);
	in_first = _mm512_test_epi32_mask(first, first);
	more = _mm512_maskz_mov_epi32(in_first, second);
	first = _mm512_mask_mov_epi32(second, in_first, first);
	slot = _mm512_mask_mov_epi32(
		_mm512_load_si512(p->second), in_first, _mm512_load_si512(p->first));
	/* Bytes below the lowest that is set: as many as entries before it. */
	at = _mm512_andnot_si512(first, _mm512_sub_epi32(first, one));
	more = _mm512_or_si512(
		more, _mm512_andnot_si512(_mm512_sub_epi32(_mm512_setzero_si512(), first), first));
	at = _mm512_srli_epi32(_mm512_mullo_epi32(_mm512_and_si512(at, ones), ones), 24);
	slot = _mm512_add_epi32(_mm512_slli_epi32(slot, 2), at);
	slot = _mm512_slli_epi32(slot, 4);
	there = _mm512_test_epi32_mask(first, first);
	point8(g->entry, t, (__mmask8)there, _mm512_castsi512_si256(slot));
	point8(g->entry + 8, t, (__mmask8)(there >> 8), _mm512_extracti64x4_epi64(slot, 1));
#pragma GCC unroll 16
	for (i = 0; i < GROUP; i++)
		__builtin_prefetch(g->entry[i]);
	several = _mm512_test_epi32_mask(more, more);
	for (rest = several; rest != 0; rest &= rest - 1) {
		i = (unsigned int)__builtin_ctz(rest);
		__builtin_prefetch(t->bucket + (size_t)p->first[i] * RSD_CONN4_BUCKET);
		__builtin_prefetch(t->bucket + (size_t)p->second[i] * RSD_CONN4_BUCKET);
	}
	return several;
}

/* All that the tags may point at, for keys whose first equal tag was another's. */
static __rte_noinline void
find_several(const struct rsd_conn_table *t, const uint8_t *const keys[], const uint64_t h[],
	uint64_t several, uint32_t val[])
{
	for (; several != 0; several &= several - 1) {
		unsigned int i = (unsigned int)__builtin_ctzll(several);
		const uint8_t *b =
			t->bucket + (size_t)rsd_conn_first(t->nb_buckets, h[i]) * RSD_CONN4_BUCKET;

		if (val[i] != RSD_CONN_NONE)
			continue;
		val[i] = probe4(b, load(keys[i]));
		if (val[i] != RSD_CONN_NONE)
			continue;
		b = t->bucket + (size_t)rsd_conn_second(t->nb_buckets, h[i]) * RSD_CONN4_BUCKET;
		val[i] = probe4(b, load(keys[i]));
	}
}

bool
rsd_conn4_find_tags(const struct rsd_conn_table *t, const uint8_t *const keys[], const uint64_t h[],
	unsigned int nb, uint32_t val[])
{
	unsigned int at, i, nb_groups = (nb + GROUP - 1) / GROUP;
	struct group group[GROUPS_MAX];
	struct pair pair[GROUPS_MAX];
	uint64_t several = 0;

	if (nb < GROUP)
		return find4(t, keys, h, nb, val);
	/* The last group begins earlier when it would not be full. */
	for (i = 0; i < nb_groups; i++)
		locate_pair(&pair[i], t, h + RTE_MIN(i * GROUP, nb - GROUP));
	for (i = 0; i < nb_groups; i++) {
		at = RTE_MIN(i * GROUP, nb - GROUP);
		several |= (uint64_t)follow_tags(&group[i], &pair[i], t, h + at) << at;
	}
	for (i = 0; i < nb_groups; i++) {
		at = RTE_MIN(i * GROUP, nb - GROUP);
		_mm512_storeu_si512(val + at, take(&group[i], keys + at));
	}
	if (several != 0)
		find_several(t, keys, h, several, val);
	return false;
}
