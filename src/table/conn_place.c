/* SPDX-License-Identifier: BSD-3-Clause */
/* Where entries go: choosing, moving, publishing. */
#include <errno.h>
#include <string.h>

#include "table/conn_layout.h"

/* Buckets an insertion looks at before it gives up: some 20 us. */
#define SEARCH_MAX 512

static void
store32(void *p, uint32_t v)
{
	__atomic_store_n((uint32_t *)p, v, __ATOMIC_RELEASE);
}

static void
store64(void *p, uint64_t v)
{
	__atomic_store_n((uint64_t *)p, v, __ATOMIC_RELEASE);
}

static uint64_t
hash_of(const struct rsd_conn_table *t, const uint8_t *key)
{
	return t->v6 ? rsd_flow_hash6(&t->hash, key) : rsd_flow_hash4(&t->hash, key);
}

static size_t
index_of(const struct rsd_conn_table *t, struct rsd_conn_slot s)
{
	return (size_t)s.bucket * t->ways + s.way;
}

uint64_t
rsd_conn_hash_at(const struct rsd_conn_table *t, struct rsd_conn_slot s)
{
	if (t->given != NULL)
		return rsd_flow_given32(&t->hash, t->given[index_of(t, s)]);
	return hash_of(t, rsd_conn_entry(t, s));
}

/* --- the filter ------------------------------------------------------------------------------ */

static void
filter_set(struct rsd_conn_table *t, uint32_t b, uint32_t bit, bool on)
{
	uint8_t *p = t->bucket + (size_t)b * RSD_CONN4_BUCKET + bit / 8 * RSD_CONN4_ENTRY +
		     RSD_CONN4_WORD;
	uint32_t word, mask = 1u << bit % 8;

	memcpy(&word, p, sizeof(word));
	store32(p, on ? word | mask : word & ~mask);
}

/* One key more, or less, of bucket b is in its second bucket. */
static void
filter_count(struct rsd_conn_table *t, uint64_t h, bool more)
{
	uint32_t b = rsd_conn_first(t->nb_buckets, h);
	uint32_t bit = rsd_conn4_bit(h);
	size_t at = (size_t)b * t->filter_size + bit;
	unsigned int shift = at % 2 * 4, n;

	if (t->v6)
		return;
	n = t->count[at / 2] >> shift & 15;
	if (n == 15) /* lost count: the bit stays */
		return;
	n = more ? n + 1 : n - 1;
	t->count[at / 2] = (uint8_t)((t->count[at / 2] & ~(15u << shift)) | n << shift);
	if (n == (more ? 1 : 0))
		filter_set(t, b, bit, more);
}

/* --- entries --------------------------------------------------------------------------------- */

static void
set_word(struct rsd_conn_table *t, struct rsd_conn_slot s, uint32_t word)
{
	uint32_t *p = rsd_conn_word(t, s);

	/* IPv6 has no filter here, so that keeps zeroes. */
	store32(p, (word & ~RSD_CONN_FILTER) | (*p & RSD_CONN_FILTER));
}

/* Readers of IPv6 tags load all of a bucket at once: written alike, for checkers of threads. */
static void
set_tag(struct rsd_conn_table *t, struct rsd_conn_slot s, uint16_t tag)
{
	uint8_t *p = t->tag + (size_t)s.bucket * RSD_CONN6_HEAD;
	uint64_t head;

	if (!t->v6) {
		__atomic_store_n(&t->tag[index_of(t, s)], (uint8_t)tag, __ATOMIC_RELEASE);
		return;
	}
	memcpy(&head, p, sizeof(head));
	head &= ~(UINT64_C(0xffff) << 16 * s.way);
	store64(p, head | (uint64_t)tag << 16 * s.way);
}

/* s is free. word: of the entry, without filter. */
static void
write_entry(struct rsd_conn_table *t, struct rsd_conn_slot s, const uint8_t *key, uint64_t h,
	uint32_t word, uint32_t given)
{
	uint8_t *e = rsd_conn_entry(t, s);
	uint32_t i;

	for (i = 0; i + 8 <= t->key_len; i += 8)
		store64(e + i, rsd_load64(key + i));
	store32(e + i, rsd_load32(key + i));
	if (t->given != NULL)
		t->given[index_of(t, s)] = given;
	set_word(t, s, word);
	set_tag(t, s, t->v6 ? rsd_conn6_tag(h) : rsd_conn4_tag(h));
}

static void
clear_entry(struct rsd_conn_table *t, struct rsd_conn_slot s)
{
	set_word(t, s, 0);
	set_tag(t, s, 0);
}

static void
put(struct rsd_conn_table *t, struct rsd_conn_slot s, const uint8_t *key, uint32_t val, uint64_t h,
	uint32_t given)
{
	bool second = s.bucket != rsd_conn_first(t->nb_buckets, h);

	if (second) {
		filter_count(t, h, true);
		t->in_second++;
	}
	write_entry(t, s, key, h,
		(val + 1) << RSD_CONN_VALUE_SHIFT | (second ? RSD_CONN_SECOND : 0), given);
	t->entries++;
}

