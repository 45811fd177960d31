/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/conn_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "table/conn_layout.h"
#include "table/cpu.h"

/* So that a table for few is not full by bad luck before it is 75 % full. */
#define BUCKETS_MIN 16

/* Bytes of a core's own cache, of which a part is for this. */
#define LARGE ((size_t)2 << 20)

/* A thread checker cannot follow vectors. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__ 1
#endif
#endif
#if defined(RTE_ARCH_X86) && !defined(__SANITIZE_THREAD__)
#define RSD_CONN_VECTORS 1
#else
#define RSD_CONN_VECTORS 0
#endif

static const struct variant {
	const char *name;
	bool (*here)(void);
	bool whole; /* for IPv4 */
	rsd_conn_find_fn find4, find6, large4;
} variants[] = {
#if RSD_CONN_VECTORS
	{ "avx512", rsd_cpu_has_avx512, true, rsd_conn4_find_avx512, rsd_conn6_find_avx512,
		rsd_conn4_find_tags },
	/* By name only: what avx512 does for a large table, whatever its size. */
	{ "tags", rsd_cpu_has_avx512, true, rsd_conn4_find_tags, rsd_conn6_find_avx512,
		rsd_conn4_find_tags },
	{ "sse", rsd_cpu_has_whole_loads, true, rsd_conn4_find_sse, rsd_conn6_find_sse,
		rsd_conn4_find_sse },
#endif
	{ "scalar", NULL, false, rsd_conn4_find_scalar, rsd_conn6_find_scalar,
		rsd_conn4_find_scalar },
};

/* Larger than what a core has to itself, so that a line of it comes from far. */
static bool
is_large(const struct rsd_conn_table *t)
{
	return (size_t)t->nb_buckets * t->bucket_size > LARGE;
}

static bool
choose_variant(struct rsd_conn_table *t, const char *name)
{
	const struct variant *v;

	for (v = variants; v < variants + RTE_DIM(variants); v++) {
		if ((name != NULL && strcmp(name, v->name) != 0) || (v->here != NULL && !v->here()))
			continue;
		t->find = t->v6 ? v->find6 : is_large(t) ? v->large4 : v->find4;
		t->whole = v->whole && !t->v6;
		t->find_variant = v->name;
		return true;
	}
	return false;
}

static void
set_family(struct rsd_conn_table *t, uint16_t family)
{
	t->v6 = family == AF_INET6;
	t->ways = t->v6 ? RSD_CONN6_WAYS : RSD_CONN4_WAYS;
	t->key_len = t->v6 ? RSD_FLOW_KEY6 : RSD_FLOW_KEY4;
	t->entry_size = t->v6 ? RSD_CONN6_ENTRY : RSD_CONN4_ENTRY;
	t->bucket_size = t->v6 ? RSD_CONN6_BUCKET : RSD_CONN4_BUCKET;
	t->filter_size = t->v6 ? 0 : RSD_CONN4_FILTER;
}

/* 75 % full with this many keys. */
static uint32_t
buckets_for(const struct rsd_conn_table *t, uint32_t capacity)
{
	uint64_t slots = ((uint64_t)capacity * 4 + 2) / 3;
	uint64_t nb = (slots + t->ways - 1) / t->ways;

	return (uint32_t)RTE_MAX(nb, (uint64_t)BUCKETS_MIN);
}

static int
allocate(struct rsd_conn_table *t)
{
	size_t slots = (size_t)t->nb_buckets * t->ways;
	size_t tags = (size_t)t->nb_buckets * (t->v6 ? RSD_CONN6_HEAD : RSD_CONN4_WAYS);
	int ret = rsd_bigmem_alloc(&t->mem, (size_t)t->nb_buckets * t->bucket_size, 0);

	if (ret == 0)
		ret = rsd_bigmem_alloc(&t->tag_mem, tags, 0);
	if (ret == 0 && t->filter_size != 0)
		ret = rsd_bigmem_alloc(
			&t->count_mem, (size_t)t->nb_buckets * t->filter_size / 2, RSD_BIGMEM_LAZY);
	if (ret == 0 && t->hash.kind == RSD_FLOW_GIVEN32)
		ret = rsd_bigmem_alloc(&t->given_mem, slots * sizeof(*t->given), RSD_BIGMEM_LAZY);
	t->bucket = t->mem.addr;
	t->tag = t->tag_mem.addr;
	t->tags_far = tags > LARGE / 2;
	t->count = t->count_mem.addr;
	t->given = t->given_mem.addr;
	/* Fuller than that, insertions search long; one that cannot grow takes what it can. */
	t->limit = (uint32_t)(t->nb_buckets < t->max_buckets ? slots * 9 / 10 : slots);
	return ret;
}

