/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "bench/cpu.h"
#include "bench/fit.h"
#include "bench/gap.h"
#include "bench/plan.h"
#include "bench/result.h"
#include "bench/starts.h"
#include "bench/stat.h"
#include "support/cunit_runner.h"

#define NEAR(got, want, within)                                                                \
	RSD_CHECK(fabs((got) - (want)) <= (within), #got " is %g, expected %g", (double)(got), \
		(double)(want))

static void
test_spread(void)
{
	double odd[] = { 5, 1, 4, 2, 3 }, even[] = { 4, 1, 3, 2 }, one[] = { 7 };
	struct rsd_spread s = rsd_spread_of(odd, 5);

	NEAR(s.median, 3, 0);
	NEAR(s.min, 1, 0);
	NEAR(s.max, 5, 0);
	NEAR(s.q1, 2, 0);
	NEAR(s.q3, 4, 0);
	s = rsd_spread_of(even, 4);
	NEAR(s.median, 2.5, 0);
	NEAR(s.q1, 1.75, 1e-12);
	s = rsd_spread_of(one, 1);
	NEAR(s.median, 7, 0);
	NEAR(s.q3, 7, 0);
	s = rsd_spread_of(one, 0);
	RSD_CHECK_EQ(s.nb, 0);
	NEAR(s.median, 0, 0);
}

/* A row half as dear as the other, on a machine that grows slower all the time. */
static void
test_ratio(void)
{
	double a[20], b[20];
	struct rsd_interval r, again;
	unsigned int i;

	for (i = 0; i < 20; i++) {
		b[i] = 100 + 10 * i;
		a[i] = b[i] * (i % 2 == 0 ? 0.49 : 0.51);
	}
	RSD_CHECK_EQ(rsd_paired_ratio(a, b, NULL, 20, 42, &r), 0);
	NEAR(r.value, 0.5, 1e-12);
	RSD_CHECK_EQ(r.nb, 20);
	RSD_CHECK(!r.is_wide, "20 pairs are enough");
	RSD_CHECK(r.low >= 0.49 - 1e-12 && r.low <= r.value, "low is %g", r.low);
	RSD_CHECK(r.high <= 0.51 + 1e-12 && r.high >= r.value, "high is %g", r.high);
	RSD_CHECK(r.high > r.low, "pairs that differ have a width");
	RSD_CHECK_EQ(rsd_paired_ratio(a, b, NULL, 20, 42, &again), 0);
	RSD_CHECK(again.low == r.low && again.high == r.high, "the same seed, another interval");
}

/* The interval of a known case: of ten values 1 to 10, the median of a redraw lies in 3 to 8 about
 * 95 times in a hundred. */
static void
test_interval(void)
{
	double a[10], b[10];
	struct rsd_interval r;
	unsigned int i;

	for (i = 0; i < 10; i++) {
		a[i] = i + 1;
		b[i] = 1;
	}
	RSD_CHECK_EQ(rsd_paired_ratio(a, b, NULL, 10, 1, &r), 0);
	NEAR(r.value, 5.5, 1e-12);
	NEAR(r.low, 3, 0.5);
	NEAR(r.high, 8, 0.5);
}

/* Who draws windows alone finds an interval where there is nothing; who draws starts reaches both.
 */
static void
test_starts(void)
{
	const double low[] = { 100, 101, 102, 103, 104, 105, 106, 107 };
	struct rsd_interval one, two, other;
	uint8_t start[16], i;
	double a[16], b[16];

	for (i = 0; i < 16; i++) {
		start[i] = i / 8;
		a[i] = low[i % 8] + (i < 8 ? 0 : 20);
		b[i] = 1;
	}
	RSD_CHECK_EQ(rsd_paired_ratio(a, b, start, 16, 42, &two), 0);
	NEAR(two.value, 113.5, 1e-12);
	RSD_CHECK(two.low >= 100 && two.low <= 103, "low is %g", two.low);
	RSD_CHECK(two.high >= 124 && two.high <= 127, "high is %g", two.high);
	RSD_CHECK_EQ(rsd_paired_ratio(a, b, NULL, 16, 42, &one), 0);
	RSD_CHECK(one.low > two.low + 1 && one.high < two.high - 1, "%g to %g without starts",
		one.low, one.high);
	/* Of one start alone it is as if there were none. */
	memset(start, 3, sizeof(start));
	RSD_CHECK_EQ(rsd_paired_ratio(a, b, start, 16, 42, &other), 0);
	RSD_CHECK(
		other.low == one.low && other.high == one.high, "%g to %g", other.low, other.high);
}

