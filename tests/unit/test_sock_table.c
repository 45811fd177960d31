/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/cunit_runner.h"
#include "support/eal_fixture.h"
#include "support/random.h"
#include "table/sock_table.h"

#define A    0x0a000001u
#define B    0x0a000002u
#define PEER 0x0a0000f0u

#define SOCKS 66000

/* A table and the sockets that were put into it. */
struct set {
	struct rsd_sock sock[SOCKS];
	unsigned int nb;
	struct rsd_sock_table *table;
};

static struct set set;

static void
begin(void)
{
	static const uint8_t key[16] = "not so secret...";

	rsd_sock_table_destroy(set.table);
	memset(set.sock, 0, set.nb * sizeof(set.sock[0]));
	set.nb = 0;
	set.table = rsd_sock_table_create(
		&(struct rsd_sock_table_conf){ .max_socks = SOCKS, .key = key });
	if (set.table == NULL)
		abort();
}

static union rsd_ip
ip4(uint32_t addr)
{
	union rsd_ip ip;

	rsd_ip_set_v4(&ip, htonl(addr));
	return ip;
}

/* Two IPv6 addresses and any. */
static union rsd_ip
ip6(uint8_t last)
{
	union rsd_ip ip = { .b = { 0 } };

	if (last != 0) {
		ip.b[0] = 0xfd;
		ip.b[15] = last;
	}
	return ip;
}

static struct rsd_sock *
prepare(uint16_t family, union rsd_ip local, uint16_t port, uint32_t flags)
{
	struct rsd_sock *s = &set.sock[set.nb++];

	s->family = family;
	s->local = local;
	s->port = port;
	s->flags = flags;
	rsd_ip_any_of(&s->peer, family);
	return s;
}

/* Bind an IPv4 socket that must bind. */
static struct rsd_sock *
add(uint32_t local, uint16_t port, uint32_t flags)
{
	struct rsd_sock *s = prepare(AF_INET, ip4(local), port, flags);

	RSD_CHECK_EQ(rsd_sock_table_bind(set.table, s), 0);
	return s;
}

static struct rsd_sock *
add6(uint8_t local, uint16_t port, uint32_t flags)
{
	struct rsd_sock *s = prepare(AF_INET6, ip6(local), port, flags);

	RSD_CHECK_EQ(rsd_sock_table_bind(set.table, s), 0);
	return s;
}

static void
join(struct rsd_sock *s, uint32_t peer, uint16_t port)
{
	union rsd_ip ip = ip4(peer), source = ip4(A);

	RSD_CHECK_EQ(rsd_sock_table_connect(set.table, s, &ip, port, &source), 0);
}

static struct rsd_tuple
datagram(uint32_t dst, uint16_t port, uint32_t src, uint16_t sport)
{
	return (struct rsd_tuple){ .family = AF_INET,
		.dst = ip4(dst),
		.dport = htons(port),
		.src = ip4(src),
		.sport = htons(sport),
		.dev = 1,
		.cpu = 1 };
}

/* As the datapath asks: the head of the port's record first, then all rules. */
static const struct rsd_bind *
as_datapath(const struct rsd_tuple *d)
{
	const struct rsd_bind *b = rsd_sock_first(set.table, d->dport);

	return d->family == AF_INET && rsd_bind_takes(b, d->dst.w[3]) ? b
								      : rsd_sock_find(set.table, d);
}

static const struct rsd_sock *
whose(const struct rsd_tuple *d)
{
	const struct rsd_bind *fast = as_datapath(d), *all = rsd_sock_find(set.table, d);

	RSD_CHECK((fast == NULL) == (all == NULL) && (all == NULL || fast->sock == all->sock),
		"the short way leads elsewhere, port %u", ntohs(d->dport));
	return all == NULL ? NULL : all->sock;
}

static const struct rsd_sock *
find(uint32_t dst, uint16_t port)
{
	struct rsd_tuple d = datagram(dst, port, PEER, 5555);

	return whose(&d);
}

static const struct rsd_sock *
find_from(uint32_t dst, uint16_t port, uint32_t src, uint16_t sport)
{
	struct rsd_tuple d = datagram(dst, port, src, sport);

	return whose(&d);
}

static bool
refuses(const struct rsd_sock *s, uint16_t sport)
{
	return rsd_port_set_has(set.table->bind[s->id].refuse, htons(sport));
}

