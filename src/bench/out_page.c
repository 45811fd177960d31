/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables of the page. */
#include <string.h>

#include <rte_common.h>

#include "bench/out_page.h"
#include "bench/out_svg.h"

static void
cell(FILE *f, const char *text)
{
	fprintf(f, "<td>");
	rsd_html_text(f, text);
	fprintf(f, "</td>");
}

static void
cell_small(FILE *f, const char *text, const char *small)
{
	fprintf(f, "<td>");
	rsd_html_text(f, text);
	fprintf(f, " <small>");
	rsd_html_text(f, small);
	fprintf(f, "</small></td>");
}

static void
cell_text(FILE *f, const char *class, unsigned int span, const char *words, const char *text)
{
	fprintf(f, "<td class=\"%s\" colspan=\"%u\"><span>%s", class, span, words);
	rsd_html_text(f, text);
	fprintf(f, "</span></td>");
}

static void
row_head(FILE *f, const struct rsd_bench_row *row)
{
	const char *place = rsd_word_place(row->place);

	fprintf(f, "<tr><th scope=\"row\">");
	rsd_html_text(f, row->name);
	fprintf(f, " <small>");
	rsd_html_text(f, row->device);
	fprintf(f, "%s%s</small></th>", place[0] != '\0' ? " · stack at " : "", place);
}

/* Rows by group, each with fill; only those that keep wants. False when there is none. */
struct table {
	const char *caption, *head;
	unsigned int columns; /* besides the row's name */
	bool (*keep)(const struct rsd_bench_row *);
	void (*fill)(FILE *f, const struct rsd_bench_row *row);
};

static bool
has_rows(const struct table *t, const struct rsd_section *s)
{
	size_t i;

	for (i = 0; i < s->nb; i++)
		if (t->keep == NULL || t->keep(s->row[i]))
			return true;
	return false;
}

static void
table(FILE *f, const struct table *t, const struct rsd_section *s)
{
	int group = -1;
	size_t i;

	fprintf(f,
		"<p class=\"dim\">%s</p>\n<div "
		"class=\"wide\"><table>\n<thead>%s</thead>\n<tbody>\n",
		t->caption, t->head);
	for (i = 0; i < s->nb; i++) {
		if (t->keep != NULL && !t->keep(s->row[i]))
			continue;
		if (group != (int)s->row[i]->group)
			fprintf(f,
				"<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"%u\">%s</th>"
				"</tr>\n",
				t->columns + 1, rsd_word_group(s->row[i]->group));
		group = (int)s->row[i]->group;
		row_head(f, s->row[i]);
		t->fill(f, s->row[i]);
		fprintf(f, "</tr>\n");
	}
	fprintf(f, "</tbody>\n</table></div>\n");
}

/* -- what a datagram costs --------------------------------------------------------------------- */

static void
metric(FILE *f, const struct rsd_bench_row *row, enum rsd_metric_id id, bool spread)
{
	const struct rsd_metric *m = &row->metric[id];
	char word[RSD_WORD_LEN], small[RSD_WORD_LEN];

	if (!rsd_metric_is(m)) {
		cell(f, "–");
		return;
	}
	if (id == RSD_METRIC_PPS)
		rsd_word_rate(word, m->median);
	else if (id == RSD_METRIC_LOSS)
		rsd_word_share(word, m->median);
	else
		rsd_word_number(word, m->median);
	if (spread)
		cell_small(f, word, rsd_word_spread(small, m));
	else
		cell(f, word);
}

static void
ratio(FILE *f, const struct rsd_bench_row *row)
{
	char value[RSD_WORD_LEN], low[RSD_WORD_LEN], high[RSD_WORD_LEN], small[128];
	const struct rsd_interval *v;
	unsigned int i;

	for (i = 0; i < row->nb_ratios; i++) {
		if (row->ratio[i].metric != RSD_METRIC_SYSTEM_NS)
			continue;
		v = &row->ratio[i].value;
		snprintf(small, sizeof(small), "%s–%s%s", rsd_word_ratio(low, v->low),
			rsd_word_ratio(high, v->high), v->is_wide ? " (extremes)" : "");
		cell_small(f, rsd_word_ratio(value, v->value), small);
		return;
	}
	cell(f, "–");
}

#define COST_COLUMNS 11

