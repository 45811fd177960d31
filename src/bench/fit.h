/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cost against size: a + b * bytes by least squares. a is what a datagram costs however short it
 * is, b what each of its bytes costs more; b over the cost of copying a byte is how often the
 * payload is copied, in effect.
 */
#ifndef RSD_BENCH_FIT_H
#define RSD_BENCH_FIT_H

#include <stddef.h>

/* Student's t for 95 %, both sides. freedom: degrees of it, at least 1. */
double rsd_student(size_t freedom);

struct rsd_fit {
	double a, b;
	double a_err, b_err; /* half the width of the 95 % interval; 0 when nothing says */
	double rms;          /* of what the line leaves over */
	size_t nb;
};

/*
 * Returns 0, or -EINVAL when the points do not define a line: fewer than two, or all at one x. With
 * exactly two the line goes through both and the errors are 0.
 */
int rsd_fit_line(const double *x, const double *y, size_t nb, struct rsd_fit *fit);

/* A value and half the width of its 95 % interval. */
struct rsd_measure {
	double value, err;
};

/* fit->b in units of copy->b, both with their errors. {0, 0} when copy->b is not above 0. */
struct rsd_measure rsd_effective_copies(const struct rsd_fit *fit, const struct rsd_fit *copy);

#endif
