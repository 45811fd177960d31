/* SPDX-License-Identifier: BSD-3-Clause */
/* Reader side, all rules: one datagram, any family, any number of sockets on the port. */
#include <string.h>

#include "table/flow_hash.h"
#include "table/sock_score.h"

void
rsd_tuple_key(uint8_t key[RSD_TUPLE_KEY_MAX], const struct rsd_tuple *d)
{
	size_t len = d->family == AF_INET ? 4 : 16, skip = 16 - len;

	memcpy(key, d->src.b + skip, len);
	memcpy(key + len, d->dst.b + skip, len);
	memcpy(key + 2 * len, &d->sport, 2);
	memcpy(key + 2 * len + 2, &d->dport, 2);
}

uint32_t
rsd_flow_choice(const struct rsd_sock_table *t, const struct rsd_tuple *d)
{
	uint8_t key[36];

	memcpy(key, d->src.b, 16);
	memcpy(key + 16, d->dst.b, 16);
	memcpy(key + 32, &d->sport, 2);
	memcpy(key + 34, &d->dport, 2);
	return (uint32_t)(rsd_siphash13(t->flow_key, key, sizeof(key)) >> 32);
}

/* A member of the group for this flow; NULL when all are connected. */
static const struct rsd_bind *
choose(const struct rsd_sock_table *t, const struct rsd_cand_group *g, const struct rsd_tuple *d)
{
	uint32_t first, i;

	if (g->nb == 0)
		return NULL;
	first = (uint32_t)(((uint64_t)rsd_flow_choice(t, d) * g->nb) >> 32);
	for (i = 0; g->has_cpus && i < g->nb; i++) {
		const struct rsd_bind *b = &t->bind[g->id[(first + i) % g->nb]];

		if (b->sock->cpu == d->cpu)
			return b;
	}
	return &t->bind[g->id[first]];
}

const struct rsd_bind *
rsd_sock_walk(const struct rsd_sock_table *t, const struct rsd_port_rec *rec,
	const struct rsd_tuple *d, const union rsd_ip *local)
{
	int best = d->family == AF_INET ? 0 : RSD_SCORE_NONE;
	const struct rsd_bind *found = NULL;
	uint32_t i;

	for (i = rec->chain[rsd_cand_chain(local)]; i != 0; i = rec->cand[i - 1].next) {
		const struct rsd_cand *c = &rec->cand[i - 1];
		int score = rsd_cand_score(c, d, local);
		const struct rsd_cand_group *g;
		const struct rsd_bind *member;

		if (score <= best)
			continue;
		best = score;
		found = &t->bind[c->id];
		if (c->peer_port != 0 || c->group == 0)
			continue;
		g = &rec->group[c->group - 1];
		member = choose(t, g, d);
		if (member == NULL)
			continue;
		found = member;
		if (!g->has_conns)
			return found;
		/* Members differ in nothing else. */
		if (c->cpu != d->cpu && member->sock->cpu == d->cpu)
			best += RSD_SCORE_CPU;
	}
	return found;
}

/* Connected sockets that share their 4-tuple or are bound to a device: the newest connected wins.
 */
static const struct rsd_bind *
connected(const struct rsd_sock_table *t, const struct rsd_port_rec *rec, const struct rsd_tuple *d)
{
	uint32_t i;

	for (i = 0; i < rec->nb_conn; i++) {
		const struct rsd_cand *c = &rec->conn[i];

		if (rsd_ip_equal(&c->local, &d->dst) && rsd_cand_hears(c, d) &&
			rsd_cand_device(c, d))
			return &t->bind[c->id];
	}
	return NULL;
}

const struct rsd_bind *
rsd_sock_find_rest(
	const struct rsd_sock_table *t, const struct rsd_port_rec *rec, const struct rsd_tuple *d)
{
	const struct rsd_bind *b = connected(t, rec, d);
	union rsd_ip any;

	if (b == NULL)
		b = rsd_sock_walk(t, rec, d, &d->dst);
	if (b == NULL) {
		rsd_ip_any_of(&any, d->family);
		b = rsd_sock_walk(t, rec, d, &any);
	}
	return b;
}

static uint32_t
find_conn(const struct rsd_sock_table *t, const struct rsd_port_rec *rec, const struct rsd_tuple *d)
{
	uint8_t key[RSD_TUPLE_KEY_MAX];

	if (d->family == AF_INET ? !rec->conn4 : !rec->conn6)
		return RSD_CONN_NONE;
	rsd_tuple_key(key, d);
	return rsd_conn_lookup(
		__atomic_load_n(d->family == AF_INET ? &t->conn4 : &t->conn6, __ATOMIC_ACQUIRE),
		key);
}

const struct rsd_bind *
rsd_sock_find(const struct rsd_sock_table *t, const struct rsd_tuple *d)
{
	const struct rsd_port_rec *rec = __atomic_load_n(&t->dir[d->dport], __ATOMIC_ACQUIRE);
	uint32_t id = find_conn(t, rec, d);

	return id != RSD_CONN_NONE ? &t->bind[id] : rsd_sock_find_rest(t, rec, d);
}

bool
rsd_sock_joined(const struct rsd_sock_table *t, const union rsd_ip *group)
{
	const struct rsd_sock_groups *g = __atomic_load_n(&t->joined, __ATOMIC_ACQUIRE);
	uint32_t i;

	if (rsd_ip_is_v4(group) && group->w[3] == RTE_BE32(0xe0000001))
		return true;
	for (i = 0; g != NULL && i < g->nb; i++)
		if (rsd_ip_equal(&g->addr[i], group))
			return true;
	return false;
}

/* To a group or broadcast address: on that address or on any, IPv4 also on a dual socket's ::. */
static bool
takes_copy(const struct rsd_cand *c, const struct rsd_tuple *d)
{
	union rsd_ip any;

	/* Linux: without IP_ADD_MEMBERSHIP an IPv6 socket hears no IPv4 group. */
	if (d->family == AF_INET && c->family == AF_INET6 && rsd_ip_is_group(&d->dst))
		return false;
	rsd_ip_any_of(&any, d->family);
	return (rsd_cand_score(c, d, &d->dst) != RSD_SCORE_NONE ||
		rsd_cand_score(c, d, &any) != RSD_SCORE_NONE);
}

static unsigned int
add_all(const struct rsd_sock_table *t, const struct rsd_cand *c, uint32_t nb,
	const struct rsd_tuple *d, const struct rsd_bind **out, unsigned int max, unsigned int have)
{
	uint32_t i;

	for (i = 0; i < nb; i++) {
		if (!takes_copy(&c[i], d))
			continue;
		if (have < max)
			out[have] = &t->bind[c[i].id];
		have++;
	}
	return have;
}

unsigned int
rsd_sock_find_all(const struct rsd_sock_table *t, const struct rsd_tuple *d,
	const struct rsd_bind **out, unsigned int max)
{
	const struct rsd_port_rec *rec = __atomic_load_n(&t->dir[d->dport], __ATOMIC_ACQUIRE);
	unsigned int have = add_all(t, rec->conn, rec->nb_conn, d, out, max, 0);

	return add_all(t, rec->cand, rec->nb_cand, d, out, max, have);
}
