/* SPDX-License-Identifier: BSD-3-Clause */
/* The first look at four frames at once, with AVX-512. */
#include "datapath/look_each.h"
#include "wire/four_avx512.h"

/* What stands in an mbuf beside data_off, and how many segments that says there are: at least one.
 */
#define HEAD        offsetof(struct rte_mbuf, data_off)
#define SEGMENTS    (UINT64_C(0xffff) << 32)
#define ONE_SEGMENT (UINT64_C(1) << 32)

_Static_assert(offsetof(struct rte_mbuf, nb_segs) == HEAD + 4, "nb_segs is the third word");
_Static_assert(RSD_BURST_MAX % 4 == 0, "a burst can be filled up to fours");

/* Up to four frames, one of which is not like the others. */
static __rte_noinline bool
look_each(struct rsd_burst *b, const struct rsd_queue *q, unsigned int from, unsigned int to,
	struct rsd_sum_tally *t)
{
	const bool one_addr = q->port->wire.nb_addr == 1;

	switch (q->port->csum) {
	case RSD_CSUM_VERIFY:
		return rsd_look_each(b, q, from, to, RSD_CSUM_VERIFY, one_addr, t);
	case RSD_CSUM_NIC:
		return rsd_look_each(b, q, from, to, RSD_CSUM_NIC, one_addr, t);
	case RSD_CSUM_SKIP:
		break;
	}
	return rsd_look_each(b, q, from, to, RSD_CSUM_SKIP, one_addr, t);
}

/* Have those of four whose UDP sum does not hold none at all (RFC 768)? Sets a bit for each that
 * has none. */
static bool
only_unsummed(const struct rsd_burst *b, unsigned int at, uint32_t held, uint32_t *unsummed)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (rsd_load16(b->udp[at + i] + 6) == 0)
			*unsummed |= 1u << i;
	return (held | *unsummed) == 0xf;
}

/*
 * b.pkt[at] to b.pkt[at + 3]; false when they are not all as they must be, or not all brief if
 * is_brief. What is noted of them is true only if they are; unsummed: those of which there is no
 * sum to verify, a bit each. mode, one_addr and is_brief are constants.
 */
static __rte_always_inline bool
look_four(struct rsd_burst *b, const struct rsd_wire_four *x, uint32_t note, unsigned int at,
	enum rsd_csum_mode mode, bool one_addr, bool is_brief, uint32_t *unsummed)
{
	const uint64_t want = mode == RSD_CSUM_NIC ? RTE_MBUF_F_RX_L4_CKSUM_GOOD : 0;
	const uint64_t seen = mode == RSD_CSUM_NIC ? RTE_MBUF_F_RX_L4_CKSUM_MASK : 0;
	const bool sums = mode == RSD_CSUM_VERIFY;
	uint64_t flags = 0, heads = 0;
	struct rsd_four_sums s;
	enum rsd_four are;
	unsigned int i;

	*unsummed = 0;
#pragma GCC unroll 4
	for (i = 0; i < 4; i++) {
		struct rte_mbuf *m = b->pkt[at + i];
		uint64_t head = rsd_load64((const uint8_t *)m + HEAD);
		uint8_t *eth = (uint8_t *)m->buf_addr + (uint16_t)head;
		uint32_t len = m->data_len;

		if (unlikely(len - x->least > (is_brief ? x->brief : x->span)))
			return false;
		heads |= head;
		flags |= m->ol_flags ^ want;
		b->udp[at + i] = eth + (x->least - RSD_WIRE_UDP_LEN);
		rsd_note_payload(m, len, note);
		rsd_four_add(x, &s, i, eth, len, sums, is_brief);
	}
	if (unlikely((heads & SEGMENTS) != ONE_SEGMENT ||
		     (flags & (RTE_MBUF_F_RX_VLAN_STRIPPED | seen)) != 0))
		return false;
	are = rsd_four_judge(x, &s, one_addr, sums);
	if (likely(are == (sums ? RSD_FOUR_SOUND : RSD_FOUR_PLAIN)))
		return true;
	return sums && are == RSD_FOUR_PLAIN && only_unsummed(b, at, s.held, unsummed);
}

/* How many of the first nb bits are set, of four? */
static __rte_always_inline unsigned int
count(uint32_t bits, unsigned int nb)
{
	return unlikely(bits != 0)
		       ? (unsigned int)__builtin_popcount(_bzhi_u32(bits, RTE_MIN(nb, 4u)))
		       : 0;
}

/* Is one of four longer than brief? */
static bool
any_long(const struct rsd_burst *b, const struct rsd_wire_four *x, unsigned int at)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (b->pkt[at + i]->data_len > x->least + x->brief)
			return true;
	return false;
}

/* A burst in fours; the last takes the places that are missing in the last four. */
static __rte_always_inline bool
look_all(struct rsd_burst *b, const struct rsd_queue *q, unsigned int nb, enum rsd_csum_mode mode,
	bool one_addr, struct rsd_sum_tally *t)
{
	struct rsd_wire_four x;
	unsigned int at, other = 0, none = 0;
	uint32_t note, unsummed;
	bool all = true;

	rsd_wire_four_init(&x, &q->port->wire);
	note = rsd_payload_note(x.least, q->hold_mark);
	for (at = nb; (at & 3) != 0; at++)
		b->pkt[at] = b->pkt[nb - 1];
	for (at = 0; at < nb; at += 4) {
		if (likely(look_four(b, &x, note, at, mode, one_addr, true, &unsummed)) ||
			(any_long(b, &x, at) &&
				look_four(b, &x, note, at, mode, one_addr, false, &unsummed))) {
			none += count(unsummed, nb - at);
			continue;
		}
		all &= look_each(b, q, at, RTE_MIN(at + 4, nb), t);
		other += RTE_MIN(4u, nb - at);
	}
	t->verified += mode == RSD_CSUM_VERIFY ? nb - other - none : 0;
	t->no_sum += none;
	return all;
}

static __rte_always_inline bool
look(struct rsd_lcore *lc, const struct rsd_queue *q, unsigned int nb, enum rsd_csum_mode mode)
{
	struct rsd_sum_tally t = { 0 };
	bool all;

	all = likely(q->port->wire.nb_addr == 1) ? look_all(&lc->b, q, nb, mode, true, &t)
						 : look_all(&lc->b, q, nb, mode, false, &t);
	rsd_sum_tally_flush(lc->stats, &t);
	return all;
}

RSD_LOOK_MODES(rsd_look_avx512, look);
