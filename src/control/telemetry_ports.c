/* SPDX-License-Identifier: BSD-3-Clause */
/* /ringside/ports: all ports in brief, or one with its queues. */
#include <errno.h>
#include <stdio.h>

#include <rte_ethdev.h>

#include "control/telemetry.h"

#define KEY_PIECE 32 /* bytes of the RSS key in one text */

struct queue_sum {
	uint64_t rx_frames, rx_bytes, rx_full, tx_frames;
};

static void
queue_read(const struct rsd_queue *q, struct queue_sum *s)
{
	s->rx_frames = __atomic_load_n(&q->rx_frames, __ATOMIC_RELAXED);
	s->rx_bytes = __atomic_load_n(&q->rx_bytes, __ATOMIC_RELAXED);
	s->rx_full = __atomic_load_n(&q->rx_full, __ATOMIC_RELAXED);
	s->tx_frames = __atomic_load_n(&q->tx_frames, __ATOMIC_RELAXED);
}

static void
queue_add(struct queue_sum *all, const struct queue_sum *one)
{
	all->rx_frames += one->rx_frames;
	all->rx_bytes += one->rx_bytes;
	all->rx_full += one->rx_full;
	all->tx_frames += one->tx_frames;
}

static void
say_sum(struct rte_tel_data *d, const struct queue_sum *s)
{
	rsd_tel_dict_uint(d, "rx_frames", s->rx_frames);
	rsd_tel_dict_uint(d, "rx_bytes", s->rx_bytes);
	rsd_tel_dict_uint(d, "rx_full", s->rx_full);
	rsd_tel_dict_uint(d, "tx_frames", s->tx_frames);
}

static int
put_queue(struct rte_tel_data *queues, const struct rsd_lcore *lc, const struct rsd_queue *q,
	const struct queue_sum *s)
{
	struct rte_tel_data *d = rsd_tel_dict();

	if (d == NULL)
		return -ENOMEM;
	rsd_tel_dict_uint(d, "worker", lc->worker);
	rte_tel_data_add_dict_int(d, "core", rsd_lcore_cpu(lc->lcore_id));
	say_sum(d, s);
	return rsd_tel_put_nth(queues, q->queue_id, d);
}

/* Add up the queues of a port; each goes into queues as well, unless that is NULL. */
static int
sum_queues(const struct rsd_engine *eng, uint16_t port_id, struct queue_sum *all,
	struct rte_tel_data *queues)
{
	unsigned int w, i;
	int ret = 0;

	for (w = 0; w < eng->nb_workers; w++) {
		const struct rsd_lcore *lc = eng->lcores[w];

		for (i = 0; i < lc->nb_queues && ret == 0; i++) {
			struct queue_sum one;

			if (lc->queue[i].port_id != port_id)
				continue;
			queue_read(&lc->queue[i], &one);
			queue_add(all, &one);
			if (queues != NULL)
				ret = put_queue(queues, lc, &lc->queue[i], &one);
		}
	}
	return ret;
}

static int
put_brief(const struct rsd_engine *eng, unsigned int p, struct rte_tel_data *ports)
{
	const struct rsd_port_info *info = &eng->port_info[p];
	struct rte_tel_data *d = rsd_tel_dict();
	struct queue_sum sum = { 0 };

	if (d == NULL)
		return -ENOMEM;
	rsd_tel_text(d, "spec", info->spec);
	rsd_tel_text(d, "driver", info->driver);
	rsd_tel_dict_uint(d, "queues", info->nb_queues);
	sum_queues(eng, info->port_id, &sum, NULL);
	say_sum(d, &sum);
	return rsd_tel_put_nth(ports, p, d);
}

static int
say_all(const struct rsd_engine *eng, struct rte_tel_data *d)
{
	struct rte_tel_data *ports = rsd_tel_dict();
	unsigned int p;
	int ret = ports == NULL ? -ENOMEM : 0;

	for (p = 0; p < eng->nb_ports && ret == 0; p++)
		ret = put_brief(eng, p, ports);
	return rsd_tel_put(d, "ports", ports) != 0 ? -ENOMEM : ret;
}

static int
put_offloads(struct rte_tel_data *d, const char *name, uint64_t offloads,
	const char *(*name_of)(uint64_t))
{
	struct rte_tel_data *list = rsd_tel_list(RTE_TEL_STRING_VAL);
	uint64_t bit;

	for (bit = 1; list != NULL && bit != 0; bit <<= 1)
		if ((offloads & bit) != 0)
			rte_tel_data_add_array_string(list, name_of(bit));
	return rsd_tel_put(d, name, list);
}

static int
put_key(struct rte_tel_data *d, const struct rsd_port_info *info)
{
	struct rte_tel_data *list = rsd_tel_list(RTE_TEL_STRING_VAL);
	char piece[2 * KEY_PIECE + 1];
	unsigned int i;

	if (list == NULL)
		return -ENOMEM;
	for (i = 0; i < info->rss_key_len; i++) {
		snprintf(piece + 2 * (i % KEY_PIECE), 3, "%02x", info->rss_key[i]);
		if (i % KEY_PIECE == KEY_PIECE - 1 || i + 1 == info->rss_key_len)
			rte_tel_data_add_array_string(list, piece);
	}
	return rsd_tel_put(d, "key", list);
}

