/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that the program keeps: followed until they are back, and sent or not. */
#include <string.h>

#include <ringside/pkt.h>

#include "ledger/custody_inner.h"

enum out_state {
	OUT_FREE,
	OUT_KEPT,
	OUT_BACK,
};

#define NOT_SENDING UINT16_MAX

static void
count_one(struct rsd_custody *c, enum rsd_place place, const struct rsd_custody_pkt *r, bool moved)
{
	struct rsd_custody_place *t = &c->totals.place[place];

	rsd_custody_count(&t->samples, 1);
	rsd_custody_count(&t->moved, moved);
	rsd_custody_count(&t->moved_bytes, moved ? r->bytes : 0);
}

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
		rsd_custody_count(&c->totals.missed, r->nb_segs - RSD_TRAIL_SEGS);
	if (r - c->pkt != c->traced)
		return;
	o->trail = c->trail.number;
	rsd_trail_note(&c->trail, RSD_PLACE_SERVICE, r);
	rsd_trail_publish(c, RSD_TRAIL_KEPT);
}

void
rsd_custody_held(struct rsd_custody *c, struct rte_mbuf *m)
{
	unsigned int tag = RSD_TAG_OF(m->hash.fdir.lo);
	const struct rte_mbuf *seg;
	struct rsd_custody_pkt *r;
	struct rsd_custody_out *o;
	bool still;

	if (c->place >= RSD_PLACES) { /* not from a watched burst; perhaps it came back just now */
		if (tag != 0 && c->out[tag - 1].state == OUT_BACK) {
			c->out[tag - 1].state = OUT_KEPT;
			c->nb_back--;
		}
		return;
	}
	r = rsd_custody_find(c, m);
	if (r == NULL)
		return; /* one receiver's copy of a group datagram, which was counted as such */
	still = rsd_custody_lies_still(m, c->headers, r, &c->segs[r->seg]);
	count_one(c, RSD_PLACE_SERVICE, r, !still);
	o = free_out(c);
	if (o == NULL) {
		rsd_custody_count(&c->totals.missed, 1);
		return;
	}
	if (!still) {
		r->payload = rsd_custody_payload(m, c->headers, &seg);
		r->nb_segs = 0;
	}
	keep(c, o, r);
	tag = (unsigned int)(o - c->out) + 1;
	m->hash.fdir.lo =
		(m->hash.fdir.lo & ~(RSD_TAG_MASK << RSD_TAG_SHIFT)) | tag << RSD_TAG_SHIFT;
}

static void
end_trail(struct rsd_custody *c, const struct rsd_custody_out *o, enum rsd_trail_end end)
{
	struct rsd_trail *t = o->trail != 0 ? rsd_trail_open(c, o->trail, false) : NULL;

	if (t == NULL)
		return;
	t->end = end;
	rsd_trail_close(c, o->trail);
}

void
rsd_custody_not_held(struct rsd_custody *c, struct rte_mbuf *m)
{
	unsigned int tag = RSD_TAG_OF(m->hash.fdir.lo);
	struct rsd_custody_out *o;

	if (tag == 0)
		return;
	o = &c->out[tag - 1];
	end_trail(c, o, RSD_TRAIL_LEFT);
	o->state = OUT_FREE;
	c->nb_out--;
}

/* A kept packet's trail goes on. */
static void
note_out(struct rsd_custody *c, const struct rsd_custody_out *o, enum rsd_place place, bool moved)
{
	struct rsd_trail *t = o->trail != 0 ? rsd_trail_open(c, o->trail, false) : NULL;

	if (t == NULL)
		return;
	if (moved)
		rsd_trail_moved(t, place);
	rsd_trail_note(t, place, &o->pkt);
	if (place == RSD_PLACE_TX) {
		t->note[RSD_PLACE_DRIVER_TX] = t->note[RSD_PLACE_TX];
		t->end = RSD_TRAIL_SENT;
	}
	rsd_trail_close(c, o->trail);
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
		rsd_custody_count(&c->totals.place[RSD_PLACE_QUEUE].remapped, 1);
	o->pkt.mbuf = m;
	o->pkt.payload = rsd_custody_payload(m, off, &seg);
	count_one(c, RSD_PLACE_QUEUE, &o->pkt, !still);
	note_out(c, o, RSD_PLACE_QUEUE, !still);
	o->state = OUT_BACK;
	o->sending = NOT_SENDING;
	o->other_payload = other_payload;
	c->nb_back++;
}

void
rsd_custody_received_again(struct rsd_custody *c, const struct rte_mbuf *m)
{
	unsigned int k;

	for (k = 0; k < RSD_CUSTODY_OUT; k++) {
		struct rsd_custody_out *o = &c->out[k];

		if (o->state != OUT_KEPT || o->pkt.mbuf != m)
			continue;
		o->pkt.payload = NULL;
		count_one(c, RSD_PLACE_QUEUE, &o->pkt, true);
		note_out(c, o, RSD_PLACE_QUEUE, true);
		o->state = OUT_FREE;
		c->nb_out--;
	}
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
		count_one(c, RSD_PLACE_TX, &o->pkt, moved);
		note_out(c, o, RSD_PLACE_TX, moved);
		release(c, o);
	}
	c->place = RSD_PLACES;
}

void
rsd_custody_back_end(struct rsd_custody *c)
{
	unsigned int k;

	for (k = 0; c->nb_back != 0 && k < RSD_CUSTODY_OUT; k++) {
		struct rsd_custody_out *o = &c->out[k];

		if (o->state != OUT_BACK)
			continue;
		end_trail(c, o, RSD_TRAIL_LEFT);
		release(c, o);
	}
}
