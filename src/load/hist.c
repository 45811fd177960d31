/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include <rte_common.h>

#include "load/hist.h"

void
rsd_hist_init(struct rsd_hist *h)
{
	memset(h, 0, sizeof(*h));
	h->min = UINT64_MAX;
}

/* How many values, counted from the smallest, the quantile is made of: at least one. */
static uint64_t
rank_of(const struct rsd_hist *h, double q)
{
	double rank = ceil(q * (double)h->nb);

	if (rank < 1)
		return 1;
	return rank >= (double)h->nb ? h->nb : (uint64_t)rank;
}

uint64_t
rsd_hist_quantile(const struct rsd_hist *h, double q)
{
	uint64_t rank, seen = 0, middle;
	unsigned int b;

	if (h->nb == 0)
		return 0;
	rank = rank_of(h, q);
	if (rank == h->nb)
		return h->max;
	for (b = 0; b < RSD_HIST_BUCKETS - 1; b++) {
		seen += h->count[b];
		if (seen >= rank)
			break;
	}
	middle = (rsd_hist_first(b) + rsd_hist_first(b + 1) - 1) / 2;
	return RTE_MAX(h->min, RTE_MIN(middle, h->max));
}

double
rsd_hist_mean(const struct rsd_hist *h)
{
	return h->nb == 0 ? 0 : (double)h->sum / (double)h->nb;
}
