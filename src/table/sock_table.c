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
insert(struct rsd_sock_table *t, struct rsd_sock *s)
{
	uint16_t *head = &t->dir[rte_cpu_to_be_16(s->port)];
	struct rsd_bind *b = &t->bind[t->nb_bind];
	bool guarded = (s->flags & (RSD_SOCK_NO_LOOP_GUARD | RSD_SOCK_SILENT)) == 0;

	b->addr = s->local;
	b->mask = s->local == 0 ? 0 : UINT32_MAX;
	b->sock = s;
	b->refuse = guarded ? &t->loops : &t->zero;
	b->next = *head;
	*head = (uint16_t)t->nb_bind++;
	if ((s->flags & RSD_SOCK_SILENT) == 0)
		rsd_port_set_add(&t->loops, rte_cpu_to_be_16(s->port));
}

static void
fill(struct rsd_sock_table *t, struct rsd_sock *const *socks, unsigned int nb)
{
	unsigned int i;

	t->bind[0].mask = UINT32_MAX; /* address 0 is nobody's */
	t->bind[0].refuse = &t->zero;
	t->nb_bind = 1;
	rsd_port_set_add(&t->zero, 0);
	rsd_port_set_add(&t->loops, 0);
	for (i = 0; i < RTE_DIM(known_responders); i++)
		rsd_port_set_add(&t->loops, rte_cpu_to_be_16(known_responders[i]));
	/* Later inserts come first: any-address sockets go in before those bound to one. */
	for (i = 0; i < nb; i++)
		if (socks[i]->local == 0)
			insert(t, socks[i]);
	for (i = 0; i < nb; i++)
		if (socks[i]->local != 0)
			insert(t, socks[i]);
}

struct rsd_sock_table *
rsd_sock_table_build(struct rsd_sock *const *socks, unsigned int nb)
{
	struct rsd_sock_table *t;
	size_t head = RTE_ALIGN_CEIL(sizeof(*t), RTE_CACHE_LINE_SIZE);

	t = rte_zmalloc(
		"rsd_sock_table", head + (nb + 1) * sizeof(t->bind[0]), RTE_CACHE_LINE_SIZE);
	if (t == NULL)
		return NULL;
	t->bind = RTE_PTR_ADD(t, head);
	fill(t, socks, nb);
	return t;
}

void
rsd_sock_table_free(struct rsd_sock_table *t)
{
	rte_free(t);
}
