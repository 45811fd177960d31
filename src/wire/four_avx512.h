/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Four frames looked at together, with AVX-512: one load brings all the headers of a frame, one
 * compare holds them against the pattern, and the sums of all four are folded as one. What it calls
 * plain, rsd_wire_exact() accepts; a test and a fuzzer hold them to it.
 */
#ifndef RSD_WIRE_FOUR_AVX512_H
#define RSD_WIRE_FOUR_AVX512_H

#include <immintrin.h>

#include "wire/parse.h"

/* What is known of four frames. */
enum rsd_four {
	RSD_FOUR_ODD,   /* one of them at least is something else */
	RSD_FOUR_PLAIN, /* all are datagrams in normal form for us */
	RSD_FOUR_SOUND, /* and have UDP sums that hold */
};

#define RSD_FOUR_BYTES 64 /* looked at of a frame, but for the rest of its UDP sum */

/* All that is compared with, in registers for a burst. */
struct rsd_wire_four {
	__m512i want, mask; /* but for the lengths */
	__m512i lengths;    /* where those stand */
	__m512i sign;       /* of every word */
	__m512i in_ip;      /* a one for each word that the IPv4 header's sum is made of */
	__m512i in_udp;     /* ... that the UDP sum is made of */
	__m512i to_add;     /* to the sums, for what is taken off their words; rsd_four_signed() */
	__m128i banned[2];
	const struct rsd_wire_local *w;
	__mmask64 headers;
	__mmask32 sum_at; /* word of the UDP sum */
	size_t least;     /* bytes of the shortest frame */
	uint32_t span;    /* how many more the longest has */
	uint32_t brief;   /* ... the longest of which all is looked at */
};

/* What four frames add up to. */
struct rsd_four_sums {
	__m512i differ;        /* what is not as it must be in any of them */
	__m512i least;         /* of each word, the smallest */
	__m512i ip[4], udp[4]; /* sums in sixteen parts */
	uint32_t held;         /* whose UDP sums hold, a bit each, the first lowest */
	__m128i src, dst;      /* addresses; dst of a port with one is not looked at */
};

static __rte_always_inline __m512i
rsd_four_load(const void *at)
{
	return _mm512_loadu_si512(at);
}

static __rte_always_inline void
rsd_wire_four_init(struct rsd_wire_four *x, const struct rsd_wire_local *w)
{
	x->want = rsd_four_load(w->wide.want);
	x->mask = rsd_four_load(w->wide.mask);
	x->lengths = rsd_four_load(w->wide.lengths);
	x->sign = rsd_four_load(w->wide.sign);
	x->in_ip = rsd_four_load(w->wide.in_ip);
	x->in_udp = rsd_four_load(w->wide.in_udp);
	x->to_add = _mm512_broadcast_i32x4(
		_mm_loadu_si128((const __m128i *)(const void *)w->wide.to_add));
	x->banned[0] = _mm_set1_epi32((int)w->wide.banned[0]);
	x->banned[1] = _mm_set1_epi32((int)w->wide.banned[1]);
	x->w = w;
	x->least = w->l2_len + RSD_WIRE_HDRS;
	x->span = RTE_MIN(w->max_frame, (uint32_t)RSD_WIRE_JUMBO) - x->least;
	x->brief = RTE_MIN(w->max_frame, (uint32_t)RSD_FOUR_BYTES) - x->least;
	x->headers = _bzhi_u64(UINT64_MAX, x->least);
	x->sum_at = UINT32_C(1) << (x->least / 2 - 1);
}

/*
 * Products of words are signed. So 0x8000 is taken off each word first, of which all but one bit is
 * the sign's, and comes back with to_add: the same number of words is summed of every frame, since
 * what is beyond its end is read as zeros.
 */
static __rte_always_inline __m512i
rsd_four_signed(const struct rsd_wire_four *x, __m512i words)
{
	return _mm512_xor_si512(words, x->sign);
}

