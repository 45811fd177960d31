/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include "table/sock_port.h"

#define SHARING (RSD_SOCK_REUSEPORT | RSD_SOCK_REUSEADDR)

struct rsd_sock_port *
rsd_sock_port_new(uint16_t number)
{
	struct rsd_sock_port *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	TAILQ_INIT(&p->classes);
	TAILQ_INIT(&p->groups);
	TAILQ_INIT(&p->cands);
	TAILQ_INIT(&p->conns);
	p->number = number;
	return p;
}

void
rsd_sock_port_free(struct rsd_sock_port *p)
{
	free(p);
}

bool
rsd_sock_port_empty(const struct rsd_sock_port *p)
{
	return TAILQ_EMPTY(&p->classes);
}

/* Binding to an IPv6 address makes a socket v6-only; being given one by connect does not. */
static bool
v6only(const struct rsd_sock *s)
{
	if (s->family != AF_INET6)
		return false;
	return (s->flags & RSD_SOCK_V6ONLY) != 0 ||
	       (!s->bound_any && !rsd_ip_is_v4(&s->local) && !rsd_ip_is_any(&s->local));
}

/*
 * Do the addresses of two sockets overlap, any with everything it stands for? Linux:
 * inet_rcv_saddr_equal() with wildcards matching.
 */
static bool
overlap(const struct rsd_sock *a, const struct rsd_sock *b)
{
	bool a4 = rsd_ip_is_v4(&a->local), b4 = rsd_ip_is_v4(&b->local);
	bool a_any = rsd_ip_is_any(&a->local), b_any = rsd_ip_is_any(&b->local);

	if (a4 && b4)
		return !v6only(b) && (a_any || b_any || a->local.w[3] == b->local.w[3]);
	if (!a4 && !b4)
		return a_any || b_any || rsd_ip_equal(&a->local, &b->local);
	if (!a4)
		return a_any && !v6only(a);
	return !v6only(b) && (b_any || (a_any && a->family == AF_INET));
}

/* Do they get in each other's way at all? How they share is another question. */
static bool
meets(const struct rsd_sock *s, const struct rsd_sock *old)
{
	if ((s->flags & old->flags & RSD_SOCK_REUSEADDR) != 0)
		return false;
	if (s->dev != 0 && old->dev != 0 && s->dev != old->dev)
		return false;
	return overlap(s, old);
}

/* As Linux: the newest of those that meet decides. */
bool
rsd_sock_port_conflict(const struct rsd_sock_port *p, const struct rsd_sock *s)
{
	const struct rsd_sock *newest = NULL;
	const struct rsd_sock_class *c;

	if (p == NULL)
		return false;
	TAILQ_FOREACH (c, &p->classes, entry) {
		const struct rsd_sock *old = TAILQ_FIRST(&c->socks);

		if (meets(s, old) && (newest == NULL || newest->bind_stamp < old->bind_stamp))
			newest = old;
	}
	if (newest == NULL)
		return false;
	return (s->flags & newest->flags & RSD_SOCK_REUSEPORT) == 0 || s->owner != newest->owner;
}

static bool
alike(const struct rsd_sock *a, const struct rsd_sock *b)
{
	return a->family == b->family && v6only(a) == v6only(b) && a->dev == b->dev &&
	       a->owner == b->owner && rsd_ip_equal(&a->local, &b->local);
}

static struct rsd_sock_class *
class_of(const struct rsd_sock_port *p, const struct rsd_sock *s)
{
	struct rsd_sock_class *c;

	TAILQ_FOREACH (c, &p->classes, entry) {
		const struct rsd_sock *o = TAILQ_FIRST(&c->socks);

		if (alike(s, o) && ((s->flags ^ o->flags) & SHARING) == 0)
			return c;
	}
	return NULL;
}

void
rsd_sock_port_classify(struct rsd_sock_port *p, struct rsd_sock *s, struct rsd_sock_class **spare)
{
	struct rsd_sock_class *c = class_of(p, s);
	struct rsd_sock *o;

	if (c == NULL) {
		c = *spare;
		*spare = NULL;
		TAILQ_INIT(&c->socks);
		TAILQ_INSERT_HEAD(&p->classes, c, entry);
	}
	s->class = c;
	/* Nearly always s is the first. */
	TAILQ_FOREACH (o, &c->socks, class_entry)
		if (o->bind_stamp < s->bind_stamp)
			break;
	if (o == NULL)
		TAILQ_INSERT_TAIL(&c->socks, s, class_entry);
	else
		TAILQ_INSERT_BEFORE(o, s, class_entry);
}

