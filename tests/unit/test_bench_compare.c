/* SPDX-License-Identifier: BSD-3-Clause */
/* A result beside an older one. */
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "bench/out.h"
#include "support/bench_sample.h"
#include "support/cunit_runner.h"

#define SAME_TEXT(got, want) \
	RSD_CHECK(strcmp(got, want) == 0, "is \"%s\", expected \"%s\"", got, want)

static void
sample(struct rsd_bench_result *r, uint64_t seed, const char *name, double factor)
{
	if (rsd_bench_sample(r, seed, name, factor) != 0)
		abort();
}

/* Characters of the longest line. */
static unsigned int
widest(const char *text)
{
	unsigned int n = 0, most = 0;

	for (; *text != '\0'; text++) {
		n = *text == '\n' ? 0 : n + (((unsigned char)*text & 0xc0) != 0x80);
		most = RTE_MAX(most, n);
	}
	return most;
}

static unsigned int
verdicts(const struct rsd_bench_compare *c, const char *name, const char *what,
	enum rsd_bench_verdict verdict)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < c->nb; i++)
		n += strcmp(c->change[i].new_row->name, name) == 0 &&
		     strcmp(c->change[i].what, what) == 0 && c->change[i].verdict == verdict;
	return n;
}

static void
test_same(void)
{
	struct rsd_bench_result r;
	struct rsd_bench_compare c;
	size_t i;

	sample(&r, 1, NULL, 1);
	RSD_CHECK_EQ(rsd_bench_compare(&r, &r, &c), 0);
	RSD_CHECK(c.nb > 800, "%zu figures", c.nb);
	for (i = 0; i < c.nb; i++)
		RSD_CHECK(c.change[i].verdict == RSD_SAME, "%s", c.change[i].what);
	RSD_CHECK(c.appeared[0] == NULL && c.vanished[0] == NULL, "the same rows");
	RSD_CHECK(c.machines[0] == '\0' && c.methods[0] == '\0', "the same machine");
	rsd_bench_compare_free(&c);
	rsd_bench_free(&r);
}

static void
test_compare(void)
{
	struct rsd_bench_result old, new;
	struct rsd_bench_compare c;

	sample(&old, 1, NULL, 1);
	sample(&new, 2, "recvmmsg", 1.25);
	snprintf(new.machine.cpu, sizeof(new.machine.cpu), "another");
	new.method.burst = 64;
	/* The last row that ran is gone; one that did not run now does. */
	snprintf(new.row[new.nb_rows - 2].why, sizeof(new.row->why), "gone");
	new.row[new.nb_rows - 1].why[0] = '\0';
	RSD_CHECK_EQ(rsd_bench_compare(&old, &new, &c), 0);
	RSD_CHECK_EQ(verdicts(&c, "recvmmsg", "system_ns", RSD_WORSE), 6);
	RSD_CHECK_EQ(verdicts(&c, "recvmmsg", "pps", RSD_WORSE), 6);
	RSD_CHECK_EQ(verdicts(&c, "recvmmsg", "system ns, 0 bytes", RSD_WORSE), 4);
	RSD_CHECK_EQ(verdicts(&c, "recvmmsg", "system ns a byte", RSD_SAME), 4);
	RSD_CHECK_EQ(verdicts(&c, "gro", "system_ns", RSD_SAME), 3);
	RSD_CHECK(c.appeared[0] == &new.row[new.nb_rows - 1] && c.appeared[1] == NULL, "appeared");
	RSD_CHECK(c.vanished[0] == &old.row[old.nb_rows - 2] && c.vanished[1] == NULL, "vanished");
	SAME_TEXT(c.machines, "CPU was Example CPU @ 2.50GHz, is another");
	SAME_TEXT(c.methods, "burst was 32, is 64");
	rsd_bench_compare_free(&c);
	RSD_CHECK_EQ(rsd_bench_compare(&new, &old, &c), 0);
	RSD_CHECK_EQ(verdicts(&c, "recvmmsg", "process_ns", RSD_BETTER), 6);
	RSD_CHECK_EQ(verdicts(&c, "recvmmsg", "pps", RSD_BETTER), 6);
	rsd_bench_compare_free(&c);
	rsd_bench_free(&old);
	rsd_bench_free(&new);
}

