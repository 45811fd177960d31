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
	memset(w->bad_octet + 224, 1, 32);
	w->bad_octet[0] = 1;
	w->bad_octet[127] = 1;
	pattern_build(w);
	lengths_build(w);
	return 0;
}
