/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counters and books as text and as JSON: what `ringside ctl stats` prints, and what the engine
 * prints when it ends. Plain values, since the one who reports may be another process.
 */
#ifndef RSD_STATS_REPORT_H
#define RSD_STATS_REPORT_H

#include <stdio.h>

#include <jansson.h>

#include <ringside/stats.h>

#define RSD_REPORT_SCHEMA 1
#define RSD_NUM_MAX       32 /* room for any number with its separators */

/* An engine at one moment. */
struct rsd_report {
	const char *name;
	uint64_t uptime_ns;
	unsigned int workers;
	unsigned int pool_size, pool_free;
	struct rsd_stats sum;
	const struct rsd_stats *worker; /* workers of them, or NULL: only the sum is known */
};

/* n with thousands separators, in buf of RSD_NUM_MAX bytes; returns buf. */
const char *rsd_report_num(char *buf, uint64_t n);

/* TSC cycles a received frame cost, empty polls not charged; negative when there was no frame. */
double rsd_report_cycles(const struct rsd_stats *s);

/* The same in words: "1,234.5", or "-" when there was no frame; in buf of RSD_NUM_MAX bytes. */
const char *rsd_report_cycles_text(char *buf, const struct rsd_stats *s);

/* Share of polls that found nothing, 0 to 1; negative when there was no poll. */
double rsd_report_empty(const struct rsd_stats *s);

/* What was counted since before. */
void rsd_report_minus(
	const struct rsd_stats *now, const struct rsd_stats *before, struct rsd_stats *diff);

/* The whole report for a person. */
void rsd_report_text(FILE *f, const struct rsd_report *r);

/* The whole report for a program; a new reference, or NULL when memory is short. */
json_t *rsd_report_json(const struct rsd_report *r);

/* Heading of the lines below. */
void rsd_report_rates_head(FILE *f);

/* What happened between two moments, a second, on one line. */
void rsd_report_rates_line(FILE *f, const struct rsd_report *now, const struct rsd_report *before);

/* The same for a program; a new reference, or NULL when memory is short. */
json_t *rsd_report_rates_json(const struct rsd_report *now, const struct rsd_report *before);

/* What the engine says last: where every frame went, and whether every buffer is home. */
void rsd_report_closing(FILE *f, const char *name, const struct rsd_stats *sum,
	unsigned int pool_size, unsigned int pool_free);

#endif
