/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <rte_ether.h>

#include "host/chain.h"
#include "host/host.h"

static enum rsd_host_verdict
leave(enum rsd_counter *why, enum rsd_counter reason)
{
	*why = reason;
	return RSD_HOST_FREE;
}

static int
pullup(struct rsd_core_stats *st, struct rte_mbuf *m, uint32_t need)
{
	int moved = rsd_chain_pullup(m, need);

	if (moved < 0)
		return -1;
	rsd_count(st, RSD_C_hdr_copied, (uint64_t)moved);
	return 0;
}

/* Bring all headers into the first segment: exactly them, so that no payload byte is copied. */
static int
pullup_headers(struct rsd_core_stats *st, struct rte_mbuf *m)
{
	for (;;) {
		uint32_t need = rsd_wire_header_need(rte_pktmbuf_mtod(m, uint8_t *), m->data_len);

		need = RTE_MIN(need, m->pkt_len);
		if (need <= m->data_len)
			return 0;
		if (pullup(st, m, need) != 0)
			return -1;
	}
}

/*
 * A device may have taken the tag out of the frame. Everything here reads tags where the sender put
 * them, so it goes back, behind both addresses: the verdict must not depend on the device.
 */
static int
restore_tag(struct rsd_core_stats *st, struct rte_mbuf *m)
{
	if ((m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) == 0 || m->pkt_len < RTE_ETHER_HDR_LEN)
		return 0;
	if (pullup(st, m, RTE_ETHER_HDR_LEN) != 0 || rte_vlan_insert(&m) != 0)
		return -1;
	rsd_count(st, RSD_C_hdr_copied, 2 * RTE_ETHER_ADDR_LEN);
	return 0;
}

/* Take gap bytes out of the headers, before offset keep, by moving the keep bytes in front of them.
 */
static void
close_gap(struct rsd_core_stats *st, struct rte_mbuf *m, uint32_t keep, uint32_t gap)
{
	uint8_t *eth = rte_pktmbuf_mtod(m, uint8_t *);

	/* lint: header bytes only, counted as hdr_copied */
	memmove(eth + gap, eth, keep);
	rte_pktmbuf_adj(m, (uint16_t)gap);
	rsd_count(st, RSD_C_hdr_copied, keep);
}

/* Header of 20 bytes, total length of total: options are gone, the sum is made anew. */
static void
plain_header(uint8_t *ip, uint16_t total)
{
	ip[0] = 0x45;
	rsd_store16(ip + 2, rte_cpu_to_be_16(total));
	rsd_store16(ip + 10, 0);
	rsd_store16(ip + 10, (uint16_t)~rsd_csum_fold(rsd_csum_ip4_header(ip)));
}

/* VLAN 0 is no VLAN (802.1Q): what is handled as untagged is answered untagged. */
static void
drop_priority_tag(struct rsd_core_stats *st, struct rte_mbuf *m, struct rsd_wire_view *v)
{
	if (!v->prio_tagged)
		return;
	close_gap(st, m, 2 * RTE_ETHER_ADDR_LEN, RTE_VLAN_HLEN);
	v->l2_len -= RTE_VLAN_HLEN;
}

/* Options, padding and surplus behind the UDP length go; what remains is normal form. */
static void
normalise(struct rsd_core_stats *st, struct rte_mbuf *m, struct rsd_wire_view *v)
{
	uint32_t options = v->ip_len - RSD_WIRE_IP4_LEN;
	uint16_t payload =
		v->kind == RSD_WIRE_ICMP ? (uint16_t)(v->ip_total - v->ip_len) : v->udp_len;
	uint16_t total = RSD_WIRE_IP4_LEN + payload;

	if ((uint32_t)v->l2_len + v->ip_total < m->pkt_len)
		rsd_count(st, RSD_C_eth_padding, 1);
	drop_priority_tag(st, m, v);
	if (options != 0)
		close_gap(st, m, v->l2_len + RSD_WIRE_IP4_LEN, options);
	if (options != 0 || total != v->ip_total)
		plain_header(rte_pktmbuf_mtod_offset(m, uint8_t *, v->l2_len), total);
	rsd_chain_trim(m, (uint32_t)v->l2_len + total);
}

enum rsd_host_verdict
rsd_host_input(const struct rsd_wire_local *w, struct rsd_core_stats *st, struct rte_mbuf *m,
	enum rsd_counter *why)
{
	struct rsd_wire_view v;

	if (m->nb_segs != 1)
		rsd_count(st, RSD_C_rx_segmented, 1);
	if (restore_tag(st, m) != 0 || pullup_headers(st, m) != 0)
		return leave(why, RSD_C_pullup_fail);
	rsd_wire_parse(w, rte_pktmbuf_mtod(m, uint8_t *), m->data_len, m->pkt_len, &v);
	switch (v.kind) {
	case RSD_WIRE_UDP:
		normalise(st, m, &v);
		return RSD_HOST_UDP;
	case RSD_WIRE_UDP_MANY:
		normalise(st, m, &v);
		*why = v.reason;
		return RSD_HOST_MANY;
	case RSD_WIRE_ICMP:
		normalise(st, m, &v);
		return rsd_icmp4_input(w, m, why);
	case RSD_WIRE_ARP:
		drop_priority_tag(st, m, &v);
		return rsd_arp_input(w, st, m, &v, why);
	case RSD_WIRE_DROP:
		break;
	}
	return leave(why, v.reason);
}
