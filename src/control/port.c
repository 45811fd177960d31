/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports: what the devices offer, what is asked of them, and what they grant. */
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_ethdev.h>

#include "base/err.h"
#include "base/log.h"
#include "control/engine.h"
#include "control/netdev.h"
#include "datapath/look.h"

static int
device_error(struct rsd_error *err, const struct rsd_port_info *info, const char *what, int ret)
{
	return rsd_err(err, RSD_EXIT_NOT_READY, ret, "port %u (%s, %s): %s: %s", info->port_id,
		info->spec, info->driver, what, rte_strerror(-ret));
}

static int
ask(const struct rsd_port_info *info, struct rte_eth_dev_info *dev, struct rsd_error *err)
{
	int ret = rte_eth_dev_info_get(info->port_id, dev);

	return ret == 0 ? 0 : device_error(err, info, "cannot be asked what it offers", ret);
}

static int
probe_one(struct rsd_engine *eng, uint16_t port_id, const char *spec, struct rsd_error *err)
{
	struct rsd_port_info *info = &eng->port_info[eng->nb_ports];
	struct rte_eth_dev_info dev;
	int ret;

	if (eng->nb_ports == RSD_CONF_PORTS)
		return rsd_err(
			err, RSD_EXIT_USAGE, -EINVAL, "port: more than %d devices", RSD_CONF_PORTS);
	info->port_id = port_id;
	ret = ask(info, &dev, err);
	if (ret != 0)
		return ret;
	snprintf(info->driver, sizeof(info->driver), "%s", dev.driver_name);
	rsd_driver_facts_of(port_id, &info->port_facts);
	info->facts = &info->port_facts;
	if (spec != NULL)
		snprintf(info->spec, sizeof(info->spec), "%s", spec);
	else
		rte_eth_dev_get_name_by_port(port_id, info->spec);
	eng->nb_ports++;
	return 0;
}

static bool
already_probed(const struct rsd_engine *eng, uint16_t port_id)
{
	unsigned int i;

	for (i = 0; i < eng->nb_ports; i++)
		if (eng->port_info[i].port_id == port_id)
			return true;
	return false;
}

/* Ports of --port come first and in their order: @PORT counts them. */
static int
probe_configured(struct rsd_engine *eng, struct rsd_error *err)
{
	uint16_t port_id;
	unsigned int i;
	int ret;

	for (i = 0; i < eng->conf.nb_ports; i++) {
		if (rte_eth_dev_get_port_by_name(eng->device[i], &port_id) != 0)
			return rsd_err(err, RSD_EXIT_NOT_READY, -ENODEV,
				"port: %s: no driver made a device of it", eng->conf.ports[i].spec);
		ret = probe_one(eng, port_id, eng->conf.ports[i].spec, err);
		if (ret != 0)
			return ret;
	}
	return 0;
}

int
rsd_ports_probe(struct rsd_engine *eng, struct rsd_error *err)
{
	int ret = probe_configured(eng, err);
	uint16_t port_id;

	RTE_ETH_FOREACH_DEV (port_id) {
		if (ret == 0 && !already_probed(eng, port_id))
			ret = probe_one(eng, port_id, NULL, err);
	}
	if (ret != 0)
		return ret;
	if (eng->nb_ports == 0)
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"no port: give --port, or a device to EAL, as in "
			"--vdev=net_tap0,iface=rs0");
	return 0;
}

/* A device that spreads over all its queues whatever we poll must have them all polled. */
static int
check_unserved(const struct rsd_engine *eng, const struct rsd_port_info *info,
	const struct rte_eth_dev_info *dev, struct rsd_error *err)
{
	if (!info->facts->all_queues_live || dev->max_rx_queues <= eng->queues)
		return 0;
	return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
		"port %u (%s) spreads frames over %u queues but %u worker%s: make the device with "
		"%u "
		"or give more worker cores",
		info->port_id, info->spec, dev->max_rx_queues, eng->queues,
		eng->queues == 1 ? " polls" : "s poll", eng->queues);
}

int
rsd_ports_settle_queues(struct rsd_engine *eng, unsigned int workers, struct rsd_error *err)
{
	unsigned int want = eng->conf.queues != 0 ? eng->conf.queues : workers, p;
	struct rte_eth_dev_info dev;
	int ret;

	if (want > workers) {
		rsd_warn("%u queues asked, %u worker core%s: %u queue%s, so that none is left "
			 "unpolled",
			want, workers, workers == 1 ? "" : "s", workers, workers == 1 ? "" : "s");
		want = workers;
	}
	for (p = 0; p < eng->nb_ports; p++) {
		unsigned int max;

		ret = ask(&eng->port_info[p], &dev, err);
		if (ret != 0)
			return ret;
		max = RTE_MIN(dev.max_rx_queues, dev.max_tx_queues);
		if (max < want) {
			rsd_warn("port %u (%s) has %u queue%s: %u", p, eng->port_info[p].spec, max,
				max == 1 ? "" : "s", max);
			want = max;
		}
	}
	eng->queues = want;
	eng->nb_workers = want;
	if (want < workers)
		rsd_warn("%u of %u worker cores have a queue to poll; the others stay asleep", want,
			workers);
	for (p = 0; p < eng->nb_ports; p++) {
		ret = ask(&eng->port_info[p], &dev, err);
		if (ret == 0)
			ret = check_unserved(eng, &eng->port_info[p], &dev, err);
		if (ret != 0)
			return ret;
	}
	return 0;
}

