/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What became of the datagrams: every answer is matched to the number it carries, so loss,
 * duplicates and reordering are counted, not estimated. One thread feeds it.
 */
#ifndef RSD_LOAD_TRACK_H
#define RSD_LOAD_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "load/hist.h"
#include "load/mix.h"
#include "load/stamp.h"

/* Numbers this far behind the highest one answered are forgotten. */
#define RSD_TRACK_WINDOW (UINT64_C(1) << 24)

struct rsd_track_flow {
	uint64_t answered, duplicates, reordered;
	uint64_t next; /* 1 + highest number answered */
};

struct rsd_track {
	/* What a proper answer looks like. */
	uint8_t tag;
	uint32_t nb_flows;
	const struct rsd_mix *mix;
	uint8_t *pattern;      /* what follows the stamp */
	const uint64_t *limit; /* numbers from here on were not sent yet; written by the sender */

	uint64_t answered; /* first answers, datagrams too short for a number included */
	uint64_t duplicates, reordered;
	uint64_t unnumbered; /* answers too short for a number */
	uint64_t stale;      /* of another phase of this run */
	uint64_t wrong;      /* not what was sent: length, flow, a number never sent */
	uint64_t corrupt;    /* behind the stamp another byte than was sent */
	uint64_t forgotten;  /* too late to say whether they came before */
	uint64_t last_ns;    /* when the last proper answer came */

	/* Given up, for a sender that keeps a number outstanding: below horizon, not answered. */
	uint64_t horizon, missing;

	uint64_t next;  /* 1 + highest number answered */
	uint64_t *seen; /* one bit a number, RSD_TRACK_WINDOW of them */
	struct rsd_track_flow *flow;
	struct rsd_hist *latency;
};

/* Returns 0 or -ENOMEM. */
int rsd_track_init(struct rsd_track *t, uint32_t nb_flows, const struct rsd_mix *mix);
void rsd_track_free(struct rsd_track *t);

/* Begin a phase: everything counted so far is forgotten. */
void rsd_track_begin(struct rsd_track *t, uint8_t tag, const uint64_t *limit);

/* An answer of len bytes at p came in on a flow's socket. */
void rsd_track_take(
	struct rsd_track *t, const uint8_t *p, size_t len, uint32_t flow, uint64_t now_ns);

/*
 * Give up what is not answered below a number; an answer that comes all the same counts. Where some
 * datagrams carry no number, only for all that were sent.
 */
void rsd_track_give_up(struct rsd_track *t, uint64_t horizon);

/* Datagrams that are no longer under way. */
static inline uint64_t
rsd_track_settled(const struct rsd_track *t)
{
	return t->answered + t->missing;
}

#endif
