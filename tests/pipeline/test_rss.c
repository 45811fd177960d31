/* SPDX-License-Identifier: BSD-3-Clause */
/* RSS asked of net_null, which keeps a key and a table as a NIC does, though it has nothing to
 * spread. */
#include <string.h>

#include <rte_bus_vdev.h>
#include <rte_ethdev.h>

#include "control/engine.h"
#include "support/cunit_runner.h"
#include "support/eal_fixture.h"

#define QUEUES 2

static const struct rsd_driver_facts with_rss = {
	.driver = "net_null", .rss = true, .spreading = "x"
};
static const struct rsd_driver_facts without = { .driver = "net_null", .spreading = "the driver" };

static struct rsd_engine eng;

/* A fresh device; info as port.c would fill it. */
static void
device(const char *name, const struct rsd_driver_facts *facts, unsigned int queues,
	struct rsd_port_info *info, struct rte_eth_dev_info *dev)
{
	uint16_t id;

	memset(info, 0, sizeof(*info));
	RSD_CHECK_EQ(rte_vdev_init(name, NULL), 0);
	RSD_CHECK_EQ(rte_eth_dev_get_port_by_name(name, &id), 0);
	RSD_CHECK_EQ(rte_eth_dev_info_get(id, dev), 0);
	if (dev->hash_key_size == 0)
		dev->hash_key_size = 40; /* net_null of 22.11 has that much and does not say so */
	info->port_id = id;
	info->facts = facts;
	info->nb_queues = (uint16_t)queues;
}

static void
configure(const struct rsd_port_info *info, const struct rte_eth_conf *conf)
{
	uint16_t q;

	RSD_CHECK_EQ(
		rte_eth_dev_configure(info->port_id, info->nb_queues, info->nb_queues, conf), 0);
	for (q = 0; q < info->nb_queues; q++) {
		RSD_CHECK_EQ(
			rte_eth_rx_queue_setup(info->port_id, q, 64, 0, NULL, rsd_pool_get()), 0);
		RSD_CHECK_EQ(rte_eth_tx_queue_setup(info->port_id, q, 64, 0, NULL), 0);
	}
}

/* What the device itself says its key is. */
static void
device_key(const struct rsd_port_info *info, uint8_t *key, uint8_t len)
{
	struct rte_eth_rss_conf conf = { .rss_key = key, .rss_key_len = len };

	RSD_CHECK_EQ(rte_eth_dev_rss_hash_conf_get(info->port_id, &conf), 0);
}

/* Every queue has its share of the device's table. */
static void
check_table(const struct rsd_port_info *info)
{
	struct rte_eth_rss_reta_entry64 reta[8] = { { 0 } };
	unsigned int i, count[QUEUES] = { 0 };

	for (i = 0; i < RTE_DIM(reta); i++)
		reta[i].mask = UINT64_MAX;
	RSD_CHECK_EQ(
		rte_eth_dev_rss_reta_query(info->port_id, reta, (uint16_t)info->rss_reta_size), 0);
	for (i = 0; i < info->rss_reta_size; i++)
		count[reta[i / 64].reta[i % 64] % QUEUES]++;
	RSD_CHECK(count[0] == count[1] && count[0] != 0, "%u to one, %u to the other", count[0],
		count[1]);
}

static bool
all_zero(const uint8_t *p, unsigned int len)
{
	while (len > 0)
		if (p[--len] != 0)
			return false;
	return true;
}

