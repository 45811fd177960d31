/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside bench`: its options. */
#ifndef RSD_CLI_BENCH_H
#define RSD_CLI_BENCH_H

#include <ringside/engine.h>

#include "bench/run.h"

struct rsd_bench_opts {
	struct rsd_run_conf conf;
	bool help, list, has_rows, has_workload, has_sizes;
	const char *json, *html, *compare, *show; /* files; json may be "-" */
	uint32_t windows, window_ms, passes;      /* 0: not given */
};

/* The words after `ringside bench`. Returns 0; or -EINVAL with one line in err. */
int rsd_bench_opts_parse(int argc, char **argv, struct rsd_bench_opts *o, struct rsd_error *err);
void rsd_bench_usage(void);
void rsd_bench_list(void);

/* rsd_run_ask_fn. */
bool rsd_bench_ask(const struct rsd_run_ask *ask, double ns[RSD_PCT_NB]);

#endif
