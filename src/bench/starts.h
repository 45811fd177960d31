/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How far apart the starts of programs lie, each with memory and threads where they happened to
 * come, at a time of its own. Two starts of a row say next to nothing of that; two of each of
 * twenty rows do.
 */
#ifndef RSD_BENCH_STARTS_H
#define RSD_BENCH_STARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RSD_STARTS_ROWS 64

/* Of one figure, in rows that are alike. */
struct rsd_starts {
	unsigned int each; /* starts of each row, at most RSD_MAX_STARTS */
	size_t nb;
	double var[RSD_STARTS_ROWS]; /* of the logarithms of their medians */
};

/*
 * A row's numbers, and which start each is of, as for rsd_paired_ratio(). It is left out when one
 * of its starts has fewer than two, or a median that is not above 0, or when there is no room.
 */
void rsd_starts_add(struct rsd_starts *s, const double *v, const uint8_t *start, size_t nb);

/*
 * Half the width of the 95 % interval of a median over all starts of a row, as a logarithm, by
 * Student's t. The variance that all rows share is taken from the middle one of theirs, so that a
 * row with a trouble of its own does not become everyone's. 0 when there are fewer than five rows,
 * or one start of each.
 */
double rsd_starts_half(const struct rsd_starts *s);

#endif
