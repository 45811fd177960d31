/* SPDX-License-Identifier: BSD-3-Clause */
/* Latency: a small plot for every row, all on one logarithmic scale. */
#include <math.h>

#include <rte_common.h>

#include "bench/out_svg.h"

#define WIDTH  172.0
#define HEIGHT 156.0
#define LEFT   38.0
#define RIGHT  (WIDTH - 10)
#define TOP    34.0
#define BOTTOM (HEIGHT - 20)

struct facet {
	FILE *f;
	const struct rsd_bench_row *row;
	struct rsd_scale y;
};

static double
x_of(unsigned int at)
{
	return LEFT + 10 + at * (RIGHT - LEFT - 20) / (RSD_AT_NB - 1);
}

static void
axes(struct facet *t)
{
	static const char *const words[RSD_AT_NB] = { "idle", "10 %", "50 %", "90 %" };
	double tick[RSD_MAX_TICKS], y;
	char word[RSD_WORD_LEN];
	unsigned int i, nb = rsd_scale_ticks(&t->y, 6, tick);

	for (i = 0; i < nb; i++) {
		y = rsd_scale_at(&t->y, tick[i]);
		rsd_svg_line(t->f, "grid", LEFT, y, RIGHT, y);
		rsd_svg_text(t->f, "tick", "end", LEFT - 3, y + 3.5,
			rsd_word_tick_ns(word, tick[i], "µs"));
	}
	for (i = 0; i < RSD_AT_NB; i++)
		rsd_svg_text(t->f, "tick", "middle", x_of(i), BOTTOM + 14, words[i]);
}

static void
line(struct facet *t, unsigned int pct)
{
	const struct rsd_metric *m;
	unsigned int a;

	fprintf(t->f, "<polyline class=\"l%u fit\" points=\"", pct);
	for (a = 0; a < RSD_AT_NB; a++) {
		m = &t->row->latency[a].ns[pct];
		if (rsd_metric_is(m))
			fprintf(t->f, "%.1f,%.1f ", x_of(a), rsd_scale_at(&t->y, m->median));
	}
	fprintf(t->f, "\"/>\n");
}

static void
marks(struct facet *t, unsigned int pct)
{
	char tip[160], ns[RSD_WORD_LEN], spread[RSD_WORD_LEN];
	const struct rsd_metric *m;
	unsigned int a;

	for (a = 0; a < RSD_AT_NB; a++) {
		m = &t->row->latency[a].ns[pct];
		if (!rsd_metric_is(m))
			continue;
		rsd_svg_line(t->f, "error", x_of(a), rsd_scale_at(&t->y, m->low), x_of(a),
			rsd_scale_at(&t->y, m->high));
		snprintf(tip, sizeof(tip), "%s at %s: %s %s", rsd_bench_pct_key(pct),
			rsd_word_at(a), rsd_word_ns(ns, m->median, "µs"),
			rsd_word_spread(spread, m));
		rsd_svg_mark(t->f, pct, x_of(a), rsd_scale_at(&t->y, m->median), tip);
	}
}

static void
draw(struct facet *t, unsigned int number, unsigned int i)
{
	const char *place = rsd_word_place(t->row->place);
	char id[32], title[RSD_LABEL_LEN], under[64];
	unsigned int p;

	snprintf(id, sizeof(id), "latency-%u-%u", number, i);
	snprintf(under, sizeof(under), "%s%s%s", t->row->device,
		place[0] != '\0' ? " · stack at " : "", place);
	rsd_svg_begin(t->f, id, rsd_row_label(title, t->row),
		"Latency percentiles; the table of latencies has the same figures.", WIDTH, HEIGHT);
	rsd_svg_text(t->f, "head", "start", 2, 11, t->row->name);
	rsd_svg_text(t->f, "tick", "start", 2, 24, under);
	axes(t);
	for (p = 0; p < RSD_PCT_NB; p++)
		line(t, p);
	for (p = 0; p < RSD_PCT_NB; p++)
		marks(t, p);
	rsd_svg_end(t->f, NULL);
}

/* Of all rows of the section: one scale, so that the small plots can be compared. */
static bool
ends_of(const struct rsd_section *s, double *lo, double *hi)
{
	const struct rsd_metric *m;
	unsigned int a, p;
	bool any = false;
	size_t i;

	for (i = 0; i < s->nb; i++)
		for (a = 0; a < RSD_AT_NB && rsd_row_has_latency(s->row[i]); a++)
			for (p = 0; p < RSD_PCT_NB; p++) {
				m = &s->row[i]->latency[a].ns[p];
				if (!rsd_metric_is(m) || m->median <= 0)
					continue;
				*lo = any ? fmin(*lo, m->median) : m->median;
				*hi = any ? fmax(*hi, m->high) : m->high;
				any = true;
			}
	return any;
}

static void
key(FILE *f)
{
	unsigned int p;

	fprintf(f, "<p class=\"key\">");
	for (p = 0; p < RSD_PCT_NB; p++) {
		fprintf(f, "<svg class=\"k\" viewBox=\"0 0 14 14\" aria-hidden=\"true\">");
		rsd_svg_mark(f, p, 7, 7, NULL);
		fprintf(f, "</svg>%s ", rsd_bench_pct_key(p));
	}
	fprintf(f, "</p>\n");
}

void
rsd_plot_latency(FILE *f, const struct rsd_section *s, unsigned int number)
{
	struct facet t = { .f = f };
	double lo = 0, hi = 0;
	unsigned int nb = 0;
	size_t i;

	if (!ends_of(s, &lo, &hi))
		return;
	t.y = rsd_scale_of(lo, hi, true, BOTTOM, TOP);
	fprintf(f,
		"<h3>Latency</h3>\n<p>Half of all datagrams are answered within p50, all but one "
		"in a hundred within p99, all but one in a thousand within p99.9; with one under "
		"way (idle) and at a share of what the row can do. One logarithmic scale for all: "
		"lower is better.</p>\n");
	key(f);
	fprintf(f, "<div class=\"facets\">\n");
	for (i = 0; i < s->nb; i++) {
		t.row = s->row[i];
		if (rsd_row_has_latency(t.row))
			draw(&t, number, nb++);
	}
	fprintf(f, "</div>\n");
}