/* Would this port have the device look at UDP checksums? */
static bool
wants_csum_offload(const struct rsd_engine *eng, const struct rsd_port_info *info)
{
	return eng->conf.udp_checksum == RSD_UDP_CSUM_OFFLOAD ||
	       (eng->conf.udp_checksum == RSD_UDP_CSUM_AUTO && !info->facts->software_csum);
}

/* What is asked of the device; what it does not offer is not granted, and done here or done
 * without. */
static void
ask_offloads(const struct rsd_engine *eng, struct rsd_port_info *info)
{
	info->rx_asked = RTE_ETH_RX_OFFLOAD_SCATTER;
	if (wants_csum_offload(eng, info))
		info->rx_asked |= RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
	info->tx_asked = RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	if (!info->facts->software_csum)
		info->tx_asked |= RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
}

/* Did frames of this device never cross a wire? So it is when no hardware stands behind it. */
static bool
no_wire(const struct rte_eth_dev_info *dev)
{
	char name[IF_NAMESIZE];
	struct rsd_netdev netdev;

	if (dev->if_index == 0)
		return true;
	return if_indextoname(dev->if_index, name) != NULL && rsd_netdev_get(name, &netdev) == 0 &&
	       netdev.kind[0] != '\0';
}

static void
settle_csum(const struct rsd_engine *eng, struct rsd_port_info *info, struct rsd_port *port)
{
	port->csum = RSD_CSUM_VERIFY;
	info->csum = "verified by the engine";
	if (eng->conf.udp_checksum == RSD_UDP_CSUM_SKIP) {
		port->csum = RSD_CSUM_SKIP;
		info->csum = "skipped: nobody looks";
	} else if ((info->rx_offloads & RTE_ETH_RX_OFFLOAD_UDP_CKSUM) != 0) {
		port->csum = RSD_CSUM_NIC;
		info->csum = info->facts->software_csum ? "offloaded (the driver sums on the CPU)"
							: "offloaded";
	} else if (eng->conf.udp_checksum == RSD_UDP_CSUM_OFFLOAD) {
		rsd_warn("port %u (%s) cannot check UDP checksums: the engine verifies them",
			info->port_id, info->spec);
	}
}

static void
choose_offloads(const struct rsd_engine *eng, struct rsd_port_info *info, struct rsd_port *port,
	const struct rte_eth_dev_info *dev, struct rte_eth_conf *conf)
{
	ask_offloads(eng, info);
	info->rx_offloads = info->rx_asked & dev->rx_offload_capa;
	info->tx_offloads = info->tx_asked & dev->tx_offload_capa;
	conf->rxmode.offloads = info->rx_offloads;
	conf->txmode.offloads = info->tx_offloads;
	port->tx_segments = (info->tx_offloads & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) != 0;
	port->tx_udp_csum = (info->tx_offloads & RTE_ETH_TX_OFFLOAD_UDP_CKSUM) != 0;
	settle_csum(eng, info, port);
	port->look = rsd_look_choose(NULL, port->csum);
	port->csum_partial_ok = info->facts->partial_csum && no_wire(dev);
}

static int
setup_rings(struct rsd_engine *eng, struct rsd_port_info *info, const struct rte_eth_dev_info *dev,
	const struct rte_eth_conf *conf, struct rsd_error *err)
{
	struct rte_eth_rxconf rxconf = dev->default_rxconf;
	struct rte_eth_txconf txconf = dev->default_txconf;
	int ret, node = rte_eth_dev_socket_id(info->port_id);
	uint16_t q;

	info->rx_desc = eng->conf.rx_desc;
	info->tx_desc = eng->conf.tx_desc;
	ret = rte_eth_dev_adjust_nb_rx_tx_desc(info->port_id, &info->rx_desc, &info->tx_desc);
	if (ret != 0)
		return device_error(err, info, "ring sizes refused", ret);
	if (info->rx_desc != eng->conf.rx_desc || info->tx_desc != eng->conf.tx_desc)
		rsd_warn("port %u (%s): rings of %u and %u, as the device allows", info->port_id,
			info->spec, info->rx_desc, info->tx_desc);
	rxconf.offloads = conf->rxmode.offloads & dev->rx_queue_offload_capa;
	txconf.offloads = conf->txmode.offloads & dev->tx_queue_offload_capa;
	for (q = 0; q < info->nb_queues; q++) {
		ret = rte_eth_rx_queue_setup(
			info->port_id, q, info->rx_desc, (unsigned int)node, &rxconf, eng->pool);
		if (ret == 0)
			ret = rte_eth_tx_queue_setup(
				info->port_id, q, info->tx_desc, (unsigned int)node, &txconf);
		if (ret != 0)
			return device_error(err, info, "queue refused", ret);
	}
	return 0;
}

