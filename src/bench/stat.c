/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/stat.h"

#define DRAWS     2000
#define MIN_PAIRS 5 /* of which a bootstrap says anything */

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
rsd_quantile(const double *sorted, size_t nb, double q)
{
	double at;
	size_t i;

	if (nb == 0)
		return 0;
	at = q * (double)(nb - 1);
	i = (size_t)at;
	if (i + 1 >= nb)
		return sorted[nb - 1];
	return sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]);
}

struct rsd_spread
rsd_spread_of(double *v, size_t nb)
{
	struct rsd_spread s = { .nb = nb };

	if (nb == 0)
		return s;
	qsort(v, nb, sizeof(*v), compare);
	s.min = v[0];
	s.max = v[nb - 1];
	s.q1 = rsd_quantile(v, nb, 0.25);
	s.median = rsd_quantile(v, nb, 0.5);
	s.q3 = rsd_quantile(v, nb, 0.75);
	return s;
}

/* xorshift64*, S. Vigna 2016: any generator would do, but it must be the same everywhere. */
static uint64_t
draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

/* Sorts v. */
static int
bootstrap(double *v, size_t nb, uint64_t seed, struct rsd_interval *out)
{
	struct rsd_spread all = rsd_spread_of(v, nb);
	double *sample, *medians;
	size_t i, k;

	*out = (struct rsd_interval){
		.value = all.median, .low = all.min, .high = all.max, .nb = nb, .is_wide = true
	};
	if (nb < MIN_PAIRS)
		return 0;
	sample = calloc(nb + DRAWS, sizeof(*sample));
	if (sample == NULL)
		return -ENOMEM;
	medians = sample + nb;
	seed |= 1; /* never all zeros, which stay so */
	for (k = 0; k < DRAWS; k++) {
		for (i = 0; i < nb; i++)
			sample[i] = v[draw(&seed) % nb];
		medians[k] = rsd_spread_of(sample, nb).median;
	}
	qsort(medians, DRAWS, sizeof(*medians), compare);
	out->low = rsd_quantile(medians, DRAWS, 0.025);
	out->high = rsd_quantile(medians, DRAWS, 0.975);
	out->is_wide = false;
	free(sample);
	return 0;
}

int
rsd_paired_ratio(
	const double *a, const double *b, size_t nb, uint64_t seed, struct rsd_interval *out)
{
	double *v = calloc(nb != 0 ? nb : 1, sizeof(*v));
	size_t i, kept = 0;
	int ret;

	if (v == NULL)
		return -ENOMEM;
	for (i = 0; i < nb; i++)
		if (b[i] != 0)
			v[kept++] = a[i] / b[i];
	ret = bootstrap(v, kept, seed, out);
	free(v);
	return ret;
}

int
rsd_paired_difference(
	const double *a, const double *b, size_t nb, uint64_t seed, struct rsd_interval *out)
{
	double *v = calloc(nb != 0 ? nb : 1, sizeof(*v));
	size_t i;
	int ret;

	if (v == NULL)
		return -ENOMEM;
	for (i = 0; i < nb; i++)
		v[i] = a[i] - b[i];
	ret = bootstrap(v, nb, seed, out);
	free(v);
	return ret;
}

bool
rsd_spreads_differ(const struct rsd_spread *a, const struct rsd_spread *b, double share)
{
	double larger = fmax(fabs(a->median), fabs(b->median));

	if (a->nb == 0 || b->nb == 0)
		return false;
	return (a->q3 < b->q1 || b->q3 < a->q1) && fabs(a->median - b->median) > share * larger;
}