/* What is beyond the first 64 bytes of a frame, summed in lanes of 32 bits. */
static __rte_always_inline __m512i
rsd_four_rest(const struct rsd_wire_four *x, const uint8_t *eth, uint32_t len)
{
	const __m512i ones = _mm512_set1_epi16(1);
	__m512i sum = _mm512_setzero_si512(), words;
	uint32_t at;

	for (at = RSD_FOUR_BYTES; at + RSD_FOUR_BYTES <= len; at += RSD_FOUR_BYTES) {
		words = rsd_four_signed(x, rsd_four_load(eth + at));
		sum = _mm512_add_epi32(sum, _mm512_madd_epi16(words, ones));
	}
	words = _mm512_maskz_loadu_epi8(_bzhi_u64(UINT64_MAX, len - at), eth + at);
	sum = _mm512_add_epi32(sum, _mm512_madd_epi16(rsd_four_signed(x, words), ones));
	/* Two words a lane and turn. */
	return _mm512_add_epi32(sum, _mm512_set1_epi32((int)(at / RSD_FOUR_BYTES) << 16));
}

static __rte_always_inline void
rsd_four_addresses(struct rsd_four_sums *s, unsigned int i, const uint8_t *src)
{
	const int from = (int)rsd_load32(src), to = (int)rsd_load32(src + 4);

	switch (i) {
	case 0:
		s->src = _mm_cvtsi32_si128(from);
		s->dst = _mm_cvtsi32_si128(to);
		break;
	case 1:
		s->src = _mm_insert_epi32(s->src, from, 1);
		s->dst = _mm_insert_epi32(s->dst, to, 1);
		break;
	case 2:
		s->src = _mm_insert_epi32(s->src, from, 2);
		s->dst = _mm_insert_epi32(s->dst, to, 2);
		break;
	default:
		s->src = _mm_insert_epi32(s->src, from, 3);
		s->dst = _mm_insert_epi32(s->dst, to, 3);
	}
}

/*
 * Frame number i of the four, in one piece; they are added from the first to the last. len is at
 * least x->least, and at most x->span more; x->brief more when is_brief. Reads nothing behind its
 * end, and without sums nothing behind its headers. i, sums and is_brief are constants.
 */
static __rte_always_inline void
rsd_four_add(const struct rsd_wire_four *x, struct rsd_four_sums *s, unsigned int i,
	const uint8_t *eth, uint32_t len, bool sums, bool is_brief)
{
	uint32_t seen = is_brief ? len : RTE_MIN(len, (uint32_t)RSD_FOUR_BYTES);
	__mmask64 bytes = sums ? _bzhi_u64(UINT64_MAX, seen) : x->headers;
	__m512i got = _mm512_maskz_loadu_epi8(bytes, eth), words = rsd_four_signed(x, got);
	__m512i lengths = _mm512_set1_epi32((int)rsd_load32(&x->w->lengths[len]));

	rsd_four_addresses(s, i, eth + (x->least - 16));
	s->ip[i] = _mm512_madd_epi16(words, x->in_ip);
	if (sums) {
		s->least = i == 0 ? got : _mm512_min_epu16(s->least, got);
		s->udp[i] = _mm512_madd_epi16(words, x->in_udp);
		if (!is_brief && len > RSD_FOUR_BYTES)
			s->udp[i] = _mm512_add_epi32(s->udp[i], rsd_four_rest(x, eth, len));
	}
	/* (a ^ b) & c, and a | b | c. */
	lengths = _mm512_ternarylogic_epi32(lengths, got, x->lengths, 0x28);
	got = _mm512_ternarylogic_epi32(got, x->want, x->mask, 0x28);
	s->differ = i == 0 ? _mm512_or_si512(lengths, got)
			   : _mm512_ternarylogic_epi32(s->differ, lengths, got, 0xfe);
}

/* Neighbours added, within 128 bits: of a and b alternating words of 32 or of 64 bits. */
static __rte_always_inline __m512i
rsd_four_join32(__m512i a, __m512i b)
{
	return _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
}

static __rte_always_inline __m512i
rsd_four_join64(__m512i a, __m512i b)
{
	return _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
}

static __rte_always_inline __m512i
rsd_four_join128(__m512i a, __m512i b)
{
	return _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xdd));
}

/* Which of sixteen sums are those of regions that contain their own checksum (RFC 1071)? */
static __rte_always_inline uint32_t
rsd_four_full(__m512i sums)
{
	sums = _mm512_add_epi32(sums, _mm512_rol_epi32(sums, 16));
	return _mm512_cmpge_epu32_mask(sums, _mm512_set1_epi32((int)0xffff0000));
}

