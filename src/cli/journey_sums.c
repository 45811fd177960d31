/* SPDX-License-Identifier: BSD-3-Clause */
/* What a journey comes to, in lines and in a table. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "cli/journey.h"

#define LABEL 27
#define VALUE 44
#define TEXT  128

typedef void (*value_fn)(const struct rsd_journey *j, char text[TEXT]);

static void
known(char text[TEXT], int64_t n)
{
	if (n < 0)
		snprintf(text, TEXT, "?");
	else
		snprintf(text, TEXT, "%" PRId64, n);
}

/* -- one line each ----------------------------------------------------------------------------- */

static void
places(const struct rsd_journey *j, char text[TEXT])
{
	unsigned int i, seen = 0;

	for (i = 0; i < j->nb_places; i++)
		seen += j->place[i].seen;
	snprintf(text, TEXT, "%u%s", j->nb_places,
		seen == j->nb_places ? ", all seen"
		: seen == 0          ? ", none seen"
				     : "");
	if (seen != 0 && seen != j->nb_places)
		snprintf(text, TEXT, "%u, %u of them seen", j->nb_places, seen);
}

static void
memory(const struct rsd_journey *j, char text[TEXT])
{
	snprintf(text, TEXT, "%u bytes for %u: %u for each byte", j->nb_places * j->bytes, j->bytes,
		j->nb_places);
}

static void
set_aside(const struct rsd_journey *j, char text[TEXT])
{
	if (j->sum.set_aside == 0)
		snprintf(text, TEXT, "?");
	else
		snprintf(text, TEXT, "%u bytes, %s", j->sum.set_aside,
			rsd_journey_is_kernel(j->way) ? "the skb and its data" : "the mbuf");
}

/* "1 + 0 + 1 = 2": the driver's are known or not, the engine's are counted. */
static void
copies_of(const struct rsd_journey *j, char text[TEXT])
{
	const struct rsd_journey_sums *s = &j->sum;
	char rx[16], tx[16];
	char rx_text[TEXT], tx_text[TEXT];

	if (rsd_journey_is_kernel(j->way)) {
		snprintf(text, TEXT, "%u + %u = %u", s->copies[RSD_JOURNEY_ON_SEND],
			s->copies[RSD_JOURNEY_ON_RECEIVE],
			s->copies[RSD_JOURNEY_ON_SEND] + s->copies[RSD_JOURNEY_ON_RECEIVE]);
		return;
	}
	known(rx_text, s->driver_rx);
	known(tx_text, s->driver_tx);
	snprintf(rx, sizeof(rx), "%.15s", rx_text);
	snprintf(tx, sizeof(tx), "%.15s", tx_text);
	if (s->driver_rx < 0 || s->driver_tx < 0)
		snprintf(text, TEXT, "%s + %u + %s = ?", rx, s->copies[RSD_JOURNEY_ENGINE], tx);
	else
		snprintf(text, TEXT, "%s + %u + %s = %u", rx, s->copies[RSD_JOURNEY_ENGINE], tx,
			(unsigned int)(s->driver_rx + s->driver_tx) +
				s->copies[RSD_JOURNEY_ENGINE]);
}

static void
copies(const struct rsd_journey *j, char text[TEXT])
{
	char sum[TEXT];

	copies_of(j, sum);
	snprintf(text, TEXT, "%.40s  %s", sum,
		rsd_journey_is_kernel(j->way) ? "(send, receive)" : "(driver, engine, driver)");
}

static void
peer_copies(const struct rsd_journey *j, char text[TEXT])
{
	if (rsd_journey_is_kernel(j->way))
		snprintf(text, TEXT, "-");
	else if (j->way == RSD_JOURNEY_RING)
		snprintf(text, TEXT, "0  (it made the mbuf itself)");
	else
		snprintf(text, TEXT, "%u  (a kernel socket: send, receive)",
			j->sum.copies[RSD_JOURNEY_PEER]);
}

static unsigned int
all_copies(const struct rsd_journey *j)
{
	unsigned int i, nb = 0;

	for (i = 0; i < RSD_JOURNEY_COPIERS; i++)
		nb += j->sum.copies[i];
	return nb;
}

static void
copied_bytes(const struct rsd_journey *j, char text[TEXT])
{
	unsigned int nb = all_copies(j);

	if (nb == 0)
		snprintf(text, TEXT, "0");
	else
		snprintf(text, TEXT, "%u; %u of %u copies seen", nb * j->bytes, j->sum.copies_seen,
			nb);
}

/* Of the program in question, and apart from it of its peer. */
static void
of_both(int own, int peer, bool seen, bool is_kernel, char text[TEXT])
{
	char one[TEXT];

	known(one, own);
	if (is_kernel)
		snprintf(text, TEXT, "%.16s%s", one, seen ? "" : "  (known, not observed)");
	else if (own < 0)
		snprintf(text, TEXT, "?  (not observed)");
	else
		snprintf(text, TEXT, "%.16s by the engine's core, %d by its peer", one, peer);
}

static void
calls(const struct rsd_journey *j, char text[TEXT])
{
	of_both(j->sum.calls, j->sum.peer_calls, j->sum.calls_seen, rsd_journey_is_kernel(j->way),
		text);
}

static void
switches(const struct rsd_journey *j, char text[TEXT])
{
	if (rsd_journey_is_kernel(j->way) && !j->sum.switches_seen)
		snprintf(text, TEXT, "%d  (counted by getrusage)", j->sum.switches);
	else
		of_both(j->sum.switches, j->sum.peer_switches, j->sum.switches_seen,
			rsd_journey_is_kernel(j->way), text);
}

