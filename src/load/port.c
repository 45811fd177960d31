/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Load over a DPDK port. Cores, memory, device and addresses come up as they do for `ringside run`;
 * only the loop on the worker core is another one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_ethdev.h>
#include <rte_launch.h>

#include "base/err.h"
#include "base/log.h"
#include "load/port.h"

#define WORDS_MAX (2 * RSD_LOAD_IPS + 16)

static uint64_t
now_ns(const struct rsd_load *load)
{
	return rsd_port_now(load->side_data);
}

/* -- opening ----------------------------------------------------------------------------------- */

/* Options of `ringside run`; the words live as long as the side and its conf. */
static int
words(const struct rsd_load_conf *conf, struct rsd_port_side *side, const char **argv)
{
	unsigned int i;
	int n = 0;

	snprintf(side->name, sizeof(side->name), "load%d", (int)getpid());
	argv[n++] = "--name";
	argv[n++] = side->name;
	argv[n++] = "--port";
	argv[n++] = conf->port;
	argv[n++] = "--queues";
	argv[n++] = "1";
	for (i = 0; i < conf->nb_ips; i++) {
		argv[n++] = "--ip";
		argv[n++] = conf->ips[i];
	}
	if (conf->gateway != NULL) {
		argv[n++] = "--gateway";
		argv[n++] = conf->gateway;
	}
	if (conf->nb_cores != 0) {
		snprintf(side->cores, sizeof(side->cores), "%u", conf->cores[0]);
		argv[n++] = "--cores";
		argv[n++] = side->cores;
	}
	return n;
}

static bool
on_link(const struct rsd_conf_ip *ip, rte_be32_t addr)
{
	uint32_t mask = ip->len == 0 ? 0 : UINT32_MAX << (32 - ip->len);

	return ((rte_be_to_cpu_32(addr) ^ rte_be_to_cpu_32(ip->addr.s_addr)) & mask) == 0;
}

static int
choose_next_hop(struct rsd_load *load, struct rsd_error *err)
{
	struct rsd_port_side *side = load->side_data;
	const struct rsd_conf *conf = &side->eng->conf;
	unsigned int i;

	side->next_hop = side->peer_addr;
	side->have_peer_mac = load->conf->has_peer_mac;
	memcpy(side->peer_mac, load->conf->peer_mac, sizeof(side->peer_mac));
	for (i = 0; i < conf->nb_ips; i++)
		side->ips[i] = conf->ips[i].addr.s_addr;
	side->nb_ips = conf->nb_ips;
	for (i = 0; i < conf->nb_ips; i++)
		if (on_link(&conf->ips[i], side->peer_addr) || side->have_peer_mac)
			return 0;
	if (!conf->has_gateway)
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"--ip: %s is not on the link of any address, expected one of its network, "
			"or --gateway",
			load->conf->to_text);
	side->next_hop = conf->gateway.s_addr;
	return 0;
}

static int
check_fit(struct rsd_load *load, struct rsd_error *err)
{
	const struct rsd_port_side *side = load->side_data;
	const struct rsd_port_info *info = &side->eng->port_info[0];

	if (load->conf->mix.max + RSD_WIRE_HDRS > info->mtu)
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"--size: %u bytes do not fit the port, expected at most %d",
			load->conf->mix.max, info->mtu - RSD_WIRE_HDRS);
	if (load->conf->flows > side->nb_ips * RSD_FLOW_PORTS)
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"--flows: %u need %u addresses, expected as many --ip, each for %d flows",
			load->conf->flows,
			(load->conf->flows + RSD_FLOW_PORTS - 1) / RSD_FLOW_PORTS, RSD_FLOW_PORTS);
	return 0;
}

static int
bring_up(struct rsd_load *load, struct rsd_error *err)
{
	const struct sockaddr_in *to = (const struct sockaddr_in *)&load->conf->to;
	struct rsd_port_side *side = load->side_data;
	const struct rsd_port_info *info = &side->eng->port_info[0];
	int ret;

	side->peer_addr = to->sin_addr.s_addr;
	side->peer_port = to->sin_port;
	side->port_id = info->port_id;
	/* A kernel behind the device leaves sums unfinished that no wire will see. */
	side->check_sums = !info->facts->partial_csum;
	side->tsc0 = rte_rdtsc();
	side->ns_per_tsc = (uint64_t)(((unsigned __int128)1000000000u << 32) / rte_get_tsc_hz());
	ret = choose_next_hop(load, err);
	if (ret == 0)
		ret = check_fit(load, err);
	if (ret == 0)
		ret = rsd_ports_start(side->eng, err);
	if (ret != 0)
		return ret;
	ret = rsd_port_resolve(load, err);
	return ret == 0 ? rsd_port_frames(load, err) : ret;
}

static void
port_close(struct rsd_load *load)
{
	struct rsd_port_side *side = load->side_data;

	if (side->eng != NULL) {
		rsd_ports_stop(side->eng);
		rsd_telemetry_stop(side->eng);
		rsd_ports_close(side->eng);
	}
	rte_mempool_free(side->pool);
	rsd_engine_destroy(side->eng);
	free(side->flow);
	free(side);
	load->side_data = NULL;
}

static int
port_open(struct rsd_load *load, struct rsd_error *err)
{
	const struct rsd_load_conf *conf = load->conf;
	struct rsd_port_side *side = calloc(1, sizeof(*side));
	const char *argv[WORDS_MAX];
	int ret;

	if (side == NULL)
		return rsd_err(err, RSD_EXIT_INTERNAL, -ENOMEM, "no memory");
	load->side_data = side;
	side->flow = calloc(conf->flows, sizeof(*side->flow));
	if (side->flow == NULL)
		ret = rsd_err(
			err, RSD_EXIT_INTERNAL, -ENOMEM, "no memory for %u flows", conf->flows);
	else
		/* As main() has them, words are not const; nobody writes to these. */
		ret = rsd_engine_create(
			words(conf, side, argv), (char **)(uintptr_t)argv, &side->eng, err);
	if (ret == 0)
		ret = bring_up(load, err);
	if (ret != 0)
		port_close(load);
	return ret;
}

/* -- a phase ----------------------------------------------------------------------------------- */

static uint64_t
drops(const struct rsd_port_side *side)
{
	struct rte_eth_stats st;

	return rte_eth_stats_get(side->port_id, &st) == 0 ? st.imissed + st.rx_nombuf : 0;
}

static int
port_start(struct rsd_load *load, struct rsd_error *err)
{
	struct rsd_port_side *side = load->side_data;
	unsigned int lcore = side->eng->lcores[0]->lcore_id;
	int ret;

	side->drops_before = drops(side);
	ret = rte_eal_remote_launch(rsd_port_main, load, lcore);
	if (ret != 0)
		return rsd_err(err, RSD_EXIT_INTERNAL, ret, "the worker cannot be launched: %s",
			strerror(-ret));
	return 0;
}

static bool
port_finished(struct rsd_load *load)
{
	const struct rsd_port_side *side = load->side_data;

	return rte_eal_get_lcore_state(side->eng->lcores[0]->lcore_id) != RUNNING;
}

static void
port_join(struct rsd_load *load)
{
	const struct rsd_port_side *side = load->side_data;

	rte_eal_wait_lcore(side->eng->lcores[0]->lcore_id);
	load->own_drops = drops(side) - side->drops_before;
}

const struct rsd_load_side rsd_load_port = {
	.name = "DPDK port",
	.open = port_open,
	.close = port_close,
	.now = now_ns,
	.start = port_start,
	.finished = port_finished,
	.join = port_join,
};
