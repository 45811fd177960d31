/* SPDX-License-Identifier: BSD-3-Clause */
/* What happens now: the difference of two moments, a second. */
#include "stats/report.h"

#define NS_PER_S 1e9

struct rates {
	struct rsd_stats diff;
	struct rsd_books books; /* of the difference */
	struct rsd_books now;   /* of the later moment */
	double seconds;
};

static void
rates_from(const struct rsd_report *now, const struct rsd_report *before, struct rates *r)
{
	rsd_report_minus(&now->sum, &before->sum, &r->diff);
	rsd_books_from(&r->diff, &r->books);
	rsd_books_from(&now->sum, &r->now);
	r->seconds = (double)(now->uptime_ns - before->uptime_ns) / NS_PER_S;
}

static double
per_second(const struct rates *r, uint64_t n)
{
	return r->seconds > 0 ? (double)n / r->seconds : 0;
}

void
rsd_report_rates_head(FILE *f)
{
	fprintf(f, "%10s %13s %13s %13s %13s %13s %9s %14s %12s\n", "uptime", "received/s",
		"answered/s", "delivered/s", "host/s", "dropped/s", "held", "cycles/packet",
		"empty polls");
}

static void
rate(FILE *f, const struct rates *r, uint64_t n)
{
	char num[RSD_NUM_MAX];

	fprintf(f, " %13s", rsd_report_num(num, (uint64_t)(per_second(r, n) + 0.5)));
}

void
rsd_report_rates_line(FILE *f, const struct rsd_report *now, const struct rsd_report *before)
{
	char cycles[RSD_NUM_MAX];
	struct rates r;
	double empty;

	rates_from(now, before, &r);
	empty = rsd_report_empty(&r.diff);
	fprintf(f, "%8.1f s", (double)now->uptime_ns / NS_PER_S);
	rate(f, &r, r.books.received);
	rate(f, &r, r.books.answered);
	rate(f, &r, r.books.delivered);
	rate(f, &r, r.books.host);
	rate(f, &r, r.books.dropped);
	fprintf(f, " %9lld %14s", (long long)r.now.held, rsd_report_cycles_text(cycles, &r.diff));
	if (empty < 0)
		fprintf(f, " %12s\n", "-");
	else
		fprintf(f, " %10.1f %%\n", empty * 100);
	fflush(f);
}

json_t *
rsd_report_rates_json(const struct rsd_report *now, const struct rsd_report *before)
{
	double cycles, empty;
	struct rates r;

	rates_from(now, before, &r);
	cycles = rsd_report_cycles(&r.diff);
	empty = rsd_report_empty(&r.diff);
	return json_pack("{s:i,s:s,s:f,s:f,s:{s:f,s:f,s:f,s:f,s:f},s:I,s:o,s:o,s:b}", "schema",
		RSD_REPORT_SCHEMA, "name", now->name, "uptime_s", (double)now->uptime_ns / NS_PER_S,
		"interval_s", r.seconds, "per_second", "received", per_second(&r, r.books.received),
		"answered", per_second(&r, r.books.answered), "delivered",
		per_second(&r, r.books.delivered), "host", per_second(&r, r.books.host), "dropped",
		per_second(&r, r.books.dropped), "held", (json_int_t)r.now.held,
		"cycles_per_packet", cycles < 0 ? json_null() : json_real(cycles), "empty_share",
		empty < 0 ? json_null() : json_real(empty), "balanced", r.now.gap == 0);
}