/* Windows of one of the two that are too few: whatever they say, nothing is said of them. */
static void
test_too_few(void)
{
	struct rsd_bench_result old, new;
	struct rsd_metric *m;
	struct rsd_bench_compare c;
	struct rsd_fit *fit;
	size_t i;

	sample(&old, 1, NULL, 1);
	sample(&new, 1, NULL, 1);
	for (i = 0; i < new.nb_rows; i++) {
		m = new.row[i].metric;
		m[RSD_METRIC_PPS].nb = m[RSD_METRIC_SYSTEM_NS].nb = 3;
		m[RSD_METRIC_PPS].median *= 100;
		m[RSD_METRIC_PPS].low = m[RSD_METRIC_PPS].high = m[RSD_METRIC_PPS].median;
		m[RSD_METRIC_PPS].q1 = m[RSD_METRIC_PPS].q3 = m[RSD_METRIC_PPS].median;
		old.row[i].metric[RSD_METRIC_PROCESS_NS].nb = 1;
		m[RSD_METRIC_CYCLES].nb = 4;
		new.row[i].latency[RSD_AT_90].ns[RSD_PCT_50].nb = 2;
		/* A line has points. */
		fit = new.row[i].sweep.fit;
		fit[RSD_BILL_PROCESS].nb = 2;
		fit[RSD_BILL_SYSTEM].nb = 3;
	}
	RSD_CHECK_EQ(rsd_bench_compare(&old, &new, &c), 0);
	RSD_CHECK_EQ(verdicts(&c, "recvmmsg", "pps", RSD_TOO_FEW), 6);
	RSD_CHECK_EQ(verdicts(&c, "recvmmsg", "system_ns", RSD_TOO_FEW), 6);
	RSD_CHECK_EQ(verdicts(&c, "recvmmsg", "process_ns", RSD_TOO_FEW), 6);
	RSD_CHECK_EQ(verdicts(&c, "recvmmsg", "cycles", RSD_SAME), 6);
	RSD_CHECK_EQ(verdicts(&c, "recvmmsg", "p50 ns, 90 %", RSD_TOO_FEW), 2);
	RSD_CHECK_EQ(verdicts(&c, "recvmmsg", "p50 ns, 50 %", RSD_SAME), 2);
	RSD_CHECK_EQ(verdicts(&c, "recvmmsg", "process ns a byte", RSD_TOO_FEW), 4);
	RSD_CHECK_EQ(verdicts(&c, "recvmmsg", "system ns a byte", RSD_SAME), 4);
	rsd_bench_compare_free(&c);
	rsd_bench_free(&old);
	rsd_bench_free(&new);
}

static void
test_compare_text(void)
{
	struct rsd_bench_result old, new;
	struct rsd_bench_compare c;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		abort();
	sample(&old, 1, NULL, 1);
	sample(&new, 2, "recvmmsg", 1.25);
	snprintf(new.machine.cpu, sizeof(new.machine.cpu), "another");
	snprintf(new.row[new.nb_rows - 2].why, sizeof(new.row->why), "gone");
	new.row[0].metric[RSD_METRIC_PPS].nb = new.row[0].metric[RSD_METRIC_LOSS].nb = 3;
	new.method.passes = 2;
	snprintf(new.method.memory, sizeof(new.method.memory), "ordinary pages");
	new.method.size[--new.method.nb_sizes] = 0;
	RSD_CHECK_EQ(rsd_bench_compare(&old, &new, &c), 0);
	rsd_bench_out_compare(f, &c, 80);
	fclose(f);
	RSD_CHECK(widest(text) <= 80, "%u columns", widest(text));
	RSD_CHECK(strncmp(text, "Not the same machine: CPU was Example", 37) == 0, "%.60s", text);
	RSD_CHECK(strstr(text, "no longer here: ringside ring receive flood none 64\n") != NULL,
		"what vanished is named");
	RSD_CHECK(
		strstr(text, " slower\n") != NULL && strstr(text, " same within spread\n") != NULL,
		"verdicts");
	RSD_CHECK(strstr(text, " too few windows\n") != NULL, "no verdict, of a main figure");
	RSD_CHECK(strstr(text, "   1 more: too few windows to tell\n") != NULL, "of others");
	RSD_CHECK(strstr(text, "chance. 2 more: too few") != NULL, "counted apart");
	RSD_CHECK(strstr(text, "passes was 1, is 2; sizes was ") != NULL, "%.400s", text);
	RSD_CHECK(strstr(c.methods, "; memory was huge pages, is ordinary pages") != NULL, "%s",
		c.methods);
	free(text);
	rsd_bench_compare_free(&c);
	rsd_bench_free(&old);
	rsd_bench_free(&new);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "a result beside itself is the same", test_same },
		{ "what changed beyond the spread is told, the rest is the same", test_compare },
		{ "of too few windows nothing is said", test_too_few },
		{ "the comparison as text", test_compare_text },
	};

	return rsd_test_run("bench_compare", tests, RTE_DIM(tests));
}
