/* SPDX-License-Identifier: BSD-3-Clause */
/* "did you mean": the word of a list that differs least from a misspelt one. */
#ifndef RSD_CONTROL_NEAREST_H
#define RSD_CONTROL_NEAREST_H

#include <stddef.h>

struct rsd_nearest {
	const char *word; /* len bytes: what was written */
	size_t len;
	const char *best; /* the nearest so far, or NULL when none is near enough */
	unsigned int best_distance;
};

/* Look at one candidate; call once for each, best begins as NULL. */
void rsd_nearest(struct rsd_nearest *n, const char *candidate);

#endif
