/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * oracle: random sets of sockets and datagrams, in Linux and in our table; who receives, and what
 * bind() and connect() say, must be the same. What differs is made small and printed as a row.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "oracle/oracle.h"

#define EXIT_DIFFERENT 1
#define EXIT_USAGE     2
#define EXIT_BROKEN    3
#define EXIT_SKIPPED   77

#define ROW_MAX      16384
#define RECUR        2 /* times a difference must come again, each in a fresh namespace */
#define PROGRESS_NS  2000000000ull

static struct {
	uint64_t sets, seed, first, differences;
	unsigned int seconds;
	const char *cases, *replay;
	bool json, table_only, late_demux, quiet, no_spread;
} opt = { .sets = 2000, .differences = 1 };

static struct oc_count total;
static bool old_kernel;

static uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void
usage(FILE *f)
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
	      "  --table-only    without Linux: against the answers that stand in the rows; needs no root\n"
	      "  --late-demux    with udp_early_demux off\n"
	      "  --no-spread     leave the choice within groups unmeasured\n"
	      "  --json          the summary as JSON\n"
	      "  --quiet         no progress\n"
	      "\n"
	      "Exit: 0 no difference, 1 a difference, 2 usage, 3 the oracle failed, 77 cannot run here.\n",
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

static bool
parse_options(int argc, char **argv)
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
		{ "late-demux", no_argument, NULL, 'l' },
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
		case 's': good = number(optarg, &opt.sets); break;
		case 'r': good = number(optarg, &opt.seed); break;
		case 'f': good = number(optarg, &opt.first); break;
		case 't': good = number(optarg, &seconds); break;
		case 'd': good = number(optarg, &opt.differences); break;
		case 'c': opt.cases = optarg; break;
		case 'p': opt.replay = optarg; break;
		case 'o': opt.table_only = true; break;
		case 'l': opt.late_demux = true; break;
		case 'n': opt.no_spread = true; break;
		case 'j': opt.json = true; break;
		case 'q': opt.quiet = true; break;
		case 'h': usage(stdout); exit(0);
		default: good = false;
		}
	}
	opt.seconds = (unsigned int)seconds;
	return good && optind == argc;
}

static bool
kernel_is_old(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname u;

	uname(&u);
	return sscanf(u.release, "%u.%u", &major, &minor) == 2 &&
		(major < 6 || (major == 6 && minor < 13));
}

static enum oc_verdict
new_namespace(void)
{
	char why[256];

	if (opt.table_only || oc_kernel_begin(!opt.late_demux, why, sizeof(why)) == 0)
		return OC_SAME;
	fprintf(stderr, "oracle: %s\n", why);
	return OC_BROKEN;
}

static void
report(struct oc_case *c, struct oc_run *run)
{
	printf("\nLinux and the table differ:\n");
	oc_case_print(stdout, c, &run->diff);
	printf("    again: oracle --replay '");
	c->nb = run->diff.step + 1;
	oc_row_print(stdout, c, run->theirs);
	fflush(stdout);
}

/* Linux's own hash tables may play a part: what is a rule is so in another namespace, too. */
static enum oc_verdict
judge(struct oc_case *c, struct oc_run *run)
{
	unsigned int i;

	for (i = 0; i < RECUR; i++) {
		enum oc_verdict v = new_namespace();

		run->count = NULL;
		if (v == OC_SAME)
			v = oc_run(c, run);
		if (v == OC_SAME) {
			total.not_repeated++;
			return OC_SAME;
		}
		if (v == OC_BROKEN)
			return v;
	}
	oc_shrink(c, run);
	report(c, run);
	return OC_DIFFERENT;
}

static enum oc_verdict
run_case(struct oc_case *c)
{
	static struct oc_run run;
	enum oc_verdict v;

	if (old_kernel && !opt.table_only && oc_needs_new_kernel(c)) {
		total.left_out++;
		return OC_SAME;
	}
	run.kernel = !opt.table_only;
	run.count = &total;
	total.sets++;
	v = oc_run(c, &run);
	return v == OC_DIFFERENT ? judge(c, &run) : v;
}

