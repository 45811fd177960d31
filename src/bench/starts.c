/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "bench/fit.h"
#include "bench/starts.h"
#include "bench/stat.h"

#define MIN_ROWS   5
#define MIN_EACH   2
#define MAX_VALUES 256

/* The median of those of one start, of which the first is v[from]; at is moved behind them. NAN of
 * too few. */
static double
next_median(const double *v, const uint8_t *start, size_t nb, size_t *at)
{
	const size_t from = *at;
	double mine[MAX_VALUES];
	size_t len;

	while (*at < nb && start[*at] == start[from])
		(*at)++;
	len = *at - from;
	if (len < MIN_EACH || len > MAX_VALUES)
		return NAN;
	memcpy(mine, v + from, len * sizeof(*mine));
	return rsd_spread_of(mine, len).median;
}

void
rsd_starts_add(struct rsd_starts *s, const double *v, const uint8_t *start, size_t nb)
{
	double mean = 0, var = 0, log_of[RSD_MAX_STARTS];
	unsigned int k = 0, i;
	size_t at = 0;

	while (at < nb && k < RSD_MAX_STARTS) {
		double median = next_median(v, start, nb, &at);

		if (!(median > 0))
			return;
		log_of[k] = log(median);
		mean += log_of[k++] / s->each;
	}
	if (k != s->each || at < nb || k < 2 || s->nb == RSD_STARTS_ROWS)
		return;
	for (i = 0; i < k; i++)
		var += (log_of[i] - mean) * (log_of[i] - mean) / (k - 1);
	s->var[s->nb++] = var;
}

double
rsd_starts_half(const struct rsd_starts *s)
{
	double sorted[RSD_STARTS_ROWS], freedom, of_median;

	if (s->nb < MIN_ROWS || s->each < 2)
		return 0;
	memcpy(sorted, s->var, s->nb * sizeof(*sorted));
	freedom = s->each - 1;
	/* The median of chi-square over its mean, by Wilson and Hilferty. */
	of_median = pow(1 - 2 / (9 * freedom), 3);
	return rsd_student(s->nb * (s->each - 1)) *
	       sqrt(rsd_spread_of(sorted, s->nb).median / of_median / s->each);
}
