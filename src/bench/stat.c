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

/* Where the numbers of each start begin; from[nb] is behind the last. */
struct starts {
	unsigned int nb;
	size_t from[RSD_MAX_STARTS + 1];
};

static struct starts
starts_of(const uint8_t *start, size_t nb)
{
	struct starts s = { .nb = 1 };
	size_t i;

	for (i = 1; start != NULL && i < nb && s.nb < RSD_MAX_STARTS; i++)
		if (start[i] != start[i - 1])
			s.from[s.nb++] = i;
	s.from[s.nb] = nb;
	return s;
}

static size_t
draw_anew(const double *v, const struct starts *s, uint64_t *seed, double *sample)
{
	size_t nb = 0, len, i;
	const double *from;
	unsigned int k, of;

	for (k = 0; k < s->nb; k++) {
		of = s->nb > 1 ? (unsigned int)(draw(seed) % s->nb) : 0;
		from = v + s->from[of];
		len = s->from[of + 1] - s->from[of];
		for (i = 0; i < len; i++)
			sample[nb++] = from[draw(seed) % len];
	}
	return nb;
}

/* Sorts v, at last. */
static int
bootstrap(double *v, const uint8_t *start, size_t nb, uint64_t seed, struct rsd_interval *out)
{
	const struct starts s = starts_of(start, nb);
	double *sample, *medians;
	struct rsd_spread all;
	size_t k, drawn;

	sample = calloc(nb * s.nb + DRAWS, sizeof(*sample));
	if (sample == NULL)
		return -ENOMEM;
	medians = sample + nb * s.nb;
	/* Whatever the order within a start. */
	for (k = 0; k < s.nb; k++)
		qsort(v + s.from[k], s.from[k + 1] - s.from[k], sizeof(*v), compare);
	seed |= 1; /* never all zeros, which stay so */
	for (k = 0; nb >= MIN_PAIRS && k < DRAWS; k++) {
		drawn = draw_anew(v, &s, &seed, sample);
		medians[k] = rsd_spread_of(sample, drawn).median;
	}
	all = rsd_spread_of(v, nb);
	*out = (struct rsd_interval){
		.value = all.median, .low = all.min, .high = all.max, .nb = nb, .is_wide = true
	};
	if (nb >= MIN_PAIRS) {
		qsort(medians, DRAWS, sizeof(*medians), compare);
		out->low = rsd_quantile(medians, DRAWS, 0.025);
		out->high = rsd_quantile(medians, DRAWS, 0.975);
		out->is_wide = false;
	}
	free(sample);
	return 0;
}

int
rsd_paired_ratio(const double *a, const double *b, const uint8_t *start, size_t nb, uint64_t seed,
	struct rsd_interval *out)
{
	double *v = calloc(nb + 1, sizeof(*v));
	uint8_t *of = calloc(nb + 1, sizeof(*of));
	size_t i, kept = 0;
	int ret = -ENOMEM;

	for (i = 0; v != NULL && of != NULL && i < nb; i++) {
		if (b[i] == 0)
			continue;
		of[kept] = start != NULL ? start[i] : 0;
		v[kept++] = a[i] / b[i];
	}
	if (v != NULL && of != NULL)
		ret = bootstrap(v, of, kept, seed, out);
	free(of);
	free(v);
	return ret;
}

int
rsd_paired_difference(const double *a, const double *b, const uint8_t *start, size_t nb,
	uint64_t seed, struct rsd_interval *out)
{
	double *v = calloc(nb + 1, sizeof(*v));
	size_t i;
	int ret;

	if (v == NULL)
		return -ENOMEM;
	for (i = 0; i < nb; i++)
		v[i] = a[i] - b[i];
	ret = bootstrap(v, start, nb, seed, out);
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
