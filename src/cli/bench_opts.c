/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line of `ringside bench`. */
#include <errno.h>
#include <string.h>

#include <rte_common.h>

#include "base/err.h"
#include "bench/stat.h"
#include "bench/tx.h"
#include "cli/bench.h"
#include "cli/words.h"
#include "control/nearest.h"
#include "control/options.h"

#define QUICK_WINDOWS   3
#define QUICK_WINDOW_MS 200
#define QUICK_WARMUP_MS 50
#define FULL_WINDOWS    14
#define FULL_WINDOW_MS  200
#define FULL_WARMUP_MS  60

static const uint32_t quick_sizes[] = { 18, 512, 1472 };
static const uint32_t full_sizes[] = { 18, 256, 512, 1024, 1472, 8972 };

/* Each returns 0, or -EINVAL with why filled. */
typedef int (*read_fn)(struct rsd_bench_opts *o, const char *text, struct rsd_why *why);

/* -- values ------------------------------------------------------------------------------------ */

static int
read_help(struct rsd_bench_opts *o, const char *text, struct rsd_why *why)
{
	(void)text;
	(void)why;
	o->help = true;
	return 0;
}

static int
read_quick(struct rsd_bench_opts *o, const char *text, struct rsd_why *why)
{
	(void)text;
	(void)why;
	o->conf.is_quick = true;
	return 0;
}

static int
read_list(struct rsd_bench_opts *o, const char *text, struct rsd_why *why)
{
	(void)text;
	(void)why;
	o->list = true;
	return 0;
}

static int
read_progress(struct rsd_bench_opts *o, const char *text, struct rsd_why *why)
{
	(void)text;
	(void)why;
	o->conf.progress = true;
	return 0;
}

static int
want(struct rsd_bench_opts *o, const char *word, size_t len, struct rsd_why *why)
{
	struct rsd_run_row rows[RSD_RUN_MAX_ROWS];
	unsigned int nb = rsd_run_rows(rows), i, found = 0;
	struct rsd_nearest n = { .word = word, .len = strcspn(word, "@,") };

	for (i = 0; i < nb; i++) {
		rsd_nearest(&n, rows[i].name);
		if (!rsd_run_row_is(&rows[i], word, len))
			continue;
		o->conf.wants[i] = true;
		found++;
	}
	if (found != 0)
		return 0;
	if (n.best == NULL)
		return rsd_why(why,
			"there is no row '%.*s', expected one of `ringside bench --list`",
			(int)RTE_MIN(len, (size_t)40), word);
	return rsd_why(why, "there is no row '%.*s', did you mean %s?",
		(int)RTE_MIN(len, (size_t)40), word, n.best);
}

static int
read_rows(struct rsd_bench_opts *o, const char *text, struct rsd_why *why)
{
	size_t len;
	int ret = 0;

	o->has_rows = true;
	for (; ret == 0; text += len + 1) {
		len = strcspn(text, ",");
		ret = want(o, text, len, why);
		if (text[len] == '\0')
			break;
	}
	return ret;
}

static int
read_sizes(struct rsd_bench_opts *o, const char *text, struct rsd_why *why)
{
	uint64_t value;
	size_t len;

	o->has_sizes = true;
	for (o->conf.nb_sizes = 0;; text += len + 1) {
		if (o->conf.nb_sizes == RSD_BENCH_MAX_SIZES)
			return rsd_why(
				why, "more than %d sizes, expected fewer", RSD_BENCH_MAX_SIZES);
		len = strcspn(text, ",");
		if (rsd_number(text, len, RSD_TX_MIN_PAYLOAD, RSD_TX_MAX_PAYLOAD, &value, why) != 0)
			return -EINVAL;
		o->conf.size[o->conf.nb_sizes++] = (uint32_t)value;
		if (text[len] == '\0')
			return 0;
	}
}

static int
read_windows(struct rsd_bench_opts *o, const char *text, struct rsd_why *why)
{
	uint64_t value;

	if (rsd_number(text, strlen(text), 1, RSD_RUN_MAX_ROUNDS, &value, why) != 0)
		return -EINVAL;
	o->windows = (uint32_t)value;
	return 0;
}

static int
read_passes(struct rsd_bench_opts *o, const char *text, struct rsd_why *why)
{
	uint64_t value;

	if (rsd_number(text, strlen(text), 1, RSD_MAX_STARTS, &value, why) != 0)
		return -EINVAL;
	o->passes = (uint32_t)value;
	return 0;
}

static int
read_window_ms(struct rsd_bench_opts *o, const char *text, struct rsd_why *why)
{
	uint64_t value;

	if (rsd_number(text, strlen(text), 50, 10000, &value, why) != 0)
		return -EINVAL;
	o->window_ms = (uint32_t)value;
	return 0;
}

