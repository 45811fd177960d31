/* SPDX-License-Identifier: BSD-3-Clause */
/* Writer side of the socket table: control thread only. */
#ifndef RSD_TABLE_SOCK_TABLE_H
#define RSD_TABLE_SOCK_TABLE_H

#include "table/sock_lookup.h"

/*
 * Would a socket on local:port conflict with one of the nb open ones? As Linux without
 * SO_REUSEADDR: the same port on the same address, or on any address against a particular one.
 */
bool rsd_sock_in_use(
	struct rsd_sock *const *socks, unsigned int nb, rte_be32_t local, uint16_t port);

/* A table of the nb sockets, to be freed with rsd_sock_table_free(); NULL when memory is short. */
struct rsd_sock_table *rsd_sock_table_build(struct rsd_sock *const *socks, unsigned int nb);

void rsd_sock_table_free(struct rsd_sock_table *t);

#endif
