/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Few, noisy numbers: windows of a benchmark on a machine that is shared. Medians and ranges, not
 * means; ratios of neighbouring windows, not of averages taken at different times.
 */
#ifndef RSD_BENCH_STAT_H
#define RSD_BENCH_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rsd_spread {
	size_t nb; /* 0: there are no numbers, and the rest is 0 */
	double median, min, max;
	double q1, q3; /* quartiles */
};

/* The value that a share q, 0 to 1, of nb sorted numbers does not exceed; interpolated. 0 of none.
 */
double rsd_quantile(const double *sorted, size_t nb, double q);

/* Sorts v. */
struct rsd_spread rsd_spread_of(double *v, size_t nb);

/* An estimate, and where it lies with 95 % confidence. */
struct rsd_interval {
	double value, low, high;
	size_t nb;    /* pairs that it rests on */
	bool is_wide; /* too few of them to say anything about the confidence: low and high are the
		       * extremes */
};

/*
 * The median of a[i] / b[i], with an interval by bootstrap: pairs are drawn anew, with replacement,
 * and the middle 95 % of the medians kept. Pairs with b[i] == 0 are left out. The same numbers and
 * seed give the same interval. Returns 0, or -ENOMEM.
 *
 * start[i] says which start of the programs pair i is of; equal ones are adjacent, and there are no
 * more than RSD_MAX_STARTS. Windows of one start resemble one another, so the drawing has two
 * stages: as many starts as there are, with replacement, then out of each as many pairs as it has.
 * NULL: all are of one.
 */
#define RSD_MAX_STARTS 8
int rsd_paired_ratio(const double *a, const double *b, const uint8_t *start, size_t nb,
	uint64_t seed, struct rsd_interval *out);

/* The same for differences a[i] - b[i]. */
int rsd_paired_difference(const double *a, const double *b, const uint8_t *start, size_t nb,
	uint64_t seed, struct rsd_interval *out);

/*
 * Do two results of the same row differ by more than their own spread? True when the ranges between
 * their quartiles do not touch and the medians are more than share of the larger apart.
 */
bool rsd_spreads_differ(const struct rsd_spread *a, const struct rsd_spread *b, double share);

#endif