/* What the row says Linux does, and what it did. */
static enum oc_verdict
check_expected(const struct oc_case *c, const char *row)
{
	static struct oc_run run;
	unsigned int i;

	run.kernel = true;
	run.count = NULL;
	oc_run(c, &run);
	for (i = 0; i < c->nb; i++) {
		const struct oc_result *is = &run.theirs[i], *was = &c->expect[i];

		if (!was->done || (is->done && is->err == was->err && is->who == was->who))
			continue;
		/* A group's choice is another in each namespace. */
		if (is->done && is->err == was->err && (is->who & was->who) != 0)
			continue;
		printf("Linux no longer does as the row says: %s\n    now: ", row);
		oc_row_print(stdout, c, run.theirs);
		return OC_DIFFERENT;
	}
	return OC_SAME;
}

static enum oc_verdict
run_rows(void)
{
	FILE *f = fopen(opt.cases, "re");
	enum oc_verdict v = OC_SAME, worst = OC_SAME;
	static char line[ROW_MAX];
	static struct oc_case c;
	unsigned int nr = 0, rows = 0;
	char why[256];

	if (f == NULL) {
		fprintf(stderr, "oracle: %s: %s\n", opt.cases, strerror(errno));
		return OC_BROKEN;
	}
	while (v != OC_BROKEN && fgets(line, sizeof(line), f) != NULL) {
		nr++;
		line[strcspn(line, "#\n")] = '\0';
		if (line[strspn(line, " \t")] == '\0')
			continue;
		if (!oc_row_parse(line, &c, why, sizeof(why))) {
			fprintf(stderr, "oracle: %s:%u: %s\n", opt.cases, nr, why);
			v = OC_BROKEN;
			break;
		}
		rows++;
		v = run_case(&c);
		if (v == OC_SAME && !opt.table_only && !(old_kernel && oc_needs_new_kernel(&c)))
			v = check_expected(&c, line);
		worst = v > worst ? v : worst;
	}
	fclose(f);
	if (!opt.json)
		printf("%u rows of %s\n", rows, opt.cases);
	return worst;
}

static enum oc_verdict
run_replay(void)
{
	static struct oc_case c;
	static struct oc_run run;
	enum oc_verdict v;
	char why[256];

	if (!oc_row_parse(opt.replay, &c, why, sizeof(why))) {
		fprintf(stderr, "oracle: --replay: %s\n", why);
		return OC_BROKEN;
	}
	run.kernel = !opt.table_only;
	v = oc_run(&c, &run);
	if (v == OC_DIFFERENT)
		report(&c, &run);
	else if (v == OC_SAME)
		oc_row_print(stdout, &c, run.theirs);
	return v;
}

static void
progress(uint64_t done, uint64_t start)
{
	static uint64_t last;
	uint64_t now = now_ns();
	double rate;

	if (last == 0)
		last = start;
	if (opt.quiet || now - last < PROGRESS_NS)
		return;
	last = now;
	rate = (double)done * 1e9 / (double)(now - start);
	fprintf(stderr, "%s%lu of %lu sets, %.0f a second, %.0f s left%s", isatty(2) ? "\r" : "",
		done, opt.sets, rate, (double)(opt.sets - done) / rate, isatty(2) ? "   " : "\n");
}

/* Every set has a seed of its own, so that one can be made again without those before it. */
static void
seed_set(struct rsd_random *rnd, uint64_t set)
{
	rnd->state = (opt.seed + 1) * UINT64_C(0x9e3779b97f4a7c15) ^
		(set + 1) * UINT64_C(0xd1342543de82ef95);
	if (rnd->state == 0)
		rnd->state = 1;
	rsd_random(rnd);
	rsd_random(rnd);
}

