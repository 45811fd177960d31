/* SPDX-License-Identifier: BSD-3-Clause */
/* The writer's view of one port: who is on it, who conflicts with whom, what readers are shown. */
#ifndef RSD_TABLE_SOCK_PORT_H
#define RSD_TABLE_SOCK_PORT_H

#include "table/sock_lookup.h"

/* Sockets of a port that are alike to the search for conflicts. */
struct rsd_sock_class {
	TAILQ_ENTRY(rsd_sock_class) entry;
	TAILQ_HEAD(, rsd_sock) socks; /* first in order first */
};

/* A reuseport group: all that joined and have not left, connected ones too. */
struct rsd_sock_group {
	TAILQ_ENTRY(rsd_sock_group) entry;
	struct rsd_sock **member;
	uint32_t nb, room;
	uint16_t index; /* in the record being built */
	bool has_conns;
};

struct rsd_sock_port {
	TAILQ_HEAD(, rsd_sock_class) classes;
	TAILQ_HEAD(, rsd_sock_group) groups;
	TAILQ_HEAD(rsd_sock_list, rsd_sock) cands; /* not connected, in list order */
	struct rsd_sock_list conns;                /* connected, not in a 4-tuple table */
	uint32_t nb_cand, nb_conn, nb_group, nb_member;
	uint32_t nb_conn4, nb_conn6; /* in the 4-tuple tables */
	uint32_t nb_answering;       /* not silent: a loop could run through them */
	uint16_t number;             /* host order */
};

struct rsd_sock_port *rsd_sock_port_new(uint16_t number);

/* Nobody may be on it. */
void rsd_sock_port_free(struct rsd_sock_port *p);

bool rsd_sock_port_empty(const struct rsd_sock_port *p);

/* Would binding s fail? p may be NULL. */
bool rsd_sock_port_conflict(const struct rsd_sock_port *p, const struct rsd_sock *s);

/*
 * Put s among those that conflict; by its address, device, flags and owner. *spare is used, and
 * NULL afterwards, when it is the first of its class; it comes from malloc().
 */
void rsd_sock_port_classify(
	struct rsd_sock_port *p, struct rsd_sock *s, struct rsd_sock_class **spare);
void rsd_sock_port_declassify(struct rsd_sock_port *p, struct rsd_sock *s);

/* Reuseport: join the group of the newest like it, or begin one. -ENOMEM. */
int rsd_sock_port_join(struct rsd_sock_port *p, struct rsd_sock *s);
void rsd_sock_port_leave(struct rsd_sock_port *p, struct rsd_sock *s);

/* The scoring lists: by list_stamp. */
void rsd_sock_port_list(struct rsd_sock_port *p, struct rsd_sock *s);
void rsd_sock_port_unlist(struct rsd_sock_port *p, struct rsd_sock *s);

/* Connected ones that are not in a table. */
void rsd_sock_port_list_conn(struct rsd_sock_port *p, struct rsd_sock *s);
void rsd_sock_port_unlist_conn(struct rsd_sock_port *p, struct rsd_sock *s);

/* Memory for the record of p and two sockets more; NULL when it is short. */
struct rsd_port_rec *rsd_port_rec_alloc(const struct rsd_sock_port *p);

/* Fill it from p. bind: by id, already written. none: where a port leads that has no socket. */
void rsd_port_rec_fill(struct rsd_port_rec *rec, struct rsd_sock_port *p,
	const struct rsd_bind *bind, const struct rsd_bind *gate);

#endif