static void
given_key(void)
{
	struct rte_eth_conf conf = { 0 };
	struct rsd_port_info info;
	struct rte_eth_dev_info dev;
	uint8_t key[128] = { 0 };
	unsigned int i;

	device("net_null10", &with_rss, QUEUES, &info, &dev);
	eng.conf.has_rss_key = true;
	eng.conf.rss_key_len = 40;
	for (i = 0; i < 40; i++)
		eng.conf.rss_key[i] = (uint8_t)(i + 1);
	rsd_rss_request(&eng, &info, &dev, &conf);
	RSD_CHECK_EQ(conf.rxmode.mq_mode, RTE_ETH_MQ_RX_RSS);
	RSD_CHECK(strcmp(info.spreading, "the device's RSS") == 0, "says %s", info.spreading);
	configure(&info, &conf);
	rsd_rss_settle(&info, &dev);
	device_key(&info, key, (uint8_t)info.rss_key_len);
	RSD_CHECK(memcmp(key, eng.conf.rss_key, 40) == 0, "the device has another key");
	RSD_CHECK(memcmp(info.rss_key, key, info.rss_key_len) == 0, "another key is told");
	RSD_CHECK_EQ(info.rss_reta_size, dev.reta_size);
	check_table(&info);
	rte_vdev_uninit("net_null10");
}

static void
random_keys(void)
{
	struct rte_eth_conf conf = { 0 };
	struct rsd_port_info a, b;
	struct rte_eth_dev_info dev;

	eng.conf.has_rss_key = false;
	device("net_null11", &with_rss, QUEUES, &a, &dev);
	rsd_rss_request(&eng, &a, &dev, &conf);
	b = a;
	rsd_rss_request(&eng, &b, &dev, &conf);
	RSD_CHECK(a.rss_key_len >= 40, "%u bytes of key", a.rss_key_len);
	RSD_CHECK(!all_zero(a.rss_key, a.rss_key_len), "the key is all zeros");
	RSD_CHECK(memcmp(a.rss_key, b.rss_key, a.rss_key_len) != 0, "two keys are the same");
	rte_vdev_uninit("net_null11");
}

/* A driver that lost the key, or never took it with its configuration, is told again. */
static void
other_key(void)
{
	struct rte_eth_conf conf = { 0 };
	struct rsd_port_info info;
	struct rte_eth_dev_info dev;
	uint8_t key[128] = { 7, 7, 7 }, ours[128];
	struct rte_eth_rss_conf change = { .rss_key = key, .rss_key_len = 40 };

	device("net_null12", &with_rss, QUEUES, &info, &dev);
	rsd_rss_request(&eng, &info, &dev, &conf);
	configure(&info, &conf);
	memcpy(ours, info.rss_key, sizeof(ours));
	change.rss_hf = dev.flow_type_rss_offloads;
	RSD_CHECK_EQ(rte_eth_dev_rss_hash_update(info.port_id, &change), 0);
	rsd_rss_settle(&info, &dev);
	device_key(&info, key, 40);
	RSD_CHECK(memcmp(key, ours, 40) == 0, "the device kept the other key");
	RSD_CHECK(memcmp(info.rss_key, ours, 40) == 0, "another key is told");
	rte_vdev_uninit("net_null12");
}

static void
not_asked(void)
{
	struct rte_eth_conf conf = { 0 };
	struct rsd_port_info info;
	struct rte_eth_dev_info dev;

	device("net_null13", &with_rss, 1, &info, &dev);
	rsd_rss_request(&eng, &info, &dev, &conf);
	RSD_CHECK_EQ(conf.rxmode.mq_mode, RTE_ETH_MQ_RX_NONE);
	RSD_CHECK(info.spreading == NULL && !info.rss, "one queue needs no spreading");
	info.nb_queues = QUEUES;
	info.facts = &without;
	rsd_rss_request(&eng, &info, &dev, &conf);
	RSD_CHECK_EQ(conf.rxmode.mq_mode, RTE_ETH_MQ_RX_NONE);
	RSD_CHECK(strcmp(info.spreading, "the driver") == 0, "says %s", info.spreading);
	rte_vdev_uninit("net_null13");
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "a key that was given is the device's and is what is told", given_key },
		{ "without one it is random, and another every time", random_keys },
		{ "a device with another key is told again", other_key },
		{ "nothing is asked for one queue, or of a driver without RSS", not_asked },
	};

	rsd_fixture_start();
	return rsd_test_run("rss", tests, RTE_DIM(tests));
}
