/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "wire/csum.h"
#include "wire/local.h"

static rte_be32_t
subnet_bcast(const struct rsd_wire_addr *a)
{
	return a->addr | rte_cpu_to_be_32(a->len >= 32 ? 0 : UINT32_MAX >> a->len);
}

bool
rsd_wire_is_subnet_bcast(const struct rsd_wire_local *w, rte_be32_t addr)
{
	unsigned int i;

	for (i = 0; i < w->nb_addr; i++)
		if (w->addr[i].len < 31 && addr == subnet_bcast(&w->addr[i]))
			return true;
	return false;
}

static bool
set_try(struct rsd_wire_set *set, const rte_be32_t *members, unsigned int nb)
{
	unsigned int i;

	memset(set->slot, 0, sizeof(set->slot));
	/* An empty slot must not match what hashes to it: zero hashes to slot 0, so that one
	 * differs. */
	for (i = 1; set->slot[0] == 0; i++)
		if ((uint32_t)(i * set->mul) >> 22 != 0)
			set->slot[0] = i;
	for (i = 0; i < nb; i++) {
		rte_be32_t *slot = &set->slot[(uint32_t)(members[i] * set->mul) >> 22];

		if (*slot == members[i])
			continue;
		if ((uint32_t)(*slot * set->mul) >> 22 == (uint32_t)(slot - set->slot) &&
			*slot != 0)
			return false;
		*slot = members[i];
	}
	return true;
}

/*
 * Multipliers are tried in a fixed order until none of the members collide. With 128 members in
 * 1024 slots one in about 3,000 fits, with a handful nearly all do.
 */
static void
set_build(struct rsd_wire_set *set, const rte_be32_t *members, unsigned int nb)
{
	for (set->mul = 0x9e3779b1; !set_try(set, members, nb);
		set->mul = set->mul * 0x2545f491 + 2)
		;
}

/*
 * The pattern of a datagram in normal form. Lengths are filled in frame by frame; the destination
 * is part of it only when there is but one address.
 */
static void
pattern_build(struct rsd_wire_local *w)
{
	static const uint8_t l3_want[16] = { 0x08, 0x00, 0x45, [11] = 17 };
	static const uint8_t l3_mask[16] = { 0xff, 0xff,
		0xff, [4] = 0xff, [5] = 0xff, [8] = 0x3f, [9] = 0xff, [11] = 0xff };
	struct rsd_wire_pattern *p = &w->pattern;

	memset(p, 0, sizeof(*p));
	memcpy(p->want[0], &w->mac_want, 8);
	memcpy(p->mask[0], &w->mac_mask, 8);
	memcpy(p->want[0] + 12, &w->tag_want, 4);
	memcpy(p->mask[0] + 12, &w->tag_mask, 4);
	memcpy(p->want[1], l3_want, 16);
	memcpy(p->mask[1], l3_mask, 16);
	memset(p->mask[2] + 12, 0xff, 2);
	if (w->nb_addr == 1) {
		memcpy(p->want[2] + 4, &w->addr[0].addr, 4);
		memset(p->mask[2] + 4, 0xff, 4);
	}
}

/* What must stand at an offset of the frame: 16 bytes of the pattern, and where a length stands
 * among them. */
static void
wide_put(struct rsd_wire_local *w, unsigned int at, unsigned int piece, unsigned int length)
{
	struct rsd_wire_wide *x = &w->wide;
	unsigned int i;

	for (i = 0; i < 16; i++) {
		bool is_length = i == length || i == length + 1;

		if (is_length)
			x->lengths[at + i] = UINT8_MAX;
		else
			x->mask[at + i] |= w->pattern.mask[piece][i];
		x->want[at + i] |= is_length ? 0 : w->pattern.want[piece][i];
	}
}

/*
 * The UDP sum's pseudo header has the length a second time (RFC 768). The word summed for it is the
 * IPv4 header's, which is 20 more, since it stands before the 64th byte for sure: so 20 are taken
 * off, which is to add their complement.
 */
