/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plots, drawn for a column as wide as a telephone and set side by side where there is room: so
 * their letters are as large as those of the text around them. Colours are the page's
 * (out_style.c).
 */
#ifndef RSD_BENCH_OUT_SVG_H
#define RSD_BENCH_OUT_SVG_H

#include <stdbool.h>
#include <stdio.h>

#include "bench/out_words.h"

#define RSD_SVG_WIDTH 370

/* Text with what means something to HTML escaped. */
void rsd_html_text(FILE *f, const char *s);

/* From values to coordinates. */
struct rsd_scale {
	bool is_log;
	double lo, hi;   /* values at the two ends; both above 0 when is_log */
	double from, to; /* coordinates of these */
};

/* Ends that are round, around the values given; of lo, only when is_log. */
struct rsd_scale rsd_scale_of(double lo, double hi, bool is_log, double from, double to);
/* Always between from and to, and a number. */
double rsd_scale_at(const struct rsd_scale *s, double v);

#define RSD_MAX_TICKS 16

/* Where to draw lines; at most max of them are returned, of which there are RSD_MAX_TICKS. */
unsigned int rsd_scale_ticks(
	const struct rsd_scale *s, unsigned int max, double tick[static RSD_MAX_TICKS]);

/* Begin and end a figure; id is unique in the page, words stand under it. */
void rsd_svg_begin(
	FILE *f, const char *id, const char *title, const char *desc, double width, double height);
void rsd_svg_end(FILE *f, const char *words);

void rsd_svg_line(FILE *f, const char *class, double x1, double y1, double x2, double y2);
/* anchor: "start", "middle" or "end" */
void rsd_svg_text(
	FILE *f, const char *class, const char *anchor, double x, double y, const char *s);
/* tip: what is told of it where there is a pointer, and to screen readers. */
void rsd_svg_box(
	FILE *f, const char *class, double x, double y, double w, double h, const char *tip);
/* The i-th of eight shapes in the i-th of eight colours, told apart by either. */
void rsd_svg_mark(FILE *f, unsigned int i, double x, double y, const char *tip);

/* -- the plots: what follows <section>, one figure each, nothing when there is nothing to draw --
 */

void rsd_plot_rates(FILE *f, const struct rsd_section *s, unsigned int number);
void rsd_plot_cpu(FILE *f, const struct rsd_section *s, unsigned int number);
void rsd_plot_sizes(FILE *f, const struct rsd_section *s, unsigned int number);
void rsd_plot_latency(FILE *f, const struct rsd_section *s, unsigned int number);

/* "recvmmsg, veth, stack on server" */
#define RSD_LABEL_LEN 96
const char *rsd_row_label(char buf[static RSD_LABEL_LEN], const struct rsd_bench_row *row);

#endif
