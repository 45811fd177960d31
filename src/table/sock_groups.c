/* SPDX-License-Identifier: BSD-3-Clause */
/* Which groups this host listens to: those some socket is bound to. */
#include <errno.h>
#include <stdlib.h>

#include "table/sock_writer.h"

bool
rsd_ip_is_group(const union rsd_ip *ip)
{
	return rsd_ip_is_v4(ip) ? ip->b[12] >> 4 == 14 : ip->b[0] == 0xff;
}

static uint32_t
find(const struct rsd_sock_writer *w, const union rsd_ip *ip)
{
	uint32_t i;

	for (i = 0; i < w->nb_group; i++)
		if (rsd_ip_equal(&w->group[i].addr, ip))
			break;
	return i;
}

/* Show readers the groups as they are now. -ENOMEM: they see the list of before. */
static int
publish(struct rsd_sock_writer *w)
{
	const struct rsd_sock_groups *old = w->t.joined;
	struct rsd_limbo *l = malloc(sizeof(*l));
	struct rsd_sock_groups *g = malloc(sizeof(*g) + w->nb_group * sizeof(g->addr[0]));

	if (l == NULL || g == NULL) {
		free(l);
		free(g);
		return -ENOMEM;
	}
	for (g->nb = 0; g->nb < w->nb_group; g->nb++)
		g->addr[g->nb] = w->group[g->nb].addr;
	__atomic_store_n(&w->t.joined, g, __ATOMIC_RELEASE);
	rsd_sock_retire(w, l, (void *)(uintptr_t)old, free);
	return 0;
}

int
rsd_sock_groups_join(struct rsd_sock_writer *w, const union rsd_ip *ip)
{
	uint32_t i = find(w, ip);

	if (!rsd_ip_is_group(ip))
		return 0;
	if (i < w->nb_group) {
		w->group[i].refs++;
		return 0;
	}
	if (w->nb_group == RSD_GROUPS_MAX)
		return -ENOSPC;
	w->group[w->nb_group].addr = *ip;
	w->group[w->nb_group++].refs = 1;
	if (publish(w) == 0)
		return 0;
	w->nb_group--;
	return -ENOMEM;
}

void
rsd_sock_groups_leave(struct rsd_sock_writer *w, const union rsd_ip *ip)
{
	uint32_t i = find(w, ip);

	if (i == w->nb_group || --w->group[i].refs != 0)
		return;
	w->group[i] = w->group[--w->nb_group];
	(void)publish(w); /* without memory it stays joined, which does no harm */
}
