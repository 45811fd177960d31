/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which of several sockets on a port is meant: the rules of Linux (udp(7) leaves them unsaid; they
 * are those of compute_score() in net/ipv4/udp.c and net/ipv6/udp.c, 6.13 and later).
 */
#ifndef RSD_TABLE_SOCK_SCORE_H
#define RSD_TABLE_SOCK_SCORE_H

#include "table/sock_lookup.h"

/* Points. In IPv6 everything that matches is worth one. */
#define RSD_SCORE_NONE   (-1) /* not for this socket at all */
#define RSD_SCORE_V4     2    /* IPv4 datagram, IPv4 socket */
#define RSD_SCORE_DUAL   1    /* IPv4 datagram, IPv6 socket that takes both */
#define RSD_SCORE_MATCH4 4    /* peer address, peer port, device: each */
#define RSD_SCORE_MATCH6 1
#define RSD_SCORE_CPU    1

/* Is the socket bound to local? local is an address, or any: 0.0.0.0 is also a dual socket's ::. */
static inline bool
rsd_cand_is_on(const struct rsd_cand *c, const union rsd_ip *local)
{
	if (rsd_ip_equal(&c->local, local))
		return true;
	return rsd_ip_is_v4(local) && local->w[3] == 0 && !c->v6only && !rsd_ip_is_v4(&c->local) &&
	       rsd_ip_is_any(&c->local);
}

/* The chain of all candidates on this address, in list order, and perhaps of others. */
static inline unsigned int
rsd_cand_chain(const union rsd_ip *local)
{
	uint32_t h = local->w[0] ^ local->w[1] ^ local->w[2] ^ local->w[3];

	if (rsd_ip_is_any(local))
		return 0;
	return 1 +
	       (unsigned int)(((uint64_t)(h * UINT32_C(0x9e3779b1)) * (RSD_CAND_CHAINS - 1)) >> 32);
}

/* Does it hear this peer? A socket that is not connected hears everyone. */
static inline bool
rsd_cand_hears(const struct rsd_cand *c, const struct rsd_tuple *d)
{
	return c->peer_port == 0 || (c->peer_port == d->sport && rsd_ip_equal(&c->peer, &d->src));
}

static inline bool
rsd_cand_device(const struct rsd_cand *c, const struct rsd_tuple *d)
{
	return c->dev == 0 || c->dev == d->dev;
}

/* Points of a socket for a datagram, among those bound to local; RSD_SCORE_NONE: not for it. */
static inline int
rsd_cand_score(const struct rsd_cand *c, const struct rsd_tuple *d, const union rsd_ip *local)
{
	int match = d->family == AF_INET ? RSD_SCORE_MATCH4 : RSD_SCORE_MATCH6, score = 0;

	if (!rsd_cand_is_on(c, local) || !rsd_cand_hears(c, d) || !rsd_cand_device(c, d))
		return RSD_SCORE_NONE;
	if (d->family == AF_INET)
		score += c->family == AF_INET ? RSD_SCORE_V4 : RSD_SCORE_DUAL;
	else if (c->family != AF_INET6)
		return RSD_SCORE_NONE;
	if (c->peer_port != 0)
		score += 2 * match;
	if (c->dev != 0)
		score += match;
	if (c->cpu != 0 && c->cpu == d->cpu)
		score += RSD_SCORE_CPU;
	return score;
}

/* Hash of a flow, for the choice within a reuseport group: the same until the table is destroyed.
 */
uint32_t rsd_flow_choice(const struct rsd_sock_table *t, const struct rsd_tuple *d);

/*
 * The winner among the candidates bound to local; NULL when none is. Linux's walk: the best score
 * wins, the first of equals; a reuseport group met on the way, and better than all before it,
 * decides at once, unless one of it has been connected.
 */
const struct rsd_bind *rsd_sock_walk(const struct rsd_sock_table *t, const struct rsd_port_rec *rec,
	const struct rsd_tuple *d, const union rsd_ip *local);

#endif
