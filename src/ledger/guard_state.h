/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the guard share. */
#ifndef RSD_LEDGER_GUARD_STATE_H
#define RSD_LEDGER_GUARD_STATE_H

#include <signal.h>

#include <rte_ethdev.h>
#include <rte_memzone.h>

#include "ledger/guard.h"

#define RSD_GUARD_BURST 256

/* Who has a buffer, and so whether its payload can be read. */
enum rsd_guard_state {
	RSD_GUARD_OPEN,
	RSD_GUARD_STAGES,  /* closed: the stages of its polling core have it */
	RSD_GUARD_WAITING, /* closed: it waits in the queue of a socket */
	RSD_GUARD_BACK,    /* closed: the program gave it back */
};

/* One buffer. Written by whoever has it; read by the fault handler. */
struct rsd_guard_buf {
	uint8_t state;
	bool placed;     /* what it holds was closed on receipt, so it may be closed again */
	uint16_t worker; /* who received it */
	uint16_t port, queue;
	uint16_t packet; /* its place in the burst, from 0 */
	uint16_t len;    /* bytes of payload, and padding behind it */
};

struct rsd_guard_core {
	struct rsd_guard *guard;
	const volatile uint8_t *place; /* enum rsd_place; NULL: no such worker */
	int tid;                       /* of its thread, once it has polled */
	uint16_t nb;                   /* closed in this burst */
	uint32_t buf[RSD_GUARD_BURST];
	uint64_t closed, open; /* totals; written by the core */
};

/* A queue with its callbacks. */
struct rsd_guard_watch {
	struct rsd_guard_queue q;
	struct rsd_guard_core *core;
	const struct rte_eth_rxtx_callback *rx, *tx;
};

struct rsd_guard {
	uint8_t *pages; /* two a buffer: headers, payload */
	size_t page;    /* bytes of one */
	unsigned int nb_bufs, nb_workers, headers;
	struct rsd_guard_buf *buf;
	struct rsd_guard_core *core;
	struct rsd_guard_watch **watch;
	unsigned int nb_watches;
	uint64_t handed;
	const struct rte_memzone *zone;
	struct rte_mempool *pool;
	struct sigaction before; /* whom a fault elsewhere belongs to */
};

/* The one there is; NULL. */
extern struct rsd_guard *rsd_the_guard;

#define RSD_GUARD_NO_BUF UINT32_MAX

/* Which buffer an address lies in. */
static inline uint32_t
rsd_guard_find(const struct rsd_guard *g, const void *addr)
{
	size_t off = (size_t)((uintptr_t)addr - (uintptr_t)g->pages);

	off /= 2 * g->page;
	return off < g->nb_bufs ? (uint32_t)off : RSD_GUARD_NO_BUF;
}

static inline uint8_t *
rsd_guard_payload(const struct rsd_guard *g, uint32_t i)
{
	return g->pages + (2 * (size_t)i + 1) * g->page;
}

static inline enum rsd_guard_state
rsd_guard_state(const struct rsd_guard *g, uint32_t i)
{
	return (enum rsd_guard_state)__atomic_load_n(&g->buf[i].state, __ATOMIC_ACQUIRE);
}

/* Close buffer i, or say who has it now; false: it could not be closed, and is open. */
bool rsd_guard_close(struct rsd_guard *g, uint32_t i, enum rsd_guard_state state);
void rsd_guard_open(struct rsd_guard *g, uint32_t i);

/* guard_pool.c: memory and pool; a buffer that goes home is opened. */
int rsd_guard_pool_make(struct rsd_guard *g, int node, struct rsd_error *err);
void rsd_guard_pool_free(struct rsd_guard *g);

/* guard_fault.c */
int rsd_guard_fault_catch(struct rsd_guard *g);
void rsd_guard_fault_release(struct rsd_guard *g);

#endif
