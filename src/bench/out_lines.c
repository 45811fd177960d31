/* SPDX-License-Identifier: BSD-3-Clause */
/* Cost against size: the points, how sure they are, and the line through them; a plot a group. */
#include <math.h>

#include <rte_common.h>

#include "bench/out_svg.h"

#define SERIES  8 /* shapes and colours that are told apart */
#define LEFT    44.0
#define RIGHT   (RSD_SVG_WIDTH - 8.0)
#define TOP     10.0
#define BOTTOM  196.0
#define KEY_TOP (BOTTOM + 44)
#define KEY     28.0
#define STEPS   32 /* of a line, which is none on a logarithmic scale */

struct panel {
	FILE *f;
	const struct rsd_bench_row *row[SERIES];
	unsigned int nb;
	struct rsd_scale x, y;
};

static void
scales(struct panel *p)
{
	const struct rsd_bench_sweep *s;
	const struct rsd_metric *m;
	double lo = 0, hi = 0, far = 0;
	unsigned int i, k;

	for (i = 0; i < p->nb; i++) {
		s = &p->row[i]->sweep;
		for (k = 0; k < s->nb; k++) {
			m = &s->ns[RSD_BILL_SYSTEM][k];
			if (!rsd_metric_is(m))
				continue;
			lo = lo <= 0 ? m->median : fmin(lo, m->median);
			hi = fmax(hi, fmax(m->high, m->median));
			far = fmax(far, s->bytes[k]);
		}
	}
	p->x = rsd_scale_of(0, far, false, LEFT, RIGHT);
	p->y = rsd_scale_of(lo, hi, lo > 0 && hi > 20 * lo, BOTTOM, TOP);
}

static void
axes(struct panel *p)
{
	double tick[RSD_MAX_TICKS], at;
	char word[RSD_WORD_LEN];
	unsigned int i, nb;

	nb = rsd_scale_ticks(&p->y, 7, tick);
	for (i = 0; i < nb; i++) {
		at = rsd_scale_at(&p->y, tick[i]);
		rsd_svg_line(p->f, "grid", LEFT, at, RIGHT, at);
		rsd_svg_text(p->f, "tick", "end", LEFT - 4, at + 3.5,
			rsd_word_tick_ns(word, tick[i], "µs"));
	}
	nb = rsd_scale_ticks(&p->x, 6, tick);
	for (i = 0; i < nb; i++) {
		at = rsd_scale_at(&p->x, tick[i]);
		snprintf(word, sizeof(word), "%.0f", tick[i]);
		rsd_svg_line(p->f, "grid", at, BOTTOM, at, BOTTOM + 4);
		rsd_svg_text(
			p->f, "tick", at > RIGHT - 12 ? "end" : "middle", at, BOTTOM + 15, word);
	}
	rsd_svg_text(p->f, "tick", "middle", (LEFT + RIGHT) / 2, BOTTOM + 28, "bytes of payload");
}

/* No further than its own points: another row's device may take larger frames. */
static void
fitted(struct panel *p, unsigned int i)
{
	const struct rsd_bench_sweep *s = &p->row[i]->sweep;
	const struct rsd_fit *fit = &s->fit[RSD_BILL_SYSTEM];
	double bytes, ns, far = 0;
	unsigned int k;

	for (k = 0; k < s->nb; k++)
		far = fmax(far, s->bytes[k]);
	if (fit->nb == 0 || !isfinite(fit->a) || !isfinite(fit->b))
		return;
	fprintf(p->f, "<polyline class=\"l%u fit\" points=\"", i);
	for (k = 0; k <= STEPS; k++) {
		bytes = far * k / STEPS;
		ns = fit->a + fit->b * bytes;
		if (ns >= p->y.lo && ns <= p->y.hi)
			fprintf(p->f, "%.1f,%.1f ", rsd_scale_at(&p->x, bytes),
				rsd_scale_at(&p->y, ns));
	}
	fprintf(p->f, "\"/>\n");
}

