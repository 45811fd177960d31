/* SPDX-License-Identifier: BSD-3-Clause */
#include "journey/build.h"

void
rsd_journey_sum(struct rsd_journey *j)
{
	unsigned int i;

	for (i = 0; i < j->nb_steps; i++) {
		const struct rsd_journey_step *s = &j->step[i];

		*(s->is_peer ? &j->sum.peer_calls : &j->sum.calls) += s->is_call;
		*(s->is_peer ? &j->sum.peer_switches : &j->sum.switches) += s->is_switch;
		if (s->copier == RSD_JOURNEY_NOBODY)
			continue;
		j->sum.copies[s->copier] += s->copies;
		if (s->proof != RSD_JOURNEY_KNOWN)
			j->sum.copies_seen += s->copies;
	}
}
