/* SPDX-License-Identifier: BSD-3-Clause */
/* Two results, row by row and figure by figure. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "bench/out.h"

/* Medians nearer than this are the same, however narrow their spreads: two runs of a machine that
 * is shared never agree to the last digit.
 */
#define SAME_SHARE 0.02

/* Of 2 n windows that are all alike the n of one run lie above those of the other, or below, by
 * chance once in (2 n)! / (2 n! n!): with three of each that is one in ten, with four one in 35. */
#define LEAST_WINDOWS 4
#define LEAST_POINTS  3 /* of a line: through two of them it has no error */

static struct rsd_spread
spread_of(const struct rsd_metric *m)
{
	return (struct rsd_spread){ .nb = m->nb,
		.median = m->median,
		.min = m->low,
		.max = m->high,
		.q1 = fmin(m->q1, m->low),
		.q3 = fmax(m->q3, m->high) };
}

static enum rsd_bench_verdict
judge(const struct rsd_metric *old, const struct rsd_metric *new, enum rsd_bench_better better,
	size_t least)
{
	struct rsd_spread a = spread_of(old), b = spread_of(new);

	if (old->nb < least || new->nb < least)
		return RSD_TOO_FEW;
	if (!rsd_spreads_differ(&a, &b, SAME_SHARE))
		return RSD_SAME;
	if (better == RSD_BETTER_NEITHER)
		return RSD_OTHER;
	return (b.median > a.median) == (better == RSD_BETTER_HIGHER) ? RSD_BETTER : RSD_WORSE;
}

struct pair {
	struct rsd_bench_compare *c;
	const struct rsd_bench_row *old, *new;
	size_t least; /* windows that a verdict takes */
	int err;
};

static void
add(struct pair *p, const char *what, enum rsd_bench_better better, const struct rsd_metric *old,
	const struct rsd_metric *new)
{
	struct rsd_bench_compare *c = p->c;
	size_t cap = c->cap != 0 ? 2 * c->cap : 256;
	struct rsd_bench_change *change;

	if (p->err != 0 || old->nb == 0 || new->nb == 0)
		return;
	if (c->nb == c->cap) {
		change = realloc(c->change, cap * sizeof(*change));
		if (change == NULL) {
			p->err = -ENOMEM;
			return;
		}
		c->change = change;
		c->cap = cap;
	}
	change = &c->change[c->nb++];
	*change = (struct rsd_bench_change){ .old_row = p->old,
		.new_row = p->new,
		.better = better,
		.old = *old,
		.new = *new,
		.ratio = old->median != 0 ? new->median / old->median : 0,
		.verdict = judge(old, new, better, p->least) };
	snprintf(change->what, sizeof(change->what), "%s", what);
}

/* A fitted value has an error instead of windows. */
static struct rsd_metric
fitted(size_t nb, double value, double err)
{
	return (struct rsd_metric){ .nb = nb,
		.median = value,
		.low = value - err,
		.high = value + err,
		.q1 = value - err,
		.q3 = value + err };
}

static void
compare_fits(struct pair *p)
{
	const struct rsd_fit *old, *new;
	struct rsd_metric a, b;
	char what[24];
	unsigned int i;

	p->least = LEAST_POINTS;
	for (i = 0; i < RSD_BILL_NB; i++) {
		old = &p->old->sweep.fit[i];
		new = &p->new->sweep.fit[i];
		a = fitted(old->nb, old->a, old->a_err);
		b = fitted(new->nb, new->a, new->a_err);
		snprintf(what, sizeof(what), "%s ns, 0 bytes", rsd_bench_bill_key(i));
		add(p, what, RSD_BETTER_LOWER, &a, &b);
		a = fitted(old->nb, old->b, old->b_err);
		b = fitted(new->nb, new->b, new->b_err);
		snprintf(what, sizeof(what), "%s ns a byte", rsd_bench_bill_key(i));
		add(p, what, RSD_BETTER_LOWER, &a, &b);
	}
}

static void
compare_row(struct pair *p)
{
	unsigned int i, k;
	char what[24];

	p->least = LEAST_WINDOWS;
	for (i = 0; i < RSD_METRIC_NB; i++)
		add(p, rsd_metric_info[i].key, rsd_metric_info[i].better, &p->old->metric[i],
			&p->new->metric[i]);
	for (i = 0; i < RSD_AT_NB; i++)
		for (k = 0; k < RSD_PCT_NB; k++) {
			snprintf(what, sizeof(what), "%s ns, %s%s", rsd_bench_pct_key(k),
				rsd_bench_at_key(i), i == RSD_AT_IDLE ? "" : " %");
			add(p, what, RSD_BETTER_LOWER, &p->old->latency[i].ns[k],
				&p->new->latency[i].ns[k]);
		}
	compare_fits(p);
}