/* What the hash is over, by the names ethdev's documentation uses. */
static int
put_hash(struct rte_tel_data *d, uint64_t hf)
{
	static const struct {
		uint64_t bits;
		const char *name;
	} types[] = {
		{ RTE_ETH_RSS_IPV4, "ipv4" },
		{ RTE_ETH_RSS_FRAG_IPV4, "ipv4-frag" },
		{ RTE_ETH_RSS_NONFRAG_IPV4_UDP, "ipv4-udp" },
		{ RTE_ETH_RSS_IPV6, "ipv6" },
		{ RTE_ETH_RSS_FRAG_IPV6, "ipv6-frag" },
		{ RTE_ETH_RSS_NONFRAG_IPV6_UDP, "ipv6-udp" },
	};
	struct rte_tel_data *list = rsd_tel_list(RTE_TEL_STRING_VAL);
	unsigned int i;

	for (i = 0; list != NULL && i < RTE_DIM(types); i++)
		if ((hf & types[i].bits) != 0)
			rte_tel_data_add_array_string(list, types[i].name);
	return rsd_tel_put(d, "types", list);
}

static int
put_rss(struct rte_tel_data *d, const struct rsd_port_info *info)
{
	struct rte_tel_data *rss = rsd_tel_dict();
	int ret = 0;

	if (rss == NULL)
		return -ENOMEM;
	rte_tel_data_add_dict_int(rss, "on", info->rss);
	if (info->rss) {
		rsd_tel_dict_uint(rss, "table", info->rss_reta_size);
		ret = put_hash(rss, info->rss_hf);
		if (ret == 0)
			ret = put_key(rss, info);
	}
	return rsd_tel_put(d, "rss", rss) != 0 ? -ENOMEM : ret;
}

static void
say_facts(struct rte_tel_data *d, const struct rsd_driver_facts *f)
{
	char words[RSD_COPY_WORDS];

	rsd_tel_text(d, "copies", rsd_copy_words(f, words, sizeof(words)));
	rsd_tel_text(d, "rx_how", f->rx_how);
	rsd_tel_text(d, "tx_how", f->tx_how);
	rsd_tel_text(d, "known", f->known);
	rte_tel_data_add_dict_int(d, "rx_copies", f->rx_copies);
	rte_tel_data_add_dict_int(d, "tx_copies", f->tx_copies);
}

static void
say_device(struct rte_tel_data *d, const struct rsd_port_info *info)
{
	char mac[18];

	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", info->mac[0], info->mac[1],
		info->mac[2], info->mac[3], info->mac[4], info->mac[5]);
	rsd_tel_dict_uint(d, "port_id", info->port_id);
	rsd_tel_text(d, "spec", info->spec);
	rsd_tel_text(d, "driver", info->driver);
	rsd_tel_text(d, "mac", mac);
	rsd_tel_dict_uint(d, "mtu", info->mtu);
	rsd_tel_dict_uint(d, "rx_desc", info->rx_desc);
	rsd_tel_dict_uint(d, "tx_desc", info->tx_desc);
	rsd_tel_text(d, "spreading", info->spreading != NULL ? info->spreading : "one queue");
	rsd_tel_text(d, "csum", info->csum);
	say_facts(d, info->facts);
}

/* What the device counts itself; left out when it does not. */
static void
say_device_counters(struct rte_tel_data *d, uint16_t port_id)
{
	struct rte_eth_stats s;

	if (rte_eth_stats_get(port_id, &s) != 0)
		return;
	rsd_tel_dict_uint(d, "imissed", s.imissed);
	rsd_tel_dict_uint(d, "ierrors", s.ierrors);
	rsd_tel_dict_uint(d, "oerrors", s.oerrors);
	rsd_tel_dict_uint(d, "rx_nombuf", s.rx_nombuf);
}

static int
say_one(const struct rsd_engine *eng, const struct rsd_port_info *info, struct rte_tel_data *d)
{
	struct rte_tel_data *queues = rsd_tel_dict();
	struct queue_sum sum = { 0 };
	int ret = queues == NULL ? -ENOMEM : sum_queues(eng, info->port_id, &sum, queues);

	say_device(d, info);
	say_sum(d, &sum);
	say_device_counters(d, info->port_id);
	if (rsd_tel_put(d, "queues", queues) != 0 || ret != 0)
		return -ENOMEM;
	ret = put_offloads(d, "rx_offloads", info->rx_offloads, rte_eth_dev_rx_offload_name);
	if (ret == 0)
		ret = put_offloads(
			d, "tx_offloads", info->tx_offloads, rte_eth_dev_tx_offload_name);
	return ret == 0 ? put_rss(d, info) : ret;
}

int
rsd_tel_ports(struct rsd_engine *eng, const char *params, struct rte_tel_data *d)
{
	long p = rsd_tel_param(params, eng->nb_ports);

	if (p == RSD_TEL_BAD) {
		rsd_tel_error(d, "no such port: expected nothing for all, or a number 0 to %u",
			eng->nb_ports - 1);
		return 0;
	}
	rte_tel_data_add_dict_int(d, "port", (int)p);
	rsd_tel_text(d, "name", eng->conf.name);
	rsd_tel_dict_uint(d, "nb_ports", eng->nb_ports);
	return p == RSD_TEL_NONE ? say_all(eng, d) : say_one(eng, &eng->port_info[p], d);
}
