/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside ctl WHAT`: ask a running engine. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/ctl.h"
#include "control/nearest.h"
#include "control/options.h"
#include "stats/report.h"

#define ANSWER_TIMEOUT_S 5.0
#define STOP_TIMEOUT_S   30.0
#define SECONDS_MAX      86400.0

static enum rsd_exit info(struct rsd_ctl *c);
static enum rsd_exit stop(struct rsd_ctl *c);

static const struct what {
	const char *name;
	enum rsd_exit (*run)(struct rsd_ctl *c);
	const char *help;
} whats[] = {
	{ "stats", rsd_ctl_stats,
		"where every frame went, whether the books balance, and the cost" },
	{ "drops", rsd_ctl_drops, "dropped frames by reason, each with a sentence" },
	{ "ports", rsd_ctl_ports, "devices, queues, offloads, and what the driver copies" },
	{ "sockets", rsd_ctl_sockets,
		"open sockets and their counters; with --table the tables behind them" },
	{ "ledger", rsd_ctl_ledger,
		"how often payload was copied, by place; where watched datagrams lay" },
	{ "info", info, "version, process, uptime, pipeline" },
	{ "stop", stop, "end the engine, and wait until it is gone" },
};

#define NB_WHATS (sizeof(whats) / sizeof(whats[0]))

static void
usage(FILE *f)
{
	unsigned int i;

	fprintf(f, "Usage: ringside ctl [options] WHAT\n\nAsks a running engine. WHAT is one of\n");
	for (i = 0; i < NB_WHATS; i++)
		fprintf(f, "  %-16s %s\n", whats[i].name, whats[i].help);
	fprintf(f,
		"\nOptions, before or after WHAT\n"
		"  --name NAME      which engine: the --name it was started with (default: "
		"ringside)\n"
		"  --json           one JSON object; with --interval one a line\n"
		"  --interval S     stats: rates, every S seconds (0.1 to %g)\n"
		"  --count N        stats: end after N intervals (default: never)\n"
		"  --local PORT     sockets: only those on that local port\n"
		"  --openmetrics    ledger: as OpenMetrics text\n"
		"  --table          sockets: how full the tables behind the look-up are\n"
		"  --timeout S      wait so long for an answer, or for the end (default: %g, stop: "
		"%g)\n"
		"  --dir DIR        where engines keep their sockets (default: /var/run/dpdk for "
		"root,\n"
		"                   else $XDG_RUNTIME_DIR/dpdk)\n"
		"  --help           this text\n"
		"\nExit: 0 done; 1 no answer, books that do not balance, payload that moved;\n"
		"2 wrong usage; 3 no such engine runs.\n",
		SECONDS_MAX, ANSWER_TIMEOUT_S, STOP_TIMEOUT_S);
}

uint64_t
rsd_ctl_u64(const json_t *o, const char *field)
{
	return (uint64_t)json_integer_value(json_object_get(o, field));
}

const char *
rsd_ctl_str(const json_t *o, const char *field)
{
	const char *text = json_string_value(json_object_get(o, field));

	return text != NULL ? text : "";
}

enum rsd_exit
rsd_ctl_print(struct rsd_ctl *c, json_t *o, bool flat)
{
	size_t form = JSON_REAL_PRECISION(12) | (flat ? JSON_COMPACT : JSON_INDENT(2));
	int ret = o != NULL ? json_dumpf(o, stdout, form) : -1;

	json_decref(o);
	if (ret != 0 || putchar('\n') == EOF || fflush(stdout) != 0)
		return rsd_ctl_fail(c, RSD_EXIT_INTERNAL, "the answer cannot be printed: %s",
			o == NULL ? "no memory" : strerror(errno));
	return RSD_EXIT_OK;
}

static enum rsd_exit
info(struct rsd_ctl *c)
{
	json_t *o = rsd_ctl_ask(c, "info", NULL, RSD_CTL_NONE), *value;
	const char *field;

	if (o == NULL)
		return c->exit;
	json_object_set_new(o, "uptime_s", json_real((double)rsd_ctl_u64(o, "uptime_ns") / 1e9));
	json_object_del(o, "uptime_ns");
	if (c->json)
		return rsd_ctl_print(c, o, false);
	json_object_foreach(o, field, value)
	{
		char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));

		if (strcmp(field, "schema") != 0)
			printf("%-12s %s\n", field,
				json_is_string(value) ? json_string_value(value)
				: text != NULL        ? text
						      : "");
		free(text);
	}
	json_decref(o);
	return RSD_EXIT_OK;
}

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static enum rsd_exit
stop(struct rsd_ctl *c)
{
	double limit = c->timeout_given ? c->timeout_s : STOP_TIMEOUT_S, begun = now_s();

	c->leaving = true; /* it may be gone before it answers */
	json_decref(rsd_ctl_ask(c, "stop", NULL, RSD_CTL_NONE));
	if (c->exit != RSD_EXIT_OK)
		return c->exit;
	if (rsd_ctl_wait_gone(c, limit) != 0)
		return rsd_ctl_fail(c, RSD_EXIT_INTERNAL,
			"%s: asked to stop %g s ago and still there", c->name, limit);
	if (c->json)
		return rsd_ctl_print(c,
			json_pack("{s:i,s:s,s:b,s:f}", "schema", RSD_REPORT_SCHEMA, "name", c->name,
				"stopped", 1, "waited_s", now_s() - begun),
			false);
	printf("stopped\n");
	return RSD_EXIT_OK;
}

static enum rsd_exit
take_seconds(struct rsd_ctl *c, const char *option, double *to)
{
	char *end;
	double value = strtod(optarg, &end);

	if (end == optarg || *end != '\0' || !(value >= 0.1 && value <= SECONDS_MAX))
		return rsd_ctl_fail(c, RSD_EXIT_USAGE,
			"--%s: '%s', expected seconds from 0.1 to %g", option, optarg, SECONDS_MAX);
	*to = value;
	return RSD_EXIT_OK;
}

static enum rsd_exit
take_count(struct rsd_ctl *c)
{
	char *end;

	errno = 0;
	c->count = strtoul(optarg, &end, 10);
	if (optarg[0] < '0' || optarg[0] > '9' || *end != '\0' || errno != 0 || c->count == 0)
		return rsd_ctl_fail(
			c, RSD_EXIT_USAGE, "--count: '%s', expected a number from 1", optarg);
	return RSD_EXIT_OK;
}

static enum rsd_exit
take_port(struct rsd_ctl *c)
{
	struct rsd_why why;
	uint64_t n;

	if (rsd_number(optarg, strlen(optarg), 1, UINT16_MAX, &n, &why) != 0)
		return rsd_ctl_fail(c, RSD_EXIT_USAGE, "--local: %s", why.text);
	c->port = (uint16_t)n;
	return RSD_EXIT_OK;
}

static enum rsd_exit
take_what(struct rsd_ctl *c, const char *word, const struct what **what)
{
	struct rsd_nearest near = { .word = word, .len = strlen(word) };
	unsigned int i;

	if (*what != NULL)
		return rsd_ctl_fail(c, RSD_EXIT_USAGE,
			"'%s': one question at a time, and %s is asked already", word,
			(*what)->name);
	for (i = 0; i < NB_WHATS; i++) {
		if (strcmp(word, whats[i].name) == 0) {
			*what = &whats[i];
			return RSD_EXIT_OK;
		}
		rsd_nearest(&near, whats[i].name);
	}
	if (near.best != NULL)
		return rsd_ctl_fail(c, RSD_EXIT_USAGE, "'%s' cannot be asked; did you mean %s?",
			word, near.best);
	return rsd_ctl_fail(c, RSD_EXIT_USAGE,
		"'%s' cannot be asked; expected stats, drops, ports, sockets, ledger, info or stop",
		word);
}

struct words {
	const struct what *what;
	const char *dir;
	bool help;
};

static enum rsd_exit
take_option(struct rsd_ctl *c, int option, const char *word, struct words *w)
{
	switch (option) {
	case 1:
		return take_what(c, optarg, &w->what);
	case 'n':
		c->name = optarg;
		return rsd_ctl_is_name(optarg)
			       ? RSD_EXIT_OK
			       : rsd_ctl_fail(c, RSD_EXIT_USAGE,
					 "--name: '%s', expected a name without '/' and blanks",
					 optarg);
	case 'd':
		w->dir = optarg;
		return RSD_EXIT_OK;
	case 'j':
		c->json = true;
		return RSD_EXIT_OK;
	case 'i':
		return take_seconds(c, "interval", &c->interval_s);
	case 'c':
		return take_count(c);
	case 'p':
		return take_port(c);
	case 'b':
		c->table = true;
		return RSD_EXIT_OK;
	case 'm':
		c->metrics = true;
		return RSD_EXIT_OK;
	case 't':
		c->timeout_given = true;
		return take_seconds(c, "timeout", &c->timeout_s);
	case 'h':
		w->help = true;
		return RSD_EXIT_OK;
	case ':':
		return rsd_ctl_fail(c, RSD_EXIT_USAGE, "%s: a value must follow", word);
	default:
		return rsd_ctl_fail(
			c, RSD_EXIT_USAGE, "%s: no such option; see ringside ctl --help", word);
	}
}

/* argv[0] stands for the command, as getopt wants it. */
static enum rsd_exit
take_words(struct rsd_ctl *c, int argc, char **argv, struct words *w)
{
	static const struct option options[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "dir", required_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'c' },
		{ "local", required_argument, NULL, 'p' },
		{ "table", no_argument, NULL, 'b' },
		{ "openmetrics", no_argument, NULL, 'm' },
		{ "timeout", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	enum rsd_exit ret = RSD_EXIT_OK;
	int option;

	opterr = 0;
	optind = 0; /* GNU: begin anew, whoever used it before */
	while (ret == RSD_EXIT_OK && (option = getopt_long(argc, argv, "-:h", options, NULL)) != -1)
		ret = take_option(c, option, optind > 0 ? argv[optind - 1] : "", w);
	for (; ret == RSD_EXIT_OK && optind < argc; optind++)
		ret = take_what(c, argv[optind], &w->what);
	return ret;
}

static enum rsd_exit
check(struct rsd_ctl *c, const struct words *w)
{
	if (w->what == NULL)
		return rsd_ctl_fail(c, RSD_EXIT_USAGE,
			"ctl: what? Expected stats, drops, ports, sockets, ledger, info or stop");
	if (w->what->run != rsd_ctl_stats && c->interval_s > 0)
		return rsd_ctl_fail(c, RSD_EXIT_USAGE, "--interval: only stats can be watched");
	if (c->count != 0 && c->interval_s <= 0)
		return rsd_ctl_fail(c, RSD_EXIT_USAGE, "--count: needs --interval");
	if (w->what->run != rsd_ctl_sockets && (c->port != 0 || c->table))
		return rsd_ctl_fail(c, RSD_EXIT_USAGE, "%s: only for sockets",
			c->table ? "--table" : "--local");
	if (w->what->run != rsd_ctl_ledger && c->metrics)
		return rsd_ctl_fail(c, RSD_EXIT_USAGE, "--openmetrics: only for ledger");
	if (c->metrics && c->json)
		return rsd_ctl_fail(
			c, RSD_EXIT_USAGE, "--openmetrics: is another form, expected no --json");
	if (c->port != 0 && c->table)
		return rsd_ctl_fail(c, RSD_EXIT_USAGE,
			"--table: is of all ports, expected no --local beside it");
	return RSD_EXIT_OK;
}

static enum rsd_exit
ask(struct rsd_ctl *c, const struct words *w)
{
	enum rsd_exit ret = check(c, w);

	if (ret == RSD_EXIT_OK)
		ret = rsd_ctl_find_base(c, w->dir);
	if (ret == RSD_EXIT_OK)
		ret = rsd_ctl_open(c);
	if (ret == RSD_EXIT_OK)
		ret = w->what->run(c);
	rsd_ctl_close(c);
	if (fflush(stdout) != 0 && ret == RSD_EXIT_OK)
		ret = rsd_ctl_fail(
			c, RSD_EXIT_INTERNAL, "the answer cannot be printed: %s", strerror(errno));
	return ret;
}

int
rsd_cmd_ctl(int argc, char **argv)
{
	struct rsd_ctl c = { .name = "ringside", .timeout_s = ANSWER_TIMEOUT_S, .fd = -1 };
	char **words = calloc((size_t)argc + 2, sizeof(*words));
	static char command[] = "ctl";
	struct words w = { 0 };
	enum rsd_exit ret;

	if (words == NULL)
		return rsd_ctl_fail(&c, RSD_EXIT_INTERNAL, "no memory");
	words[0] = command;
	memcpy(words + 1, argv, (size_t)argc * sizeof(*words));
	ret = take_words(&c, argc + 1, words, &w);
	if (ret == RSD_EXIT_OK && w.help)
		usage(stdout);
	else if (ret == RSD_EXIT_OK)
		ret = ask(&c, &w);
	free(words);
	return (int)ret;
}
