/* SPDX-License-Identifier: BSD-3-Clause */
#include <stddef.h>
#include <string.h>

#include <ringside/stats.h>

static const struct rsd_counter_info infos[RSD_C_MAX] = {
#define RSD_COUNTER(sym, unit, kind, sentence) { #sym, unit, RSD_KIND_##kind, sentence },
#include <ringside/counters.def>
#undef RSD_COUNTER
};

const struct rsd_counter_info *
rsd_counter_info(unsigned int c)
{
	return c < RSD_C_MAX ? &infos[c] : NULL;
}

/* Which line of the books an END row belongs to. */
static uint64_t *
end_line(unsigned int c, struct rsd_books *b)
{
	switch (c) {
	case RSD_C_answered:
	case RSD_C_forwarded:
		return &b->answered;
	case RSD_C_host_answered:
	case RSD_C_host_consumed:
		return &b->host;
	default:
		return &b->delivered;
	}
}

void
rsd_books_from(const struct rsd_stats *stats, struct rsd_books *b)
{
	unsigned int c;

	memset(b, 0, sizeof(*b));
	for (c = 0; c < RSD_C_MAX; c++) {
		switch (infos[c].kind) {
		case RSD_KIND_RX:
			b->received += stats->counter[c];
			break;
		case RSD_KIND_END:
			*end_line(c, b) += stats->counter[c];
			break;
		case RSD_KIND_DROP:
			b->dropped += stats->counter[c];
			break;
		case RSD_KIND_IN:
			b->held += stats->counter[c];
			break;
		case RSD_KIND_OUT:
			b->held -= stats->counter[c];
			break;
		case RSD_KIND_COPY:
		case RSD_KIND_EVENT:
			break;
		}
	}
	b->gap = (int64_t)(b->received - b->answered - b->delivered - b->host - b->dropped -
			   b->held);
}
