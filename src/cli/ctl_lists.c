/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside ctl sockets` and `ringside ctl drops`: the JSON object first, the text read from it. */
#include <stdlib.h>
#include <string.h>

#include "cli/ctl.h"
#include "stats/report.h"

static const char *const fields[] = { "rx", "answered", "delivered", "dropped" };

#define NB_FIELDS (sizeof(fields) / sizeof(fields[0]))

static json_t *
worker_json(const json_t *s, unsigned int worker)
{
	json_t *o = json_pack("{s:i}", "worker", (int)worker);
	unsigned int f;

	for (f = 0; f < NB_FIELDS; f++) {
		const json_t *list = json_object_get(s, fields[f]);

		json_object_set_new(o, fields[f],
			json_integer(json_integer_value(json_array_get(list, worker))));
	}
	return o;
}

static json_t *
sock_json(const json_t *s, long id, unsigned int workers)
{
	json_t *o = json_pack("{s:I,s:s,s:s,s:I}", "id", (json_int_t)id, "name",
		rsd_ctl_str(s, "name"), "local", rsd_ctl_str(s, "local"), "port",
		(json_int_t)rsd_ctl_u64(s, "port"));
	json_t *per_worker = json_array();
	unsigned int f, w;

	for (f = 0; f < NB_FIELDS; f++) {
		const json_t *list = json_object_get(s, fields[f]);
		json_int_t sum = 0;

		for (w = 0; w < workers; w++)
			sum += json_integer_value(json_array_get(list, w));
		json_object_set_new(o, fields[f], json_integer(sum));
	}
	for (w = 0; w < workers; w++)
		json_array_append_new(per_worker, worker_json(s, w));
	json_object_set_new(o, "per_worker", per_worker);
	return o;
}

/* One page into list. The id to ask for next, or -1. */
static long
take_page(const json_t *o, json_t *list)
{
	unsigned int workers = (unsigned int)rsd_ctl_u64(o, "workers");
	const char *id;
	json_t *s;

	json_object_foreach(json_object_get(o, "sockets"), id, s)
		json_array_append_new(list, sock_json(s, strtol(id, NULL, 10), workers));
	return (long)json_integer_value(json_object_get(o, "next"));
}

/* "612,000 / 615,000": what each worker received. */
static void
text_per_worker(const json_t *s)
{
	char num[RSD_NUM_MAX];
	const json_t *w;
	size_t i;

	json_array_foreach(json_object_get(s, "per_worker"), i, w)
		printf("%s%s", i == 0 ? "  " : " / ", rsd_report_num(num, rsd_ctl_u64(w, "rx")));
}

static void
text_sockets(const json_t *list)
{
	bool several = json_array_size(json_object_get(json_array_get(list, 0), "per_worker")) > 1;
	char num[NB_FIELDS][RSD_NUM_MAX], local[32];
	unsigned int f;
	const json_t *s;
	size_t i;

	printf("%-16s %-21s %15s %15s %15s %15s%s\n", "Name", "Local Address:Port", "Received",
		"Answered", "Delivered", "Dropped", several ? "  Received by worker" : "");
	json_array_foreach(list, i, s)
	{
		for (f = 0; f < NB_FIELDS; f++)
			rsd_report_num(num[f], rsd_ctl_u64(s, fields[f]));
		snprintf(local, sizeof(local), "%s:%d", rsd_ctl_str(s, "local"),
			(int)rsd_ctl_u64(s, "port"));
		printf("%-16s %-21s %15s %15s %15s %15s", rsd_ctl_str(s, "name"), local, num[0],
			num[1], num[2], num[3]);
		if (several)
			text_per_worker(s);
		putchar('\n');
	}
}

enum rsd_exit
rsd_ctl_sockets(struct rsd_ctl *c)
{
	json_t *list = json_array();
	long start = 0;

	while (start >= 0) {
		json_t *o = rsd_ctl_ask(c, "sockets", "start", start);
		long next;

		if (o == NULL) {
			json_decref(list);
			return c->exit;
		}
		next = take_page(o, list);
		json_decref(o);
		start = next > start ? next : -1; /* pages go up; another order would never end */
	}
	if (c->json)
		return rsd_ctl_print(c,
			json_pack("{s:i,s:s,s:o}", "schema", RSD_REPORT_SCHEMA, "name", c->name,
				"sockets", list),
			false);
	text_sockets(list);
	json_decref(list);
	return RSD_EXIT_OK;
}

static json_t *
drops_json(struct rsd_ctl *c, const json_t *o)
{
	json_t *list = json_array(), *drop;
	const char *name;

	json_object_foreach(json_object_get(o, "drops"), name, drop)
		json_array_append_new(list, json_pack("{s:s,s:I,s:s}", "counter", name, "frames",
						    (json_int_t)rsd_ctl_u64(drop, "frames"), "what",
						    rsd_ctl_str(drop, "what")));
	return json_pack("{s:i,s:s,s:I,s:o}", "schema", RSD_REPORT_SCHEMA, "name", c->name, "total",
		(json_int_t)rsd_ctl_u64(o, "total"), "drops", list);
}

static void
text_drops(const json_t *whole)
{
	const json_t *drop;
	char num[RSD_NUM_MAX];
	size_t i;

	json_array_foreach(json_object_get(whole, "drops"), i, drop)
		printf("%19s  %-20s %s\n", rsd_report_num(num, rsd_ctl_u64(drop, "frames")),
			rsd_ctl_str(drop, "counter"), rsd_ctl_str(drop, "what"));
	printf("%19s  dropped in all\n", rsd_report_num(num, rsd_ctl_u64(whole, "total")));
}

enum rsd_exit
rsd_ctl_drops(struct rsd_ctl *c)
{
	json_t *o = rsd_ctl_ask(c, "drops", NULL, RSD_CTL_NONE), *whole;

	if (o == NULL)
		return c->exit;
	whole = drops_json(c, o);
	json_decref(o);
	if (c->json)
		return rsd_ctl_print(c, whole, false);
	text_drops(whole);
	json_decref(whole);
	return RSD_EXIT_OK;
}
