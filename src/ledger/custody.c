/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_cycles.h>
#include <rte_malloc.h>

#include "ledger/custody_inner.h"

static const char *const names[] = { "driver_rx", "parse", "lookup", "service", "queue", "tx",
	"driver_tx" };
_Static_assert(RTE_DIM(names) == RSD_PLACES, "a name for each place");

const char *
rsd_place_name(unsigned int place)
{
	return place < RSD_PLACES ? names[place] : NULL;
}

struct rsd_custody *
rsd_custody_create(uint32_t every, uint32_t worker, int node)
{
	struct rsd_custody *c =
		rte_zmalloc_socket("rsd_custody", sizeof(*c), RTE_CACHE_LINE_SIZE, node);

	if (c == NULL)
		return NULL;
	c->every = every;
	c->worker = worker;
	c->place = RSD_PLACES;
	c->traced = -1;
	return c;
}

void
rsd_custody_free(struct rsd_custody *c)
{
	rte_free(c);
}

/* -- a burst --------------------------------------------------------------------------------- */

void
rsd_custody_begin(struct rsd_custody *c, uint16_t port_id, uint16_t queue_id, uint16_t headers)
{
	c->port_id = port_id;
	c->queue_id = queue_id;
	c->headers = headers;
	c->nb = 0;
	c->nb_now = 0;
	c->nb_segs = 0;
	c->place = RSD_PLACE_DRIVER_RX;
}

/* Write down a packet as it lies now. */
static void
write_down(struct rsd_custody *c, struct rsd_custody_pkt *r, const struct rte_mbuf *m, uint32_t off)
{
	const struct rte_mbuf *seg;

	r->mbuf = m;
	r->payload = rsd_custody_payload(m, off, &seg);
	r->bytes = m->pkt_len - RTE_MIN(m->pkt_len, off);
	r->seg = c->nb_segs;
	r->nb_segs = 0;
	while ((seg = seg->next) != NULL) {
		if (c->nb_segs == RSD_CUSTODY_SEGS) {
			rsd_custody_count(&c->totals.missed, 1);
			break;
		}
		c->segs[c->nb_segs++] = rte_pktmbuf_mtod(seg, const uint8_t *);
		r->nb_segs++;
	}
}

void
rsd_custody_taken(struct rsd_custody *c, struct rte_mbuf *const *pkt, unsigned int nb)
{
	uint64_t tsc = rte_rdtsc();
	struct rsd_custody_head h;
	unsigned int i;

	/* Any of them, not always the first of a burst. */
	c->traced = nb == 0 ? -1 : (int)((uint32_t)(tsc ^ tsc >> 7) % nb);
	for (i = 0; i < nb; i++) {
		struct rsd_custody_pkt *r = &c->pkt[i];

		if (c->nb_out != 0)
			rsd_custody_received_again(c, pkt[i]);
		rsd_custody_head(pkt[i], &h);
		write_down(c, r, pkt[i], h.len);
		r->flow = h.flow;
		r->pass = c->pass;
		c->order[i] = (uint16_t)i;
		if ((int)i == c->traced)
			rsd_trail_begin(c, pkt[i], &h, nb);
	}
	c->nb = c->nb_now = (uint16_t)nb;
	c->cursor = 0;
	if (nb != 0) {
		rsd_custody_count(&c->totals.bursts, 1);
		rsd_custody_count(&c->totals.samples, nb);
	}
	c->place = RSD_PLACE_PARSE;
}

struct rsd_custody_pkt *
rsd_custody_find(struct rsd_custody *c, const struct rte_mbuf *m)
{
	unsigned int k, i = c->cursor;

	for (k = 0; k < c->nb_now; k++, i++) {
		i = i < c->nb_now ? i : 0;
		if (c->pkt[c->order[i]].mbuf == m) {
			c->cursor = (uint16_t)(i + 1);
			return &c->pkt[c->order[i]];
		}
	}
	return NULL;
}

/*
 * There are mbufs that nobody received, or that another packet was received in. A stage that puts a
 * packet into another one frees the first, which may be taken for the next packet: so no mbuf says
 * who it is any more. Stages keep the order of a flow, so packets are told by that and by their
 * flows, which are in the headers.
 */
static void
tell_apart(struct rsd_custody *c, struct rte_mbuf *const *pkt, unsigned int nb,
	struct rsd_custody_pkt **now)
{
	bool taken[RSD_CUSTODY_PKTS] = { false };
	unsigned int i, k, first = 0;

	for (i = 0; i < nb; i++) {
		uint32_t flow = rsd_custody_flow(pkt[i], c->headers);

		for (k = first; k < c->nb_now && (taken[k] || c->pkt[c->order[k]].flow != flow);
			k++)
			;
		if (k == c->nb_now && now[i] != NULL)
			continue;
		if (k == c->nb_now)
			k = first;
		now[i] = NULL;
		if (k < c->nb_now) {
			now[i] = &c->pkt[c->order[k]];
			taken[k] = true;
		}
		while (first < c->nb_now && taken[first])
			first++;
	}
}

