/* SPDX-License-Identifier: BSD-3-Clause */
/* The table an explanation looks into. */
#ifndef RSD_CLI_EXPLAIN_TABLE_H
#define RSD_CLI_EXPLAIN_TABLE_H

#include "cli/explain.h"
#include "table/sock_table.h"

struct rsd_explain_table {
	struct rsd_sock_table *t;
	struct rsd_sock *sock; /* one for each x->spec */
	unsigned int *spec_of; /* by id: whose socket that is */
};

/* Open the sockets of x in the order they came about. 0, or -errno with err filled. */
int rsd_explain_build(
	struct rsd_explain_table *b, const struct rsd_explain *x, struct rsd_error *err);
void rsd_explain_unbuild(struct rsd_explain_table *b);

/* explain_tuple.c: what the table of connected sockets does with d; asked: whether it is asked. */
json_t *rsd_explain_tuple(const struct rsd_explain *x, const struct rsd_explain_table *b,
	const struct rsd_tuple *d, bool asked);

/* A group's address, or everyone's on the link: all who match get a copy. */
bool rsd_ip_is_many(const union rsd_ip *ip);

#endif