static void
test_uneven_starts(void)
{
	double a[] = { 5, 5, 0, 7, 7, 7, 7, 7 };
	const double b[] = { 1, 1, 0, 1, 1, 1, 1, 1 };
	const uint8_t start[] = { 0, 0, 0, 1, 1, 1, 1, 1 };
	struct rsd_interval r;

	RSD_CHECK_EQ(rsd_paired_ratio(a, b, start, 8, 42, &r), 0);
	RSD_CHECK_EQ(r.nb, 7);
	RSD_CHECK(
		r.value == 7 && r.low == 5 && r.high == 7, "%g [%g - %g]", r.value, r.low, r.high);
}

static void
test_few_pairs(void)
{
	const double a[] = { 1, 2, 9, 0 }, b[] = { 1, 1, 3, 0 };
	struct rsd_interval r;

	RSD_CHECK_EQ(rsd_paired_ratio(a, b, NULL, 4, 42, &r), 0);
	RSD_CHECK_EQ(r.nb, 3);
	RSD_CHECK(r.is_wide, "three pairs have no 95 %% interval");
	NEAR(r.value, 2, 0);
	NEAR(r.low, 1, 0);
	NEAR(r.high, 3, 0);
	RSD_CHECK_EQ(rsd_paired_ratio(a, b, NULL, 0, 42, &r), 0);
	RSD_CHECK_EQ(r.nb, 0);
	RSD_CHECK_EQ(rsd_paired_difference(a, b, NULL, 4, 42, &r), 0);
	NEAR(r.value, 0.5, 0);
	NEAR(r.high, 6, 0);
}

static void
test_differ(void)
{
	const struct rsd_spread a = { .nb = 9, .median = 100, .q1 = 98, .q3 = 102 };
	struct rsd_spread b = { .nb = 9, .median = 103, .q1 = 101, .q3 = 105 };

	RSD_CHECK(!rsd_spreads_differ(&a, &b, 0.01), "they overlap");
	b = (struct rsd_spread){ .nb = 9, .median = 105, .q1 = 103, .q3 = 106 };
	RSD_CHECK(rsd_spreads_differ(&a, &b, 0.01), "5 %% apart, nothing shared");
	RSD_CHECK(rsd_spreads_differ(&b, &a, 0.01), "the other way round, too");
	RSD_CHECK(!rsd_spreads_differ(&a, &b, 0.1), "less than the share asked for");
	b.nb = 0;
	RSD_CHECK(!rsd_spreads_differ(&a, &b, 0.01), "nothing to compare with");
}

/* Six rows of two starts each, whose medians are a factor of each row's own apart. */
static void
test_pooled_starts(void)
{
	static const uint8_t start[] = { 0, 0, 0, 1, 1 };
	const double apart[] = { 1, 1.2, 1.02, 1.02, 1.02, 1.01 };
	struct rsd_starts s = { .each = 2 };
	double half;
	unsigned int i;

	for (i = 0; i < 6; i++) {
		double low = 100 * (i + 1), high = low * apart[i];
		double v[] = { low, 3 * low, low / 2, high, high };

		RSD_CHECK(i >= 5 || rsd_starts_half(&s) == 0, "%u rows say nothing", i);
		rsd_starts_add(&s, v, start, 5);
		RSD_CHECK_EQ(s.nb, i + 1);
	}
	/* The variance of two is half the square of what they are apart; the middle row's is 1.02.
	 */
	half = 2.447 * sqrt(log(1.02) * log(1.02) / 2 / pow(7.0 / 9, 3) / 2);
	NEAR(rsd_starts_half(&s), half, 1e-9);
}

static void
test_starts_left_out(void)
{
	const double v[] = { 1, 2, 3, 4, 0, 0 };
	struct rsd_starts s = { .each = 2 };

	rsd_starts_add(&s, v, (const uint8_t[]){ 0, 0, 1 }, 3);
	rsd_starts_add(&s, v, (const uint8_t[]){ 0, 0, 0, 0 }, 4);
	rsd_starts_add(&s, v, (const uint8_t[]){ 0, 0, 1, 1, 2, 2 }, 6);
	rsd_starts_add(&s, v + 2, (const uint8_t[]){ 0, 0, 1, 1 }, 4);
	rsd_starts_add(&s, v, NULL, 0);
	RSD_CHECK_EQ(s.nb, 0);
	rsd_starts_add(&s, v, (const uint8_t[]){ 0, 0, 1, 1 }, 4);
	RSD_CHECK_EQ(s.nb, 1);
	while (s.nb < 5)
		rsd_starts_add(&s, v, (const uint8_t[]){ 0, 0, 1, 1 }, 4);
	RSD_CHECK(rsd_starts_half(&s) > 0, "five rows say something");
	s.each = 1;
	NEAR(rsd_starts_half(&s), 0, 0);
}

