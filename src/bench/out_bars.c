/* SPDX-License-Identifier: BSD-3-Clause */
/* Plots with one bar a row: the row's name above its bar, so that no name is ever too long. */
#include <math.h>

#include <rte_common.h>

#include "bench/out_svg.h"

#define LEFT    2.0
#define RIGHT   (RSD_SVG_WIDTH - 4.0)
#define TOP     30.0 /* of the first row, under the axis */
#define PITCH   29.0 /* from row to row */
#define HEADING 19.0
#define BAR     9.0

struct bars {
	FILE *f;
	struct rsd_scale x;
	double y, height;
	bool (*keep)(const struct rsd_bench_row *);
	void (*draw)(struct bars *b, const struct rsd_bench_row *row);
	const char *(*tick)(char buf[static RSD_WORD_LEN], double v);
};

static double
height_of(const struct bars *b, const struct rsd_section *s)
{
	double height = TOP + 6;
	int group = -1;
	size_t i;

	for (i = 0; i < s->nb; i++) {
		if (!b->keep(s->row[i]))
			continue;
		height += PITCH + (group != (int)s->row[i]->group ? HEADING : 0);
		group = (int)s->row[i]->group;
	}
	return height;
}

static void
axis(struct bars *b, unsigned int max)
{
	double tick[RSD_MAX_TICKS], x;
	char word[RSD_WORD_LEN];
	unsigned int i, nb = rsd_scale_ticks(&b->x, max, tick);
	const char *anchor;

	for (i = 0; i < nb; i++) {
		x = rsd_scale_at(&b->x, tick[i]);
		anchor = x < LEFT + 12 ? "start" : x > RIGHT - 16 ? "end" : "middle";
		rsd_svg_line(b->f, "grid", x, TOP - 12, x, b->height - 4);
		rsd_svg_text(b->f, "tick", anchor, x, TOP - 17, b->tick(word, tick[i]));
	}
}

static void
all_bars(struct bars *b, const struct rsd_section *s)
{
	char label[RSD_LABEL_LEN];
	int group = -1;
	size_t i;

	b->y = TOP;
	for (i = 0; i < s->nb; i++) {
		if (!b->keep(s->row[i]))
			continue;
		if (group != (int)s->row[i]->group) {
			b->y += HEADING;
			rsd_svg_text(b->f, "head", "start", LEFT, b->y - 8,
				rsd_word_group(s->row[i]->group));
		}
		group = (int)s->row[i]->group;
		rsd_svg_text(
			b->f, "name", "start", LEFT, b->y + 7, rsd_row_label(label, s->row[i]));
		b->draw(b, s->row[i]);
		b->y += PITCH;
	}
}

static void
error_bar(struct bars *b, const struct rsd_metric *m)
{
	double low = rsd_scale_at(&b->x, m->low), high = rsd_scale_at(&b->x, m->high);
	double y = b->y + 11 + BAR / 2;

	rsd_svg_line(b->f, "error", low, y, high, y);
	rsd_svg_line(b->f, "error", low, y - 3, low, y + 3);
	rsd_svg_line(b->f, "error", high, y - 3, high, y + 3);
}

static void
value(struct bars *b, const char *word)
{
	rsd_svg_text(b->f, "value", "end", RIGHT, b->y + 7, word);
}

static bool
keep_all(const struct rsd_bench_row *row)
{
	(void)row;
	return true;
}

/* The least and the largest of a figure in the rows that are kept. False: none has it. */
static bool
ends_of(const struct bars *b, const struct rsd_section *s, enum rsd_metric_id id, double *lo,
	double *hi)
{
	const struct rsd_metric *m;
	bool any = false;
	size_t i;

	for (i = 0; i < s->nb; i++) {
		m = &s->row[i]->metric[id];
		if (!b->keep(s->row[i]) || !rsd_row_ran(s->row[i]) || !rsd_metric_is(m))
			continue;
		if (m->median > 0)
			*lo = any ? fmin(*lo, m->median) : m->median;
		*hi = any ? fmax(*hi, m->high) : m->high;
		any = true;
	}
	return any;
}

/* -- packets a second -------------------------------------------------------------------------- */

static void
draw_rate(struct bars *b, const struct rsd_bench_row *row)
{
	static const char *const classes[RSD_GROUP_NB] = { "g0", "g1", "g2", "g3" };
	const struct rsd_metric *m = &row->metric[RSD_METRIC_PPS];
	char rate[RSD_WORD_LEN], spread[RSD_WORD_LEN], word[2 * RSD_WORD_LEN + 8];
	char tip[RSD_LABEL_LEN + sizeof(word)], label[RSD_LABEL_LEN];

	if (!rsd_row_ran(row) || !rsd_metric_is(m)) {
		value(b, rsd_row_ran(row) ? "not measured" : "did not run");
		return;
	}
	snprintf(word, sizeof(word), "%s/s %s", rsd_word_rate(rate, m->median),
		rsd_word_spread(spread, m));
	snprintf(tip, sizeof(tip), "%s: %s", rsd_row_label(label, row), word);
	value(b, word);
	rsd_svg_box(b->f, classes[row->group], LEFT, b->y + 11,
		rsd_scale_at(&b->x, m->median) - LEFT, BAR, tip);
	error_bar(b, m);
}

