/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <rte_byteorder.h>
#include <rte_cycles.h>
#include <rte_ether.h>
#include <rte_malloc.h>
#include <rte_mempool.h>

#include <ringside/pkt.h>

#include "ledger/custody.h"
#include "ledger/custody_look.h"

enum out_state {
	OUT_FREE,
	OUT_KEPT,
	OUT_BACK,
};

#define NOT_SENDING UINT16_MAX

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

/* One writer; readers may see it a moment late, but never torn. */
static void
count(uint64_t *n, uint64_t add)
{
	__atomic_store_n(n, *n + add, __ATOMIC_RELAXED);
}

/* -- trails ---------------------------------------------------------------------------------- */

/* The slot of trail n, to be written: readers stay away until close_slot(). NULL: gone already. */
static struct rsd_trail *
open_slot(struct rsd_custody *c, uint64_t n, bool is_new)
{
	struct rsd_custody_slot *s = &c->ring[n % RSD_TRAILS];

	if (!is_new && s->trail.number != n)
		return NULL;
	__atomic_store_n(&s->seq, s->seq + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	return &s->trail;
}

static void
close_slot(struct rsd_custody *c, uint64_t n)
{
	struct rsd_custody_slot *s = &c->ring[n % RSD_TRAILS];

	__atomic_store_n(&s->seq, s->seq + 1, __ATOMIC_RELEASE);
}

static void
note_at(struct rsd_trail *t, enum rsd_place place, const struct rsd_custody_pkt *r)
{
	t->note[place] = (struct rsd_trail_note){ rte_rdtsc(), r->mbuf, r->payload };
}

static void
trail_moved(struct rsd_trail *t, enum rsd_place place)
{
	if (!t->moved)
		t->moved_at = place;
	t->moved = true;
}

/* The burst's trail is as long as it gets for now. */
static void
publish(struct rsd_custody *c, enum rsd_trail_end end)
{
	c->trail.end = end;
	*open_slot(c, c->trail.number, true) = c->trail;
	close_slot(c, c->trail.number);
	c->traced = -1;
}

static void
begin_trail(struct rsd_custody *c, const struct rte_mbuf *m, const struct rsd_custody_head *h,
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
	note_at(t, RSD_PLACE_DRIVER_RX, &c->pkt[c->traced]);
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

/* Write down a packet as it lies now. r keeps its room for segments when it has any. */
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
			count(&c->totals.missed, 1);
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

		rsd_custody_head(pkt[i], &h);
		write_down(c, r, pkt[i], h.len);
		r->flow = h.flow;
		r->pass = c->pass;
		c->order[i] = (uint16_t)i;
		if ((int)i == c->traced)
			begin_trail(c, pkt[i], &h, nb);
	}
	c->nb = c->nb_now = (uint16_t)nb;
	c->cursor = 0;
	if (nb != 0) {
		count(&c->totals.bursts, 1);
		count(&c->totals.samples, nb);
	}
	c->place = RSD_PLACE_PARSE;
}

/* The one with that mbuf among those that were there after the last stage; NULL: none. */
static struct rsd_custody_pkt *
find(struct rsd_custody *c, const struct rte_mbuf *m)
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
 * There are mbufs that nobody received. A stage that puts a packet into another one frees the
 * first, which may be taken for the next packet: so no mbuf says who it is any more. Stages keep
 * the order, so they are told by that and by their flows, which are in the headers.
 */
static void
tell_apart(struct rsd_custody *c, struct rte_mbuf *const *pkt, unsigned int nb,
	struct rsd_custody_pkt **now)
{
	unsigned int i, k, from = 0;

