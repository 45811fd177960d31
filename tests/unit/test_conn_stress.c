/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One thread changes a table as fast as it can, nearly full so that entries are moved about all the
 * time; readers must find every key that is not touched, each with its own value, and of the others
 * never more than what was theirs.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <rte_common.h>

#include "support/cunit_runner.h"
#include "support/random.h"
#include "table/conn_table.h"

#define CAPACITY 1536 /* 2048 slots of IPv4 */
#define KEY_ROOM 40
#define READERS  2
#define BURST    48
#define RUN_MS   700   /* at least */
#define CHANGES  10000 /* at least, on a machine that is slow today */

static const uint8_t secret[16] = "stress";

struct stress {
	struct rsd_conn_table *table;
	uint8_t (*key)[KEY_ROOM]; /* fixed ones, then those that come and go, then strangers */
	uint32_t nb_fixed, nb_moving, nb_all;
	bool stop;
};

struct reader {
	struct stress *s;
	pthread_t thread;
	uint64_t seed, looked, missed, wrong, strange;
};

static bool
stopped(const struct stress *s)
{
	return __atomic_load_n(&s->stop, __ATOMIC_RELAXED);
}

static void
judge(struct reader *r, uint32_t id, uint32_t val)
{
	const struct stress *s = r->s;

	r->looked++;
	if (id < s->nb_fixed)
		r->missed += val == RSD_CONN_NONE;
	else if (id >= s->nb_fixed + s->nb_moving)
		r->strange += val != RSD_CONN_NONE;
	r->wrong += val != RSD_CONN_NONE && val != id;
}

/* Bursts and single look-ups of anything, in no order. */
static void *
read_all(void *arg)
{
	struct reader *r = arg;
	const struct stress *s = r->s;
	struct rsd_random random = { r->seed };
	const uint8_t *key[BURST];
	uint32_t id[BURST], val[BURST];
	unsigned int i, nb;

	while (!stopped(s)) {
		nb = 1 + rsd_random_below(&random, BURST);
		for (i = 0; i < nb; i++) {
			id[i] = rsd_random_below(&random, s->nb_all);
			key[i] = s->key[id[i]];
		}
		rsd_conn_lookup_burst(s->table, key, nb, val);
		for (i = 0; i < nb; i++)
			judge(r, id[i], val[i]);
	}
	return NULL;
}

/*
 * Keys differ in few bytes only and half of each is that of another key: an answer put together
 * from the halves of two entries would be a stranger found.
 */
static void
make_keys(struct stress *s, bool v6)
{
	uint32_t i, half, len = v6 ? RSD_FLOW_KEY6 : RSD_FLOW_KEY4;

	s->key = calloc(s->nb_all, sizeof(*s->key));
	for (i = 0; i < s->nb_all; i++) {
		half = i % 64;
		memcpy(s->key[i], &half, sizeof(half));
		half = i / 64;
		memcpy(s->key[i] + len - 4, &half, sizeof(half));
	}
}

static void
write_all(struct stress *s, uint64_t *changes, uint64_t *refused)
{
	struct rsd_random random = { 99 };
	bool *there = calloc(s->nb_moving, sizeof(*there));
	struct timespec now, end;
	uint32_t i, id;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += RUN_MS * 1000000L;
	end.tv_sec += end.tv_nsec / 1000000000L;
	end.tv_nsec %= 1000000000L;
	do {
		for (i = 0; i < 256; i++) {
			id = rsd_random_below(&random, s->nb_moving);
			if (there[id])
				ret = rsd_conn_delete(s->table, s->key[s->nb_fixed + id]);
			else
				ret = rsd_conn_insert(
					s->table, s->key[s->nb_fixed + id], s->nb_fixed + id);
			*refused += ret == -ENOSPC;
			*changes += ret == 0;
			there[id] ^= ret == 0;
			if (ret == 0 && i % 16 == 0) { /* the same value again is a change, too */
				id = rsd_random_below(&random, s->nb_fixed);
				rsd_conn_replace(s->table, s->key[id], id);
			}
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (
		now.tv_sec < end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec));
	free(there);
}

static void
stress(uint16_t family, const char *find)
{
	const struct rsd_conn_conf conf = {
		.family = family,
		.capacity = CAPACITY,
		.key = secret,
		.find_variant = find,
	};
	/* 60 % stay, and of as many as would fill 60 % half are there at a time: 90 %. */
	struct stress s = { .nb_fixed = CAPACITY * 8 / 10, .nb_moving = CAPACITY * 8 / 10 };
	struct reader r[READERS] = { { 0 } };
	uint64_t changes = 0, refused = 0;
	struct rsd_conn_stats st;
	unsigned int i;

	s.nb_all = s.nb_fixed + s.nb_moving + CAPACITY;
	s.table = rsd_conn_create(&conf);
	if (s.table == NULL && errno == ENOTSUP)
		return;
	make_keys(&s, family == AF_INET6);
	for (i = 0; i < s.nb_fixed; i++)
		RSD_CHECK_EQ(rsd_conn_insert(s.table, s.key[i], i), 0);
	for (i = 0; i < READERS; i++) {
		r[i] = (struct reader){ .s = &s, .seed = i + 1 };
		pthread_create(&r[i].thread, NULL, read_all, &r[i]);
	}
	write_all(&s, &changes, &refused);
	__atomic_store_n(&s.stop, true, __ATOMIC_RELAXED);
	rsd_conn_stats(s.table, &st);
	for (i = 0; i < READERS; i++) {
		pthread_join(r[i].thread, NULL);
		RSD_CHECK(r[i].missed == 0 && r[i].wrong == 0 && r[i].strange == 0,
			"%s: of %llu looked up %llu missed, %llu wrong, %llu not there", find,
			(unsigned long long)r[i].looked, (unsigned long long)r[i].missed,
			(unsigned long long)r[i].wrong, (unsigned long long)r[i].strange);
		RSD_CHECK(r[i].looked > 1000, "%llu", (unsigned long long)r[i].looked);
	}
	RSD_CHECK(st.moves > 1000, "%llu changes, %llu moves", (unsigned long long)changes,
		(unsigned long long)st.moves);
	RSD_CHECK(refused < changes / 100, "%llu refused", (unsigned long long)refused);
	if (getenv("RINGSIDE_SHOW") != NULL)
		printf("%s %s: %llu changes, %llu moves, %.0f %% full, %llu + %llu looked up\n",
			family == AF_INET ? "IPv4" : "IPv6", find, (unsigned long long)changes,
			(unsigned long long)st.moves, 100.0 * (double)st.entries / (double)st.slots,
			(unsigned long long)r[0].looked, (unsigned long long)r[1].looked);
	free(s.key);
	rsd_conn_free(s.table);
}

static void
test_ipv4(void)
{
	stress(AF_INET, "scalar");
	stress(AF_INET, "sse");
	stress(AF_INET, "avx512");
	stress(AF_INET, "tags");
}

static void
test_ipv6(void)
{
	stress(AF_INET6, "scalar");
	stress(AF_INET6, "sse");
	stress(AF_INET6, "avx512");
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "IPv4: nobody is missed while others come, go and are moved", test_ipv4 },
		{ "IPv6: nobody is missed while others come, go and are moved", test_ipv6 },
	};

	return rsd_test_run("conn_stress", tests, RTE_DIM(tests));
}
