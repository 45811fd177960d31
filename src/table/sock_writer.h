/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the writer side share; nobody else includes this. */
#ifndef RSD_TABLE_SOCK_WRITER_H
#define RSD_TABLE_SOCK_WRITER_H

#include "base/bigmem.h"
#include "table/sock_port.h"
#include "table/sock_table.h"

/* Something readers may still look at. */
struct rsd_limbo {
	STAILQ_ENTRY(rsd_limbo) entry;
	uint64_t token;
	void (*release)(void *what);
	void *what;
};

#define RSD_GROUPS_MAX 256 /* different groups listened to */

struct rsd_sock_writer {
	struct rsd_sock_table t; /* what readers see */
	struct rte_rcu_qsbr *qsbr;
	STAILQ_HEAD(, rsd_limbo) limbo;
	struct rsd_sock_port *port[UINT16_MAX + 1]; /* by number, host order */
	struct rsd_port_rec nobody;                 /* where a port without sockets leads */
	uint32_t *free_id;                          /* a stack */
	struct rsd_bigmem self_mem, bind_mem, free_id_mem;
	uint32_t nb_free_id, id_end, max_socks, nb_socks;
	uint64_t newest;     /* stamp */
	int64_t front, back; /* of the scoring lists */
	uint64_t random;     /* of the ephemeral ports */
	struct {
		union rsd_ip addr;
		uint32_t refs;
	} group[RSD_GROUPS_MAX];
	uint32_t nb_group;
	unsigned int grown; /* times a table of connected sockets grew */
};

static inline struct rsd_sock_writer *
rsd_sock_writer_of(const struct rsd_sock_table *t)
{
	return (struct rsd_sock_writer *)(uintptr_t)t;
}

/* A place before all others in the scoring lists. */
static inline int64_t
rsd_sock_stamp_front(struct rsd_sock_writer *w)
{
	return ++w->front;
}

/* sock_change.c: memory that readers may still see. l was allocated before, so it cannot fail. */
void rsd_sock_retire(
	struct rsd_sock_writer *w, struct rsd_limbo *l, void *what, void (*release)(void *));
void rsd_sock_reclaim(struct rsd_sock_writer *w, bool all);

/*
 * sock_change.c: a change of one port. Memory for it is taken first, then the writer's lists are
 * changed, and the end shows readers the port as it is then. -ENOMEM from the beginning only.
 */
struct rsd_sock_change {
	struct rsd_sock_port *port;
	struct rsd_port_rec *rec;
	struct rsd_limbo *limbo;
	struct rsd_sock_class *class;
};

int rsd_sock_change_begin(struct rsd_sock_writer *w, uint16_t number, struct rsd_sock_change *ch);
void rsd_sock_change_abort(struct rsd_sock_writer *w, struct rsd_sock_change *ch);
void rsd_sock_change_end(struct rsd_sock_writer *w, struct rsd_sock_change *ch);

/* sock_groups.c: nothing happens for an address that is no group. -ENOSPC, -ENOMEM. */
int rsd_sock_groups_join(struct rsd_sock_writer *w, const union rsd_ip *ip);
void rsd_sock_groups_leave(struct rsd_sock_writer *w, const union rsd_ip *ip);

/* sock_table.c */
void rsd_sock_write_bind(struct rsd_sock_writer *w, struct rsd_sock *s);

/* sock_connect.c: out of whichever list it stands in; a table entry stays until it is forgotten. */
void rsd_sock_displace(struct rsd_sock_port *p, struct rsd_sock *s);
void rsd_sock_forget_tuple(struct rsd_sock_writer *w, const struct rsd_sock *s);

#endif
