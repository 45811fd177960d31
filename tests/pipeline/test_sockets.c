/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames in: which socket gets them. The burst look-up against the rules, and copies for many. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/cunit_runner.h"
#include "support/eal_fixture.h"
#include "support/random.h"
#include "table/sock_table.h"

#define GROUP "239.1.2.3"
#define PEERS 0x0a0900f0u /* and the next */

/* What a handler saw. */
struct seen {
	const struct rsd_sock_table *table;
	unsigned int packets, wrong;
	enum rsd_verdict verdict;
};

static struct rsd_tuple
tuple_of(const struct rsd_pkt *p, uint16_t dev)
{
	struct rsd_tuple d = { .family = AF_INET,
		.sport = htons(rsd_pkt_src_port(p)),
		.dport = htons(rsd_pkt_dst_port(p)),
		.dev = dev,
		.cpu = 6 };

	rsd_ip_set_v4(&d.src, rsd_pkt_src_addr(p));
	rsd_ip_set_v4(&d.dst, rsd_pkt_dst_addr(p));
	return d;
}

/* The rules, one by one, must name the socket that was called. */
static void
check_each(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb,
	void *arg)
{
	struct seen *seen = arg;
	uint16_t i;

	for (i = 0; i < nb; i++) {
		struct rsd_tuple d = tuple_of(pkts[i], 1);
		const struct rsd_bind *b = rsd_sock_find(seen->table, &d);

		seen->wrong += b == NULL || b->sock != sock;
		verdicts[i] = RSD_DONE;
	}
	seen->packets += nb;
}

static struct rsd_sock *
open_sock(struct rsd_fixture *f, uint16_t family, uint32_t local, uint16_t port, uint32_t flags,
	uint16_t dev, struct seen *seen)
{
	struct rsd_sock *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	s->family = family;
	rsd_ip_any_of(&s->local, family);
	if (family == AF_INET)
		rsd_ip_set_v4(&s->local, htonl(local));
	rsd_ip_any_of(&s->peer, family);
	s->port = port;
	s->flags = flags;
	s->dev = dev;
	s->handler = check_each;
	s->arg = seen;
	if (f->nb_socks == RSD_FIXTURE_SOCKS || rsd_sock_table_bind(f->table, s) != 0) {
		free(s);
		return NULL;
	}
	f->sock[f->nb_socks++] = s;
	return s;
}

static void
connect_to(struct rsd_fixture *f, struct rsd_sock *s, uint32_t peer, uint16_t port)
{
	union rsd_ip ip, source;

	rsd_ip_set_v4(&ip, htonl(peer));
	rsd_ip_set_v4(&source, htonl(RSD_TEST_IP_US));
	RSD_CHECK_EQ(rsd_sock_table_connect(f->table, s, &ip, port, &source), 0);
}

static void
random_sockets(struct rsd_fixture *f, struct rsd_random *r, struct seen *seen)
{
	static const uint32_t locals[] = { 0, RSD_TEST_IP_US, RSD_TEST_IP_US2 };
	static const uint32_t shares[] = { RSD_SOCK_REUSEADDR, RSD_SOCK_REUSEPORT,
		RSD_SOCK_REUSEADDR | RSD_SOCK_REUSEPORT };
	uint32_t share = shares[rsd_random_below(r, 3)];
	unsigned int i;

	for (i = 0; i < 24; i++) {
		struct rsd_sock *s = open_sock(f, rsd_random_below(r, 8) == 0 ? AF_INET6 : AF_INET,
			locals[rsd_random_below(r, 3)], (uint16_t)(1000 + rsd_random_below(r, 3)),
			share, (uint16_t)(rsd_random_below(r, 4) == 0 ? 1 : 0), seen);

		if (s != NULL && s->family == AF_INET && rsd_random_below(r, 3) == 0)
			connect_to(f, s, PEERS + rsd_random_below(r, 2),
				(uint16_t)(5000 + rsd_random_below(r, 4)));
	}
}

/* Bursts of datagrams to them, and some to nobody. */
static void
random_frames(struct rsd_fixture *f, struct rsd_random *r, unsigned int *taken)
{
	unsigned int i;

	for (i = 0; i < 200; i++) {
		uint32_t src = htonl(PEERS + rsd_random_below(r, 2));
		uint32_t dst =
			htonl(rsd_random_below(r, 2) == 0 ? RSD_TEST_IP_US : RSD_TEST_IP_US2);
		unsigned int sport = 5000 + rsd_random_below(r, 5);
		unsigned int dport = 1000 + rsd_random_below(r, 4);
		struct rsd_tuple d = { .family = AF_INET,
			.sport = htons((uint16_t)sport),
			.dport = htons((uint16_t)dport),
			.dev = 1,
			.cpu = 6 };
		char text[128], from[16], to[16];

		rsd_ip_set_v4(&d.src, src);
		rsd_ip_set_v4(&d.dst, dst);
		*taken += rsd_sock_find(f->table, &d) != NULL;
		snprintf(text, sizeof(text), "udp src=%s dst=%s sport=%u dport=%u",
			inet_ntop(AF_INET, &src, from, sizeof(from)),
			inet_ntop(AF_INET, &dst, to, sizeof(to)), sport, dport);
		rsd_fixture_push_text(f, 0, text);
		if (i % 50 == 49)
			rsd_fixture_turn(f);
	}
}

