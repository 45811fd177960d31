/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files that put the engine's steps together share. */
#ifndef RSD_JOURNEY_ENGINE_SEEN_H
#define RSD_JOURNEY_ENGINE_SEEN_H

#include <stdio.h>

#include "journey/build.h"
#include "journey/engine_steps.h"

#define RSD_ASKED    0
#define RSD_ANSWERED 1

struct rsd_engine_ctx {
	struct rsd_journey *j;
	const struct rsd_engine_round *r;
	const struct rsd_driver_facts *facts;
	const struct rsd_trace *t;
	uint64_t skb[2];     /* RSD_ASKED, RSD_ANSWERED: their skbs; 0: not seen */
	uint64_t payload[2]; /* their payloads in the kernel's memory */
	uint64_t write_ns;   /* the engine's core began to write the answer to the kernel; 0 */
	bool told_copy;      /* a tracepoint told of the driver's copy on receive */
};

/*
 * Steps come from two sources and are put in order of time at the end. One that has no time of its
 * own goes where it must have been: right after the one whose time it borrows.
 */
static inline struct rsd_journey_step *
rsd_engine_add(struct rsd_engine_ctx *c, enum rsd_journey_part part, uint64_t ns, bool has_ns,
	const char *what)
{
	struct rsd_journey_step *s = rsd_journey_add(c->j, part, "%s", what);

	s->ns = (int64_t)(ns - c->r->send_ns);
	s->has_ns = has_ns;
	return s;
}

static inline bool
rsd_engine_is_ring(const struct rsd_engine_ctx *c)
{
	return c->j->way == RSD_JOURNEY_RING;
}

static inline bool
rsd_engine_is_answered(const struct rsd_engine_ctx *c, uint64_t ns)
{
	uint64_t seen = c->r->note[RSD_PLACE_SERVICE].ns;

	return seen != 0 && ns >= seen;
}

static inline void
rsd_engine_more(struct rsd_journey_step *s, const char *text)
{
	snprintf(s->more, sizeof(s->more), "%s", text);
}

/*
 * engine_seen.c: what the kernel told. find first: which skbs are the datagram and its answer. Then
 * its steps: system calls, the peer's part, switches.
 */
void rsd_engine_seen_find(struct rsd_engine_ctx *c);
void rsd_engine_seen_add(struct rsd_engine_ctx *c);

/* A peer on a TAP interface, when its system calls could not be seen. */
void rsd_engine_unseen_add(struct rsd_engine_ctx *c);

#endif
