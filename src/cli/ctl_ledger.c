/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside ctl ledger`: by place, how often payload was copied, and where sampled ones lay. */
#include <string.h>

#include "cli/ctl_ledger.h"

#define TRAILS_TEXT 2 /* shown to a person */

/* The ring may turn while it is read trail by trail: then one is seen twice. */
static bool
has(const json_t *list, const json_t *trail)
{
	const json_t *t;
	size_t i;

	json_array_foreach(list, i,
		t) if (rsd_ctl_u64(t, "number") == rsd_ctl_u64(trail, "number") &&
		       rsd_ctl_u64(t, "worker") == rsd_ctl_u64(trail, "worker")) return true;
	return false;
}

static json_t *
ask_trails(struct rsd_ctl *c, const json_t *totals)
{
	uint64_t i, nb = rsd_ctl_u64(totals, "trails");
	json_t *list = json_array();

	if (!c->json && nb > TRAILS_TEXT)
		nb = TRAILS_TEXT;
	for (i = 0; i < nb && !c->metrics; i++) {
		json_t *answer = rsd_ctl_ask(c, "ledger", "trail", (long)i), *trail;

		if (answer == NULL)
			break;
		trail = rsd_ctl_trail_json(answer, rsd_ctl_u64(totals, "tsc_hz"));
		if (has(list, trail))
			json_decref(trail);
		else
			json_array_append_new(list, trail);
		json_decref(answer);
	}
	return list;
}

static enum rsd_exit
verdict(struct rsd_ctl *c, const json_t *ledger)
{
	const json_t *place;
	size_t i;

	json_array_foreach(json_object_get(ledger, "places"), i, place)
	{
		if (rsd_ctl_u64(place, "moved") == 0)
			continue;
		return rsd_ctl_fail(c, RSD_EXIT_INTERNAL,
			"%s: custody broken at %s: %llu of %llu samples had their payload moved",
			c->name, rsd_ctl_str(place, "place"),
			(unsigned long long)rsd_ctl_u64(place, "moved"),
			(unsigned long long)rsd_ctl_u64(place, "samples"));
	}
	return RSD_EXIT_OK;
}

enum rsd_exit
rsd_ctl_ledger(struct rsd_ctl *c)
{
	json_t *totals = rsd_ctl_ask(c, "ledger", "trail", RSD_CTL_NONE), *ledger;
	enum rsd_exit ret;

	if (totals == NULL)
		return c->exit;
	ledger = rsd_ctl_ledger_json(c->name, totals);
	if (ledger != NULL)
		json_object_set_new(ledger, "trails", ask_trails(c, totals));
	json_decref(totals);
	if (ledger == NULL || c->exit != RSD_EXIT_OK) {
		json_decref(ledger);
		return c->exit != RSD_EXIT_OK ? c->exit : rsd_ctl_print(c, NULL, false);
	}
	ret = verdict(c, ledger);
	if (c->metrics)
		rsd_ctl_ledger_metrics(ledger);
	else if (!c->json)
		rsd_ctl_ledger_text(ledger);
	if (!c->json)
		json_decref(ledger);
	else if (rsd_ctl_print(c, ledger, false) != RSD_EXIT_OK)
		return c->exit;
	return ret;
}
