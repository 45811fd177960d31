/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside load`: send, receive, tell. Results go to stdout, everything else to stderr. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/load.h"

struct run {
	struct rsd_load_opts opts;
	struct rsd_load load;
	struct rsd_load_result result;
	struct rsd_search search;
	struct rsd_error err;
	bool progress; /* on stderr */
};

static void
on_signal(int sig)
{
	/* The first asks for what was found so far, the second does not. */
	if (rsd_load_interrupted()) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
	rsd_load_interrupt();
}

static void
catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* -- progress ---------------------------------------------------------------------------------- */

static void
clear_line(const struct run *run)
{
	if (run->progress)
		fprintf(stderr, "\r\033[K");
}

static void
show_progress(void *arg, const struct rsd_load *load, uint64_t gone_ns)
{
	const struct run *run = arg;
	uint64_t sent = __atomic_load_n(&load->sent_now, __ATOMIC_RELAXED);
	uint64_t settled = __atomic_load_n(&load->settled, __ATOMIC_RELAXED);
	double seconds = (double)gone_ns / 1e9;

	clear_line(run);
	fprintf(stderr, "  %.1f s", seconds);
	if (load->conf->for_ns != 0)
		fprintf(stderr, " of %.1f", (double)load->conf->for_ns / 1e9);
	if (run->search.nb_steps != 0)
		fprintf(stderr, ", step %u at %.0f/s", run->search.nb_steps,
			run->search.step[run->search.nb_steps - 1].rate);
	fprintf(stderr, ": %" PRIu64 " sent, %.0f/s", sent, (double)sent / seconds);
	if (!load->conf->one_way)
		fprintf(stderr, ", %" PRIu64 " answered, %" PRIu64 " under way", settled,
			sent > settled ? sent - settled : 0);
	fflush(stderr);
}

/* -- one run ----------------------------------------------------------------------------------- */

static int
trial(void *arg, const struct rsd_load_trial *t, struct rsd_load_result *r)
{
	struct run *run = arg;

	return rsd_load_trial(&run->load, t, r, &run->err);
}

static void
tell_step(void *arg, const struct rsd_search *s)
{
	const struct rsd_search_step *step = &s->step[s->nb_steps - 1];
	const struct run *run = arg;

	if (run->opts.quiet)
		return;
	clear_line(run);
	fprintf(stderr, "ringside: %12.0f/s: lost %.4f %% at best, held %u of %u%s\n",
		step->rate > 0 ? step->rate : step->sent_rate, 100 * step->loss, step->held,
		step->trials, step->kept_up ? "" : ", the sender did not keep up");
}

static int
search(struct run *run)
{
	const struct rsd_load_conf *conf = &run->opts.conf;
	const struct rsd_search_ops ops = {
		.trial = trial,
		.told = tell_step,
		.interrupted = rsd_load_interrupted,
		.arg = run,
	};

	return rsd_search_run(&ops, conf->search == RSD_SEARCH_PDR ? RSD_PDR_LOSS : 0,
		conf->precision, conf->rate, conf->for_ns, &run->search, &run->result);
}

static int
measure(struct run *run)
{
	const struct rsd_load_conf *conf = &run->opts.conf;
	struct rsd_load_trial t = {
		.rate = conf->rate,
		.count = conf->count != 0 ? conf->count : UINT64_MAX,
		.for_ns = conf->for_ns,
	};
	struct rsd_load_trial warm = t;
	int ret;

	if (conf->search != RSD_SEARCH_NONE && conf->rate <= 0)
		warm.rate = 1000; /* nothing is known of the peer yet */
	ret = rsd_load_warm_up(&run->load, &warm, &run->err);
	if (ret != 0 || rsd_load_interrupted())
		return ret;
	return conf->search != RSD_SEARCH_NONE
		       ? search(run)
		       : rsd_load_trial(&run->load, &t, &run->result, &run->err);
}

/* What the engine under a port says while it comes up is not the result. */
static FILE *
set_stdout_apart(void)
{
	int fd = dup(STDOUT_FILENO);
	FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;

	fflush(stdout);
	if (out != NULL)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	return out;
}

static int
report(const struct run *run, FILE *out)
{
	const struct rsd_search *s = run->opts.conf.search != RSD_SEARCH_NONE ? &run->search : NULL;

	if (run->opts.json)
		rsd_load_report_json(out, &run->opts, &run->result, s);
	else
		rsd_load_report_text(out, &run->opts, &run->result, s);
	if (fflush(out) != 0)
		return RSD_EXIT_INTERNAL;
	if (run->result.sent == 0 || (!run->opts.conf.one_way && run->result.answered == 0))
		return RSD_EXIT_INTERNAL;
	return RSD_EXIT_OK;
}

static int
run_load(struct run *run)
{
	FILE *out = set_stdout_apart();
	int status;

	if (out == NULL) {
		rsd_err(&run->err, RSD_EXIT_INTERNAL, -errno, "stdout: %s", strerror(errno));
		return RSD_EXIT_INTERNAL;
	}
	catch_signals();
	if (rsd_load_open(&run->load, &run->opts.conf, &run->err) != 0) {
		fclose(out);
		return (int)run->err.code;
	}
	run->load.progress = run->progress ? show_progress : NULL;
	run->load.progress_arg = run;
	if (measure(run) == 0) {
		clear_line(run);
		status = report(run, out);
	} else {
		clear_line(run);
		status = (int)run->err.code;
	}
	rsd_load_close(&run->load);
	fclose(out);
	return status;
}

int
rsd_cmd_load(int argc, char **argv)
{
	struct run *run = calloc(1, sizeof(*run));
	int status;

	if (run == NULL)
		return RSD_EXIT_INTERNAL;
	if (rsd_load_opts_parse(argc, argv, &run->opts, &run->err) != 0) {
		status = RSD_EXIT_USAGE;
	} else if (run->opts.help) {
		rsd_load_usage();
		status = RSD_EXIT_OK;
	} else {
		run->progress =
			run->opts.progress || (!run->opts.quiet && isatty(STDERR_FILENO) != 0);
		status = run_load(run);
	}
	if (run->err.code != RSD_EXIT_OK)
		fprintf(stderr, "ringside: %s\n", run->err.text);
	free(run);
	return status;
}
