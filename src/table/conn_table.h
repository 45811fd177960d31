/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writer side of the table of connected sockets. One writer at a time; readers go on meanwhile.
 *
 * Buckets of one cache line (IPv4: four entries) or two adjacent ones (IPv6: three). A key has two
 * buckets to be in. Where to look is said by tags, in a small array of their own (IPv6 and large
 * IPv4 tables), or by a small filter in an IPv4 bucket of the keys that would be in it but are in
 * their second one: so hardly any look-up fetches a line in vain. conn_layout.h has the picture.
 */
#ifndef RSD_TABLE_CONN_TABLE_H
#define RSD_TABLE_CONN_TABLE_H

#include <stddef.h>

#include "base/bigmem.h"
#include "table/conn_lookup.h"
#include "table/flow_hash.h"

#define RSD_CONN_VALUE_MAX ((4u << 20) - 1)
#define RSD_CONN_WAYS_MAX  4
#define RSD_CONN_LINES_MAX 4

struct rsd_conn_conf {
	uint16_t family;       /* AF_INET or AF_INET6 */
	uint32_t capacity;     /* keys it shall hold when 75 % full; at least 1 */
	uint32_t max_capacity; /* the same, of the largest it may grow to; 0: as capacity */
	enum rsd_flow_kind kind;
	const uint8_t *key; /* 16 secret bytes */

	/* For tests: by name, NULL the fastest. */
	const char *hash_variant; /* see rsd_flow_hash_init() */
	const char *find_variant; /* "scalar", "sse", "avx512", "tags" */
};

/* An empty table. NULL and errno: EINVAL, ENOMEM, ENOTSUP (no such kind or variant here). */
struct rsd_conn_table *rsd_conn_create(const struct rsd_conn_conf *conf);

/* NULL is fine. */
void rsd_conn_free(struct rsd_conn_table *t);

/*
 * Put a key of 12 or 36 bytes in, with a value from 0 to RSD_CONN_VALUE_MAX. 0; -EEXIST it is
 * there, unchanged; -ENOSPC no place within the bounded search, or the table is 90 % full and may
 * grow; -EINVAL the value. Nothing is changed but on success.
 */
int rsd_conn_insert(struct rsd_conn_table *t, const uint8_t *key, uint32_t val);

/* Another value for a key: readers see the old one or the new. 0; -ENOENT; -EINVAL. */
int rsd_conn_replace(struct rsd_conn_table *t, const uint8_t *key, uint32_t val);

/* 0; -ENOENT. */
int rsd_conn_delete(struct rsd_conn_table *t, const uint8_t *key);

/* The same three in a table of kind RSD_FLOW_GIVEN32, with the hash that the key's frames carry. */
int rsd_conn_insert_given(
	struct rsd_conn_table *t, const uint8_t *key, uint32_t val, uint32_t hash);
int rsd_conn_replace_given(
	struct rsd_conn_table *t, const uint8_t *key, uint32_t val, uint32_t hash);
int rsd_conn_delete_given(struct rsd_conn_table *t, const uint8_t *key, uint32_t hash);

/*
 * A table of twice the size, or the largest allowed, with the same keys; t stays as it is for its
 * readers. The caller publishes the new one and frees t after a grace period. NULL and errno:
 * ENOSPC t is the largest; ENOMEM.
 */
struct rsd_conn_table *rsd_conn_grow(const struct rsd_conn_table *t);

struct rsd_conn_stats {
	uint64_t entries, slots, buckets;
	uint64_t in_first, in_second;         /* entries by which of their buckets they are in */
	uint64_t fill[RSD_CONN_WAYS_MAX + 1]; /* buckets by how many entries they hold */
	uint64_t lines[RSD_CONN_LINES_MAX +
		       1];    /* entries by lines of buckets that finding one takes */
	uint64_t filter_bits; /* set, of filter_size */
	uint64_t filter_size;
	uint64_t moves;        /* entries moved between their buckets so far */
	uint64_t failed;       /* insertions that found no place */
	uint64_t worst_search; /* most buckets an insertion looked at */
	uint64_t bytes;        /* of memory, what only the writer uses included */
	uint64_t bytes_read;   /* what look-ups read of it */
	enum rsd_bigmem_kind memory;
	const char *hash_kind, *hash_variant, *find_variant;
};

/* Looks at every bucket. The writer only. */
void rsd_conn_stats(const struct rsd_conn_table *t, struct rsd_conn_stats *st);

#endif