/* -- look-up --------------------------------------------------------------------------------- */

static void
exact_before_any(void)
{
	unsigned int order;

	for (order = 0; order < 2; order++) {
		const struct rsd_sock *any, *a;

		begin();
		if (order == 0) {
			any = add(0, 100, RSD_SOCK_REUSEADDR);
			a = add(A, 100, RSD_SOCK_REUSEADDR);
		} else {
			a = add(A, 100, RSD_SOCK_REUSEADDR);
			any = add(0, 100, RSD_SOCK_REUSEADDR);
		}
		RSD_CHECK(find(A, 100) == a, "the address does not win, order %u", order);
		RSD_CHECK(find(B, 100) == any, "any does not get the rest, order %u", order);
		RSD_CHECK(find(A, 101) == NULL, "a neighbour port");
		RSD_CHECK(find(A, htons(100)) == NULL, "the port in the other byte order");
	}
}

static void
many_addresses(void)
{
	const struct rsd_sock *s[64], *any;
	unsigned int i;

	begin();
	for (i = 0; i < 64; i++)
		s[i] = add(A + i, 4000, RSD_SOCK_REUSEADDR);
	any = add(0, 4000, RSD_SOCK_REUSEADDR);
	for (i = 0; i < 64; i++)
		RSD_CHECK(find(A + i, 4000) == s[i], "address %u", i);
	RSD_CHECK(find(A + 64, 4000) == any, "the rest");
}

static void
none_at_all(void)
{
	unsigned int port;

	begin();
	for (port = 0; port <= UINT16_MAX; port++)
		if (find(A, (uint16_t)port) != NULL)
			RSD_CHECK(0, "port %u", port);
	RSD_CHECK_EQ(rsd_sock_table_count(set.table), 0);
}

/* Every port there is has a socket, and none finds another's; then they go, and with them all. */
static void
every_port(void)
{
	unsigned int port;

	begin();
	for (port = 1; port <= UINT16_MAX; port++)
		add(port % 3 == 0 ? A : 0, (uint16_t)port, 0);
	for (port = 0; port <= UINT16_MAX; port++) {
		const struct rsd_sock *s = find(A, (uint16_t)port);

		if ((s != NULL) != (port != 0) || (s != NULL && s->port != port))
			RSD_CHECK(0, "port %u", port);
	}
	for (port = 1; port <= UINT16_MAX; port++)
		RSD_CHECK_EQ(rsd_sock_table_close(set.table, &set.sock[port - 1]), 0);
	none_at_all();
}

/* -- connected ------------------------------------------------------------------------------- */

static void
only_its_peer(void)
{
	const struct rsd_sock *plain;
	struct rsd_sock *s;

	begin();
	s = add(A, 100, RSD_SOCK_REUSEADDR);
	join(s, PEER, 5000);
	RSD_CHECK(find_from(A, 100, PEER, 5000) == s, "its peer");
	RSD_CHECK(find_from(A, 100, PEER, 5001) == NULL, "another port");
	RSD_CHECK(find_from(A, 100, PEER + 1, 5000) == NULL, "another address");
	plain = add(A, 100, RSD_SOCK_REUSEADDR);
	RSD_CHECK(find_from(A, 100, PEER, 5000) == s, "its peer, beside a newer one");
	RSD_CHECK(find_from(A, 100, PEER, 5001) == plain, "a stranger");
	join(s, PEER, 6000);
	RSD_CHECK(find_from(A, 100, PEER, 5000) == plain, "its former peer");
	RSD_CHECK(find_from(A, 100, PEER, 6000) == s, "its new peer");
	RSD_CHECK_EQ(rsd_sock_table_disconnect(set.table, s), 0);
	RSD_CHECK(find_from(A, 100, PEER, 6000) == plain, "the newest of two on one address");
	RSD_CHECK_EQ(rsd_sock_table_close(set.table, s), 0);
	RSD_CHECK(find_from(A, 100, PEER, 6000) == plain, "the one that is left");
}