static void
burst_as_rules(void)
{
	struct rsd_random r = { 7 };
	unsigned int round;

	for (round = 0; round < 40; round++) {
		const struct rsd_fixture_conf conf = { .ips = "10.9.0.2/24 10.9.0.3/24" };
		struct rsd_fixture f;
		struct seen seen = { 0 };
		unsigned int taken = 0;

		rsd_fixture_open(&f, &conf);
		seen.table = f.table;
		random_sockets(&f, &r, &seen);
		random_frames(&f, &r, &taken);
		RSD_CHECK_EQ(seen.wrong, 0);
		RSD_CHECK_EQ(seen.packets, taken);
		RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_delivered), taken);
		RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_udp_no_socket), 200 - taken);
		rsd_fixture_close(&f);
	}
}

/* -- many ------------------------------------------------------------------------------------ */

/* Spoils what it is given: the others must not see it. */
static void
spoil(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	struct seen *seen = arg;
	uint16_t i;

	(void)sock;
	for (i = 0; i < nb; i++) {
		uint8_t *data = rsd_pkt_data(pkts[i]);

		seen->wrong += data[0] != 0x41;
		data[0] = 0;
		verdicts[i] = (uint8_t)seen->verdict;
	}
	seen->packets += nb;
}

static void
listen_on(struct rsd_fixture *f, uint32_t local, uint16_t port, struct seen *seen)
{
	struct rsd_sock *s = open_sock(f, AF_INET, local, port, RSD_SOCK_REUSEADDR, 0, seen);

	if (s != NULL)
		s->handler = spoil;
}

static void
everyone_gets_one(void)
{
	struct seen any = { .verdict = RSD_DONE }, group = { .verdict = RSD_DROP },
		    other = { .verdict = RSD_DONE };
	struct rsd_findings found;
	struct rsd_fixture f;

	rsd_fixture_open(&f, NULL);
	listen_on(&f, 0, 1000, &any);
	listen_on(&f, ntohl(inet_addr(GROUP)), 1000, &group);
	listen_on(&f, ntohl(inet_addr(GROUP)), 1001, &other);
	listen_on(&f, RSD_TEST_IP_US, 1000, &other);
	rsd_fixture_push_text(&f, 0, "udp dst=" GROUP " dmac=mcast dport=1000");
	rsd_fixture_push_text(&f, 0, "udp dst=255.255.255.255 dmac=bcast dport=1000 split=45");
	rsd_fixture_push_text(&f, 0, "udp dst=239.1.2.4 dmac=mcast dport=1000");
	rsd_fixture_push_text(&f, 0, "udp dst=" GROUP " dmac=mcast dport=1000 udpsum=bad");
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(any.packets, 2);
	RSD_CHECK_EQ(group.packets, 1);
	RSD_CHECK_EQ(other.packets, 0);
	RSD_CHECK_EQ(any.wrong + group.wrong, 0);
	RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_rx_copies), 1);
	RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_many_taken), 2);
	RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_delivered), 2);
	RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_svc_drop), 1);
	RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_ip4_mcast), 1);
	RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_udp_csum), 1);
	rsd_fixture_findings(&f, &found);
	RSD_CHECK_EQ(found.gap, 0);
	RSD_CHECK_EQ(found.left, 0);
	RSD_CHECK_EQ(found.copied, 18);
	RSD_CHECK_EQ(found.pool.absent, 0);
}

static void
nobody_answers(void)
{
	struct seen any = { .verdict = RSD_ANSWER_SAME };
	struct rsd_fixture f;

	rsd_fixture_open(&f, NULL);
	listen_on(&f, 0, 1000, &any);
	rsd_fixture_push_text(&f, 0, "udp dst=10.9.0.255 dmac=bcast dport=1000");
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(any.packets, 1);
	RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_resp_to_many), 1);
	rsd_fixture_close(&f);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "a burst finds for each datagram what the rules say", burst_as_rules },
		{ "group and broadcast: each receiver its own bytes", everyone_gets_one },
		{ "group and broadcast: no handler's answer leaves", nobody_answers },
	};

	rsd_fixture_start();
	return rsd_test_run("sockets", tests, RTE_DIM(tests));
}
