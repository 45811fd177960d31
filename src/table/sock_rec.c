/* SPDX-License-Identifier: BSD-3-Clause */
/* What readers are shown of a port: built whole, published by one store, never changed. */
#include <stdlib.h>

#include "table/sock_port.h"
#include "table/sock_score.h"

/* A change adds at most one candidate, one group, and two members and connected ones. */
#define SPARE 2

/* On a port with more candidates than this none is sought that could decide alone. */
#define HEAD_CANDS 64

struct rsd_port_rec *
rsd_port_rec_alloc(const struct rsd_sock_port *p)
{
	size_t cands = (size_t)p->nb_cand + p->nb_conn + 2 * SPARE;
	size_t groups = (size_t)p->nb_group + SPARE, ids = (size_t)p->nb_member + SPARE;
	size_t head = RTE_ALIGN_CEIL(sizeof(struct rsd_port_rec), 32);
	struct rsd_port_rec *rec;

	rec = aligned_alloc(
		RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(head + cands * sizeof(struct rsd_cand) +
							    groups * sizeof(struct rsd_cand_group) +
							    ids * sizeof(uint32_t),
					     (size_t)RTE_CACHE_LINE_SIZE));
	if (rec == NULL)
		return NULL;
	memset(rec, 0, sizeof(*rec));
	rec->cand = RTE_PTR_ADD(rec, head);
	rec->group = RTE_PTR_ADD(rec->cand, cands * sizeof(struct rsd_cand));
	rec->group_id = RTE_PTR_ADD(rec->group, groups * sizeof(struct rsd_cand_group));
	return rec;
}

static void
fill_cand(struct rsd_cand *c, const struct rsd_sock *s)
{
	*c = (struct rsd_cand){
		.local = s->local,
		.peer = s->peer,
		.peer_port = rte_cpu_to_be_16(s->peer_port),
		.dev = s->dev,
		.cpu = s->cpu,
		.family = (uint8_t)s->family,
		.v6only = s->family == AF_INET6 && (s->flags & RSD_SOCK_V6ONLY) != 0,
		.group = s->group != NULL ? (uint16_t)(s->group->index + 1) : 0,
		.id = s->id,
	};
}

/* From the last one on, so that each chain is in list order. */
static void
fill_chains(struct rsd_port_rec *rec)
{
	uint32_t i;

	for (i = rec->nb_cand; i != 0; i--) {
		struct rsd_cand *c = &rec->cand[i - 1];
		uint32_t *first = &rec->chain[rsd_cand_chain(&c->local)];

		c->next = *first;
		*first = i;
	}
}

static void
fill_groups(struct rsd_port_rec *rec, struct rsd_sock_port *p)
{
	struct rsd_cand_group *out = rec->group;
	uint32_t *id = rec->group_id;
	struct rsd_sock_group *g;
	uint32_t i;

	TAILQ_FOREACH (g, &p->groups, entry) {
		g->index = rec->nb_groups++;
		*out = (struct rsd_cand_group){ .has_conns = g->has_conns, .id = id };
		for (i = 0; i < g->nb; i++) {
			if (g->member[i]->peer_port != 0)
				continue;
			id[out->nb++] = g->member[i]->id;
			out->has_cpus |= g->member[i]->cpu != 0;
		}
		id += out->nb;
		out++;
	}
}

/* Those that could get an IPv4 datagram on the same address as c, c among them. */
static unsigned int
rivals4(const struct rsd_port_rec *rec, const struct rsd_cand *c)
{
	union rsd_ip local = c->local;
	unsigned int nb = 0;
	uint32_t i;

	if (!rsd_ip_is_v4(&local))
		rsd_ip_set_v4(&local, 0); /* a dual socket stands among those on 0.0.0.0 */
	for (i = 0; i < rec->nb_cand; i++) {
		const struct rsd_cand *o = &rec->cand[i];

		nb += rsd_ip_equal(&o->local, &local) ||
		      (local.w[3] == 0 && !o->v6only && rsd_ip_is_any(&o->local));
	}
	return nb;
}

/* Does any candidate stand on a particular IPv4 address? */
static bool
has_address4(const struct rsd_port_rec *rec)
{
	uint32_t i;

	for (i = 0; i < rec->nb_cand; i++)
		if (rsd_ip_is_v4(&rec->cand[i].local) && !rsd_ip_is_any(&rec->cand[i].local))
			return true;
	return false;
}

/* Does the destination address alone decide for c? Then it may be the head. */
static bool
decides(const struct rsd_port_rec *rec, const struct rsd_cand *c)
{
	bool any = rsd_ip_is_any(&c->local);

	if (c->dev != 0 || c->peer_port != 0 || (c->family == AF_INET6 && (c->v6only || !any)))
		return false;
	if (any && has_address4(rec))
		return false;
	return rivals4(rec, c) == 1;
}

static void
fill_head(struct rsd_port_rec *rec, const struct rsd_bind *bind, const struct rsd_bind *gate)
{
	uint32_t i;

	rec->head = *gate;
	if (rec->conn4 || rec->nb_conn != 0 || rec->nb_cand > HEAD_CANDS)
		return;
	for (i = 0; i < rec->nb_cand; i++) {
		if (!decides(rec, &rec->cand[i]))
			continue;
		rec->head = bind[rec->cand[i].id];
		return;
	}
}

void
rsd_port_rec_fill(struct rsd_port_rec *rec, struct rsd_sock_port *p, const struct rsd_bind *bind,
	const struct rsd_bind *gate)
{
	struct rsd_cand *c = rec->cand;
	const struct rsd_sock *s;

	fill_groups(rec, p);
	TAILQ_FOREACH (s, &p->cands, cand_entry)
		fill_cand(c++, s);
	rec->conn = c;
	TAILQ_FOREACH (s, &p->conns, cand_entry)
		fill_cand(c++, s);
	rec->nb_cand = p->nb_cand;
	rec->nb_conn = p->nb_conn;
	fill_chains(rec);
	rec->conn4 = p->nb_conn4 != 0;
	rec->conn6 = p->nb_conn6 != 0;
	fill_head(rec, bind, gate);
}