void
rsd_plot_rates(FILE *f, const struct rsd_section *s, unsigned int number)
{
	struct bars b = { .f = f, .keep = keep_all, .draw = draw_rate, .tick = rsd_word_tick_rate };
	double lo = 0, hi = 0;
	char id[24];

	if (!ends_of(&b, s, RSD_METRIC_PPS, &lo, &hi))
		return;
	b.x = rsd_scale_of(lo, hi, hi > 20 * lo, LEFT, RIGHT);
	b.height = height_of(&b, s);
	snprintf(id, sizeof(id), "rates-%u", number);
	fprintf(f, "<div class=\"plot\"><h3>Packets a second</h3>\n<p class=\"key\">%s</p>\n",
		b.x.is_log ? "logarithmic scale" : "linear scale");
	rsd_svg_begin(f, id, "Packets a second, one bar a row",
		"The table of this section has the same figures.", RSD_SVG_WIDTH, b.height);
	axis(&b, 7);
	all_bars(&b, s);
	rsd_svg_end(f,
		b.x.is_log
			? "Longer is better. The scale is logarithmic: each line is a multiple of "
			  "the one before. The whiskers are the 95 % interval of the median."
			: "Longer is better. The whiskers are the 95 % interval of the median.");
	fprintf(f, "</div>\n");
}

/* -- CPU a packet ------------------------------------------------------------------------------ */

static const char *
tick_ns(char buf[static RSD_WORD_LEN], double v)
{
	return rsd_word_tick_ns(buf, v, "µs");
}

static const char *
ns_word(char buf[static RSD_WORD_LEN], double v)
{
	return rsd_word_ns(buf, v, "µs");
}

static double
figure(const struct rsd_bench_row *row, enum rsd_metric_id id)
{
	const struct rsd_metric *m = &row->metric[id];

	return rsd_metric_is(m) ? fmax(m->median, 0) : 0;
}

static void
draw_cpu(struct bars *b, const struct rsd_bench_row *row)
{
	static const struct {
		const char *class, *word;
	} parts[] = { { "process", "process" }, { "softirq", "softirq" }, { "rest", "rest" } };
	double process = figure(row, RSD_METRIC_PROCESS_NS), system, x, end, sum = 0, ns[3];
	char one[RSD_WORD_LEN], two[RSD_WORD_LEN], word[2 * RSD_WORD_LEN + 8];
	char tip[RSD_LABEL_LEN + 80], label[RSD_LABEL_LEN];
	unsigned int i;

	if (!rsd_row_ran(row) || !rsd_metric_is(&row->metric[RSD_METRIC_SYSTEM_NS])) {
		value(b, rsd_row_ran(row) ? "not measured" : "did not run");
		return;
	}
	system = fmax(figure(row, RSD_METRIC_SYSTEM_NS), process);
	ns[0] = process;
	ns[1] = fmin(figure(row, RSD_METRIC_SOFTIRQ_NS), system - process);
	ns[2] = system - process - ns[1];
	snprintf(word, sizeof(word), "%s of %s", ns_word(one, process),
		ns_word(two, figure(row, RSD_METRIC_SYSTEM_NS)));
	value(b, word);
	for (i = 0, x = LEFT; i < RTE_DIM(parts); i++, x = end) {
		sum += ns[i];
		end = rsd_scale_at(&b->x, sum);
		snprintf(tip, sizeof(tip), "%s: %s %s", rsd_row_label(label, row), parts[i].word,
			ns_word(one, ns[i]));
		if (ns[i] > 0)
			rsd_svg_box(b->f, parts[i].class, x, b->y + 11, end - x, BAR, tip);
	}
	error_bar(b, &row->metric[RSD_METRIC_SYSTEM_NS]);
}

static bool
in_memory(const struct rsd_bench_row *row)
{
	return rsd_row_is_in_memory(row) && rsd_row_ran(row);
}

static void
cpu_figure(struct bars *b, const struct rsd_section *s, const char *id, const char *title,
	const char *words)
{
	double lo = 0, hi = 0;

	if (!ends_of(b, s, RSD_METRIC_SYSTEM_NS, &lo, &hi))
		return;
	b->x = rsd_scale_of(0, hi, false, LEFT, RIGHT);
	b->height = height_of(b, s);
	fprintf(b->f,
		"<div class=\"plot\"><h3>%s</h3>\n<p class=\"key\"><span class=\"k "
		"process\"></span>process <span class=\"k softirq\"></span>softirq <span "
		"class=\"k rest\"></span>rest of the system</p>\n",
		title);
	rsd_svg_begin(b->f, id, title, "The table of this section has the same figures.",
		RSD_SVG_WIDTH, b->height);
	axis(b, 6);
	all_bars(b, s);
	rsd_svg_end(b->f, words);
	fprintf(b->f, "</div>\n");
}

void
rsd_plot_cpu(FILE *f, const struct rsd_section *s, unsigned int number)
{
	struct bars b = { .f = f, .keep = keep_all, .draw = draw_cpu, .tick = tick_ns };
	double lo = 0, hi = 0, all = 0;
	char id[24];

	snprintf(id, sizeof(id), "cpu-%u", number);
	cpu_figure(&b, s, id, "CPU a packet",
		"Shorter is better. Numbers: the process, of the whole system less the sender. "
		"Softirq time is sampled by the kernel.");
	ends_of(&b, s, RSD_METRIC_SYSTEM_NS, &lo, &all);
	b.keep = in_memory;
	if (!ends_of(&b, s, RSD_METRIC_SYSTEM_NS, &lo, &hi) || all < 5 * hi)
		return;
	snprintf(id, sizeof(id), "cpu-memory-%u", number);
	cpu_figure(&b, s, id, "CPU a packet, in shared memory",
		"The rows without the kernel once more, on a scale of their own.");
}
