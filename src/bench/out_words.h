/* SPDX-License-Identifier: BSD-3-Clause */
/* What the table, the page and the comparison share: figures as text, and rows in order. */
#ifndef RSD_BENCH_OUT_WORDS_H
#define RSD_BENCH_OUT_WORDS_H

#include "bench/result.h"

#define RSD_WORD_LEN 48

/* Three digits that matter: "9.12", "43.1", "5812". All of these return buf. */
const char *rsd_word_number(char buf[static RSD_WORD_LEN], double v);
/* "812k", "1.23M" */
const char *rsd_word_rate(char buf[static RSD_WORD_LEN], double per_s);
/* "43.1 ns", "5.81 us", "1.2 ms"; micro: how a millionth is written */
const char *rsd_word_ns(char buf[static RSD_WORD_LEN], double ns, const char *micro);
/* Round values of an axis: "10 us", "0.5 ns", "0"; "1M". */
const char *rsd_word_tick_ns(char buf[static RSD_WORD_LEN], double ns, const char *micro);
const char *rsd_word_tick_rate(char buf[static RSD_WORD_LEN], double per_s);
/* "1.14", "0.057", "0.0063" */
const char *rsd_word_ratio(char buf[static RSD_WORD_LEN], double v);
/* How far the interval reaches from the median, as a share of it: "±3%", rounded up; "±?" when
 * not known. */
const char *rsd_word_spread(char buf[static RSD_WORD_LEN], const struct rsd_metric *m);
/* "2.05 ±0.1"; "±?" when nothing says. */
const char *rsd_word_measure(char buf[static RSD_WORD_LEN], double value, double err);
/* Share as a percentage: "0", "0.01%", "37.5%" */
const char *rsd_word_share(char buf[static RSD_WORD_LEN], double share);
/* "1+2", "0+0", "?" */
const char *rsd_word_copies(char buf[static RSD_WORD_LEN], const struct rsd_bench_row *row);

const char *rsd_word_group(enum rsd_bench_group g); /* a heading */
const char *rsd_word_place(enum rsd_bench_place p); /* in a column: "sender", "server", "" */
const char *rsd_word_at(enum rsd_bench_at a);

/* Was it measured, and is it a number? */
bool rsd_metric_is(const struct rsd_metric *m);

/* Does this row have anything of the kind? */
bool rsd_row_ran(const struct rsd_bench_row *row);
/* Does no kernel have a part in it? */
bool rsd_row_is_in_memory(const struct rsd_bench_row *row);
bool rsd_row_has_latency(const struct rsd_bench_row *row);
bool rsd_row_has_sweep(const struct rsd_bench_row *row);

/* Rows that may be compared: the same work, the same load, the same payload. */
struct rsd_section {
	enum rsd_bench_workload workload;
	enum rsd_bench_load load;
	uint32_t payload_bytes;
	const struct rsd_bench_row **row; /* nb of them, by group */
	size_t nb;
};

struct rsd_sections {
	struct rsd_section *at;
	size_t nb;
	const struct rsd_bench_row **rows; /* of all sections, one after the other */
};

/* Returns 0, or -ENOMEM; to be given back by rsd_sections_free(), also after an error. */
int rsd_sections_of(const struct rsd_bench_result *r, struct rsd_sections *s);
void rsd_sections_free(struct rsd_sections *s);

#define RSD_TITLE_LEN 160

/* "echo, 128 outstanding, 64 bytes" */
const char *rsd_section_title(char buf[static RSD_TITLE_LEN], const struct rsd_section *s,
	const struct rsd_bench_method *m);

#define RSD_SUMMARY_LEN 768

/* One sentence: what the whole system pays at least, by group. Empty when there is nothing. */
const char *rsd_section_summary(
	char buf[static RSD_SUMMARY_LEN], const struct rsd_section *s, const char *micro);

/* -- what a reader must know before the figures ------------------------------------------------ */

/* "ringside bench 0.1, 2026-01-31 12:00 UTC, full run of 16 min 43 s" */
void rsd_describe_run(char *buf, size_t len, const struct rsd_bench_result *r);

/*
 * Paragraph i: the note, the machine, the method. Each begins with a word and a colon, or is empty.
 * Returns buf, or NULL past the last.
 */
const char *rsd_describe(unsigned int i, char *buf, size_t len, const struct rsd_bench_result *r);

#endif
