/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames into mbufs as a device would deliver them, and out again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/eal_fixture.h"

/* What a device left in the fields that the engine may use for itself. */
static void
soil(struct rte_mbuf *m)
{
	m->hash.fdir.hi = 0xdeadbeef;
	m->hash.fdir.lo = 0xfeedface;
	m->vlan_tci_outer = 0xbad0;
	m->ol_flags = RTE_MBUF_F_RX_RSS_HASH;
	m->packet_type = RTE_PTYPE_L4_FRAG;
}

static uint64_t
nic_flags(const struct rsd_spec *s)
{
	static const uint64_t l4[] = { RTE_MBUF_F_RX_L4_CKSUM_UNKNOWN, RTE_MBUF_F_RX_L4_CKSUM_GOOD,
		RTE_MBUF_F_RX_L4_CKSUM_BAD, RTE_MBUF_F_RX_L4_CKSUM_NONE };
	uint64_t flags = l4[s->nic];

	if (s->strip != RSD_SPEC_AUTO)
		flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	return flags;
}

/* Where in its buffer a device put the first segment. */
static void
place(struct rte_mbuf *m, const struct rsd_spec *s)
{
	if (s != NULL && s->headroom != RSD_SPEC_AUTO)
		m->data_off = (uint16_t)s->headroom;
	if (s != NULL && s->room != RSD_SPEC_AUTO)
		m->data_off = (uint16_t)(m->buf_len - s->room);
}

/* Where segment i ends that begins at byte at: where s says, or where the buffer does. */
static uint32_t
segment_end(const struct rsd_spec *s, uint32_t i, uint32_t at, uint32_t len)
{
	uint32_t end = s != NULL && i < s->nb_split && s->split[i] < len ? s->split[i] : len;

	return RTE_MIN(RTE_MAX(end, at), at + RSD_POOL_ROOM);
}

struct rte_mbuf *
rsd_fixture_mbuf(struct rsd_fixture *f, const struct rsd_frame *frame, const struct rsd_spec *s,
	const char *what)
{
	struct rte_mbuf *head = NULL, **link = &head, *seg = NULL;
	uint32_t at = 0, i = 0;

	do {
		uint32_t end = segment_end(s, i, at, frame->len), part = end - at;

		seg = rsd_pool_take(what, f->nb_pushed + 1);
		if (i == 0)
			place(seg, s);
		memcpy(rte_pktmbuf_mtod(seg, void *), frame->data + at, part);
		seg->data_len = (uint16_t)part;
		soil(seg);
		*link = seg;
		link = &seg->next;
		at = end;
		i++;
	} while (at < frame->len);
	head->nb_segs = (uint16_t)i;
	head->pkt_len = frame->len;
	if (s != NULL) {
		head->ol_flags |= nic_flags(s);
		head->vlan_tci = (uint16_t)s->strip;
	}
	if (f->conf.forbid_tail)
		rsd_pool_forbid(rte_pktmbuf_mtod_offset(seg, void *, seg->data_len),
			rte_pktmbuf_tailroom(seg));
	return head;
}

static void
push_one(struct rsd_fixture *f, unsigned int port, const char *text)
{
	struct rsd_frame frame;
	struct rsd_spec s;
	uint32_t i;

	rsd_spec_parse(text, &s);
	frame = rsd_spec_build(&s);
	for (i = 0; i < s.times; i++)
		rsd_fixture_push(f, port, rsd_fixture_mbuf(f, &frame, &s, "frame"));
	rsd_frame_free(&frame);
}

void
rsd_fixture_push_text(struct rsd_fixture *f, unsigned int port, const char *text)
{
	char copy[2048], *one, *save = NULL;

	snprintf(copy, sizeof(copy), "%s", text);
	for (one = strtok_r(copy, ";", &save); one != NULL; one = strtok_r(NULL, ";", &save))
		push_one(f, port, one);
}

struct rsd_frame
rsd_fixture_flat(const struct rte_mbuf *m)
{
	struct rsd_frame out = { malloc(m->pkt_len == 0 ? 1 : m->pkt_len), 0 };
	const struct rte_mbuf *seg;

	if (out.data == NULL)
		abort();
	for (seg = m; seg != NULL; seg = seg->next) {
		if (out.len + seg->data_len > m->pkt_len)
			break; /* the lengths of a chain do not agree: the caller sees a short frame
				*/
		memcpy(out.data + out.len, rte_pktmbuf_mtod(seg, void *), seg->data_len);
		out.len += seg->data_len;
	}
	return out;
}
