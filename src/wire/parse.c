/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "wire/parse.h"

#define TYPE_IP4  0x0800
#define TYPE_ARP  0x0806
#define TYPE_VLAN 0x8100
#define TYPE_QINQ 0x88a8
#define TYPE_IP6  0x86dd
#define TYPE_MIN  0x0600 /* below: a length, so LLC follows */

#define PROTO_ICMP 1
#define PROTO_UDP  17

#define ARP_LEN 28

/* A frame and where the parser stands in it. */
struct cursor {
	const struct rsd_wire_local *w;
	const uint8_t *data;
	uint32_t len;
	bool l2_group;
	bool many; /* to a group or broadcast address */
	struct rsd_wire_view *v;
};

static uint16_t
be16(const uint8_t *p)
{
	return rte_be_to_cpu_16(rsd_load16(p));
}

static void
drop(struct cursor *c, enum rsd_counter reason)
{
	c->v->kind = RSD_WIRE_DROP;
	c->v->reason = reason;
}

/* RFC 791 3.1: options end at END or at the header's end; a length below 2 or past it is malformed.
 */
static enum rsd_counter
check_options(const uint8_t *opt, uint32_t len)
{
	uint32_t i = 0;

	while (i < len) {
		if (opt[i] == 0)
			return RSD_C_MAX;
		if (opt[i] == 1) {
			i++;
			continue;
		}
		if (i + 1 >= len || opt[i + 1] < 2 || i + opt[i + 1] > len)
			return RSD_C_ip4_options;
		if (opt[i] == 131 || opt[i] == 137)
			return RSD_C_ip4_source_route;
		i += opt[i + 1];
	}
	return RSD_C_MAX;
}

static enum rsd_counter
not_ours(const struct cursor *c, rte_be32_t dst)
{
	uint32_t d = rte_be_to_cpu_32(dst);

	if (d == UINT32_MAX || rsd_wire_is_subnet_bcast(c->w, dst))
		return RSD_C_ip4_bcast;
	return d >> 28 == 14 ? RSD_C_ip4_mcast : RSD_C_ip4_not_us;
}

/* Ours is asked first: one network's broadcast may be our address in another, as the fast check
 * sees it too. */
static enum rsd_counter
check_ip4_addresses(struct cursor *c, rte_be32_t src, rte_be32_t dst)
{
	uint32_t s = rte_be_to_cpu_32(src);

	if (!rsd_wire_set_has(&c->w->own, dst)) {
		c->v->reason = not_ours(c, dst);
		if (c->v->reason == RSD_C_ip4_not_us)
			return RSD_C_ip4_not_us;
		c->many = true;
	} else if (c->l2_group) {
		return RSD_C_l2_bcast_unicast_ip;
	}
	if (rsd_wire_set_has(&c->w->own, src))
		return RSD_C_ip4_src_self;
	if (s >> 24 == 0 || s >> 24 == 127 || s >> 28 >= 14 || rsd_wire_is_subnet_bcast(c->w, src))
		return RSD_C_ip4_martian_src;
	return RSD_C_MAX;
}

static uint16_t
ip4_header_sum(const uint8_t *ip, uint32_t len)
{
	return rsd_csum_fold(rsd_csum_bytes(ip, len, 0));
}

static void
parse_udp(struct cursor *c, const uint8_t *udp, uint32_t room)
{
	struct rsd_wire_view *v = c->v;

	if (room < RSD_WIRE_UDP_LEN)
		return drop(c, RSD_C_udp_len);
	v->udp_len = be16(udp + 4);
	if (v->udp_len < RSD_WIRE_UDP_LEN || v->udp_len > room)
		return drop(c, RSD_C_udp_len);
	v->kind = c->many ? RSD_WIRE_UDP_MANY : RSD_WIRE_UDP;
}

/* ip has been found to be a whole header, so what remains is what it says. */
static void
parse_ip4_inner(struct cursor *c, const uint8_t *ip)
{
	struct rsd_wire_view *v = c->v;
	uint32_t room = v->ip_total - v->ip_len;
	enum rsd_counter reason;

	reason = check_ip4_addresses(c, rsd_load32(ip + 12), rsd_load32(ip + 16));
	if (reason == RSD_C_MAX)
		reason = check_options(ip + RSD_WIRE_IP4_LEN, v->ip_len - RSD_WIRE_IP4_LEN);
	if (reason == RSD_C_MAX && (be16(ip + 6) & 0x3fff) != 0)
		reason = RSD_C_ip4_frag;
	if (reason != RSD_C_MAX)
		return drop(c, reason);
	if (ip[9] == PROTO_UDP)
		return parse_udp(c, ip + v->ip_len, room);
	if (c->many)
		return drop(c, v->reason);
	if (ip[9] != PROTO_ICMP)
		return drop(c, RSD_C_ip4_proto);
	if (room < 8)
		return drop(c, RSD_C_icmp_bad);
	v->kind = RSD_WIRE_ICMP;
}

