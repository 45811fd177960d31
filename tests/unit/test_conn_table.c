/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <rte_common.h>
#include <rte_hash_crc.h>

#include "support/cunit_runner.h"
#include "support/random.h"
#include "table/conn_table.h"

static const uint8_t secret[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

/* All that there is to choose; what this CPU has not is skipped. */
static const char *const finds[] = { "scalar", "sse", "avx512", "tags" };
static const enum rsd_flow_kind kinds[] = { RSD_FLOW_AES, RSD_FLOW_SIP, RSD_FLOW_GIVEN32 };

/* --- keys ------------------------------------------------------------------------------------ */

#define KEY_ROOM 40 /* an IPv6 key, or an IPv4 key with what may be read behind it */

struct keys {
	uint8_t (*key)[KEY_ROOM];
	const uint8_t **at;
	uint32_t *hash; /* as a NIC might give */
	uint32_t nb;
};

static uint32_t
nic_hash(const uint8_t *key, uint32_t len)
{
	uint32_t h = 2166136261u, i;

	for (i = 0; i < len; i++)
		h = (h ^ key[i]) * 16777619u;
	return h;
}

static uint32_t
key_len(uint16_t family)
{
	return family == AF_INET ? RSD_FLOW_KEY4 : RSD_FLOW_KEY6;
}

/* Different keys, told apart by a counter spread over their bytes. */
static struct keys
make_keys(uint16_t family, uint32_t nb, uint64_t seed)
{
	struct rsd_random r = { seed };
	struct keys k = { .nb = nb };
	uint32_t i, j, len = key_len(family);

	k.key = malloc(nb * sizeof(*k.key));
	k.at = malloc(nb * sizeof(*k.at));
	k.hash = malloc(nb * sizeof(*k.hash));
	for (i = 0; i < nb; i++) {
		for (j = 0; j < KEY_ROOM; j++)
			k.key[i][j] = (uint8_t)rsd_random(&r);
		memcpy(k.key[i] + len - 8, &i, sizeof(i));
		k.at[i] = k.key[i];
		k.hash[i] = nic_hash(k.key[i], len);
	}
	return k;
}

static void
free_keys(struct keys *k)
{
	free(k->key);
	free(k->at);
	free(k->hash);
}

/* --- tables ---------------------------------------------------------------------------------- */

static struct rsd_conn_table *
make_table(
	uint16_t family, uint32_t capacity, uint32_t max, enum rsd_flow_kind kind, const char *find)
{
	const struct rsd_conn_conf conf = {
		.family = family,
		.capacity = capacity,
		.max_capacity = max,
		.kind = kind,
		.key = secret,
		.find_variant = find,
	};
	struct rsd_conn_table *t = rsd_conn_create(&conf);

	RSD_CHECK(t != NULL || errno == ENOTSUP, "family %u: %s", family, strerror(errno));
	return t;
}

static bool
given(const struct rsd_conn_table *t)
{
	struct rsd_conn_stats st;

	rsd_conn_stats(t, &st);
	return strcmp(st.hash_kind, "given") == 0;
}

static void
look_up(const struct rsd_conn_table *t, bool by_hash, const struct keys *k, uint32_t at,
	uint32_t nb, uint32_t val[])
{
	if (by_hash)
		rsd_conn_lookup_burst_given(t, k->at + at, k->hash + at, nb, val);
	else
		rsd_conn_lookup_burst(t, k->at + at, nb, val);
}

/* Keys [from, to) have value base + index, or none. */
static void
check_range(const struct rsd_conn_table *t, const struct keys *k, uint32_t from, uint32_t to,
	bool there)
{
	uint32_t val[300], i, j, nb, wrong = 0;
	bool by_hash = given(t);

	for (i = from; i < to; i += nb) {
		nb = RTE_MIN(to - i, 1 + i * 7 % RTE_DIM(val));
		look_up(t, by_hash, k, i, nb, val);
		for (j = 0; j < nb; j++)
			wrong += val[j] != (there ? i + j : RSD_CONN_NONE);
	}
	RSD_CHECK(wrong == 0, "%u of %u wrong", wrong, to - from);
}

/* For every family, kind of hash and way to probe. */
static void
each_table(uint32_t capacity, uint32_t max, void (*check)(struct rsd_conn_table *, uint16_t family))
{
	static const uint16_t families[] = { AF_INET, AF_INET6 };
	char row[64];
	unsigned int f, k, v, made = 0;
	struct rsd_conn_table *t;

	for (f = 0; f < RTE_DIM(families); f++)
		for (k = 0; k < RTE_DIM(kinds); k++)
			for (v = 0; v < RTE_DIM(finds); v++) {
				t = make_table(families[f], capacity, max, kinds[k], finds[v]);
				if (t == NULL)
					continue;
				snprintf(row, sizeof(row), "%s, kind %u, %s", f ? "IPv6" : "IPv4",
					kinds[k], finds[v]);
				rsd_test_row(row);
				check(t, families[f]);
				rsd_test_row(NULL);
				made++;
			}
	RSD_CHECK(made >= 4, "%u", made);
}

/* --- tests ----------------------------------------------------------------------------------- */

static void
in_and_out(struct rsd_conn_table *t, uint16_t family)
{
	struct keys k = make_keys(family, 4000, 7);
	struct rsd_conn_stats st;
	uint32_t i;

	check_range(t, &k, 0, k.nb, false);
	for (i = 0; i < 3000; i++)
		RSD_CHECK_EQ(rsd_conn_insert_given(t, k.at[i], i, k.hash[i]), 0);
	check_range(t, &k, 0, 3000, true);
	check_range(t, &k, 3000, k.nb, false);
	RSD_CHECK_EQ(rsd_conn_insert_given(t, k.at[5], 9, k.hash[5]), -EEXIST);
	for (i = 0; i < 1000; i++)
		RSD_CHECK_EQ(rsd_conn_delete_given(t, k.at[i], k.hash[i]), 0);
	RSD_CHECK_EQ(rsd_conn_delete_given(t, k.at[0], k.hash[0]), -ENOENT);
	RSD_CHECK_EQ(rsd_conn_replace_given(t, k.at[0], 1, k.hash[0]), -ENOENT);
	check_range(t, &k, 0, 1000, false);
	check_range(t, &k, 1000, 3000, true);
	rsd_conn_stats(t, &st);
	RSD_CHECK_EQ(st.entries, 2000);
	for (i = 1000; i < 3000; i++)
		RSD_CHECK_EQ(rsd_conn_delete_given(t, k.at[i], k.hash[i]), 0);
	rsd_conn_stats(t, &st);
	RSD_CHECK_EQ(st.entries, 0);
	RSD_CHECK_EQ(st.filter_bits, 0);
	free_keys(&k);
	rsd_conn_free(t);
}

static void
test_in_and_out(void)
{
	each_table(3000, 0, in_and_out);
}

/* Any changes in any order, against a list of what should be there. */
static void
like_a_list(struct rsd_conn_table *t, uint16_t family)
{
	struct rsd_random r = { 5 };
	struct keys k = make_keys(family, 512, 11);
	uint32_t have[512], got[512], step, id, val, wrong = 0;
	bool by_hash = given(t);
	int ret, want;

	memset(have, 0xff, sizeof(have));
	for (step = 0; step < 20000; step++) {
		id = rsd_random_below(&r, k.nb);
		val = rsd_random_below(&r, RSD_CONN_VALUE_MAX + 1);
		switch (rsd_random_below(&r, 3)) {
		case 0:
			want = have[id] != RSD_CONN_NONE ? -EEXIST : 0;
			ret = rsd_conn_insert_given(t, k.at[id], val, k.hash[id]);
			have[id] = want == 0 ? val : have[id];
			break;
		case 1:
			want = have[id] != RSD_CONN_NONE ? 0 : -ENOENT;
			ret = rsd_conn_replace_given(t, k.at[id], val, k.hash[id]);
			have[id] = want == 0 ? val : have[id];
			break;
		default:
			want = have[id] != RSD_CONN_NONE ? 0 : -ENOENT;
			ret = rsd_conn_delete_given(t, k.at[id], k.hash[id]);
			have[id] = RSD_CONN_NONE;
		}
		wrong += ret != want;
		if (step % 64 == 0) {
			look_up(t, by_hash, &k, 0, k.nb, got);
			wrong += memcmp(got, have, sizeof(have)) != 0;
		}
	}
	RSD_CHECK_EQ(wrong, 0);
	free_keys(&k);
	rsd_conn_free(t);
}

static void
test_model(void)
{
	each_table(300, 0, like_a_list);
}

/* Largest and smallest value, and none beyond. */
static void
test_values(void)
{
	struct rsd_conn_table *t = make_table(AF_INET, 10, 0, RSD_FLOW_BEST, NULL);
	struct keys k = make_keys(AF_INET, 3, 1);

	RSD_CHECK_EQ(rsd_conn_insert(t, k.at[0], 0), 0);
	RSD_CHECK_EQ(rsd_conn_insert(t, k.at[1], RSD_CONN_VALUE_MAX), 0);
	RSD_CHECK_EQ(rsd_conn_insert(t, k.at[2], RSD_CONN_VALUE_MAX + 1), -EINVAL);
	RSD_CHECK_EQ(rsd_conn_replace(t, k.at[1], RSD_CONN_VALUE_MAX + 1), -EINVAL);
	RSD_CHECK_EQ(rsd_conn_lookup(t, k.at[0]), 0);
	RSD_CHECK_EQ(rsd_conn_lookup(t, k.at[1]), RSD_CONN_VALUE_MAX);
	RSD_CHECK_EQ(rsd_conn_lookup(t, k.at[2]), RSD_CONN_NONE);
	free_keys(&k);
	rsd_conn_free(t);
}

/* Exactly those in `there` are found. */
static void
check_set(const struct rsd_conn_table *t, const struct keys *k, const bool *there)
{
	uint32_t *val = malloc(k->nb * sizeof(*val)), i, wrong = 0;

	look_up(t, given(t), k, 0, k->nb, val);
	for (i = 0; i < k->nb; i++)
		wrong += val[i] != (there[i] ? i : RSD_CONN_NONE);
	RSD_CHECK_EQ(wrong, 0);
	free(val);
}

/* Twice as many as there are places; then a place that comes free is used. */
static void
fill_up(struct rsd_conn_table *t, uint16_t family)
{
	struct keys k = make_keys(family, 8192, 13);
	uint32_t i, nb = 0, first = k.nb, last = 0;
	bool *there = calloc(k.nb, sizeof(*there));
	struct rsd_conn_stats st;
	int ret;

	for (i = 0; i < k.nb; i++) {
		ret = rsd_conn_insert_given(t, k.at[i], i, k.hash[i]);
		RSD_CHECK(ret == 0 || ret == -ENOSPC, "%d", ret);
		there[i] = ret == 0;
		nb += ret == 0;
		last = ret == 0 ? last : i;
		if (ret == 0 || first != k.nb)
			continue;
		first = i; /* the first that is refused: nothing has happened */
		check_set(t, &k, there);
	}
	check_set(t, &k, there);
	rsd_conn_stats(t, &st);
	RSD_CHECK(first >= st.slots * 93 / 100 && first <= st.slots, "%u of %u", first,
		(unsigned int)st.slots);
	RSD_CHECK_EQ(st.entries, nb);
	RSD_CHECK_EQ(st.failed, k.nb - nb);
	RSD_CHECK(st.worst_search > 100 && st.worst_search <= 512, "%u",
		(unsigned int)st.worst_search);
	for (i = 0; i < 400; i++)
		if (there[i])
			RSD_CHECK_EQ(rsd_conn_delete_given(t, k.at[i], k.hash[i]), 0);
	memset(there, 0, 400 * sizeof(*there));
	RSD_CHECK_EQ(rsd_conn_insert_given(t, k.at[last], last, k.hash[last]), 0);
	there[last] = true;
	check_set(t, &k, there);
	free(there);
	free_keys(&k);
	rsd_conn_free(t);
}

static void
test_full(void)
{
	each_table(3000, 0, fill_up);
}

static void
grow_up(struct rsd_conn_table *t, uint16_t family)
{
	struct keys k = make_keys(family, 20000, 17);
	struct rsd_conn_table *more;
	struct rsd_conn_stats st;
	uint32_t nb = 0, grown = 0;
	int ret;

	for (;;) {
		ret = rsd_conn_insert_given(t, k.at[nb], nb, k.hash[nb]);
		if (ret == 0) {
			nb++;
			continue;
		}
		RSD_CHECK_EQ(ret, -ENOSPC);
		more = rsd_conn_grow(t);
		if (more == NULL)
			break;
		check_range(t, &k, 0, nb, true); /* the old one goes on */
		check_range(more, &k, 0, nb, true);
		check_range(more, &k, nb, k.nb, false);
		rsd_conn_stats(t, &st);
		RSD_CHECK(st.entries * 10 >= st.slots * 8, "grown at %u of %u",
			(unsigned int)st.entries, (unsigned int)st.slots);
		rsd_conn_free(t);
		t = more;
		grown++;
	}
	RSD_CHECK_EQ(errno, ENOSPC);
	RSD_CHECK(grown == 5 && nb >= 6400, "%u times, %u keys", grown, nb);
	check_range(t, &k, 0, nb, true);
	free_keys(&k);
	rsd_conn_free(t);
}

/* 200, 400, ... 6400 */
static void
test_grow(void)
{
	each_table(200, 6400, grow_up);
}

static void
test_refused(void)
{
	struct rsd_conn_conf conf = { .family = AF_INET, .capacity = 100, .key = secret };

	conf.family = AF_UNIX;
	RSD_CHECK(rsd_conn_create(&conf) == NULL && errno == EINVAL, "%d", errno);
	conf.family = AF_INET;
	conf.capacity = 0;
	RSD_CHECK(rsd_conn_create(&conf) == NULL && errno == EINVAL, "%d", errno);
	conf.capacity = RSD_CONN_VALUE_MAX + 2;
	RSD_CHECK(rsd_conn_create(&conf) == NULL && errno == EINVAL, "%d", errno);
	conf.capacity = 100;
	conf.find_variant = "abacus";
	RSD_CHECK(rsd_conn_create(&conf) == NULL && errno == ENOTSUP, "%d", errno);
	rsd_conn_free(NULL);
}

/* --- figures --------------------------------------------------------------------------------- */

/* 75 % full: the memory a socket takes, and how often one line, or two, are enough. */
static void
test_figures(void)
{
	struct rsd_conn_table *t = make_table(AF_INET, 60000, 0, RSD_FLOW_BEST, NULL);
	struct keys k = make_keys(AF_INET, 60000, 19);
	uint64_t buckets = 0, entries = 0;
	struct rsd_conn_stats st;
	uint32_t i;

	for (i = 0; i < k.nb; i++)
		RSD_CHECK_EQ(rsd_conn_insert(t, k.at[i], i), 0);
	rsd_conn_stats(t, &st);
	for (i = 0; i <= RSD_CONN_WAYS_MAX; i++) {
		buckets += st.fill[i];
		entries += st.fill[i] * i;
	}
	RSD_CHECK_EQ(buckets, st.buckets);
	RSD_CHECK_EQ(entries, st.entries);
	RSD_CHECK_EQ(st.entries, k.nb);
	RSD_CHECK_EQ(st.in_first + st.in_second, st.entries);
	RSD_CHECK_EQ(st.lines[1], st.in_first);
	RSD_CHECK_EQ(st.lines[2], st.in_second);
	RSD_CHECK(st.entries * 100 >= st.slots * 74 && st.entries * 100 <= st.slots * 76, "%u",
		(unsigned int)st.slots);
	RSD_CHECK(st.bytes / st.entries <= 64, "%u bytes", (unsigned int)(st.bytes / st.entries));
	RSD_CHECK(st.in_second * 100 <= st.entries * 16, "%u", (unsigned int)st.in_second);
	RSD_CHECK(st.filter_bits <= st.in_second && st.filter_bits * 10 >= st.in_second * 9, "%u",
		(unsigned int)st.filter_bits);
	free_keys(&k);
	rsd_conn_free(t);
}

/* IPv6: whichever bucket it is in, an entry takes its own lines, a third of them two adjacent ones.
 */
static void
test_figures6(void)
{
	struct rsd_conn_table *t = make_table(AF_INET6, 60000, 0, RSD_FLOW_BEST, NULL);
	struct keys k = make_keys(AF_INET6, 60000, 37);
	struct rsd_conn_stats st;
	uint32_t i;

	for (i = 0; i < k.nb; i++)
		RSD_CHECK_EQ(rsd_conn_insert(t, k.at[i], i), 0);
	rsd_conn_stats(t, &st);
	RSD_CHECK_EQ(st.entries, k.nb);
	RSD_CHECK_EQ(st.in_first + st.in_second, st.entries);
	RSD_CHECK_EQ(st.lines[1] + st.lines[2], st.entries);
	RSD_CHECK(st.lines[2] * 100 >= st.entries * 30 && st.lines[2] * 100 <= st.entries * 40,
		"%u", (unsigned int)st.lines[2]);
	RSD_CHECK_EQ(st.filter_size, 0);
	/* Two lines and a sixteenth, and huge pages are not filled to the last byte. */
	RSD_CHECK(
		st.bytes_read >= st.buckets * 136 && st.bytes_read <= st.buckets * 136 + (4 << 20),
		"%u bytes", (unsigned int)st.bytes_read);
	free_keys(&k);
	rsd_conn_free(t);
}

/* --- flood ----------------------------------------------------------------------------------- */

struct vector { /* a difference between keys and what it does to the CRC */
	uint8_t key[RSD_FLOW_KEY6];
	uint32_t crc;
};

static void
add_to(struct vector *a, const struct vector *b)
{
	unsigned int i;

	for (i = 0; i < sizeof(a->key); i++)
		a->key[i] ^= b->key[i];
	a->crc ^= b->crc;
}

/* Differences that no CRC-32C sees, whatever its seed: the kernel of its linear part. */
static unsigned int
blind_spots(uint32_t len, struct vector *out)
{
	static const uint8_t zero[RSD_FLOW_KEY6];
	struct vector pivot[32] = { 0 }, v;
	unsigned int bit, nb = 0, p;

	for (bit = 0; bit < len * 8; bit++) {
		v = (struct vector){ 0 };
		v.key[bit / 8] = (uint8_t)(1 << bit % 8);
		v.crc = rte_hash_crc(v.key, len, 0) ^ rte_hash_crc(zero, len, 0);
		while (v.crc != 0) {
			p = (unsigned int)__builtin_ctz(v.crc);
			if (pivot[p].crc == 0)
				break;
			add_to(&v, &pivot[p]);
		}
		if (v.crc == 0)
			out[nb++] = v;
		else
			pivot[p] = v;
	}
	return nb;
}

/* Keys that are one and the same to a CRC under any seed. */
static struct keys
flood_keys(uint16_t family, uint32_t nb)
{
	struct keys k = make_keys(family, nb, 23);
	struct vector *blind = calloc(RSD_FLOW_KEY6 * 8, sizeof(*blind)), v;
	uint32_t i, len = key_len(family);
	unsigned int spots = blind_spots(len, blind), j;

	RSD_CHECK_EQ(spots, len * 8 - 32);
	for (i = 0; i < nb; i++) {
		v = (struct vector){ 0 };
		for (j = 0; j < 20; j++) /* as the bits of i say: all different */
			if (i >> j & 1)
				add_to(&v, &blind[j]);
		memcpy(k.key[i], v.key, len);
	}
	for (i = 1; i < nb; i++)
		if (rte_hash_crc(k.at[i], len, 0) != rte_hash_crc(k.at[0], len, 0) ||
			rte_hash_crc(k.at[i], len, 0xbeef) != rte_hash_crc(k.at[0], len, 0xbeef))
			break;
	RSD_CHECK_EQ(i, nb);
	free(blind);
	return k;
}

static struct rsd_conn_stats
fill_with(uint16_t family, enum rsd_flow_kind kind, const struct keys *k)
{
	struct rsd_conn_table *t = make_table(family, k->nb, 0, kind, NULL);
	struct rsd_conn_stats st = { 0 };
	uint32_t i;

	if (t == NULL)
		return st;
	for (i = 0; i < k->nb; i++)
		RSD_CHECK_EQ(rsd_conn_insert(t, k->at[i], i), 0);
	check_range(t, k, 0, k->nb, true);
	rsd_conn_stats(t, &st);
	rsd_conn_free(t);
	return st;
}

/* To us they are like any others. */
static void
check_flood(uint16_t family, enum rsd_flow_kind kind)
{
	const uint32_t nb = 40000;
	struct keys usual = make_keys(family, nb, 29), flood = flood_keys(family, nb);
	struct rsd_conn_stats a = fill_with(family, kind, &usual);
	struct rsd_conn_stats b = fill_with(family, kind, &flood);
	unsigned int i;

	for (i = 0; i <= RSD_CONN_LINES_MAX; i++)
		RSD_CHECK(llabs((long long)a.lines[i] - (long long)b.lines[i]) < nb / 50,
			"%u lines: %u usually, %u in the flood", i, (unsigned int)a.lines[i],
			(unsigned int)b.lines[i]);
	for (i = 0; i <= RSD_CONN_WAYS_MAX; i++)
		RSD_CHECK(llabs((long long)a.fill[i] - (long long)b.fill[i]) < nb / 50,
			"%u entries: %u and %u buckets", i, (unsigned int)a.fill[i],
			(unsigned int)b.fill[i]);
	RSD_CHECK(b.worst_search <= 64, "%u", (unsigned int)b.worst_search);
	free_keys(&usual);
	free_keys(&flood);
}

static void
test_flood(void)
{
	check_flood(AF_INET, RSD_FLOW_BEST);
	check_flood(AF_INET, RSD_FLOW_SIP);
	check_flood(AF_INET6, RSD_FLOW_BEST);
	check_flood(AF_INET6, RSD_FLOW_SIP);
}

/*
 * Where hashes are given, as many as are alike fill two buckets and then are refused; no more.
 * Those have the same tag, too.
 */
static void
given_flood(struct rsd_conn_table *t, uint16_t family)
{
	struct keys k = make_keys(family, 1000, 31);
	uint32_t i, in = 0, most = family == AF_INET ? 8 : 6;

	if (!given(t))
		goto out;

	for (i = 0; i < 100; i++) {
		k.hash[i] = 0x1234;
		in += rsd_conn_insert_given(t, k.at[i], i, k.hash[i]) == 0;
	}
	RSD_CHECK_EQ(in, most);
	for (i = 100; i < 1000; i++)
		RSD_CHECK_EQ(rsd_conn_insert_given(t, k.at[i], i, k.hash[i]), 0);
	check_range(t, &k, 0, most, true);
	check_range(t, &k, most, 100, false);
	check_range(t, &k, 100, 1000, true);
out:
	free_keys(&k);
	rsd_conn_free(t);
}

static void
test_given_flood(void)
{
	each_table(3000, 0, given_flood);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "what is put in is found until it is taken out", test_in_and_out },
		{ "changes in any order give what a list would", test_model },
		{ "values up to the largest, and no larger", test_values },
		{ "a full table refuses, and keeps what it has", test_full },
		{ "a table grows to its largest size and loses nothing", test_grow },
		{ "what cannot be made is refused", test_refused },
		{ "statistics add up; a socket takes at most 64 bytes", test_figures },
		{ "of IPv6 an entry takes its own lines only", test_figures6 },
		{ "keys that collide under any CRC do not here", test_flood },
		{ "alike given hashes harm themselves only", test_given_flood },
	};

	return rsd_test_run("conn_table", tests, RTE_DIM(tests));
}
