/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writer side of the socket table. One writer at a time: the caller's lock. Readers go on
 * meanwhile.
 */
#ifndef RSD_TABLE_SOCK_TABLE_H
#define RSD_TABLE_SOCK_TABLE_H

#include "table/sock_lookup.h"

struct rte_rcu_qsbr;

#define RSD_PORT_EPHEMERAL_MIN 32768 /* Linux: net.ipv4.ip_local_port_range */
#define RSD_PORT_EPHEMERAL_MAX 60999

struct rsd_sock_table_conf {
	struct rte_rcu_qsbr *qsbr; /* the readers; NULL: none but the writer itself */
	unsigned int max_socks;    /* 1 to RSD_SOCK_MAX */
	const uint8_t *key;        /* 16 secret bytes; NULL: drawn from getrandom() */
};

/* NULL and errno when memory is short. */
struct rsd_sock_table *rsd_sock_table_create(const struct rsd_sock_table_conf *conf);

/* Sockets still in it are forgotten, not freed. */
void rsd_sock_table_destroy(struct rsd_sock_table *t);

/*
 * Bind: s has flags, owner, dev, cpu, family, local (any or an address) and port (0: choose) set
 * and its look-up half ready. On success it has an id and a port and is found. 0; -EADDRINUSE;
 * -ENOSPC; -ENOMEM.
 */
int rsd_sock_table_bind(struct rsd_sock_table *t, struct rsd_sock *s);

/*
 * Connect to peer:port (port in host order). source: the local address to take when s is bound to
 * any. 0; -ENOSPC the table of connected sockets is full; -ENOMEM; s is unchanged then.
 */
int rsd_sock_table_connect(struct rsd_sock_table *t, struct rsd_sock *s, const union rsd_ip *peer,
	uint16_t port, const union rsd_ip *source);

/* Connected to nobody again. Cannot fail but for memory (-ENOMEM, unchanged). */
int rsd_sock_table_disconnect(struct rsd_sock_table *t, struct rsd_sock *s);

/*
 * Out of the table: after rsd_sock_table_wait() no core knows s any more. Its id stays taken until
 * rsd_sock_table_free_id(). -ENOMEM, unchanged.
 */
int rsd_sock_table_close(struct rsd_sock_table *t, struct rsd_sock *s);

void rsd_sock_table_free_id(struct rsd_sock_table *t, uint32_t id);

/* After the wait: the id is nobody's to rsd_sock_table_get(), and still taken. */
void rsd_sock_table_forget_id(struct rsd_sock_table *t, uint32_t id);

/* Wait until every core has passed a quiescent state, and free what was waiting for that. */
void rsd_sock_table_wait(struct rsd_sock_table *t);

/* Open sockets: how many; the one of an id, NULL when there is none. */
unsigned int rsd_sock_table_count(const struct rsd_sock_table *t);
struct rsd_sock *rsd_sock_table_get(const struct rsd_sock_table *t, uint32_t id);

/* How often a table of connected sockets was replaced by a larger one. */
unsigned int rsd_sock_table_grown(const struct rsd_sock_table *t);

/* Ids are below this. */
uint32_t rsd_sock_table_id_end(const struct rsd_sock_table *t);

#endif