static __rte_always_inline enum rsd_four
rsd_four_judge_sums(const struct rsd_wire_four *x, struct rsd_four_sums *s)
{
	__m512i a = rsd_four_join64(
		rsd_four_join32(s->ip[0], s->udp[0]), rsd_four_join32(s->ip[1], s->udp[1]));
	__m512i b = rsd_four_join64(
		rsd_four_join32(s->ip[2], s->udp[2]), rsd_four_join32(s->ip[3], s->udp[3]));
	__m512i sums = rsd_four_join128(a, b);
	uint32_t full;

	/* Quarters hold halves of the first two frames' sums, twice, and of the others'. */
	sums = _mm512_add_epi32(sums, _mm512_shuffle_i32x4(sums, sums, 0xb1));
	full = rsd_four_full(_mm512_add_epi32(sums, x->to_add));
	if (likely(full == UINT16_MAX &&
		    _mm512_mask_testn_epi16_mask(x->sum_at, s->least, s->least) == 0))
		return RSD_FOUR_SOUND;
	s->held = _pext_u32(full, 0x0a0a);
	return (full & 0x5555) == 0x5555 ? RSD_FOUR_PLAIN : RSD_FOUR_ODD;
}

/* Of headers alone. */
static __rte_always_inline enum rsd_four
rsd_four_judge_headers(const struct rsd_wire_four *x, const struct rsd_four_sums *s)
{
	__m512i sums = rsd_four_join64(
		rsd_four_join32(s->ip[0], s->ip[1]), rsd_four_join32(s->ip[2], s->ip[3]));
	__m512i to_add = _mm512_shuffle_epi32(x->to_add, 0);

	sums = rsd_four_join128(sums, sums);
	sums = _mm512_add_epi32(sums, _mm512_shuffle_i32x4(sums, sums, 0xb1));
	return rsd_four_full(_mm512_add_epi32(sums, to_add)) == UINT16_MAX ? RSD_FOUR_PLAIN
									   : RSD_FOUR_ODD;
}

/* May frames to us come from these four addresses (RFC 1122 3.2.1.3), and are they to ours? */
static __rte_always_inline bool
rsd_four_ends_hold(const struct rsd_wire_four *x, const struct rsd_four_sums *s, bool one_addr)
{
	__m128i net = _mm_and_si128(s->src, _mm_set1_epi32(0xff));
	uint32_t src[4], dst[4];
	__mmask8 good;
	unsigned int i;

	/* 1 to 223 but for 127; of 0, one less is the largest number. */
	good = _mm_cmplt_epu32_mask(
		_mm_sub_epi32(net, _mm_set1_epi32(1)), _mm_set1_epi32(RSD_WIRE_NET_MAX));
	good = _mm_mask_cmpneq_epi32_mask(good, net, _mm_set1_epi32(RSD_WIRE_NET_LOOP));
	if (one_addr) {
		good = _mm_mask_cmpneq_epi32_mask(good, s->src, x->banned[0]);
		good = _mm_mask_cmpneq_epi32_mask(good, s->src, x->banned[1]);
		return good == 0xf;
	}
	_mm_storeu_si128((__m128i *)(void *)src, s->src);
	_mm_storeu_si128((__m128i *)(void *)dst, s->dst);
	for (i = 0; i < 4; i++)
		if (rsd_wire_set_has(&x->w->banned, src[i]) ||
			!rsd_wire_set_has(&x->w->own, dst[i]))
			return false;
	return good == 0xf;
}

/*
 * What the four that were added are: not RSD_FOUR_ODD when rsd_wire_exact() accepts all of them,
 * and RSD_FOUR_SOUND, if they were added with sums, when all have UDP sums and these hold. Of those
 * that are plain and not sound, s->held says which do. one_addr and sums are constants: whether the
 * port has one address, which then stands in the pattern; whether they were added with sums.
 */
static __rte_always_inline enum rsd_four
rsd_four_judge(const struct rsd_wire_four *x, struct rsd_four_sums *s, bool one_addr, bool sums)
{
	if (unlikely(_mm512_test_epi32_mask(s->differ, s->differ) != 0))
		return RSD_FOUR_ODD;
	if (unlikely(!rsd_four_ends_hold(x, s, one_addr)))
		return RSD_FOUR_ODD;
	return sums ? rsd_four_judge_sums(x, s) : rsd_four_judge_headers(x, s);
}

#endif