static void
fill_costs(FILE *f, const struct rsd_bench_row *row)
{
	char word[RSD_WORD_LEN];

	if (!rsd_row_ran(row)) {
		cell_text(f, "text", COST_COLUMNS, "did not run: ", row->why);
		return;
	}
	metric(f, row, RSD_METRIC_PPS, true);
	metric(f, row, RSD_METRIC_LOSS, false);
	metric(f, row, RSD_METRIC_PROCESS_NS, true);
	metric(f, row, RSD_METRIC_SYSTEM_NS, true);
	metric(f, row, RSD_METRIC_SOFTIRQ_NS, false);
	ratio(f, row);
	metric(f, row, RSD_METRIC_CYCLES, false);
	metric(f, row, RSD_METRIC_SYSCALLS, false);
	cell(f, rsd_word_copies(word, row));
	snprintf(word, sizeof(word), "%.0f", row->bytes_copied);
	cell(f, row->bytes_copied < 0 ? "?" : word);
	snprintf(word, sizeof(word), "%u of %u", row->windows_kept,
		row->windows_kept + row->windows_thrown);
	cell(f, word);
}

static const char *
reference_of(const struct rsd_section *s)
{
	unsigned int k;
	size_t i;

	for (i = 0; i < s->nb; i++)
		for (k = 0; k < s->row[i]->nb_ratios; k++)
			if (s->row[i]->ratio[k].metric == RSD_METRIC_SYSTEM_NS)
				return s->row[i]->ratio[k].to;
	return NULL;
}

static bool
has_note(const struct rsd_bench_row *row, const char *note)
{
	return rsd_row_ran(row) && strcmp(row->note, note) == 0;
}

/* Is there a row before this one with that note, of the same name and device (when named)? */
static bool
was_there(const struct rsd_section *s, size_t i, bool named)
{
	const struct rsd_bench_row *row = s->row[i];
	size_t k;

	for (k = 0; k < i; k++)
		if (has_note(s->row[k], row->note) &&
			(!named || (strcmp(s->row[k]->name, row->name) == 0 &&
					   strcmp(s->row[k]->device, row->device) == 0)))
			return true;
	return false;
}

static void
rows_with_note(FILE *f, const struct rsd_section *s, size_t first)
{
	const char *note = s->row[first]->note, *sep = "";
	size_t i;

	for (i = first; i < s->nb; i++) {
		if (!has_note(s->row[i], note) || was_there(s, i, true))
			continue;
		fprintf(f, "%s", sep);
		rsd_html_text(f, s->row[i]->name);
		fprintf(f, " ");
		rsd_html_text(f, s->row[i]->device);
		sep = ", ";
	}
}

/* Each is told once, behind all rows that it is true of. */
static void
notes(FILE *f, const struct rsd_section *s)
{
	size_t i;

	for (i = 0; i < s->nb; i++) {
		if (!rsd_row_ran(s->row[i]) || s->row[i]->note[0] == '\0' || was_there(s, i, false))
			continue;
		fprintf(f, "<p class=\"notes\"><b>");
		rows_with_note(f, s, i);
		fprintf(f, "</b>: ");
		rsd_html_text(f, s->row[i]->note);
		fprintf(f, "</p>\n");
	}
}

void
rsd_page_costs(FILE *f, const struct rsd_section *s)
{
	const struct table t = { .caption = "What a datagram costs: both bills, of the process and "
					    "of the whole system less its sender.",
		.head = "<tr><th scope=\"col\">row</th><th>packets/s</th><th>loss</th><th>CPU "
			"ns<br/>process</th><th>CPU ns<br/>system</th><th>of that<br/>softirq</th>"
			"<th>system<br/>ratio</th><th>TSC<br/>cycles</th><th>system<br/>calls</th>"
			"<th>copies<br/>rx+tx</th><th>bytes<br/>copied</th><th>windows<br/>kept</"
			"th>"
			"</tr>",
		.columns = COST_COLUMNS,
		.fill = fill_costs };
	const char *to = reference_of(s);

	table(f, &t, s);
	if (to != NULL) {
		fprintf(f, "<p class=\"dim\">System ratio: CPU of the whole system over that of “");
		rsd_html_text(f, to);
		fprintf(f, "”, window by window, with its 95 %% interval.</p>\n");
	}
	notes(f, s);
}

/* -- what stands behind the figures --------------------------------------------------------------
 */