static bool
is_second(const struct rsd_conn_table *t, struct rsd_conn_slot s)
{
	return (*rsd_conn_word(t, s) & RSD_CONN_SECOND) != 0;
}

void
rsd_conn_take_out(struct rsd_conn_table *t, struct rsd_conn_slot s)
{
	bool second = is_second(t, s);

	clear_entry(t, s);
	if (second) {
		filter_count(t, rsd_conn_hash_at(t, s), false);
		t->in_second--;
	}
	t->entries--;
}

/* From one of its buckets to the free slot `to` of the other. */
static void
move(struct rsd_conn_table *t, struct rsd_conn_slot from, struct rsd_conn_slot to)
{
	uint64_t h = rsd_conn_hash_at(t, from);
	bool second = is_second(t, from);
	uint32_t given = t->given == NULL ? 0 : t->given[index_of(t, from)];

	if (!second)
		filter_count(t, h, true);
	write_entry(t, to, rsd_conn_entry(t, from), h, *rsd_conn_word(t, from) ^ RSD_CONN_SECOND,
		given);
	__atomic_store_n(&t->moves, t->moves + 1, __ATOMIC_RELEASE);
	clear_entry(t, from);
	if (second)
		filter_count(t, h, false);
	t->in_second += second ? -1u : 1u;
}

/* --- looking for a place --------------------------------------------------------------------- */

bool
rsd_conn_find_slot(
	const struct rsd_conn_table *t, const uint8_t *key, uint64_t h, struct rsd_conn_slot *at)
{
	uint32_t b[2] = { rsd_conn_first(t->nb_buckets, h), rsd_conn_second(t->nb_buckets, h) };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		at->bucket = b[i];
		for (at->way = 0; at->way < t->ways; at->way++)
			if (!rsd_conn_is_free(t, *at) &&
				memcmp(rsd_conn_entry(t, *at), key, t->key_len) == 0)
				return true;
	}
	return false;
}

static bool
free_way(const struct rsd_conn_table *t, uint32_t b, struct rsd_conn_slot *s)
{
	s->bucket = b;
	for (s->way = 0; s->way < t->ways; s->way++)
		if (rsd_conn_is_free(t, *s))
			return true;
	return false;
}

/* A bucket that could take the entry in way `way` of the parent's bucket. */
struct step {
	uint32_t bucket, way;
	int32_t parent; /* -1: one of the key's own */
};

static uint32_t
other_bucket(const struct rsd_conn_table *t, struct rsd_conn_slot s)
{
	uint64_t h = rsd_conn_hash_at(t, s);

	return is_second(t, s) ? rsd_conn_first(t->nb_buckets, h)
			       : rsd_conn_second(t->nb_buckets, h);
}

/*
 * The entries on the way to the free slot move up by one, the last first. Breadth first finds a
 * shortest way, which passes no bucket twice. Returns the slot that has become free.
 */
static struct rsd_conn_slot
shift(struct rsd_conn_table *t, const struct step *step, int32_t at, struct rsd_conn_slot hole)
{
	struct rsd_conn_slot from;

	for (; step[at].parent >= 0; at = step[at].parent) {
		from.bucket = step[step[at].parent].bucket;
		from.way = step[at].way;
		move(t, from, hole);
		hole = from;
	}
	return hole;
}

static bool
make_room(struct rsd_conn_table *t, uint64_t h, struct rsd_conn_slot *hole)
{
	struct step step[SEARCH_MAX];
	struct rsd_conn_slot s;
	int32_t at, nb = 2;
	uint64_t looked;

	step[0] = (struct step){ rsd_conn_first(t->nb_buckets, h), 0, -1 };
	step[1] = (struct step){ rsd_conn_second(t->nb_buckets, h), 0, -1 };
	for (at = 0; at < nb; at++) {
		if (free_way(t, step[at].bucket, &s)) {
			*hole = shift(t, step, at, s);
			break;
		}
		s.bucket = step[at].bucket;
		for (s.way = 0; s.way < t->ways && nb < SEARCH_MAX; s.way++)
			step[nb++] = (struct step){ other_bucket(t, s), s.way, at };
	}
	looked = (uint64_t)RTE_MIN(at + 1, nb);
	t->worst_search = RTE_MAX(t->worst_search, looked);
	return at < nb;
}

int
rsd_conn_place(
	struct rsd_conn_table *t, const uint8_t *key, uint32_t val, uint64_t h, uint32_t given)
{
	struct rsd_conn_slot s;

	if (!free_way(t, rsd_conn_first(t->nb_buckets, h), &s) &&
		!free_way(t, rsd_conn_second(t->nb_buckets, h), &s) && !make_room(t, h, &s)) {
		t->failed++;
		return -ENOSPC;
	}
	put(t, s, key, val, h, given);
	return 0;
}
