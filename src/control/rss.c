/* SPDX-License-Identifier: BSD-3-Clause */
/* RSS: one key and one table a port, asked for and read back, since devices differ in what they
 * take. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <rte_ethdev.h>

#include "base/log.h"
#include "control/engine.h"

/* The UDP 4-tuple; addresses alone for what has no ports, so that fragments of a datagram meet. */
#define RSS_WANTED (RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_FRAG_IPV4)

/*
 * A key from the outside world's point of view must not be guessable: with a known one an attacker
 * aims every flow at one queue.
 */
static bool
make_key(const struct rsd_conf *conf, struct rsd_port_info *info, unsigned int len)
{
	if (len == 0 || len > sizeof(info->rss_key))
		return false;
	info->rss_key_len = len;
	if (conf->has_rss_key) {
		unsigned int i;

		for (i = 0; i < len; i++)
			info->rss_key[i] = conf->rss_key[i % conf->rss_key_len];
		return true;
	}
	return getrandom(info->rss_key, len, 0) == (ssize_t)len;
}

void
rsd_rss_request(const struct rsd_engine *eng, struct rsd_port_info *info,
	const struct rte_eth_dev_info *dev, struct rte_eth_conf *conf)
{
	uint64_t hf = dev->flow_type_rss_offloads & RSS_WANTED;

	info->spreading = info->facts->spreading;
	if (info->nb_queues < 2)
		info->spreading = NULL;
	if (info->nb_queues < 2 || !info->facts->rss || hf == 0)
		return;
	conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	conf->rx_adv_conf.rss_conf.rss_hf = hf;
	if (make_key(&eng->conf, info, dev->hash_key_size)) {
		conf->rx_adv_conf.rss_conf.rss_key = info->rss_key;
		conf->rx_adv_conf.rss_conf.rss_key_len = (uint8_t)info->rss_key_len;
	}
	info->rss = true;
	info->rss_hf = hf;
	info->spreading = "the device's RSS";
}

/* The key the device has. false: it does not say. */
static bool
read_key(struct rsd_port_info *info, uint8_t *key)
{
	struct rte_eth_rss_conf conf = { .rss_key = key,
		.rss_key_len = (uint8_t)info->rss_key_len };

	if (rte_eth_dev_rss_hash_conf_get(info->port_id, &conf) != 0)
		return false;
	if (conf.rss_hf != 0)
		info->rss_hf = conf.rss_hf;
	return true;
}

/* Not every driver takes the key with its configuration; those are told again. */
static bool
has_our_key(struct rsd_port_info *info, uint8_t *key)
{
	struct rte_eth_rss_conf ours = { .rss_key = info->rss_key,
		.rss_key_len = (uint8_t)info->rss_key_len,
		.rss_hf = info->rss_hf };

	if (memcmp(key, info->rss_key, info->rss_key_len) == 0)
		return true;
	return rte_eth_dev_rss_hash_update(info->port_id, &ours) == 0 && read_key(info, key) &&
	       memcmp(key, info->rss_key, info->rss_key_len) == 0;
}

static void
settle_key(struct rsd_port_info *info)
{
	uint8_t key[sizeof(info->rss_key)] = { 0 };

	if (!read_key(info, key)) {
		rsd_warn("port %u: the RSS key cannot be read back", info->port_id);
		return;
	}
	if (info->rss_key_len == 0 || has_our_key(info, key))
		return;
	rsd_warn("port %u: the device uses an RSS key of its own", info->port_id);
	memcpy(info->rss_key, key, info->rss_key_len);
}

/* Large enough for any table DPDK knows of. */
struct reta {
	struct rte_eth_rss_reta_entry64 group[RTE_ETH_RSS_RETA_SIZE_512 / RTE_ETH_RETA_GROUP_SIZE];
};

static uint16_t *
reta_entry(struct reta *r, unsigned int i)
{
	return &r->group[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE];
}

/* All queues in turn. A device that takes no table keeps its own, which is read back in any case.
 */
static void
write_table(const struct rsd_port_info *info, struct reta *r, unsigned int size)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(r->group); i++)
		r->group[i].mask = UINT64_MAX;
	for (i = 0; i < size; i++)
		*reta_entry(r, i) = (uint16_t)(i % info->nb_queues);
	if (rte_eth_dev_rss_reta_update(info->port_id, r->group, (uint16_t)size) != 0)
		rsd_warn("port %u: the device keeps its own RSS table", info->port_id);
}

/* Every queue must stand in the table, or its core waits for ever. */
static void
read_table(struct rsd_port_info *info, struct reta *r, unsigned int size)
{
	uint64_t seen = 0;
	unsigned int i;

	if (rte_eth_dev_rss_reta_query(info->port_id, r->group, (uint16_t)size) != 0)
		return;
	info->rss_reta_size = size;
	for (i = 0; i < size; i++)
		seen |= UINT64_C(1) << (*reta_entry(r, i) & 63);
	for (i = 0; i < info->nb_queues; i++)
		if ((seen >> i & 1) == 0)
			rsd_warn("port %u: the device's RSS table never chooses queue %u",
				info->port_id, i);
}

static void
settle_table(struct rsd_port_info *info, unsigned int size)
{
	struct reta r;

	memset(&r, 0, sizeof(r));
	if (size == 0 || size > RTE_ETH_RSS_RETA_SIZE_512)
		return;
	write_table(info, &r, size);
	read_table(info, &r, size);
}

void
rsd_rss_settle(struct rsd_port_info *info, const struct rte_eth_dev_info *dev)
{
	if (!info->rss)
		return;
	settle_key(info);
	settle_table(info, dev->reta_size);
}
