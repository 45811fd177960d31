/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Probing with vectors, without a branch that depends on what is found. For the files
 * conn_find_NAME.c, which define first how things are compared:
 *
 *	match4(bucket, key): a bit for each of 16 words equal to the key's, in order
 *	tags6(head, other, tag): bits 0 to 2 and 4 to 6 for tags that are equal, and no others
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

/* Both buckets of a key, and where there is nothing. */
struct places {
	const uint8_t *bucket[3];
	uint32_t at[2];
};

static __rte_always_inline const uint8_t *
head6(const struct rsd_conn_table *t, uint32_t bucket)
{
	return t->tag + (size_t)bucket * RSD_CONN6_HEAD;
}

static __rte_always_inline void
locate6(const struct rsd_conn_table *t, const uint64_t h[], unsigned int nb, struct places p[])
{
	uint32_t nb_buckets = t->nb_buckets, first, second;
	unsigned int i;

	for (i = 0; i < nb; i++) {
		first = rsd_conn_first(nb_buckets, h[i]);
		second = rsd_conn_second(nb_buckets, h[i]);
		p[i] = (struct places){
			{ t->bucket + (size_t)first * RSD_CONN6_BUCKET,
				t->bucket + (size_t)second * RSD_CONN6_BUCKET, t->nothing },
			{ first, second },
		};
	}
	if (!t->tags_far)
		return;
	for (i = 0; i < nb; i++) {
		__builtin_prefetch(head6(t, p[i].at[0]));
		__builtin_prefetch(head6(t, p[i].at[1]));
	}
}

/*
 * Fetch the entry that the tags point at: the first that is equal, in the first bucket before the
 * second; for none one that stays free. Several equal ones are said so in several.
 */
static __rte_always_inline const uint8_t *
candidate6(const struct rsd_conn_table *t, const struct places *p, uint64_t h, uint32_t *several)
{
	uint32_t m = tags6(head6(t, p->at[0]), head6(t, p->at[1]), rsd_conn6_tag(h));
	unsigned int at = (unsigned int)__builtin_ctz(m | 0x100);
	const uint8_t *e = p->bucket[at / 4] + (size_t)(at % 4) * RSD_CONN6_ENTRY;

	*several = m & (m - 1);
	__builtin_prefetch(e);
	__builtin_prefetch(e + RSD_CONN6_WORD);
	return e;
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

/*
 * Once more, word by word, which is slower and always right or knows that it is not: all of them
 * when one was changed, else those whose first equal tag was another's.
 */
static __rte_always_inline bool
doubts6(const struct rsd_conn_table *t, const uint8_t *const keys[], const uint64_t h[],
	unsigned int nb, uint32_t val[], uint32_t changed, uint64_t several)
{
	bool unsure = false;
	unsigned int i;

	if (unlikely(changed != 0))
		return rsd_conn6_find_scalar(t, keys, h, nb, val);
	for (; unlikely(several != 0); several &= several - 1) {
		i = (unsigned int)__builtin_ctzll(several);
		if (val[i] == RSD_CONN_NONE)
			unsure |= rsd_conn6_find_scalar(t, keys + i, h + i, 1, val + i);
	}
	return unsure;
}

/* Two steps away from memory at most: the tags, and of the buckets only what they point at. */
static __rte_always_inline bool
find6(const struct rsd_conn_table *t, const uint8_t *const keys[], const uint64_t h[],
	unsigned int nb, uint32_t val[])
{
	const uint8_t *entry[RSD_CONN_CHUNK];
	struct places p[RSD_CONN_CHUNK];
	uint32_t unsure = 0, more;
	uint64_t several = 0;
	unsigned int i;

	locate6(t, h, nb, p);
	for (i = 0; i < nb; i++) {
		entry[i] = candidate6(t, &p[i], h[i], &more);
		several |= (uint64_t)(more != 0) << i;
	}
	for (i = 0; i < nb; i++)
		val[i] = take6(entry[i], keys[i], &unsure);
	return doubts6(t, keys, h, nb, val, unsure, several);
}

#endif
