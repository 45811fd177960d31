/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "stats/report.h"

#define NS_PER_S UINT64_C(1000000000)
#define LABEL    20 /* width of what stands left of a number */
#define COLUMN   20 /* width of a number */

const char *
rsd_report_num(char *buf, uint64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n), i;
	char *to = buf;

	for (i = 0; i < len; i++) {
		if (i != 0 && (len - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return buf;
}

double
rsd_report_cycles(const struct rsd_stats *s)
{
	uint64_t frames = s->counter[RSD_C_rx_frames];

	return frames == 0 ? -1 : (double)s->busy_cycles / (double)frames;
}

const char *
rsd_report_cycles_text(char *buf, const struct rsd_stats *s)
{
	double c = rsd_report_cycles(s);
	uint64_t tenths;
	size_t len;

	if (c < 0)
		return strcpy(buf, "-");
	tenths = (uint64_t)(c * 10 + 0.5);
	len = strlen(rsd_report_num(buf, tenths / 10));
	snprintf(buf + len, RSD_NUM_MAX - len, ".%u", (unsigned int)(tenths % 10));
	return buf;
}

double
rsd_report_empty(const struct rsd_stats *s)
{
	return s->polls == 0 ? -1 : (double)s->polls_empty / (double)s->polls;
}

void
rsd_report_minus(
	const struct rsd_stats *now, const struct rsd_stats *before, struct rsd_stats *diff)
{
	unsigned int c;

	diff->polls = now->polls - before->polls;
	diff->polls_empty = now->polls_empty - before->polls_empty;
	diff->busy_cycles = now->busy_cycles - before->busy_cycles;
	for (c = 0; c < RSD_C_MAX; c++)
		diff->counter[c] = now->counter[c] - before->counter[c];
}

static bool
is_drop(unsigned int c)
{
	return rsd_counter_info(c)->kind == RSD_KIND_DROP;
}

static void
line(FILE *f, const char *label, uint64_t n)
{
	char num[RSD_NUM_MAX];

	fprintf(f, "%-*s%*s\n", LABEL, label, COLUMN, rsd_report_num(num, n));
}

/* held is a difference: below zero more came back than was ever kept, a fault to be seen as such.
 */
static const char *
signed_num(char *buf, uint64_t n)
{
	if ((int64_t)n >= 0)
		return rsd_report_num(buf, n);
	buf[0] = '-';
	rsd_report_num(buf + 1, -n);
	return buf;
}

static void
books_line(FILE *f, const struct rsd_books *b)
{
	char in[RSD_NUM_MAX], out[RSD_NUM_MAX], held[RSD_NUM_MAX], gap[RSD_NUM_MAX];
	bool lost = b->gap > 0;

	rsd_report_num(in, b->received);
	rsd_report_num(out, b->answered + b->delivered + b->host + b->dropped);
	signed_num(held, b->held);
	rsd_report_num(gap, lost ? (uint64_t)b->gap : -(uint64_t)b->gap);
	if (b->gap != 0)
		fprintf(f, "books: DO NOT BALANCE, %s in, %s out, %s held: %s %s\n", in, out, held,
			gap, lost ? "unaccounted for" : "too many");
	else if (b->held != 0)
		fprintf(f, "books: balanced, %s in = %s out + %s held\n", in, out, held);
	else
		fprintf(f, "books: balanced, %s in = %s out\n", in, out);
}

static void
drops_block(FILE *f, const struct rsd_stats *s)
{
	char num[RSD_NUM_MAX];
	unsigned int c;

	for (c = 0; c < RSD_C_MAX; c++)
		if (is_drop(c) && s->counter[c] != 0)
			fprintf(f, "%*s  %-16s %s\n", LABEL + COLUMN,
				rsd_report_num(num, s->counter[c]), rsd_counter_info(c)->name,
				rsd_counter_info(c)->sentence);
}

static void
books_block(FILE *f, const struct rsd_stats *s)
{
	char held[RSD_NUM_MAX];
	struct rsd_books b;

	rsd_books_from(s, &b);
	line(f, "received", b.received);
	line(f, "  answered", b.answered);
	line(f, "  delivered", b.delivered);
	line(f, "  by the host part", b.host);
	line(f, "  dropped", b.dropped);
	drops_block(f, s);
	fprintf(f, "%-*s%*s\n", LABEL, "  held", COLUMN, signed_num(held, b.held));
	books_line(f, &b);
}

static const char *
percent(char *buf, size_t size, double share)
{
	if (share < 0)
		snprintf(buf, size, "-");
	else
		snprintf(buf, size, "%.1f %%", share * 100);
	return buf;
}

static void
cost_block(FILE *f, const struct rsd_stats *s)
{
	char text[RSD_NUM_MAX], num[RSD_NUM_MAX];

	fprintf(f, "%-*s%*s  the workers' bill: polls that found frames; not the kernel's beside\n",
		LABEL, "cycles per packet", COLUMN, rsd_report_cycles_text(text, s));
	fprintf(f, "%-*s%*s  of %s\n", LABEL, "empty polls", COLUMN,
		percent(text, sizeof(text), rsd_report_empty(s)), rsd_report_num(num, s->polls));
}

static void
pool_line(FILE *f, unsigned int size, unsigned int nb_free, const char *where)
{
	char a[RSD_NUM_MAX], b[RSD_NUM_MAX];

	fprintf(f, "%-*s%*s  of %s %s\n", LABEL, "buffers", COLUMN, rsd_report_num(a, nb_free),
		rsd_report_num(b, size), where);
}

static void
workers_block(FILE *f, const struct rsd_report *r)
{
	uint64_t all = r->sum.counter[RSD_C_rx_frames];
	char num[RSD_NUM_MAX], share[RSD_NUM_MAX], cyc[RSD_NUM_MAX], empty[RSD_NUM_MAX];
	unsigned int w;

	fprintf(f, "\n%6s %19s %9s %19s %13s\n", "worker", "received", "share", "cycles per packet",
		"empty polls");
	for (w = 0; w < r->workers; w++) {
		const struct rsd_stats *s = &r->worker[w];
		uint64_t n = s->counter[RSD_C_rx_frames];

		fprintf(f, "%6u %19s %9s %19s %13s\n", w, rsd_report_num(num, n),
			percent(share, sizeof(share), all == 0 ? -1 : (double)n / (double)all),
			rsd_report_cycles_text(cyc, s),
			percent(empty, sizeof(empty), rsd_report_empty(s)));
	}
}

static void
uptime_words(char *buf, size_t size, uint64_t ns)
{
	unsigned long long s = ns / NS_PER_S;

	if (s >= 86400)
		snprintf(buf, size, "%llu d %llu h", s / 86400, s / 3600 % 24);
	else if (s >= 3600)
		snprintf(buf, size, "%llu h %llu min", s / 3600, s / 60 % 60);
	else if (s >= 60)
		snprintf(buf, size, "%llu min %llu s", s / 60, s % 60);
	else
		snprintf(buf, size, "%llu.%llu s", s,
			(unsigned long long)(ns / (NS_PER_S / 10) % 10));
}

void
rsd_report_text(FILE *f, const struct rsd_report *r)
{
	char up[48];

	uptime_words(up, sizeof(up), r->uptime_ns);
	fprintf(f, "%s: up %s, %u worker%s\n\n", r->name, up, r->workers,
		r->workers == 1 ? "" : "s");
	books_block(f, &r->sum);
	fputc('\n', f);
	cost_block(f, &r->sum);
	pool_line(f, r->pool_size, r->pool_free, "free");
	if (r->workers > 1 && r->worker != NULL)
		workers_block(f, r);
}

void
rsd_report_closing(FILE *f, const char *name, const struct rsd_stats *sum, unsigned int pool_size,
	unsigned int pool_free)
{
	fprintf(f, "%s: what became of every frame\n", name);
	books_block(f, sum);
	cost_block(f, sum);
	pool_line(f, pool_size, pool_free, "home");
	fflush(f);
}
