/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cycles per key of a look-up among connected sockets: our table and rte_hash, in one process, on
 *one core, with the same keys, queries, burst and kind of memory.
 *
 *	lookup [--sizes 1k,64k,512k,4m] [--loads 50,75,90] [--mixes hit,miss,half,zipf]
 *	       [--family 4|6|both] [--burst 32] [--windows 15] [--quick] [--json FILE] [--core N]
 *	       [--hash vaes|aesni|portable] [--find avx512|sse|scalar] [--no-huge]
 *
 * A size is a number of slots (rte_hash: its parameter entries), a load the share of them in use. A
 * miss shares source and ports with a stored key. A window is one pass over the same million random
 * queries, 4096 at a time: they are put into as many frames, of which a line each is read, and then
 * looked up; only that is timed, and the figure is the median of these times, so that time in which
 * the core was taken away does not count. Every round has one window of each side, in an order that
 * turns round: A B C C B A. Before it is timed, each side's every answer is checked. What is
 * compared is the ratio of the windows of one round, ours to the other: its median and a bootstrap
 * interval.
 */
#include <getopt.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <jansson.h>
#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_version.h>

#include "perf/lookup.h"
#include "support/random.h"

#define WINDOWS_MAX 201
#define LIST_MAX    8
#define RESAMPLES   2000

static const char *const mix_names[MIX_COUNT] = { "hit", "miss", "half", "zipf" };

static struct options {
	uint32_t sizes[LIST_MAX], loads[LIST_MAX], mixes[LIST_MAX];
	unsigned int nb_sizes, nb_loads, nb_mixes, burst, windows, core;
	bool v4, v6, quick, no_huge;
	const char *json, *hash, *find;
} opt = {
	.sizes = { 1 << 10, 64 << 10, 512 << 10, 4 << 20 },
	.loads = { 50, 75, 90 },
	.mixes = { MIX_HIT, MIX_MISS, MIX_HALF, MIX_ZIPF },
	.nb_sizes = 4,
	.nb_loads = 3,
	.nb_mixes = 4,
	.burst = 32,
	.windows = 15,
	.v4 = true,
	.v6 = true,
};

void
lookup_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("lookup: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

/* --- figures --------------------------------------------------------------------------------- */

struct figure {
	double median, low, high;
};

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median_of(double *v, unsigned int nb)
{
	qsort(v, nb, sizeof(*v), by_value);
	return nb % 2 ? v[nb / 2] : (v[nb / 2 - 1] + v[nb / 2]) / 2;
}

/* Median and quartiles. */
static struct figure
spread(const double *window, unsigned int nb)
{
	double v[WINDOWS_MAX];
	struct figure f;

	memcpy(v, window, nb * sizeof(*v));
	f.median = median_of(v, nb);
	f.low = v[nb / 4];
	f.high = v[nb - 1 - nb / 4];
	return f;
}

/* Median of the ratios and its 95 % interval, by resampling with a fixed seed. */
static struct figure
ratio(const double *ours, const double *theirs, unsigned int nb)
{
	double r[WINDOWS_MAX], again[WINDOWS_MAX], medians[RESAMPLES];
	struct rsd_random random = { 1 };
	struct figure f;
	unsigned int i, j;

	for (i = 0; i < nb; i++)
		r[i] = ours[i] / theirs[i];
	for (i = 0; i < RESAMPLES; i++) {
		for (j = 0; j < nb; j++)
			again[j] = r[rsd_random_below(&random, nb)];
		medians[i] = median_of(again, nb);
	}
	qsort(medians, RESAMPLES, sizeof(*medians), by_value);
	f.low = medians[RESAMPLES / 40];
	f.high = medians[RESAMPLES - 1 - RESAMPLES / 40];
	f.median = median_of(r, nb);
	return f;
}

static json_t *
figure_json(struct figure f, const char *low, const char *high)
{
	return json_pack("{s:f, s:f, s:f}", "median", f.median, low, f.low, high, f.high);
}

/* --- measuring ------------------------------------------------------------------------------- */

static bool
wanted(enum side side)
{
	return !opt.quick || side == OURS || side == OURS_GIVEN || side == BULK ||
	       side == BULK_GIVEN || side == SINGLE;
}

static json_t *
report(const struct setup *s, enum mix mix, const char *memory, double (*cycles)[WINDOWS_MAX])
{
	json_t *sides = json_object(), *one;
	struct figure f, r;
	unsigned int side;

	for (side = 0; side < SIDES; side++) {
		if (!wanted(side))
			continue;
		f = spread(cycles[side], opt.windows);
		r = ratio(cycles[OURS], cycles[side], opt.windows);
		printf("%s %7u %3u%% %-4s  %-38s %7.1f [%6.1f %6.1f]", s->v6 ? "v6" : "v4",
			s->slots, s->load, mix_names[mix], lookup_side_name(side), f.median, f.low,
			f.high);
		if (side != OURS)
			printf("  %5.2f [%.2f %.2f]", r.median, r.low, r.high);
		putchar('\n');
		one = json_pack("{s:o, s:o}", "cycles", figure_json(f, "quartile1", "quartile3"),
			"ours_to_it", figure_json(r, "low", "high"));
		json_object_set_new(sides, lookup_side_name(side), one);
	}
	fflush(stdout);
	return json_pack("{s:s, s:i, s:i, s:i, s:s, s:s, s:o}", "family", s->v6 ? "IPv6" : "IPv4",
		"slots", (int)s->slots, "load_percent", (int)s->load, "keys", (int)s->nb_keys,
		"mix", mix_names[mix], "memory", memory, "sides", sides);
}

static json_t *
measure(const struct setup *s, enum mix mix, const struct tables *t)
{
	static double cycles[SIDES][WINDOWS_MAX];
	struct queries q = lookup_queries(s, mix);
	unsigned int side, w, turn;
	json_t *result;

	for (side = 0; side < SIDES; side++)
		if (wanted(side))
			lookup_check(t, side, &q, opt.burst);
	for (w = 0; w < opt.windows; w++) {
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "\r%s %u slots, %u %%, %s: window %u of %u ",
				s->v6 ? "IPv6" : "IPv4", s->slots, s->load, mix_names[mix], w + 1,
				opt.windows);
		for (turn = 0; turn < SIDES; turn++) {
			side = w % 2 ? SIDES - 1 - turn : turn;
			if (wanted(side))
				cycles[side][w] = lookup_window(t, side, &q, opt.burst);
		}
	}
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	result = report(s, mix, lookup_memory(t), cycles);
	lookup_queries_free(&q);
	return result;
}

