/* SPDX-License-Identifier: BSD-3-Clause */
#include <stddef.h>
#include <string.h>

#include <rte_common.h>

#include "control/nearest.h"

#define WORD_MAX 32

/* Insertions, deletions, replacements and swaps of neighbours that turn a into b. */
static unsigned int
distance(const char *a, size_t la, const char *b, size_t lb)
{
	unsigned int d[WORD_MAX + 1][WORD_MAX + 1];
	size_t i, j;

	for (i = 0; i <= la; i++)
		d[i][0] = (unsigned int)i;
	for (j = 0; j <= lb; j++)
		d[0][j] = (unsigned int)j;
	for (i = 1; i <= la; i++)
		for (j = 1; j <= lb; j++) {
			unsigned int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			best = RTE_MIN(best, d[i - 1][j] + 1);
			best = RTE_MIN(best, d[i][j - 1] + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = RTE_MIN(best, d[i - 2][j - 2] + 1);
			d[i][j] = best;
		}
	return d[la][lb];
}

void
rsd_nearest(struct rsd_nearest *n, const char *candidate)
{
	size_t len = strlen(candidate);
	unsigned int d;

	if (n->len == 0 || n->len > WORD_MAX || len > WORD_MAX)
		return;
	d = distance(n->word, n->len, candidate, len);
	/* More than a third wrong is another word, not a misspelling. */
	if (d > RTE_MAX(n->len, len) / 3 + 1 || d >= RTE_MAX(n->len, len))
		return;
	if (n->best == NULL || d < n->best_distance) {
		n->best = candidate;
		n->best_distance = d;
	}
}
