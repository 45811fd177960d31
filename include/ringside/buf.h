/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Answers out of memory of one's own, sent without a copy, and the notice that it may be reused.
 *
 * A struct rsd_buf is memory that devices can read. Any number of answers may be made of it, each
 * of any part of it. Whose it is:
 *   - the caller's, from rsd_buf_create() on: it may be written and sent from
 *   - the engine's, from rsd_buf_give() on: it must not be written, no further answer made of it
 *   - the caller's again, when done is called: the last answer made of it has been sent or dropped
 *
 * Bytes that are on their way must not change, so whoever wants to write into memory it has sent
 * from gives it to the engine and waits for done.
 */
#ifndef RINGSIDE_BUF_H
#define RINGSIDE_BUF_H

#ifdef __cplusplus
extern "C" {
#endif

#include <stdint.h>

#include <ringside/pkt.h>

struct rsd_engine;
struct rsd_buf;

/** The most bytes of a buffer. */
#define RSD_BUF_MAX UINT16_MAX

/**
 * Called once for each rsd_buf_give(): the buffer is the caller's again, as after create.
 * Runs where the last answer was freed: on a polling core, in rsd_engine_stop(), or in
 * rsd_buf_give() itself when nothing was on its way. Must not block.
 *
 * @param buf  the buffer; it may be written, sent from, given, or destroyed, here or later
 * @param arg  as given to rsd_buf_create()
 */
typedef void (*rsd_buf_done_t)(struct rsd_buf *buf, void *arg);

/**
 * Get memory to answer from.
 *
 * @param eng   the engine
 * @param size  bytes, 1 to RSD_BUF_MAX
 * @param done  called when a given buffer is the caller's again; NULL: nobody wants to know
 * @param arg   handed to done
 * @param[out] buf  on success the buffer, its bytes zero, owned by the caller until
 *                  rsd_buf_destroy(), which must come before rsd_engine_destroy(); otherwise
 *                  unchanged
 * @return 0; -EINVAL no such size; -ENOTSUP no port of the engine can send a payload that lies
 *         apart from its headers; -ENOMEM no memory
 * @par Thread any but a polling core
 */
int rsd_buf_create(struct rsd_engine *eng, uint32_t size, rsd_buf_done_t done, void *arg,
	struct rsd_buf **buf);

/**
 * The memory.
 *
 * @param buf  a buffer
 * @return its first byte, aligned to a cache line at least
 * @par Thread any
 */
void *rsd_buf_data(const struct rsd_buf *buf);

/**
 * How much there is.
 *
 * @param buf  a buffer
 * @return its size in bytes, as given to rsd_buf_create()
 * @par Thread any
 */
uint32_t rsd_buf_size(const struct rsd_buf *buf);

/**
 * Answer a held packet with bytes of a buffer, where they lie: the headers are those of the
 * request, turned round, the payload is read by the device out of the buffer. The caller's thread
 * reads those bytes once, for the UDP checksum, unless the device sums.
 *
 * A handler may call it for a packet to which it then says RSD_HOLD.
 *
 * @param eng  the engine
 * @param p    a held packet. On success it is given to the engine, which sends it, or drops it for
 *             the reasons it drops other answers (resp_amplify, resp_no_room); otherwise the caller
 *             keeps it, unchanged
 * @param buf  a buffer of the caller's; it stays the caller's
 * @param off  where the payload begins in it
 * @param len  bytes of payload, 1 or more; for none see rsd_pkt_set_len()
 * @return 0; -EINVAL no such bytes in the buffer, or it has been given; -ENOTSUP the device p came
 *         from sends frames in one piece only: copy into the packet and rsd_pkt_answer();
 *         -ENOBUFS too many such answers are on their way; -EAGAIN the core's return ring is full
 *         for now
 * @par Thread any
 */
int rsd_pkt_answer_buf(
	struct rsd_engine *eng, struct rsd_pkt *p, struct rsd_buf *buf, uint32_t off, uint16_t len);

/**
 * Give a buffer to the engine until all answers made of it have left; then done is called.
 *
 * @param buf  a buffer of the caller's, given to the engine
 * @par Thread any, not while another one makes an answer of it
 */
void rsd_buf_give(struct rsd_buf *buf);

/**
 * Free a buffer.
 *
 * @param buf  a buffer of the caller's from which nothing is on its way, or NULL. On success it
 *             must not be used afterwards; otherwise the caller keeps it
 * @return 0; -EBUSY it is the engine's, or answers made of it are on their way: give it, and
 *         destroy it when done is called
 * @par Thread any
 */
int rsd_buf_destroy(struct rsd_buf *buf);

#ifdef __cplusplus
}
#endif
#endif
