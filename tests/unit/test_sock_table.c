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

#define A 0x0a000001u
#define B 0x0a000002u

/* Sockets under construction, and the table of them. */
struct set {
	struct rsd_sock sock[RSD_SOCK_MAX];
	struct rsd_sock *ptr[RSD_SOCK_MAX];
	unsigned int nb;
	struct rsd_sock_table *table;
};

static struct set set;

static void
begin(void)
{
	rsd_sock_table_free(set.table);
	memset(&set, 0, sizeof(set));
}

static struct rsd_sock *
add(uint32_t local, uint16_t port, uint32_t flags)
{
	struct rsd_sock *s = &set.sock[set.nb];

	s->local = htonl(local);
	s->port = port;
	s->flags = flags;
	set.ptr[set.nb++] = s;
	return s;
}

static void
build(void)
{
	set.table = rsd_sock_table_build(set.ptr, set.nb);
	if (set.table == NULL)
		abort();
}

static const struct rsd_bind *
find_bind(uint32_t dst, uint16_t port)
{
	return rsd_sock_walk(set.table, rsd_sock_first(set.table, htons(port)), htonl(dst));
}

static const struct rsd_sock *
find(uint32_t dst, uint16_t port)
{
	const struct rsd_bind *b = find_bind(dst, port);

	return b == NULL ? NULL : b->sock;
}

static bool
refuses(const struct rsd_sock *s, uint16_t sport)
{
	return rsd_port_set_has(
		find_bind(ntohl(s->local) == 0 ? A : ntohl(s->local), s->port)->refuse,
		htons(sport));
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
			any = add(0, 100, 0);
			a = add(A, 100, 0);
		} else {
			a = add(A, 100, 0);
			any = add(0, 100, 0);
		}
		build();
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
		s[i] = add(A + i, 4000, 0);
	any = add(0, 4000, 0);
	build();
	for (i = 0; i < 64; i++)
		RSD_CHECK(find(A + i, 4000) == s[i], "address %u", i);
	RSD_CHECK(find(A + 64, 4000) == any, "the rest");
}

static void
none_at_all(void)
{
	unsigned int port;

	begin();
	build();
	for (port = 0; port <= UINT16_MAX; port++)
		if (find(A, (uint16_t)port) != NULL)
			RSD_CHECK(0, "port %u", port);
	RSD_CHECK_EQ(set.table->nb_bind, 1);
}

/* Every port there is has a socket in one of the tables, and no other port finds it. */
static void
every_port(void)
{
	unsigned int first, port;

	for (first = 1; first <= UINT16_MAX; first += RSD_SOCK_MAX) {
		unsigned int last = RTE_MIN(first + RSD_SOCK_MAX - 1, (unsigned int)UINT16_MAX);

		begin();
		for (port = first; port <= last; port++)
			add(port % 3 == 0 ? A : 0, (uint16_t)port, 0);
		build();
		for (port = 0; port <= UINT16_MAX; port++) {
			const struct rsd_sock *s = find(A, (uint16_t)port);
			bool open = port >= first && port <= last;

			if ((s != NULL) != open || (s != NULL && s->port != port))
				RSD_CHECK(0, "port %u with %u to %u open", port, first, last);
		}
	}
	RSD_CHECK_EQ(rsd_test_failures(), 0);
}

/* Against a search of the list, for random sets. */
static void
as_the_list_says(void)
{
	struct rsd_random r = { 21 };
	unsigned int round, i, k;

	for (round = 0; round < 300; round++) {
		begin();
		for (i = 0; i < 40; i++) {
			uint32_t local = rsd_random_below(&r, 4);
			uint16_t port = (uint16_t)(1 + rsd_random_below(&r, 12));

			local = local == 0 ? 0 : A + local;
			for (k = 0; k < set.nb; k++)
				if (set.ptr[k]->port == port && set.ptr[k]->local == htonl(local))
					break;
			if (k == set.nb)
				add(local, port, 0);
		}
		build();
		for (i = 0; i < 200; i++) {
			uint32_t dst = A + rsd_random_below(&r, 6);
			uint16_t port = (uint16_t)rsd_random_below(&r, 14);
			const struct rsd_sock *want = NULL;

			for (k = 0; k < set.nb; k++)
				if (set.ptr[k]->port == port && set.ptr[k]->local == htonl(dst))
					want = set.ptr[k];
			for (k = 0; want == NULL && k < set.nb; k++)
				if (set.ptr[k]->port == port && set.ptr[k]->local == 0)
					want = set.ptr[k];
			if (find(dst, port) != want)
				RSD_CHECK(0, "round %u: %08x port %u", round, dst, port);
		}
	}
	RSD_CHECK_EQ(rsd_test_failures(), 0);
}

/* -- bind conflicts -------------------------------------------------------------------------- */

static const uint32_t locals[] = { 0, 0x7f000001, 0x7f000002 };

static bool
conflicts(uint32_t first, uint32_t second, bool same_port)
{
	begin();
	add(first, 5000, 0);
	return rsd_sock_in_use(set.ptr, set.nb, htonl(second), same_port ? 5000 : 5001);
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
	begin();
	RSD_CHECK(!rsd_sock_in_use(set.ptr, 0, 0, 5000), "nothing open");
	add(A, 1, 0);
	add(B, 2, 0);
	add(0, 3, 0);
	RSD_CHECK(rsd_sock_in_use(set.ptr, 3, htonl(B), 2), "not the second");
	RSD_CHECK(rsd_sock_in_use(set.ptr, 3, htonl(B), 3), "not the last");
	RSD_CHECK(!rsd_sock_in_use(set.ptr, 3, htonl(B), 1), "another address");
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
	build();
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
	build();
	RSD_CHECK(refuses(s, 9000), "open, yet not guarded");
	begin();
	s = add(0, 9001, 0);
	build();
	RSD_CHECK(!refuses(s, 9000), "closed, yet guarded");
	rsd_sock_table_free(set.table);
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
		{ "random tables answer as a search of the list does", as_the_list_says },
		{ "EADDRINUSE: the same port on the same address, or on any", conflict_matrix },
		{ "EADDRINUSE is where Linux says it is", as_linux_says },
		{ "guarded are known responders and our own services, all others are not",
			guarded_ports },
		{ "a guard ends with its socket", guard_goes_with_its_socket },
	};

	rsd_fixture_start();
	return rsd_test_run("sock_table", tests, RTE_DIM(tests));
}
