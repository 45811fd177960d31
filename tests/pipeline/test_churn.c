/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sockets come and go as fast as they can while a core is under full traffic: the sockets that stay
 * lose nothing, and none of their datagrams goes to another. RINGSIDE_CHURN_SECONDS=10 for longer.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_rcu_qsbr.h>

#include "support/cunit_runner.h"
#include "support/eal_fixture.h"
#include "support/random.h"
#include "table/sock_table.h"
#include "wire/csum.h"

#define FLOWS     200 /* datagrams on their way, each of its own flow */
#define CONNECTED 150 /* of which this many have a socket that is connected */
#define PORT      7000
#define SOCKS     20000
#define COMING    8192 /* sockets that come and go */
#define THREAD    5    /* the fixture's worker is its QSBR thread */

static struct rsd_sock coming[COMING];
static bool is_open[COMING];
static struct rsd_fixture fixture;
static struct rte_rcu_qsbr *qsbr;
static uint32_t stop;
static unsigned long turned, strays, taken;

/* Handler of the sockets that come and go: none of the flows is theirs. */
static void
stray(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	(void)sock;
	(void)pkts;
	(void)arg;
	strays += nb;
	memset(verdicts, RSD_ANSWER_SAME, nb);
}

/* Handler of the sockets that stay. arg: the only source port it may see, or NULL for the rest. */
static void
mine(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	uintptr_t want = (uintptr_t)arg;
	uint16_t i;

	(void)sock;
	for (i = 0; i < nb; i++) {
		uint16_t sport = rsd_pkt_src_port(pkts[i]);

		strays += want != 0 ? sport != want : sport < 20000 + CONNECTED;
	}
	taken += nb;
	memset(verdicts, RSD_ANSWER_SAME, nb);
}

/* An answer back into the request it was. */
static void
turn_back(uint8_t *eth)
{
	uint64_t addrs = rsd_load64(eth + 26);
	uint32_t ports = rsd_load32(eth + 34);
	uint8_t mac[6];

	memcpy(mac, eth, 6);
	memcpy(eth, eth + 6, 6);
	memcpy(eth + 6, mac, 6);
	rsd_store64(eth + 26, addrs >> 32 | addrs << 32);
	rsd_store32(eth + 34, ports >> 16 | ports << 16);
}

static void *
polling_core(void *arg)
{
	struct rte_mbuf *m;
	unsigned int i;

	(void)arg;
	rte_rcu_qsbr_thread_online(qsbr, THREAD);
	while (__atomic_load_n(&stop, __ATOMIC_RELAXED) == 0) {
		turned += rsd_lcore_turn(fixture.lc);
		for (i = 0; i < 32 && (m = rsd_fixture_pull(&fixture, 0)) != NULL; i++) {
			turn_back(rte_pktmbuf_mtod(m, uint8_t *));
			rsd_fixture_push(&fixture, 0, m);
		}
		rte_rcu_qsbr_quiescent(qsbr, THREAD);
	}
	rte_rcu_qsbr_thread_offline(qsbr, THREAD);
	return NULL;
}

static void
address(struct rsd_sock *s, uint32_t local, uint16_t port)
{
	memset(s, 0, sizeof(*s));
	s->family = AF_INET;
	s->flags = RSD_SOCK_REUSEADDR | RSD_SOCK_SILENT;
	s->handler = stray;
	s->port = port;
	rsd_ip_set_v4(&s->local, htonl(local));
	rsd_ip_any_of(&s->peer, AF_INET);
}

static int
connect_to(struct rsd_sock *s, uint32_t peer, uint16_t port)
{
	union rsd_ip ip, source;

	rsd_ip_set_v4(&ip, htonl(peer));
	rsd_ip_set_v4(&source, htonl(RSD_TEST_IP_US));
	return rsd_sock_table_connect(fixture.table, s, &ip, port, &source);
}

/* One unconnected socket and CONNECTED others on one port, and a datagram for each flow. */
static void
begin(void)
{
	const struct rsd_fixture_conf conf = {
		.ips = "10.9.0.2/24 10.9.0.3/24", .socks = SOCKS, .qsbr = qsbr, .unguarded = true
	};
	unsigned int i;

	rsd_fixture_open(&fixture, &conf);
	fixture.lc->qsbr = qsbr;
	for (i = 0; i < CONNECTED; i++) {
		struct rsd_sock *s = calloc(1, sizeof(*s));

		if (s == NULL)
			abort();
		address(s, RSD_TEST_IP_US, PORT);
		s->handler = mine;
		s->arg = (void *)(uintptr_t)(20000 + i);
		RSD_CHECK_EQ(rsd_sock_table_bind(fixture.table, s), 0);
		RSD_CHECK_EQ(connect_to(s, RSD_TEST_IP_PEER, (uint16_t)(20000 + i)), 0);
	}
	rsd_fixture_sock(&fixture, 0, PORT, RSD_SOCK_REUSEADDR | RSD_SOCK_SILENT, mine, NULL);
	for (i = 0; i < FLOWS; i++) {
		char text[64];

		snprintf(text, sizeof(text), "udp sport=%u dport=%u", 20000 + i, PORT);
		rsd_fixture_push_text(&fixture, 0, text);
	}
}

