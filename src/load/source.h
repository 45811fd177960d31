/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When the next datagram is due. Open loop: the times follow from the rate alone, so a sender that
 * was held up sends what it owes, stamped with when it should have gone. Closed loop: as soon as
 * fewer than a given number are under way.
 */
#ifndef RSD_LOAD_SOURCE_H
#define RSD_LOAD_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

#include "load/mix.h"
#include "load/stamp.h"

/* Times of the schedule count 65,536ths of a nanosecond: 78 hours, and a rate right to 1e-6 at 15
 * million a second. */
#define RSD_FP_BITS 16

struct rsd_source {
	uint8_t tag;
	const struct rsd_mix *mix;
	uint64_t count;       /* datagrams in all */
	uint64_t end_ns;      /* nothing is sent after that */
	uint64_t interval_fp; /* 0: no schedule, as fast as it goes */
	uint64_t window;      /* most that may be under way; 0: any */

	uint64_t seq; /* of the next one */
	uint64_t next_fp;
	uint32_t flow, nb_flows; /* whose turn it is */
	uint64_t *sent_flow;     /* datagrams sent, by flow */
	uint64_t bytes;          /* of payload sent */
	uint64_t last_ns;        /* when the last one went */
	/* Numbers that are or may be on their way; read by the receiver. */
	uint64_t limit;
};

static inline uint64_t
rsd_source_time(const struct rsd_source *s, uint64_t now_ns, unsigned int i)
{
	return s->interval_fp == 0 ? now_ns : (s->next_fp + i * s->interval_fp) >> RSD_FP_BITS;
}

/* How many datagrams, max at most, are due now; settled: how many are no longer under way. */
static inline unsigned int
rsd_source_due(const struct rsd_source *s, uint64_t now_ns, uint64_t settled, unsigned int max)
{
	uint64_t n = RTE_MIN((uint64_t)max, s->count - s->seq), now_fp = now_ns << RSD_FP_BITS;

	if (now_ns >= s->end_ns)
		return 0;
	if (s->window != 0) {
		uint64_t under_way = s->seq > settled ? s->seq - settled : 0;

		n = under_way >= s->window ? 0 : RTE_MIN(n, s->window - under_way);
	}
	if (s->interval_fp != 0) {
		if (now_fp < s->next_fp)
			return 0;
		n = RTE_MIN(n, (now_fp - s->next_fp) / s->interval_fp + 1);
	}
	return (unsigned int)n;
}

/* The stamp of the i-th of those that are due. */
static inline void
rsd_source_stamp(
	const struct rsd_source *s, uint64_t now_ns, unsigned int i, struct rsd_stamp *stamp)
{
	stamp->tag = s->tag;
	stamp->seq = s->seq + i;
	stamp->time_ns = rsd_source_time(s, now_ns, i) & RSD_STAMP_56;
	stamp->flow = s->flow;
}

/* n of them went, on the flow whose turn it was. */
static inline void
rsd_source_sent(struct rsd_source *s, uint64_t now_ns, unsigned int n)
{
	s->seq += n;
	s->next_fp += n * s->interval_fp;
	s->sent_flow[s->flow] += n;
	s->last_ns = now_ns;
}

static inline void
rsd_source_next_flow(struct rsd_source *s)
{
	s->flow = s->flow + 1 == s->nb_flows ? 0 : s->flow + 1;
}

static inline bool
rsd_source_done(const struct rsd_source *s, uint64_t now_ns)
{
	return s->seq == s->count || now_ns >= s->end_ns;
}

#endif