static void
measure_all(json_t *rows)
{
	unsigned int family, size, load, mix;
	struct tables *t;
	struct setup s;

	for (family = 0; family < 2; family++)
		for (size = 0; size < opt.nb_sizes && (family ? opt.v6 : opt.v4); size++)
			for (load = 0; load < opt.nb_loads; load++) {
				s = (struct setup){ opt.sizes[size], opt.loads[load], 0, family };
				s.nb_keys = (uint32_t)((uint64_t)s.slots * s.load / 100);
				t = lookup_tables(&s, opt.hash, opt.find);
				printf("# %s\n", lookup_memory(t));
				for (mix = 0; mix < opt.nb_mixes; mix++)
					json_array_append_new(rows, measure(&s, opt.mixes[mix], t));
				lookup_tables_free(t);
			}
}

/* --- options --------------------------------------------------------------------------------- */

static uint32_t
size_of(const char *word)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);

	n <<= *end == 'k' ? 10 : *end == 'm' ? 20 : 0;
	if (n < 64 || n > 4 << 20)
		lookup_die("--sizes: %s, expected 64 to 4m", word);
	return (uint32_t)n;
}

static uint32_t
load_of(const char *word)
{
	unsigned long n = strtoul(word, NULL, 10);

	if (n < 1 || n > 95)
		lookup_die("--loads: %s, expected 1 to 95 (percent)", word);
	return (uint32_t)n;
}

static uint32_t
mix_of(const char *word)
{
	uint32_t i;

	for (i = 0; i < MIX_COUNT; i++)
		if (strcmp(word, mix_names[i]) == 0)
			return i;
	lookup_die("--mixes: %s, expected hit, miss, half or zipf", word);
}

static unsigned int
list(char *words, uint32_t (*value)(const char *), uint32_t out[LIST_MAX])
{
	unsigned int nb = 0;
	char *word, *rest = NULL;

	for (word = strtok_r(words, ",", &rest); word != NULL && nb < LIST_MAX;
		word = strtok_r(NULL, ",", &rest))
		out[nb++] = value(word);
	return nb;
}

static unsigned int
number(const char *name, const char *word, unsigned int low, unsigned int high)
{
	unsigned long n = strtoul(word, NULL, 10);

	if (n < low || n > high)
		lookup_die("--%s: %s, expected %u to %u", name, word, low, high);
	return (unsigned int)n;
}

