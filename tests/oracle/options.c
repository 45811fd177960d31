/* SPDX-License-Identifier: BSD-3-Clause */
/* The oracle's command line, and its last words. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#include "oracle/options.h"

struct oc_options oc_opt = { .sets = 2000, .differences = 1 };

void
oc_usage(FILE *f)
{
	fputs("Usage: oracle [--sets N] [--seed N] [--cases FILE] [--replay ROW] ...\n"
	      "\n"
	      "  --sets N        random sets of sockets (2000)\n"
	      "  --seed N        of the random numbers; printed when it is drawn\n"
	      "  --first N       begin with this set of the seed (0)\n"
	      "  --seconds N     stop after so long\n"
	      "  --differences N stop after so many (1)\n"
	      "  --cases FILE    rows to run first; '#' begins a comment\n"
	      "  --replay ROW    run this row only, and print it with Linux's answers\n"
	      "  --table-only    without Linux: against the answers that stand in the rows; needs "
	      "no root\n"
	      "  --early-demux   with udp_early_demux, which is a short cut with answers of its "
	      "own\n"
	      "  --no-spread     leave the choice within groups unmeasured\n"
	      "  --json          the summary as JSON\n"
	      "  --quiet         no progress\n"
	      "\n"
	      "Exit: 0 no difference, 1 a difference, 2 usage, 3 the oracle failed, 77 cannot run "
	      "here.\n",
		f);
}

static bool
number(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return errno == 0 && end != text && *end == '\0' && text[0] != '-';
}

bool
oc_options_parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "sets", required_argument, NULL, 's' },
		{ "seed", required_argument, NULL, 'r' },
		{ "first", required_argument, NULL, 'f' },
		{ "seconds", required_argument, NULL, 't' },
		{ "differences", required_argument, NULL, 'd' },
		{ "cases", required_argument, NULL, 'c' },
		{ "replay", required_argument, NULL, 'p' },
		{ "table-only", no_argument, NULL, 'o' },
		{ "early-demux", no_argument, NULL, 'l' },
		{ "no-spread", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	uint64_t seconds = 0;
	bool good = true;
	int o;

	while (good && (o = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (o) {
		case 's':
			good = number(optarg, &oc_opt.sets);
			break;
		case 'r':
			good = number(optarg, &oc_opt.seed);
			break;
		case 'f':
			good = number(optarg, &oc_opt.first);
			break;
		case 't':
			good = number(optarg, &seconds);
			break;
		case 'd':
			good = number(optarg, &oc_opt.differences);
			break;
		case 'c':
			oc_opt.cases = optarg;
			break;
		case 'p':
			oc_opt.replay = optarg;
			break;
		case 'o':
			oc_opt.table_only = true;
			break;
		case 'l':
			oc_opt.early_demux = true;
			break;
		case 'n':
			oc_opt.no_spread = true;
			break;
		case 'j':
			oc_opt.json = true;
			break;
		case 'q':
			oc_opt.quiet = true;
			break;
		case 'h':
			oc_usage(stdout);
			exit(0);
		default:
			good = false;
		}
	}
	oc_opt.seconds = (unsigned int)seconds;
	return good && optind == argc;
}

void
oc_summary(const struct oc_count *n, double seconds, bool same)
{
	const struct {
		const char *key, *text;
		uint64_t value;
	} rows[] = {
		{ "sets", "sets compared", n->sets },
		{ "left_out", "left out: this kernel has no table of 4-tuples", n->left_out },
		{ "not_repeated", "differences that did not come again", n->not_repeated },
		{ "opens", "sockets opened", n->opens },
		{ "opens_v6", "  IPv6", n->opens6 },
		{ "in_use", "  refused, EADDRINUSE", n->in_use },
		{ "ephemeral", "  on any free port", n->ephemeral },
		{ "connects", "connected", n->connects },
		{ "disconnects", "disconnected", n->disconnects },
		{ "closes", "closed half-way", n->closes },
		{ "datagrams", "datagrams", n->sends },
		{ "datagrams_v6", "  IPv6", n->sends6 },
		{ "to_all", "  to a group or broadcast", n->to_all },
		{ "got_none", "  for nobody", n->got_none },
		{ "got_one", "  for one socket", n->got_one },
		{ "got_many", "  for several", n->got_many },
		{ "by_group", "  chosen by a group", n->by_group },
	};
	unsigned int i;

	if (oc_opt.json) {
		printf("{\"schema\": 1, \"seed\": %lu, \"seconds\": %.3f, \"same\": %s",
			oc_opt.seed, seconds, same ? "true" : "false");
		for (i = 0; i < RTE_DIM(rows); i++)
			printf(", \"%s\": %lu", rows[i].key, rows[i].value);
		printf("}\n");
		return;
	}
	for (i = 0; i < RTE_DIM(rows); i++)
		printf("%10lu %s\n", rows[i].value, rows[i].text);
	printf("%.1f s, %.0f sets a second, seed %lu: %s\n", seconds, (double)n->sets / seconds,
		oc_opt.seed, same ? "no difference" : "DIFFERENT");
}
