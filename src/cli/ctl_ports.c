/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside ctl ports`: the JSON object is made first, and the text is read from it. */
#include <stdlib.h>
#include <string.h>

#include "cli/ctl.h"
#include "ledger/driver_facts.h"
#include "stats/report.h"

static json_t *
number_or_null(bool known, double value)
{
	return known ? json_real(value) : json_null();
}

/* The queues of a port in order, with each one's share; *most: frames of the busiest. */
static json_t *
queues_json(const json_t *o, uint64_t all, uint64_t *most)
{
	const json_t *from = json_object_get(o, "queues"), *q;
	json_t *list = json_array();
	char name[16];
	int i;

	*most = 0;
	for (i = 0;
		snprintf(name, sizeof(name), "%d", i), (q = json_object_get(from, name)) != NULL;
		i++) {
		uint64_t rx = rsd_ctl_u64(q, "rx_frames");

		*most = rx > *most ? rx : *most;
		json_array_append_new(list,
			json_pack("{s:i,s:I,s:I,s:I,s:I,s:I,s:I,s:o}", "queue", i, "worker",
				(json_int_t)rsd_ctl_u64(q, "worker"), "core",
				(json_int_t)rsd_ctl_u64(q, "core"), "rx_frames", (json_int_t)rx,
				"rx_bytes", (json_int_t)rsd_ctl_u64(q, "rx_bytes"), "tx_frames",
				(json_int_t)rsd_ctl_u64(q, "tx_frames"), "rx_full_bursts",
				(json_int_t)rsd_ctl_u64(q, "rx_full"), "share",
				number_or_null(all != 0, all != 0 ? (double)rx / (double)all : 0)));
	}
	return list;
}

static json_t *
rss_json(const json_t *o)
{
	const json_t *rss = json_object_get(o, "rss"), *piece;
	char key[260] = "";
	size_t i;

	if (rsd_ctl_u64(rss, "on") == 0)
		return json_pack("{s:b}", "on", 0);
	json_array_foreach(json_object_get(rss, "key"), i, piece)
	{
		const char *text = json_string_value(piece);

		if (text != NULL && strlen(key) + strlen(text) < sizeof(key))
			strcat(key, text);
	}
	return json_pack("{s:b,s:O,s:I,s:s}", "on", 1, "types", json_object_get(rss, "types"),
		"table", (json_int_t)rsd_ctl_u64(rss, "table"), "key", key);
}

/* A driver nobody has looked into has null copies, not none. */
static json_t *
copies_or_null(const json_t *o, const char *field)
{
	json_int_t n = json_integer_value(json_object_get(o, field));

	return json_is_integer(json_object_get(o, field)) && n >= 0 ? json_integer(n) : json_null();
}

/* Bytes of payload the engine copied a received frame; measured by its counter. */
static json_t *
engine_copies(const json_t *stats)
{
	const json_t *counters = json_object_get(stats, "counters");
	uint64_t frames = rsd_ctl_u64(counters, "rx_frames");
	uint64_t bytes = rsd_ctl_u64(counters, "payload_copied");

	return number_or_null(frames != 0, frames != 0 ? (double)bytes / (double)frames : 0);
}

/* Who copies, in words. */
static json_t *
copies_json(const json_t *o, const json_t *stats)
{
	struct rsd_driver_facts f = { .rx_how = rsd_ctl_str(o, "rx_how"),
		.tx_how = rsd_ctl_str(o, "tx_how") };
	char how[RSD_COPIES_SAY];

	return json_pack("{s:o,s:o,s:o,s:s,s:s,s:s}", "rx", copies_or_null(o, "rx_copies"), "tx",
		copies_or_null(o, "tx_copies"), "engine", engine_copies(stats), "sum",
		rsd_ctl_str(o, "copies"), "words", rsd_copies_say(&f, how, sizeof(how)), "known",
		rsd_ctl_str(o, "known"));
}

/* What the device counts is null when the device does not count. */
static void
set_device_counter(json_t *to, const json_t *o, const char *field)
{
	json_t *n = json_object_get(o, field);

	json_object_set_new(to, field, n != NULL ? json_incref(n) : json_null());
}

static json_t *
port_json(const json_t *o, int port, const json_t *stats)
{
	static const char *const device[] = { "imissed", "ierrors", "oerrors", "rx_nombuf" };
	uint64_t all = rsd_ctl_u64(o, "rx_frames"), most;
	json_t *queues = queues_json(o, all, &most), *to;
	size_t nb = json_array_size(queues), i;
	double mean = nb != 0 ? (double)all / (double)nb : 0;

	to = json_pack("{s:i,s:s,s:s,s:s,s:I,s:I,s:I,s:o,s:o,s:s,s:o,s:s,s:{s:O,s:O},s:o}", "port",
		port, "driver", rsd_ctl_str(o, "driver"), "spec", rsd_ctl_str(o, "spec"), "mac",
		rsd_ctl_str(o, "mac"), "mtu", (json_int_t)rsd_ctl_u64(o, "mtu"), "rx_desc",
		(json_int_t)rsd_ctl_u64(o, "rx_desc"), "tx_desc",
		(json_int_t)rsd_ctl_u64(o, "tx_desc"), "queues", queues, "balance",
		number_or_null(most != 0, most != 0 ? mean / (double)most : 0), "spreading",
		rsd_ctl_str(o, "spreading"), "rss", rss_json(o), "csum", rsd_ctl_str(o, "csum"),
		"offloads", "rx", json_object_get(o, "rx_offloads"), "tx",
		json_object_get(o, "tx_offloads"), "copies", copies_json(o, stats));
	for (i = 0; to != NULL && i < sizeof(device) / sizeof(device[0]); i++)
		set_device_counter(to, o, device[i]);
	return to;
}

static void
text_names(const char *label, const json_t *names)
{
	const json_t *name;
	size_t i;

	printf("%s", label);
	json_array_foreach(names, i, name) printf(" %s", json_string_value(name));
	if (json_array_size(names) == 0)
		printf(" none");
}

static void
text_device(const json_t *p)
{
	const json_t *copies = json_object_get(p, "copies"), *rss = json_object_get(p, "rss");
	const json_t *engine = json_object_get(copies, "engine");

	printf("port %d: %s, driver %s, MAC %s, MTU %d\n", (int)rsd_ctl_u64(p, "port"),
		rsd_ctl_str(p, "spec"), rsd_ctl_str(p, "driver"), rsd_ctl_str(p, "mac"),
		(int)rsd_ctl_u64(p, "mtu"));
	printf("  spread by    %s\n", rsd_ctl_str(p, "spreading"));
	if (json_is_true(json_object_get(rss, "on"))) {
		text_names("  RSS over    ", json_object_get(rss, "types"));
		printf(", table of %d, key %s\n", (int)rsd_ctl_u64(rss, "table"),
			rsd_ctl_str(rss, "key"));
	}
	printf("  UDP checksum %s\n", rsd_ctl_str(p, "csum"));
	text_names(
		"  offloads     receive:", json_object_get(json_object_get(p, "offloads"), "rx"));
	text_names("; transmit:", json_object_get(json_object_get(p, "offloads"), "tx"));
	printf("\n  copies       outside the engine, a frame: %s; engine: ",
		rsd_ctl_str(copies, "sum"));
	if (json_is_null(engine))
		printf("nothing received yet\n");
	else
		printf("%g payload bytes a frame\n", json_real_value(engine));
	printf("               %s\n               known: %s\n", rsd_ctl_str(copies, "words"),
		rsd_ctl_str(copies, "known"));
}

static void
text_device_counters(const json_t *p)
{
	const json_t *missed = json_object_get(p, "imissed");
	char num[RSD_NUM_MAX], no_buf[RSD_NUM_MAX];

	if (!json_is_integer(missed))
		printf("  missed       not counted by the device\n");
	else
		printf("  missed       %s by the device, %s for want of a buffer\n",
			rsd_report_num(num, rsd_ctl_u64(p, "imissed")),
			rsd_report_num(no_buf, rsd_ctl_u64(p, "rx_nombuf")));
}

static void
text_queues(const json_t *p)
{
	const json_t *q, *balance = json_object_get(p, "balance");
	char rx[RSD_NUM_MAX], tx[RSD_NUM_MAX], share[16];
	size_t i;

	printf("  %5s %6s %5s %19s %8s %19s\n", "queue", "worker", "core", "received", "share",
		"sent");
	json_array_foreach(json_object_get(p, "queues"), i, q)
	{
		const json_t *s = json_object_get(q, "share");

		snprintf(share, sizeof(share), json_is_real(s) ? "%.1f %%" : "-",
			json_real_value(s) * 100);
		printf("  %5d %6d %5d %19s %8s %19s\n", (int)rsd_ctl_u64(q, "queue"),
			(int)rsd_ctl_u64(q, "worker"), (int)rsd_ctl_u64(q, "core"),
			rsd_report_num(rx, rsd_ctl_u64(q, "rx_frames")), share,
			rsd_report_num(tx, rsd_ctl_u64(q, "tx_frames")));
	}
	if (json_array_size(json_object_get(p, "queues")) > 1 && json_is_real(balance))
		printf("  balance      %.2f (1 is even)\n", json_real_value(balance));
}

static enum rsd_exit
show(struct rsd_ctl *c, json_t *whole)
{
	const json_t *p;
	size_t i;

	if (c->json)
		return rsd_ctl_print(c, whole, false);
	json_array_foreach(json_object_get(whole, "ports"), i, p)
	{
		if (i != 0)
			putchar('\n');
		text_device(p);
		text_device_counters(p);
		text_queues(p);
	}
	json_decref(whole);
	return RSD_EXIT_OK;
}

enum rsd_exit
rsd_ctl_ports(struct rsd_ctl *c)
{
	json_t *stats = rsd_ctl_ask(c, "stats", "worker", RSD_CTL_NONE), *list = json_array();
	long p = 0, nb = 1;

	for (; stats != NULL && p < nb; p++) {
		json_t *o = rsd_ctl_ask(c, "ports", "port", p);

		if (o == NULL)
			break;
		nb = (long)rsd_ctl_u64(o, "nb_ports");
		json_array_append_new(list, port_json(o, (int)p, stats));
		json_decref(o);
	}
	json_decref(stats);
	if (c->exit != RSD_EXIT_OK) {
		json_decref(list);
		return c->exit;
	}
	return show(c, json_pack("{s:i,s:s,s:o}", "schema", RSD_REPORT_SCHEMA, "name", c->name,
			       "ports", list));
}