	for (i = 0; i < nb; i++) {
		uint32_t flow = rsd_custody_flow(pkt[i], c->headers);

		for (k = from; k < c->nb_now && c->pkt[c->order[k]].flow != flow; k++)
			;
		if (k == c->nb_now)
			k = from;
		now[i] = k < c->nb_now ? &c->pkt[c->order[k]] : NULL;
		from = k + 1;
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
		count(&t->moved, 1);
		count(&t->moved_bytes, r->bytes);
		if (traced)
			trail_moved(&c->trail, place);
	} else if (unlikely(r->mbuf != m)) {
		count(&t->remapped, 1);
	}
	if (unlikely(!still || r->mbuf != m))
		write_down(c, r, m, c->headers);
	if (traced)
		note_at(&c->trail, place, r);
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
		now[i] = find(c, pkt[i]);
		strange |= now[i] == NULL;
	}
	if (unlikely(strange))
		tell_apart(c, pkt, nb, now);
	for (i = 0; i < nb; i++) {
		if (unlikely(now[i] == NULL)) { /* more than there were */
			count(&c->totals.place[place].moved, 1);
			continue;
		}
		now[i]->pass = c->pass;
		compare(c, place, now[i], pkt[i]);
		c->order[nb_now++] = (uint16_t)(now[i] - c->pkt);
	}
	count(&c->totals.place[place].samples, nb);
	c->nb_now = (uint16_t)nb_now;
	c->cursor = 0;
	if (c->traced >= 0 && c->pkt[c->traced].pass != c->pass)
		publish(c, RSD_TRAIL_LEFT);
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
		count(&t->moved, 1);
		count(&t->moved_bytes, r->bytes);
		r->mbuf = pkt[i];
		r->payload = NULL; /* it is not ours to look at any more */
		if (r - c->pkt == c->traced)
			trail_moved(&c->trail, RSD_PLACE_TX);
	}
	count(&t->samples, nb);
	if (c->traced < 0)
		return;
	note_at(&c->trail, RSD_PLACE_TX, &c->pkt[c->traced]);
	c->trail.note[RSD_PLACE_DRIVER_TX] = c->trail.note[RSD_PLACE_TX];
	publish(c, RSD_TRAIL_SENT);
}

void
rsd_custody_end(struct rsd_custody *c)
{
	c->place = RSD_PLACES;
}

/* -- packets that are kept ------------------------------------------------------------------- */

static struct rsd_custody_out *
free_out(struct rsd_custody *c)
{
	unsigned int k;

	for (k = 0; k < RSD_CUSTODY_OUT; k++) {
		c->next_out = c->next_out + 1 < RSD_CUSTODY_OUT ? c->next_out + 1 : 0;
		if (c->out[c->next_out].state == OUT_FREE)
			return &c->out[c->next_out];
	}
	return NULL;
}

static void
keep(struct rsd_custody *c, struct rsd_custody_out *o, const struct rsd_custody_pkt *r)
{
	o->pkt = *r;
	o->pkt.nb_segs = RTE_MIN(r->nb_segs, RSD_TRAIL_SEGS);
	memcpy(o->seg, &c->segs[r->seg], o->pkt.nb_segs * sizeof(o->seg[0]));
	o->state = OUT_KEPT;
	o->trail = 0;
	c->nb_out++;
	if (r->nb_segs > RSD_TRAIL_SEGS)
		count(&c->totals.missed, r->nb_segs - RSD_TRAIL_SEGS);
	if (r - c->pkt != c->traced)
		return;
	o->trail = c->trail.number;
	note_at(&c->trail, RSD_PLACE_SERVICE, r);
	publish(c, RSD_TRAIL_KEPT);
}

void
rsd_custody_held(struct rsd_custody *c, struct rte_mbuf *m)
{
	unsigned int tag = RSD_TAG_OF(m->hash.fdir.lo);
	struct rsd_custody_pkt *r;
	struct rsd_custody_out *o;

	if (c->place >= RSD_PLACES) { /* not from a watched burst; perhaps it came back just now */
		if (tag != 0 && c->out[tag - 1].state == OUT_BACK) {
			c->out[tag - 1].state = OUT_KEPT;
			c->nb_back--;
		}
		return;
	}
	r = find(c, m);
	if (r == NULL)
		return; /* one receiver's copy of a group datagram, which was counted as such */
	o = free_out(c);
	if (o == NULL) {
		count(&c->totals.missed, 1);
		return;
	}
	keep(c, o, r);
	tag = (unsigned int)(o - c->out) + 1;
	m->hash.fdir.lo =
		(m->hash.fdir.lo & ~(RSD_TAG_MASK << RSD_TAG_SHIFT)) | tag << RSD_TAG_SHIFT;
}

