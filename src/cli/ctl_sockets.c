/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `ringside ctl sockets`: pages of sockets, shown as they come, since there can be millions. Each
 * is made into a JSON object first, and the text is read from it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ctl.h"
#include "stats/report.h"

#define NB_FIELDS 4
#define NB_COLS   12
#define TEXT_MAX  128

static const char *const fields[NB_FIELDS] = { "rx", "answered", "delivered", "dropped" };

static const struct {
	const char *head;
	bool right;
} cols[NB_COLS] = {
	{ "State", false },
	{ "Local Address:Port", false },
	{ "Peer Address:Port", false },
	{ "Service", false },
	{ "Dev", true },
	{ "Core", true },
	{ "Received", true },
	{ "Answered", true },
	{ "Delivered", true },
	{ "Dropped", true },
	{ "Queue", true },
	{ "Group", true },
};

/* What has been shown so far. */
struct listing {
	struct rsd_ctl *c;
	int width[NB_COLS];
	uint64_t nb, connected, sum[NB_FIELDS];
	bool begun;
};

static json_t *
copy_or_null(const json_t *s, const char *field)
{
	json_t *v = json_object_get(s, field);

	return v != NULL ? json_incref(v) : json_null();
}

static json_t *
workers_json(const json_t *s, unsigned int workers)
{
	const json_t *each = json_object_get(s, "per_worker");
	json_t *list = json_array();
	unsigned int w, f;

	for (w = 0; w < workers; w++) {
		json_t *o = json_pack("{s:i}", "worker", (int)w);

		for (f = 0; f < NB_FIELDS; f++)
			json_object_set_new(o, fields[f],
				json_integer(workers == 1 ? (json_int_t)rsd_ctl_u64(s, fields[f])
							  : json_integer_value(json_array_get(
								    each, w * NB_FIELDS + f))));
		json_array_append_new(list, o);
	}
	return list;
}

/* "reuseport,v6only" as a list. */
static json_t *
flags_json(const json_t *s)
{
	json_t *list = json_array();
	char text[TEXT_MAX], *rest = text, *word;

	snprintf(text, sizeof(text), "%s", rsd_ctl_str(s, "flags"));
	while ((word = strsep(&rest, ",")) != NULL)
		if (*word != '\0')
			json_array_append_new(list, json_string(word));
	return list;
}

/* The members' number is null for a socket without a queue, a group, a device, a preference. */
static json_t *
sock_json(const json_t *s, long id, unsigned int workers)
{
	bool connected = json_object_get(s, "peer") != NULL;
	json_t *o = json_pack("{s:I,s:s,s:s,s:i,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "id",
		(json_int_t)id, "name", rsd_ctl_str(s, "name"), "state",
		connected ? "ESTAB" : "UNCONN", "family", (int)rsd_ctl_u64(s, "family"), "local",
		rsd_ctl_str(s, "local"), "port", copy_or_null(s, "port"), "peer",
		copy_or_null(s, "peer"), "peer_port", copy_or_null(s, "peer_port"), "dev",
		copy_or_null(s, "dev"), "core", copy_or_null(s, "core"), "group",
		copy_or_null(s, "group"), "group_size", copy_or_null(s, "group_size"), "queue_fill",
		copy_or_null(s, "queue_fill"), "queue_limit", copy_or_null(s, "queue_limit"),
		"flags", flags_json(s));
	unsigned int f;

	json_object_set_new(o, "queue_full", copy_or_null(s, "queue_full"));
	json_object_set_new(o, "held", copy_or_null(s, "held"));
	for (f = 0; o != NULL && f < NB_FIELDS; f++)
		json_object_set_new(o, fields[f], copy_or_null(s, fields[f]));
	json_object_set_new(o, "per_worker", workers_json(s, workers));
	return o;
}

/* "10.0.0.1:9999", "[::1]:9999", "*" */
static void
end_text(char *text, const json_t *s, const char *addr, const char *port)
{
	const char *a = json_string_value(json_object_get(s, addr));

	if (a == NULL)
		snprintf(text, TEXT_MAX, "*");
	else
		snprintf(text, TEXT_MAX, strchr(a, ':') != NULL ? "[%.64s]:%d" : "%.64s:%d", a,
			(int)rsd_ctl_u64(s, port));
}

static void
number_text(char *text, const json_t *s, const char *field, const char *none)
{
	if (json_is_integer(json_object_get(s, field)))
		snprintf(text, TEXT_MAX, "%d", (int)rsd_ctl_u64(s, field));
	else
		snprintf(text, TEXT_MAX, "%s", none);
}

static void
pair_text(char *text, const json_t *s, const char *a, const char *b, const char *form)
{
	if (json_is_integer(json_object_get(s, a)))
		snprintf(text, TEXT_MAX, form, (int)rsd_ctl_u64(s, a), (int)rsd_ctl_u64(s, b));
	else
		snprintf(text, TEXT_MAX, "-");
}

