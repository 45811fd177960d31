/* SPDX-License-Identifier: BSD-3-Clause */
/* A result for a terminal. */
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "bench/out.h"
#include "bench/out_table.h"
#include "bench/out_words.h"

#define MAX_NOTES 64

/* Texts that rows point at by number: each is told once, however many rows it is true of. */
struct notes {
	const char *text[MAX_NOTES];
	unsigned int nb;
};

struct printer {
	FILE *f;
	const struct rsd_bench_result *r;
	unsigned int width;
	struct notes notes;
};

/* From 1; 0 when there are too many. */
static unsigned int
note_of(struct notes *n, const char *text)
{
	unsigned int i;

	for (i = 0; i < n->nb; i++)
		if (strcmp(n->text[i], text) == 0)
			return i + 1;
	if (n->nb == MAX_NOTES)
		return 0;
	n->text[n->nb++] = text;
	return n->nb;
}

/* -- cells ------------------------------------------------------------------------------------- */

static void
with_spread(char buf[static RSD_CELL_LEN], const char *word, const struct rsd_metric *m)
{
	char spread[RSD_WORD_LEN];

	snprintf(buf, RSD_CELL_LEN, "%s %s", word, rsd_word_spread(spread, m));
}

static void
cell_metric(char buf[static RSD_CELL_LEN], const void *arg, unsigned int id)
{
	const struct rsd_metric *m = &((const struct rsd_bench_row *)arg)->metric[id];
	char word[RSD_WORD_LEN];

	if (m->nb == 0)
		snprintf(buf, RSD_CELL_LEN, "-");
	else if (id == RSD_METRIC_PPS)
		with_spread(buf, rsd_word_rate(word, m->median), m);
	else if (id == RSD_METRIC_PROCESS_NS || id == RSD_METRIC_SYSTEM_NS)
		with_spread(buf, rsd_word_number(word, m->median), m);
	else if (id == RSD_METRIC_LOSS)
		snprintf(buf, RSD_CELL_LEN, "%s", rsd_word_share(word, m->median));
	else
		snprintf(buf, RSD_CELL_LEN, "%s", rsd_word_number(word, m->median));
}

static void
cell_device(char buf[static RSD_CELL_LEN], const void *arg, unsigned int unused)
{
	(void)unused;
	snprintf(buf, RSD_CELL_LEN, "%.13s", ((const struct rsd_bench_row *)arg)->device);
}

static void
cell_place(char buf[static RSD_CELL_LEN], const void *arg, unsigned int unused)
{
	(void)unused;
	snprintf(buf, RSD_CELL_LEN, "%s",
		rsd_word_place(((const struct rsd_bench_row *)arg)->place));
}

static void
cell_copies(char buf[static RSD_CELL_LEN], const void *arg, unsigned int unused)
{
	char word[RSD_WORD_LEN];

	(void)unused;
	snprintf(buf, RSD_CELL_LEN, "%s", rsd_word_copies(word, arg));
}

static void
cell_bytes(char buf[static RSD_CELL_LEN], const void *arg, unsigned int unused)
{
	const struct rsd_bench_row *row = arg;

	(void)unused;
	if (row->bytes_copied < 0)
		snprintf(buf, RSD_CELL_LEN, "?");
	else
		snprintf(buf, RSD_CELL_LEN, "%.0f", row->bytes_copied);
}

static void
cell_ratio(char buf[static RSD_CELL_LEN], const void *arg, unsigned int unused)
{
	const struct rsd_bench_row *row = arg;
	char word[RSD_WORD_LEN];
	unsigned int i;

	(void)unused;
	snprintf(buf, RSD_CELL_LEN, "-");
	for (i = 0; i < row->nb_ratios; i++)
		if (row->ratio[i].metric == RSD_METRIC_SYSTEM_NS) {
			snprintf(buf, RSD_CELL_LEN, "%s",
				rsd_word_ratio(word, row->ratio[i].value.value));
			return;
		}
}

static void
cell_thrown(char buf[static RSD_CELL_LEN], const void *arg, unsigned int unused)
{
	const struct rsd_bench_row *row = arg;

	(void)unused;
	snprintf(buf, RSD_CELL_LEN, "%u/%u", row->windows_kept,
		row->windows_kept + row->windows_thrown);
}