static const struct rsd_bench_row *
partner(const struct rsd_bench_row *row, const struct rsd_bench_result *other)
{
	char id[RSD_BENCH_ID_LEN];
	const struct rsd_bench_row *found = rsd_bench_find(other, rsd_bench_id(row, id));

	return found != NULL && found->why[0] == '\0' ? found : NULL;
}

/* Rows of a that ran and that b has not. */
static const struct rsd_bench_row **
only_in(const struct rsd_bench_result *a, const struct rsd_bench_result *b)
{
	const struct rsd_bench_row **rows = calloc(a->nb_rows + 1, sizeof(*rows));
	size_t i, nb = 0;

	for (i = 0; rows != NULL && i < a->nb_rows; i++)
		if (a->row[i].why[0] == '\0' && partner(&a->row[i], b) == NULL)
			rows[nb++] = &a->row[i];
	return rows;
}

/* "WHAT: OLD, now NEW" behind what is there already. */
static void
differs(char *buf, size_t size, const char *what, const char *old, const char *new)
{
	size_t len = strlen(buf);

	if (strcmp(old, new) != 0)
		snprintf(buf + len, size - len, "%s%s was %s, is %s", len != 0 ? "; " : "", what,
			old, new);
}

static void
differs_number(char *buf, size_t size, const char *what, double old, double new)
{
	char a[32], b[32];

	snprintf(a, sizeof(a), "%g", old);
	snprintf(b, sizeof(b), "%g", new);
	differs(buf, size, what, a, b);
}

static const char *
sizes_of(const struct rsd_bench_method *m, char *buf, size_t size)
{
	unsigned int i, len = 0;

	buf[0] = '\0';
	for (i = 0; i < m->nb_sizes && len < size; i++)
		len += (unsigned int)snprintf(
			buf + len, size - len, "%s%u", i != 0 ? "," : "", m->size[i]);
	return buf;
}

static void
differs_sizes(char *buf, size_t size, const struct rsd_bench_method *old,
	const struct rsd_bench_method *new)
{
	char a[128], b[128];

	differs(buf, size, "sizes", sizes_of(old, a, sizeof(a)), sizes_of(new, b, sizeof(b)));
}

static void
compare_heads(const struct rsd_bench_result *old, const struct rsd_bench_result *new,
	struct rsd_bench_compare *c)
{
	const struct rsd_bench_method *p = &old->method, *q = &new->method;
	const struct rsd_machine *m = &old->machine, *n = &new->machine;

	differs(c->machines, sizeof(c->machines), "CPU", m->cpu, n->cpu);
	differs_number(c->machines, sizeof(c->machines), "CPUs", m->nb_cpus, n->nb_cpus);
	differs(c->machines, sizeof(c->machines), "kernel", m->kernel, n->kernel);
	differs(c->machines, sizeof(c->machines), "DPDK", m->dpdk, n->dpdk);
	differs(c->machines, sizeof(c->machines), "mitigations", m->mitigations, n->mitigations);
	differs(c->methods, sizeof(c->methods), "build", m->build, n->build);
	differs_number(c->methods, sizeof(c->methods), "burst", p->burst, q->burst);
	differs_number(c->methods, sizeof(c->methods), "rx ring", p->rx_ring, q->rx_ring);
	differs_number(c->methods, sizeof(c->methods), "buffers", p->buffers, q->buffers);
	differs_number(c->methods, sizeof(c->methods), "flows", p->flows, q->flows);
	differs_number(
		c->methods, sizeof(c->methods), "outstanding", p->outstanding, q->outstanding);
	differs_number(c->methods, sizeof(c->methods), "window", p->window_s, q->window_s);
	differs_number(c->methods, sizeof(c->methods), "passes", p->passes, q->passes);
	differs_sizes(c->methods, sizeof(c->methods), p, q);
	if (p->memory[0] != '\0' && q->memory[0] != '\0')
		differs(c->methods, sizeof(c->methods), "memory", p->memory, q->memory);
	differs(c->methods, sizeof(c->methods), "flags", p->flags, q->flags);
}

int
rsd_bench_compare(const struct rsd_bench_result *old, const struct rsd_bench_result *new,
	struct rsd_bench_compare *c)
{
	struct pair p = { .c = c };
	size_t i;

	memset(c, 0, sizeof(*c));
	compare_heads(old, new, c);
	c->appeared = only_in(new, old);
	c->vanished = only_in(old, new);
	if (c->appeared == NULL || c->vanished == NULL)
		return -ENOMEM;
	for (i = 0; i < new->nb_rows; i++) {
		p.new = &new->row[i];
		p.old = partner(p.new, old);
		if (p.old != NULL && p.new->why[0] == '\0')
			compare_row(&p);
	}
	return p.err;
}

void
rsd_bench_compare_free(struct rsd_bench_compare *c)
{
	free(c->change);
	free(c->appeared);
	free(c->vanished);
	memset(c, 0, sizeof(*c));
}