static void
test_widen(void)
{
	struct rsd_metric m = {
		.nb = 4, .median = 100, .low = 99, .high = 140, .q1 = 98, .q3 = 102
	};

	rsd_metric_widen(&m, log(1.1));
	NEAR(m.low, 100 / 1.1, 1e-9);
	NEAR(m.high, 140, 0);
	NEAR(m.q1, 98, 0);
	m = (struct rsd_metric){ .nb = 4 };
	rsd_metric_widen(&m, 1);
	NEAR(m.high, 0, 0);
}

static void
test_line(void)
{
	const double x[] = { 18, 64, 512, 1472 };
	double y[4];
	struct rsd_fit f;
	unsigned int i;

	for (i = 0; i < 4; i++)
		y[i] = 1000 + 0.25 * x[i];
	RSD_CHECK_EQ(rsd_fit_line(x, y, 4, &f), 0);
	NEAR(f.a, 1000, 1e-9);
	NEAR(f.b, 0.25, 1e-12);
	NEAR(f.b_err, 0, 1e-9);
	RSD_CHECK_EQ(rsd_fit_line(x, y, 2, &f), 0);
	NEAR(f.b, 0.25, 1e-12);
	NEAR(f.b_err, 0, 0);
	RSD_CHECK_EQ(rsd_fit_line(x, y, 1, &f), -EINVAL);
	RSD_CHECK_EQ(rsd_fit_line((const double[]){ 5, 5, 5 }, y, 3, &f), -EINVAL);
}

/* Worked by hand: y = 1 2 2 4 at x = 1 2 3 4 has slope 0.9, left over 0.7, 2 degrees of freedom. */
static void
test_line_errors(void)
{
	const double x[] = { 1, 2, 3, 4 }, y[] = { 1, 2, 2, 4 };
	struct rsd_fit f;

	RSD_CHECK_EQ(rsd_fit_line(x, y, 4, &f), 0);
	NEAR(f.b, 0.9, 1e-12);
	NEAR(f.a, 0, 1e-12);
	NEAR(f.b_err, 4.303 * sqrt(0.35 / 5), 1e-9);
	NEAR(f.a_err, 4.303 * sqrt(0.35 * (0.25 + 6.25 / 5)), 1e-9);
	NEAR(f.rms, sqrt(0.7 / 4), 1e-9);
}

static void
test_copies(void)
{
	const struct rsd_fit copy = { .b = 0.02, .b_err = 0.001 };
	struct rsd_measure m =
		rsd_effective_copies(&(struct rsd_fit){ .b = 0.06, .b_err = 0.004 }, &copy);

	NEAR(m.value, 3, 1e-12);
	NEAR(m.err, sqrt(0.2 * 0.2 + 0.15 * 0.15), 1e-12);
	m = rsd_effective_copies(&copy, &(struct rsd_fit){ .b = 0 });
	NEAR(m.value, 0, 0);
}

static const char stat_before[] = "cpu  30 0 20 1000 0 0 10 0 0 0\n"
				  "cpu0 10 2 10 500 8 1 5 0 0 0\n"
				  "cpu1 20 0 10 500 0 0 5 3 0 0\n"
				  "intr 12345 0 0\nctxt 99\n";
/* One second later: CPU 0 idle for 0.6 s, CPU 1 for 0.1 s and stolen for 0.2 s. */
static const char stat_after[] = "cpu  80 0 20 1070 0 0 10 0 0 0\n"
				 "cpu0 30 2 20 555 13 1 15 0 0 0\n"
				 "cpu1 80 0 10 510 0 0 15 23 0 0\n"
				 "intr 12345 0 0\nctxt 99\n";