/* us; arg: at * RSD_PCT_NB + percentile */
static void
cell_latency(char buf[static RSD_CELL_LEN], const void *row, unsigned int arg)
{
	const struct rsd_bench_latency *l = ((const struct rsd_bench_row *)row)->latency;
	const struct rsd_metric *m = &l[arg / RSD_PCT_NB].ns[arg % RSD_PCT_NB];
	char word[RSD_WORD_LEN];

	snprintf(
		buf, RSD_CELL_LEN, "%s", m->nb != 0 ? rsd_word_number(word, m->median / 1e3) : "-");
}

/* arg: bill * 3 + which of a, b, copies */
static void
cell_fit(char buf[static RSD_CELL_LEN], const void *row, unsigned int arg)
{
	const struct rsd_bench_sweep *s = &((const struct rsd_bench_row *)row)->sweep;
	const struct rsd_measure *copies = &s->copies[arg / 3];
	const struct rsd_fit *fit = &s->fit[arg / 3];
	char word[RSD_WORD_LEN];

	if (fit->nb == 0 || (arg % 3 == 2 && copies->value == 0 && copies->err == 0))
		snprintf(buf, RSD_CELL_LEN, "-");
	else if (arg % 3 == 0)
		snprintf(buf, RSD_CELL_LEN, "%s", rsd_word_measure(word, fit->a, fit->a_err));
	else if (arg % 3 == 1)
		snprintf(buf, RSD_CELL_LEN, "%s",
			rsd_word_measure(word, 1e3 * fit->b, 1e3 * fit->b_err));
	else
		snprintf(buf, RSD_CELL_LEN, "%s",
			rsd_word_measure(word, copies->value, copies->err));
}

/* -- tables ------------------------------------------------------------------------------------ */

#define ROW_COLUMNS                                                                      \
	{ "", "", 21, 0, true, NULL, 0 }, { "", "device", 11, 0, true, cell_device, 0 }, \
	{                                                                                \
		"stack", "at", 6, 0, true, cell_place, 0                                 \
	}

static const struct rsd_column costs[] = {
	ROW_COLUMNS,
	{ "", "packets/s", 10, 0, false, cell_metric, RSD_METRIC_PPS },
	{ "CPU ns", "process", 9, 0, false, cell_metric, RSD_METRIC_PROCESS_NS },
	{ "a packet", "system", 9, 0, false, cell_metric, RSD_METRIC_SYSTEM_NS },
	{ "of that", "softirq", 7, 4, false, cell_metric, RSD_METRIC_SOFTIRQ_NS },
	{ "TSC", "cycles", 6, 3, false, cell_metric, RSD_METRIC_CYCLES },
	{ "", "loss", 6, 1, false, cell_metric, RSD_METRIC_LOSS },
	{ "sys", "calls", 5, 2, false, cell_metric, RSD_METRIC_SYSCALLS },
	{ "copies", "rx+tx", 6, 2, false, cell_copies, 0 },
	{ "bytes", "copied", 6, 3, false, cell_bytes, 0 },
	{ "system", "ratio", 6, 2, false, cell_ratio, 0 },
	{ "", "windows", 7, 6, false, cell_thrown, 0 },
};

#define AT(a, words, rank)                                                                \
	{ words, "p50", 5, rank, false, cell_latency, (a)*RSD_PCT_NB + RSD_PCT_50 },      \
		{ "", "p99", 5, rank, false, cell_latency, (a)*RSD_PCT_NB + RSD_PCT_99 }, \
	{                                                                                 \
		"", "p99.9", 5, rank, false, cell_latency, (a)*RSD_PCT_NB + RSD_PCT_99_9  \
	}

static const struct rsd_column latencies[] = {
	ROW_COLUMNS,
	AT(RSD_AT_IDLE, "idle", 0),
	AT(RSD_AT_10, "10 %", 2),
	AT(RSD_AT_50, "50 %", 1),
	AT(RSD_AT_90, "90 %", 3),
};

static const struct rsd_column fits[] = {
	ROW_COLUMNS,
	{ "system", "ns", 10, 0, false, cell_fit, RSD_BILL_SYSTEM * 3 },
	{ "", "ps a byte", 13, 1, false, cell_fit, RSD_BILL_SYSTEM * 3 + 1 },
	{ "", "copies", 13, 0, false, cell_fit, RSD_BILL_SYSTEM * 3 + 2 },
	{ "process", "ns", 10, 0, false, cell_fit, RSD_BILL_PROCESS * 3 },
	{ "", "ps a byte", 13, 2, false, cell_fit, RSD_BILL_PROCESS * 3 + 1 },
	{ "", "copies", 13, 2, false, cell_fit, RSD_BILL_PROCESS * 3 + 2 },
};

