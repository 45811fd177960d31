/* SPDX-License-Identifier: BSD-3-Clause */
/* What was decided about each port, in lines for the person who started the engine. */
#include <stdio.h>

#include <rte_ethdev.h>

#include "base/log.h"
#include "control/engine.h"

/* "UDP_CKSUM SCATTER", or "none". */
static const char *
offload_names(uint64_t offloads, const char *(*name)(uint64_t), char *text, size_t size)
{
	size_t used = 0;
	uint64_t bit;

	text[0] = '\0';
	for (bit = 1; bit != 0; bit <<= 1) {
		if ((offloads & bit) == 0)
			continue;
		used += (size_t)snprintf(
			text + used, size - used, "%s%s", used != 0 ? " " : "", name(bit));
		if (used >= size)
			return text;
	}
	return used != 0 ? text : "none";
}

/* What the engine copies is not said here: it is counted (payload_copied), not known beforehand. */
static void
say_copies(const struct rsd_port_info *info)
{
	const struct rsd_driver_facts *f = info->facts;
	char words[RSD_COPY_WORDS], how[RSD_COPIES_SAY];

	rsd_say("port %u: copies a frame outside the engine: %s (%s)", info->port_id,
		rsd_copy_words(f, words, sizeof(words)), rsd_copies_say(f, how, sizeof(how)));
}

static void
say_offloads(const struct rsd_port_info *info)
{
	char asked[256], granted[256];

	rsd_say("port %u: receive offloads asked %s, granted %s", info->port_id,
		offload_names(info->rx_asked, rte_eth_dev_rx_offload_name, asked, sizeof(asked)),
		offload_names(
			info->rx_offloads, rte_eth_dev_rx_offload_name, granted, sizeof(granted)));
	rsd_say("port %u: transmit offloads asked %s, granted %s", info->port_id,
		offload_names(info->tx_asked, rte_eth_dev_tx_offload_name, asked, sizeof(asked)),
		offload_names(
			info->tx_offloads, rte_eth_dev_tx_offload_name, granted, sizeof(granted)));
}

static void
say_addresses(const struct rsd_engine *eng, unsigned int p)
{
	const struct rsd_wire_local *w = &eng->ports[p].wire;
	unsigned int i;

	for (i = 0; i < w->nb_addr; i++) {
		const uint8_t *a = (const uint8_t *)&w->addr[i].addr;

		rsd_say("port %u: answers for %u.%u.%u.%u/%u", eng->port_info[p].port_id, a[0],
			a[1], a[2], a[3], w->addr[i].len);
	}
	if (w->vlan != 0)
		rsd_say("port %u: VLAN %u", eng->port_info[p].port_id, w->vlan);
}

static void
say_rss(const struct rsd_port_info *info)
{
	char key[2 * sizeof(info->rss_key) + 1];
	unsigned int i;

	if (!info->rss)
		return;
	for (i = 0; i < info->rss_key_len; i++)
		snprintf(key + 2 * i, 3, "%02x", info->rss_key[i]);
	rsd_say("port %u: RSS table of %u entries, key %s", info->port_id, info->rss_reta_size,
		info->rss_key_len != 0 ? key : "the device's own");
}

void
rsd_ports_say(const struct rsd_engine *eng)
{
	unsigned int p;

	for (p = 0; p < eng->nb_ports; p++) {
		const struct rsd_port_info *info = &eng->port_info[p];

		rsd_say("port %u: %s, driver %s, MAC %02x:%02x:%02x:%02x:%02x:%02x, MTU %u, "
			"rings %u/%u",
			info->port_id, info->spec, info->driver, info->mac[0], info->mac[1],
			info->mac[2], info->mac[3], info->mac[4], info->mac[5], info->mtu,
			info->rx_desc, info->tx_desc);
		rsd_say("port %u: %u queue%s%s%s", info->port_id, info->nb_queues,
			info->nb_queues == 1 ? "" : "s",
			info->spreading != NULL ? ", spread by " : "",
			info->spreading != NULL ? info->spreading : "");
		rsd_say("port %u: UDP checksum %s", info->port_id, info->csum);
		say_offloads(info);
		say_rss(info);
		say_copies(info);
		say_addresses(eng, p);
	}
}
