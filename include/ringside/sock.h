/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Sockets: open, close, handlers and their verdicts, packets kept for later.
 */
#ifndef RINGSIDE_SOCK_H
#define RINGSIDE_SOCK_H

#ifdef __cplusplus
extern "C" {
#endif

#include <stdint.h>

#include <ringside/pkt.h>

struct rsd_engine;
struct rsd_sock;

/** What is to become of a datagram. A handler writes one for each packet it is lent. */
enum rsd_verdict {
	RSD_DROP = 0,    /**< refused: freed and counted as svc_drop */
	RSD_DONE,        /**< consumed: freed and counted as delivered */
	RSD_ANSWER,      /**< send it back; payload or length may be new, so its sum is */
	RSD_ANSWER_SAME, /**< send it back, not one payload byte changed: its sum holds */
	RSD_HOLD, /**< the handler now owns it, until rsd_pkt_answer() or rsd_pkt_release() */
};

/**
 * Called on the polling core with all datagrams of one burst that are for one socket.
 * Must not block, allocate, or make system calls: the queue is not served meanwhile.
 *
 * @param sock      the socket they are for
 * @param pkts      nb packets, lent until return (RSD_HOLD: given)
 * @param verdicts  nb entries to fill with enum rsd_verdict; all RSD_DROP at first
 * @param nb        1 to the engine's burst size
 * @param arg       rsd_sock_conf.arg
 */
typedef void (*rsd_handler_t)(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts,
	uint16_t nb, void *arg);

/** The socket's answers are not checked against the list of ports that would loop. */
#define RSD_SOCK_NO_LOOP_GUARD (1u << 0)
/** The socket may send more bytes than it got. Only for known peers: RFC 8085 section 6. */
#define RSD_SOCK_MAY_AMPLIFY (1u << 1)
/** The socket never answers: its port is not a responder that could be part of a loop. */
#define RSD_SOCK_SILENT (1u << 2)

/** What to open. Zero what you do not use. */
struct rsd_sock_conf {
	const char *name;      /**< for listings, at most 31 characters are kept; NULL: "user" */
	rte_be32_t local;      /**< one of the engine's addresses in network order; 0 for any */
	uint16_t port;         /**< local port in host order, 1 to 65535 */
	uint32_t flags;        /**< RSD_SOCK_... */
	rsd_handler_t handler; /**< never NULL */
	void *arg;             /**< handed to the handler; the same on every core */
};

/**
 * Open a socket. Works before and after rsd_engine_start(): a running engine gets the new table by
 * pointer swap, and sockets not concerned lose nothing.
 *
 * @param eng   the engine
 * @param conf  what to open; read during the call only
 * @param[out] sock  on success the socket, owned by the engine, valid until rsd_sock_close() or
 *                   rsd_engine_destroy(); otherwise unchanged
 * @return 0; -EINVAL port 0, no handler, or unknown flags; -EADDRNOTAVAIL local is not an address
 *         of the engine; -EADDRINUSE another socket has the port on that address or on any;
 *         -ENOSPC the table is full; -ENOMEM no memory
 * @par Thread control thread only
 */
int rsd_sock_open(struct rsd_engine *eng, const struct rsd_sock_conf *conf, struct rsd_sock **sock);

/**
 * Close a socket and wait until no core can be in its handler any more.
 * Packets it holds stay held and must still be brought back.
 *
 * @param sock  the socket; must not be used afterwards
 * @return 0; -ENOMEM the new table could not be built and the socket is still open
 * @par Thread control thread only, never from a handler
 */
int rsd_sock_close(struct rsd_sock *sock);

/**
 * Name of a socket as listings show it.
 *
 * @param sock  an open socket
 * @return its name, valid while the socket is open
 * @par Thread any
 */
const char *rsd_sock_name(const struct rsd_sock *sock);

/**
 * Send back a packet kept by RSD_HOLD. Headers are turned round, checksums made right, and the
 * core that received it sends it.
 *
 * @param eng  the engine
 * @param p    a held packet. On success it is given to the engine; otherwise the caller keeps it
 * @param verdict  RSD_ANSWER or RSD_ANSWER_SAME, with the meaning they have in a handler
 * @return 0; -EINVAL another verdict; -EAGAIN the core's return ring is full for now
 * @par Thread any
 */
int rsd_pkt_answer(struct rsd_engine *eng, struct rsd_pkt *p, enum rsd_verdict verdict);

/**
 * Give up a packet kept by RSD_HOLD. It is counted as delivered.
 *
 * @param eng  the engine
 * @param p    a held packet. On success it is given to the engine, which brings it home; otherwise
 *             the caller keeps it
 * @return 0; -EAGAIN the core's return ring is full for now
 * @par Thread any
 */
int rsd_pkt_release(struct rsd_engine *eng, struct rsd_pkt *p);

#ifdef __cplusplus
}
#endif
#endif
