/* SPDX-License-Identifier: BSD-3-Clause */
/* Trails: the ring of the last ones, written by the core, read by anybody. */
#include <string.h>

#include <rte_cycles.h>
#include <rte_mempool.h>

#include "ledger/custody_inner.h"

struct rsd_trail *
rsd_trail_open(struct rsd_custody *c, uint64_t n, bool is_new)
{
	struct rsd_custody_slot *s = &c->ring[n % RSD_TRAILS];

	if (!is_new && s->trail.number != n)
		return NULL;
	__atomic_store_n(&s->seq, s->seq + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	return &s->trail;
}

void
rsd_trail_close(struct rsd_custody *c, uint64_t n)
{
	struct rsd_custody_slot *s = &c->ring[n % RSD_TRAILS];

	__atomic_store_n(&s->seq, s->seq + 1, __ATOMIC_RELEASE);
}

void
rsd_trail_note(struct rsd_trail *t, enum rsd_place place, const struct rsd_custody_pkt *r)
{
	t->note[place] = (struct rsd_trail_note){ rte_rdtsc(), r->mbuf, r->payload };
}

void
rsd_trail_moved(struct rsd_trail *t, enum rsd_place place)
{
	if (!t->moved)
		t->moved_at = place;
	t->moved = true;
}

void
rsd_trail_publish(struct rsd_custody *c, enum rsd_trail_end end)
{
	c->trail.end = end;
	*rsd_trail_open(c, c->trail.number, true) = c->trail;
	rsd_trail_close(c, c->trail.number);
	c->traced = -1;
}

void
rsd_trail_begin(struct rsd_custody *c, const struct rte_mbuf *m, const struct rsd_custody_head *h,
	unsigned int nb)
{
	struct rsd_trail *t = &c->trail;
	const struct rte_mbuf *seg = m;
	unsigned int i;

	*t = (struct rsd_trail){ .number = ++c->nb_trails,
		.worker = c->worker,
		.port_id = c->port_id,
		.queue_id = c->queue_id,
		.burst = (uint16_t)nb,
		.position = (uint16_t)c->traced,
		.src = h->src,
		.dst = h->dst,
		.sport = h->sport,
		.dport = h->dport,
		.frame_len = m->pkt_len,
		.headers = h->len,
		.buf_addr = m->buf_addr,
		.buf_iova = rte_mbuf_iova_get(m),
		.shared = RTE_MBUF_HAS_EXTBUF(m) ? m->shinfo : NULL,
		.nb_segs = m->nb_segs };
	memcpy(t->pool, m->pool->name, sizeof(t->pool));
	t->pool[sizeof(t->pool) - 1] = '\0';
	for (i = 0; i < RSD_TRAIL_SEGS && seg != NULL; i++, seg = seg->next)
		t->seg[i] = rte_pktmbuf_mtod(seg, const uint8_t *);
	rsd_trail_note(t, RSD_PLACE_DRIVER_RX, &c->pkt[c->traced]);
}

/* false: it is being written, or there is none. */
static bool
read_slot(const struct rsd_custody_slot *s, struct rsd_trail *out)
{
	uint32_t before = __atomic_load_n(&s->seq, __ATOMIC_ACQUIRE);

	if (before == 0 || (before & 1) != 0)
		return false;
	*out = s->trail;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&s->seq, __ATOMIC_RELAXED) == before;
}

unsigned int
rsd_custody_trails(const struct rsd_custody *c, struct rsd_trail out[RSD_TRAILS])
{
	unsigned int i, j, nb = 0;

	for (i = 0; i < RSD_TRAILS; i++)
		nb += read_slot(&c->ring[i], &out[nb]);
	/* Newest first. There are sixteen at most. */
	for (i = 1; i < nb; i++)
		for (j = i; j > 0 && out[j - 1].number < out[j].number; j--) {
			struct rsd_trail t = out[j];

			out[j] = out[j - 1];
			out[j - 1] = t;
		}
	return nb;
}
