/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How the table of connected sockets lies in memory; for the files of the table only.
 *
 * IPv4, a bucket of one line, four entries:
 *	source address | destination address | ports | word
 * IPv6, a bucket of two lines, three entries, of which the middle one lies in both:
 *	(36 bytes of key | word) x 3 | 8 bytes unused
 *
 * The word: value + 1 in 23 bits, zero for a free entry | 1 bit, the entry is in its second bucket
 * | 8 bits, IPv4 only: a quarter of the bucket's filter.
 *
 * IPv4 tables that are larger than a core's cache are looked at through tags first: a byte of the
 * hash for each entry, four a bucket, in an array of their own that is a sixteenth of the size.
 *They say where a key is, if it is anywhere, so that of the buckets one line is fetched for a key
 *that is there and none for one that is not. A tag is set after its entry; whoever follows it
 *compares the key.
 *
 * IPv6 tables of any size are: 15 bits of the hash and a one for each entry, 0 for a free one, four
 * 16-bit tags a bucket of which the last is always 0. Both heads of a key are read, so there is no
 * filter.
 *
 * The filter of IPv4 is a Bloom filter with one hash function of the keys whose first bucket this
 * is and that are in their second one. Bits go when the last key behind them goes: the writer
 * counts.
 *
 * Publication. An entry is written as: word without value, key, word. A reader that can load 16
 * bytes in one piece takes key and word of an IPv4 entry together; others read the word before and
 * after the key and are unsure when it changed.
 *
 * Moving an entry: written to its new place, `moves` counted up, taken from the old one. A reader
 * that looked at the new place too early and at the old one too late sees `moves` changed: had it
 * seen the new count at its start, it would have seen the new place, too; having seen the old place
 * empty, it sees the new count at its end. So what it missed it looks up again. The same count
 * guards readers that are not given key and word in one piece: an entry that left and came back
 * between the two looks at its word was moved, for a value is not used again while they look.
 */
#ifndef RSD_TABLE_CONN_LAYOUT_H
#define RSD_TABLE_CONN_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

#include "base/bigmem.h"
#include "table/conn_table.h"
#include "table/flow_hash.h"
#include "wire/csum.h"

#define RSD_CONN4_BUCKET 64
#define RSD_CONN4_WAYS   4
#define RSD_CONN4_ENTRY  16
#define RSD_CONN4_WORD   12 /* in an entry */
#define RSD_CONN4_FILTER 32 /* bits */

#define RSD_CONN6_BUCKET 128
#define RSD_CONN6_WAYS   3
#define RSD_CONN6_ENTRY  40
#define RSD_CONN6_WORD   36
#define RSD_CONN6_HEAD   8 /* bytes of tags a bucket */

#define RSD_CONN_VALUE_SHIFT 9
#define RSD_CONN_SECOND      0x100u
#define RSD_CONN_FILTER      0xffu

/* Keys hashed and probed together. */
#define RSD_CONN_CHUNK 64

struct rsd_conn_table;

/*
 * val[i] = value of keys[i], whose hash is h[i]; nb is 1 to RSD_CONN_CHUNK. True: entries changed
 * while they were read, the answers may be wrong.
 */
typedef bool (*rsd_conn_find_fn)(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint64_t h[], unsigned int nb, uint32_t val[]);

struct rsd_conn_table {
	/* Readers. Does not change. */
	uint8_t *bucket;
	uint8_t *tag; /* RSD_CONN4_WAYS or RSD_CONN6_HEAD bytes a bucket, 0: free */
	uint32_t nb_buckets;
	bool tags_far; /* they do not fit a core's cache either */
	bool whole;    /* find answers a hit from one load of the entry */
	bool v6;
	rsd_conn_find_fn find;
	struct rsd_flow_hash hash;

	uint8_t nothing[RSD_CONN4_BUCKET] __rte_cache_aligned; /* an entry that stays free */

	uint64_t moves __rte_cache_aligned;