static int
read_workload(struct rsd_bench_opts *o, const char *text, struct rsd_why *why)
{
	bool both = strcmp(text, "both") == 0;

	o->has_workload = true;
	o->conf.workload[RSD_WORK_ECHO] = both || strcmp(text, "echo") == 0;
	o->conf.workload[RSD_WORK_RECEIVE] = both || strcmp(text, "receive") == 0;
	if (o->conf.workload[RSD_WORK_ECHO] || o->conf.workload[RSD_WORK_RECEIVE])
		return 0;
	return rsd_why(why, "has the value '%.40s', expected echo, receive or both", text);
}

static int
read_json(struct rsd_bench_opts *o, const char *text, struct rsd_why *why)
{
	(void)why;
	o->json = text;
	return 0;
}

static int
read_html(struct rsd_bench_opts *o, const char *text, struct rsd_why *why)
{
	(void)why;
	o->html = text;
	return 0;
}

static int
read_show(struct rsd_bench_opts *o, const char *text, struct rsd_why *why)
{
	(void)why;
	o->show = text;
	return 0;
}

static int
read_compare(struct rsd_bench_opts *o, const char *text, struct rsd_why *why)
{
	(void)why;
	o->compare = text;
	return 0;
}

/* ROW:spin=NS, ROW:copy=TIMES, or drop=N */
static int
read_plant(struct rsd_bench_opts *o, const char *text, struct rsd_why *why)
{
	struct rsd_run_plant *plant = &o->conf.plant;
	const char *colon = strchr(text, ':'), *what = colon != NULL ? colon + 1 : text;
	const char *equal = strchr(what, '=');
	bool drop = strncmp(what, "drop=", 5) == 0, spin = strncmp(what, "spin=", 5) == 0;
	uint64_t value = 0;

	if ((colon != NULL) == drop || (!drop && !spin && strncmp(what, "copy=", 5) != 0) ||
		(size_t)(what - text) > sizeof(plant->row))
		return rsd_why(
			why, "not understood, expected ROW:spin=NS, ROW:copy=TIMES or drop=N");
	if (rsd_number(equal + 1, strlen(equal + 1), 1, 1000000, &value, why) != 0)
		return -EINVAL;
	if (drop) {
		o->conf.drop_every = (uint32_t)value;
		return 0;
	}
	*(spin ? &plant->spin_ns : &plant->copies) = (uint32_t)value;
	snprintf(plant->row, sizeof(plant->row), "%.*s", (int)(colon - text), text);
	return rsd_rx_find(plant->row) != NULL
		       ? 0
		       : rsd_why(why, "there is no receiver '%s'", plant->row);
}

static const struct option_row {
	const char *name, *arg; /* arg NULL: a switch */
	read_fn read;
	const char *help; /* NULL: not for the list */
} options[] = {
	{ "quick", NULL, read_quick, "under 90 seconds: one workload, fewer windows and rows" },
	{ "rows", "LIST", read_rows, "these rows only: recvmmsg,ringside or ringside@af_xdp" },
	{ "list", NULL, read_list, "print the rows there are, and measure nothing" },
	{ "workload", "WHAT", read_workload, "echo, receive or both (both; echo when quick)" },
	{ "sizes", "LIST", read_sizes,
		"payload bytes; the first is measured at length, all in the sweep" },
	{ "windows", "N", read_windows, "windows of each row (14; 3 when quick)" },
	{ "passes", "N", read_passes, "start every row anew so often (2; 1 when quick)" },
	{ "window-ms", "N", read_window_ms, "how long one is (200)" },
	{ "json", "FILE|-", read_json,
		"write the result as JSON; -: to stdout, without the table" },
	{ "html", "FILE", read_html, "write the result as one page" },
	{ "compare", "OLD.json", read_compare, "measure, then say what changed since that result" },
	{ "show", "FILE.json", read_show, "measure nothing: that result is printed, and compared" },
	{ "progress", NULL, read_progress, "a progress line also where stderr is no terminal" },
	{ "help", NULL, read_help, "this text" },
	{ "plant", "FAULT", read_plant, NULL },
};

void
rsd_bench_usage(void)
{
	unsigned int i;

	printf("usage: ringside bench [options]\n"
	       "\n"
	       "The same datagrams to every way of receiving them that this machine has: what one\n"
	       "costs, what is lost, how long it takes. In network namespaces of its own.\n"
	       "\n");
	for (i = 0; i < RTE_DIM(options); i++) {
		char head[40];

		if (options[i].help == NULL)
			continue;
		snprintf(head, sizeof(head), "--%s%s%s", options[i].name,
			options[i].arg != NULL ? " " : "",
			options[i].arg != NULL ? options[i].arg : "");
		printf("  %-20s %s\n", head, options[i].help);
	}
	printf("\nNeeds root and two CPUs. Exit: 0 done, 1 no row could be measured, 2 usage, 3 "
	       "the machine\nis not ready.\n");
}

