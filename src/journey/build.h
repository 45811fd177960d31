/* SPDX-License-Identifier: BSD-3-Clause */
/* Putting a journey together. */
#ifndef RSD_JOURNEY_BUILD_H
#define RSD_JOURNEY_BUILD_H

#include "journey/journey.h"
#include "journey/trace.h"

/* What the engine of a process is called. */
#define RSD_JOURNEY_NAME "journey%d"

/* The next step. There is always one to write to: the last is used again when there are too many,
 * which is then noted. */
struct rsd_journey_step *rsd_journey_add(struct rsd_journey *j, enum rsd_journey_part part,
	const char *what, ...) __attribute__((format(printf, 3, 4)));

/* A tracepoint that shows an skb: what it is called, and what it means. */
void rsd_journey_skb(struct rsd_journey_step *s, const struct rsd_trace_rec *rec);

/* Set address and length of what lies there. */
void rsd_journey_at(struct rsd_journey_step *s, const char *thing, uint64_t addr, uint32_t bytes);

void rsd_journey_copied(struct rsd_journey_step *s, enum rsd_journey_copier copier,
	unsigned int copies, enum rsd_journey_proof proof);

/* Something that could not be observed, or must be known to read the rest. */
void rsd_journey_note(struct rsd_journey *j, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A place in RAM; one with an address that is there already is none. addr 0: not seen. */
void rsd_journey_place(struct rsd_journey *j, const char *what, uint64_t addr);

/* What t could not see, as notes. */
void rsd_journey_note_trace(struct rsd_journey *j, const struct rsd_trace *t);

/*
 * Look through this process's memory for the payload: where it lies that no step knows of becomes a
 * place, too, and those known are seen.
 */
void rsd_journey_user_places(struct rsd_journey *j);

/* sums.c: add up steps. */
void rsd_journey_sum(struct rsd_journey *j);

/* The ways, each in a process of its own. Fill j, or say why not in j->why and return -errno. */
int rsd_journey_kernel(struct rsd_journey *j);
int rsd_journey_engine(struct rsd_journey *j);

#endif