static enum oc_verdict
run_sets(uint64_t start)
{
	static struct oc_case c;
	enum oc_verdict v = OC_SAME, worst = OC_SAME;
	uint64_t i, different = 0;
	struct rsd_random rnd;

	for (i = 0; i < opt.sets && v != OC_BROKEN && different < opt.differences; i++) {
		if (opt.seconds != 0 && now_ns() - start > opt.seconds * UINT64_C(1000000000))
			break;
		seed_set(&rnd, opt.first + i);
		oc_make(&c, &rnd);
		v = run_case(&c);
		if (v == OC_DIFFERENT) {
			printf("    set %lu of seed %lu\n", opt.first + i, opt.seed);
			different++;
		}
		worst = v > worst ? v : worst;
		if (i % 64 == 63)
			progress(i + 1, start);
	}
	if (worst == OC_SAME && !opt.no_spread) {
		seed_set(&rnd, 0);
		worst = oc_spread(&rnd, true) ? OC_SAME : OC_DIFFERENT;
	}
	return worst;
}

static void
summary(double seconds, enum oc_verdict v)
{
	const struct {
		const char *key, *text;
		uint64_t value;
	} rows[] = {
		{ "sets", "sets compared", total.sets },
		{ "left_out", "left out: this kernel has no table of 4-tuples", total.left_out },
		{ "not_repeated", "differences that did not come again", total.not_repeated },
		{ "opens", "sockets opened", total.opens },
		{ "opens_v6", "  IPv6", total.opens6 },
		{ "in_use", "  refused, EADDRINUSE", total.in_use },
		{ "ephemeral", "  on any free port", total.ephemeral },
		{ "connects", "connected", total.connects },
		{ "disconnects", "disconnected", total.disconnects },
		{ "closes", "closed half-way", total.closes },
		{ "datagrams", "datagrams", total.sends },
		{ "datagrams_v6", "  IPv6", total.sends6 },
		{ "to_all", "  to a group or broadcast", total.to_all },
		{ "got_none", "  for nobody", total.got_none },
		{ "got_one", "  for one socket", total.got_one },
		{ "got_many", "  for several", total.got_many },
		{ "by_group", "  chosen by a group", total.by_group },
	};
	unsigned int i;

	if (opt.json) {
		printf("{\"schema\": 1, \"seed\": %lu, \"seconds\": %.3f, \"same\": %s", opt.seed,
			seconds, v == OC_SAME ? "true" : "false");
		for (i = 0; i < RTE_DIM(rows); i++)
			printf(", \"%s\": %lu", rows[i].key, rows[i].value);
		printf("}\n");
		return;
	}
	for (i = 0; i < RTE_DIM(rows); i++)
		printf("%10lu %s\n", rows[i].value, rows[i].text);
	printf("%.1f s, %.0f sets a second, seed %lu: %s\n", seconds, (double)total.sets / seconds,
		opt.seed, v == OC_SAME ? "no difference" : "DIFFERENT");
}

static enum oc_verdict
run_all(void)
{
	uint64_t start = now_ns();
	enum oc_verdict v = OC_SAME;

	if (opt.replay != NULL)
		return run_replay();
	if (opt.cases != NULL)
		v = run_rows();
	if (v == OC_SAME && !opt.table_only)
		v = run_sets(now_ns());
	if (v != OC_BROKEN && !opt.table_only)
		summary((double)(now_ns() - start) / 1e9, v);
	return v;
}

int
main(int argc, char **argv)
{
	static const int status[] = {
		[OC_SAME] = 0,
		[OC_DIFFERENT] = EXIT_DIFFERENT,
		[OC_BROKEN] = EXIT_BROKEN,
	};
	enum oc_verdict v;

	if (getrandom(&opt.seed, sizeof(opt.seed), 0) < 0)
		opt.seed = now_ns();
	opt.seed >>= 32; /* short enough to be typed */
	if (!parse_options(argc, argv)) {
		usage(stderr);
		return EXIT_USAGE;
	}
	old_kernel = kernel_is_old();
	if (!opt.table_only && geteuid() != 0) {
		fprintf(stderr, "oracle: needs root\n");
		return EXIT_SKIPPED;
	}
	if (new_namespace() != OC_SAME)
		return EXIT_SKIPPED;
	if (opt.replay == NULL && !opt.table_only && !opt.json)
		printf("seed %lu\n", opt.seed);
	v = run_all();
	oc_kernel_end();
	return status[v];
}
