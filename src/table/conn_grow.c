/* SPDX-License-Identifier: BSD-3-Clause */
/* All entries at once: growing, and what the table looks like. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "table/conn_layout.h"

/*
 * Entries in the order of their buckets: bucket b of the old table becomes 2b and 2b + 1, so the
 * new one is filled nearly in order, too.
 */
static int
copy_entries(struct rsd_conn_table *to, const struct rsd_conn_table *from)
{
	struct rsd_conn_slot s;
	uint32_t val, given;
	int ret = 0;

	for (s.bucket = 0; s.bucket < from->nb_buckets; s.bucket++)
		for (s.way = 0; s.way < from->ways && ret == 0; s.way++) {
			val = *rsd_conn_word(from, s) >> RSD_CONN_VALUE_SHIFT;
			given = from->given == NULL
					? 0
					: from->given[(size_t)s.bucket * from->ways + s.way];
			if (val != 0)
				ret = rsd_conn_place(to, rsd_conn_entry(from, s), val - 1,
					rsd_conn_hash_at(from, s), given);
		}
	return ret;
}

struct rsd_conn_table *
rsd_conn_grow(const struct rsd_conn_table *t)
{
	uint64_t nb = RTE_MIN((uint64_t)t->nb_buckets * 2, (uint64_t)t->max_buckets);
	/* 75 % of the slots; of the largest table they are more than there are values. */
	uint64_t keys = nb * t->ways * 3 / 4, max = (uint64_t)t->max_buckets * t->ways * 3 / 4;
	const struct rsd_conn_conf conf = {
		.family = t->v6 ? AF_INET6 : AF_INET,
		.capacity = (uint32_t)RTE_MIN(keys, (uint64_t)RSD_CONN_VALUE_MAX + 1),
		.max_capacity = (uint32_t)RTE_MIN(max, (uint64_t)RSD_CONN_VALUE_MAX + 1),
		.kind = t->hash.kind,
		.key = t->secret,
		.hash_variant = t->hash.variant,
		.find_variant = t->find_variant,
	};
	struct rsd_conn_table *more;

	if (nb == t->nb_buckets) {
		errno = ENOSPC;
		return NULL;
	}
	more = rsd_conn_create(&conf);
	if (more != NULL && copy_entries(more, t) != 0) {
		rsd_conn_free(more);
		more = NULL;
		errno = ENOSPC;
	}
	return more;
}

/*
 * Cache lines that finding the entry at s takes, those of the tags apart. IPv4: its bucket's, and
 * the first one's before it. IPv6: its own.
 */
static unsigned int
lines_to(const struct rsd_conn_table *t, struct rsd_conn_slot s, bool second)
{
	uint32_t begin = s.way * t->entry_size;

	if (!t->v6)
		return second ? 2 : 1;
	return (begin + t->entry_size - 1) / RTE_CACHE_LINE_SIZE - begin / RTE_CACHE_LINE_SIZE + 1;
}

static unsigned int
filter_bits(const struct rsd_conn_table *t, uint32_t b)
{
	struct rsd_conn_slot s = { .bucket = b };
	unsigned int bits = 0;

	for (s.way = 0; s.way < t->ways; s.way++)
		bits += (unsigned int)__builtin_popcount(*rsd_conn_word(t, s) & RSD_CONN_FILTER);
	return bits;
}

static void
count_bucket(const struct rsd_conn_table *t, uint32_t b, struct rsd_conn_stats *st)
{
	struct rsd_conn_slot s = { .bucket = b };
	unsigned int fill = 0;
	bool second;

	for (s.way = 0; s.way < t->ways; s.way++) {
		if (rsd_conn_is_free(t, s))
			continue;
		second = (*rsd_conn_word(t, s) & RSD_CONN_SECOND) != 0;
		fill++;
		st->in_second += second;
		st->lines[lines_to(t, s, second)]++;
	}
	st->fill[fill]++;
	st->entries += fill;
	st->filter_bits += filter_bits(t, b);
}

static const char *
kind_name(enum rsd_flow_kind kind)
{
	static const char *const name[] = {
		[RSD_FLOW_BEST] = "best",
		[RSD_FLOW_AES] = "AES-128",
		[RSD_FLOW_SIP] = "SipHash-1-3",
		[RSD_FLOW_GIVEN32] = "given",
	};

	return name[kind];
}

void
rsd_conn_stats(const struct rsd_conn_table *t, struct rsd_conn_stats *st)
{
	uint32_t b;

	*st = (struct rsd_conn_stats){
		.slots = (uint64_t)t->nb_buckets * t->ways,
		.buckets = t->nb_buckets,
		.filter_size = (uint64_t)t->nb_buckets * t->filter_size,
		.moves = t->moves,
		.failed = t->failed,
		.worst_search = t->worst_search,
		.bytes = sizeof(*t) + t->mem.len + t->tag_mem.len + t->count_mem.len +
			 t->given_mem.len,
		.bytes_read = t->mem.len + t->tag_mem.len,
		.memory = t->mem.kind,
		.hash_kind = kind_name(t->hash.kind),
		.hash_variant = t->hash.variant,
		.find_variant = t->find_variant,
	};
	for (b = 0; b < t->nb_buckets; b++)
		count_bucket(t, b, st);
	st->in_first = st->entries - st->in_second;
}