static void
points(struct panel *p, unsigned int i)
{
	const struct rsd_bench_sweep *s = &p->row[i]->sweep;
	char tip[RSD_LABEL_LEN + 96], label[RSD_LABEL_LEN], ns[RSD_WORD_LEN], spread[RSD_WORD_LEN];
	const struct rsd_metric *m;
	double x;
	unsigned int k;

	for (k = 0; k < s->nb; k++) {
		m = &s->ns[RSD_BILL_SYSTEM][k];
		if (!rsd_metric_is(m))
			continue;
		x = rsd_scale_at(&p->x, s->bytes[k]);
		rsd_svg_line(p->f, "error", x, rsd_scale_at(&p->y, m->low), x,
			rsd_scale_at(&p->y, m->high));
		snprintf(tip, sizeof(tip), "%s: %u bytes, %s %s", rsd_row_label(label, p->row[i]),
			s->bytes[k], rsd_word_ns(ns, m->median, "µs"), rsd_word_spread(spread, m));
		rsd_svg_mark(p->f, i, x, rsd_scale_at(&p->y, m->median), tip);
	}
}

static void
key(struct panel *p, unsigned int i)
{
	const struct rsd_bench_sweep *s = &p->row[i]->sweep;
	const struct rsd_fit *fit = &s->fit[RSD_BILL_SYSTEM];
	char label[RSD_LABEL_LEN], line[160], a[RSD_WORD_LEN], b[RSD_WORD_LEN], c[RSD_WORD_LEN];
	double y = KEY_TOP + i * KEY;

	if (fit->nb != 0)
		snprintf(line, sizeof(line), "%s ns + %s ps a byte: %s copies",
			rsd_word_measure(a, fit->a, fit->a_err),
			rsd_word_measure(b, 1e3 * fit->b, 1e3 * fit->b_err),
			rsd_word_measure(c, s->copies[RSD_BILL_SYSTEM].value,
				s->copies[RSD_BILL_SYSTEM].err));
	else
		snprintf(line, sizeof(line), "too few sizes for a line");
	rsd_svg_mark(p->f, i, 8, y, NULL);
	rsd_svg_text(p->f, "name", "start", 18, y + 4, rsd_row_label(label, p->row[i]));
	rsd_svg_text(p->f, "tick", "start", 18, y + 16, line);
}

static void
draw_panel(struct panel *p, unsigned int number, enum rsd_bench_group group, unsigned int part)
{
	char id[32], title[128];
	unsigned int i;

	scales(p);
	snprintf(id, sizeof(id), "size-%u-%u-%u", number, (unsigned int)group, part);
	snprintf(title, sizeof(title), "Cost against size: %s", rsd_word_group(group));
	fprintf(p->f, "<div class=\"plot\"><h3>%s</h3>\n", title);
	rsd_svg_begin(p->f, id, title, "The table of fits in this section has the same figures.",
		RSD_SVG_WIDTH, KEY_TOP + p->nb * KEY - 6);
	axes(p);
	for (i = 0; i < p->nb; i++)
		fitted(p, i);
	for (i = 0; i < p->nb; i++)
		points(p, i);
	for (i = 0; i < p->nb; i++)
		key(p, i);
	rsd_svg_end(p->f, p->y.is_log ? "CPU of the whole system a datagram, less its sender's; "
					"logarithmic, so straight lines are bent."
				      : "CPU of the whole system a datagram, less its sender's.");
	fprintf(p->f, "</div>\n");
}

void
rsd_plot_sizes(FILE *f, const struct rsd_section *s, unsigned int number)
{
	struct panel p = { .f = f };
	unsigned int g, part;
	size_t i;

	for (g = 0; g < RSD_GROUP_NB; g++) {
		for (i = 0, part = 0; i < s->nb; i++) {
			if (s->row[i]->group != g || !rsd_row_has_sweep(s->row[i]))
				continue;
			p.row[p.nb++] = s->row[i];
			if (p.nb == SERIES) {
				draw_panel(&p, number, g, part++);
				p.nb = 0;
			}
		}
		if (p.nb != 0)
			draw_panel(&p, number, g, part);
		p.nb = 0;
	}
}
