/* SPDX-License-Identifier: BSD-3-Clause */
/* Two journeys side by side, part by part. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "cli/journey.h"

#define COLUMN 58
#define LINES  (3 * RSD_JOURNEY_STEPS)

/* A part of one journey, as the lines of a column. */
struct column {
	char line[LINES][COLUMN + 1];
	unsigned int nb;
};

static const char *const headings[RSD_JOURNEY_PARTS] = {
	[RSD_JOURNEY_SEND] = "It is sent",
	[RSD_JOURNEY_DEVICE] = "Through the device",
	[RSD_JOURNEY_FIND] = "Whose is it?",
	[RSD_JOURNEY_PROGRAM] = "The program has it",
	[RSD_JOURNEY_ANSWER] = "The answer",
};

static char *
next_line(struct column *c)
{
	return c->line[c->nb < LINES - 1 ? c->nb++ : c->nb];
}

/* Text below a step, over as many lines as it takes. */
static void
put_text(struct column *c, const char *text)
{
	const int indent = 8;
	size_t room = COLUMN - (size_t)indent, len, cut;

	while (*text != '\0') {
		len = strlen(text);
		cut = len;
		if (len > room)
			for (cut = room; cut > 0 && text[cut] != ' '; cut--)
				;
		if (cut == 0)
			cut = room;
		snprintf(next_line(c), COLUMN + 1, "%*s%.*s", indent, "", (int)cut, text);
		text += cut;
		text += strspn(text, " ");
	}
}

/* What happened at a step, beside what it is called. */
static void
put_events(struct column *c, const struct rsd_journey_step *s, uint32_t bytes)
{
	char text[RSD_JOURNEY_TEXT + 64];
	const char *event = s->is_call ? "system call" : s->is_switch ? "context switch" : "";

	snprintf(text, sizeof(text), "%s%s%s", event,
		event[0] != '\0' && s->more[0] != '\0' ? ": " : "", s->more);
	put_text(c, text);
	if (s->copies == 0)
		return;
	snprintf(text, sizeof(text), "%u COP%s, %u bytes; %s", s->copies,
		s->copies == 1 ? "Y" : "IES", bytes, rsd_journey_proof_name(s->proof));
	put_text(c, text);
}

static void
put_step(struct column *c, const struct rsd_journey_step *s, uint32_t bytes)
{
	char time[16] = "", addr[24] = "", len[16] = "";

	if (s->has_ns)
		snprintf(time, sizeof(time), "%.2f", (double)s->ns / 1000);
	if (s->addr != 0)
		snprintf(addr, sizeof(addr), "%" PRIx64, s->addr);
	if (s->bytes != 0)
		snprintf(len, sizeof(len), "%u", s->bytes);
	if (s->addr == 0)
		snprintf(next_line(c), COLUMN + 1, "%7.7s %.48s", time, s->what);
	else
		snprintf(next_line(c), COLUMN + 1, "%7.7s %-23.23s %4.4s %16.16s %4.4s", time,
			s->what, s->thing, addr, len);
	put_events(c, s, bytes);
}

static void
put_part(struct column *c, const struct rsd_journey *j, enum rsd_journey_part part)
{
	unsigned int i;

	c->nb = 0;
	for (i = 0; i < j->nb_steps; i++)
		if (j->step[i].part == part)
			put_step(c, &j->step[i], j->bytes);
}

static void
print_beside(const char *left, const char *right)
{
	printf("%-*s | %s\n", COLUMN, left, right);
}

static void
print_rule(const char *text)
{
	int i, used = printf("-- %s ", text);

	for (i = used; i < COLUMN + 1; i++)
		putchar('-');
	putchar('+');
	for (i = 0; i < COLUMN + 1; i++)
		putchar('-');
	putchar('\n');
}

static void
print_part(const struct rsd_journey *kernel, const struct rsd_journey *engine,
	enum rsd_journey_part part)
{
	static struct column left, right;
	unsigned int i;

	put_part(&left, kernel, part);
	put_part(&right, engine, part);
	if (left.nb == 0 && right.nb == 0)
		return;
	print_rule(headings[part]);
	for (i = 0; i < RTE_MAX(left.nb, right.nb); i++)
		print_beside(i < left.nb ? left.line[i] : "", i < right.nb ? right.line[i] : "");
}

/* What could not be observed stands before what was; the same in both is said once. */
static void
print_notes(const struct rsd_journey *kernel, const struct rsd_journey *engine)
{
	unsigned int i, k;

	for (i = 0; i < kernel->nb_notes; i++)
		printf("Not observed: %s.\n", kernel->note[i]);
	for (i = 0; i < engine->nb_notes; i++) {
		for (k = 0; k < kernel->nb_notes && strcmp(kernel->note[k], engine->note[i]) != 0;
			k++)
			;
		if (k == kernel->nb_notes)
			printf("Not observed (engine): %s.\n", engine->note[i]);
	}
}

static void
print_failure(const struct rsd_journey *j)
{
	if (!j->done)
		printf("\n%s: this journey could not be made: %s\n", rsd_journey_way_title(j->way),
			j->why);
}

static void
print_pair(const struct rsd_journey *kernel, const struct rsd_journey *engine)
{
	char head[COLUMN + 1], marker[RSD_JOURNEY_MARKER + 1] = "";
	unsigned int part;

	rsd_journey_payload((uint8_t *)marker, RSD_JOURNEY_MARKER);
	printf("One datagram, \"%s\"%s, %u bytes, side by side.\n", marker,
		kernel->bytes > RSD_JOURNEY_MARKER ? " and more" : "", kernel->bytes);
	printf("Times are microseconds since it was sent. Watching takes time, too: the sums at "
	       "the "
	       "end have both.\n");
	print_notes(kernel, engine);
	print_failure(kernel);
	print_failure(engine);
	printf("\n");
	print_beside(rsd_journey_way_title(kernel->way), rsd_journey_way_title(engine->way));
	snprintf(head, sizeof(head), "%7s %-23s %4s %16s %4s", "us", "", "", "address", "len");
	print_beside(head, head);
	for (part = 0; part < RSD_JOURNEY_PARTS; part++)
		print_part(kernel, engine, part);
	print_rule("The sum");
	rsd_journey_text_sums(kernel, engine);
}

void
rsd_journey_text(const struct rsd_journeys *all)
{
	unsigned int i;

	for (i = 0; i < all->nb_pairs; i++) {
		if (i != 0)
			printf("\n\n");
		print_pair(&all->journey[all->pair[i].kernel], &all->journey[all->pair[i].engine]);
	}
	if (all->table)
		rsd_journey_text_table(all);
}
