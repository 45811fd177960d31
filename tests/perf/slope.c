/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a byte of payload costs the engine: cost = a + b * bytes of an echo over net_ring, and b in
 * copies, by the slope of a memcpy that is measured between the same windows over the same buffers.
 * An engine that leaves the payload alone has b = 0; one that copies it once has 1.
 *
 *	slope [--rounds N] [--json FILE] [--judge wide|strict]
 *
 * A lap is 512 frames once round, in bursts of 32; only what the way itself does is timed. In every
 * round each size and each way has two laps, of which the first only warms up, and the order of the
 * ways turns round: A B C C B A. The figure of a way at a size is the lower quartile of its laps.
 * With --judge figures outside the bounds end the program with 1; a machine that was disturbed gets
 * two more tries. docs/slope.md says what to make of it.
 *
 * slope-planted is the same program over an engine that copies in a stage of choice, and has a way
 * for each of them. With RINGSIDE_PLANT=STAGE its clean ways have that fault, too.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "bench/stat.h"
#include "perf/slope.h"

#define TRIES 3

static struct options {
	unsigned int rounds;
	const char *json, *judge;
} opt = { .rounds = 200 };

/* 18 is the shortest that fills an Ethernet frame, 1472 the longest that fits one. */
static const uint32_t sizes[SLOPE_SIZES] = { 18, 64, 200, 400, 600, 900, 1200, 1472 };

static double lap[SLOPE_WAYS][SLOPE_SIZES][SLOPE_ROUNDS_MAX];

static void
take_round(unsigned int round)
{
	unsigned int s, i;

	for (s = 0; s < SLOPE_SIZES; s++) {
		slope_size(sizes[s]);
		for (i = 0; i < SLOPE_WAYS; i++) {
			enum slope_way_id way = round % 2 == 0 ? i : SLOPE_WAYS - 1 - i;

			if (!slope_runs(way))
				continue;
			slope_lap(way);
			lap[way][s][round] = slope_lap(way);
		}
	}
}

/* How much steeper than without the fault: the line through the differences. */
static struct rsd_measure
raised_by(const struct slope_result *r, enum slope_way_id way)
{
	const struct slope_figure *clean = &r->way[slope_ways[way].clean];
	double x[SLOPE_SIZES], more[SLOPE_SIZES];
	struct rsd_fit fit;
	unsigned int s;

	for (s = 0; s < SLOPE_SIZES; s++) {
		x[s] = sizes[s];
		more[s] = r->way[way].cycles[s] - clean->cycles[s];
	}
	rsd_fit_line(x, more, SLOPE_SIZES, &fit);
	return rsd_effective_copies(&fit, &r->way[SLOPE_MEMCPY].fit);
}

static void
work_out(struct slope_result *r)
{
	enum slope_way_id way;
	double x[SLOPE_SIZES];
	unsigned int s;

	for (way = 0; way < SLOPE_WAYS; way++) {
		struct slope_figure *f = &r->way[way];

		f->runs = slope_runs(way);
		for (s = 0; s < SLOPE_SIZES && f->runs; s++) {
			x[s] = r->size[s] = sizes[s];
			f->cycles[s] = rsd_spread_of(lap[way][s], r->rounds).q1;
		}
		if (!f->runs)
			continue;
		rsd_fit_line(x, f->cycles, SLOPE_SIZES, &f->fit);
		f->copies = rsd_effective_copies(&f->fit, &r->way[SLOPE_MEMCPY].fit);
		if (slope_ways[way].clean != way)
			f->raised = raised_by(r, way);
	}
}

/* Cycles a byte of a copy in the nearest cache, over the sizes that are ours. */
static double
hot_copy(const struct rsd_machine *m)
{
	double x[RSD_MACHINE_SIZES], y[RSD_MACHINE_SIZES];
	struct rsd_fit fit;
	size_t i;

	for (i = 0; i < RSD_MACHINE_SIZES && m->size[i] <= sizes[SLOPE_SIZES - 1]; i++) {
		x[i] = m->size[i];
		y[i] = m->memcpy_ns[i] * m->tsc_hz / 1e9;
	}
	rsd_fit_line(x, y, i, &fit);
	return fit.b;
}

static void
measure(struct slope_result *r)
{
	memset(r, 0, sizeof(*r));
	for (r->rounds = 0; r->rounds < opt.rounds; r->rounds++)
		take_round(r->rounds);
	work_out(r);
	rsd_machine_measure(&r->machine);
	r->hot = hot_copy(&r->machine);
}

static int
report(const struct slope_result *r)
{
	FILE *f;
	int ret;

	slope_print(r, stdout);
	if (opt.json == NULL)
		return 0;
	f = fopen(opt.json, "w");
	ret = f == NULL ? -1 : slope_print_json(r, f);
	if (f == NULL || fclose(f) != 0 || ret != 0)
		perror(opt.json);
	return ret;
}

static bool
read_options(int argc, char **argv)
{
	static const struct option words[] = { { "rounds", required_argument, NULL, 'r' },
		{ "json", required_argument, NULL, 'j' }, { "judge", required_argument, NULL, 'b' },
		{ NULL, 0, NULL, 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "", words, NULL)) != -1) {
		if (c == 'r')
			opt.rounds = (unsigned int)atoi(optarg);
		else if (c == 'j')
			opt.json = optarg;
		else if (c == 'b')
			opt.judge = optarg;
		else
			return false;
	}
	if (opt.judge != NULL && strcmp(opt.judge, "wide") != 0 && strcmp(opt.judge, "strict") != 0)
		return false;
	return optind == argc && opt.rounds >= 4 && opt.rounds <= SLOPE_ROUNDS_MAX;
}

int
main(int argc, char **argv)
{
	static struct slope_result r;
	unsigned int try, bad = 0;

	if (!read_options(argc, argv)) {
		fprintf(stderr,
			"slope: expected [--rounds 4 to %d] [--json FILE] [--judge wide|strict]\n",
			SLOPE_ROUNDS_MAX);
		return 2;
	}
	slope_open();
	for (try = 0; try == 0 || (bad != 0 && try < TRIES); try++) {
		if (try != 0)
			fprintf(stderr, "slope: once more, the machine may have been disturbed\n");
		measure(&r);
		bad = opt.judge == NULL ? 0
					: slope_judge(&r, strcmp(opt.judge, "strict") == 0, stderr);
	}
	slope_close();
	return report(&r) != 0 || bad != 0;
}