/* Two with one 4-tuple: the one connected last, until it goes. */
static void
same_tuple_twice(void)
{
	struct rsd_sock *first, *second;

	begin();
	first = add(A, 100, RSD_SOCK_REUSEADDR);
	second = add(A, 100, RSD_SOCK_REUSEADDR);
	join(second, PEER, 5000);
	join(first, PEER, 5000);
	RSD_CHECK(find_from(A, 100, PEER, 5000) == first, "connected last");
	RSD_CHECK_EQ(rsd_sock_table_close(set.table, first), 0);
	RSD_CHECK(find_from(A, 100, PEER, 5000) == second, "the other");
	RSD_CHECK_EQ(rsd_sock_table_close(set.table, second), 0);
	RSD_CHECK(find_from(A, 100, PEER, 5000) == NULL, "none");
}

/* Many on one port, told apart by their peers; the table grows on the way. */
static void
many_peers(void)
{
	struct rsd_sock *listener;
	unsigned int i;

	begin();
	listener = add(0, 100, RSD_SOCK_REUSEADDR);
	for (i = 0; i < 60000; i++)
		join(add(A, 100, RSD_SOCK_REUSEADDR), PEER + i / 1000, (uint16_t)(1 + i % 1000));
	for (i = 0; i < 60000; i++)
		if (find_from(A, 100, PEER + i / 1000, (uint16_t)(1 + i % 1000)) !=
			&set.sock[i + 1])
			RSD_CHECK(0, "peer %u", i);
	RSD_CHECK(find_from(A, 100, PEER, 2000) == listener, "a stranger");
	for (i = 0; i < 60000; i += 2)
		rsd_sock_table_close(set.table, &set.sock[i + 1]);
	for (i = 0; i < 60000; i++)
		if (find_from(A, 100, PEER + i / 1000, (uint16_t)(1 + i % 1000)) !=
			(i % 2 == 0 ? listener : &set.sock[i + 1]))
			RSD_CHECK(0, "peer %u, after every second one went", i);
}

/* -- groups, devices, families --------------------------------------------------------------- */

static void
group_shares_by_flow(void)
{
	unsigned int count[4] = { 0 }, i, moved = 0;
	const struct rsd_sock *before[4000];

	begin();
	for (i = 0; i < 4; i++)
		add(A, 100, RSD_SOCK_REUSEPORT);
	for (i = 0; i < 4000; i++) {
		before[i] = find_from(A, 100, PEER, (uint16_t)(1 + i));
		count[before[i] - set.sock]++;
		RSD_CHECK(find_from(A, 100, PEER, (uint16_t)(1 + i)) == before[i], "not stable");
	}
	for (i = 0; i < 4; i++)
		RSD_CHECK(count[i] > 850 && count[i] < 1150, "member %u has %u", i, count[i]);
	rsd_sock_table_close(set.table, &set.sock[3]);
	for (i = 0; i < 4000; i++) {
		const struct rsd_sock *now = find_from(A, 100, PEER, (uint16_t)(1 + i));

		RSD_CHECK(now != NULL && now != &set.sock[3], "flow %u", i);
		moved += now != before[i];
	}
	RSD_CHECK(moved > 900 && moved < 2600, "%u flows moved", moved);
}

static void
devices(void)
{
	struct rsd_tuple d = datagram(A, 100, PEER, 1);
	const struct rsd_sock *everywhere;
	struct rsd_sock *second;

	begin();
	everywhere = add(A, 100, RSD_SOCK_REUSEADDR);
	second = prepare(AF_INET, ip4(A), 100, RSD_SOCK_REUSEADDR);
	second->dev = 2;
	RSD_CHECK_EQ(rsd_sock_table_bind(set.table, second), 0);
	RSD_CHECK(whose(&d) == everywhere, "device 1");
	d.dev = 2;
	RSD_CHECK(whose(&d) == second, "device 2");
	rsd_sock_table_close(set.table, &set.sock[0]);
	d.dev = 1;
	RSD_CHECK(whose(&d) == NULL, "device 1, nobody left");
}

static void
both_families(void)
{
	struct rsd_tuple d6 = { .family = AF_INET6,
		.src = ip6(9),
		.dst = ip6(1),
		.sport = htons(5),
		.dport = htons(100) };
	const struct rsd_sock *dual, *four;

	begin();
	dual = add6(0, 100, RSD_SOCK_REUSEADDR);
	RSD_CHECK(find(A, 100) == dual, "IPv4 to a dual socket");
	RSD_CHECK(whose(&d6) == dual, "IPv6 to it");
	four = add(0, 100, RSD_SOCK_REUSEADDR);
	RSD_CHECK(find(A, 100) == four, "IPv4 to the IPv4 socket");
	RSD_CHECK(whose(&d6) == dual, "IPv6 still to the dual one");
	begin();
	dual = add6(0, 100, RSD_SOCK_V6ONLY);
	RSD_CHECK(find(A, 100) == NULL, "IPv4 to an IPv6-only socket");
	RSD_CHECK(whose(&d6) == dual, "IPv6 to it");
	add(0, 100, 0);
}

