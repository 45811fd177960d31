/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "cli/ctl_ledger.h"
#include "stats/report.h"

/* Left out by the engine, or below zero: not known. */
static json_t *
number_or_null(const json_t *o, const char *field)
{
	const json_t *n = json_object_get(o, field);

	return json_is_integer(n) && json_integer_value(n) >= 0
		       ? json_integer(json_integer_value(n))
		       : json_null();
}

static json_t *
text_or_null(const json_t *o, const char *field)
{
	const char *text = rsd_ctl_str(o, field);

	return text[0] != '\0' ? json_string(text) : json_null();
}

/* A whole number as one, so that 0 is 0. */
static json_t *
fraction(double n)
{
	return n == (double)(json_int_t)n ? json_integer((json_int_t)n) : json_real(n);
}

static double
part(const json_t *o, const char *n, const char *of)
{
	uint64_t all = rsd_ctl_u64(o, of);

	return all == 0 ? 0 : (double)rsd_ctl_u64(o, n) / (double)all;
}

/* Of a driver: what is known of it. Of the engine: what it declares, and what was seen besides. */
static json_t *
place_json(const json_t *row)
{
	static const char *const seen[] = { "samples", "moved", "remapped", "moved_bytes" };
	bool driver = json_object_get(row, "driver") != NULL;
	json_t *to = json_pack("{s:s,s:o,s:o,s:I,s:o,s:o,s:o,s:o,s:o,s:s}", "place",
		rsd_ctl_str(row, "place"), "port",
		driver ? json_integer((json_int_t)rsd_ctl_u64(row, "port")) : json_null(), "driver",
		text_or_null(row, "driver"), "frames", (json_int_t)rsd_ctl_u64(row, "frames"),
		"copies_per_frame",
		driver ? number_or_null(row, "each")
		       : fraction(part(row, "copies", "frames") + part(row, "moved", "samples")),
		"copies", number_or_null(row, "copies"), "bytes", number_or_null(row, "bytes"),
		"dma", number_or_null(row, "dma"), "remaps", number_or_null(row, "remaps"),
		"evidence", driver ? "known" : "declared");
	size_t i;

	if (to == NULL)
		return NULL;
	if (driver) {
		json_object_set_new(to, "by_kernel", number_or_null(row, "kernel"));
		json_object_set_new(to, "how", text_or_null(row, "how"));
		json_object_set_new(to, "known", text_or_null(row, "known"));
		return to;
	}
	for (i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		json_object_set_new(to, seen[i], number_or_null(row, seen[i]));
	return to;
}

/* The engine sends lists as dictionaries by number. */
static const json_t *
nth(const json_t *o, unsigned int n)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", n);
	return json_object_get(o, name);
}

static json_t *
sum_json(const json_t *sum)
{
	return json_pack("{s:o,s:o,s:o}", "driver_rx", number_or_null(sum, "driver_rx"), "engine",
		fraction(strtod(rsd_ctl_str(sum, "engine"), NULL)), "driver_tx",
		number_or_null(sum, "driver_tx"));
}

static json_t *
port_json(const json_t *sum, unsigned int port)
{
	json_t *to = sum_json(sum);

	json_object_set_new(to, "port", json_integer(port));
	json_object_set_new(to, "driver", text_or_null(sum, "driver"));
	json_object_set_new(to, "outside", text_or_null(sum, "outside"));
	return to;
}

json_t *
rsd_ctl_ledger_json(const char *name, const json_t *totals)
{
	const json_t *rows = json_object_get(totals, "rows"), *o;
	const json_t *sums = json_object_get(totals, "sums");
	json_t *places = json_array(), *ports = json_array();
	unsigned int i;

	for (i = 0; (o = nth(rows, i)) != NULL; i++)
		json_array_append_new(places, place_json(o));
	for (i = 0; (o = nth(sums, i)) != NULL; i++)
		json_array_append_new(ports, port_json(o, i));
	return json_pack("{s:i,s:s,s:I,s:I,s:I,s:I,s:o,s:o,s:o}", "schema", RSD_REPORT_SCHEMA,
		"name", name, "sample_every", (json_int_t)rsd_ctl_u64(totals, "every"), "bursts",
		(json_int_t)rsd_ctl_u64(totals, "bursts"), "samples",
		(json_int_t)rsd_ctl_u64(totals, "samples"), "missed",
		(json_int_t)rsd_ctl_u64(totals, "missed"), "places", places, "sum",
		sum_json(nth(sums, 0)), "ports", ports);
}

/* -- a trail ----------------------------------------------------------------------------------- */

static json_t *
memory_json(const json_t *m)
{
	uint64_t page = rsd_ctl_u64(m, "page");

	if (rsd_ctl_u64(m, "dpdk") == 0)
		return json_pack("{s:b}", "dpdk", 0);
	return json_pack("{s:b,s:b,s:b,s:I,s:I,s:s,s:s,s:I,s:o}", "dpdk", 1, "external",
		(int)rsd_ctl_u64(m, "external"), "hugepage", page > 4096, "page", (json_int_t)page,
		"node", json_integer_value(json_object_get(m, "node")), "iova",
		rsd_ctl_str(m, "iova"), "begin", rsd_ctl_str(m, "begin"), "len",
		(json_int_t)rsd_ctl_u64(m, "len"), "zone", text_or_null(m, "zone"));
}

static json_t *
notes_json(const json_t *notes, uint64_t tsc_hz)
{
	static const char *const places[] = { "driver_rx", "parse", "lookup", "service", "queue",
		"tx", "driver_tx" };
	uint64_t begun = rsd_ctl_u64(json_object_get(notes, places[0]), "tsc");
	json_t *list = json_array();
	const json_t *n;
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		n = json_object_get(notes, places[i]);
		if (n == NULL)
			continue;
		json_array_append_new(list,
			json_pack("{s:s,s:f,s:s,s:s}", "place", places[i], "ns",
				(double)(rsd_ctl_u64(n, "tsc") - begun) * 1e9 / (double)tsc_hz,
				"mbuf", rsd_ctl_str(n, "mbuf"), "payload",
				rsd_ctl_str(n, "payload")));
	}
	return list;
}

json_t *
rsd_ctl_trail_json(const json_t *t, uint64_t tsc_hz)
{
	static const char *const numbers[] = { "number", "worker", "port", "queue", "burst",
		"position", "bytes", "headers", "nb_segments" };
	json_t *to = json_pack("{s:s,s:o,s:o,s:o,s:s,s:s,s:s,s:b,s:O?,s:o,s:o}", "end",
		rsd_ctl_str(t, "end"), "moved_at", text_or_null(t, "moved_at"), "from",
		text_or_null(t, "from"), "to", text_or_null(t, "to"), "pool",
		rsd_ctl_str(t, "pool"), "buffer", rsd_ctl_str(t, "buffer"), "buffer_iova",
		rsd_ctl_str(t, "buffer_iova"), "attached", (int)rsd_ctl_u64(t, "attached"),
		"segments", json_object_get(t, "segments"), "memory",
		memory_json(json_object_get(t, "memory")), "places",
		notes_json(json_object_get(t, "notes"), tsc_hz != 0 ? tsc_hz : 1));
	size_t i;

	for (i = 0; to != NULL && i < sizeof(numbers) / sizeof(numbers[0]); i++)
		json_object_set_new(
			to, numbers[i], json_integer((json_int_t)rsd_ctl_u64(t, numbers[i])));
	return to;
}
