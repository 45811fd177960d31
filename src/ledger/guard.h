/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The guard: payloads that the CPU cannot read while the engine has them.
 *
 * Buffers lie so that the headers of a datagram in normal form end where a page of memory ends, and
 * its payload begins the next page. That page is closed (no access) as soon as the driver has
 * handed the burst over, and opened again when the device is about to take the answer, when the
 * buffer goes home, or when the program is given the datagram. Whoever touches the payload between
 * ends the process, with a line that says in which stage, which byte, which packet.
 *
 * One guard a process: a fault finds it without being given a pointer.
 */
#ifndef RSD_LEDGER_GUARD_H
#define RSD_LEDGER_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include <ringside/engine.h>

#include "wire/local.h"

struct rsd_guard;

/* One polling core under the guard. */
struct rsd_guard_core;

struct rsd_guard_conf {
	unsigned int nb_bufs;
	unsigned int nb_workers;
	unsigned int headers; /* bytes of Ethernet, tag, IPv4 and UDP header, on every port */
	int node;             /* NUMA node, or SOCKET_ID_ANY */
};

/* A queue whose frames are to be guarded, and who polls it. */
struct rsd_guard_queue {
	unsigned int worker;
	unsigned int port; /* as people count them; may differ from port_id */
	uint16_t port_id, queue_id;
	const struct rsd_wire_local *wire;
	bool sums; /* a sum that the device did not find good is checked by the engine, which
		      reads: such datagrams stay open */
};

struct rsd_guard_totals {
	uint64_t closed; /* payloads that nobody could read */
	uint64_t open;   /* frames left readable: no datagrams in normal form, or not placed */
	uint64_t handed; /* of those closed: given to a thread of the program */
};

/* Bytes of memory that so many buffers take, headers and payload pages. */
uint64_t rsd_guard_bytes(unsigned int nb_bufs);

/*
 * Memory, pool and fault handler. Needs EAL on ordinary pages: huge ones cannot be closed in part.
 * Control thread. NULL with err filled.
 */
struct rsd_guard *rsd_guard_create(const struct rsd_guard_conf *conf, struct rsd_error *err);

/* The pool must be whole again, and nobody may poll a guarded queue any more. */
void rsd_guard_destroy(struct rsd_guard *g);

/* The guard's own pool, to receive into. */
struct rte_mempool *rsd_guard_pool(const struct rsd_guard *g);

/* The core of that worker. place: which enum rsd_place runs there now, as struct rsd_custody has
 * it. */
struct rsd_guard_core *rsd_guard_core(
	struct rsd_guard *g, unsigned int worker, const volatile uint8_t *place);

/*
 * Close what a configured queue receives, open what it is given to send. Control thread, before the
 * queue is polled. 0 or -errno.
 */
int rsd_guard_watch(struct rsd_guard *g, const struct rsd_guard_queue *q);

/* On all queues no more. Before their ports are closed; may be called twice. */
void rsd_guard_unwatch(struct rsd_guard *g);

/* Polling core: the burst is done with; whatever of it is still closed the program has by now. */
void rsd_guard_end(struct rsd_guard_core *core);

/*
 * On their way between core and program, any thread. Datagrams are put into the queue of a socket
 * and stay closed; are taken out of it by the program and opened; are given back by the program and
 * closed.
 */
void rsd_guard_wait(struct rsd_guard *g, struct rte_mbuf *const *pkt, unsigned int nb);
void rsd_guard_hand_out(struct rsd_guard *g, struct rte_mbuf *const *pkt, unsigned int nb);
void rsd_guard_take_in(struct rsd_guard *g, struct rte_mbuf *const *pkt, unsigned int nb);

void rsd_guard_get_totals(const struct rsd_guard *g, struct rsd_guard_totals *t);

#endif
