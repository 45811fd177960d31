/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reader side of the socket table: what a polling core may touch. Everything here is published by
 * one store and freed only after every core has passed a quiescent state.
 */
#ifndef RSD_TABLE_SOCK_LOOKUP_H
#define RSD_TABLE_SOCK_LOOKUP_H

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <ringside/sock.h>

#include "table/conn_lookup.h"

#define RSD_SOCK_MAX      (4u << 20) /* open sockets of an engine: ids 0 to RSD_SOCK_MAX - 1 */
#define RSD_SOCK_NAME_MAX 32

struct rsd_sock_queue;

/* An address: IPv6, or IPv4 as ::ffff:a.b.c.d. Any IPv4 is ::ffff:0.0.0.0, any IPv6 is ::. */
union rsd_ip {
	uint8_t b[16];
	uint32_t w[4];
	uint64_t q[2];
};

/*
 * An open socket. The polling cores read the first part only, which does not change while the
 * socket is in the table; the rest is the writer's.
 */
struct rsd_sock {
	rsd_handler_t handler;
	void *arg;
	uint32_t flags;               /* RSD_SOCK_... */
	uint32_t id;                  /* index of its counters in every core's block */
	struct rsd_sock_queue *queue; /* or NULL */
	struct rsd_engine *eng;

	/* What it is bound and connected to. */
	union rsd_ip local; /* as the look-up compares it: after connect(), never any */
	union rsd_ip peer;  /* any: not connected */
	uint16_t family;    /* AF_INET or AF_INET6 */
	uint16_t port;      /* host order */
	uint16_t peer_port; /* host order; 0: not connected */
	uint16_t dev;       /* 1 + engine port it is bound to; 0: all */
	uint16_t cpu;       /* 1 + worker it prefers; 0: none */
	bool bound_any;     /* local was any at bind: disconnecting makes it any again */
	bool to_many;       /* local is a group or a broadcast address */
	bool in_conn;       /* its 4-tuple is in the table of connected ones */
	bool hashed;        /* it was connected before: tuple_peer says to whom first */
	uint32_t owner;
	char name[RSD_SOCK_NAME_MAX];

	/* The writer's bookkeeping (sock_table.c). */
	struct rsd_sock_group *group; /* reuseport group, or NULL */
	int64_t bind_stamp;           /* order of the port's sockets, first highest */
	int64_t list_stamp;           /* order of the scoring lists, first highest */
	uint64_t conn_stamp;          /* order of connecting, newest highest */
	union rsd_ip tuple_peer;      /* connected to another one later, it is only scored */
	uint16_t tuple_port;
	TAILQ_ENTRY(rsd_sock) class_entry;
	TAILQ_ENTRY(rsd_sock) cand_entry;
	struct rsd_sock_class *class;

	/* Control's: closed, and some of its packets are still out. */
	SLIST_ENTRY(rsd_sock) linger;
};

/* Ports as they lie in the frame: a bit each. */
struct rsd_port_set {
	uint64_t word[(UINT16_MAX + 1) / 64];
};

/*
 * What a look-up finds. (destination ^ addr) & mask is zero when the datagram is its, for a head of
 * a port record; refuse is the set of source ports its answers must not go to.
 */
struct rsd_bind {
	rte_be32_t addr;
	rte_be32_t mask; /* all ones: one address; zero: any */
	struct rsd_sock *sock;
	const struct rsd_port_set *refuse;
	uint64_t unused;
} __rte_aligned(32);

/* A socket of a port as scoring sees it. */
struct rsd_cand {
	union rsd_ip local;
	union rsd_ip peer;
	rte_be16_t peer_port; /* as in the frame; 0: not connected */
	uint16_t dev, cpu;
	uint8_t family; /* AF_... fits a byte */
	bool v6only;
	uint16_t group; /* 1 + index of its group, 0 none */
	uint32_t id;
	uint32_t next; /* 1 + index of the next in its chain; 0: the last */
};

/* A reuseport group: the unconnected members, in the order they joined (removal fills the gap). */
struct rsd_cand_group {
	uint32_t nb;
	bool has_conns; /* has or had connected members */
	bool has_cpus;  /* some prefer a worker */
	const uint32_t *id;
};

/* Candidates by where they stand: those on any address in the first chain. */
#define RSD_CAND_CHAINS 32

/*
 * All that is open on a port, but for connected sockets that stand in the 4-tuple tables.
 * Immutable. The head comes first: most datagrams need no more than it.
 */