/* A kept packet's trail goes on. */
static void
note_out(struct rsd_custody *c, const struct rsd_custody_out *o, enum rsd_place place, bool moved)
{
	struct rsd_trail *t = o->trail != 0 ? open_slot(c, o->trail, false) : NULL;

	if (t == NULL)
		return;
	if (moved)
		trail_moved(t, place);
	note_at(t, place, &o->pkt);
	if (place == RSD_PLACE_TX) {
		t->note[RSD_PLACE_DRIVER_TX] = t->note[RSD_PLACE_TX];
		t->end = RSD_TRAIL_SENT;
	}
	close_slot(c, o->trail);
}

static void
count_out(struct rsd_custody *c, const struct rsd_custody_out *o, enum rsd_place place, bool moved)
{
	struct rsd_custody_place *t = &c->totals.place[place];

	count(&t->samples, 1);
	count(&t->moved, moved);
	count(&t->moved_bytes, moved ? o->pkt.bytes : 0);
}

void
rsd_custody_back(struct rsd_custody *c, struct rte_mbuf *m, unsigned int tag, bool other_payload)
{
	struct rsd_custody_out *o = &c->out[tag - 1];
	uint32_t off = rsd_pkt_offset((const struct rsd_pkt *)m);
	const struct rte_mbuf *seg;
	bool still;

	if (o->state != OUT_KEPT)
		return;
	still = rsd_custody_lies_still(m, off, &o->pkt, o->seg);
	if (still && o->pkt.mbuf != m)
		count(&c->totals.place[RSD_PLACE_QUEUE].remapped, 1);
	o->pkt.mbuf = m;
	o->pkt.payload = rsd_custody_payload(m, off, &seg);
	count_out(c, o, RSD_PLACE_QUEUE, !still);
	note_out(c, o, RSD_PLACE_QUEUE, !still);
	o->state = OUT_BACK;
	o->sending = NOT_SENDING;
	o->other_payload = other_payload;
	c->nb_back++;
}

static void
release(struct rsd_custody *c, struct rsd_custody_out *o)
{
	o->state = OUT_FREE;
	c->nb_out--;
	c->nb_back--;
}

void
rsd_custody_back_sending(struct rsd_custody *c, struct rte_mbuf *const *pkt, unsigned int nb)
{
	unsigned int i, k;

	c->place = RSD_PLACE_TX;
	for (k = 0; c->nb_back != 0 && k < RSD_CUSTODY_OUT; k++) {
		struct rsd_custody_out *o = &c->out[k];

		for (i = 0; o->state == OUT_BACK && i < nb; i++)
			if (pkt[i] == o->pkt.mbuf)
				o->sending = (uint16_t)i;
	}
}

void
rsd_custody_back_sent(struct rsd_custody *c, struct rte_mbuf *const *pkt, unsigned int nb)
{
	unsigned int k;

	for (k = 0; c->nb_back != 0 && k < RSD_CUSTODY_OUT; k++) {
		struct rsd_custody_out *o = &c->out[k];
		bool moved;

		if (o->state != OUT_BACK || o->sending >= nb)
			continue;
		moved = pkt[o->sending] != o->pkt.mbuf;
		o->pkt.mbuf = pkt[o->sending];
		if (moved || o->other_payload)
			o->pkt.payload = NULL;
		count_out(c, o, RSD_PLACE_TX, moved);
		note_out(c, o, RSD_PLACE_TX, moved);
		release(c, o);
	}
	c->place = RSD_PLACES;
}

void
rsd_custody_back_end(struct rsd_custody *c)
{
	struct rsd_trail *t;
	unsigned int k;

	for (k = 0; c->nb_back != 0 && k < RSD_CUSTODY_OUT; k++) {
		struct rsd_custody_out *o = &c->out[k];

		if (o->state != OUT_BACK)
			continue;
		t = o->trail != 0 ? open_slot(c, o->trail, false) : NULL;
		if (t != NULL) {
			t->end = RSD_TRAIL_LEFT;
			close_slot(c, o->trail);
		}
		release(c, o);
	}
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
rsd_custody_trails(const struct rsd_custody *c, struct rsd_trail *out, unsigned int max)
{
	unsigned int i, j, nb = 0;

	for (i = 0; i < RSD_TRAILS && nb < max; i++)
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