static void
wide_build(struct rsd_wire_local *w)
{
	const unsigned int ip = w->l2_len / 2u, udp = ip + 10;
	struct rsd_wire_wide *x = &w->wide;
	unsigned int i;

	memset(x, 0, sizeof(*x));
	wide_put(w, 0, 0, 16);
	wide_put(w, w->l2_len - 2u, 1, 4);
	wide_put(w, w->l2_len + 12u, 2, 12);
	for (i = ip; i < udp; i++)
		x->in_ip[i] = 1;
	x->in_udp[ip + 1] = 1;
	for (i = ip + 6; i < RTE_DIM(x->in_udp); i++)
		x->in_udp[i] = 1;
	for (i = 0; i < RTE_DIM(x->in_ip); i++) {
		x->sign[i] = 0x8000;
		x->to_add[0] += (uint32_t)x->in_ip[i] << 15;
		x->to_add[1] += (uint32_t)x->in_udp[i] << 15;
	}
	x->to_add[1] += (uint32_t)RTE_BE16(17) + UINT16_MAX - RTE_BE16(20);
	x->to_add[2] = x->to_add[0];
	x->to_add[3] = x->to_add[1];
	x->banned[0] = w->addr[0].addr;
	x->banned[1] = w->addr[0].len < 31 ? subnet_bcast(&w->addr[0]) : w->addr[0].addr;
}

static void
lengths_build(struct rsd_wire_local *w)
{
	unsigned int len;

	for (len = w->l2_len + 28u; len <= RSD_WIRE_JUMBO; len++) {
		w->lengths[len].ip = rte_cpu_to_be_16((uint16_t)(len - w->l2_len));
		w->lengths[len].udp = rte_cpu_to_be_16((uint16_t)(len - w->l2_len - 20));
	}
}

int
rsd_wire_local_init(struct rsd_wire_local *w, const uint8_t *mac, uint16_t vlan, uint16_t mtu,
	const struct rsd_wire_addr *addr, unsigned int nb)
{
	rte_be32_t own[RSD_WIRE_ADDR_MAX], banned[2 * RSD_WIRE_ADDR_MAX];
	unsigned int i, nb_banned = 0;

	if (nb > RSD_WIRE_ADDR_MAX)
		return -EINVAL;
	memset(w, 0, sizeof(*w));
	memcpy(&w->mac, mac, 6);
	/* Byte 6 is the first of the source: its group bit must be clear. */
	w->mac_want = w->mac;
	w->mac_mask = UINT64_C(0x0001ffffffffffff);
	w->l2_len = vlan == 0 ? 14 : 18;
	w->vlan = vlan;
	if (vlan != 0) {
		uint8_t want[4] = { 0x81, 0x00, (uint8_t)(vlan >> 8), (uint8_t)vlan };
		uint8_t mask[4] = { 0xff, 0xff, 0x0f, 0xff };

		memcpy(&w->tag_want, want, 4);
		memcpy(&w->tag_mask, mask, 4);
	}
	w->max_frame = (uint32_t)mtu + w->l2_len;
	w->nb_addr = nb;
	for (i = 0; i < nb; i++) {
		w->addr[i] = addr[i];
		own[i] = addr[i].addr;
		banned[nb_banned++] = addr[i].addr;
		if (addr[i].len < 31)
			banned[nb_banned++] = subnet_bcast(&addr[i]);
	}
	set_build(&w->own, own, nb);
	set_build(&w->banned, banned, nb_banned);
	memset(w->bad_octet + RSD_WIRE_NET_MAX + 1, 1, UINT8_MAX - RSD_WIRE_NET_MAX);
	w->bad_octet[0] = 1;
	w->bad_octet[RSD_WIRE_NET_LOOP] = 1;
	pattern_build(w);
	wide_build(w);
	lengths_build(w);
	return 0;
}
