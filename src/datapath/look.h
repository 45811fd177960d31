/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The first look at a burst: which frames are, without any doubt, datagrams in normal form for us,
 * with UDP checksums as the port wants them. Variants of it are compiled for what CPUs have; a port
 * gets one when it is set up.
 */
#ifndef RSD_DATAPATH_LOOK_H
#define RSD_DATAPATH_LOOK_H

#include "datapath/lcore.h"
#include "wire/parse.h"

/* By name: "avx512", "plain"; NULL: the best this CPU has. NULL is returned for one it has not. */
rsd_look_fn rsd_look_choose(const char *variant, enum rsd_csum_mode mode);

/* The name of the best. */
const char *rsd_look_best(void);

/* The variants, each for every enum rsd_csum_mode. */
extern const rsd_look_fn rsd_look_plain[RSD_CSUM_MODES];
extern const rsd_look_fn rsd_look_avx512[RSD_CSUM_MODES]; /* NULL where a build has none */

/*
 * A variant from one always inlined function, whose last parameter is the mode: in each of these it
 * is a constant.
 */
#define RSD_LOOK_MODES(variant, look)                                                             \
	static bool look##_verify(                                                                \
		struct rsd_lcore *lc, const struct rsd_queue *q, unsigned int nb)                 \
	{                                                                                         \
		return look(lc, q, nb, RSD_CSUM_VERIFY);                                          \
	}                                                                                         \
	static bool look##_nic(struct rsd_lcore *lc, const struct rsd_queue *q, unsigned int nb)  \
	{                                                                                         \
		return look(lc, q, nb, RSD_CSUM_NIC);                                             \
	}                                                                                         \
	static bool look##_skip(struct rsd_lcore *lc, const struct rsd_queue *q, unsigned int nb) \
	{                                                                                         \
		return look(lc, q, nb, RSD_CSUM_SKIP);                                            \
	}                                                                                         \
	const rsd_look_fn variant[RSD_CSUM_MODES] = {                                             \
		[RSD_CSUM_VERIFY] = look##_verify,                                                \
		[RSD_CSUM_NIC] = look##_nic,                                                      \
		[RSD_CSUM_SKIP] = look##_skip,                                                    \
	}

/* Counts of one burst, flushed once: those that came without a sum, and those whose sum held. */
struct rsd_sum_tally {
	unsigned int no_sum;
	unsigned int verified;
};

static __rte_always_inline void
rsd_sum_tally_flush(struct rsd_core_stats *stats, const struct rsd_sum_tally *t)
{
	rsd_count(stats, RSD_C_udp_no_csum, t->no_sum);
	rsd_count(stats, RSD_C_udp_csum_verified, t->verified);
}

/* One piece, and all of it: a tag that the device took out belongs to the frame (host.c puts it
 * back). */
static __rte_always_inline bool
rsd_is_whole(const struct rte_mbuf *m)
{
	return m->nb_segs == 1 && (m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) == 0;
}

/* Has the device looked at the UDP sum, and liked it? */
static __rte_always_inline bool
rsd_nic_vouches(const struct rte_mbuf *m)
{
	return (m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_GOOD;
}

/*
 * RFC 768: zero means the sender made none. RFC 1122 4.1.3.4: any other must hold, and whose task
 * it is to look is the port's mode; a device that did not look, or did not like it, does not
 * decide. m is in one piece.
 */
static __rte_always_inline bool
rsd_udp_sum_ok(enum rsd_csum_mode mode, const struct rte_mbuf *m, const uint8_t *udp,
	struct rsd_sum_tally *t)
{
	bool holds;

	if (mode == RSD_CSUM_SKIP || (mode == RSD_CSUM_NIC && rsd_nic_vouches(m)))
		return true;
	if (unlikely(rsd_load16(udp + 6) == 0)) {
		t->no_sum++;
		return true;
	}
	holds = rsd_csum_is_full(rsd_csum_udp4(udp, rte_be_to_cpu_16(rsd_load16(udp + 4))));
	t->verified += holds;
	return holds;
}

/* To what is noted of a frame of a queue: len << 16 more of one that has len bytes. */
static __rte_always_inline uint32_t
rsd_payload_note(uint32_t headers, uint32_t hold_mark)
{
	return headers - (headers << 16) + hold_mark;
}

/*
 * Write down where the payload lies, which rsd_pkt_len() and rsd_pkt_offset() read, and whose the
 * packet is, which rsd_hold_worker() reads. One store.
 */
static __rte_always_inline void
rsd_note_payload(struct rte_mbuf *m, uint32_t len, uint32_t note)
{
	m->hash.fdir.hi = (len << 16) + note;
}

#endif
