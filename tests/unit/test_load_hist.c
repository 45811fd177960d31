/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include <rte_common.h>

#include "load/hist.h"
#include "support/cunit_runner.h"
#include "support/random.h"

#define VALUES 100000

static struct rsd_hist hist;
static uint64_t values[VALUES];

/* The bound that hist.h promises, and one for rounding. */
static int
is_near(uint64_t got, uint64_t want)
{
	uint64_t off = got > want ? got - want : want - got;

	return off <= want / 512 + 1;
}

static void
buckets_join(void)
{
	unsigned int b;

	for (b = 0; b < RSD_HIST_BUCKETS - 1; b++) {
		uint64_t first = rsd_hist_first(b), next = rsd_hist_first(b + 1);

		if (!RSD_CHECK(next > first, "bucket %u", b))
			return;
		RSD_CHECK_EQ(rsd_hist_bucket(first), b);
		RSD_CHECK_EQ(rsd_hist_bucket(next - 1), b);
		RSD_CHECK(
			next - first == 1 || (next - first) * 256 <= first, "bucket %u is wide", b);
	}
	RSD_CHECK_EQ(rsd_hist_bucket(rsd_hist_first(b)), b);
}

static void
small_values_are_exact(void)
{
	uint64_t v;

	for (v = 0; v < 512; v++) {
		rsd_hist_init(&hist);
		rsd_hist_add(&hist, v);
		rsd_hist_add(&hist, v);
		rsd_hist_add(&hist, 100000);
		RSD_CHECK_EQ(rsd_hist_quantile(&hist, 0.5), v);
	}
}

static void
huge_values(void)
{
	rsd_hist_init(&hist);
	rsd_hist_add(&hist, UINT64_MAX);
	rsd_hist_add(&hist, UINT64_C(1) << 41);
	RSD_CHECK_EQ(hist.count[RSD_HIST_BUCKETS - 1], 2);
	RSD_CHECK(rsd_hist_quantile(&hist, 1) == UINT64_MAX, "max is exact");
	RSD_CHECK(rsd_hist_quantile(&hist, 0.5) >= UINT64_C(1) << 41, "not below what was added");
}

static void
empty(void)
{
	rsd_hist_init(&hist);
	RSD_CHECK_EQ(rsd_hist_quantile(&hist, 0.5), 0);
	RSD_CHECK_EQ(rsd_hist_quantile(&hist, 1), 0);
	RSD_CHECK(rsd_hist_mean(&hist) == 0, "mean of nothing");
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* As a sorted list tells them. */
static void
quantiles(void)
{
	static const double qs[] = { 0.0001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999 };
	struct rsd_random r = { 42 };
	uint64_t sum = 0;
	unsigned int i;

	rsd_hist_init(&hist);
	for (i = 0; i < VALUES; i++) {
		uint64_t v = (uint64_t)rsd_random(&r) << 32 | rsd_random(&r);

		values[i] = v >> (24 + rsd_random_below(&r, 40));
		sum += values[i];
		rsd_hist_add(&hist, values[i]);
	}
	qsort(values, VALUES, sizeof(values[0]), by_value);
	for (i = 0; i < RTE_DIM(qs); i++) {
		uint64_t want = values[(unsigned int)(qs[i] * VALUES + 0.9999) - 1];
		uint64_t got = rsd_hist_quantile(&hist, qs[i]);

		RSD_CHECK(is_near(got, want), "quantile %g is %llu, got %llu", qs[i],
			(unsigned long long)want, (unsigned long long)got);
	}
	RSD_CHECK_EQ(rsd_hist_quantile(&hist, 1), values[VALUES - 1]);
	RSD_CHECK_EQ(hist.min, values[0]);
	RSD_CHECK_EQ(hist.sum, sum);
	RSD_CHECK_EQ(hist.nb, VALUES);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "every value has one bucket, no wider than 1/256 of it", buckets_join },
		{ "small values are told exactly", small_values_are_exact },
		{ "huge values fall into the last bucket, the maximum is exact", huge_values },
		{ "nothing has no quantiles", empty },
		{ "quantiles are those of a sorted list, within 1/512", quantiles },
	};

	return rsd_test_run("load_hist", tests, RTE_DIM(tests));
}