void
rsd_bench_list(void)
{
	struct rsd_run_row rows[RSD_RUN_MAX_ROWS];
	unsigned int nb = rsd_run_rows(rows), i;

	for (i = 0; i < nb; i++) {
		char name[72];

		snprintf(name, sizeof(name), "%s@%s", rows[i].name, rows[i].device);
		printf("%-28s %s%s\n", name, rows[i].what,
			rows[i].is_main ? "" : " (not with --quick)");
	}
}

/* -- words ------------------------------------------------------------------------------------- */

static int
fail(struct rsd_error *err, const char *name, const char *what)
{
	return rsd_err(err, RSD_EXIT_USAGE, -EINVAL, "--%s: %s", name, what);
}

static int
unknown(const char *name, size_t len, struct rsd_error *err)
{
	struct rsd_nearest n = { .word = name, .len = len };
	struct rsd_why why;
	char shown[64];
	unsigned int i;

	for (i = 0; i < RTE_DIM(options); i++)
		if (options[i].help != NULL)
			rsd_nearest(&n, options[i].name);
	snprintf(shown, sizeof(shown), "%.*s", (int)RTE_MIN(len, sizeof(shown) - 1), name);
	rsd_why(&why, "there is no such option, %s%s",
		n.best != NULL ? "did you mean --" : "expected one of `ringside bench --help`",
		n.best != NULL ? n.best : "");
	if (n.best != NULL)
		strncat(why.text, "?", sizeof(why.text) - strlen(why.text) - 1);
	return fail(err, shown, why.text);
}

static int
take_option(struct rsd_bench_opts *o, int argc, char **argv, int *i, struct rsd_error *err)
{
	const char *name = argv[(*i)++] + 2, *value;
	const struct option_row *row = NULL;
	size_t len = strcspn(name, "=");
	struct rsd_why why;
	unsigned int k;

	for (k = 0; k < RTE_DIM(options); k++)
		if (strlen(options[k].name) == len && strncmp(options[k].name, name, len) == 0)
			row = &options[k];
	if (row == NULL)
		return unknown(name, len, err);
	value = rsd_word_value(argc, argv, i, row->arg != NULL);
	if (rsd_word_value_fits(row->arg, value, &why) && row->read(o, value, &why) == 0)
		return 0;
	return fail(err, row->name, why.text);
}

/* -- what was not said ------------------------------------------------------------------------- */

static void
choose_rows(struct rsd_run_conf *conf)
{
	struct rsd_run_row rows[RSD_RUN_MAX_ROWS];
	unsigned int nb = rsd_run_rows(rows), i;

	for (i = 0; i < nb; i++)
		conf->wants[i] = !conf->is_quick || rows[i].is_main;
}

static void
complete(struct rsd_bench_opts *o)
{
	struct rsd_run_conf *c = &o->conf;
	const uint32_t *sizes = c->is_quick ? quick_sizes : full_sizes;
	unsigned int i;

	if (!o->has_rows)
		choose_rows(c);
	c->in_all_parts = o->has_rows;
	if (!o->has_workload) {
		c->workload[RSD_WORK_ECHO] = true;
		c->workload[RSD_WORK_RECEIVE] = !c->is_quick;
	}
	if (!o->has_sizes) {
		c->nb_sizes = c->is_quick ? RTE_DIM(quick_sizes) : RTE_DIM(full_sizes);
		for (i = 0; i < c->nb_sizes; i++)
			c->size[i] = sizes[i];
	}
	if (o->windows == 0)
		o->windows = c->is_quick ? QUICK_WINDOWS : FULL_WINDOWS;
	if (o->window_ms == 0)
		o->window_ms = c->is_quick ? QUICK_WINDOW_MS : FULL_WINDOW_MS;
	c->rounds = o->windows;
	c->sweep_rounds = c->is_quick ? 1 : RTE_MIN(2U, o->windows);
	c->latency_rounds = c->is_quick ? 1 : RTE_MIN(5U, o->windows);
	c->calls_rounds = RTE_MIN(5U, o->windows);
	if (o->passes == 0)
		o->passes = c->is_quick ? 1 : 2;
	c->passes = RTE_MIN(o->passes, o->windows);
	c->window_ns = o->window_ms * UINT64_C(1000000);
	c->warmup_ns = (c->is_quick ? QUICK_WARMUP_MS : FULL_WARMUP_MS) * UINT64_C(1000000);
}

int
rsd_bench_opts_parse(int argc, char **argv, struct rsd_bench_opts *o, struct rsd_error *err)
{
	int i = 0, ret = 0;

	memset(o, 0, sizeof(*o));
	while (ret == 0 && i < argc && !o->help) {
		if (strcmp(argv[i], "-h") == 0)
			o->help = true;
		else if (strncmp(argv[i], "--", 2) == 0)
			ret = take_option(o, argc, argv, &i, err);
		else
			ret = rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
				"%.70s: not understood, expected an option of `ringside bench "
				"--help`",
				argv[i]);
	}
	if (ret == 0)
		complete(o);
	return ret;
}
