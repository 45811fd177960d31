/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two pages a buffer, in memory that EAL knows and can share with a vhost-user peer: headers up to
 * the end of the first, payload from the beginning of the second.
 *
 *	| ... headroom | headers || payload                | ... headroom | headers || payload
 *	      page 0                    page 1 (closed)          page 2
 *
 * Buffers go home through the queue of the pool every time (it has no caches in front), and are
 * opened there: wherever a datagram ends, the next one to use its buffer finds it readable.
 */
#define ALLOW_EXPERIMENTAL_API /* rte_pktmbuf_pool_create_extbuf() */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <rte_errno.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_mempool.h>
#include <rte_ring.h>

#include "base/err.h"
#include "ledger/guard_state.h"

#define OPS "rsd_guard"

static int
home_make(struct rte_mempool *mp)
{
	unsigned int size = rte_align32pow2(mp->size + 1);

	mp->pool_data = rte_ring_create(OPS, size, mp->socket_id, 0);
	return mp->pool_data != NULL ? 0 : -rte_errno;
}

static void
home_free(struct rte_mempool *mp)
{
	rte_ring_free(mp->pool_data);
}

static void
open_up(struct rsd_guard *g, void *const *objs, unsigned int nb)
{
	unsigned int n;

	for (n = 0; n < nb; n++) {
		const struct rte_mbuf *m = objs[n];
		uint32_t i = rsd_guard_find(g, m->buf_addr);

		if (i == RSD_GUARD_NO_BUF)
			continue;
		rsd_guard_open(g, i);
		g->buf[i].placed = false;
	}
}

static int
home_put(struct rte_mempool *mp, void *const *objs, unsigned int nb)
{
	/* While the pool is filled for the first time its mbufs lead nowhere yet. */
	if (rsd_the_guard != NULL)
		open_up(rsd_the_guard, objs, nb);
	return rte_ring_mp_enqueue_bulk(mp->pool_data, objs, nb, NULL) == 0 ? -ENOBUFS : 0;
}

static int
home_get(struct rte_mempool *mp, void **objs, unsigned int nb)
{
	return rte_ring_mc_dequeue_bulk(mp->pool_data, objs, nb, NULL) == 0 ? -ENOBUFS : 0;
}

static unsigned int
home_count(const struct rte_mempool *mp)
{
	return rte_ring_count(mp->pool_data);
}

static const struct rte_mempool_ops guard_ops = {
	.name = OPS,
	.alloc = home_make,
	.free = home_free,
	.enqueue = home_put,
	.dequeue = home_get,
	.get_count = home_count,
};

RTE_MEMPOOL_REGISTER_OPS(guard_ops)

/* -- making it ------------------------------------------------------------------------------- */

uint64_t
rsd_guard_bytes(unsigned int nb_bufs)
{
	return 2 * (uint64_t)nb_bufs * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int
reserve(struct rsd_guard *g, int node, struct rsd_error *err)
{
	uint64_t bytes = rsd_guard_bytes(g->nb_bufs);

	if (2 * g->page > UINT16_MAX)
		return rsd_err(err, RSD_EXIT_NOT_READY, -ENOTSUP,
			"--guard: this kernel's pages of %zu KiB are too large for a buffer's "
			"headers and payload to have one each, expected at most 16",
			g->page >> 10);
	g->zone = rte_memzone_reserve_aligned(
		"rsd_guard_pages", bytes, node, RTE_MEMZONE_SIZE_HINT_ONLY, g->page);
	if (g->zone == NULL)
		return rsd_err(err, RSD_EXIT_NOT_READY, -ENOMEM,
			"--guard: no memory for %u buffers of two pages (%u MiB): %s; give a "
			"smaller --mbufs",
			g->nb_bufs, (unsigned int)(bytes >> 20), rte_strerror(rte_errno));
	if (g->zone->hugepage_sz > g->page)
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"--guard: huge pages cannot be closed in part, expected --no-huge among "
			"the EAL options");
	g->pages = g->zone->addr;
	return 0;
}

/* The pool asks for its queue by the name that is preferred at the time. */
static struct rte_mempool *
make_pool(const struct rsd_guard *g, int node)
{
	const size_t before = RTE_PKTMBUF_HEADROOM + g->headers, off = g->page - before;
	const rte_iova_t iova = g->zone->iova;
	const struct rte_pktmbuf_extmem mem = {
		.buf_ptr = g->pages + off,
		.buf_iova = iova == RTE_BAD_IOVA ? RTE_BAD_IOVA : iova + off,
		.buf_len = 2 * (size_t)g->nb_bufs * g->page,
		.elt_size = (uint16_t)(2 * g->page),
	};
	char usual[RTE_MEMPOOL_OPS_NAMESIZE];
	struct rte_mempool *mp;

	snprintf(usual, sizeof(usual), "%s", rte_mbuf_best_mempool_ops());
	if (rte_mbuf_set_user_mempool_ops(OPS) != 0)
		return NULL;
	mp = rte_pktmbuf_pool_create_extbuf(
		"rsd_guard", g->nb_bufs, 0, 0, (uint16_t)(before + g->page), node, &mem, 1);
	rte_mbuf_set_user_mempool_ops(usual);
	return mp;
}

int
rsd_guard_pool_make(struct rsd_guard *g, int node, struct rsd_error *err)
{
	int ret = reserve(g, node, err);

	if (ret != 0)
		return ret;
	g->pool = make_pool(g, node);
	if (g->pool == NULL)
		return rsd_err(err, RSD_EXIT_NOT_READY, -ENOMEM,
			"--guard: no pool of %u buffers: %s", g->nb_bufs, rte_strerror(rte_errno));
	return 0;
}

/* EAL clears memory that it gets back. */
void
rsd_guard_pool_free(struct rsd_guard *g)
{
	uint32_t i;

	for (i = 0; g->pages != NULL && i < g->nb_bufs; i++)
		rsd_guard_open(g, i);
	rte_mempool_free(g->pool);
	rte_memzone_free(g->zone);
}
