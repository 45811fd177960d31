/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * oracle: random sets of sockets and datagrams, in Linux and in our table; who receives, and what
 * bind() and connect() say, must be the same. What differs is made small and printed as a row.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "oracle/options.h"

#define EXIT_DIFFERENT 1
#define EXIT_USAGE     2
#define EXIT_BROKEN    3
#define EXIT_SKIPPED   77

#define ROW_MAX     16384
#define RECUR       2 /* times a difference must come again, each in a fresh namespace */
#define PROGRESS_NS 2000000000ull

static struct oc_count total;
static bool old_kernel;

static uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
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

	if (oc_opt.table_only || oc_kernel_begin(oc_opt.early_demux, why, sizeof(why)) == 0)
		return OC_SAME;
	fprintf(stderr, "oracle: %s\n", why);
	return OC_BROKEN;
}

static void
report(const char *what, struct oc_case *c, const struct oc_run *run)
{
	printf("\n%s:\n", what);
	oc_case_print(stdout, c, &run->diff);
	printf("    again: oracle --replay '");
	c->nb = run->diff.step + 1;
	oc_row_print(stdout, c, run->theirs);
	printf("'\n");
	fflush(stdout);
}

/*
 * Linux's own hash tables may play a part: a socket connected anew stays in the slot of its first
 * peer, and one time in 65536 that is the slot of the new one, too. What is a rule is so in another
 * namespace as well.
 */
static enum oc_verdict
judge(struct oc_case *c, struct oc_run *run)
{
	static struct oc_run first;
	unsigned int i;

	first = *run;
	for (i = 0; i < RECUR; i++) {
		enum oc_verdict v = new_namespace();

		run->count = NULL;
		if (v == OC_SAME)
			v = oc_run(c, run);
		if (v == OC_SAME) {
			total.not_repeated++;
			report("Seen once, and not again in another namespace", c, &first);
			return OC_SAME;
		}
		if (v == OC_BROKEN)
			return v;
	}
	/* What a row expects is of that row only. */
	if (!oc_opt.table_only)
		oc_shrink(c, run);
	report("Linux and the table differ", c, run);
	return OC_DIFFERENT;
}

static enum oc_verdict
run_case(struct oc_case *c)
{
	static struct oc_run run;
	enum oc_verdict v;

	if (old_kernel && !oc_opt.table_only && oc_needs_new_kernel(c)) {
		total.left_out++;
		return OC_SAME;
	}
	run.kernel = !oc_opt.table_only;
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
		printf("\n");
		return OC_DIFFERENT;
	}
	return OC_SAME;
}

static enum oc_verdict
run_rows(void)
{
	FILE *f = fopen(oc_opt.cases, "re");
	enum oc_verdict v = OC_SAME, worst = OC_SAME;
	static char line[ROW_MAX];
	static struct oc_case c;
	unsigned int nr = 0, rows = 0;
	char why[256];

	if (f == NULL) {
		fprintf(stderr, "oracle: %s: %s\n", oc_opt.cases, strerror(errno));
		return OC_BROKEN;
	}
	while (v != OC_BROKEN && fgets(line, sizeof(line), f) != NULL) {
		nr++;
		line[strcspn(line, "#\n")] = '\0';
		if (line[strspn(line, " \t")] == '\0')
			continue;
		if (!oc_row_parse(line, &c, why, sizeof(why))) {
			fprintf(stderr, "oracle: %s:%u: %s\n", oc_opt.cases, nr, why);
			v = OC_BROKEN;
			break;
		}
		rows++;
		v = run_case(&c);
		if (v == OC_SAME && !oc_opt.table_only && !(old_kernel && oc_needs_new_kernel(&c)))
			v = check_expected(&c, line);
		worst = v > worst ? v : worst;
	}
	fclose(f);
	if (!oc_opt.json)
		printf("%u rows of %s\n", rows, oc_opt.cases);
	return worst;
}

static enum oc_verdict
run_replay(void)
{
	static struct oc_case c;
	static struct oc_run run;
	enum oc_verdict v;
	char why[256];

	if (!oc_row_parse(oc_opt.replay, &c, why, sizeof(why))) {
		fprintf(stderr, "oracle: --replay: %s\n", why);
		return OC_BROKEN;
	}
	run.kernel = !oc_opt.table_only;
	v = oc_run(&c, &run);
	if (v == OC_DIFFERENT)
		report("Linux and the table differ", &c, &run);
	if (v == OC_SAME) {
		oc_row_print(stdout, &c, run.theirs);
		printf("\n");
	}
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
	if (oc_opt.quiet || now - last < PROGRESS_NS)
		return;
	last = now;
	rate = (double)done * 1e9 / (double)(now - start);
	fprintf(stderr, "%s%lu of %lu sets, %.0f a second, %.0f s left%s", isatty(2) ? "\r" : "",
		done, oc_opt.sets, rate, (double)(oc_opt.sets - done) / rate,
		isatty(2) ? "   " : "\n");
}

/* Every set has a seed of its own, so that one can be made again without those before it. */
static void
seed_set(struct rsd_random *rnd, uint64_t set)
{
	rnd->state = (oc_opt.seed + 1) * UINT64_C(0x9e3779b97f4a7c15) ^
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

	for (i = 0; i < oc_opt.sets && v != OC_BROKEN && different < oc_opt.differences; i++) {
		if (oc_opt.seconds != 0 && now_ns() - start > oc_opt.seconds * UINT64_C(1000000000))
			break;
		seed_set(&rnd, oc_opt.first + i);
		oc_make(&c, &rnd);
		v = run_case(&c);
		if (v == OC_DIFFERENT) {
			printf("    set %lu of seed %lu\n", oc_opt.first + i, oc_opt.seed);
			different++;
		}
		worst = v > worst ? v : worst;
		if (i % 64 == 63)
			progress(i + 1, start);
	}
	if (worst == OC_SAME && !oc_opt.no_spread) {
		seed_set(&rnd, 0);
		worst = oc_spread(oc_opt.json ? stderr : stdout, &rnd, true) ? OC_SAME
									     : OC_DIFFERENT;
	}
	return worst;
}

static enum oc_verdict
run_all(void)
{
	uint64_t start = now_ns();
	enum oc_verdict v = OC_SAME;

	if (oc_opt.replay != NULL)
		return run_replay();
	if (oc_opt.cases != NULL)
		v = run_rows();
	if (v == OC_SAME && !oc_opt.table_only)
		v = run_sets(now_ns());
	if (v != OC_BROKEN && !oc_opt.table_only)
		oc_summary(&total, (double)(now_ns() - start) / 1e9, v == OC_SAME);
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

	if (getrandom(&oc_opt.seed, sizeof(oc_opt.seed), 0) < 0)
		oc_opt.seed = now_ns();
	oc_opt.seed >>= 32; /* short enough to be typed */
	if (!oc_options_parse(argc, argv)) {
		oc_usage(stderr);
		return EXIT_USAGE;
	}
	old_kernel = kernel_is_old();
	if (!oc_opt.table_only && geteuid() != 0) {
		fprintf(stderr, "oracle: needs root\n");
		return EXIT_SKIPPED;
	}
	if (new_namespace() != OC_SAME)
		return EXIT_SKIPPED;
	if (oc_opt.replay == NULL && !oc_opt.table_only && !oc_opt.json)
		printf("seed %lu\n", oc_opt.seed);
	v = run_all();
	oc_kernel_end();
	return status[v];
}
