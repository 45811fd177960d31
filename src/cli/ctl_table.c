/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside ctl sockets --table`: how full the tables behind the look-up are, and how far it goes.
 */
#include <string.h>

#include "cli/ctl.h"
#include "stats/report.h"

#define BAR_MAX 40

static json_t *
numbers(const json_t *list)
{
	return list != NULL ? json_incref((json_t *)(uintptr_t)list) : json_array();
}

/* a / b, null for nothing of nothing. */
static json_t *
share(uint64_t a, uint64_t b)
{
	return b != 0 ? json_real((double)a / (double)b) : json_null();
}

/* Index of the last that is not zero: the fullest bucket. */
static json_int_t
last(const json_t *list)
{
	json_int_t found = 0;
	const json_t *n;
	size_t i;

	json_array_foreach(list, i, n) if (json_integer_value(n) != 0) found = (json_int_t)i;
	return found;
}

static json_t *
conn_json(const json_t *o)
{
	static const char *const same[] = { "entries", "slots", "buckets", "in_second", "moves",
		"failed", "worst_search", "bytes", "bytes_read" };
	const json_t *fill = json_object_get(o, "fill"), *lines = json_object_get(o, "lines");
	uint64_t entries = rsd_ctl_u64(o, "entries");
	json_t *to = json_pack("{s:o,s:o,s:I,s:o,s:o,s:s,s:s,s:s,s:s}", "occupancy",
		share(entries, rsd_ctl_u64(o, "slots")), "fill", numbers(fill), "worst_bucket",
		(json_int_t)last(fill), "lines", numbers(lines), "bytes_per_entry",
		share(rsd_ctl_u64(o, "bytes"), entries), "hash", rsd_ctl_str(o, "hash"),
		"hash_variant", rsd_ctl_str(o, "hash_variant"), "find_variant",
		rsd_ctl_str(o, "find_variant"), "memory", rsd_ctl_str(o, "memory"));
	size_t i;

	for (i = 0; to != NULL && i < sizeof(same) / sizeof(same[0]); i++)
		json_object_set_new(to, same[i], json_integer((json_int_t)rsd_ctl_u64(o, same[i])));
	return to;
}

static json_t *
table_json(struct rsd_ctl *c, const json_t *o)
{
	return json_pack("{s:i,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o}", "schema", RSD_REPORT_SCHEMA,
		"name", c->name, "open", (json_int_t)rsd_ctl_u64(o, "open"), "limit",
		(json_int_t)rsd_ctl_u64(o, "limit"), "ports", (json_int_t)rsd_ctl_u64(o, "ports"),
		"ports_direct", (json_int_t)rsd_ctl_u64(o, "ports_direct"), "most_on_a_port",
		(json_int_t)rsd_ctl_u64(o, "most_on_a_port"), "grown",
		(json_int_t)rsd_ctl_u64(o, "grown"), "connected_v4",
		conn_json(json_object_get(o, "v4")), "connected_v6",
		conn_json(json_object_get(o, "v6")));
}

static const char *
num(const json_t *o, const char *field)
{
	static char text[4][RSD_NUM_MAX];
	static unsigned int next;

	next = (next + 1) % 4;
	return rsd_report_num(text[next], rsd_ctl_u64(o, field));
}

/* One line a number up to the last that is not zero, with its share of all as a bar. */
static void
bars(const json_t *list, size_t first, const char *unit)
{
	static const char bar[BAR_MAX + 1] = "########################################";
	json_int_t end = last(list), all = 0;
	char text[RSD_NUM_MAX];
	const json_t *n;
	size_t i;

	json_array_foreach(list, i, n) all += json_integer_value(n);
	json_array_foreach(list, i, n)
	{
		double part = all != 0 ? (double)json_integer_value(n) / (double)all : 0;
		int len = (int)(part * BAR_MAX + 0.5);

		if (i < first || (json_int_t)i > end)
			continue;
		printf("    %zu %-8s %13s %6.1f %%%s%.*s\n", i, unit,
			rsd_report_num(text, (uint64_t)json_integer_value(n)), 100 * part,
			len != 0 ? "  " : "", len, bar);
	}
}

static void
text_conn(const char *what, const json_t *t)
{
	const json_t *occupancy = json_object_get(t, "occupancy");
	const json_t *per = json_object_get(t, "bytes_per_entry");

	printf("\nconnected %s: %s of %s places (%.1f %%), %s buckets\n", what, num(t, "entries"),
		num(t, "slots"), 100 * json_real_value(occupancy), num(t, "buckets"));
	printf("  hash            %s (%s), look-up %s\n", rsd_ctl_str(t, "hash"),
		rsd_ctl_str(t, "hash_variant"), rsd_ctl_str(t, "find_variant"));
	printf("  memory          %s bytes of %s, %s read by look-ups", num(t, "bytes"),
		rsd_ctl_str(t, "memory"), num(t, "bytes_read"));
	if (json_is_real(per))
		printf("; %.1f a socket", json_real_value(per));
	printf("\n  insertions      at worst %s buckets looked at; %s entries moved, %s refused\n",
		num(t, "worst_search"), num(t, "moves"), num(t, "failed"));
	if (rsd_ctl_u64(t, "entries") == 0)
		return;
	printf("  entries by the cache lines it takes to find them\n");
	bars(json_object_get(t, "lines"), 1, "line(s)");
	printf("  buckets by the entries in them, at worst %s\n", num(t, "worst_bucket"));
	bars(json_object_get(t, "fill"), 0, "in it");
}

enum rsd_exit
rsd_ctl_table(struct rsd_ctl *c)
{
	json_t *o = rsd_ctl_ask(c, "table", NULL, RSD_CTL_NONE), *whole;

	if (o == NULL)
		return c->exit;
	whole = table_json(c, o);
	json_decref(o);
	if (c->json || whole == NULL)
		return rsd_ctl_print(c, whole, false);
	printf("sockets           %s open, at most %s\n", num(whole, "open"), num(whole, "limit"));
	printf("port directory    %s of 65,535 ports in use, %s decided by the port and one "
	       "compare\n",
		num(whole, "ports"), num(whole, "ports_direct"));
	printf("                  at most %s sockets to be scored on one port\n",
		num(whole, "most_on_a_port"));
	printf("connected         kept by 4-tuple in two tables, made larger %s times so far\n",
		num(whole, "grown"));
	text_conn("IPv4", json_object_get(whole, "connected_v4"));
	text_conn("IPv6", json_object_get(whole, "connected_v6"));
	json_decref(whole);
	return RSD_EXIT_OK;
}
