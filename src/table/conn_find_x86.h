/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Probing with vectors, without a branch that depends on what is found. For the files
 * conn_find_NAME.c, which define first how things are compared:
 *
 *	match4(bucket, key): a bit for each of 16 words equal to the key's, in order
 *	tags6(bucket, tag): bits 0, 2 and 4 for tags that are equal, and no others
 *	equal6(entry, key): 1 when the 36 bytes are the same, else 0
 *	LOAD_WHOLE: the instruction for 16 aligned bytes
 *
 * The first of these only points at an entry. The entry itself is then loaded in one piece and
 * compared again, so key and value belong together whatever the writer does.
 */
#ifndef RSD_TABLE_CONN_FIND_X86_H
#define RSD_TABLE_CONN_FIND_X86_H

#include <rte_atomic.h>
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
 * The entry that the tags point at; without an equal one the first, which lies in the line that is
 * there. Two equal ones point at the first of them and say so in twice.
 */
static __rte_always_inline const uint8_t *
candidate6(const uint8_t *b, uint16_t tag, uint32_t *twice)
{
	uint32_t m = tags6(b, tag);

	*twice |= m & (m - 1);
	return b + RSD_CONN6_HEAD + (size_t)RSD_CONN6_ENTRY * (__builtin_ctz(m | 0x100) / 2 & 3);
}

static __rte_always_inline uint32_t
word6(const uint8_t *e)
{
	uint32_t word = __atomic_load_n(
		(const uint32_t *)(const void *)(e + RSD_CONN6_WORD), __ATOMIC_ACQUIRE);

	rte_compiler_barrier();
	return word;
}

/* Its value when it is the key's. Its word is read before and after its key. */
static __rte_always_inline uint32_t
take6(const uint8_t *e, const uint8_t *key, uint32_t *changed)
{
	uint32_t before = word6(e), found = equal6(e, key), after;

	rte_compiler_barrier();
	after = word6(e);
	*changed |= before ^ after;
	return (after >> RSD_CONN_VALUE_SHIFT & -found) - 1;
}

static __rte_always_inline uint32_t
filter6(const uint8_t *b, uint64_t h)
{
	return rsd_load16(b + RSD_CONN6_HEAD - 2) >> rsd_conn6_bit(h) & 1;
}

/*
 * The first line of a bucket has the tags; the second one is fetched when they point there, so a
 * miss costs one line.
 */
static __rte_always_inline bool
find6(const struct rsd_conn_table *t, const uint8_t *const keys[], const uint64_t h[],
	unsigned int nb, uint32_t val[])
{
	const uint8_t *first[RSD_CONN_CHUNK], *entry[RSD_CONN_CHUNK], *base = t->bucket;
	uint32_t nb_buckets = t->nb_buckets, unsure = 0;
	uint8_t left[RSD_CONN_CHUNK];
	unsigned int i, nb_left = 0;

	for (i = 0; i < nb; i++) {
		first[i] = base + (size_t)rsd_conn_first(nb_buckets, h[i]) * RSD_CONN6_BUCKET;
		__builtin_prefetch(first[i], 0, 2);
	}
	for (i = 0; i < nb; i++) {
		entry[i] = candidate6(first[i], rsd_conn6_tag(h[i]), &unsure);
		__builtin_prefetch(entry[i] + RSD_CONN6_WORD, 0, 2);
	}
	for (i = 0; i < nb; i++) {
		val[i] = take6(entry[i], keys[i], &unsure);
		left[nb_left] = (uint8_t)i;
		nb_left += (val[i] == RSD_CONN_NONE) & filter6(first[i], h[i]);
	}
	for (i = 0; i < nb_left; i++) {
		first[i] =
			base + (size_t)rsd_conn_second(nb_buckets, h[left[i]]) * RSD_CONN6_BUCKET;
		__builtin_prefetch(first[i]);
		__builtin_prefetch(first[i] + 64);
	}
	for (i = 0; i < nb_left; i++)
		val[left[i]] = take6(candidate6(first[i], rsd_conn6_tag(h[left[i]]), &unsure),
			keys[left[i]], &unsure);
	/* Word by word is slower and always right, or knows that it is not. */
	return unlikely(unsure != 0) && rsd_conn6_find_scalar(t, keys, h, nb, val);
}

#endif
