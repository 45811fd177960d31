/* SPDX-License-Identifier: BSD-3-Clause */
/* What was measured, as a table and as JSON, and the bounds it is held to. */
#include <math.h>

#include <jansson.h>

#include "perf/slope.h"

void
slope_print(const struct slope_result *r, FILE *to)
{
	enum slope_way_id way;
	unsigned int s;

	fprintf(to, "%s, %s, %s, built for %s\n", r->machine.cpu, r->machine.kernel,
		r->machine.dpdk, r->machine.build);
	fprintf(to,
		"%d frames go round in bursts of %d, buffers in 4 KiB pages; TSC cycles a "
		"datagram, lower quartile of %u laps\n\n",
		SLOPE_FRAMES, SLOPE_BURST, r->rounds);
	fprintf(to, "%-15s", "payload bytes");
	for (s = 0; s < SLOPE_SIZES; s++)
		fprintf(to, " %5u", r->size[s]);
	fprintf(to, " %7s %15s %15s %15s\n", "a", "b, a byte", "b in copies", "more than clean");
	for (way = 0; way < SLOPE_WAYS; way++) {
		const struct slope_figure *f = &r->way[way];

		if (!f->runs)
			continue;
		fprintf(to, "%-15s", slope_ways[way].name);
		for (s = 0; s < SLOPE_SIZES; s++)
			fprintf(to, " %5.0f", f->cycles[s]);
		fprintf(to, " %7.1f %7.4f +-%.4f %7.3f +-%.3f", f->fit.a, f->fit.b, f->fit.b_err,
			f->copies.value, f->copies.err);
		if (slope_ways[way].clean != way)
			fprintf(to, " %7.3f +-%.3f", f->raised.value, f->raised.err);
		fprintf(to, "\n");
	}
	fprintf(to,
		"\nmemcpy: of payloads that lie where %d of them leave room, as the engine's do; "
		"one that lies in the nearest cache costs %.4f cycles a byte\n",
		SLOPE_FRAMES, r->hot);
}

static json_t *
measure_json(const struct rsd_measure *m)
{
	return json_pack("{s:f, s:f}", "value", m->value, "err", m->err);
}

static json_t *
way_json(const struct slope_result *r, enum slope_way_id way)
{
	const struct slope_figure *f = &r->way[way];
	json_t *points = json_array();
	unsigned int s;

	for (s = 0; s < SLOPE_SIZES; s++)
		json_array_append_new(points,
			json_pack("{s:i, s:f}", "bytes", (int)r->size[s], "cycles", f->cycles[s]));
	return json_pack("{s:s, s:s, s:s, s:o, s:{s:f, s:f, s:f, s:f}, s:o, s:o}", "name",
		slope_ways[way].name, "what", slope_ways[way].what, "planted",
		rsd_plant_names[slope_ways[way].plant], "points", points, "fit", "cycles", f->fit.a,
		"cycles_err", f->fit.a_err, "cycles_per_byte", f->fit.b, "cycles_per_byte_err",
		f->fit.b_err, "copies", measure_json(&f->copies), "more_than_clean",
		slope_ways[way].clean != way ? measure_json(&f->raised) : json_null());
}

int
slope_print_json(const struct slope_result *r, FILE *to)
{
	json_t *ways = json_array(), *all;
	enum slope_way_id way;
	int ret;

	for (way = 0; way < SLOPE_WAYS; way++)
		if (r->way[way].runs)
			json_array_append_new(ways, way_json(r, way));
	all = json_pack("{s:i, s:o, s:i, s:i, s:i, s:f, s:o}", "schema", 1, "machine",
		rsd_machine_json(&r->machine), "frames", SLOPE_FRAMES, "burst", SLOPE_BURST,
		"rounds", (int)r->rounds, "memcpy_cached_cycles_per_byte", r->hot, "ways", ways);
	ret = all == NULL ? -1 : json_dumpf(all, to, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
	json_decref(all);
	return ret;
}

/* -- bounds ------------------------------------------------------------------------------------ */

/* In copies: of a clean way at most, and what a planted one is steeper. */
static const struct bounds {
	double clean, least, most;
} wide = { .25, .5, 2 }, narrow = { .05, .75, 1.25 };

/* What everything is divided by. */
static bool
is_measured(const struct rsd_fit *copy)
{
	return copy->b > 0 && copy->b_err < copy->b / 2;
}

static bool
is_clean(const struct slope_figure *f, const struct bounds *b)
{
	return fabs(f->copies.value) <= b->clean;
}

static bool
is_one_copy(const struct slope_figure *f, const struct bounds *b)
{
	return f->raised.value >= b->least && f->raised.value <= b->most;
}

unsigned int
slope_judge(const struct slope_result *r, bool strict, FILE *to)
{
	const struct bounds *b = strict ? &narrow : &wide;
	enum slope_way_id way;
	unsigned int bad = 0;

	if (!is_measured(&r->way[SLOPE_MEMCPY].fit)) {
		fprintf(to, "slope: memcpy: no slope was seen, so there is no measure\n");
		return 1;
	}
	for (way = 0; way < SLOPE_WAYS; way++) {
		const struct slope_figure *f = &r->way[way];
		bool is_planted = slope_ways[way].clean != way;

		if (!f->runs || way == SLOPE_MEMCPY || way == SLOPE_VERIFY)
			continue;
		if (is_planted ? is_one_copy(f, b) : is_clean(f, b))
			continue;
		bad++;
		if (is_planted)
			fprintf(to, "slope: %s: %.3f copies more than %s, expected %.2f to %.2f\n",
				slope_ways[way].name, f->raised.value,
				slope_ways[slope_ways[way].clean].name, b->least, b->most);
		else
			fprintf(to, "slope: %s: %.3f copies, expected 0, at most %.2f off\n",
				slope_ways[way].name, f->copies.value, b->clean);
	}
	return bad;
}
