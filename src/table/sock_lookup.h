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

/* One bound socket. (destination ^ addr) & mask is zero when the datagram is its. */
struct rsd_bind {
	rte_be32_t addr;
	rte_be32_t mask; /* all ones: one address; zero: any */
	struct rsd_sock *sock;
	uint32_t guarded; /* all ones when its answers pass the loop guard, else zero */
	uint32_t next;    /* index of the next to try; 0 the end */
};

/*
 * dir leads from a port, as it lies in the frame, to the binds of that port: addresses first, any
 * last, as Linux prefers the exact address. bind[0] matches everything and has no socket, so that
 * walking needs no test for the end.
 */
struct rsd_sock_table {
	uint16_t dir[UINT16_MAX + 1];
	uint64_t guard[(UINT16_MAX + 1) /
		       64]; /* ports, as in the frame, that answers must not go to */
	uint32_t nb_bind;
	struct rsd_bind bind[];
};

static __rte_always_inline const struct rsd_bind *
rsd_sock_lookup(const struct rsd_sock_table *t, rte_be32_t dst, rte_be16_t dport)
{
	const struct rsd_bind *b = &t->bind[t->dir[dport]];

	while (unlikely(((dst ^ b->addr) & b->mask) != 0))
		b = &t->bind[b->next];
	return b;
}

static __rte_always_inline bool
rsd_sock_guarded_port(const struct rsd_sock_table *t, rte_be16_t port)
{
	return (t->guard[port >> 6] >> (port & 63)) & 1;
}

#endif
