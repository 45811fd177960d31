/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is at the other end: its MAC by ARP, and what it asks of us. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include <rte_arp.h>
#include <rte_ethdev.h>

#include "base/err.h"
#include "host/host.h"
#include "load/port.h"

#define ASK_NS    200000000 /* between two requests */
#define PATIENCE  25        /* requests */
#define FRAME_MIN 60

static struct rte_mbuf *
request(const struct rsd_port_side *side)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(side->eng->pool);
	struct rte_ether_hdr *eth =
		m != NULL ? (struct rte_ether_hdr *)rte_pktmbuf_append(m, FRAME_MIN) : NULL;
	struct rte_arp_hdr *arp;

	if (eth == NULL) {
		rte_pktmbuf_free(m);
		return NULL;
	}
	memset(eth, 0, FRAME_MIN);
	memset(&eth->dst_addr, 0xff, sizeof(eth->dst_addr));
	memcpy(&eth->src_addr, &rsd_port_wire(side)->mac, sizeof(eth->src_addr));
	eth->ether_type = RTE_BE16(RTE_ETHER_TYPE_ARP);
	arp = (struct rte_arp_hdr *)(eth + 1);
	arp->arp_hardware = RTE_BE16(RTE_ARP_HRD_ETHER);
	arp->arp_protocol = RTE_BE16(RTE_ETHER_TYPE_IPV4);
	arp->arp_hlen = RTE_ETHER_ADDR_LEN;
	arp->arp_plen = 4;
	arp->arp_opcode = RTE_BE16(RTE_ARP_OP_REQUEST);
	arp->arp_data.arp_sha = eth->src_addr;
	arp->arp_data.arp_sip = side->ips[0];
	arp->arp_data.arp_tip = side->next_hop;
	return m;
}

static void
send_one(const struct rsd_port_side *side, struct rte_mbuf *m)
{
	if (rte_eth_tx_burst(side->port_id, 0, &m, 1) == 0)
		rte_pktmbuf_free(m);
}

/* Whoever speaks ARP from the next hop's address tells its MAC. */
static void
learn(struct rsd_port_side *side, const struct rte_mbuf *m)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	struct rte_arp_hdr arp;

	if (side->have_peer_mac || m->data_len < RTE_ETHER_HDR_LEN + sizeof(arp) ||
		rsd_load16(f + 12) != RTE_BE16(RTE_ETHER_TYPE_ARP))
		return;
	memcpy(&arp, f + RTE_ETHER_HDR_LEN, sizeof(arp));
	if (arp.arp_data.arp_sip != side->next_hop ||
		!rte_is_valid_assigned_ether_addr(&arp.arp_data.arp_sha))
		return;
	memcpy(side->peer_mac, &arp.arp_data.arp_sha, sizeof(side->peer_mac));
	side->have_peer_mac = true;
}

void
rsd_port_odd_frame(struct rsd_port_side *side, struct rte_mbuf *m)
{
	enum rsd_counter why;

	learn(side, m);
	if (rsd_host_input(rsd_port_wire(side), side->eng->lcores[0]->stats, m, &why) ==
		RSD_HOST_SEND)
		send_one(side, m);
	else
		rte_pktmbuf_free(m);
}

static void
listen_for(struct rsd_port_side *side, uint64_t ns)
{
	uint64_t end = rsd_port_now(side) + ns;
	struct rte_mbuf *m[RSD_LOAD_BATCH];
	uint16_t i, nb;

	while (!side->have_peer_mac && rsd_port_now(side) < end) {
		nb = rte_eth_rx_burst(side->port_id, 0, m, RSD_LOAD_BATCH);
		for (i = 0; i < nb; i++)
			rsd_port_odd_frame(side, m[i]);
		if (nb == 0)
			rte_delay_us_sleep(100);
	}
}

int
rsd_port_resolve(struct rsd_load *load, struct rsd_error *err)
{
	struct rsd_port_side *side = load->side_data;
	char text[INET_ADDRSTRLEN];
	unsigned int i;

	for (i = 0; i < PATIENCE && !side->have_peer_mac && !rsd_load_interrupted(); i++) {
		struct rte_mbuf *m = request(side);

		if (m != NULL)
			send_one(side, m);
		listen_for(side, ASK_NS);
	}
	if (side->have_peer_mac)
		return 0;
	inet_ntop(AF_INET, &side->next_hop, text, sizeof(text));
	return rsd_err(err, RSD_EXIT_INTERNAL, -EHOSTUNREACH,
		"%s: nobody answers ARP for %s on %s; is the other end up? or give --peer-mac",
		load->conf->to_text, text, load->conf->port);
}
