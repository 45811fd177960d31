/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <rte_arp.h>
#include <rte_ether.h>

#include "host/chain.h"
#include "host/host.h"
#include "wire/turn.h"

#define ARP_LEN 28

/* The shortest frame without its FCS; what fills it up is ours and must be zero (CVE-2003-0001). */
#define FRAME_MIN 60

static bool
is_ether_ip4(const struct rte_arp_hdr *arp)
{
	return arp->arp_hardware == RTE_BE16(RTE_ARP_HRD_ETHER) &&
	       arp->arp_protocol == RTE_BE16(RTE_ETHER_TYPE_IPV4) &&
	       arp->arp_hlen == RTE_ETHER_ADDR_LEN && arp->arp_plen == 4 &&
	       (arp->arp_opcode == RTE_BE16(RTE_ARP_OP_REQUEST) ||
		       arp->arp_opcode == RTE_BE16(RTE_ARP_OP_REPLY));
}

/* A sender no host can be (RFC 1812 3.3.2). Address zero is a probe's and fine (RFC 5227 1.1). */
static bool
bad_sender(const struct rsd_wire_local *w, const struct rte_arp_ipv4 *d)
{
	uint32_t ip = rte_be_to_cpu_32(d->arp_sip);

	return !rte_is_valid_assigned_ether_addr(&d->arp_sha) || ip >> 24 == 127 ||
	       ip >> 28 >= 14 || rsd_wire_is_subnet_bcast(w, d->arp_sip);
}

/* Turn the request, of which arp is a copy, into the reply to it, filled up with zeros. */
static enum rsd_host_verdict
reply(const struct rsd_wire_local *w, struct rte_mbuf *m, uint32_t l2_len, struct rte_arp_hdr *arp,
	enum rsd_counter *why)
{
	uint32_t len = RTE_MAX(l2_len + ARP_LEN, (uint32_t)FRAME_MIN);
	uint8_t *eth = rte_pktmbuf_mtod(m, uint8_t *);
	rte_be32_t asked = arp->arp_data.arp_tip;

	if (rsd_chain_trim(m, l2_len + ARP_LEN) != 0 || len > (uint32_t)m->buf_len - m->data_off) {
		*why = RSD_C_resp_no_room;
		return RSD_HOST_FREE;
	}
	rsd_turn_eth(w, eth);
	arp->arp_opcode = RTE_BE16(RTE_ARP_OP_REPLY);
	arp->arp_data.arp_tha = arp->arp_data.arp_sha;
	arp->arp_data.arp_tip = arp->arp_data.arp_sip;
	memcpy(&arp->arp_data.arp_sha, &w->mac, RTE_ETHER_ADDR_LEN);
	arp->arp_data.arp_sip = asked;
	memcpy(eth + l2_len, arp, ARP_LEN);
	memset(eth + l2_len + ARP_LEN, 0, len - l2_len - ARP_LEN);
	m->data_len = (uint16_t)len;
	m->pkt_len = len;
	return RSD_HOST_SEND;
}

enum rsd_host_verdict
rsd_arp_input(const struct rsd_wire_local *w, struct rsd_core_stats *st, struct rte_mbuf *m,
	const struct rsd_wire_view *v, enum rsd_counter *why)
{
	const uint8_t *eth = rte_pktmbuf_mtod(m, const uint8_t *);
	struct rte_arp_hdr arp; /* a copy: in the frame it may lie at any address */
	bool from_us;

	memcpy(&arp, eth + v->l2_len, ARP_LEN);
	from_us = memcmp(&arp.arp_data.arp_sha, &w->mac, RTE_ETHER_ADDR_LEN) == 0;
	if (!is_ether_ip4(&arp))
		*why = RSD_C_arp_bad;
	else if (bad_sender(w, &arp.arp_data))
		*why = RSD_C_arp_sender;
	else if (rsd_wire_set_has(&w->own, arp.arp_data.arp_sip) && !from_us)
		*why = RSD_C_arp_conflict;
	else if (!rsd_wire_set_has(&w->own, arp.arp_data.arp_tip))
		*why = RSD_C_arp_not_us;
	else if (arp.arp_opcode == RTE_BE16(RTE_ARP_OP_REPLY) ||
		 rsd_wire_set_has(&w->own, arp.arp_data.arp_sip))
		*why = RSD_C_host_consumed; /* nothing is learned from what was not asked for */
	else {
		if (memcmp(&arp.arp_data.arp_sha, eth + 6, RTE_ETHER_ADDR_LEN) != 0)
			rsd_count(st, RSD_C_arp_sha_mismatch, 1);
		return reply(w, m, v->l2_len, &arp, why);
	}
	return RSD_HOST_FREE;
}