static void
both_times(int64_t ns, int64_t plain, char text[TEXT])
{
	if (ns < 0)
		snprintf(text, TEXT, "-");
	else if (plain < 0)
		snprintf(text, TEXT, "%.2f us", (double)ns / 1000);
	else
		snprintf(text, TEXT, "%.2f us; unwatched %.2f us", (double)ns / 1000,
			(double)plain / 1000);
}

static void
there(const struct rsd_journey *j, char text[TEXT])
{
	both_times(j->sum.there_ns, j->sum.there_plain_ns, text);
}

static void
back(const struct rsd_journey *j, char text[TEXT])
{
	both_times(j->sum.back_ns, j->sum.back_plain_ns, text);
}

static void
same(const struct rsd_journey *j, char text[TEXT])
{
	if (!rsd_journey_is_kernel(j->way))
		snprintf(text, TEXT, "-");
	else if (j->sum.skb == 0)
		snprintf(text, TEXT, "?  (not observed)");
	else
		snprintf(text, TEXT, "%s: %" PRIx64, j->sum.same_skb ? "yes" : "no", j->sum.skb);
}

static const struct {
	const char *label;
	value_fn value;
} rows[] = {
	{ "places in RAM", places },
	{ "RAM that the payload takes", memory },
	{ "buffer set aside for it", set_aside },
	{ "CPU copies of the payload", copies },
	{ "and those of the peer", peer_copies },
	{ "bytes copied in all", copied_bytes },
	{ "system calls", calls },
	{ "context switches", switches },
	{ "until the program has it", there },
	{ "until the answer is back", back },
	{ "one skb, sent and received", same },
};

/* -- a pair ------------------------------------------------------------------------------------ */

static void
print_row(const char *label, const char *left, const char *right)
{
	printf("%-*s %-*.*s %s\n", LABEL, label, VALUE, VALUE, left, right);
}

static void
write_place(const struct rsd_journey *j, unsigned int i, char text[TEXT])
{
	const struct rsd_journey_place *p = &j->place[i];

	text[0] = '\0';
	if (i >= j->nb_places)
		return;
	if (p->seen)
		snprintf(text, TEXT, "%16" PRIx64 "  %.26s", p->addr, p->what);
	else
		snprintf(text, TEXT, "%16s  %.26s", "(not seen)", p->what);
}

void
rsd_journey_text_sums(const struct rsd_journey *kernel, const struct rsd_journey *engine)
{
	char left[TEXT], right[TEXT];
	unsigned int i, k;

	print_row("", rsd_journey_way_title(kernel->way), rsd_journey_way_title(engine->way));
	for (i = 0; i < RTE_DIM(rows); i++) {
		rows[i].value(kernel, left);
		rows[i].value(engine, right);
		print_row(rows[i].label, kernel->done ? left : "could not be made",
			engine->done ? right : "could not be made");
		for (k = 0; rows[i].value == places &&
			    k < RTE_MAX(kernel->nb_places, engine->nb_places);
			k++) {
			write_place(kernel, k, left);
			write_place(engine, k, right);
			print_row("", left, right);
		}
	}
}

/* -- the table --------------------------------------------------------------------------------- */

static void
print_table_row(const struct rsd_journey *j)
{
	char sum[TEXT], own[TEXT], switched[TEXT], then[24] = "-", answer[24] = "-";

	printf("%-31s %5u  ", rsd_journey_way_title(j->way), j->bytes);
	if (!j->done) {
		printf("could not be made: %s\n", j->why);
		return;
	}
	copies_of(j, sum);
	known(own, j->sum.calls);
	known(switched, j->sum.switches);
	if (j->sum.there_plain_ns >= 0)
		snprintf(then, sizeof(then), "%.2f", (double)j->sum.there_plain_ns / 1000);
	if (j->sum.back_plain_ns >= 0)
		snprintf(answer, sizeof(answer), "%.2f", (double)j->sum.back_plain_ns / 1000);
	printf("%-13.13s %5u %7u %7u %7s %9s %10s %9s\n", sum, j->sum.copies[RSD_JOURNEY_PEER],
		j->nb_places, j->nb_places * j->bytes, own, switched, then, answer);
}

static void
print_ways(const struct rsd_journeys *all, enum rsd_journey_way way, uint32_t bytes)
{
	unsigned int i;

	for (i = 0; i < all->nb; i++)
		if (all->journey[i].way == way && all->journey[i].bytes == bytes)
			print_table_row(&all->journey[i]);
}

void
rsd_journey_text_table(const struct rsd_journeys *all)
{
	unsigned int i, k, way;

	printf("\n\nAll ways. Copies: kernel, send + receive; engine, driver + engine + driver, "
	       "and "
	       "its peer's apart.\n"
	       "System calls and context switches are the program's or the engine's own; times in "
	       "us, "
	       "unwatched.\n\n");
	printf("%-31s %5s  %-13s %5s %7s %7s %7s %9s %10s %9s\n", "", "bytes", "copies", "peer",
		"places", "RAM", "calls", "switches", "until seen", "answered");
	/* By length, and then by way, in whatever order they were made. */
	for (i = 0; i < all->nb; i++) {
		for (k = 0; k < i && all->journey[k].bytes != all->journey[i].bytes; k++)
			;
		for (way = 0; k == i && way < RSD_JOURNEY_WAYS; way++)
			print_ways(all, way, all->journey[i].bytes);
	}
}
