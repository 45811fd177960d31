/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include <rte_rcu_qsbr.h>

#include "table/sock_writer.h"

void
rsd_sock_reclaim(struct rsd_sock_writer *w, bool all)
{
	struct rsd_limbo *l;

	while ((l = STAILQ_FIRST(&w->limbo)) != NULL) {
		if (!all && w->qsbr != NULL && rte_rcu_qsbr_check(w->qsbr, l->token, false) != 1)
			return;
		STAILQ_REMOVE_HEAD(&w->limbo, entry);
		l->release(l->what);
		free(l);
	}
}

/* l was allocated beforehand, so that this cannot fail. */
void
rsd_sock_retire(struct rsd_sock_writer *w, struct rsd_limbo *l, void *what, void (*release)(void *))
{
	l->what = what;
	l->release = release;
	l->token = w->qsbr != NULL ? rte_rcu_qsbr_start(w->qsbr) : 0;
	STAILQ_INSERT_TAIL(&w->limbo, l, entry);
	rsd_sock_reclaim(w, false);
}

void
rsd_sock_table_wait(struct rsd_sock_table *t)
{
	struct rsd_sock_writer *w = rsd_sock_writer_of(t);

	if (w->qsbr != NULL)
		rte_rcu_qsbr_check(w->qsbr, rte_rcu_qsbr_start(w->qsbr), true);
	rsd_sock_reclaim(w, true);
}

void
rsd_sock_change_abort(struct rsd_sock_writer *w, struct rsd_sock_change *ch)
{
	if (ch->port != NULL && rsd_sock_port_empty(ch->port)) {
		w->port[ch->port->number] = NULL;
		rsd_sock_port_free(ch->port);
	}
	free(ch->rec);
	free(ch->limbo);
	free(ch->class);
}

int
rsd_sock_change_begin(struct rsd_sock_writer *w, uint16_t number, struct rsd_sock_change *ch)
{
	ch->port = w->port[number];
	if (ch->port == NULL)
		ch->port = w->port[number] = rsd_sock_port_new(number);
	ch->limbo = malloc(sizeof(*ch->limbo));
	ch->class = malloc(sizeof(*ch->class));
	ch->rec = ch->port != NULL ? rsd_port_rec_alloc(ch->port) : NULL;
	if (ch->limbo != NULL && ch->class != NULL && ch->rec != NULL)
		return 0;
	rsd_sock_change_abort(w, ch);
	return -ENOMEM;
}

/* Show readers the port as it is now. */
void
rsd_sock_change_end(struct rsd_sock_writer *w, struct rsd_sock_change *ch)
{
	const struct rsd_port_rec **slot = &w->t.dir[rte_cpu_to_be_16(ch->port->number)];
	const struct rsd_port_rec *old = *slot;

	if (rsd_sock_port_empty(ch->port)) {
		__atomic_store_n(slot, &w->nobody, __ATOMIC_RELEASE);
		w->port[ch->port->number] = NULL;
		rsd_sock_port_free(ch->port);
		free(ch->rec);
	} else {
		rsd_port_rec_fill(ch->rec, ch->port, w->t.bind, &w->nobody.head);
		__atomic_store_n(slot, ch->rec, __ATOMIC_RELEASE);
	}
	free(ch->class);
	if (old == &w->nobody)
		free(ch->limbo);
	else
		rsd_sock_retire(w, ch->limbo, (void *)(uintptr_t)old, free);
}
