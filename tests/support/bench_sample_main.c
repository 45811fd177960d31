/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The made-up result in every form the benchmark has: for the checks of those forms, and to look
 * at.
 *
 *	bench_sample text COLUMNS | html | json | compare COLUMNS
 *	bench_sample odd | empty | empty-json	html, html and json of what a run seldom gives
 *	bench_sample reread FILE		json of a file that json wrote
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/out.h"
#include "support/bench_sample.h"

static int
compare(unsigned int columns)
{
	struct rsd_bench_result old, new;
	struct rsd_bench_compare c;
	int ret = 1;

	if (rsd_bench_sample(&old, 1, NULL, 1) != 0 ||
		rsd_bench_sample(&new, 2, "recvmmsg", 1.25) != 0)
		return 1;
	snprintf(new.machine.kernel, sizeof(new.machine.kernel), "Linux 6.12.0-example");
	new.row[new.nb_rows - 2].why[0] = 'x';
	if (rsd_bench_compare(&old, &new, &c) == 0) {
		rsd_bench_out_compare(stdout, &c, columns);
		ret = 0;
	}
	rsd_bench_compare_free(&c);
	rsd_bench_free(&old);
	rsd_bench_free(&new);
	return ret;
}

/* What must not reach a page as it is. */
static void
make_odd(struct rsd_bench_result *r)
{
	unsigned int i;

	for (i = 0; i < RSD_METRIC_NB; i++)
		r->row[i].metric[i].median = i % 2 == 0 ? NAN : INFINITY;
	for (i = 0; i < RSD_METRIC_NB; i++)
		r->row[i + 10].metric[i].high = INFINITY;
	for (i = 0; i < RSD_METRIC_NB; i++)
		r->row[i + 12].metric[i] = (struct rsd_metric){ .nb = 1, .is_wide = true };
	r->row[0].latency[1].ns[0].median = -NAN;
	r->row[1].latency[1].ns[0].low = -INFINITY;
	r->row[30].sweep.fit[1].a = NAN;
	r->row[31].sweep.ns[1][0].median = NAN;
	r->row[32].ratio[0].value.value = INFINITY;
	r->row[33].sweep.nb = 1;
	rsd_bench_fit_sweep(&r->row[33], &r->machine);
	r->machine.memcpy_fit.b_err = NAN;
	snprintf(r->row[3].name, sizeof(r->row[3].name), "<b>&\"'>");
	snprintf(r->row[4].note, sizeof(r->row[4].note), "a < b & c > d \x01");
	snprintf(r->note, sizeof(r->note), "</style><script>");
}

static int
show(const char *form, const char *word)
{
	unsigned int columns = word != NULL ? (unsigned int)strtoul(word, NULL, 10) : 120;
	struct rsd_bench_result r;

	if (strcmp(form, "compare") == 0)
		return compare(columns);
	rsd_bench_init(&r);
	if (strncmp(form, "empty", 5) != 0 && rsd_bench_sample(&r, 1, NULL, 1) != 0)
		return 1;
	if (strcmp(form, "odd") == 0)
		make_odd(&r);
	if (strcmp(form, "text") == 0)
		rsd_bench_out_text(stdout, &r, columns);
	else if (strstr(form, "json") != NULL)
		(void)rsd_bench_out_json(stdout, &r);
	else
		rsd_bench_out_html(stdout, &r);
	rsd_bench_free(&r);
	return 0;
}

int
main(int argc, char **argv)
{
	struct rsd_bench_result r;
	char why[RSD_BENCH_WHY];

	if (argc < 2) {
		fprintf(stderr,
			"usage: bench_sample text|html|json|compare|odd|empty|reread [...]\n");
		return 2;
	}
	if (strcmp(argv[1], "reread") != 0)
		return show(argv[1], argc > 2 ? argv[2] : NULL);
	if (argc < 3 || rsd_bench_read(argv[2], &r, why) != 0) {
		fprintf(stderr, "%s: %s\n", argc < 3 ? "a file" : argv[2], argc < 3 ? "" : why);
		return 1;
	}
	(void)rsd_bench_out_json(stdout, &r);
	rsd_bench_free(&r);
	return 0;
}
