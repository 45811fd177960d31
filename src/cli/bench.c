/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside bench`: measure, print, write, compare. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "base/err.h"
#include "bench/out.h"
#include "cli/bench.h"
#include "cli/cli.h"
#include "cli/words.h"
#include "load/load.h"

#define COLUMNS 120 /* where stdout is no terminal */

struct run {
	struct rsd_bench_opts opts;
	struct rsd_bench_result result, old;
	FILE *json, *html;
	char exe[PATH_MAX];
	struct rsd_error err;
};

static void
on_signal(int sig)
{
	/* The first asks for what was found so far, the second does not. */
	if (rsd_run_interrupted()) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
	rsd_run_interrupt();
	rsd_load_interrupt();
}

static int
fail(struct run *run, enum rsd_exit code, const char *what, const char *why)
{
	rsd_err(&run->err, code, -EINVAL, "%s: %s", what, why);
	return (int)code;
}

/* -- files ------------------------------------------------------------------------------------- */

/* Before minutes are spent: can it be written? What is in it stays until there is something new. */
static int
open_file(struct run *run, const char *path, FILE **f)
{
	if (path == NULL)
		return RSD_EXIT_OK;
	*f = strcmp(path, "-") == 0 ? stdout : fopen(path, "a");
	return *f != NULL ? RSD_EXIT_OK : fail(run, RSD_EXIT_USAGE, path, strerror(errno));
}

/* Returns false when it could not be written whole. */
static bool
close_file(const char *path, FILE **f)
{
	struct stat st;
	bool good;

	if (*f == NULL)
		return true;
	good = fflush(*f) == 0 && ferror(*f) == 0;
	if (*f != stdout) {
		/* Made by us for a result that never came. */
		if (fstat(fileno(*f), &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0)
			unlink(path);
		good = fclose(*f) == 0 && good;
	}
	*f = NULL;
	return good;
}

static void
start_over(FILE *f)
{
	if (f != stdout && ftruncate(fileno(f), 0) < 0)
		clearerr(f); /* a pipe or a device: there is nothing to cut */
}

static int
read_old(struct run *run)
{
	char why[RSD_BENCH_WHY];

	if (run->opts.compare == NULL || rsd_bench_read(run->opts.compare, &run->old, why) == 0)
		return RSD_EXIT_OK;
	return fail(run, RSD_EXIT_USAGE, run->opts.compare, why);
}

static int
open_files(struct run *run)
{
	int status = read_old(run);

	if (status == RSD_EXIT_OK)
		status = open_file(run, run->opts.json, &run->json);
	if (status == RSD_EXIT_OK)
		status = open_file(run, run->opts.html, &run->html);
	return status;
}

/* -- what came of it --------------------------------------------------------------------------- */

static unsigned int
columns(void)
{
	struct winsize w;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col != 0 ? w.ws_col : COLUMNS;
}

static bool
has_figures(const struct rsd_bench_result *r)
{
	size_t i;

	for (i = 0; i < r->nb_rows; i++)
		if (r->row[i].why[0] == '\0')
			return true;
	return false;
}

static int
compare(struct run *run, FILE *f)
{
	struct rsd_bench_compare c;
	int ret = rsd_bench_compare(&run->old, &run->result, &c);

	if (ret == 0) {
		fprintf(f, "\n");
		rsd_bench_out_compare(f, &c, columns());
	}
	rsd_bench_compare_free(&c);
	return ret;
}

static int
report(struct run *run)
{
	FILE *text = run->json == stdout ? stderr : stdout;
	int ret = 0;

	if (run->json != stdout)
		rsd_bench_out_text(stdout, &run->result, columns());
	if (run->opts.compare != NULL)
		ret = compare(run, text);
	if (run->json != NULL) {
		start_over(run->json);
		ret = rsd_bench_out_json(run->json, &run->result) != 0 ? -ENOMEM : ret;
	}
	if (run->html != NULL) {
		start_over(run->html);
		rsd_bench_out_html(run->html, &run->result);
	}
	if (ret != 0)
		return fail(run, RSD_EXIT_INTERNAL, "bench", strerror(-ret));
	return has_figures(&run->result) ? RSD_EXIT_OK : RSD_EXIT_INTERNAL;
}

/* What was measured before takes the place of a measurement. */
static int
read_shown(struct run *run)
{
	char why[RSD_BENCH_WHY];

	if (rsd_bench_read(run->opts.show, &run->result, why) == 0)
		return RSD_EXIT_OK;
	return fail(run, RSD_EXIT_USAGE, run->opts.show, why);
}

static int
measure(struct run *run)
{
	ssize_t len = readlink("/proc/self/exe", run->exe, sizeof(run->exe) - 1);
	char why[256] = "";

	if (len < 0)
		return fail(run, RSD_EXIT_INTERNAL, "/proc/self/exe", strerror(errno));
	run->opts.conf.exe = run->exe;
	run->opts.conf.ask = rsd_bench_ask;
	if (isatty(STDERR_FILENO))
		run->opts.conf.progress = true;
	rsd_catch_signals(on_signal);
	if (rsd_run(&run->opts.conf, &run->result, why) == 0)
		return RSD_EXIT_OK;
	return rsd_run_interrupted() ? fail(run, RSD_EXIT_INTERNAL, "bench", "interrupted")
				     : fail(run, RSD_EXIT_NOT_READY, "bench", why);
}

static int
run_bench(struct run *run)
{
	int status;

	if (run->opts.show == NULL && geteuid() != 0)
		return fail(run, RSD_EXIT_NOT_READY, "bench",
			"needs root for network namespaces and raw sockets: sudo ringside bench");
	status = open_files(run);
	if (status == RSD_EXIT_OK)
		status = run->opts.show != NULL ? read_shown(run) : measure(run);
	if (status == RSD_EXIT_OK)
		status = report(run);
	if (!close_file(run->opts.json, &run->json) || !close_file(run->opts.html, &run->html) ||
		fflush(stdout) != 0)
		status = fail(run, RSD_EXIT_INTERNAL, "bench", "the result could not be written");
	return status;
}

int
rsd_cmd_bench(int argc, char **argv)
{
	struct run *run = calloc(1, sizeof(*run));
	int status = RSD_EXIT_OK;

	if (run == NULL)
		return RSD_EXIT_INTERNAL;
	rsd_bench_init(&run->result);
	rsd_bench_init(&run->old);
	if (rsd_bench_opts_parse(argc, argv, &run->opts, &run->err) != 0)
		status = RSD_EXIT_USAGE;
	else if (run->opts.help)
		rsd_bench_usage();
	else if (run->opts.list)
		rsd_bench_list();
	else
		status = run_bench(run);
	if (run->err.code != RSD_EXIT_OK)
		fprintf(stderr, "ringside: %s\n", run->err.text);
	rsd_bench_free(&run->result);
	rsd_bench_free(&run->old);
	free(run);
	return status;
}
