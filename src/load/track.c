/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>

#include "load/track.h"

#define WORDS (RSD_TRACK_WINDOW / 64)

int
rsd_track_init(struct rsd_track *t, uint32_t nb_flows, const struct rsd_mix *mix)
{
	memset(t, 0, sizeof(*t));
	t->nb_flows = nb_flows;
	t->mix = mix;
	t->seen = calloc(WORDS, sizeof(*t->seen));
	t->flow = calloc(nb_flows, sizeof(*t->flow));
	t->pattern = malloc((size_t)mix->max + 1);
	t->latency = malloc(sizeof(*t->latency));
	if (t->seen == NULL || t->flow == NULL || t->pattern == NULL || t->latency == NULL) {
		rsd_track_free(t);
		return -ENOMEM;
	}
	rsd_stamp_fill(t->pattern, mix->max);
	return 0;
}

void
rsd_track_free(struct rsd_track *t)
{
	free(t->seen);
	free(t->flow);
	free(t->pattern);
	free(t->latency);
	t->seen = NULL;
	t->flow = NULL;
	t->pattern = NULL;
	t->latency = NULL;
}

void
rsd_track_begin(struct rsd_track *t, uint8_t tag, const uint64_t *limit)
{
	t->tag = tag;
	t->limit = limit;
	t->answered = t->duplicates = t->reordered = t->unnumbered = 0;
	t->stale = t->wrong = t->corrupt = t->forgotten = t->last_ns = 0;
	t->horizon = t->missing = t->next = 0;
	memset(t->seen, 0, WORDS * sizeof(*t->seen));
	memset(t->flow, 0, t->nb_flows * sizeof(*t->flow));
	rsd_hist_init(t->latency);
}

static bool
is_seen(const struct rsd_track *t, uint64_t seq)
{
	return (t->seen[seq / 64 % WORDS] >> seq % 64 & 1) != 0;
}

/* The window slides up to next: what comes into it was not seen yet. */
static void
slide(struct rsd_track *t, uint64_t next)
{
	uint64_t word = (t->next + 63) / 64, end = (next + 63) / 64;

	if (end - word >= WORDS)
		word = end - WORDS;
	for (; word < end; word++)
		t->seen[word % WORDS] = 0;
	t->next = next;
}

/* Note that a number came back; false when that was known, or is no longer known. */
static bool
mark(struct rsd_track *t, uint64_t seq, uint32_t flow)
{
	if (seq >= t->next) {
		slide(t, seq + 1);
	} else if (unlikely(t->next - seq > RSD_TRACK_WINDOW - 64)) {
		t->forgotten++;
		return false;
	} else if (unlikely(is_seen(t, seq))) {
		t->duplicates++;
		t->flow[flow].duplicates++;
		return false;
	}
	t->seen[seq / 64 % WORDS] |= UINT64_C(1) << seq % 64;
	return true;
}

/* RFC 4737 section 3: reordered is what comes after a later one of its flow. */
static void
count_order(struct rsd_track *t, struct rsd_track_flow *f, uint64_t seq)
{
	if (likely(seq >= f->next)) {
		f->next = seq + 1;
		return;
	}
	f->reordered++;
	t->reordered++;
}

static bool
is_proper(const struct rsd_track *t, const struct rsd_stamp *s, size_t len, uint32_t flow)
{
	return s->seq < __atomic_load_n(t->limit, __ATOMIC_RELAXED) &&
	       len == rsd_mix_size(t->mix, s->seq) && s->flow == flow && flow < t->nb_flows;
}

static bool
is_intact(const struct rsd_track *t, const uint8_t *p, size_t len)
{
	return len <= RSD_STAMP_FULL ||
	       memcmp(p + RSD_STAMP_FULL, t->pattern + RSD_STAMP_FULL, len - RSD_STAMP_FULL) == 0;
}

/* Nothing to tell it by but its length. */
static void
take_short(struct rsd_track *t, size_t len, uint32_t flow, uint64_t now_ns)
{
	unsigned int i;

	for (i = 0; i < t->mix->nb && t->mix->size[i] != len; i++)
		;
	if (i == t->mix->nb || flow >= t->nb_flows) {
		t->wrong++;
		return;
	}
	t->unnumbered++;
	t->answered++;
	t->flow[flow].answered++;
	t->last_ns = now_ns;
}

void
rsd_track_take(struct rsd_track *t, const uint8_t *p, size_t len, uint32_t flow, uint64_t now_ns)
{
	struct rsd_stamp s = { .flow = flow };

	if (unlikely(len < RSD_STAMP_SEQ)) {
		take_short(t, len, flow, now_ns);
		return;
	}
	rsd_stamp_read(p, len, &s);
	if (unlikely(s.tag != t->tag)) {
		t->stale++;
		return;
	}
	if (unlikely(!is_proper(t, &s, len, flow))) {
		t->wrong++;
		return;
	}
	if (unlikely(!is_intact(t, p, len))) {
		t->corrupt++;
		return;
	}
	if (!mark(t, s.seq, flow))
		return;
	count_order(t, &t->flow[flow], s.seq);
	t->answered++;
	t->flow[flow].answered++;
	t->missing -= s.seq < t->horizon;
	t->last_ns = now_ns;
	if (likely(len >= RSD_STAMP_FULL))
		rsd_hist_add(t->latency, now_ns > s.time_ns ? now_ns - s.time_ns : 0);
}

void
rsd_track_give_up(struct rsd_track *t, uint64_t horizon)
{
	uint64_t seq = t->horizon, seen_to = RTE_MIN(horizon, t->next);

	if (t->mix->min < RSD_STAMP_SEQ) { /* nobody knows which of them came */
		t->missing = horizon > t->answered ? horizon - t->answered : 0;
		return;
	}
	if (horizon <= t->horizon)
		return;
	for (; seq < seen_to; seq++)
		t->missing += !is_seen(t, seq);
	t->missing += horizon - seq;
	t->horizon = horizon;
}
