/* SPDX-License-Identifier: BSD-3-Clause */
/* A case that differs, made smaller as long as it differs. */
#include <string.h>

#include "oracle/oracle.h"

#define ROUNDS 20

/* Does this one differ, too? Then it takes the place of the case. */
static bool
try(struct oc_case *c, const struct oc_case *smaller, struct oc_run *run)
{
	struct oc_run trial = { .kernel = run->kernel };

	if (!oc_valid(smaller) || oc_run(smaller, &trial) != OC_DIFFERENT)
		return false;
	*c = *smaller;
	c->nb = trial.diff.step + 1;
	*run = trial;
	return true;
}

static void
drop(struct oc_case *c, unsigned int from, unsigned int nb)
{
	memmove(&c->step[from], &c->step[from + nb], (c->nb - from - nb) * sizeof(c->step[0]));
	memmove(&c->expect[from], &c->expect[from + nb],
		(c->nb - from - nb) * sizeof(c->expect[0]));
	c->nb -= nb;
}

/* All steps of a socket. */
static void
drop_sock(struct oc_case *c, unsigned int sock)
{
	unsigned int i = 0;

	while (i < c->nb) {
		const struct oc_step *st = &c->step[i];

		if (st->port_of == (int)sock || (st->kind != OC_SEND && st->sock == sock))
			drop(c, i, 1);
		else
			i++;
	}
}

static bool
drop_some(struct oc_case *c, struct oc_run *run)
{
	unsigned int i, nb;
	bool any = false;

	for (i = 0; i < OC_SOCKS; i++) {
		struct oc_case smaller = *c;

		drop_sock(&smaller, i);
		if (smaller.nb < c->nb)
			any |= try(c, &smaller, run);
	}
	for (nb = 8; nb > 0; nb /= 2) {
		for (i = 0; i + nb <= c->nb; i++) {
			struct oc_case smaller = *c;

			drop(&smaller, i, nb);
			if (try(c, &smaller, run)) {
				any = true;
				i--;
			}
		}
	}
	return any;
}

/* The n-th way to make a step plainer; false: there are no more. */
static bool
plainer(struct oc_step *st, unsigned int n)
{
	switch (n) {
	case 0:
		st->cpu = 0;
		return true;
	case 1:
		st->owner = 0;
		return true;
	case 2:
		st->dev = st->kind == OC_SEND ? 1 : 0;
		return true;
	case 3:
		st->flags = 0;
		return true;
	case 4:
		st->flags &= ~(uint32_t)RSD_SOCK_V6ONLY;
		return true;
	case 5:
		st->flags &= ~(uint32_t)RSD_SOCK_REUSEADDR;
		return true;
	case 6:
		st->flags &= ~(uint32_t)RSD_SOCK_REUSEPORT;
		return true;
	case 7:
		if (st->kind == OC_OPEN && rsd_ip_is_v4(&st->addr))
			st->family = AF_INET;
		return true;
	case 8:
		if (st->port_of >= 0) {
			st->port_of = -1;
			st->port = st->kind == OC_OPEN ? 7001 : st->port;
			st->dport = 7001;
		}
		return true;
	case 9:
		st->port = st->kind == OC_OPEN && st->port == 0 ? 7001 : st->port;
		return true;
	default:
		return false;
	}
}

static bool
simplify_some(struct oc_case *c, struct oc_run *run)
{
	unsigned int i, n;
	bool any = false;

	for (i = 0; i < c->nb; i++) {
		for (n = 0; i < c->nb; n++) {
			struct oc_case simpler = *c;

			if (!plainer(&simpler.step[i], n))
				break;
			if (memcmp(&simpler.step[i], &c->step[i], sizeof(c->step[i])) != 0)
				any |= try(c, &simpler, run);
		}
	}
	return any;
}

void
oc_shrink(struct oc_case *c, struct oc_run *run)
{
	unsigned int round;
	bool any = true;

	c->nb = run->diff.step + 1;
	for (round = 0; any && round < ROUNDS; round++) {
		any = drop_some(c, run);
		any |= simplify_some(c, run);
	}
	/* Once more for the results the row is printed with. */
	oc_run(c, run);
}
