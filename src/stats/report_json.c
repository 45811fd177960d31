/* SPDX-License-Identifier: BSD-3-Clause */
/* The same reports for programs. docs/ctl.md describes every field; adding one keeps the schema. */
#include <stdbool.h>

#include "stats/report.h"

#define NS_PER_S 1e9

/* Not measured is null, never a number that could be taken for a measurement. */
static json_t *
number_or_null(double value)
{
	return value < 0 ? json_null() : json_real(value);
}

static json_t *
counters_json(const struct rsd_stats *s, bool only_drops)
{
	json_t *o = json_object();
	unsigned int c;

	for (c = 0; c < RSD_C_MAX; c++) {
		const struct rsd_counter_info *info = rsd_counter_info(c);

		if (only_drops && (info->kind != RSD_KIND_DROP || s->counter[c] == 0))
			continue;
		json_object_set_new(o, info->name, json_integer((json_int_t)s->counter[c]));
	}
	return o;
}

static json_t *
books_json(const struct rsd_stats *s)
{
	struct rsd_books b;

	rsd_books_from(s, &b);
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:b}", "received", (json_int_t)b.received,
		"answered", (json_int_t)b.answered, "delivered", (json_int_t)b.delivered, "host",
		(json_int_t)b.host, "dropped", (json_int_t)b.dropped, "held", (json_int_t)b.held,
		"gap", (json_int_t)b.gap, "balanced", b.gap == 0);
}

/* What the sum of all workers and one worker have in common; added to o. */
static int
add_stats(json_t *o, const struct rsd_stats *s)
{
	json_t *more = json_pack("{s:o,s:o,s:o,s:I,s:I,s:I,s:o}", "counters",
		counters_json(s, false), "drops", counters_json(s, true), "books", books_json(s),
		"busy_cycles", (json_int_t)s->busy_cycles, "polls", (json_int_t)s->polls,
		"polls_empty", (json_int_t)s->polls_empty, "cycles_per_packet",
		number_or_null(rsd_report_cycles(s)));
	int ret = more == NULL ? -1 : json_object_update(o, more);

	json_decref(more);
	return ret;
}

static json_t *
workers_json(const struct rsd_report *r)
{
	json_t *all = json_array();
	unsigned int w;

	for (w = 0; r->worker != NULL && w < r->workers; w++) {
		json_t *o = json_pack("{s:i}", "worker", (int)w);

		if (o == NULL || add_stats(o, &r->worker[w]) != 0 ||
			json_array_append(all, o) != 0) {
			json_decref(o);
			json_decref(all);
			return NULL;
		}
		json_decref(o);
	}
	return all;
}

json_t *
rsd_report_json(const struct rsd_report *r)
{
	json_t *o = json_pack("{s:i,s:s,s:f,s:i,s:{s:i,s:i}}", "schema", RSD_REPORT_SCHEMA, "name",
		r->name, "uptime_s", (double)r->uptime_ns / NS_PER_S, "workers", (int)r->workers,
		"pool", "size", (int)r->pool_size, "free", (int)r->pool_free);

	if (o == NULL || add_stats(o, &r->sum) != 0 ||
		json_object_set_new(o, "per_worker", workers_json(r)) != 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}
