/* SPDX-License-Identifier: BSD-3-Clause */
/* A comparison for a terminal. */
#include <string.h>

#include <rte_common.h>

#include "bench/out.h"
#include "bench/out_table.h"
#include "bench/out_words.h"

static void
cell_what(char buf[static RSD_CELL_LEN], const void *arg, unsigned int unused)
{
	(void)unused;
	snprintf(buf, RSD_CELL_LEN, "%s", ((const struct rsd_bench_change *)arg)->what);
}

/* is_new: 0 or 1 */
static void
cell_value(char buf[static RSD_CELL_LEN], const void *arg, unsigned int is_new)
{
	const struct rsd_bench_change *c = arg;
	const struct rsd_metric *m = is_new ? &c->new : &c->old;
	bool is_rate = strstr(c->what, "pps") != NULL;
	char word[RSD_WORD_LEN];

	if (strcmp(c->what, rsd_metric_info[RSD_METRIC_LOSS].key) == 0)
		rsd_word_share(word, m->median);
	else if (is_rate)
		rsd_word_rate(word, m->median);
	else
		rsd_word_number(word, m->median);
	snprintf(buf, RSD_CELL_LEN, "%s", word);
}

static void
cell_spread(char buf[static RSD_CELL_LEN], const void *arg, unsigned int is_new)
{
	const struct rsd_bench_change *c = arg;
	char word[RSD_WORD_LEN];

	snprintf(buf, RSD_CELL_LEN, "%s", rsd_word_spread(word, is_new ? &c->new : &c->old));
}

static void
cell_ratio(char buf[static RSD_CELL_LEN], const void *arg, unsigned int unused)
{
	const struct rsd_bench_change *c = arg;

	(void)unused;
	if (c->ratio > 0)
		snprintf(buf, RSD_CELL_LEN, "%.3f", c->ratio);
	else
		snprintf(buf, RSD_CELL_LEN, "-");
}

static void
cell_verdict(char buf[static RSD_CELL_LEN], const void *arg, unsigned int unused)
{
	const struct rsd_bench_change *c = arg;
	/* Not of time: less of it is not faster. */
	bool is_count = strcmp(c->what, rsd_metric_info[RSD_METRIC_LOSS].key) == 0 ||
			strcmp(c->what, rsd_metric_info[RSD_METRIC_SYSCALLS].key) == 0;
	const char *word = "same within spread";

	(void)unused;
	if (c->verdict == RSD_BETTER)
		word = is_count ? "less" : "faster";
	else if (c->verdict == RSD_WORSE)
		word = is_count ? "more" : "slower";
	else if (c->verdict == RSD_OTHER)
		word = "changed";
	else if (c->verdict == RSD_TOO_FEW)
		word = "too few windows";
	snprintf(buf, RSD_CELL_LEN, "%s", word);
}

static const struct rsd_column columns_of_changes[] = {
	{ "", "", 2, 0, true, NULL, 0 },
	{ "", "figure", 19, 0, true, cell_what, 0 },
	{ "", "old", 8, 0, false, cell_value, 0 },
	{ "", "", 6, 1, false, cell_spread, 0 },
	{ "", "new", 8, 0, false, cell_value, 1 },
	{ "", "", 6, 1, false, cell_spread, 1 },
	{ "", "new/old", 7, 0, false, cell_ratio, 0 },
	{ "", "", 18, 0, true, cell_verdict, 0 },
};

static void
print_rows(FILE *f, const char *title, const struct rsd_bench_row **row)
{
	char id[RSD_BENCH_ID_LEN];

	for (; *row != NULL; row++)
		fprintf(f, "%s: %s\n", title, rsd_bench_id(*row, id));
}

/* What is told of a row even when it stayed as it was. */
static bool
is_main(const struct rsd_bench_change *c)
{
	static const enum rsd_metric_id ids[] = { RSD_METRIC_PPS, RSD_METRIC_PROCESS_NS,
		RSD_METRIC_SYSTEM_NS };
	unsigned int i;

	for (i = 0; i < RTE_DIM(ids); i++)
		if (strcmp(c->what, rsd_metric_info[ids[i]].key) == 0)
			return true;
	return false;
}

static bool
is_change(const struct rsd_bench_change *c)
{
	return c->verdict == RSD_BETTER || c->verdict == RSD_WORSE || c->verdict == RSD_OTHER;
}

static void
print_changes(FILE *f, const struct rsd_bench_compare *c, unsigned int columns)
{
	const unsigned int nb = RTE_DIM(columns_of_changes);
	uint32_t shown = rsd_table_fit(columns_of_changes, nb, columns);
	const struct rsd_bench_change *change = c->change, *end = c->change + c->nb;
	const struct rsd_bench_row *row;
	char id[RSD_BENCH_ID_LEN];
	unsigned int same, few;

	rsd_table_head(f, columns_of_changes, nb, shown);
	while (change < end) {
		row = change->new_row;
		fprintf(f, "%s\n", rsd_bench_id(row, id));
		for (same = few = 0; change < end && change->new_row == row; change++)
			if (is_main(change) || is_change(change))
				rsd_table_row(f, columns_of_changes, nb, shown, "", change);
			else if (change->verdict == RSD_SAME)
				same++;
			else
				few++;
		if (same != 0)
			fprintf(f, "   %u more: same within spread\n", same);
		if (few != 0)
			fprintf(f, "   %u more: too few windows to tell\n", few);
	}
}

void
rsd_bench_out_compare(FILE *f, const struct rsd_bench_compare *c, unsigned int columns)
{
	unsigned int width = RTE_MAX(columns, 60U);
	size_t i, nb[RSD_TOO_FEW + 1] = { 0 };
	char text[sizeof(c->machines) + 128];

	if (c->machines[0] != '\0') {
		snprintf(text, sizeof(text),
			"Not the same machine: %s. Figures of two machines "
			"do not tell what ringside became.",
			c->machines);
		rsd_table_wrap(f, text, 2, width);
	}
	if (c->methods[0] != '\0') {
		snprintf(text, sizeof(text), "Not measured alike: %s", c->methods);
		rsd_table_wrap(f, text, 2, width);
	}
	print_changes(f, c, width);
	print_rows(f, "new here", c->appeared);
	print_rows(f, "no longer here", c->vanished);
	for (i = 0; i < c->nb; i++)
		nb[c->change[i].verdict]++;
	snprintf(text, sizeof(text),
		"%zu figures: %zu better, %zu worse, %zu changed beyond the spread; %zu the same "
		"within it. Of so many some seem to change by chance. %zu more: too few windows to "
		"tell.",
		c->nb - nb[RSD_TOO_FEW], nb[RSD_BETTER], nb[RSD_WORSE], nb[RSD_OTHER], nb[RSD_SAME],
		nb[RSD_TOO_FEW]);
	rsd_table_wrap(f, text, 2, width);
}