/* Compare one packet with what was written down, and write it down anew when it has changed. */
static void
compare(struct rsd_custody *c, enum rsd_place place, struct rsd_custody_pkt *r,
	const struct rte_mbuf *m)
{
	struct rsd_custody_place *t = &c->totals.place[place];
	bool still = rsd_custody_lies_still(m, c->headers, r, &c->segs[r->seg]);
	bool traced = r - c->pkt == c->traced;

	if (unlikely(!still)) {
		rsd_custody_count(&t->moved, 1);
		rsd_custody_count(&t->moved_bytes, r->bytes);
		if (traced)
			rsd_trail_moved(&c->trail, place);
	} else if (unlikely(r->mbuf != m)) {
		rsd_custody_count(&t->remapped, 1);
	}
	if (unlikely(!still || r->mbuf != m))
		write_down(c, r, m, c->headers);
	if (traced)
		rsd_trail_note(&c->trail, place, r);
}

void
rsd_custody_note(
	struct rsd_custody *c, enum rsd_place place, struct rte_mbuf *const *pkt, unsigned int nb)
{
	struct rsd_custody_pkt *now[RSD_CUSTODY_PKTS];
	unsigned int i, nb_now = 0;
	bool strange = false;

	c->pass++;
	for (i = 0; i < nb; i++) {
		now[i] = rsd_custody_find(c, pkt[i]);
		strange |= now[i] == NULL || rsd_custody_flow(pkt[i], c->headers) != now[i]->flow;
	}
	if (unlikely(strange))
		tell_apart(c, pkt, nb, now);
	for (i = 0; i < nb; i++) {
		if (unlikely(now[i] == NULL)) { /* more than there were */
			rsd_custody_count(&c->totals.place[place].moved, 1);
			continue;
		}
		now[i]->pass = c->pass;
		compare(c, place, now[i], pkt[i]);
		c->order[nb_now++] = (uint16_t)(now[i] - c->pkt);
	}
	rsd_custody_count(&c->totals.place[place].samples, nb);
	c->nb_now = (uint16_t)nb_now;
	c->cursor = 0;
	if (c->traced >= 0 && c->pkt[c->traced].pass != c->pass)
		rsd_trail_publish(c, RSD_TRAIL_LEFT);
	c->place = place == RSD_PLACE_SERVICE ? RSD_PLACE_TX : (uint8_t)(place + 1);
}

void
rsd_custody_sent(struct rsd_custody *c, struct rte_mbuf *const *pkt, unsigned int nb)
{
	struct rsd_custody_place *t = &c->totals.place[RSD_PLACE_TX];
	unsigned int i;

	for (i = 0; i < nb && i < c->nb_now; i++) {
		struct rsd_custody_pkt *r = &c->pkt[c->order[i]];

		if (likely(pkt[i] == r->mbuf))
			continue;
		rsd_custody_count(&t->moved, 1);
		rsd_custody_count(&t->moved_bytes, r->bytes);
		r->mbuf = pkt[i];
		r->payload = NULL; /* it is not ours to look at any more */
		if (r - c->pkt == c->traced)
			rsd_trail_moved(&c->trail, RSD_PLACE_TX);
	}
	rsd_custody_count(&t->samples, nb);
	if (c->traced < 0)
		return;
	rsd_trail_note(&c->trail, RSD_PLACE_TX, &c->pkt[c->traced]);
	c->trail.note[RSD_PLACE_DRIVER_TX] = c->trail.note[RSD_PLACE_TX];
	rsd_trail_publish(c, RSD_TRAIL_SENT);
}

void
rsd_custody_end(struct rsd_custody *c)
{
	c->place = RSD_PLACES;
}

/* -- any thread -------------------------------------------------------------------------------- */

static void
add(uint64_t *to, const uint64_t *from)
{
	*to += __atomic_load_n(from, __ATOMIC_RELAXED);
}

void
rsd_custody_add_totals(const struct rsd_custody *c, struct rsd_custody_totals *t)
{
	unsigned int p;

	add(&t->bursts, &c->totals.bursts);
	add(&t->samples, &c->totals.samples);
	add(&t->missed, &c->totals.missed);
	for (p = 0; p < RSD_PLACES; p++) {
		add(&t->place[p].samples, &c->totals.place[p].samples);
		add(&t->place[p].moved, &c->totals.place[p].moved);
		add(&t->place[p].remapped, &c->totals.place[p].remapped);
		add(&t->place[p].moved_bytes, &c->totals.place[p].moved_bytes);
	}
}