static void
row_text(char text[NB_COLS][TEXT_MAX], const json_t *s)
{
	char num[RSD_NUM_MAX];
	unsigned int f;

	snprintf(text[0], TEXT_MAX, "%s", rsd_ctl_str(s, "state"));
	end_text(text[1], s, "local", "port");
	end_text(text[2], s, "peer", "peer_port");
	snprintf(text[3], TEXT_MAX, "%s", rsd_ctl_str(s, "name"));
	number_text(text[4], s, "dev", "*");
	number_text(text[5], s, "core", "*");
	for (f = 0; f < NB_FIELDS; f++)
		snprintf(text[6 + f], TEXT_MAX, "%s",
			rsd_report_num(num, rsd_ctl_u64(s, fields[f])));
	pair_text(text[10], s, "queue_fill", "queue_limit", "%d/%d");
	pair_text(text[11], s, "group", "group_size", "#%d (%d)");
}

static void
print_row(const struct listing *l, char text[NB_COLS][TEXT_MAX])
{
	unsigned int i;

	for (i = 0; i < NB_COLS; i++)
		printf(cols[i].right ? "%s%*s" : "%s%-*s", i == 0 ? "" : "  ",
			i == NB_COLS - 1 && !cols[i].right ? 0 : l->width[i], text[i]);
	putchar('\n');
}

/* Columns are as wide as the widest so far needs; the heading comes with the first page. */
static void
text_page(struct listing *l, const json_t *page)
{
	char text[NB_COLS][TEXT_MAX];
	const json_t *s;
	unsigned int i;
	size_t k;

	for (i = 0; i < NB_COLS && !l->begun; i++)
		l->width[i] = (int)strlen(cols[i].head);
	json_array_foreach(page, k, s)
	{
		row_text(text, s);
		for (i = 0; i < NB_COLS; i++)
			l->width[i] = (int)strlen(text[i]) > l->width[i] ? (int)strlen(text[i])
									 : l->width[i];
	}
	for (i = 0; i < NB_COLS; i++)
		snprintf(text[i], TEXT_MAX, "%s", cols[i].head);
	if (!l->begun)
		print_row(l, text);
	json_array_foreach(page, k, s)
	{
		row_text(text, s);
		print_row(l, text);
	}
	l->begun = true;
}

/* One socket a line, so that a long list can be read while it comes. */
static void
json_page(struct listing *l, const json_t *page)
{
	const json_t *s;
	size_t k;

	if (!l->begun)
		printf("{\"schema\": %d, \"name\": \"%s\", \"sockets\": [", RSD_REPORT_SCHEMA,
			l->c->name);
	l->begun = true;
	json_array_foreach(page, k, s)
	{
		printf("%s\n", l->nb + k != 0 ? "," : "");
		json_dumpf(s, stdout, 0);
	}
}

static void
add_page(struct listing *l, const json_t *page)
{
	const json_t *s;
	unsigned int f;
	size_t k;

	json_array_foreach(page, k, s)
	{
		l->nb++;
		l->connected += json_is_string(json_object_get(s, "peer"));
		for (f = 0; f < NB_FIELDS; f++)
			l->sum[f] += rsd_ctl_u64(s, fields[f]);
	}
}

/* open: of the engine, whatever was asked for. */
static void
totals(const struct listing *l, uint64_t open)
{
	char num[3][RSD_NUM_MAX];
	unsigned int f;

	if (l->c->json) {
		printf("\n], \"totals\": {\"open\": %" PRIu64 ", \"sockets\": %" PRIu64
		       ", \"connected\": %" PRIu64,
			open, l->nb, l->connected);
		for (f = 0; f < NB_FIELDS; f++)
			printf(", \"%s\": %" PRIu64, fields[f], l->sum[f]);
		printf("}}\n");
		return;
	}
	printf("%s socket%s", rsd_report_num(num[0], l->nb), l->nb == 1 ? "" : "s");
	if (l->c->port != 0)
		printf(" on port %u, of %s open", l->c->port, rsd_report_num(num[1], open));
	printf(", %s connected;", rsd_report_num(num[2], l->connected));
	for (f = 0; f < NB_FIELDS; f++)
		printf("%s %s %s", f == 0 ? "" : ",", rsd_report_num(num[0], l->sum[f]),
			f == 0 ? "received" : fields[f]);
	putchar('\n');
}

/* The page from *start on; *start becomes where to go on, -1 at the end. */
static json_t *
next_page(struct rsd_ctl *c, long *start, uint64_t *open)
{
	json_t *o = rsd_ctl_ask_sockets(c, *start, c->port), *page, *s;
	unsigned int workers;
	const char *id;
	long next;

	if (o == NULL)
		return NULL;
	workers = (unsigned int)rsd_ctl_u64(o, "workers");
	*open = rsd_ctl_u64(o, "total");
	next = (long)json_integer_value(json_object_get(o, "next"));
	*start = next > *start ? next : -1; /* pages go up; another order would never end */
	page = json_array();
	json_object_foreach(json_object_get(o, "sockets"), id, s)
		json_array_append_new(page, sock_json(s, strtol(id, NULL, 10), workers));
	json_decref(o);
	return page;
}

enum rsd_exit
rsd_ctl_sockets(struct rsd_ctl *c)
{
	struct listing l = { .c = c };
	uint64_t open = 0;
	long start = 0;

	if (c->table)
		return rsd_ctl_table(c);
	while (start >= 0) {
		json_t *page = next_page(c, &start, &open);

		if (page == NULL)
			return c->exit;
		if (c->json)
			json_page(&l, page);
		else
			text_page(&l, page);
		add_page(&l, page);
		json_decref(page);
	}
	totals(&l, open);
	return RSD_EXIT_OK;
}
