/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The choice within a reuseport group, which the comparison cannot see: Linux's hash is secret. It
 * is to be even, and to move no more flows than Linux's when a member leaves.
 */
#include <arpa/inet.h>
#include <string.h>

#include "oracle/oracle.h"

#define MEMBERS 8
#define FLOWS   10000
#define BATCH   50

/* One in a million even choices is above: chi-square with MEMBERS - 1 degrees of freedom. */
#define CHI_MAX   40.5
#define MOVED_TOO 0.03 /* more than Linux, of one: five standard deviations */

struct spread {
	uint8_t first[FLOWS], then[FLOWS];
	bool complete;
};

static void
make_flow(struct oc_step *st, uint32_t seed, unsigned int i)
{
	memset(st, 0, sizeof(*st));
	st->kind = OC_SEND;
	st->family = AF_INET;
	st->dev = 1;
	st->port_of = -1;
	/* Neighbouring ports of neighbouring hosts, as in life. */
	rsd_ip_set_v4(&st->addr, htonl(0x0a010100 + (seed & 0x3f00) + i % 50));
	st->port = (uint16_t)(20000 + i / 50);
	rsd_ip_set_v4(&st->dst, htonl(0x0a010001));
	st->dport = 7001;
}

static uint8_t
member(uint32_t who)
{
	return __builtin_popcount(who) == 1 ? (uint8_t)__builtin_ctz(who) : UINT8_MAX;
}

static bool
ask_ours(uint8_t *choice, uint32_t seed)
{
	struct oc_step st;
	unsigned int i;

	for (i = 0; i < FLOWS; i++) {
		make_flow(&st, seed, i);
		choice[i] = member(oc_ours_find(&st, st.dport));
		if (choice[i] == UINT8_MAX)
			return false;
	}
	return true;
}

static bool
ask_kernel(uint8_t *choice, uint32_t seed, unsigned int gone)
{
	unsigned int i, sock;
	struct oc_step st;
	uint32_t n;

	memset(choice, UINT8_MAX, FLOWS);
	for (i = 0; i < FLOWS; i++) {
		make_flow(&st, seed, i);
		if (oc_kernel_send(&st, st.dport, i) != 0)
			return false;
		if (i % BATCH != BATCH - 1)
			continue;
		for (sock = 0; sock < MEMBERS; sock++) {
			while (sock != gone && oc_kernel_receive(sock, &n) == 0 && n < FLOWS)
				choice[n] = (uint8_t)sock;
		}
	}
	return memchr(choice, UINT8_MAX, FLOWS) == NULL;
}

static double
chi_square(const uint8_t *choice)
{
	double expect = (double)FLOWS / MEMBERS, sum = 0;
	unsigned int nb[MEMBERS] = { 0 }, i;

	for (i = 0; i < FLOWS; i++)
		nb[choice[i]]++;
	for (i = 0; i < MEMBERS; i++)
		sum += (nb[i] - expect) * (nb[i] - expect) / expect;
	return sum;
}

/* Flows of those who stayed that go elsewhere now, of one. */
static double
moved(const struct spread *s, unsigned int gone)
{
	unsigned int i, stayed = 0, nb = 0;

	for (i = 0; i < FLOWS; i++) {
		if (s->first[i] == gone)
			continue;
		stayed++;
		nb += s->first[i] != s->then[i];
	}
	return (double)nb / stayed;
}

static void
open_members(struct oc_step *st, bool kernel)
{
	unsigned int i;

	memset(st, 0, sizeof(*st));
	st->kind = OC_OPEN;
	st->family = AF_INET;
	st->flags = RSD_SOCK_REUSEPORT;
	st->port_of = -1;
	st->port = 7001;
	rsd_ip_set_v4(&st->addr, 0);
	for (i = 0; i < MEMBERS; i++) {
		st->sock = (uint8_t)i;
		oc_ours_open(st, st->port);
		if (kernel)
			oc_kernel_open(st, st->port);
	}
}

/* A group of MEMBERS, all flows, then without one of them, all flows again. */
static void
measure(struct spread *ours, struct spread *theirs, unsigned int gone, uint32_t seed, bool kernel)
{
	static uint8_t again[FLOWS];
	struct oc_step st;
	unsigned int i;

	open_members(&st, kernel);
	ours->complete = ask_ours(ours->first, seed) && ask_ours(again, seed) &&
			 memcmp(ours->first, again, FLOWS) == 0;
	if (kernel)
		theirs->complete = ask_kernel(theirs->first, seed, MEMBERS);
	oc_ours_close(gone);
	if (kernel)
		oc_kernel_close(gone);
	ours->complete = ours->complete && ask_ours(ours->then, seed);
	if (kernel)
		theirs->complete = theirs->complete && ask_kernel(theirs->then, seed, gone);
	for (i = 0; i < MEMBERS; i++) {
		if (i == gone)
			continue;
		oc_ours_close(i);
		if (kernel)
			oc_kernel_close(i);
	}
}

bool
oc_spread(FILE *f, struct rsd_random *rnd, bool kernel)
{
	static struct spread ours, theirs;
	unsigned int gone = rsd_random_below(rnd, MEMBERS - 1);
	double chi, share, limit = 0.5 + MOVED_TOO;
	bool good;

	if (oc_ours_begin() != 0)
		return false;
	measure(&ours, &theirs, gone, rsd_random(rnd), kernel);
	oc_ours_end();
	if (!ours.complete || (kernel && !theirs.complete)) {
		fprintf(f, "group: not every flow found a member, or not the same one twice\n");
		return false;
	}
	chi = chi_square(ours.first);
	share = moved(&ours, gone);
	fprintf(f,
		"group of %u, %u flows: ours chi-square %.1f, one leaves: %.1f %% of the others' "
		"flows "
		"move\n",
		MEMBERS, FLOWS, chi, 100 * share);
	if (kernel) {
		limit = moved(&theirs, gone) + MOVED_TOO;
		fprintf(f, "group of %u, %u flows: Linux's chi-square %.1f, %.1f %%\n", MEMBERS,
			FLOWS, chi_square(theirs.first), 100 * moved(&theirs, gone));
	}
	good = chi < CHI_MAX && share <= limit;
	if (!good)
		fprintf(f, "group: expected chi-square below %.1f and at most %.1f %% moved\n",
			CHI_MAX, 100 * limit);
	return good;
}
