/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables that are compared, and one pass of queries over each. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>

#include "perf/lookup.h"
#include "table/conn_table.h"

static const uint8_t secret[16] = "ringside lookup";

struct tables {
	struct rsd_conn_table *ours, *given;
	struct rte_hash *hash, *hash_lf;
	char memory[160];
};

const char *
lookup_side_name(enum side side)
{
	static const char *const name[SIDES] = {
		[OURS] = "ours",
		[OURS_GIVEN] = "ours, hash given",
		[OURS_SINGLE] = "ours, single",
		[BULK] = "lookup_bulk_data",
		[BULK_GIVEN] = "lookup_with_hash_bulk_data",
		[SINGLE] = "lookup_data",
		[BULK_LF] = "lookup_bulk_data, lock-free",
		[BULK_GIVEN_LF] = "lookup_with_hash_bulk_data, lock-free",
		[SINGLE_LF] = "lookup_data, lock-free",
	};

	return name[side];
}

static struct rsd_conn_table *
make_ours(const struct setup *s, enum rsd_flow_kind kind, const char *hash, const char *find)
{
	const struct rsd_conn_conf conf = {
		.family = s->v6 ? AF_INET6 : AF_INET,
		.capacity = (uint32_t)((uint64_t)s->slots * 3 / 4), /* its slots: 4/3 of that */
		.kind = kind,
		.key = secret,
		.hash_variant = hash,
		.find_variant = find,
	};
	struct rsd_conn_table *t = rsd_conn_create(&conf);

	if (t == NULL)
		lookup_die("our table for %u: %s", s->slots, strerror(errno));
	return t;
}

static struct rte_hash *
make_rte(const struct setup *s, const char *name, uint8_t flags)
{
	const struct rte_hash_parameters p = {
		.name = name,
		.entries = s->slots,
		.key_len = s->v6 ? 36 : 12,
		.hash_func = rte_hash_crc,
		.socket_id = SOCKET_ID_ANY,
		.extra_flag = flags,
	};
	struct rte_hash *h = rte_hash_create(&p);

	if (h == NULL)
		lookup_die("rte_hash for %u: no memory; more huge pages, or smaller --sizes",
			s->slots);
	return h;
}

static void
fill(const struct setup *s, struct tables *t)
{
	uint32_t i, hash;
	uint8_t k[40] = { 0 };
	void *data;

	for (i = 0; i < s->nb_keys; i++) {
		lookup_key(s, i, k);
		hash = rte_hash_crc(k, s->v6 ? 36 : 12, 0);
		data = (void *)(uintptr_t)i;
		if (rsd_conn_insert(t->ours, k, i) != 0 ||
			rsd_conn_insert_given(t->given, k, i, hash) != 0)
			lookup_die("our table of %u slots: no place for key %u", s->slots, i);
		if (rte_hash_add_key_data(t->hash, k, data) != 0 ||
			rte_hash_add_key_data(t->hash_lf, k, data) != 0)
			lookup_die("rte_hash of %u entries: no place for key %u", s->slots, i);
	}
}

struct tables *
lookup_tables(const struct setup *s, const char *hash_variant, const char *find_variant)
{
	enum rsd_flow_kind kind = RSD_FLOW_BEST;
	struct tables *t = calloc(1, sizeof(*t));
	struct rsd_conn_stats st;

	if (t == NULL)
		lookup_die("no memory");
	if (hash_variant != NULL)
		kind = strcmp(hash_variant, "portable") == 0 ? RSD_FLOW_SIP : RSD_FLOW_AES;
	t->ours = make_ours(s, kind, hash_variant, find_variant);
	t->given = make_ours(s, RSD_FLOW_GIVEN32, NULL, find_variant);
	t->hash = make_rte(s, "plain", 0);
	t->hash_lf = make_rte(s, "lock_free", RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF);
	fill(s, t);
	rsd_conn_stats(t->ours, &st);
	snprintf(t->memory, sizeof(t->memory),
		"ours %s/%s, %.1f bytes a key in %s, %.3f lines a hit; rte_hash in %s",
		st.hash_variant, st.find_variant, (double)st.bytes / s->nb_keys,
		rsd_bigmem_kind_name(st.memory),
		(double)(st.lines[1] + 2 * st.lines[2] + 3 * st.lines[3]) / (double)st.entries,
		rte_eal_has_hugepages() ? "huge pages" : "small pages");
	return t;
}

