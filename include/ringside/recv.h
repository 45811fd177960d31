/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Receiving in threads of one's own: a queue a socket, and many packets back at once.
 *
 * A socket opened with rsd_sock_conf.queue_len in place of a handler has a queue. The polling cores
 * put its datagrams there, in the buffers they arrived in; threads of the process take them out,
 * look at them where they lie, and bring each back with an answer or without one. Nothing is copied
 * on that way, and a core never waits for a thread.
 *
 * A socket never has more than queue_len buffers, in its queue and in the hands of its readers
 * together; every polling core has an equal share of them. Datagrams beyond that are dropped as
 * sock_queue_full, so a reader that is slow, stuck or gone costs nobody else anything.
 *
 * A reader that sleeps while nothing comes:
 *
 *	for (;;) {
 *		nb = rsd_sock_recv_burst(sock, pkts, 32);
 *		if (nb != 0)
 *			work(pkts, nb);
 *		else if (rsd_sock_wait_arm(sock) == 0)
 *			poll(&(struct pollfd){ rsd_sock_wait_fd(sock), POLLIN, 0 }, 1, -1);
 *	}
 */
#ifndef RINGSIDE_RECV_H
#define RINGSIDE_RECV_H

#ifdef __cplusplus
extern "C" {
#endif

#include <stdint.h>

#include <ringside/sock.h>

/** The longest queue: rsd_sock_conf.queue_len. */
#define RSD_SOCK_QUEUE_MAX (1u << 20)

/**
 * Take datagrams from the queue of a socket.
 *
 * @param sock  an open socket with a queue
 * @param[out] pkts  room for n packets. Those returned are given to the caller, who brings each
 *                   back with an answer or a release, as one kept by RSD_HOLD
 * @param n  how many are wanted at most; more than 256 are not given at once
 * @return how many were taken, oldest first; 0 the queue is empty
 * @par Thread any, several at a time; never blocks
 */
uint16_t rsd_sock_recv_burst(struct rsd_sock *sock, struct rsd_pkt **pkts, uint16_t n);

/**
 * Send back many packets, as rsd_pkt_answer() does one.
 *
 * @param eng  the engine
 * @param pkts  n held packets. The first ones, as many as is returned, are given to the engine; the
 *              others the caller keeps
 * @param n  how many
 * @param verdict  RSD_ANSWER or RSD_ANSWER_SAME, for all of them
 * @return 0 to n, fewer than n when a core's return ring is full for now; -EINVAL another verdict
 * @par Thread any
 */
int rsd_pkt_answer_burst(
	struct rsd_engine *eng, struct rsd_pkt *const *pkts, uint16_t n, enum rsd_verdict verdict);

/**
 * Give up many packets, as rsd_pkt_release() does one.
 *
 * @param eng  the engine
 * @param pkts  n held packets. The first ones, as many as is returned, are given to the engine; the
 *              others the caller keeps
 * @param n  how many
 * @return 0 to n, fewer than n when a core's return ring is full for now
 * @par Thread any
 */
uint16_t rsd_pkt_release_burst(struct rsd_engine *eng, struct rsd_pkt *const *pkts, uint16_t n);

/**
 * The descriptor that readers of a socket sleep on: for poll(2), level-triggered epoll(7) or
 * select(2). It becomes readable when something came after rsd_sock_wait_arm(). Do not read it:
 * arming resets it.
 *
 * @param sock  an open socket
 * @return a descriptor that belongs to the socket; -EINVAL the socket has no queue
 * @par Thread any
 */
int rsd_sock_wait_fd(const struct rsd_sock *sock);

/**
 * Announce that the caller is about to sleep. Only then does a core, with the next datagram, make
 * the one system call that wakes all readers of the socket which sleep; a reader that stays awake
 * costs none.
 *
 * @param sock  an open socket with a queue, found empty
 * @return 0 sleep now; 1 something has come meanwhile, do not sleep
 * @par Thread any, several at a time
 */
int rsd_sock_wait_arm(struct rsd_sock *sock);

/**
 * Wake all readers of a socket, though nothing has come: so that they notice they are to end.
 * The descriptor stays readable until one of them arms again.
 *
 * @param sock  an open socket with a queue
 * @par Thread any; async-signal-safe
 */
void rsd_sock_wait_wake(const struct rsd_sock *sock);

#ifdef __cplusplus
}
#endif
#endif
