/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <rte_malloc.h>

#include "table/sock_table.h"

/* Responders every host has had at some time: echo, daytime, qotd, chargen, time (CA-1996-01). */
static const uint16_t known_responders[] = { 7, 13, 17, 19, 37 };

bool
rsd_sock_in_use(struct rsd_sock *const *socks, unsigned int nb, rte_be32_t local, uint16_t port)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		if (socks[i]->port == port &&
			(socks[i]->local == local || socks[i]->local == 0 || local == 0))
			return true;
	return false;
}

static void
guard_port(struct rsd_sock_table *t, uint16_t port)
{
	rte_be16_t be = rte_cpu_to_be_16(port);

	t->guard[be >> 6] |= UINT64_C(1) << (be & 63);
}

static void
insert(struct rsd_sock_table *t, struct rsd_sock *s)
{
	uint16_t *head = &t->dir[rte_cpu_to_be_16(s->port)];
	struct rsd_bind *b = &t->bind[t->nb_bind];

	b->addr = s->local;
	b->mask = s->local == 0 ? 0 : UINT32_MAX;
	b->sock = s;
	b->guarded = (s->flags & (RSD_SOCK_NO_LOOP_GUARD | RSD_SOCK_SILENT)) == 0 ? UINT32_MAX : 0;
	b->next = *head;
	*head = (uint16_t)t->nb_bind++;
	if ((s->flags & RSD_SOCK_SILENT) == 0)
		guard_port(t, s->port);
}

struct rsd_sock_table *
rsd_sock_table_build(struct rsd_sock *const *socks, unsigned int nb)
{
	struct rsd_sock_table *t;
	unsigned int i;

	t = rte_zmalloc(
		"rsd_sock_table", sizeof(*t) + (nb + 1) * sizeof(t->bind[0]), RTE_CACHE_LINE_SIZE);
	if (t == NULL)
		return NULL;
	t->nb_bind = 1; /* the end of every list: mask 0 matches, socket NULL */
	for (i = 0; i < RTE_DIM(known_responders); i++)
		guard_port(t, known_responders[i]);
	/* Later inserts come first: any-address sockets go in before those bound to one. */
	for (i = 0; i < nb; i++)
		if (socks[i]->local == 0)
			insert(t, socks[i]);
	for (i = 0; i < nb; i++)
		if (socks[i]->local != 0)
			insert(t, socks[i]);
	return t;
}

void
rsd_sock_table_free(struct rsd_sock_table *t)
{
	rte_free(t);
}
