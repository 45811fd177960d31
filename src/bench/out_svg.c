/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include <rte_common.h>

#include "bench/out_svg.h"

void
rsd_html_text(FILE *f, const char *s)
{
	for (; *s != '\0'; s++)
		switch (*s) {
		case '&':
			fputs("&amp;", f);
			break;
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		default:
			/* Control characters are in no document. */
			fputc((unsigned char)*s < ' ' ? ' ' : *s, f);
		}
}

/* 1, 2 or 5 times a power of ten that is at least v. */
static double
round_up(double v)
{
	double base = pow(10, floor(log10(v)));

	if (v <= base * 1.0000001)
		return base;
	return v <= 2 * base ? 2 * base : v <= 5 * base ? 5 * base : 10 * base;
}

struct rsd_scale
rsd_scale_of(double lo, double hi, bool is_log, double from, double to)
{
	struct rsd_scale s = { .is_log = is_log, .from = from, .to = to };

	if (!isfinite(hi) || hi <= 0)
		hi = 1;
	if (!isfinite(lo) || lo <= 0 || lo > hi)
		lo = hi / 10;
	if (is_log) {
		s.lo = pow(10, floor(log10(lo) + 1e-9));
		s.hi = pow(10, ceil(log10(hi) - 1e-9));
		if (s.hi <= s.lo)
			s.hi = 10 * s.lo;
	} else {
		s.hi = round_up(hi / 5) * ceil(hi / round_up(hi / 5) - 1e-9);
	}
	return s;
}

double
rsd_scale_at(const struct rsd_scale *s, double v)
{
	double share;

	if (s->is_log)
		share = v > s->lo ? log(v / s->lo) / log(s->hi / s->lo) : 0;
	else
		share = (v - s->lo) / (s->hi - s->lo);
	if (!(share > 0))
		share = 0;
	return s->from + fmin(share, 1) * (s->to - s->from);
}

unsigned int
rsd_scale_ticks(const struct rsd_scale *s, unsigned int max, double tick[static RSD_MAX_TICKS])
{
	double step, v, decades;
	unsigned int nb = 0;

	max = RTE_MIN(max, (unsigned int)RSD_MAX_TICKS);
	if (s->is_log) {
		decades = round(log10(s->hi / s->lo));
		step = pow(10, ceil((decades + 1) / max));
		for (v = s->lo; v <= s->hi * 1.0001 && nb < max; v *= step)
			tick[nb++] = v;
		return nb;
	}
	step = round_up((s->hi - s->lo) / (max - 1));
	for (v = s->lo; v <= s->hi + step / 1e6 && nb < max; v += step)
		tick[nb++] = v;
	return nb;
}

void
rsd_svg_begin(
	FILE *f, const char *id, const char *title, const char *desc, double width, double height)
{
	fprintf(f, "<figure id=\"%s\">\n<svg role=\"img\" viewBox=\"0 0 %.0f %.0f\"", id, width,
		height);
	fprintf(f, " aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">", id, id, id);
	rsd_html_text(f, title);
	fprintf(f, "</title><desc id=\"%s-d\">", id);
	rsd_html_text(f, desc);
	fprintf(f, "</desc>\n");
}

void
rsd_svg_end(FILE *f, const char *words)
{
	fprintf(f, "</svg>\n");
	if (words != NULL) {
		fprintf(f, "<figcaption>");
		rsd_html_text(f, words);
		fprintf(f, "</figcaption>\n");
	}
	fprintf(f, "</figure>\n");
}

void
rsd_svg_line(FILE *f, const char *class, double x1, double y1, double x2, double y2)
{
	fprintf(f, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class,
		x1, y1, x2, y2);
}

void
rsd_svg_text(FILE *f, const char *class, const char *anchor, double x, double y, const char *s)
{
	fprintf(f, "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, anchor, x,
		y);
	rsd_html_text(f, s);
	fprintf(f, "</text>\n");
}

static void
tip_and_end(FILE *f, const char *element, const char *tip)
{
	if (tip == NULL) {
		fprintf(f, "/>\n");
		return;
	}
	fprintf(f, "><title>");
	rsd_html_text(f, tip);
	fprintf(f, "</title></%s>\n", element);
}

void
rsd_svg_box(FILE *f, const char *class, double x, double y, double w, double h, const char *tip)
{
	fprintf(f, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"", class,
		x, y, fmax(w, 0), h);
	tip_and_end(f, "rect", tip);
}

void
rsd_svg_mark(FILE *f, unsigned int i, double x, double y, const char *tip)
{
	/* Around 0, 0: circle, square, two triangles, diamond, cross, star, bar. */
	static const char *const shapes[] = {
		"M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z",
		"M-3.2 -3.2h6.4v6.4h-6.4z",
		"M0 -4.2l4 7h-8z",
		"M0 4.2l4 -7h-8z",
		"M0 -4.6l4.2 4.6l-4.2 4.6l-4.2 -4.6z",
		"M-4 -1.4h2.6v-2.6h2.8v2.6h2.6v2.8h-2.6v2.6h-2.8v-2.6h-2.6z",
		"M-4 -4l4 2.4l4 -2.4l-2.4 4l2.4 4l-4 -2.4l-4 2.4l2.4 -4z",
		"M-5 -1.7h10v3.4h-10z",
	};

	fprintf(f, "<path class=\"f%u mark\" transform=\"translate(%.1f %.1f)\" d=\"%s\"", i % 8, x,
		y, shapes[i % RTE_DIM(shapes)]);
	tip_and_end(f, "path", tip);
}

const char *
rsd_row_label(char buf[static RSD_LABEL_LEN], const struct rsd_bench_row *row)
{
	const char *place = rsd_word_place(row->place);

	snprintf(buf, RSD_LABEL_LEN, "%s · %s%s%s", row->name, row->device,
		place[0] != '\0' ? " · stack at " : "", place);
	return buf;
}
