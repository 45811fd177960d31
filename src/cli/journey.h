/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of `ringside journey` share. */
#ifndef RSD_CLI_JOURNEY_H
#define RSD_CLI_JOURNEY_H

#include <jansson.h>

#include "journey/journey.h"

#define RSD_JOURNEYS 16

/* What is shown side by side, then what is only summed up. */
struct rsd_journeys {
	struct rsd_journey *journey; /* RSD_JOURNEYS of them */
	unsigned int nb;
	struct {
		unsigned int kernel, engine; /* indices */
	} pair[RSD_JOURNEYS];
	unsigned int nb_pairs;
	bool table; /* of all of them, at the end */
};

/* journey_text.c: two columns and sums for each pair, 119 characters wide, and the table. */
void rsd_journey_text(const struct rsd_journeys *all);

/* journey_sums.c: what a pair comes to; and the table of all journeys. */
void rsd_journey_text_sums(const struct rsd_journey *kernel, const struct rsd_journey *engine);
void rsd_journey_text_table(const struct rsd_journeys *all);

/* journey_json.c: NULL when there is no memory. */
json_t *rsd_journey_json(const struct rsd_journeys *all);

#endif
