/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <rte_common.h>

#include "support/cunit_runner.h"
#include "support/random.h"
#include "table/conn_table.h"

static const uint8_t secret[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

/* All that there is to choose; what this CPU has not is skipped. */
static const char *const finds[] = { "scalar", "sse", "avx512" };
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

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "what is put in is found until it is taken out", test_in_and_out },
	};

	return rsd_test_run("conn_table", tests, RTE_DIM(tests));
}
