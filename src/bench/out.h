/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A result of the benchmark, for eyes and for programs. All functions are pure: what is printed
 * depends on their arguments alone.
 */
#ifndef RSD_BENCH_OUT_H
#define RSD_BENCH_OUT_H

#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "bench/result.h"

/* What no figure here says; stands below every table and in every page. */
extern const char rsd_bench_not_claimed[];

/* A table for a terminal of so many columns; fewer than 60 are taken for 60. */
void rsd_bench_out_text(FILE *f, const struct rsd_bench_result *r, unsigned int columns);

/* One page with everything in it: no script, nothing fetched from elsewhere. */
void rsd_bench_out_html(FILE *f, const struct rsd_bench_result *r);

/* docs/bench.schema.json describes it. Returns 0, or -ENOMEM with nothing printed. */
int rsd_bench_out_json(FILE *f, const struct rsd_bench_result *r);

/* The same as an object: a new reference, or NULL when there is no memory. */
json_t *rsd_bench_json(const struct rsd_bench_result *r);

#define RSD_BENCH_WHY 256

/*
 * Read what rsd_bench_out_json() wrote; r is overwritten and, on success, to be given back by
 * rsd_bench_free(). Otherwise returns -EINVAL (it is not such a result), -EPROTO (another schema
 * number), -ENOMEM or, for a file, what opening it returned; why is one line that names the place.
 */
int rsd_bench_from_json(const json_t *json, struct rsd_bench_result *r, char why[RSD_BENCH_WHY]);
int rsd_bench_read(const char *path, struct rsd_bench_result *r, char why[RSD_BENCH_WHY]);

/* -- two results ------------------------------------------------------------------------------- */

enum rsd_bench_verdict {
	RSD_SAME, /* within the spread of both */
	RSD_BETTER,
	RSD_WORSE,
	RSD_OTHER,  /* beyond the spread, of a figure that is neither better nor worse */
	RSD_TOO_FEW /* windows: their spreads would not touch by chance alone too often */
};

/* One figure that both have. */
struct rsd_bench_change {
	const struct rsd_bench_row *old_row, *new_row;
	char what[24]; /* "system_ns", "idle p99", "system b" */
	enum rsd_bench_better better;
	struct rsd_metric old, new;
	double ratio; /* new / old; 0 when old is 0 */
	enum rsd_bench_verdict verdict;
};

struct rsd_bench_compare {
	struct rsd_bench_change *change;
	size_t nb, cap;
	/* Each ends with NULL. A row that did not run is not there. */
	const struct rsd_bench_row **appeared, **vanished;
	char machines[256]; /* how the two machines differ; empty: they do not */
	char methods[256];  /* likewise */
};

/*
 * Both results must outlive it; to be given back by rsd_bench_compare_free(), also after an error.
 * Returns 0 or -ENOMEM.
 */
int rsd_bench_compare(const struct rsd_bench_result *old, const struct rsd_bench_result *new,
	struct rsd_bench_compare *c);
void rsd_bench_compare_free(struct rsd_bench_compare *c);
void rsd_bench_out_compare(FILE *f, const struct rsd_bench_compare *c, unsigned int columns);

#endif
