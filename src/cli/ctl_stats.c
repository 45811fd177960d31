/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside ctl stats`: once, or again and again with rates. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/ctl.h"
#include "stats/report.h"

/* Counters go by name, and none may be missing: books over half the counters would prove nothing.
 */
static enum rsd_exit
take_counters(struct rsd_ctl *c, const json_t *o, struct rsd_stats *s)
{
	const json_t *counters = json_object_get(o, "counters");
	unsigned int i;

	for (i = 0; i < RSD_C_MAX; i++) {
		const json_t *n = json_object_get(counters, rsd_counter_info(i)->name);

		if (!json_is_integer(n) || json_object_size(counters) != RSD_C_MAX)
			return rsd_ctl_fail(c, RSD_EXIT_INTERNAL,
				"%s counts other things than this ctl (%s) knows: use the ringside "
				"of the "
				"engine's version",
				c->name, rsd_version());
		s->counter[i] = (uint64_t)json_integer_value(n);
	}
	s->polls = rsd_ctl_u64(o, "polls");
	s->polls_empty = rsd_ctl_u64(o, "polls_empty");
	s->busy_cycles = rsd_ctl_u64(o, "busy_cycles");
	return RSD_EXIT_OK;
}

static void
add(struct rsd_stats *sum, const struct rsd_stats *s)
{
	unsigned int i;

	sum->polls += s->polls;
	sum->polls_empty += s->polls_empty;
	sum->busy_cycles += s->busy_cycles;
	for (i = 0; i < RSD_C_MAX; i++)
		sum->counter[i] += s->counter[i];
}

/* What the answer says of the engine as a whole. */
static void
take_head(const json_t *o, struct rsd_report *r)
{
	const json_t *pool = json_object_get(o, "pool");

	r->uptime_ns = rsd_ctl_u64(o, "uptime_ns");
	r->workers = (unsigned int)rsd_ctl_u64(o, "workers");
	r->pool_size = (unsigned int)rsd_ctl_u64(pool, "size");
	r->pool_free = (unsigned int)rsd_ctl_u64(pool, "free");
}

/*
 * Ask for every worker and add up here: each is at rest between two bursts when it is read, so the
 * sum balances, and what is shown for each adds up to what is shown for all.
 */
static enum rsd_exit
take(struct rsd_ctl *c, struct rsd_report *r, struct rsd_stats **worker)
{
	unsigned int w = 0;

	memset(r, 0, sizeof(*r));
	r->name = c->name;
	do {
		json_t *o = rsd_ctl_ask(c, "stats", "worker", (long)w);
		struct rsd_stats *grown;

		if (o == NULL)
			return c->exit;
		take_head(o, r);
		grown = realloc(*worker, (w + 1) * sizeof(**worker));
		if (grown == NULL) {
			json_decref(o);
			return rsd_ctl_fail(c, RSD_EXIT_INTERNAL, "no memory");
		}
		*worker = grown;
		take_counters(c, o, &grown[w]);
		json_decref(o);
		if (c->exit != RSD_EXIT_OK)
			return c->exit;
		add(&r->sum, &grown[w]);
	} while (++w < r->workers);
	r->worker = *worker;
	return RSD_EXIT_OK;
}

/* Books that do not balance are a failure of the engine, and the exit code says so. */
static enum rsd_exit
verdict(const struct rsd_report *r, enum rsd_exit printed)
{
	struct rsd_books b;

	rsd_books_from(&r->sum, &b);
	return printed != RSD_EXIT_OK ? printed : b.gap == 0 ? RSD_EXIT_OK : RSD_EXIT_INTERNAL;
}

static enum rsd_exit
once(struct rsd_ctl *c)
{
	struct rsd_stats *worker = NULL;
	struct rsd_report r;
	enum rsd_exit ret = take(c, &r, &worker);

	if (ret == RSD_EXIT_OK) {
		if (c->json)
			ret = rsd_ctl_print(c, rsd_report_json(&r), false);
		else
			rsd_report_text(stdout, &r);
		ret = verdict(&r, ret);
	}
	free(worker);
	return ret;
}

static void
advance(struct timespec *t, double seconds)
{
	long ns = t->tv_nsec + (long)((seconds - (double)(time_t)seconds) * 1e9);

	t->tv_sec += (time_t)seconds + ns / 1000000000;
	t->tv_nsec = ns % 1000000000;
}

static enum rsd_exit
watch(struct rsd_ctl *c)
{
	struct rsd_report before, now;
	struct rsd_stats *worker = NULL;
	unsigned long lines = 0;
	struct timespec next;
	enum rsd_exit ret = take(c, &before, &worker);

	clock_gettime(CLOCK_MONOTONIC, &next);
	if (ret == RSD_EXIT_OK && !c->json)
		rsd_report_rates_head(stdout);
	while (ret == RSD_EXIT_OK && (c->count == 0 || lines++ < c->count)) {
		advance(&next, c->interval_s);
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL) == EINTR)
			;
		ret = take(c, &now, &worker);
		if (ret != RSD_EXIT_OK)
			break;
		if (c->json)
			ret = rsd_ctl_print(c, rsd_report_rates_json(&now, &before), true);
		else
			rsd_report_rates_line(stdout, &now, &before);
		if (verdict(&now, ret) != ret)
			ret = rsd_ctl_fail(c, RSD_EXIT_INTERNAL,
				"%s: the books do not balance: see "
				"ringside ctl stats",
				c->name);
		before = now;
	}
	free(worker);
	return ret;
}

enum rsd_exit
rsd_ctl_stats(struct rsd_ctl *c)
{
	return c->interval_s > 0 ? watch(c) : once(c);
}