static void
take_option(const char *name, char *arg)
{
	if (strcmp(name, "sizes") == 0)
		opt.nb_sizes = list(arg, size_of, opt.sizes);
	else if (strcmp(name, "loads") == 0)
		opt.nb_loads = list(arg, load_of, opt.loads);
	else if (strcmp(name, "mixes") == 0)
		opt.nb_mixes = list(arg, mix_of, opt.mixes);
	else if (strcmp(name, "family") == 0) {
		opt.v4 = strcmp(arg, "6") != 0;
		opt.v6 = strcmp(arg, "4") != 0;
	} else if (strcmp(name, "burst") == 0)
		opt.burst = number(name, arg, 1, BURST_MAX);
	else if (strcmp(name, "windows") == 0)
		opt.windows = number(name, arg, 3, WINDOWS_MAX);
	else if (strcmp(name, "core") == 0)
		opt.core = number(name, arg, 0, CPU_SETSIZE - 1);
	else if (strcmp(name, "json") == 0)
		opt.json = arg;
	else if (strcmp(name, "hash") == 0)
		opt.hash = arg;
	else if (strcmp(name, "find") == 0)
		opt.find = arg;
	else if (strcmp(name, "no-huge") == 0)
		opt.no_huge = true;
	else
		opt.quick = true;
}

static void
take_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "sizes", 1, NULL, 1 },
		{ "loads", 1, NULL, 1 },
		{ "mixes", 1, NULL, 1 },
		{ "family", 1, NULL, 1 },
		{ "burst", 1, NULL, 1 },
		{ "windows", 1, NULL, 1 },
		{ "core", 1, NULL, 1 },
		{ "json", 1, NULL, 1 },
		{ "hash", 1, NULL, 1 },
		{ "find", 1, NULL, 1 },
		{ "no-huge", 0, NULL, 1 },
		{ "quick", 0, NULL, 1 },
		{ NULL, 0, NULL, 0 },
	};
	int at;

	opt.core = (unsigned int)RTE_MAX(sysconf(_SC_NPROCESSORS_ONLN) - 1, 0L);
	while ((at = 0, getopt_long(argc, argv, "", known, &at)) == 1)
		take_option(known[at].name, optarg);
	if (optind != argc || (argc > 1 && at < 0))
		exit(2);
	if (!opt.quick)
		return;
	opt.v6 = opt.v6 && !opt.v4;
	opt.loads[0] = opt.nb_loads == 3 ? 75 : opt.loads[0];
	opt.nb_loads = 1;
	opt.windows = RTE_MIN(opt.windows, 7u);
}

static void
start_eal(void)
{
	char core[12], no_huge[] = "--no-huge";
	char *args[] = { (char[]){ "lookup" }, (char[]){ "--no-pci" }, (char[]){ "--no-telemetry" },
		(char[]){ "--log-level=4" }, (char[]){ "-l" }, core, (char[]){ "--in-memory" },
		(char[]){ "-m" }, (char[]){ "2048" } };

	snprintf(core, sizeof(core), "%u", opt.core);
	if (opt.no_huge) {
		args[6] = no_huge;
		/* None on their side, none on ours. */
		if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) != 0)
			lookup_die("transparent huge pages cannot be turned off");
	}
	if (rte_eal_init(RTE_DIM(args) - (opt.no_huge ? 0 : 2), args) < 0)
		lookup_die("EAL does not start; as root, with huge pages: echo 1024 "
			   ">/proc/sys/vm/nr_hugepages, or with --no-huge");
}

/* The CPU and what was built for it. */
static json_t *
machine(void)
{
	char line[256], cpu[256] = "?";
	FILE *f = fopen("/proc/cpuinfo", "r");
	struct utsname u;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "model name : %255[^\n]", cpu) == 1)
			break;
	if (f != NULL)
		fclose(f);
	uname(&u);
	printf("# %s, TSC %.2f GHz, Linux %s, %s, built for %s, burst %u, %u windows\n", cpu,
		(double)rte_get_tsc_hz() / 1e9, u.release, rte_version(), RSD_BUILD_CPU, opt.burst,
		opt.windows);
	printf("# cycles a key: median [quartiles]; ours to it: median [95 %% interval]\n");
	return json_pack("{s:s, s:f, s:s, s:s, s:s}", "cpu", cpu, "tsc_hz",
		(double)rte_get_tsc_hz(), "kernel", u.release, "dpdk", rte_version(), "build",
		RSD_BUILD_CPU);
}

int
main(int argc, char **argv)
{
	json_t *all, *rows = json_array();

	take_options(argc, argv);
	if (FRAMES % opt.burst != 0)
		lookup_die("--burst: %u, expected a power of two", opt.burst);
	start_eal();
	all = json_pack("{s:i, s:o, s:i, s:i}", "schema", 1, "machine", machine(), "burst",
		(int)opt.burst, "windows", (int)opt.windows);
	measure_all(rows);
	json_object_set_new(all, "rows", rows);
	if (opt.json != NULL && json_dump_file(all, opt.json, JSON_INDENT(1)) != 0)
		lookup_die("%s cannot be written", opt.json);
	json_decref(all);
	rte_eal_cleanup();
	return 0;
}