static struct rsd_conn_table *
empty_table(void)
{
	struct rsd_conn_table *t = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*t));

	if (t != NULL)
		memset(t, 0, sizeof(*t));
	return t;
}

static struct rsd_conn_table *
give_up(struct rsd_conn_table *t, int err)
{
	rsd_conn_free(t);
	errno = err;
	return NULL;
}

struct rsd_conn_table *
rsd_conn_create(const struct rsd_conn_conf *conf)
{
	uint32_t max = RTE_MAX(conf->capacity, conf->max_capacity);
	struct rsd_conn_table *t;
	int ret;

	if ((conf->family != AF_INET && conf->family != AF_INET6) || conf->capacity == 0 ||
		max > RSD_CONN_VALUE_MAX + 1)
		return give_up(NULL, EINVAL);
	t = empty_table();
	if (t == NULL)
		return give_up(NULL, ENOMEM);
	set_family(t, conf->family);
	t->nb_buckets = buckets_for(t, conf->capacity);
	t->max_buckets = buckets_for(t, max);
	memcpy(t->secret, conf->key, sizeof(t->secret));
	ret = rsd_flow_hash_init(&t->hash, conf->kind, t->secret, conf->hash_variant);
	if (ret == 0 && !choose_variant(t, conf->find_variant))
		ret = -ENOTSUP;
	if (ret == 0)
		ret = allocate(t);
	return ret == 0 ? t : give_up(t, -ret);
}

void
rsd_conn_free(struct rsd_conn_table *t)
{
	if (t == NULL)
		return;
	rsd_bigmem_free(&t->mem);
	rsd_bigmem_free(&t->tag_mem);
	rsd_bigmem_free(&t->count_mem);
	rsd_bigmem_free(&t->given_mem);
	free(t);
}

static uint64_t
hash_key(const struct rsd_conn_table *t, const uint8_t *key, uint32_t given)
{
	uint8_t padded[RSD_FLOW_KEY6];

	if (t->given != NULL)
		return rsd_flow_given32(&t->hash, given);
	if (t->v6)
		return rsd_flow_hash6(&t->hash, key);
	/* The writer's callers owe the twelve bytes only. */
	memcpy(padded, key, RSD_FLOW_KEY4);
	memset(padded + RSD_FLOW_KEY4, 0, RSD_FLOW_KEY4_READ - RSD_FLOW_KEY4);
	return rsd_flow_hash4(&t->hash, padded);
}

int
rsd_conn_insert_given(struct rsd_conn_table *t, const uint8_t *key, uint32_t val, uint32_t hash)
{
	uint64_t h = hash_key(t, key, hash);
	struct rsd_conn_slot s;

	if (val > RSD_CONN_VALUE_MAX)
		return -EINVAL;
	if (rsd_conn_find_slot(t, key, h, &s))
		return -EEXIST;
	if (t->entries >= t->limit) {
		t->failed++;
		return -ENOSPC;
	}
	return rsd_conn_place(t, key, val, h, hash);
}

int
rsd_conn_replace_given(struct rsd_conn_table *t, const uint8_t *key, uint32_t val, uint32_t hash)
{
	struct rsd_conn_slot s;
	uint32_t *word;

	if (val > RSD_CONN_VALUE_MAX)
		return -EINVAL;
	if (!rsd_conn_find_slot(t, key, hash_key(t, key, hash), &s))
		return -ENOENT;
	word = rsd_conn_word(t, s);
	__atomic_store_n(word,
		(val + 1) << RSD_CONN_VALUE_SHIFT | (*word & (RSD_CONN_SECOND | RSD_CONN_FILTER)),
		__ATOMIC_RELEASE);
	return 0;
}

int
rsd_conn_delete_given(struct rsd_conn_table *t, const uint8_t *key, uint32_t hash)
{
	struct rsd_conn_slot s;

	if (!rsd_conn_find_slot(t, key, hash_key(t, key, hash), &s))
		return -ENOENT;
	rsd_conn_take_out(t, s);
	return 0;
}

int
rsd_conn_insert(struct rsd_conn_table *t, const uint8_t *key, uint32_t val)
{
	return rsd_conn_insert_given(t, key, val, 0);
}

int
rsd_conn_replace(struct rsd_conn_table *t, const uint8_t *key, uint32_t val)
{
	return rsd_conn_replace_given(t, key, val, 0);
}

int
rsd_conn_delete(struct rsd_conn_table *t, const uint8_t *key)
{
	return rsd_conn_delete_given(t, key, 0);
}
