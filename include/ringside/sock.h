/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Sockets: open, connect, close, handlers and their verdicts, packets kept for later.
 * What they mean is what they mean in Linux (udp(7), ip(7), ipv6(7), socket(7)).
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

/** An address and a port. All zero: any IPv4 address, any port. */
struct rsd_sockaddr {
	uint16_t family; /**< AF_INET or AF_INET6; 0 means AF_INET */
	uint16_t port;   /**< host order */
	union {
		rte_be32_t v4;  /**< network order; 0: any */
		uint8_t v6[16]; /**< all zero: any; ::ffff:a.b.c.d: an IPv4 address */
	};
};

/** The socket's answers are not checked against the list of ports that would loop. */
#define RSD_SOCK_NO_LOOP_GUARD (1u << 0)
/** The socket may send more bytes than it got. Only for known peers: RFC 8085 section 6. */
#define RSD_SOCK_MAY_AMPLIFY (1u << 1)
/** The socket never answers: its port is not a responder that could be part of a loop. */
#define RSD_SOCK_SILENT (1u << 2)
/** SO_REUSEPORT: share address and port with others that say so too; the flow's hash chooses. */
#define RSD_SOCK_REUSEPORT (1u << 3)
/** SO_REUSEADDR: share address and port with others that say so too; the newest is given all. */
#define RSD_SOCK_REUSEADDR (1u << 4)
/** IPV6_V6ONLY: an IPv6 socket on any address does not take IPv4 as well. */
#define RSD_SOCK_V6ONLY (1u << 5)

/** What to open. Zero what you do not use. */
struct rsd_sock_conf {
	const char *name; /**< for listings, at most 31 characters are kept; NULL: "user" */
	struct rsd_sockaddr local; /**< bind: one of the engine's addresses or any; port 0: a free
				    *   one of 32768 to 60999, chosen at random */
	struct rsd_sockaddr peer;  /**< connect: the only one it hears; port 0: not connected */
	const char *device;        /**< SO_BINDTODEVICE: a port of the engine, by its number as
				    *   text or its interface name; NULL: all */
	unsigned int cpu;       /**< SO_INCOMING_CPU: 1 + the worker that is preferred; 0: none */
	uint32_t owner;         /**< in place of a user id: others cannot join its reuse group */
	uint32_t flags;         /**< RSD_SOCK_... */
	rsd_handler_t handler;  /**< called on the core; NULL when queue_len is given */
	void *arg;              /**< handed to the handler; the same on every core */
	unsigned int queue_len; /**< datagrams its queue holds at most, 0: handler instead, see
				 *   <ringside/recv.h>; rounded up to a power of two */
};

/**
 * Open a socket: bind it, and connect it if a peer is given. Works before and after
 * rsd_engine_start(); on a running engine sockets not concerned lose nothing.
 *
 * @param eng   the engine
 * @param conf  what to open; read during the call only
 * @param[out] sock  on success the socket, owned by the engine, valid until rsd_sock_close() or
 *                   rsd_engine_destroy(); otherwise unchanged
 * @return 0; -EINVAL neither or both of handler and queue_len, unknown flags, or a peer of another
 *         family; -EAFNOSUPPORT a family other than the two; -EADDRNOTAVAIL local is not an
 *         address of the engine, a group or a broadcast address; -EADDRINUSE as Linux: another
 *         socket has the port on that address, on any, or on all of 32768 to 60999; -ENODEV no
 *         such device; -ENETUNREACH no address of the engine to connect from; -ENOSPC the table is
 *         full; -ENOBUFS the pool cannot spare queue_len buffers; -ENOMEM no memory
 * @par Thread any but a polling core; calls are put in order
 */
int rsd_sock_open(struct rsd_engine *eng, const struct rsd_sock_conf *conf, struct rsd_sock **sock);

/**
 * Connect a socket, or connect it to another peer: from now on it hears that peer only, and is
 * preferred for it. A socket bound to any address gets the engine's address that reaches the peer.
 *
 * @param sock  an open socket
 * @param peer  its peer, port not 0; NULL: connected to nobody again, on the address it was bound
 * to
 * @return 0; -EINVAL port 0 or an address of another family; -ENETUNREACH no address of the engine
 *         to connect from; -ENOSPC the table is full; -ENOMEM no memory. Unchanged on failure
 * @par Thread any but a polling core
 */
int rsd_sock_connect(struct rsd_sock *sock, const struct rsd_sockaddr *peer);

/**
 * Close a socket and wait until no core can be in its handler any more.
 * Packets it holds stay held and must still be brought back; what waits in its queue is dropped.
 *
 * @param sock  the socket; must not be used afterwards
 * @return 0; -ENOMEM nothing was changed and the socket is still open
 * @par Thread any but a polling core, never from a handler
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
 * Local address and port of a socket, as getsockname(2) gives them.
 *
 * @param sock  an open socket
 * @param[out] local  its address; the port that was chosen when it was opened with port 0
 * @par Thread any but a polling core
 */
void rsd_sock_local(const struct rsd_sock *sock, struct rsd_sockaddr *local);

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
