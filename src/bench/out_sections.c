/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows in the order in which they are told, and the sentence that sums them up. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "bench/out_words.h"

static bool
is_in(const struct rsd_section *s, const struct rsd_bench_row *row)
{
	return s->workload == row->workload && s->load == row->load &&
	       s->payload_bytes == row->payload_bytes;
}

static struct rsd_section *
section_of(struct rsd_sections *s, const struct rsd_bench_row *row)
{
	size_t i;

	for (i = 0; i < s->nb; i++)
		if (is_in(&s->at[i], row))
			return &s->at[i];
	s->at[s->nb] = (struct rsd_section){
		.workload = row->workload, .load = row->load, .payload_bytes = row->payload_bytes
	};
	return &s->at[s->nb++];
}

int
rsd_sections_of(const struct rsd_bench_result *r, struct rsd_sections *s)
{
	const size_t room = RTE_MAX(r->nb_rows, (size_t)1);
	const struct rsd_bench_row **next;
	size_t i, k, g;

	s->nb = 0;
	s->at = calloc(room, sizeof(*s->at));
	s->rows = calloc(room, sizeof(*s->rows));
	if (s->at == NULL || s->rows == NULL)
		return -ENOMEM;
	for (i = 0; i < r->nb_rows; i++)
		section_of(s, &r->row[i]);
	next = s->rows;
	for (k = 0; k < s->nb; k++) {
		s->at[k].row = next;
		for (g = 0; g < RSD_GROUP_NB; g++)
			for (i = 0; i < r->nb_rows; i++)
				if (r->row[i].group == g && is_in(&s->at[k], &r->row[i]))
					*next++ = &r->row[i];
		s->at[k].nb = (size_t)(next - s->at[k].row);
	}
	return 0;
}

void
rsd_sections_free(struct rsd_sections *s)
{
	free(s->at);
	free(s->rows);
	*s = (struct rsd_sections){ 0 };
}

const char *
rsd_section_title(char buf[static RSD_TITLE_LEN], const struct rsd_section *s,
	const struct rsd_bench_method *m)
{
	const char *work = s->workload == RSD_WORK_ECHO ? "Echo" : "Receive only";
	char load[48] = "flood";

	if (s->load == RSD_LOAD_OUTSTANDING && m->outstanding != 0)
		snprintf(load, sizeof(load), "%u outstanding", m->outstanding);
	else if (s->load == RSD_LOAD_OUTSTANDING)
		snprintf(load, sizeof(load), "a fixed number outstanding");
	snprintf(buf, RSD_TITLE_LEN, "%s, %s, %u bytes of payload", work, load, s->payload_bytes);
	return buf;
}

/* What is told apart in the sentence: a datagram through the kernel is not one in shared memory. */
static const struct part {
	enum rsd_bench_group group;
	bool in_memory;
	const char *words;
} parts[] = {
	{ RSD_GROUP_SOCKETS, false, "kernel sockets" },
	{ RSD_GROUP_BYPASS, false, "kernel bypass" },
	{ RSD_GROUP_TESTPMD, false, "testpmd through the kernel" },
	{ RSD_GROUP_RINGSIDE, false, "ringside through the kernel" },
	{ RSD_GROUP_TESTPMD, true, "testpmd in shared memory" },
	{ RSD_GROUP_RINGSIDE, true, "ringside in shared memory" },
};

/* testpmd's other modes send a frame back to nobody: that is not the same work. */
static bool
answers(const struct rsd_bench_row *row)
{
	return row->group != RSD_GROUP_TESTPMD || strstr(row->name, "5tswap") != NULL;
}

static const struct rsd_bench_row *
least(const struct rsd_section *s, const struct part *p)
{
	const struct rsd_bench_row *row, *best = NULL;
	size_t i;

	for (i = 0; i < s->nb; i++) {
		row = s->row[i];
		if (row->group != p->group || !rsd_row_ran(row) || !answers(row) ||
			rsd_row_is_in_memory(row) != p->in_memory ||
			row->metric[RSD_METRIC_SYSTEM_NS].nb == 0)
			continue;
		if (best == NULL || row->metric[RSD_METRIC_SYSTEM_NS].median <
					    best->metric[RSD_METRIC_SYSTEM_NS].median)
			best = row;
	}
	return best;
}

const char *
rsd_section_summary(
	char buf[static RSD_SUMMARY_LEN], const struct rsd_section *s, const char *micro)
{
	const struct rsd_bench_row *row;
	char ns[RSD_WORD_LEN];
	size_t len = 0;
	unsigned int i;

	buf[0] = '\0';
	for (i = 0; i < RTE_DIM(parts) && len < RSD_SUMMARY_LEN; i++) {
		row = least(s, &parts[i]);
		if (row == NULL)
			continue;
		len += (size_t)snprintf(buf + len, RSD_SUMMARY_LEN - len, "%s%s %s (%s%s%s)",
			len == 0 ? "The least that one datagram costs the whole system: " : ", ",
			parts[i].words,
			rsd_word_ns(ns, row->metric[RSD_METRIC_SYSTEM_NS].median, micro),
			row->group == RSD_GROUP_RINGSIDE ? "" : row->name,
			row->group == RSD_GROUP_RINGSIDE ? "" : ", ", row->device);
	}
	if (len != 0 && len + 2 < RSD_SUMMARY_LEN)
		snprintf(buf + len, RSD_SUMMARY_LEN - len, ".");
	return buf;
}
