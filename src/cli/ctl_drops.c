/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside ctl drops`: the JSON object first, the text read from it. */
#include <stdlib.h>

#include "cli/ctl.h"
#include "stats/report.h"

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
