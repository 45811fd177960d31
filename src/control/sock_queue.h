/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues of sockets, and what the program holds of a socket: control's side of <ringside/recv.h>.
 */
#ifndef RSD_CONTROL_SOCK_QUEUE_H
#define RSD_CONTROL_SOCK_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include <ringside/sock.h>

struct rsd_engine;

/*
 * Give a socket a queue in place of a handler: sets its queue, handler and arg. Before the socket
 * is found by any core, and with its id and flags set. 0; -EINVAL longer than RSD_SOCK_QUEUE_MAX;
 * -ENOBUFS the pool cannot spare that many buffers (a line has said so); -ENOMEM; -EMFILE.
 */
int rsd_sock_queue_create(struct rsd_engine *eng, struct rsd_sock *s, unsigned int len);

/*
 * Bring home what waits in the queue, as sock_closed. No core may feed it any more: the socket is
 * out of the table and a grace period has passed, or the cores have ended.
 */
void rsd_sock_queue_drain(struct rsd_engine *eng, struct rsd_sock *s);

/* Free the queue, if there is one; what is still in it is not looked at. */
void rsd_sock_queue_destroy(struct rsd_engine *eng, struct rsd_sock *s);

/* How many wait in the queue of s; 0 without one. *len: how many it holds at most. */
unsigned int rsd_sock_queue_fill(const struct rsd_sock *s, unsigned int *len);

/* held.c: packets of a socket that are with the program or in its queue. */
uint64_t rsd_sock_held(const struct rsd_engine *eng, const struct rsd_sock *s);

/*
 * A socket that has left the table. Its id and its counters are not free for another before all its
 * packets are back: it is freed now when they are, else by a later rsd_sock_reap(). Under the
 * engine's sock_lock, as the others below.
 */
void rsd_sock_linger(struct rsd_engine *eng, struct rsd_sock *s);
void rsd_sock_reap(struct rsd_engine *eng);

/* The engine goes: forget those that never came back. */
void rsd_sock_forget(struct rsd_engine *eng);

/* Who holds packets now, in words: "echo:7 holds 2, time:13 (closed) holds 1"; "" nobody. */
void rsd_sock_holders(const struct rsd_engine *eng, char *text, size_t size);

#endif