static void
print_row(struct printer *p, const struct rsd_column *columns, unsigned int nb, uint32_t shown,
	const struct rsd_bench_row *row)
{
	const char *text = rsd_row_ran(row) ? row->note : row->why;
	unsigned int number = text[0] != '\0' ? note_of(&p->notes, text) : 0;
	char name[64];

	snprintf(name, sizeof(name), "  %.15s", row->name);
	if (number != 0)
		snprintf(name, sizeof(name), "  %.15s [%u]", row->name, number);
	rsd_table_row(p->f, columns, nb, shown, name, row);
}

/* keep: which rows have something to say here. */
static void
print_table(struct printer *p, const struct rsd_section *s, const struct rsd_column *columns,
	unsigned int nb, const char *words, bool (*keep)(const struct rsd_bench_row *))
{
	uint32_t shown = rsd_table_fit(columns, nb, p->width);
	int group = -1;
	size_t i;

	for (i = 0; i < s->nb; i++) {
		if (keep != NULL && !keep(s->row[i]))
			continue;
		if (group == -1) {
			fprintf(p->f, "\n");
			rsd_table_wrap(p->f, words, 0, p->width);
			rsd_table_head(p->f, columns, nb, shown);
		}
		if (group != (int)s->row[i]->group)
			fprintf(p->f, "%s\n", rsd_word_group(s->row[i]->group));
		group = (int)s->row[i]->group;
		print_row(p, columns, nb, shown, s->row[i]);
	}
}

/* The row that the ratios of this section are over. */
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

static void
print_section(struct printer *p, const struct rsd_section *s)
{
	char title[RSD_TITLE_LEN], summary[RSD_SUMMARY_LEN], words[512];
	const char *to = reference_of(s);

	fprintf(p->f, "\n== %s\n", rsd_section_title(title, s, &p->r->method));
	rsd_section_summary(summary, s, "us");
	if (summary[0] != '\0')
		rsd_table_wrap(p->f, summary, 0, p->width);
	snprintf(words, sizeof(words), "What a datagram costs%s%s%s",
		to != NULL ? "; system ratio: CPU of the whole system over that of \"" : "",
		to != NULL ? to : "", to != NULL ? "\"" : "");
	print_table(p, s, costs, RTE_DIM(costs), words, NULL);
	print_table(p, s, latencies, RTE_DIM(latencies),
		"Latency in us, idle and at a share of the row's capacity", rsd_row_has_latency);
	print_table(p, s, fits, RTE_DIM(fits),
		"Cost against size: a datagram, each byte more, and that in copies of the payload",
		rsd_row_has_sweep);
}

/* -- what stands above and below --------------------------------------------------------------- */

static void
print_head(struct printer *p)
{
	const struct rsd_bench_result *r = p->r;
	char text[1024];
	unsigned int i;

	rsd_describe_run(text, sizeof(text), r);
	rsd_table_wrap(p->f, text, 2, p->width);
	for (i = 0; rsd_describe(i, text, sizeof(text), r) != NULL; i++)
		if (text[0] != '\0')
			rsd_table_wrap(p->f, text, 2, p->width);
}

static void
print_foot(struct printer *p)
{
	char text[512];
	unsigned int i;

	fprintf(p->f, "\n");
	for (i = 0; i < p->notes.nb; i++) {
		snprintf(text, sizeof(text), "[%u] %s", i + 1, p->notes.text[i]);
		rsd_table_wrap(p->f, text, 4, p->width);
	}
	rsd_table_wrap(p->f,
		"Medians; ± is how far the 95 % interval of the median reaches. The sender's own "
		"CPU is taken off the system's.",
		0, p->width);
	rsd_table_wrap(p->f, rsd_bench_not_claimed, 0, p->width);
}

void
rsd_bench_out_text(FILE *f, const struct rsd_bench_result *r, unsigned int columns)
{
	struct printer p = { .f = f, .r = r, .width = RTE_MAX(columns, 60U) };
	struct rsd_sections sections;
	size_t i;

	print_head(&p);
	if (rsd_sections_of(r, &sections) != 0)
		fprintf(f, "no memory to print the rows\n");
	else
		for (i = 0; i < sections.nb; i++)
			print_section(&p, &sections.at[i]);
	rsd_sections_free(&sections);
	print_foot(&p);
}