void
rsd_sock_port_declassify(struct rsd_sock_port *p, struct rsd_sock *s)
{
	struct rsd_sock_class *c = s->class;

	TAILQ_REMOVE(&c->socks, s, class_entry);
	s->class = NULL;
	if (!TAILQ_EMPTY(&c->socks))
		return;
	TAILQ_REMOVE(&p->classes, c, entry);
	free(c);
}

/* The newest other socket whose group s belongs to. */
static struct rsd_sock *
newest_alike(const struct rsd_sock_port *p, const struct rsd_sock *s)
{
	struct rsd_sock *newest = NULL;
	struct rsd_sock_class *c;

	TAILQ_FOREACH (c, &p->classes, entry) {
		struct rsd_sock *o = TAILQ_FIRST(&c->socks);

		if (o == s)
			o = TAILQ_NEXT(o, class_entry);
		if (o == NULL || (o->flags & RSD_SOCK_REUSEPORT) == 0 || !alike(s, o))
			continue;
		if (newest == NULL || newest->bind_stamp < o->bind_stamp)
			newest = o;
	}
	return newest;
}

static int
add_member(struct rsd_sock_port *p, struct rsd_sock_group *g, struct rsd_sock *s)
{
	struct rsd_sock **more;

	if (g->nb == g->room) {
		more = realloc(g->member, (g->room + 8) * 2 * sizeof(*more));
		if (more == NULL)
			return -ENOMEM;
		g->member = more;
		g->room = (g->room + 8) * 2;
	}
	g->member[g->nb++] = s;
	p->nb_member++;
	s->group = g;
	return 0;
}

static void
drop_group(struct rsd_sock_port *p, struct rsd_sock_group *g)
{
	TAILQ_REMOVE(&p->groups, g, entry);
	p->nb_group--;
	free(g->member);
	free(g);
}

static int
begin_group(struct rsd_sock_port *p, struct rsd_sock *s)
{
	struct rsd_sock_group *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return -ENOMEM;
	TAILQ_INSERT_TAIL(&p->groups, g, entry);
	p->nb_group++;
	if (add_member(p, g, s) == 0)
		return 0;
	drop_group(p, g);
	return -ENOMEM;
}

int
rsd_sock_port_join(struct rsd_sock_port *p, struct rsd_sock *s)
{
	struct rsd_sock *o = newest_alike(p, s);

	if (o == NULL)
		return begin_group(p, s);
	/* It left its own when it was connected: Linux makes it the first of another. */
	if (o->group == NULL && begin_group(p, o) != 0)
		return -ENOMEM;
	return add_member(p, o->group, s);
}

void
rsd_sock_port_leave(struct rsd_sock_port *p, struct rsd_sock *s)
{
	struct rsd_sock_group *g = s->group;
	uint32_t i = 0;

	if (g == NULL)
		return;
	while (g->member[i] != s)
		i++;
	g->member[i] = g->member[--g->nb]; /* as Linux: the last one fills the gap */
	p->nb_member--;
	s->group = NULL;
	if (g->nb == 0)
		drop_group(p, g);
}

void
rsd_sock_port_list(struct rsd_sock_port *p, struct rsd_sock *s)
{
	struct rsd_sock *o;

	TAILQ_FOREACH (o, &p->cands, cand_entry)
		if (o->list_stamp < s->list_stamp)
			break;
	if (o == NULL)
		TAILQ_INSERT_TAIL(&p->cands, s, cand_entry);
	else
		TAILQ_INSERT_BEFORE(o, s, cand_entry);
	p->nb_cand++;
}

void
rsd_sock_port_unlist(struct rsd_sock_port *p, struct rsd_sock *s)
{
	TAILQ_REMOVE(&p->cands, s, cand_entry);
	p->nb_cand--;
}

void
rsd_sock_port_list_conn(struct rsd_sock_port *p, struct rsd_sock *s)
{
	struct rsd_sock *o;

	TAILQ_FOREACH (o, &p->conns, cand_entry)
		if (o->conn_stamp < s->conn_stamp)
			break;
	if (o == NULL)
		TAILQ_INSERT_TAIL(&p->conns, s, cand_entry);
	else
		TAILQ_INSERT_BEFORE(o, s, cand_entry);
	p->nb_conn++;
}

void
rsd_sock_port_unlist_conn(struct rsd_sock_port *p, struct rsd_sock *s)
{
	TAILQ_REMOVE(&p->conns, s, cand_entry);
	p->nb_conn--;
}
