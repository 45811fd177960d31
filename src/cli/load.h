/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside load`: its options, and how it tells what it found. */
#ifndef RSD_CLI_LOAD_H
#define RSD_CLI_LOAD_H

#include <stdio.h>

#include "control/options.h"
#include "load/load.h"
#include "load/search.h"

#define RSD_LOAD_SCHEMA 1

struct rsd_load_opts {
	struct rsd_load_conf conf;
	bool help, json, latency, per_flow, quiet, progress;
};

/* load_values.c */
struct rsd_load_option {
	const char *name, *arg; /* arg NULL: a switch */
	/* Returns 0, or -EINVAL with why filled. */
	int (*read)(struct rsd_load_opts *o, const char *text, struct rsd_why *why);
	const char *help;
};

extern const struct rsd_load_option rsd_load_options[];
extern const unsigned int rsd_nb_load_options;

/* The words after `ringside load`. Returns 0; or -EINVAL with one line in err. */
int rsd_load_opts_parse(int argc, char **argv, struct rsd_load_opts *o, struct rsd_error *err);
void rsd_load_usage(void);

/* search: NULL when there was none. */
void rsd_load_report_text(FILE *f, const struct rsd_load_opts *o, const struct rsd_load_result *r,
	const struct rsd_search *search);
void rsd_load_report_json(FILE *f, const struct rsd_load_opts *o, const struct rsd_load_result *r,
	const struct rsd_search *search);

#endif