static void
test_cpu_parse(void)
{
	struct rsd_cpu_sample s;

	RSD_CHECK_EQ(rsd_cpu_parse(stat_before, 100, &s), 0);
	RSD_CHECK_EQ(s.nb, 2);
	RSD_CHECK_EQ(s.cpu[0].user, 120000000);
	RSD_CHECK_EQ(s.cpu[0].idle, 5080000000);
	RSD_CHECK_EQ(s.cpu[1].softirq, 50000000);
	RSD_CHECK_EQ(s.cpu[1].stolen, 30000000);
	RSD_CHECK(!s.cpu[2].is_there, "there are two");
	RSD_CHECK_EQ(rsd_cpu_parse("", 100, &s), -EINVAL);
	RSD_CHECK_EQ(rsd_cpu_parse("cpu  1 2 3 4 5 6 7 8\n", 100, &s), -EINVAL);
	RSD_CHECK_EQ(rsd_cpu_parse("cpu0 1 2 3\n", 100, &s), -EINVAL);
	RSD_CHECK_EQ(rsd_cpu_parse(stat_before, 0, &s), -EINVAL);
	/* A machine with more CPUs than are kept is read all the same. */
	RSD_CHECK_EQ(rsd_cpu_parse("cpu0 1 2 3 4 5 6 7 8\ncpu64 1 2 3 4 5 6 7 8\n", 100, &s), 0);
	RSD_CHECK_EQ(s.nb, 1);
}

static const char timers[] = "Timer List Version: v0.10\n"
			     "cpu: 0\n clock 0:\n"
			     "  .idle_calls     : 2573229\n"
			     "  .idle_sleeptime : 9254141214058 nsecs\n"
			     "  .iowait_sleeptime: 1000000000 nsecs\n"
			     "cpu: 1\n"
			     "  .idle_sleeptime : 5 nsecs\n"
			     "  .iowait_sleeptime: 2 nsecs\n"
			     "cpu: 2\n"
			     "  .idle_sleeptime : 7 nsecs\n";

static int
idle_of(unsigned int cpu, uint64_t *ns)
{
	FILE *f = fmemopen((void *)(uintptr_t)timers, sizeof(timers) - 1, "r");
	int ret = f != NULL ? rsd_cpu_parse_idle(f, cpu, ns) : -ENOMEM;

	if (f != NULL)
		fclose(f);
	return ret;
}

static void
test_cpu_idle(void)
{
	uint64_t ns;

	RSD_CHECK_EQ(idle_of(0, &ns), 0);
	RSD_CHECK_EQ(ns, 9255141214058);
	RSD_CHECK_EQ(idle_of(1, &ns), 0);
	RSD_CHECK_EQ(ns, 7);
	RSD_CHECK_EQ(idle_of(2, &ns), -EINVAL);
	RSD_CHECK_EQ(idle_of(3, &ns), -EINVAL);
}

/* Where idle is known in ns, a CPU's time is from one of its own samples to the next. */
static void
test_cpu_exact(void)
{
	struct rsd_cpu_sample a = { .wall_ns = 5000000000 }, b = { .wall_ns = 6000000000 };
	struct rsd_cpu_use use;

	a.cpu[0] = (struct rsd_cpu_times){
		.is_there = true, .idle = 100, .exact_wall_ns = 5000000100
	};
	b.cpu[0] = (struct rsd_cpu_times){
		.is_there = true, .idle = 800000100, .exact_wall_ns = 6000001100
	};
	use = rsd_cpu_between(&a, &b);
	NEAR(use.busy_ns, 200001000, 0.5);
	/* It was not told at one end. */
	a.cpu[0].exact_wall_ns = 0;
	use = rsd_cpu_between(&a, &b);
	NEAR(use.busy_ns, 200000000, 0.5);
}

static void
test_cpu_between(void)
{
	struct rsd_cpu_sample a = { .wall_ns = 5000000000 }, b = { .wall_ns = 6000000000 };
	struct rsd_cpu_use use;

	RSD_CHECK_EQ(rsd_cpu_parse(stat_before, 100, &a), 0);
	RSD_CHECK_EQ(rsd_cpu_parse(stat_after, 100, &b), 0);
	use = rsd_cpu_between(&a, &b);
	RSD_CHECK_EQ(use.wall_ns, 1000000000);
	NEAR(use.busy_ns, 0.4e9 + 0.7e9, 1);
	NEAR(use.busy_share[0], 0.4, 1e-9);
	NEAR(use.busy_share[1], 0.7, 1e-9);
	NEAR(use.stolen_ns, 0.2e9, 1);
	NEAR(use.softirq_ns, 0.2e9, 1);
	/* A million datagrams, sent for 300 ns each, on a machine 1 % busy with itself. */
	NEAR(rsd_cpu_per_datagram(&use, 0.01, 300, 1000000, 1000000, 2), 1100 - 20 - 300, 1e-6);
	NEAR(rsd_cpu_per_datagram(&use, 0.01, 5000, 1000000, 1000000, 2), 0, 0);
	NEAR(rsd_cpu_per_datagram(&use, 0, 0, 0, 0, 2), 0, 0);
	/* Idle time that stepped back is no busy time. */
	b.cpu[0].idle = a.cpu[0].idle - 1;
	use = rsd_cpu_between(&a, &b);
	NEAR(use.busy_share[0], 1, 1e-9);
}