static void
parse_ip4(struct cursor *c, uint32_t frame_len)
{
	struct rsd_wire_view *v = c->v;
	const uint8_t *ip = c->data + v->l2_len;
	uint32_t left = c->len - v->l2_len;

	if (left < RSD_WIRE_IP4_LEN || ip[0] >> 4 != 4)
		return drop(c, RSD_C_ip4_hdr);
	v->ip_len = (uint16_t)((ip[0] & 15) * 4);
	v->ip_total = be16(ip + 2);
	if (v->ip_len < RSD_WIRE_IP4_LEN || v->ip_len > left || v->ip_total < v->ip_len)
		return drop(c, RSD_C_ip4_hdr);
	if (ip4_header_sum(ip, v->ip_len) != 0xffff)
		return drop(c, RSD_C_ip4_csum);
	if ((uint32_t)v->l2_len + v->ip_total > frame_len)
		return drop(c, RSD_C_ip4_trunc);
	parse_ip4_inner(c, ip);
}

/* Finds the EtherType behind the tag, if there is one. RSD_C_MAX, or why the tag is not ours. */
static enum rsd_counter
parse_tag(struct cursor *c, uint16_t *type)
{
	struct rsd_wire_view *v = c->v;
	uint16_t vid;

	*type = be16(c->data + 12);
	v->l2_len = 14;
	if (*type == TYPE_QINQ)
		return RSD_C_vlan_unknown;
	if (*type != TYPE_VLAN)
		return c->w->vlan == 0 ? RSD_C_MAX : RSD_C_vlan_unknown;
	if (c->len < 18)
		return RSD_C_eth_short;
	vid = be16(c->data + 14) & 0x0fff;
	*type = be16(c->data + 16);
	if (vid != c->w->vlan || *type == TYPE_VLAN || *type == TYPE_QINQ)
		return RSD_C_vlan_unknown;
	v->l2_len = 18;
	v->prio_tagged = vid == 0;
	return RSD_C_MAX;
}

static void
parse_type(struct cursor *c, uint16_t type, uint32_t frame_len)
{
	switch (type) {
	case TYPE_IP4:
		return parse_ip4(c, frame_len);
	case TYPE_ARP:
		if (c->len < (uint32_t)c->v->l2_len + ARP_LEN)
			return drop(c, RSD_C_arp_bad);
		c->v->kind = RSD_WIRE_ARP;
		return;
	case TYPE_IP6:
		return drop(c, RSD_C_ip6_unserved);
	default:
		return drop(c, type < TYPE_MIN ? RSD_C_eth_llc : RSD_C_eth_unknown_type);
	}
}

void
rsd_wire_parse(const struct rsd_wire_local *w, const uint8_t *data, uint32_t len,
	uint32_t frame_len, struct rsd_wire_view *v)
{
	struct cursor c = { .w = w, .data = data, .len = len, .v = v };
	enum rsd_counter reason;
	uint16_t type;

	memset(v, 0, sizeof(*v));
	if (len < 14)
		return drop(&c, RSD_C_eth_short);
	if ((data[6] & 1) != 0)
		return drop(&c, RSD_C_eth_src_group);
	c.l2_group = (data[0] & 1) != 0;
	if (!c.l2_group && memcmp(data, &w->mac, 6) != 0)
		return drop(&c, RSD_C_eth_not_us);
	reason = parse_tag(&c, &type);
	if (reason != RSD_C_MAX)
		return drop(&c, reason);
	if (frame_len > w->max_frame + (v->prio_tagged ? 4 : 0))
		return drop(&c, RSD_C_eth_oversize);
	parse_type(&c, type, frame_len);
}

uint32_t
rsd_wire_header_need(const uint8_t *data, uint32_t len)
{
	uint32_t l2 = 14;
	uint16_t type;

	if (len < l2)
		return l2;
	type = be16(data + 12);
	if (type == TYPE_VLAN) {
		l2 = 18;
		if (len < l2)
			return l2;
		type = be16(data + 16);
	}
	if (type == TYPE_ARP)
		return l2 + ARP_LEN;
	if (type != TYPE_IP4)
		return l2;
	if (len < l2 + RSD_WIRE_IP4_LEN)
		return l2 + RSD_WIRE_IP4_LEN;
	return l2 + (data[l2] & 15) * 4u + 8;
}