/* Addresses and VLAN of one port, from the configuration to the shape the fast check wants. */
static int
fill_local(const struct rsd_engine *eng, unsigned int p, struct rsd_error *err)
{
	const struct rsd_conf *conf = &eng->conf;
	const struct rsd_port_info *info = &eng->port_info[p];
	struct rsd_wire_addr addr[RSD_CONF_IPS];
	unsigned int i, nb = 0;
	uint16_t vlan = 0;

	for (i = 0; i < conf->nb_ips; i++) {
		if (conf->ips[i].port >= (int)eng->nb_ports)
			return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
				"--ip: port %d does not exist, there are %u", conf->ips[i].port,
				eng->nb_ports);
		if (conf->ips[i].port >= 0 && conf->ips[i].port != (int)p)
			continue;
		addr[nb].addr = conf->ips[i].addr.s_addr;
		addr[nb++].len = conf->ips[i].len;
	}
	for (i = 0; i < conf->nb_vlans; i++)
		if (conf->vlans[i].port < 0 || conf->vlans[i].port == (int)p)
			vlan = conf->vlans[i].id;
	return rsd_wire_local_init(&eng->ports[p].wire, info->mac, vlan, info->mtu, addr, nb);
}

static int
setup_one(struct rsd_engine *eng, unsigned int p, struct rsd_error *err)
{
	struct rsd_port_info *info = &eng->port_info[p];
	struct rsd_port *port = &eng->ports[p];
	struct rte_eth_dev_info dev;
	struct rte_eth_conf conf = { 0 };
	struct rte_ether_addr mac;
	int ret;

	ret = ask(info, &dev, err);
	if (ret != 0)
		return ret;
	port->port_id = info->port_id;
	info->nb_queues = (uint16_t)eng->queues;
	choose_offloads(eng, info, port, &dev, &conf);
	rsd_rss_request(eng, info, &dev, &conf);
	conf.intr_conf.rxq = eng->conf.idle == RSD_IDLE_INTERRUPT;
	ret = rte_eth_dev_configure(info->port_id, info->nb_queues, info->nb_queues, &conf);
	if (ret != 0)
		return device_error(err, info, "configuration refused", ret);
	ret = setup_rings(eng, info, &dev, &conf, err);
	if (ret != 0)
		return ret;
	if (rte_eth_dev_get_mtu(info->port_id, &info->mtu) != 0 || info->mtu == 0)
		info->mtu = RTE_ETHER_MTU;
	ret = rte_eth_macaddr_get(info->port_id, &mac);
	if (ret != 0)
		return device_error(err, info, "has no MAC address", ret);
	memcpy(info->mac, mac.addr_bytes, sizeof(info->mac));
	return fill_local(eng, p, err);
}

int
rsd_ports_setup(struct rsd_engine *eng, struct rsd_error *err)
{
	unsigned int p;
	int ret;

	for (p = 0; p < eng->nb_ports; p++) {
		ret = setup_one(eng, p, err);
		if (ret != 0)
			return ret;
	}
	return 0;
}

static int
check_interrupt(
	const struct rsd_engine *eng, const struct rsd_port_info *info, struct rsd_error *err)
{
	uint16_t q;

	if (eng->conf.idle != RSD_IDLE_INTERRUPT)
		return 0;
	for (q = 0; q < info->nb_queues; q++)
		if (rte_eth_dev_rx_intr_ctl_q_get_fd(info->port_id, q) < 0)
			return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
				"--idle: port %u (%s) has no receive interrupt; give sleep, pause "
				"or spin",
				info->port_id, info->spec);
	return 0;
}

int
rsd_ports_start(struct rsd_engine *eng, struct rsd_error *err)
{
	struct rte_eth_dev_info dev;
	unsigned int p;
	int ret;

	for (p = 0; p < eng->nb_ports; p++) {
		struct rsd_port_info *info = &eng->port_info[p];

		ret = rte_eth_dev_start(info->port_id);
		if (ret != 0)
			return device_error(err, info, "does not start", ret);
		ret = check_interrupt(eng, info, err);
		if (ret == 0)
			ret = ask(info, &dev, err);
		if (ret != 0)
			return ret;
		/* Some can be asked only now. */
		rsd_driver_facts_of(info->port_id, &info->port_facts);
		rsd_rss_settle(info, &dev);
	}
	return 0;
}

void
rsd_ports_stop(struct rsd_engine *eng)
{
	unsigned int p;

	for (p = 0; p < eng->nb_ports; p++)
		rte_eth_dev_stop(eng->port_info[p].port_id);
}

void
rsd_ports_close(struct rsd_engine *eng)
{
	unsigned int p;

	for (p = 0; p < eng->nb_ports; p++)
		rte_eth_dev_close(eng->port_info[p].port_id);
	eng->nb_ports = 0;
}