	/* The writer. */
	uint8_t *count;  /* keys behind each filter bit, 4 bits each; 15 stays 15 */
	uint32_t *given; /* RSD_FLOW_GIVEN32: the hash of each entry */
	uint32_t ways, key_len, entry_size, bucket_size, filter_size;
	uint32_t entries, in_second;
	uint32_t max_buckets, limit; /* entries it takes */
	uint64_t failed, worst_search, moved;
	const char *find_variant;
	struct rsd_bigmem mem, tag_mem, count_mem, given_mem;
	uint8_t secret[16];
} __rte_cache_aligned;

/* First bucket: the upper bits of the lower half of the hash. */
static __rte_always_inline uint32_t
rsd_conn_first(uint32_t nb_buckets, uint64_t h)
{
	return (uint32_t)((uint64_t)(uint32_t)h * nb_buckets >> 32);
}

/* Second bucket, never the first: so many further on as the upper half says. */
static __rte_always_inline uint32_t
rsd_conn_second(uint32_t nb_buckets, uint64_t h)
{
	uint32_t b =
		rsd_conn_first(nb_buckets, h) + 1 + (uint32_t)((h >> 32) * (nb_buckets - 1) >> 32);

	return b >= nb_buckets ? b - nb_buckets : b;
}

/* Which bit of its first bucket's filter; buckets are chosen by other bits. */
static __rte_always_inline uint32_t
rsd_conn4_bit(uint64_t h)
{
	return h & (RSD_CONN4_FILTER - 1);
}

/*
 * From bits of both halves, so that it differs among keys that share either bucket. Never zero,
 * which is the tag of a free entry.
 */
static __rte_always_inline uint16_t
rsd_conn6_tag(uint64_t h)
{
	return (uint16_t)((h >> 4 ^ h >> 32) | 1);
}

/* Never zero, which is the tag of a free entry. Buckets are chosen by other bits. */
static __rte_always_inline uint8_t
rsd_conn4_tag(uint64_t h)
{
	uint8_t tag = (uint8_t)h;

	return tag == 0 ? 1 : tag;
}

/* Variants of find, by file. */
bool rsd_conn4_find_scalar(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint64_t h[], unsigned int nb, uint32_t val[]);
bool rsd_conn6_find_scalar(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint64_t h[], unsigned int nb, uint32_t val[]);
bool rsd_conn4_find_sse(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint64_t h[], unsigned int nb, uint32_t val[]);
bool rsd_conn6_find_sse(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint64_t h[], unsigned int nb, uint32_t val[]);
bool rsd_conn4_find_avx512(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint64_t h[], unsigned int nb, uint32_t val[]);
bool rsd_conn4_find_tags(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint64_t h[], unsigned int nb, uint32_t val[]);
bool rsd_conn6_find_avx512(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint64_t h[], unsigned int nb, uint32_t val[]);

/* conn_place.c: from here on the writer's. */

struct rsd_conn_slot {
	uint32_t bucket, way;
};

static inline uint8_t *
rsd_conn_entry(const struct rsd_conn_table *t, struct rsd_conn_slot s)
{
	return t->bucket + (size_t)s.bucket * t->bucket_size + (size_t)s.way * t->entry_size;
}

static inline uint32_t *
rsd_conn_word(const struct rsd_conn_table *t, struct rsd_conn_slot s)
{
	return (uint32_t *)(void *)(rsd_conn_entry(t, s) + t->key_len);
}

static inline bool
rsd_conn_is_free(const struct rsd_conn_table *t, struct rsd_conn_slot s)
{
	return *rsd_conn_word(t, s) >> RSD_CONN_VALUE_SHIFT == 0;
}

/* Hash of the entry at s. */
uint64_t rsd_conn_hash_at(const struct rsd_conn_table *t, struct rsd_conn_slot s);

/* Where key is. */
bool rsd_conn_find_slot(
	const struct rsd_conn_table *t, const uint8_t *key, uint64_t h, struct rsd_conn_slot *at);

/*
 * Put a key that is not there in. given: what h came from, for RSD_FLOW_GIVEN32. 0; -ENOSPC.
 */
int rsd_conn_place(
	struct rsd_conn_table *t, const uint8_t *key, uint32_t val, uint64_t h, uint32_t given);

/* Take the entry at s out. */
void rsd_conn_take_out(struct rsd_conn_table *t, struct rsd_conn_slot s);

#endif
