/* SPDX-License-Identifier: BSD-3-Clause */
/* Closing and opening: who has a datagram when. */
#define _GNU_SOURCE /* gettid() */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_malloc.h>

#include "base/err.h"
#include "ledger/guard_state.h"
#include "wire/parse.h"

struct rsd_guard *rsd_the_guard;

/* -- one buffer ------------------------------------------------------------------------------ */

/* A page that is open already needs no system call, nor does one that only changes hands. */
bool
rsd_guard_close(struct rsd_guard *g, uint32_t i, enum rsd_guard_state state)
{
	bool was_open = rsd_guard_state(g, i) == RSD_GUARD_OPEN;

	__atomic_store_n(&g->buf[i].state, (uint8_t)state, __ATOMIC_RELEASE);
	if (!was_open || mprotect(rsd_guard_payload(g, i), g->page, PROT_NONE) == 0)
		return true;
	/* Each closed page is a mapping of its own, and a process may have so many only. */
	__atomic_store_n(&g->buf[i].state, RSD_GUARD_OPEN, __ATOMIC_RELEASE);
	return false;
}

/* Joins mappings, so that it cannot fail for want of another. */
void
rsd_guard_open(struct rsd_guard *g, uint32_t i)
{
	if (rsd_guard_state(g, i) == RSD_GUARD_OPEN)
		return;
	if (mprotect(rsd_guard_payload(g, i), g->page, PROT_READ | PROT_WRITE) == 0)
		__atomic_store_n(&g->buf[i].state, RSD_GUARD_OPEN, __ATOMIC_RELEASE);
}

/* -- on the polling core --------------------------------------------------------------------- */

/*
 * Is this a datagram in normal form whose payload begins a page of ours? Then the stages have no
 * business there. Of everything else the host part may have to read more than a UDP header:
 * options, the sum of an ICMP echo.
 */
