/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside ctl`: what its files share. */
#ifndef RSD_CLI_CTL_H
#define RSD_CLI_CTL_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include <ringside/engine.h>

#define RSD_CTL_NONE (-1L) /* a command asked without its parameter */

/* One call of the command: what was asked, and the connection to the engine. */
struct rsd_ctl {
	const char *name;    /* of the instance */
	char base[PATH_MAX]; /* where the instances' runtime directories lie */
	bool json;
	bool quiet; /* only looking round: nothing is told */
	bool timeout_given;
	double timeout_s;
	double interval_s;   /* 0: once */
	unsigned long count; /* 0: for ever */
	uint16_t port;       /* sockets: of that local port only; 0: all */
	bool metrics;        /* ledger: as OpenMetrics */
	bool table;          /* sockets: the tables behind them instead */
	int fd;
	bool closed;        /* the engine ended the connection */
	bool leaving;       /* it was asked to, so that is no failure */
	enum rsd_exit exit; /* of the first failure */
};

/* Say on stderr what went wrong, in one line; keeps and returns code. */
enum rsd_exit rsd_ctl_fail(struct rsd_ctl *c, enum rsd_exit code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* ctl_conn.c: connect and take the greeting. 0, or the exit code once the reason is told. */
enum rsd_exit rsd_ctl_open(struct rsd_ctl *c);
void rsd_ctl_close(struct rsd_ctl *c);

/*
 * Ask /ringside/WHAT and check that the answer is to this question: its field echo must hold param.
 * Returns a new reference to the answer's object; NULL when there is none, and it was told why.
 */
json_t *rsd_ctl_ask(struct rsd_ctl *c, const char *what, const char *echo, long param);

/* Ask /ringside/sockets: a page from the id start on, of one local port or of all (0). */
json_t *rsd_ctl_ask_sockets(struct rsd_ctl *c, long start, uint16_t port);

/* Wait until the engine's process is gone, or the time is over: 0, or -ETIMEDOUT. */
int rsd_ctl_wait_gone(struct rsd_ctl *c, double seconds);

/* ctl_find.c: where engines leave their sockets, and which of them answer. */
enum rsd_exit rsd_ctl_find_base(struct rsd_ctl *c, const char *dir);
void rsd_ctl_list(const struct rsd_ctl *c, char *names, size_t size);

/* Is text a name that an instance can have? */
bool rsd_ctl_is_name(const char *text);

/* Fields of an answer; what is missing reads as 0 or "". */
uint64_t rsd_ctl_u64(const json_t *o, const char *field);
const char *rsd_ctl_str(const json_t *o, const char *field);

/* Print o as JSON and drop the reference; a line of its own when flat. The exit code. */
enum rsd_exit rsd_ctl_print(struct rsd_ctl *c, json_t *o, bool flat);

/* One for each WHAT, over an open connection; each returns the exit code. */
enum rsd_exit rsd_ctl_stats(struct rsd_ctl *c);
enum rsd_exit rsd_ctl_drops(struct rsd_ctl *c);
enum rsd_exit rsd_ctl_ports(struct rsd_ctl *c);
enum rsd_exit rsd_ctl_sockets(struct rsd_ctl *c);
enum rsd_exit rsd_ctl_table(struct rsd_ctl *c);
enum rsd_exit rsd_ctl_ledger(struct rsd_ctl *c);

#endif
