/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The view of a datagram that a handler gets, and the words for who owns its buffer.
 *
 * A struct rsd_pkt is the mbuf the datagram arrived in: headers and payload lie where the device
 * put them. Nothing here copies.
 *
 * Ownership, in four words used all over this API:
 *   - **lend**  the callee may look at the buffer and change it until it returns, no longer
 *   - **give**  the callee owns it from now on
 *   - **keep**  the caller still owns it
 *   - **home**  it is back in its pool
 *
 * A handler is lent its packets. What becomes of each is its verdict (sock.h); only RSD_HOLD gives
 * the packet to the handler, which must bring it back with rsd_pkt_answer() or rsd_pkt_release().
 */
#ifndef RINGSIDE_PKT_H
#define RINGSIDE_PKT_H

#ifdef __cplusplus
extern "C" {
#endif

#include <rte_byteorder.h>
#include <rte_mbuf.h>

/** A 32-bit word of a frame: at any address, in memory that is bytes to everyone else. */
typedef uint32_t rsd_pkt_word32_t __attribute__((aligned(1), may_alias));
/** The same with 16 bits. */
typedef uint16_t rsd_pkt_word16_t __attribute__((aligned(1), may_alias));

/** Bits of hash.fdir.hi that hold the payload's offset; above them, how a held packet finds home.
 */
#define RSD_PKT_OFFSET_BITS 7

/** A received datagram. Never declared, never dereferenced: use the functions below. */
struct rsd_pkt;

/**
 * The mbuf under a packet.
 *
 * @param p  a packet lent to or held by the caller
 * @return the same buffer, seen as DPDK sees it; ownership does not change
 * @par Thread whoever the packet is lent to
 */
static inline struct rte_mbuf *
rsd_pkt_mbuf(const struct rsd_pkt *p)
{
	return (struct rte_mbuf *)(uintptr_t)p;
}

/**
 * Length of the payload.
 *
 * @param p  a packet lent to or held by the caller
 * @return bytes of UDP payload, 0 to 65,507, in all segments together
 * @par Thread whoever the packet is lent to
 */
static inline uint16_t
rsd_pkt_len(const struct rsd_pkt *p)
{
	return (uint16_t)(rsd_pkt_mbuf(p)->hash.fdir.hi >> 16);
}

/**
 * Offset of the payload from the start of the frame.
 *
 * @param p  a packet lent to or held by the caller
 * @return bytes of Ethernet, IP and UDP header; all of them lie in the first segment
 * @par Thread whoever the packet is lent to
 */
static inline uint16_t
rsd_pkt_offset(const struct rsd_pkt *p)
{
	return rsd_pkt_mbuf(p)->hash.fdir.hi & ((1u << RSD_PKT_OFFSET_BITS) - 1);
}

/**
 * The payload, in place.
 *
 * @param p  a packet lent to or held by the caller
 * @return first payload byte. The first segment holds `rsd_pkt_mbuf(p)->data_len -
 *         rsd_pkt_offset(p)` of them; that is all rsd_pkt_len() of them unless
 *         rsd_pkt_is_linear() is false
 * @par Thread whoever the packet is lent to
 */
static inline void *
rsd_pkt_data(const struct rsd_pkt *p)
{
	return rte_pktmbuf_mtod_offset(rsd_pkt_mbuf(p), void *, rsd_pkt_offset(p));
}

/**
 * Does the whole payload lie in one piece?
 *
 * @param p  a packet lent to or held by the caller
 * @return 1 one segment; 0 a chain: walk it by rsd_pkt_mbuf(p)->next
 * @par Thread whoever the packet is lent to
 */
static inline int
rsd_pkt_is_linear(const struct rsd_pkt *p)
{
	return rsd_pkt_mbuf(p)->nb_segs == 1;
}

/**
 * Room for an answer.
 *
 * @param p  a packet lent to or held by the caller
 * @return the largest payload in bytes that fits the buffer of a linear packet; for a chain the
 *         present length, since chains are never grown
 * @par Thread whoever the packet is lent to
 */
static inline uint16_t
rsd_pkt_room(const struct rsd_pkt *p)
{
	const struct rte_mbuf *m = rsd_pkt_mbuf(p);

	if (m->nb_segs != 1)
		return rsd_pkt_len(p);
	return (uint16_t)(m->buf_len - m->data_off - rsd_pkt_offset(p));
}

/**
 * Set the length of the answer. The verdict must then be RSD_ANSWER, not RSD_ANSWER_SAME.
 *
 * @param p    a packet lent to or held by the caller
 * @param len  new payload length in bytes, 0 to rsd_pkt_room(); a chain can only be shortened
 * @return 0; -1 there is no such room, and nothing was changed
 * @par Thread whoever the packet is lent to
 */
static inline int
rsd_pkt_set_len(struct rsd_pkt *p, uint16_t len)
{
	struct rte_mbuf *m = rsd_pkt_mbuf(p);

	if (len > rsd_pkt_room(p))
		return -1;
	m->hash.fdir.hi = (uint32_t)len << 16 | (uint16_t)m->hash.fdir.hi;
	return 0;
}

/**
 * A header field of 32 bits. It may lie at any address.
 *
 * @param p     a packet lent to the caller, not yet answered
 * @param back  how many bytes before the payload the field begins, 4 to rsd_pkt_offset()
 * @return the field in network order
 * @par Thread whoever the packet is lent to
 */
static inline rte_be32_t
rsd_pkt_be32(const struct rsd_pkt *p, uint16_t back)
{
	const uint8_t *f = (const uint8_t *)rsd_pkt_data(p) - back;
	rte_be32_t v;

	__builtin_memcpy(&v, f, sizeof(v));
	return v;
}

/**
 * The same for 16 bits.
 *
 * @param p     a packet lent to the caller, not yet answered
 * @param back  how many bytes before the payload the field begins, 2 to rsd_pkt_offset()
 * @return the field in network order
 * @par Thread whoever the packet is lent to
 */
static inline rte_be16_t
rsd_pkt_be16(const struct rsd_pkt *p, uint16_t back)
{
	const uint8_t *f = (const uint8_t *)rsd_pkt_data(p) - back;
	rte_be16_t v;

	__builtin_memcpy(&v, f, sizeof(v));
	return v;
}

/**
 * Who sent it.
 *
 * @param p  a packet lent to the caller, not yet answered
 * @return source IPv4 address in network order, as it lies in the frame
 * @par Thread whoever the packet is lent to
 */
static inline rte_be32_t
rsd_pkt_src_addr(const struct rsd_pkt *p)
{
	return *(const rsd_pkt_word32_t *)((const uint8_t *)rsd_pkt_data(p) - 16);
}

/**
 * Which of our addresses it was sent to (RFC 1122 4.1.3.5).
 *
 * @param p  a packet lent to the caller, not yet answered
 * @return destination IPv4 address in network order, as it lies in the frame
 * @par Thread whoever the packet is lent to
 */
static inline rte_be32_t
rsd_pkt_dst_addr(const struct rsd_pkt *p)
{
	return *(const rsd_pkt_word32_t *)((const uint8_t *)rsd_pkt_data(p) - 12);
}

/**
 * The sender's port.
 *
 * @param p  a packet lent to the caller, not yet answered
 * @return source port in host order, 1 to 65535
 * @par Thread whoever the packet is lent to
 */
static inline uint16_t
rsd_pkt_src_port(const struct rsd_pkt *p)
{
	return rte_be_to_cpu_16(*(const rsd_pkt_word16_t *)((const uint8_t *)rsd_pkt_data(p) - 8));
}

/**
 * Our port.
 *
 * @param p  a packet lent to the caller, not yet answered
 * @return destination port in host order, 1 to 65535
 * @par Thread whoever the packet is lent to
 */
static inline uint16_t
rsd_pkt_dst_port(const struct rsd_pkt *p)
{
	return rte_be_to_cpu_16(*(const rsd_pkt_word16_t *)((const uint8_t *)rsd_pkt_data(p) - 6));
}

#ifdef __cplusplus
}
#endif
#endif
