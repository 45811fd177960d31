/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reader side of the socket table. A table is never changed once it is published: the writer builds
 * another, swaps the pointer, and frees the old one after every core has passed a quiescent state.
 */
#ifndef RSD_TABLE_SOCK_LOOKUP_H
#define RSD_TABLE_SOCK_LOOKUP_H

#include <stdbool.h>

#include <ringside/sock.h>

#define RSD_SOCK_MAX      4096 /* open sockets of an engine */
#define RSD_SOCK_NAME_MAX 32

struct rsd_sock {
	rsd_handler_t handler;
	void *arg;
	uint32_t flags;
	uint16_t id; /* index of its counters in every core's block */
	uint16_t port;
	rte_be32_t local;
	struct rsd_engine *eng;
	char name[RSD_SOCK_NAME_MAX];
};

/* Ports as they lie in the frame: a bit each. */
struct rsd_port_set {
	uint64_t word[(UINT16_MAX + 1) / 64];
};

/*
 * One bound socket. (destination ^ addr) & mask is zero when the datagram is its. refuse is the set
 * of source ports its answers must not go to.
 */
struct rsd_bind {
	rte_be32_t addr;
	rte_be32_t mask; /* all ones: one address; zero: any */
	struct rsd_sock *sock;
	const struct rsd_port_set *refuse;
	uint32_t next; /* index of the next to try; 0 the end */
} __rte_aligned(32);

/*
 * dir leads from a port, as it lies in the frame, to the binds of that port: addresses first, any
 * last, as Linux prefers the exact address. bind[0] stands at the end of every list and matches no
 * address that can be ours, so that a walk needs no other test than the one for a match.
 */
struct rsd_sock_table {
	uint16_t dir[UINT16_MAX + 1];
	struct rsd_port_set loops; /* known responders and our own services; and port 0 */
	struct rsd_port_set zero;  /* port 0, to which nothing can be sent */
	uint32_t nb_bind;
	struct rsd_bind *bind; /* lies behind this structure, in the same memory */
};

/* The list of a port: its first bind. */
static __rte_always_inline const struct rsd_bind *
rsd_sock_first(const struct rsd_sock_table *t, rte_be16_t dport)
{
	return &t->bind[t->dir[dport]];
}

static __rte_always_inline bool
rsd_bind_takes(const struct rsd_bind *b, rte_be32_t dst)
{
	return ((dst ^ b->addr) & b->mask) == 0;
}

/* The bind that gets a datagram to dst, beginning the search at b; NULL when there is none. */
static inline const struct rsd_bind *
rsd_sock_walk(const struct rsd_sock_table *t, const struct rsd_bind *b, rte_be32_t dst)
{
	while (!rsd_bind_takes(b, dst)) {
		if (b->next == 0)
			return NULL;
		b = &t->bind[b->next];
	}
	return b;
}

static __rte_always_inline bool
rsd_port_set_has(const struct rsd_port_set *set, rte_be16_t port)
{
	return (set->word[port >> 6] >> (port & 63)) & 1;
}

static inline void
rsd_port_set_add(struct rsd_port_set *set, rte_be16_t port)
{
	set->word[port >> 6] |= UINT64_C(1) << (port & 63);
}

#endif