void
lookup_tables_free(struct tables *t)
{
	rsd_conn_free(t->ours);
	rsd_conn_free(t->given);
	rte_hash_free(t->hash);
	rte_hash_free(t->hash_lf);
	free(t);
}

const char *
lookup_memory(const struct tables *t)
{
	return t->memory;
}

/* What a side found of a part, by frame; NULL: it is timed, nobody looks. */
static void
note(uint32_t *found, unsigned int at, const uint32_t *val, unsigned int nb)
{
	if (found != NULL)
		memcpy(found + at, val, nb * sizeof(*val));
}

static void
part_ours(const struct tables *t, enum side side, const struct queries *q, unsigned int burst,
	uint32_t *found)
{
	uint32_t val[BURST_MAX];
	unsigned int i, j;

	for (i = 0; i < FRAMES; i += burst) {
		if (side == OURS)
			rsd_conn_lookup_burst(t->ours, q->key + i, burst, val);
		else if (side == OURS_GIVEN)
			rsd_conn_lookup_burst_given(t->given, q->key + i, q->hash + i, burst, val);
		else
			for (j = 0; j < burst; j++)
				val[j] = rsd_conn_lookup(t->ours, q->key[i + j]);
		note(found, i, val, burst);
	}
}

static void
note_bulk(uint32_t *found, unsigned int at, uint64_t hits, void *const data[], unsigned int nb)
{
	uint32_t val[BURST_MAX];
	unsigned int i;

	if (found == NULL)
		return;
	for (i = 0; i < nb; i++)
		val[i] = hits >> i & 1 ? (uint32_t)(uintptr_t)data[i] : RSD_CONN_NONE;
	note(found, at, val, nb);
}

static void
part_bulk(const struct rte_hash *h, bool given, const struct queries *q, unsigned int burst,
	uint32_t *found)
{
	const void **keys = (const void **)(void *)q->key;
	void *data[BURST_MAX];
	uint64_t hits = 0;
	unsigned int i;

	for (i = 0; i < FRAMES; i += burst) {
		if (given)
			rte_hash_lookup_with_hash_bulk_data(
				h, keys + i, q->hash + i, burst, &hits, data);
		else
			rte_hash_lookup_bulk_data(h, keys + i, burst, &hits, data);
		note_bulk(found, i, hits, data, burst);
	}
}

static void
part_single(const struct rte_hash *h, const struct queries *q, uint32_t *found)
{
	void *data = NULL;
	unsigned int i;
	uint32_t val;

	for (i = 0; i < FRAMES; i++) {
		val = rte_hash_lookup_data(h, q->key[i], &data) < 0 ? RSD_CONN_NONE
								    : (uint32_t)(uintptr_t)data;
		note(found, i, &val, 1);
	}
}

static void
one_part(const struct tables *t, enum side side, const struct queries *q, unsigned int burst,
	uint32_t *found)
{
	switch (side) {
	case BULK:
	case BULK_GIVEN:
		part_bulk(t->hash, side == BULK_GIVEN, q, burst, found);
		break;
	case BULK_LF:
	case BULK_GIVEN_LF:
		part_bulk(t->hash_lf, side == BULK_GIVEN_LF, q, burst, found);
		break;
	case SINGLE:
		part_single(t->hash, q, found);
		break;
	case SINGLE_LF:
		part_single(t->hash_lf, q, found);
		break;
	default:
		part_ours(t, side, q, burst, found);
	}
}

void
lookup_check(const struct tables *t, enum side side, struct queries *q, unsigned int burst)
{
	static uint32_t found[FRAMES];
	unsigned int part, i;

	for (part = 0; part < PARTS; part++) {
		lookup_receive(q, part);
		one_part(t, side, q, burst, found);
		for (i = 0; i < FRAMES; i++)
			if (found[i] != lookup_answer(q, part, i))
				lookup_die("%s: a wrong answer", lookup_side_name(side));
	}
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

double
lookup_window(const struct tables *t, enum side side, struct queries *q, unsigned int burst)
{
	uint64_t took[PARTS], start;
	unsigned int part;

	for (part = 0; part < PARTS; part++) {
		lookup_receive(q, part);
		start = rte_rdtsc();
		one_part(t, side, q, burst, NULL);
		took[part] = rte_rdtsc() - start;
	}
	qsort(took, PARTS, sizeof(*took), by_value);
	return (double)(took[PARTS / 2 - 1] + took[PARTS / 2]) / 2 / FRAMES;
}
