/* SPDX-License-Identifier: BSD-3-Clause */
/* From what was seen while an engine answered a datagram to its journey. */
#ifndef RSD_JOURNEY_ENGINE_STEPS_H
#define RSD_JOURNEY_ENGINE_STEPS_H

#include <sys/types.h>

#include "journey/journey.h"
#include "journey/trace.h"
#include "ledger/custody.h"
#include "ledger/driver_facts.h"

/* A place of custody, with its time on the clock of everything else. */
struct rsd_engine_note {
	uint64_t ns; /* 0: it did not come there */
	uint64_t mbuf, payload;
};

/* One datagram and its answer. Times of CLOCK_MONOTONIC. */
struct rsd_engine_round {
	pid_t peer, worker;
	uint64_t sent_from;   /* payload in the peer's buffer; on a ring, in the mbuf it made */
	uint64_t received_at; /* payload of the answer, likewise */
	uint64_t sent_mbuf, received_mbuf; /* ring only */
	uint64_t send_ns, back_ns;
	uint64_t handler_at; /* payload as the program was shown it */
	struct rsd_engine_note note[RSD_PLACES];
	bool has_trail;
	uint32_t buf_bytes; /* an element of the pool: mbuf, headroom, room for a frame */
};

/* t: NULL, or anything it may have seen; j->bytes and j->way are set, the rest is written. */
void rsd_engine_steps(struct rsd_journey *j, const struct rsd_engine_round *r,
	const struct rsd_driver_facts *facts, const struct rsd_trace *t);

#endif