struct rsd_port_rec {
	struct rsd_bind head; /* decides alone when it takes the address; else look further */
	bool conn4, conn6;    /* 4-tuples of this port are in the tables of connected sockets */
	uint16_t nb_groups;
	uint32_t nb_conn; /* connected candidates that cannot be there: newest connected first */
	uint32_t nb_cand; /* the others, in list order; connected ones among them score by peer */
	struct rsd_cand *conn;
	struct rsd_cand *cand;
	struct rsd_cand_group *group;
	uint32_t chain[RSD_CAND_CHAINS]; /* 1 + index of the first candidate, rsd_cand_chain() */
	uint32_t *group_id;              /* members of the groups */
};

/* Group addresses some socket is bound to: datagrams to others are not for this host. */
struct rsd_sock_groups {
	uint32_t nb;
	union rsd_ip addr[];
};

struct rsd_sock_table {
	const struct rsd_port_rec *dir[UINT16_MAX + 1]; /* by the port as it lies in the frame */
	struct rsd_bind *bind;                          /* by socket id */
	struct rsd_conn_table *conn4, *conn6;           /* swapped when one grows */
	const struct rsd_sock_groups *joined;           /* NULL: none */
	uint64_t flow_key[2];                           /* secret of the reuseport choice */
	struct rsd_port_set loops; /* known responders and our own services; and port 0 */
	struct rsd_port_set zero;  /* port 0, to which nothing can be sent */
};

/* What a look-up knows of a datagram. */
struct rsd_tuple {
	uint16_t family; /* AF_INET or AF_INET6: of the packet */
	rte_be16_t sport, dport;
	uint16_t dev; /* 1 + engine port it came in on */
	uint16_t cpu; /* 1 + worker that looks */
	union rsd_ip src, dst;
};

/* The 4-tuple as it lies in a frame without options: 12 bytes for IPv4, 36 for IPv6. */
#define RSD_TUPLE_KEY_MAX 36

void rsd_tuple_key(uint8_t key[RSD_TUPLE_KEY_MAX], const struct rsd_tuple *d);

/* The head of a port's record. */
static __rte_always_inline const struct rsd_bind *
rsd_sock_first(const struct rsd_sock_table *t, rte_be16_t dport)
{
	return &__atomic_load_n(&t->dir[dport], __ATOMIC_ACQUIRE)->head;
}

static __rte_always_inline bool
rsd_bind_takes(const struct rsd_bind *b, rte_be32_t dst)
{
	return ((dst ^ b->addr) & b->mask) == 0;
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

static inline void
rsd_ip_set_v4(union rsd_ip *ip, rte_be32_t v4)
{
	ip->q[0] = 0;
	ip->w[2] = RTE_BE32(0x0000ffff);
	ip->w[3] = v4;
}

static inline bool
rsd_ip_equal(const union rsd_ip *a, const union rsd_ip *b)
{
	return ((a->q[0] ^ b->q[0]) | (a->q[1] ^ b->q[1])) == 0;
}

static inline bool
rsd_ip_is_v4(const union rsd_ip *ip)
{
	return ip->q[0] == 0 && ip->w[2] == RTE_BE32(0x0000ffff);
}

/* The address every socket that is bound to any of the datagram's family stands on. */
static inline void
rsd_ip_any_of(union rsd_ip *ip, uint16_t family)
{
	ip->q[0] = 0;
	ip->q[1] = 0;
	if (family == AF_INET)
		rsd_ip_set_v4(ip, 0);
}

/* Any of its family: 0.0.0.0 or ::. */
static inline bool
rsd_ip_is_any(const union rsd_ip *ip)
{
	return ip->q[0] == 0 && ip->w[3] == 0 &&
	       (ip->w[2] == 0 || ip->w[2] == RTE_BE32(0x0000ffff));
}

/*
 * Whose is this datagram, to a unicast address? All rules, one datagram; the burst look-up of the
 * datapath gives the same answer. NULL: nobody's.
 */
const struct rsd_bind *rsd_sock_find(const struct rsd_sock_table *t, const struct rsd_tuple *d);

/* The same without the tables of connected sockets: for a burst that has asked them. */
const struct rsd_bind *rsd_sock_find_rest(
	const struct rsd_sock_table *t, const struct rsd_port_rec *rec, const struct rsd_tuple *d);

/* 224.0.0.0/4 or ff00::/8. */
bool rsd_ip_is_group(const union rsd_ip *ip);

/* Is a group address this host listens to? All hosts' own is one always. */
bool rsd_sock_joined(const struct rsd_sock_table *t, const union rsd_ip *group);

/*
 * Everyone who gets a datagram to a group or broadcast address: up to max of them in list order.
 * Returns how many there are, which may be more.
 */
unsigned int rsd_sock_find_all(const struct rsd_sock_table *t, const struct rsd_tuple *d,
	const struct rsd_bind **out, unsigned int max);

#endif
