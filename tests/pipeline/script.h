/* SPDX-License-Identifier: BSD-3-Clause */
/* A handler that follows a script and remembers what it was lent. */
#ifndef RSD_TESTS_SCRIPT_H
#define RSD_TESTS_SCRIPT_H

#include "support/cunit_runner.h"
#include "support/eal_fixture.h"

/* What a handler does, and what it saw. */
struct script {
	uint8_t verdict[64]; /* for the first, second, ... packet it ever gets */
	unsigned int nb, calls;
	bool clean; /* all verdicts were RSD_DROP on entry */
	struct rsd_sock *sock;
	struct rsd_pkt *pkt[64];
	uint16_t set_len; /* not zero: set this length */
};

static inline void
play(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	struct script *s = arg;
	uint16_t i;

	s->calls++;
	s->sock = sock;
	for (i = 0; i < nb; i++) {
		s->clean = (s->calls == 1 && i == 0) || s->clean;
		s->clean = s->clean && verdicts[i] == RSD_DROP;
		if (s->set_len != 0)
			RSD_CHECK_EQ(rsd_pkt_set_len(pkts[i], s->set_len), 0);
		s->pkt[s->nb] = pkts[i];
		verdicts[i] = s->verdict[s->nb++];
	}
}

#endif