static void
to_everyone(void)
{
	struct rsd_tuple d = datagram(0xe0000005, 100, PEER, 1);
	const struct rsd_bind *out[4];
	struct rsd_sock *c;

	begin();
	add(0, 100, RSD_SOCK_REUSEADDR);
	add(0xe0000005, 100, RSD_SOCK_REUSEADDR);
	add(A, 100, RSD_SOCK_REUSEADDR);
	c = add(0xe0000005, 100, RSD_SOCK_REUSEADDR);
	c->to_many = true;
	join(c, PEER, 1);
	add6(0, 100, RSD_SOCK_REUSEADDR); /* hears no IPv4 group */
	RSD_CHECK_EQ(rsd_sock_find_all(set.table, &d, out, 4), 3);
	d.sport = htons(2);
	RSD_CHECK_EQ(rsd_sock_find_all(set.table, &d, out, 4), 2);
	RSD_CHECK_EQ(rsd_sock_find_all(set.table, &d, out, 1), 2);
}

/* -- ports and limits ------------------------------------------------------------------------ */

/* The whole range is handed out, each port once, and then no more. */
static void
ephemeral(void)
{
	const unsigned int range = RSD_PORT_EPHEMERAL_MAX - RSD_PORT_EPHEMERAL_MIN + 1;
	unsigned int i, up = 0;
	struct rsd_sock *s;

	begin();
	for (i = 0; i < range; i++) {
		s = add(A, 0, 0);
		up += i > 0 && s->port == set.sock[i - 1].port + 1;
		RSD_CHECK(s->port >= RSD_PORT_EPHEMERAL_MIN && s->port <= RSD_PORT_EPHEMERAL_MAX,
			"port %u", s->port);
	}
	RSD_CHECK(up < range / 4, "%u came in order", up);
	s = prepare(AF_INET, ip4(A), 0, 0);
	RSD_CHECK_EQ(rsd_sock_table_bind(set.table, s), -EADDRINUSE);
	RSD_CHECK_EQ(s->port, 0);
	RSD_CHECK_EQ(rsd_sock_table_close(set.table, &set.sock[77]), 0);
	RSD_CHECK_EQ(rsd_sock_table_bind(set.table, s), 0);
	RSD_CHECK_EQ(s->port, set.sock[77].port);
}

static void
limits(void)
{
	struct rsd_sock *s;
	unsigned int i;

	begin();
	for (i = 0; i < SOCKS - 1; i++)
		add(A + i / 60000, (uint16_t)(1 + i % 60000), 0);
	s = add(B, 60001, 0);
	RSD_CHECK_EQ(rsd_sock_table_count(set.table), SOCKS);
	RSD_CHECK_EQ(rsd_sock_table_close(set.table, s), 0);
	set.nb--;
	s = prepare(AF_INET, ip4(B), 60002, 0);
	RSD_CHECK(rsd_sock_table_bind(set.table, s) == -ENOSPC, "an id that is not free yet");
	rsd_sock_table_free_id(set.table, set.sock[SOCKS - 1].id);
	RSD_CHECK(find(A, 1) == &set.sock[0], "the first");
}

/* -- bind conflicts -------------------------------------------------------------------------- */

static const uint32_t locals[] = { 0, 0x7f000001, 0x7f000002 };

static bool
conflicts(uint32_t first, uint32_t second, bool same_port)
{
	struct rsd_sock *s;

	begin();
	add(first, 5000, 0);
	s = prepare(AF_INET, ip4(second), same_port ? 5000 : 5001, 0);
	return rsd_sock_table_bind(set.table, s) == -EADDRINUSE;
}

static void
conflict_matrix(void)
{
	static const bool want[3][3] = { { true, true, true }, { true, true, false },
		{ true, false, true } };
	unsigned int i, k;

	for (i = 0; i < 3; i++)
		for (k = 0; k < 3; k++) {
			RSD_CHECK(conflicts(locals[i], locals[k], true) == want[i][k],
				"%08x then %08x", locals[i], locals[k]);
			RSD_CHECK(!conflicts(locals[i], locals[k], false), "another port");
		}
}

