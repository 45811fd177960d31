/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>

#include <rte_common.h>

#include "bench/fit.h"

/* By degrees of freedom from 1; beyond these it is near 1.96. */
static const double t95[] = { 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
	2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069,
	2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042 };

double
rsd_student(size_t freedom)
{
	return freedom <= RTE_DIM(t95) ? t95[freedom - 1] : 1.96 + 2.5 / (double)freedom;
}

int
rsd_fit_line(const double *x, const double *y, size_t nb, struct rsd_fit *fit)
{
	double mx = 0, my = 0, sxx = 0, sxy = 0, left = 0, rest, var;
	size_t i;

	*fit = (struct rsd_fit){ .nb = nb };
	if (nb < 2)
		return -EINVAL;
	for (i = 0; i < nb; i++) {
		mx += x[i] / (double)nb;
		my += y[i] / (double)nb;
	}
	for (i = 0; i < nb; i++) {
		sxx += (x[i] - mx) * (x[i] - mx);
		sxy += (x[i] - mx) * (y[i] - my);
	}
	if (sxx <= 0)
		return -EINVAL;
	fit->b = sxy / sxx;
	fit->a = my - fit->b * mx;
	for (i = 0; i < nb; i++) {
		rest = y[i] - fit->a - fit->b * x[i];
		left += rest * rest;
	}
	fit->rms = sqrt(left / (double)nb);
	if (nb == 2)
		return 0;
	var = left / (double)(nb - 2);
	fit->b_err = rsd_student(nb - 2) * sqrt(var / sxx);
	fit->a_err = rsd_student(nb - 2) * sqrt(var * (1 / (double)nb + mx * mx / sxx));
	return 0;
}

struct rsd_measure
rsd_effective_copies(const struct rsd_fit *fit, const struct rsd_fit *copy)
{
	struct rsd_measure m = { 0 };
	double of_fit, of_copy;

	if (copy->b <= 0)
		return m;
	m.value = fit->b / copy->b;
	of_fit = fit->b_err / copy->b;
	of_copy = m.value * copy->b_err / copy->b;
	m.err = sqrt(of_fit * of_fit + of_copy * of_copy);
	return m;
}