static void
fill_facts(FILE *f, const struct rsd_bench_row *row)
{
	char word[RSD_WORD_LEN];
	unsigned int i;

	cell_text(f, "text", 1, "", row->what);
	fprintf(f, "<td class=\"text\">");
	for (i = 0; i < row->nb_calls; i++) {
		fprintf(f, "%s", i != 0 ? ", " : "");
		rsd_html_text(f, row->call[i].name);
		fprintf(f, " %s", rsd_word_number(word, row->call[i].per_packet));
	}
	fprintf(f, "%s</td>", row->nb_calls == 0 ? "none" : "");
	cell_text(f, "text", 1, "", row->copies);
	cell_text(f, "text", 1, "", row->checks);
}

void
rsd_page_facts(FILE *f, const struct rsd_section *s)
{
	const struct table t = { .caption = "What each row is, the system calls of its process for "
					    "one datagram, the copies, and what is verified.",
		.head = "<tr><th scope=\"col\">row</th><th>what</th><th>calls</th><th>copies</th>"
			"<th>checks</th></tr>",
		.columns = 4,
		.keep = rsd_row_ran,
		.fill = fill_facts };

	if (!has_rows(&t, s))
		return;
	fprintf(f, "<details><summary>System calls by name, copies, checks</summary>\n");
	table(f, &t, s);
	fprintf(f, "</details>\n");
}

/* -- latency ----------------------------------------------------------------------------------- */

static void
fill_latency(FILE *f, const struct rsd_bench_row *row)
{
	char word[RSD_WORD_LEN], small[RSD_WORD_LEN];
	const struct rsd_metric *m;
	unsigned int a, p;

	for (a = 0; a < RSD_AT_NB; a++)
		for (p = 0; p < RSD_PCT_NB; p++) {
			m = &row->latency[a].ns[p];
			if (rsd_metric_is(m))
				cell_small(f, rsd_word_number(word, m->median / 1e3),
					rsd_word_spread(small, m));
			else
				cell(f, "–");
		}
}

#define THREE "<th>p50</th><th>p99</th><th>p99.9</th>"

void
rsd_page_latency(FILE *f, const struct rsd_section *s)
{
	const struct table t = { .caption = "Latency in µs.",
		.head = "<tr><th scope=\"col\" rowspan=\"2\">row</th><th colspan=\"3\">idle</th>"
			"<th colspan=\"3\">10 %</th><th colspan=\"3\">50 %</th><th colspan=\"3\">"
			"90 %</th></tr><tr>" THREE THREE THREE THREE "</tr>",
		.columns = RSD_AT_NB * RSD_PCT_NB,
		.keep = rsd_row_has_latency,
		.fill = fill_latency };

	if (!has_rows(&t, s))
		return;
	fprintf(f, "<details><summary>Latency as a table</summary>\n");
	table(f, &t, s);
	fprintf(f, "</details>\n");
}

/* -- cost against size ------------------------------------------------------------------------- */

static void
fill_fits(FILE *f, const struct rsd_bench_row *row)
{
	const struct rsd_bench_sweep *s = &row->sweep;
	static const enum rsd_bench_bill bills[] = { RSD_BILL_PROCESS, RSD_BILL_SYSTEM };
	char word[RSD_WORD_LEN];
	unsigned int i;

	for (i = 0; i < RTE_DIM(bills); i++) {
		const struct rsd_fit *fit = &s->fit[bills[i]];

		if (fit->nb == 0) {
			cell_text(f, "", 3, "", "–");
			continue;
		}
		cell(f, rsd_word_measure(word, fit->a, fit->a_err));
		cell(f, rsd_word_measure(word, 1e3 * fit->b, 1e3 * fit->b_err));
		cell(f, rsd_word_measure(word, s->copies[bills[i]].value, s->copies[bills[i]].err));
	}
	cell(f, row->copies_rx < 0 ? "?" : rsd_word_copies(word, row));
}

#define FIT "<th>ns</th><th>ps a byte</th><th>in copies</th>"

void
rsd_page_fits(FILE *f, const struct rsd_section *s)
{
	const struct table t = { .caption =
					 "Cost of a datagram = ns + bytes × ps a byte; ± is half "
					 "the width of the 95 % interval. In copies: over what "
					 "memcpy costs a byte on this machine.",
		.head = "<tr><th scope=\"col\" rowspan=\"2\">row</th><th colspan=\"3\">process</th>"
			"<th colspan=\"3\">system</th><th rowspan=\"2\">copies<br/>known</th></tr>"
			"<tr>" FIT FIT "</tr>",
		.columns = 7,
		.keep = rsd_row_has_sweep,
		.fill = fill_fits };

	if (!has_rows(&t, s))
		return;
	fprintf(f, "<details><summary>Cost against size as a table</summary>\n");
	table(f, &t, s);
	fprintf(f, "</details>\n");
}
