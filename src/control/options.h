/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The option table and what reads it. One row is one option: the command line, the config file, the
 * defaults, the range checks and the help text all come from it.
 */
#ifndef RSD_CONTROL_OPTIONS_H
#define RSD_CONTROL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/conf.h"

#define RSD_OPTIONS_MAX 32 /* rows */
#define RSD_GIVEN_MAX   64 /* times one list option can be given */

/* What is wrong with a value and what was expected, without the name of its option. */
struct rsd_why {
	char text[400];
};

/* Fill why; returns -EINVAL. */
int rsd_why(struct rsd_why *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

struct rsd_option;

/* Read text into conf; 0, or -EINVAL with why filled. text is never empty. */
typedef int (*rsd_value_fn)(
	const struct rsd_option *opt, const char *text, struct rsd_conf *conf, struct rsd_why *why);

struct rsd_option {
	const char *name;
	const char *arg; /* what follows, for the help; NULL: a switch */
	rsd_value_fn read;
	size_t at;                /* offset of the destination in struct rsd_conf */
	size_t size;              /* of a number's destination, or of a text's */
	size_t text_max;          /* longest value; 0: RSD_CONF_TEXT - 1 */
	size_t given_at;          /* offset of a bool to set when given; 0: none */
	size_t nb_at;             /* offset of a list's length; 0: not a list */
	unsigned int nb_max;      /* room in the list */
	uint64_t min, max;        /* of a number; max 0: not a number */
	const char *const *words; /* of a choice, in the order of its enum, NULL at the end */
	int first;                /* enum value of words[0] */
	const char *def;   /* read when not given; a list's only where conf_check.c says so */
	const char *unset; /* for the help: what happens without it, when there is no def */
	const char *help;
	bool cli_only; /* makes no sense in a file */
};

/* The table. */
extern const struct rsd_option rsd_options[];
extern const unsigned int rsd_nb_options;

/* One reading of a command line and perhaps a file. */
struct rsd_parse {
	struct rsd_conf *conf;
	struct rsd_error *err;
	const char *file;  /* the config file, or NULL */
	unsigned int line; /* being read; 0: the command line */
	/* Per option: how often it was given and in which line each time, 0: command line. */
	unsigned int given[RSD_OPTIONS_MAX];
	unsigned int given_line[RSD_OPTIONS_MAX][RSD_GIVEN_MAX];
};

/* The row of that name; NULL when there is none. */
const struct rsd_option *rsd_option_find(const char *name, size_t len);

/* The row that stores at this offset of struct rsd_conf; there is one. */
const struct rsd_option *rsd_option_at(size_t at);

/* Take one name and value from p->line. Returns 0 or -EINVAL with p->err filled. */
int rsd_option_take(struct rsd_parse *p, const char *name, size_t name_len, const char *text);

/* Complain about the i-th value of opt where it was written. Returns -EINVAL. */
int rsd_option_fail(const struct rsd_parse *p, const struct rsd_option *opt, unsigned int i,
	const struct rsd_why *why);

/* conf_file.c: take every key of the file. Returns 0 or -EINVAL with p->err filled. */
int rsd_conf_file(struct rsd_parse *p, const char *path);

/* conf_check.c: defaults of lists, and everything that needs more than one value to judge. */
int rsd_conf_check(struct rsd_parse *p);

/* conf_guard.c: what --guard cannot be combined with. Returns 0 or -EINVAL. */
int rsd_conf_check_guard(struct rsd_parse *p);

/* conf_value.c: the readers of single values. A switch in a file is yes or no. */
int rsd_read_switch(const struct rsd_option *, const char *, struct rsd_conf *, struct rsd_why *);
int rsd_read_number(const struct rsd_option *, const char *, struct rsd_conf *, struct rsd_why *);
int rsd_read_choice(const struct rsd_option *, const char *, struct rsd_conf *, struct rsd_why *);
int rsd_read_name(const struct rsd_option *, const char *, struct rsd_conf *, struct rsd_why *);
int rsd_read_seconds(const struct rsd_option *, const char *, struct rsd_conf *, struct rsd_why *);
int rsd_read_cores(const struct rsd_option *, const char *, struct rsd_conf *, struct rsd_why *);
int rsd_read_rss_key(const struct rsd_option *, const char *, struct rsd_conf *, struct rsd_why *);

/* conf_addr.c: addresses and what is bound to them. */
int rsd_read_ip(const struct rsd_option *, const char *, struct rsd_conf *, struct rsd_why *);
int rsd_read_gateway(const struct rsd_option *, const char *, struct rsd_conf *, struct rsd_why *);
int rsd_read_vlan(const struct rsd_option *, const char *, struct rsd_conf *, struct rsd_why *);
int rsd_read_serve(const struct rsd_option *, const char *, struct rsd_conf *, struct rsd_why *);

/* A serve text taken apart. Returns 0 or -EINVAL with why filled. */
struct rsd_serve {
	char name[32];
	uint16_t port;
	bool bound;     /* to local; else to any address */
	bool device;    /* bound to one */
	uint32_t share; /* RSD_SOCK_REUSE... it says */
	struct in_addr local;
};
int rsd_serve_split(const char *text, struct rsd_serve *serve, struct rsd_why *why);

/* conf_port.c */
int rsd_read_port(const struct rsd_option *, const char *, struct rsd_conf *, struct rsd_why *);

/* Digits only, within [min, max]. Returns 0 or -EINVAL with why filled. */
int rsd_number(const char *text, size_t len, uint64_t min, uint64_t max, uint64_t *out,
	struct rsd_why *why);

#endif