/* A socket comes: anywhere that none of the flows goes, the port of the flows among it. */
static void
open_one(struct rsd_random *r, struct rsd_sock *s)
{
	uint32_t where = rsd_random_below(r, 64);

	address(s, RSD_TEST_IP_US2,
		(uint16_t)(where == 0 ? PORT : 8000 + rsd_random_below(r, 500)));
	if (where % 4 == 3)
		rsd_ip_set_v4(&s->local, htonl(RSD_TEST_IP_US));
	RSD_CHECK_EQ(rsd_sock_table_bind(fixture.table, s), 0);
	if (where % 4 >= 2)
		RSD_CHECK_EQ(connect_to(s, 0x0b000000 + rsd_random_below(r, 1u << 24),
				     (uint16_t)(1 + rsd_random_below(r, 65000))),
			0);
}

static void
close_one(struct rsd_sock *s)
{
	RSD_CHECK_EQ(rsd_sock_table_close(fixture.table, s), 0);
	rsd_sock_table_wait(fixture.table);
	rsd_sock_table_free_id(fixture.table, s->id);
	memset(s, 0xee, sizeof(*s)); /* whoever still uses it will notice */
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Returns how many were closed a second, and how long that went on. */
static double
churn(double *seconds)
{
	const char *env = getenv("RINGSIDE_CHURN_SECONDS");
	double start = now(), end = start + (env != NULL ? atof(env) : 1);
	struct rsd_random r = { 11 };
	unsigned long rounds = 0;

	while (now() < end) {
		unsigned int i = rsd_random_below(&r, COMING);

		if (is_open[i]) {
			close_one(&coming[i]);
			rounds++;
		} else {
			open_one(&r, &coming[i]);
		}
		is_open[i] = !is_open[i];
	}
	*seconds = now() - start;
	return (double)rounds / *seconds;
}

/* The nth CPU this program may use, the last one when there are fewer: a core of its own. */
static void
pin(pthread_t thread, unsigned int nth)
{
	cpu_set_t all, one;
	unsigned int seen = 0;
	int cpu;

	CPU_ZERO(&one);
	sched_getaffinity(0, sizeof(all), &all);
	for (cpu = 0; cpu < CPU_SETSIZE && seen <= nth; cpu++) {
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		seen++;
	}
	pthread_setaffinity_np(thread, sizeof(one), &one);
}

static void
come_and_go(void)
{
	double rate, seconds;
	struct rte_mbuf *m;
	pthread_t thread;
	unsigned int i;

	begin();
	RSD_CHECK_EQ(pthread_create(&thread, NULL, polling_core, NULL), 0);
	pin(thread, 1);
	pin(pthread_self(), 0);
	rate = churn(&seconds);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	printf("# %.0f bind and close a second beside %.2f million datagrams a second\n", rate,
		(double)turned / seconds / 1e6);
	RSD_CHECK_EQ(strays, 0);
	RSD_CHECK_EQ(taken, turned);
	RSD_CHECK_EQ(rsd_fixture_count(&fixture, RSD_C_answered), turned);
	RSD_CHECK(turned > FLOWS, "no traffic to speak of: %lu", turned);
	for (i = 0; i < COMING; i++)
		if (is_open[i])
			close_one(&coming[i]);
	rsd_fixture_turn(&fixture);
	while ((m = rsd_fixture_pull(&fixture, 0)) != NULL)
		rte_pktmbuf_free(m);
	for (i = 0; i < CONNECTED; i++) {
		struct rsd_sock *s = rsd_sock_table_get(fixture.table, i);

		rsd_sock_table_close(fixture.table, s);
		free(s);
	}
	rsd_fixture_close(&fixture);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "sockets come and go beside full traffic", come_and_go },
	};
	size_t size = rte_rcu_qsbr_get_memsize(THREAD + 1);

	rsd_fixture_start();
	qsbr = aligned_alloc(RTE_CACHE_LINE_SIZE, size);
	if (qsbr == NULL || rte_rcu_qsbr_init(qsbr, THREAD + 1) != 0 ||
		rte_rcu_qsbr_thread_register(qsbr, THREAD) != 0)
		return 1;
	return rsd_test_run("churn", tests, RTE_DIM(tests));
}
