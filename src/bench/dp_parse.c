/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "bench/dp_parse.h"

void
rsd_dp_take_testpmd(const char *line, struct rsd_dp_counts *c)
{
	const char *at = strstr(line, "(total cycles=");

	if (at != NULL)
		(void)!sscanf(at, "(total cycles=%" SCNu64 " / total %*s packets=%" SCNu64,
			&c->cycles, &c->packets);
	at = strstr(line, "TX-dropped:");
	if (at != NULL)
		(void)!sscanf(at, "TX-dropped: %" SCNu64, &c->unsent);
	c->is_complete = c->is_complete || strncmp(line, "Done.", 5) == 0;
}

static bool
count(const json_t *o, const char *field, uint64_t *value)
{
	const json_t *n = json_object_get(o, field);

	*value = (uint64_t)json_integer_value(n);
	return json_is_integer(n);
}

int
rsd_dp_take_engine(const char *json, size_t n, struct rsd_dp_counts *c)
{
	json_t *whole = json_loadb(json, n, 0, NULL);
	const json_t *o = json_object_get(whole, "/ringside/stats");
	const json_t *books = json_object_get(o, "books");
	uint64_t delivered;
	int ret = -EBADMSG;

	*c = (struct rsd_dp_counts){ 0 };
	if (count(o, "busy_cycles", &c->cycles) && count(books, "received", &c->packets) &&
		count(books, "answered", &c->seen) && count(books, "delivered", &delivered)) {
		c->seen += delivered;
		c->is_complete = true;
		ret = 0;
	}
	json_decref(whole);
	return ret;
}

int
rsd_dp_take_ring(const char *line, struct rsd_dp_counts *c)
{
	*c = (struct rsd_dp_counts){ 0 };
	if (sscanf(line, "%*s %" SCNu64 " %" SCNu64, &c->packets, &c->cycles) != 2)
		return -EBADMSG;
	c->seen = c->packets;
	c->is_complete = true;
	return 0;
}

void
rsd_dp_tell_peer(char *line, size_t size, const struct rsd_tx_result *r)
{
	snprintf(line, size,
		"ran %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
		" %" PRIu64 " %" PRIu64,
		r->sent, r->refused, r->answered, r->again, r->given_up, r->wall_ns, r->gaps,
		r->longest_gap_ns);
}

int
rsd_dp_take_peer(const char *line, struct rsd_tx_result *r)
{
	*r = (struct rsd_tx_result){ 0 };
	return sscanf(line,
		       "ran %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		       " %" SCNu64 " %" SCNu64,
		       &r->sent, &r->refused, &r->answered, &r->again, &r->given_up, &r->wall_ns,
		       &r->gaps, &r->longest_gap_ns) == 8
		       ? 0
		       : -EBADMSG;
}
