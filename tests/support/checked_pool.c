/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_mempool.h>

#include "support/checked_pool.h"

#if defined(__SANITIZE_ADDRESS__)
#define GUARDED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GUARDED 1
#endif
#endif
#ifndef GUARDED
#define GUARDED 0
#endif

#if GUARDED
#include <sanitizer/asan_interface.h>
#define forbid(p, len) __asan_poison_memory_region(p, len)
#define allow(p, len)  __asan_unpoison_memory_region(p, len)
#else
#define forbid(p, len) ((void)(p), (void)(len))
#define allow(p, len)  ((void)(p), (void)(len))
#endif

#define JUNK 0xdb

/* In the private area of each mbuf, which nobody else touches. */
struct mark {
	uint32_t out; /* 0 home */
	uint32_t serial;
	const char *what;
};

static struct rte_mempool *pool;
static void **home; /* a stack: what was freed last is handed out first */
static unsigned int nb_home;
static bool guard;
static struct rsd_pool_report seen;

static struct mark *
mark_of(struct rte_mbuf *m)
{
	return rte_mbuf_to_priv(m);
}

static void
note(unsigned int *count, const struct mark *k, const char *fault)
{
	(*count)++;
	if (seen.first[0] == '\0')
		snprintf(seen.first, sizeof(seen.first), "%s %u %s",
			k->what == NULL ? "mbuf" : k->what, k->serial, fault);
}

static int
pool_alloc(struct rte_mempool *mp)
{
	home = calloc(mp->size, sizeof(*home));
	nb_home = 0;
	return home == NULL ? -ENOMEM : 0;
}

static void
pool_free(struct rte_mempool *mp)
{
	(void)mp;
	free(home);
	home = NULL;
}

static void
come_home(struct rte_mbuf *m)
{
	struct mark *k = mark_of(m);

	if (GUARDED && guard)
		allow(m, pool->elt_size);
	if (k->out == 0) {
		note(&seen.freed_twice, k, "was freed twice");
		return;
	}
	if (rte_mbuf_refcnt_read(m) != 1 || m->next != NULL || m->nb_segs != 1)
		note(&seen.dirty, k, "came home shared or chained");
	k->out = 0;
	memset(m->buf_addr, JUNK, m->buf_len);
	home[nb_home++] = m;
	if (guard)
		forbid(m, pool->elt_size);
}

static int
pool_enqueue(struct rte_mempool *mp, void *const *objs, unsigned int n)
{
	unsigned int i;

	(void)mp;
	for (i = 0; i < n; i++) {
		if (pool == NULL) /* it is being filled for the first time, mbufs come later */
			home[nb_home++] = objs[i];
		else
			come_home(objs[i]);
	}
	return 0;
}

static int
pool_dequeue(struct rte_mempool *mp, void **objs, unsigned int n)
{
	unsigned int i;

	if (n > nb_home)
		return -ENOBUFS;
	for (i = 0; i < n; i++) {
		objs[i] = home[--nb_home];
		allow(objs[i], mp->elt_size);
		mark_of(objs[i])->out = 1;
		mark_of(objs[i])->what = NULL;
	}
	return 0;
}

static unsigned int
pool_count(const struct rte_mempool *mp)
{
	(void)mp;
	return nb_home;
}

static const struct rte_mempool_ops checked_ops = {
	.name = "rsd_checked",
	.alloc = pool_alloc,
	.free = pool_free,
	.enqueue = pool_enqueue,
	.dequeue = pool_dequeue,
	.get_count = pool_count,
};

RTE_MEMPOOL_REGISTER_OPS(checked_ops)

struct rte_mempool *
rsd_pool_get(void)
{
	if (pool == NULL) {
		pool = rte_pktmbuf_pool_create_by_ops("rsd_test_pool", RSD_POOL_SIZE, 0,
			RTE_ALIGN(sizeof(struct mark), RTE_MBUF_PRIV_ALIGN),
			RTE_PKTMBUF_HEADROOM + RSD_POOL_ROOM, SOCKET_ID_ANY, "rsd_checked");
		if (pool == NULL) {
			fprintf(stderr, "no pool: %s\n", rte_strerror(rte_errno));
			abort();
		}
	}
	return pool;
}

struct rte_mbuf *
rsd_pool_take(const char *what, unsigned int serial)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(rsd_pool_get());

	if (m == NULL) {
		fprintf(stderr, "%s %u: the pool is empty\n", what, serial);
		abort();
	}
	mark_of(m)->what = what;
	mark_of(m)->serial = serial;
	return m;
}

static void
call_home(struct rte_mempool *mp, void *arg, void *obj, unsigned int i)
{
	struct rte_mbuf *m = obj;

	(void)arg;
	(void)i;
	allow(m, mp->elt_size);
	if (mark_of(m)->out == 0)
		return;
	rte_mbuf_refcnt_set(m, 1);
	m->next = NULL;
	m->nb_segs = 1;
	come_home(m);
}

void
rsd_pool_reset(bool on)
{
	unsigned int i;

	rte_mempool_obj_iter(rsd_pool_get(), call_home, NULL);
	memset(&seen, 0, sizeof(seen));
	guard = on;
	for (i = 0; guard && i < nb_home; i++)
		forbid(home[i], pool->elt_size);
}

static void
note_if_out(struct rte_mempool *mp, void *arg, void *obj, unsigned int i)
{
	struct rte_mbuf *m = obj;
	bool hidden = GUARDED && guard;

	(void)arg;
	(void)i;
	if (hidden)
		allow(m, mp->elt_size);
	if (mark_of(m)->out != 0)
		note(&seen.absent, mark_of(m), "never came home");
	else if (hidden)
		forbid(m, mp->elt_size);
}

void
rsd_pool_check(struct rsd_pool_report *report)
{
	seen.absent = 0;
	rte_mempool_obj_iter(rsd_pool_get(), note_if_out, NULL);
	*report = seen;
}

void
rsd_pool_forbid(const void *p, size_t len)
{
	if (guard)
		forbid(p, len);
}

void
rsd_pool_allow(const void *p, size_t len)
{
	allow(p, len);
}

void
rsd_pool_unguard_all(void)
{
	unsigned int i;

	for (i = 0; i < nb_home; i++)
		allow(home[i], pool->elt_size);
	guard = false;
}