static bool
is_placed(const struct rsd_guard *g, const struct rsd_guard_queue *q, const struct rte_mbuf *m,
	uint32_t i)
{
	const uint8_t *eth = rte_pktmbuf_mtod(m, const uint8_t *);
	const uint64_t flags = m->ol_flags;

	if (i == RSD_GUARD_NO_BUF || m->nb_segs != 1 || (flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0)
		return false;
	if (q->sums && (flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) != RTE_MBUF_F_RX_L4_CKSUM_GOOD)
		return false;
	return eth + g->headers == rsd_guard_payload(g, i) &&
	       rsd_wire_fast(q->wire, eth, m->data_len);
}

static bool
close_one(const struct rsd_guard_watch *w, const struct rte_mbuf *m, uint16_t packet)
{
	struct rsd_guard *g = w->core->guard;
	uint32_t i = rsd_guard_find(g, m->buf_addr);
	struct rsd_guard_buf *b = i != RSD_GUARD_NO_BUF ? &g->buf[i] : NULL;

	if (b != NULL)
		b->placed = false;
	if (w->core->nb == RSD_GUARD_BURST || !is_placed(g, &w->q, m, i))
		return false;
	b->worker = (uint16_t)w->q.worker;
	b->port = (uint16_t)w->q.port;
	b->queue = w->q.queue_id;
	b->packet = packet;
	b->len = (uint16_t)(m->data_len - g->headers);
	b->placed = rsd_guard_close(g, i, RSD_GUARD_STAGES);
	if (b->placed)
		w->core->buf[w->core->nb++] = i;
	return b->placed;
}

/* The driver has handed over a burst. */
static uint16_t
received(uint16_t port, uint16_t queue, struct rte_mbuf **pkt, uint16_t nb, uint16_t max, void *arg)
{
	const struct rsd_guard_watch *w = arg;
	struct rsd_guard_core *core = w->core;
	uint16_t i, closed = 0;

	(void)port;
	(void)queue;
	(void)max;
	if (unlikely(core->tid == 0))
		__atomic_store_n(&core->tid, (int)gettid(), __ATOMIC_RELEASE);
	for (i = 0; i < nb; i++)
		closed += close_one(w, pkt[i], i);
	__atomic_store_n(&core->closed, core->closed + closed, __ATOMIC_RELAXED);
	__atomic_store_n(&core->open, core->open + nb - closed, __ATOMIC_RELAXED);
	return nb;
}

/* The driver is about to take what is to be sent. */
static uint16_t
sending(uint16_t port, uint16_t queue, struct rte_mbuf **pkt, uint16_t nb, void *arg)
{
	const struct rsd_guard_watch *w = arg;

	(void)port;
	(void)queue;
	rsd_guard_hand_out(w->core->guard, pkt, nb);
	return nb;
}

void
rsd_guard_end(struct rsd_guard_core *core)
{
	struct rsd_guard *g = core->guard;
	uint16_t i;

	for (i = 0; i < core->nb; i++) {
		if (rsd_guard_state(g, core->buf[i]) != RSD_GUARD_STAGES)
			continue;
		rsd_guard_open(g, core->buf[i]);
		__atomic_fetch_add(&g->handed, 1, __ATOMIC_RELAXED);
	}
	core->nb = 0;
}

/* -- between core and program ---------------------------------------------------------------- */

void
rsd_guard_wait(struct rsd_guard *g, struct rte_mbuf *const *pkt, unsigned int nb)
{
	unsigned int n;

	for (n = 0; n < nb; n++) {
		uint32_t i = rsd_guard_find(g, pkt[n]->buf_addr);

		if (i != RSD_GUARD_NO_BUF && rsd_guard_state(g, i) == RSD_GUARD_STAGES)
			rsd_guard_close(g, i, RSD_GUARD_WAITING);
	}
}

void
rsd_guard_hand_out(struct rsd_guard *g, struct rte_mbuf *const *pkt, unsigned int nb)
{
	unsigned int n;

	for (n = 0; n < nb; n++) {
		uint32_t i = rsd_guard_find(g, pkt[n]->buf_addr);

		if (i == RSD_GUARD_NO_BUF)
			continue;
		if (rsd_guard_state(g, i) == RSD_GUARD_WAITING)
			__atomic_fetch_add(&g->handed, 1, __ATOMIC_RELAXED);
		rsd_guard_open(g, i);
	}
}

/* Where it was closed before and its frame begins where it did, it can be closed again. */
void
rsd_guard_take_in(struct rsd_guard *g, struct rte_mbuf *const *pkt, unsigned int nb)
{
	unsigned int n;

	for (n = 0; n < nb; n++) {
		const struct rte_mbuf *m = pkt[n];
		uint32_t i = rsd_guard_find(g, m->buf_addr);

		if (i != RSD_GUARD_NO_BUF && g->buf[i].placed && m->nb_segs == 1 &&
			rte_pktmbuf_mtod(m, const uint8_t *) + g->headers ==
				rsd_guard_payload(g, i))
			rsd_guard_close(g, i, RSD_GUARD_BACK);
	}
}

/* -- control --------------------------------------------------------------------------------- */

static struct rsd_guard *
alloc(const struct rsd_guard_conf *conf)
{
	struct rsd_guard *g = calloc(1, sizeof(*g));
	unsigned int i;

	if (g == NULL)
		return NULL;
	g->nb_bufs = conf->nb_bufs;
	g->nb_workers = conf->nb_workers;
	g->headers = conf->headers;
	g->page = (size_t)sysconf(_SC_PAGESIZE);
	g->buf = calloc(conf->nb_bufs, sizeof(*g->buf));
	g->core = calloc(conf->nb_workers, sizeof(*g->core));
	for (i = 0; g->core != NULL && i < conf->nb_workers; i++)
		g->core[i].guard = g;
	return g;
}

struct rsd_guard *
rsd_guard_create(const struct rsd_guard_conf *conf, struct rsd_error *err)
{
	struct rsd_guard *g;
	int ret;

	if (rsd_the_guard != NULL) {
		rsd_err(err, RSD_EXIT_INTERNAL, -EBUSY, "--guard: this process has a guard");
		return NULL;
	}
	g = alloc(conf);
	if (g == NULL || g->buf == NULL || g->core == NULL)
		ret = rsd_err(err, RSD_EXIT_NOT_READY, -ENOMEM, "--guard: no memory");
	else
		ret = rsd_guard_pool_make(g, conf->node, err);
	if (ret == 0 && rsd_guard_fault_catch(g) != 0)
		ret = rsd_err(
			err, RSD_EXIT_INTERNAL, -errno, "--guard: sigaction: %s", strerror(errno));
	if (ret != 0) {
		rsd_guard_destroy(g);
		return NULL;
	}
	return g;
}

void
rsd_guard_destroy(struct rsd_guard *g)
{
	if (g == NULL)
		return;
	rsd_guard_unwatch(g);
	rsd_guard_pool_free(g);
	rsd_guard_fault_release(g);
	free(g->core);
	free(g->buf);
	free(g);
}

struct rte_mempool *
rsd_guard_pool(const struct rsd_guard *g)
{
	return g->pool;
}

struct rsd_guard_core *
rsd_guard_core(struct rsd_guard *g, unsigned int worker, const volatile uint8_t *place)
{
	if (worker >= g->nb_workers)
		return NULL;
	g->core[worker].place = place;
	return &g->core[worker];
}

static int
add_watch(struct rsd_guard *g, struct rsd_guard_watch *w)
{
	struct rsd_guard_watch **more =
		realloc(g->watch, (g->nb_watches + 1) * sizeof(struct rsd_guard_watch *));

	if (more == NULL)
		return -ENOMEM;
	g->watch = more;
	g->watch[g->nb_watches++] = w;
	return 0;
}

int
rsd_guard_watch(struct rsd_guard *g, const struct rsd_guard_queue *q)
{
	struct rsd_guard_watch *w = calloc(1, sizeof(*w));

	if (w == NULL || q->worker >= g->nb_workers || add_watch(g, w) != 0) {
		free(w);
		return w == NULL ? -ENOMEM : -EINVAL;
	}
	w->q = *q;
	w->core = &g->core[q->worker];
	w->tx = rte_eth_add_tx_callback(q->port_id, q->queue_id, sending, w);
	if (w->tx != NULL)
		w->rx = rte_eth_add_rx_callback(q->port_id, q->queue_id, received, w);
	return w->rx != NULL ? 0 : -rte_errno;
}

/* What a callback was made with is freed by whoever took it out, when it cannot run any more. */
static void
drop_watch(struct rsd_guard_watch *w)
{
	if (w->rx != NULL && rte_eth_remove_rx_callback(w->q.port_id, w->q.queue_id, w->rx) == 0)
		rte_free((void *)(uintptr_t)w->rx);
	if (w->tx != NULL && rte_eth_remove_tx_callback(w->q.port_id, w->q.queue_id, w->tx) == 0)
		rte_free((void *)(uintptr_t)w->tx);
	free(w);
}

void
rsd_guard_unwatch(struct rsd_guard *g)
{
	while (g->nb_watches != 0)
		drop_watch(g->watch[--g->nb_watches]);
	free(g->watch);
	g->watch = NULL;
}

void
rsd_guard_get_totals(const struct rsd_guard *g, struct rsd_guard_totals *t)
{
	unsigned int i;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < g->nb_workers; i++) {
		t->closed += __atomic_load_n(&g->core[i].closed, __ATOMIC_RELAXED);
		t->open += __atomic_load_n(&g->core[i].open, __ATOMIC_RELAXED);
	}
	t->handed = __atomic_load_n(&g->handed, __ATOMIC_RELAXED);
}