/* Port of a new socket bound there, chosen by the kernel when port is 0; -errno. */
static int
kernel_bind(int *fd, uint32_t local, uint16_t port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(local)
	};
	socklen_t len = sizeof(a);

	*fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (*fd < 0 || bind(*fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
		getsockname(*fd, (struct sockaddr *)&a, &len) != 0)
		return -errno;
	return ntohs(a.sin_port);
}

/* The rule is Linux's, so Linux is asked: the same pairs on the loopback interface. */
static void
as_linux_says(void)
{
	unsigned int i, k;

	for (i = 0; i < 3; i++)
		for (k = 0; k < 3; k++) {
			int first, second, port = kernel_bind(&first, locals[i], 0), got;

			if (!RSD_CHECK(port > 0, "the kernel binds nothing: %d", port)) {
				close(first);
				return;
			}
			got = kernel_bind(&second, locals[k], (uint16_t)port);
			RSD_CHECK(got == port || got == -EADDRINUSE, "bind: %d", got);
			RSD_CHECK((got == -EADDRINUSE) == conflicts(locals[i], locals[k], true),
				"%08x then %08x: Linux says %d", locals[i], locals[k], got);
			close(first);
			close(second);
		}
}

/* -- loop guard ------------------------------------------------------------------------------ */

static bool
is_known(unsigned int port)
{
	return port == 7 || port == 13 || port == 17 || port == 19 || port == 37;
}

static void
guarded_ports(void)
{
	const struct rsd_sock *plain, *silent, *open_hand;
	unsigned int port;

	begin();
	plain = add(0, 9000, 0);
	add(A, 9001, 0);
	silent = add(0, 9002, RSD_SOCK_SILENT);
	open_hand = add(0, 9003, RSD_SOCK_NO_LOOP_GUARD);
	for (port = 1; port <= UINT16_MAX; port++) {
		/* A silent socket's port is no responder; one without a guard still is. */
		bool loop = is_known(port) || port == 9000 || port == 9001 || port == 9003;

		if (refuses(plain, (uint16_t)port) != loop)
			RSD_CHECK(0, "source port %u", port);
		if (refuses(silent, (uint16_t)port) || refuses(open_hand, (uint16_t)port))
			RSD_CHECK(0, "source port %u, unguarded", port);
	}
	RSD_CHECK(refuses(plain, 0) && refuses(silent, 0) && refuses(open_hand, 0), "port 0");
}

static void
guard_goes_with_its_socket(void)
{
	const struct rsd_sock *s;

	begin();
	add(0, 9000, 0);
	s = add(0, 9001, 0);
	RSD_CHECK(refuses(s, 9000), "open, yet not guarded");
	begin();
	s = add(0, 9001, 0);
	RSD_CHECK(!refuses(s, 9000), "closed, yet guarded");
	rsd_sock_table_destroy(set.table);
	set.table = NULL;
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "an address wins over any, whichever was opened first", exact_before_any },
		{ "64 addresses share a port with any", many_addresses },
		{ "an empty table has nothing on any port", none_at_all },
		{ "each of the 65,535 ports finds its own socket and no other", every_port },
		{ "a connected socket hears its peer only, and is preferred for it",
			only_its_peer },
		{ "two sockets with one 4-tuple: the one connected last", same_tuple_twice },
		{ "60,000 peers on one port, each its own socket", many_peers },
		{ "a reuseport group shares by flow, and a flow stays", group_shares_by_flow },
		{ "a socket bound to a device hears that one only", devices },
		{ "IPv6 on any takes IPv4 too, unless told not to", both_families },
		{ "a group's datagram goes to everyone who matches", to_everyone },
		{ "ephemeral ports: all of the range, in no order", ephemeral },
		{ "a full table says so, and goes on", limits },
		{ "EADDRINUSE: the same port on the same address, or on any", conflict_matrix },
		{ "EADDRINUSE is where Linux says it is", as_linux_says },
		{ "guarded are known responders and our own services, all others are not",
			guarded_ports },
		{ "a guard ends with its socket", guard_goes_with_its_socket },
	};

	rsd_fixture_start();
	return rsd_test_run("sock_table", tests, RTE_DIM(tests));
}
