/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside journey`: one datagram through the kernel and through the engine, side by side. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_common.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/journey.h"
#include "cli/words.h"
#include "control/nearest.h"

struct opts {
	enum rsd_journey_way kernel, engine;
	uint32_t bytes; /* 0: not given */
	bool some;      /* a way or a length was asked for */
	bool all, json, help;
};

static const uint32_t lengths[] = { RSD_JOURNEY_MARKER, 1400 };

static const struct option options[] = {
	{ "kernel", required_argument, NULL, 'k' },
	{ "engine", required_argument, NULL, 'e' },
	{ "bytes", required_argument, NULL, 'b' },
	{ "all", no_argument, NULL, 'a' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void
usage(void)
{
	printf("Usage: ringside journey [options]\n\n"
	       "Sends one datagram through the kernel's sockets and one through an engine, "
	       "watches\n"
	       "both, and prints their ways side by side: time, place, address, copies, system\n"
	       "calls, context switches. Everything happens in network namespaces of its own.\n\n"
	       "  --kernel lo|veth    over loopback, or over a cable between two namespaces (lo)\n"
	       "  --engine ring|tap   on a ring in memory, or on a TAP interface (ring)\n"
	       "  --bytes N           of payload, %u to %u (16)\n"
	       "  --all               every way, with 16 and with 1400 bytes, each in full\n"
	       "  --json              one JSON object\n\n"
	       "Without options: loopback beside ring, 16 bytes, in full, and a table of all "
	       "ways.\n",
		RSD_JOURNEY_MARKER, RSD_JOURNEY_PAYLOAD);
}

/* -- options ----------------------------------------------------------------------------------- */

static int
wrong(struct rsd_error *err, const char *name, const char *value, const char *expected)
{
	return rsd_err(
		err, RSD_EXIT_USAGE, -EINVAL, "--%s: '%s', expected %s", name, value, expected);
}

static int
take_way(const char *value, enum rsd_journey_way first, const char *name, enum rsd_journey_way *way,
	struct rsd_error *err)
{
	unsigned int i;

	for (i = first; i < first + 2u; i++)
		if (strcmp(value, rsd_journey_way_name(i)) == 0) {
			*way = i;
			return 0;
		}
	return wrong(err, name, value, first == RSD_JOURNEY_LO ? "lo or veth" : "ring or tap");
}

static int
take_bytes(const char *value, uint32_t *bytes, struct rsd_error *err)
{
	char expected[32], *end;
	unsigned long n = strtoul(value, &end, 10);

	snprintf(expected, sizeof(expected), "%u to %u", RSD_JOURNEY_MARKER, RSD_JOURNEY_PAYLOAD);
	if (*value < '0' || *value > '9' || *end != '\0' || n < RSD_JOURNEY_MARKER ||
		n > RSD_JOURNEY_PAYLOAD)
		return wrong(err, "bytes", value, expected);
	*bytes = (uint32_t)n;
	return 0;
}

static int
take_option(int c, struct opts *o, char **argv, struct rsd_error *err)
{
	o->some |= c == 'k' || c == 'e' || c == 'b';
	switch (c) {
	case 'k':
		return take_way(optarg, RSD_JOURNEY_LO, "kernel", &o->kernel, err);
	case 'e':
		return take_way(optarg, RSD_JOURNEY_RING, "engine", &o->engine, err);
	case 'b':
		return take_bytes(optarg, &o->bytes, err);
	case 'a':
		o->all = true;
		return 0;
	case 'j':
		o->json = true;
		return 0;
	case 'h':
		o->help = true;
		return 0;
	case ':':
		return rsd_err(
			err, RSD_EXIT_USAGE, -EINVAL, "%s: a value must follow", argv[optind - 1]);
	default:
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"%s: no such option, see ringside journey --help", argv[optind - 1]);
	}
}

static int
parse(int argc, char **argv, struct opts *o, struct rsd_error *err)
{
	static char name[] = "journey";
	char *words[64] = { name };
	int i, c, nb = RTE_MIN(argc, (int)RTE_DIM(words) - 2), ret = 0;

	*o = (struct opts){ .kernel = RSD_JOURNEY_LO, .engine = RSD_JOURNEY_RING };
	for (i = 0; i < nb; i++)
		words[i + 1] = argv[i];
	optind = 0;
	while (ret == 0 && (c = getopt_long(nb + 1, words, ":h", options, NULL)) != -1)
		ret = take_option(c, o, words, err);
	if (ret == 0 && !o->help && optind < nb + 1)
		ret = rsd_err(err, RSD_EXIT_USAGE, -EINVAL, "%s: one word too many", words[optind]);
	if (ret == 0 && o->all && (o->kernel != RSD_JOURNEY_LO || o->engine != RSD_JOURNEY_RING))
		ret = rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"--all: every way is shown, expected no --kernel and no --engine");
	return ret;
}

/* -- what is to be made ------------------------------------------------------------------------ */

static unsigned int
plan_one(struct rsd_journeys *all, enum rsd_journey_way way, uint32_t bytes)
{
	unsigned int i;

	for (i = 0; i < all->nb; i++)
		if (all->journey[i].way == way && all->journey[i].bytes == bytes)
			return i;
	all->journey[all->nb].way = way;
	all->journey[all->nb].bytes = bytes;
	return all->nb++;
}

static void
plan_pair(struct rsd_journeys *all, enum rsd_journey_way kernel, enum rsd_journey_way engine,
	uint32_t bytes)
{
	all->pair[all->nb_pairs].kernel = plan_one(all, kernel, bytes);
	all->pair[all->nb_pairs++].engine = plan_one(all, engine, bytes);
}

static void
plan(struct rsd_journeys *all, const struct opts *o)
{
	unsigned int i, nb = o->bytes != 0 ? 1 : RTE_DIM(lengths), way;

	all->table = o->all || !o->some;
	if (!o->all)
		plan_pair(all, o->kernel, o->engine, o->bytes != 0 ? o->bytes : lengths[0]);
	for (i = 0; i < nb && o->all; i++) {
		uint32_t bytes = o->bytes != 0 ? o->bytes : lengths[i];

		plan_pair(all, RSD_JOURNEY_LO, RSD_JOURNEY_RING, bytes);
		plan_pair(all, RSD_JOURNEY_VETH, RSD_JOURNEY_TAP, bytes);
	}
	for (i = 0; i < nb && all->table; i++)
		for (way = 0; way < RSD_JOURNEY_WAYS; way++)
			plan_one(all, way, o->bytes != 0 ? o->bytes : lengths[i]);
}

/* -- doing it ---------------------------------------------------------------------------------- */

static void
on_signal(int sig)
{
	(void)sig;
	rsd_journey_interrupt();
}

static int
make_all(struct rsd_journeys *all, struct rsd_error *err)
{
	unsigned int i;

	for (i = 0; i < all->nb; i++) {
		struct rsd_journey *j = &all->journey[i];

		if (rsd_journey_make(j->way, j->bytes, j) == -EINTR)
			return rsd_err(err, RSD_EXIT_INTERNAL, -EINTR, "journey: interrupted");
	}
	return 0;
}

static int
print_json(const struct rsd_journeys *all)
{
	json_t *whole = rsd_journey_json(all);
	int ret = whole != NULL ? json_dumpf(whole, stdout, JSON_INDENT(2)) : -1;

	putchar('\n');
	json_decref(whole);
	return ret;
}

/* Whatever was asked for in full has to be there. */
static int
check(const struct rsd_journeys *all, struct rsd_error *err)
{
	unsigned int i;

	for (i = 0; i < 2 * all->nb_pairs; i++) {
		const struct rsd_journey *j = &all->journey[i % 2 == 0 ? all->pair[i / 2].kernel
								       : all->pair[i / 2].engine];

		if (!j->done)
			return rsd_err(err, RSD_EXIT_NOT_READY, -EIO, "journey: %s: %s",
				rsd_journey_way_title(j->way), j->why);
		if (j->broken)
			return rsd_err(err, RSD_EXIT_INTERNAL, -EBADMSG, "journey: %s: %s",
				rsd_journey_way_title(j->way), j->why);
	}
	return 0;
}

static void
run(const struct opts *o, struct rsd_error *err)
{
	struct rsd_journeys all = { .journey = calloc(RSD_JOURNEYS, sizeof(struct rsd_journey)) };
	int written = 0;

	if (all.journey == NULL) {
		rsd_err(err, RSD_EXIT_INTERNAL, -ENOMEM, "no memory");
		return;
	}
	plan(&all, o);
	rsd_catch_signals(on_signal);
	if (make_all(&all, err) == 0) {
		if (o->json)
			written = print_json(&all);
		else
			rsd_journey_text(&all);
		check(&all, err);
	}
	if (written != 0 || fflush(stdout) != 0)
		rsd_err(err, RSD_EXIT_INTERNAL, -EIO, "the journey could not be written");
	free(all.journey);
}

int
rsd_cmd_journey(int argc, char **argv)
{
	struct rsd_error err = { .code = RSD_EXIT_OK };
	struct opts o;

	if (parse(argc, argv, &o, &err) == 0) {
		if (o.help)
			usage();
		else if (geteuid() != 0)
			rsd_err(&err, RSD_EXIT_NOT_READY, -EPERM,
				"journey: needs root for network namespaces: sudo ringside "
				"journey");
		else
			run(&o, &err);
	}
	if (err.code != RSD_EXIT_OK)
		fprintf(stderr, "ringside: %s\n", err.text);
	return (int)err.code;
}
