/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "cli/ctl_ledger.h"
#include "stats/report.h"

#define CELL 32

/* With separators; "?" when nobody knows, "-" where there is nothing to know. */
static const char *
number(const json_t *o, const char *field, char *cell)
{
	const json_t *n = json_object_get(o, field);

	if (n == NULL)
		return "-";
	if (json_is_real(n))
		snprintf(cell, CELL, "%.3g", json_real_value(n));
	else if (json_is_integer(n))
		rsd_report_num(cell, (uint64_t)json_integer_value(n));
	else
		return "?";
	return cell;
}

static void
row(const json_t *p)
{
	const json_t *port = json_object_get(p, "port");
	char c[8][CELL], name[48];

	if (json_is_integer(port))
		snprintf(name, sizeof(name), "%s %d", rsd_ctl_str(p, "place"),
			(int)json_integer_value(port));
	else
		snprintf(name, sizeof(name), "%s", rsd_ctl_str(p, "place"));
	printf("%-12s %15s %8s %15s %19s %15s %15s %11s %11s\n", name, number(p, "frames", c[0]),
		number(p, "copies_per_frame", c[1]), number(p, "copies", c[2]),
		number(p, "bytes", c[3]), number(p, "dma", c[4]), number(p, "remaps", c[5]),
		number(p, "samples", c[6]), number(p, "moved", c[7]));
}

/* Who copies there, and how that is known; the same for both directions is said once. */
static void
drivers(const json_t *ledger)
{
	const json_t *p;
	size_t i;

	json_array_foreach(json_object_get(ledger, "places"), i, p)
	{
		if (json_object_get(p, "how") != NULL)
			printf("  %-11s port %d, %s: %s (%s)\n", rsd_ctl_str(p, "place"),
				(int)rsd_ctl_u64(p, "port"), rsd_ctl_str(p, "driver"),
				rsd_ctl_str(p, "how"), rsd_ctl_str(p, "known"));
	}
}

static void
sums(const json_t *ledger)
{
	char c[3][CELL];
	const json_t *p;
	size_t i;

	json_array_foreach(json_object_get(ledger, "ports"), i, p) printf(
		"a datagram answered on port %d: %s + %s + %s copies (driver, engine, driver)\n",
		(int)rsd_ctl_u64(p, "port"), number(p, "driver_rx", c[0]),
		number(p, "engine", c[1]), number(p, "driver_tx", c[2]));
}

static void
sampling(const json_t *ledger)
{
	uint64_t every = rsd_ctl_u64(ledger, "sample_every");
	char a[CELL], b[CELL], c[CELL];

	if (every == 0) {
		printf("no datagram is watched: the engine's column is what it declares; "
		       "`ringside run --ledger 1024` watches one of 1,024\n");
		return;
	}
	printf("watched: one of %s datagrams, %s of them in %s bursts so far",
		number(ledger, "sample_every", a), number(ledger, "samples", b),
		number(ledger, "bursts", c));
	if (rsd_ctl_u64(ledger, "missed") != 0)
		printf("; %s could not be followed while they were kept",
			number(ledger, "missed", a));
	printf("\n");
}

/* -- trails -------------------------------------------------------------------------------------
 */

static void
text_memory(const json_t *t)
{
	const json_t *m = json_object_get(t, "memory");
	unsigned long long kib = rsd_ctl_u64(m, "page") / 1024;

	if (!json_is_true(json_object_get(m, "dpdk"))) {
		printf("memory that DPDK does not know\n");
		return;
	}
	printf("%s of %llu %siB%s",
		json_is_true(json_object_get(m, "hugepage")) ? "huge pages" : "pages",
		kib >= 1024 ? kib / 1024 : kib, kib >= 1024 ? "M" : "K",
		json_is_true(json_object_get(m, "external")) ? " from outside DPDK" : "");
	if (json_integer_value(json_object_get(m, "node")) >= 0)
		printf(" on node %d", (int)rsd_ctl_u64(m, "node"));
	if (rsd_ctl_str(m, "zone")[0] != '\0')
		printf(", memzone %s", rsd_ctl_str(m, "zone"));
	printf("\n");
}

static void
text_notes(const json_t *t)
{
	const char *mbuf = "", *payload = "";
	const json_t *n;
	size_t i;

	json_array_foreach(json_object_get(t, "places"), i, n)
	{
		bool same = strcmp(mbuf, rsd_ctl_str(n, "mbuf")) == 0 &&
			    strcmp(payload, rsd_ctl_str(n, "payload")) == 0;

		mbuf = rsd_ctl_str(n, "mbuf");
		payload = rsd_ctl_str(n, "payload");
		printf("  %-11s %9.0f ns   mbuf %-16s payload %-16s%s\n", rsd_ctl_str(n, "place"),
			json_real_value(json_object_get(n, "ns")), mbuf, payload,
			i == 0 ? ""
			: same ? " the same"
			       : " ANOTHER");
	}
}

static void
text_trail(const json_t *t)
{
	const json_t *from = json_object_get(t, "from");
	const char *end = rsd_ctl_str(t, "end");

	printf("\ntrail %llu of worker %d: port %d queue %d, packet %d of %d, %s%s%s%s%d bytes, "
	       "%d of them headers; %s\n",
		(unsigned long long)rsd_ctl_u64(t, "number"), (int)rsd_ctl_u64(t, "worker"),
		(int)rsd_ctl_u64(t, "port"), (int)rsd_ctl_u64(t, "queue"),
		(int)rsd_ctl_u64(t, "position") + 1, (int)rsd_ctl_u64(t, "burst"),
		rsd_ctl_str(t, "from"), json_is_string(from) ? " to " : "", rsd_ctl_str(t, "to"),
		json_is_string(from) ? ", " : "", (int)rsd_ctl_u64(t, "bytes"),
		(int)rsd_ctl_u64(t, "headers"),
		strcmp(end, "sent") == 0   ? "answered"
		: strcmp(end, "kept") == 0 ? "kept by the program"
					   : "it left there");
	printf("  buffer %s, IOVA %s, of pool %s, %d segment%s%s: ", rsd_ctl_str(t, "buffer"),
		rsd_ctl_str(t, "buffer_iova"), rsd_ctl_str(t, "pool"),
		(int)rsd_ctl_u64(t, "nb_segments"), rsd_ctl_u64(t, "nb_segments") == 1 ? "" : "s",
		json_is_true(json_object_get(t, "attached")) ? ", attached" : "");
	text_memory(t);
	text_notes(t);
}

void
rsd_ctl_ledger_text(const json_t *ledger)
{
	const json_t *o;
	size_t i;

	printf("%-12s %15s %8s %15s %19s %15s %15s %11s %11s\n", "place", "frames", "copies",
		"copies", "bytes copied", "DMA", "remaps", "watched", "moved");
	printf("%-12s %15s %8s\n", "", "", "a frame");
	json_array_foreach(json_object_get(ledger, "places"), i, o) row(o);
	printf("\n");
	sums(ledger);
	drivers(ledger);
	sampling(ledger);
	json_array_foreach(json_object_get(ledger, "trails"), i, o) text_trail(o);
}
