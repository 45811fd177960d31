/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Probing word by word: for CPUs that cannot load an entry in one piece, and as the reference the
 * others are compared with. Every load is atomic, so that a thread checker can follow.
 */
#include "table/conn_layout.h"

static __rte_always_inline uint32_t
load32(const uint8_t *p)
{
	return __atomic_load_n((const uint32_t *)(const void *)p, __ATOMIC_ACQUIRE);
}

static __rte_always_inline uint64_t
load64(const uint8_t *p)
{
	return __atomic_load_n((const uint64_t *)(const void *)p, __ATOMIC_ACQUIRE);
}

/* Entry at e with a key of len bytes, a multiple of eight and four. */
static __rte_always_inline uint32_t
take(const uint8_t *e, const uint8_t *key, uint32_t len, bool *unsure)
{
	uint32_t word = load32(e + len) >> RSD_CONN_VALUE_SHIFT, i;
	uint64_t differ = 0;

	for (i = 0; i + 8 <= len; i += 8)
		differ |= load64(e + i) ^ rsd_load64(key + i);
	differ |= load32(e + i) ^ rsd_load32(key + i);
	if (differ != 0 || word == 0)
		return RSD_CONN_NONE;
	if (load32(e + len) >> RSD_CONN_VALUE_SHIFT != word)
		*unsure = true;
	return word - 1;
}

static __rte_always_inline uint32_t
probe4(const uint8_t *b, const uint8_t *key, bool *unsure)
{
	uint32_t i, val = RSD_CONN_NONE;

	for (i = 0; i < RSD_CONN4_WAYS && val == RSD_CONN_NONE; i++)
		val = take(b + i * RSD_CONN4_ENTRY, key, RSD_CONN4_WORD, unsure);
	return val;
}

bool
rsd_conn4_find_scalar(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint64_t h[], unsigned int nb, uint32_t val[])
{
	bool unsure = false;
	const uint8_t *b;
	uint32_t bit;
	unsigned int i;

	for (i = 0; i < nb; i++)
		__builtin_prefetch(
			t->bucket + (size_t)rsd_conn_first(t->nb_buckets, h[i]) * RSD_CONN4_BUCKET);
	for (i = 0; i < nb; i++) {
		b = t->bucket + (size_t)rsd_conn_first(t->nb_buckets, h[i]) * RSD_CONN4_BUCKET;
		val[i] = probe4(b, keys[i], &unsure);
		if (val[i] != RSD_CONN_NONE)
			continue;
		bit = rsd_conn4_bit(h[i]);
		if ((load32(b + bit / 8 * RSD_CONN4_ENTRY + RSD_CONN4_WORD) >> bit % 8 & 1) == 0)
			continue;
		b = t->bucket + (size_t)rsd_conn_second(t->nb_buckets, h[i]) * RSD_CONN4_BUCKET;
		val[i] = probe4(b, keys[i], &unsure);
	}
	return unsure;
}

static __rte_always_inline const uint8_t *
head6(const struct rsd_conn_table *t, uint32_t bucket)
{
	return t->tag + (size_t)bucket * RSD_CONN6_HEAD;
}

static __rte_always_inline uint32_t
probe6(const struct rsd_conn_table *t, uint32_t bucket, const uint8_t *key, uint64_t h,
	bool *unsure)
{
	const uint8_t *b = t->bucket + (size_t)bucket * RSD_CONN6_BUCKET;
	uint64_t head = load64(head6(t, bucket));
	uint32_t i, val = RSD_CONN_NONE;

	for (i = 0; i < RSD_CONN6_WAYS && val == RSD_CONN_NONE; i++)
		if ((uint16_t)(head >> 16 * i) == rsd_conn6_tag(h))
			val = take(b + i * RSD_CONN6_ENTRY, key, RSD_CONN6_WORD, unsure);
	return val;
}

static __rte_always_inline void
fetch6(const struct rsd_conn_table *t, uint32_t bucket, uint64_t h)
{
	const uint8_t *b = t->bucket + (size_t)bucket * RSD_CONN6_BUCKET;
	uint64_t head = load64(head6(t, bucket));
	uint32_t i;

	for (i = 0; i < RSD_CONN6_WAYS; i++, b += RSD_CONN6_ENTRY)
		if ((uint16_t)(head >> 16 * i) == rsd_conn6_tag(h)) {
			__builtin_prefetch(b);
			__builtin_prefetch(b + RSD_CONN6_WORD);
		}
}

bool
rsd_conn6_find_scalar(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint64_t h[], unsigned int nb, uint32_t val[])
{
	uint32_t nb_buckets = t->nb_buckets;
	bool unsure = false;
	unsigned int i;

	for (i = 0; i < nb; i++) {
		__builtin_prefetch(head6(t, rsd_conn_first(nb_buckets, h[i])));
		__builtin_prefetch(head6(t, rsd_conn_second(nb_buckets, h[i])));
	}
	for (i = 0; i < nb; i++) {
		fetch6(t, rsd_conn_first(nb_buckets, h[i]), h[i]);
		fetch6(t, rsd_conn_second(nb_buckets, h[i]), h[i]);
	}
	for (i = 0; i < nb; i++) {
		val[i] = probe6(t, rsd_conn_first(nb_buckets, h[i]), keys[i], h[i], &unsure);
		if (val[i] == RSD_CONN_NONE)
			val[i] = probe6(
				t, rsd_conn_second(nb_buckets, h[i]), keys[i], h[i], &unsure);
	}
	return unsure;
}
