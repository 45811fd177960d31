/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Probing with vectors, without a branch that depends on what is found. For the files
 * conn_find_NAME.c, which define first how a bucket is compared:
 *
 *	static uint32_t match4(bucket, key): a bit for each of 16 words equal to the key's, in
 *order.
 *
 * That compare only points at an entry. The entry itself is then loaded in one piece and compared
 * again, so key and value belong together whatever the writer does.
 */
#ifndef RSD_TABLE_CONN_FIND_X86_H
#define RSD_TABLE_CONN_FIND_X86_H

#include <rte_branch_prediction.h>

#include "table/conn_layout.h"

static __rte_always_inline __m128i
load(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* In one piece: the compiler must not make it two loads, so it is not told what it is. */
static __rte_always_inline __m128i
load_whole(const uint8_t *p)
{
	__m128i v;

	__asm__(LOAD_WHOLE " %1, %0" : "=x"(v) : "m"(*(const __m128i *)(const void *)p));
	return v;
}

static __rte_always_inline uint32_t
probe4(const uint8_t *b, __m128i key)
{
	uint32_t m = match4(b, key), word, found;
	__m128i e;

	/* Three equal words in a row at the start of an entry; none: the last one is looked at. */
	m &= m >> 1 & m >> 2 & 0x1111;
	e = load_whole(b + (size_t)(unsigned int)__builtin_ctz(m | 0x1000) * 4);
	/* 7 and 15, three words equal, become 16 and the rest less: without a compare to branch on.
	 */
	found = (((uint32_t)_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(e, key))) | 8) + 1) >>
		4;
	word = (uint32_t)_mm_extract_epi32(e, 3) >> RSD_CONN_VALUE_SHIFT;
	return (word & -found) - 1;
}

static __rte_always_inline uint32_t
filter4(const uint8_t *b, uint64_t h)
{
	uint32_t bit = rsd_conn4_bit(h);

	return b[bit / 8 * RSD_CONN4_ENTRY + RSD_CONN4_WORD] >> bit % 8 & 1;
}

static __rte_always_inline bool
find4(const struct rsd_conn_table *t, const uint8_t *const keys[], const uint64_t h[],
	unsigned int nb, uint32_t val[])
{
	const uint8_t *first[RSD_CONN_CHUNK], *second[RSD_CONN_CHUNK], *base = t->bucket;
	uint32_t nb_buckets = t->nb_buckets;
	uint8_t left[RSD_CONN_CHUNK];
	unsigned int i, nb_left = 0;

	for (i = 0; i < nb; i++) {
		first[i] = base + (size_t)rsd_conn_first(nb_buckets, h[i]) * RSD_CONN4_BUCKET;
		__builtin_prefetch(first[i]);
	}
	for (i = 0; i < nb; i++) {
		val[i] = probe4(first[i], load(keys[i]));
		left[nb_left] = (uint8_t)i;
		nb_left += (val[i] == RSD_CONN_NONE) & filter4(first[i], h[i]);
	}
	for (i = 0; i < nb_left; i++) {
		second[i] =
			base + (size_t)rsd_conn_second(nb_buckets, h[left[i]]) * RSD_CONN4_BUCKET;
		__builtin_prefetch(second[i]);
	}
	for (i = 0; i < nb_left; i++)
		val[left[i]] = probe4(second[i], load(keys[left[i]]));
	return false;
}

/* --- IPv6 ------------------------------------------------------------------------------------ */

/*
 * The tags point at an entry; two that are equal point at the first and say so: not sure. Its word
 * is read before and after its key.
 */
static __rte_always_inline uint32_t
probe6(const uint8_t *b, __m128i k0, __m128i k1, __m128i k2, uint16_t tag, uint64_t *head,
	uint32_t *unsure)
{
	__m128i tags = _mm_loadl_epi64((const __m128i *)(const void *)b), equal;
	const uint8_t *e;
	uint32_t m, before, after;

	*head = (uint64_t)_mm_cvtsi128_si64(tags);
	m = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi16(tags, _mm_set1_epi16((int16_t)tag))) & 0x15;
	e = b + RSD_CONN6_HEAD +
	    (unsigned int)__builtin_ctz(m | 0x10) / 2 * (size_t)RSD_CONN6_ENTRY;
	before = __atomic_load_n(
		(const uint32_t *)(const void *)(e + RSD_CONN6_WORD), __ATOMIC_ACQUIRE);
	equal = _mm_and_si128(_mm_cmpeq_epi32(load(e), k0), _mm_cmpeq_epi32(load(e + 16), k1));
	equal = _mm_and_si128(equal, _mm_cmpeq_epi32(load(e + 20), k2));
	__asm__ volatile("" ::: "memory");
	after = __atomic_load_n(
		(const uint32_t *)(const void *)(e + RSD_CONN6_WORD), __ATOMIC_ACQUIRE);
	*unsure |= (m & (m - 1)) | (before ^ after);
	return (_mm_movemask_epi8(equal) == 0xffff ? after >> RSD_CONN_VALUE_SHIFT : 0) - 1;
}

static __rte_always_inline bool
find6(const struct rsd_conn_table *t, const uint8_t *const keys[], const uint64_t h[],
	unsigned int nb, uint32_t val[])
{
	const uint8_t *first[RSD_CONN_CHUNK], *second[RSD_CONN_CHUNK], *base = t->bucket, *k;
	uint32_t nb_buckets = t->nb_buckets, unsure = 0;
	uint8_t left[RSD_CONN_CHUNK];
	unsigned int i, nb_left = 0;
	uint64_t head;

	for (i = 0; i < nb; i++) {
		first[i] = base + (size_t)rsd_conn_first(nb_buckets, h[i]) * RSD_CONN6_BUCKET;
		__builtin_prefetch(first[i]);
		__builtin_prefetch(first[i] + 64);
	}
	for (i = 0; i < nb; i++) {
		k = keys[i];
		val[i] = probe6(first[i], load(k), load(k + 16), load(k + 20), rsd_conn6_tag(h[i]),
			&head, &unsure);
		left[nb_left] = (uint8_t)i;
		nb_left += (val[i] == RSD_CONN_NONE) & (head >> (48 + rsd_conn6_bit(h[i])));
	}
	for (i = 0; i < nb_left; i++) {
		second[i] =
			base + (size_t)rsd_conn_second(nb_buckets, h[left[i]]) * RSD_CONN6_BUCKET;
		__builtin_prefetch(second[i]);
		__builtin_prefetch(second[i] + 64);
	}
	for (i = 0; i < nb_left; i++) {
		k = keys[left[i]];
		val[left[i]] = probe6(second[i], load(k), load(k + 16), load(k + 20),
			rsd_conn6_tag(h[left[i]]), &head, &unsure);
	}
	__asm__ volatile("" ::: "memory");
	/* Word by word is slower and always right, or knows that it is not. */
	return unlikely(unsure != 0) && rsd_conn6_find_scalar(t, keys, h, nb, val);
}

#endif