/* This machine's own: a CPU cannot be busier than all the time. */
static void
test_cpu_now(void)
{
	static struct rsd_cpu_sample a, b;
	struct rsd_cpu_use use;
	unsigned int i;

	RSD_CHECK_EQ(rsd_cpu_now(&a), 0);
	RSD_CHECK_EQ(rsd_cpu_now(&b), 0);
	RSD_CHECK(b.nb != 0, "no CPU");
	RSD_CHECK_EQ(a.nb, b.nb);
	use = rsd_cpu_between(&a, &b);
	for (i = 0; i < RSD_CPU_MAX; i++)
		RSD_CHECK(use.busy_share[i] >= 0 && use.busy_share[i] <= 1, "CPU %u: %g", i,
			use.busy_share[i]);
}

static void
test_gap(void)
{
	struct rsd_gap g = rsd_gap_begin(2000000000);

	RSD_CHECK_EQ(g.limit, 20000);
	rsd_gap_turn(&g, 1000000);
	rsd_gap_turn(&g, 1000100);
	rsd_gap_turn(&g, 1020100);
	RSD_CHECK_EQ(g.nb, 0);
	rsd_gap_turn(&g, 1040101);
	rsd_gap_turn(&g, 1090101);
	rsd_gap_turn(&g, 1090201);
	RSD_CHECK_EQ(g.nb, 2);
	RSD_CHECK_EQ(g.longest, 50000);
	RSD_CHECK_EQ(g.cycles, 70001);
}

static void
test_plan(void)
{
	const struct rsd_plan p = { .nb_rows = 3, .nb_rounds = 4 };
	const uint32_t want[] = { 0, 1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0 };
	uint32_t i;

	RSD_CHECK_EQ(rsd_plan_windows(&p), RTE_DIM(want));
	for (i = 0; i < RTE_DIM(want); i++) {
		RSD_CHECK_EQ(rsd_plan_at(&p, i).row, want[i]);
		RSD_CHECK_EQ(rsd_plan_at(&p, i).round, i / 3);
	}
	NEAR(rsd_plan_left(&p, 0, 0, 2), 24, 1e-9);
	NEAR(rsd_plan_left(&p, 3, 9, 2), 27, 1e-9);
	NEAR(rsd_plan_left(&p, 12, 40, 2), 0, 0);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "median, quartiles and range, of five, four, one and none", test_spread },
		{ "paired ratios do not see drift, and are repeatable", test_ratio },
		{ "the bootstrap interval of a known case", test_interval },
		{ "an interval reaches the medians of both starts", test_starts },
		{ "starts need not have equally many windows", test_uneven_starts },
		{ "how far starts lie apart, by all rows together", test_pooled_starts },
		{ "rows that do not say how far are left out", test_starts_left_out },
		{ "an interval is widened to both sides, or as it was", test_widen },
		{ "few pairs have no interval, pairs without divisor are left out",
			test_few_pairs },
		{ "results differ when they do so beyond their spread", test_differ },
		{ "a line is found", test_line },
		{ "and its errors, as worked by hand", test_line_errors },
		{ "cost a byte in copies, errors of both taken", test_copies },
		{ "/proc/stat is read", test_cpu_parse },
		{ "/proc/timer_list is read", test_cpu_idle },
		{ "idle time in ns, from sample to sample", test_cpu_exact },
		{ "busy is what was neither idle nor stolen", test_cpu_between },
		{ "this machine's own", test_cpu_now },
		{ "holes in a polling loop", test_gap },
		{ "windows go forth and back", test_plan },
	};

	return rsd_test_run("bench_stat", tests, RTE_DIM(tests));
}
