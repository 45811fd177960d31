/* SPDX-License-Identifier: BSD-3-Clause */
/* The mbuf pool: one, on the NUMA node of the first port, sized so that no queue can run it dry. */
#include <errno.h>

#include <numa.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include "base/err.h"
#include "base/log.h"
#include "control/engine.h"

#define CACHE 256
/* What a peer may keep in flight before receiving suffers. */
#define SLACK 1024
/* What the program may hold, and queues of sockets be promised, where --mbufs is not given. */
#define HELD 4096

/* For receiving and sending at any load. */
static unsigned int
needed(const struct rsd_conf *conf, unsigned int nb_ports, unsigned int queues)
{
	unsigned int rings = nb_ports * queues * (conf->rx_desc + conf->tx_desc);
	unsigned int cores = queues * (CACHE * 2 + conf->burst * 4);

	return rings + cores + SLACK;
}

unsigned int
rsd_pool_size(const struct rsd_conf *conf, unsigned int nb_ports, unsigned int queues)
{
	unsigned int want = needed(conf, nb_ports, queues) + HELD;

	/* A ring-backed pool is full at a power of two less one. */
	return conf->mbufs != 0 ? conf->mbufs : rte_align32pow2(want + 1) - 1;
}

unsigned int
rsd_pool_mib(const struct rsd_conf *conf, unsigned int nb_mbufs)
{
	/* A buffer with its header and the pool's, and what EAL, rings and tables need besides. */
	uint64_t each =
		RTE_MBUF_DEFAULT_BUF_SIZE + sizeof(struct rte_mbuf) + 2 * RTE_CACHE_LINE_SIZE;

	if (conf->guard) /* pages of their own instead of room behind the mbuf */
		each += rsd_guard_bytes(1) - RTE_MBUF_DEFAULT_BUF_SIZE;
	return (unsigned int)(nb_mbufs * each >> 20) + 96;
}

/* -1 on machines with one node, or where the port does not say. */
static int
port_node(const struct rsd_engine *eng)
{
	int node = eng->nb_ports != 0 ? rte_eth_dev_socket_id(eng->port_info[0].port_id) : -1;

	return numa_available() < 0 || numa_max_node() == 0 ? SOCKET_ID_ANY : node;
}

static int
make(struct rsd_engine *eng, unsigned int nb, struct rsd_error *err)
{
	unsigned int cache = nb / 4 < CACHE ? 0 : CACHE;

	eng->pool = rte_pktmbuf_pool_create(
		"rsd_pool", nb, cache, 0, RTE_MBUF_DEFAULT_BUF_SIZE, port_node(eng));
	if (eng->pool != NULL)
		return 0;
	return rsd_err(err, RSD_EXIT_NOT_READY, -ENOMEM,
		"mbufs: no memory for %u buffers (%u MiB): %s; give a smaller --mbufs or reserve "
		"hugepages",
		nb, rsd_pool_mib(&eng->conf, nb), rte_strerror(rte_errno));
}

int
rsd_pool_create(struct rsd_engine *eng, struct rsd_error *err)
{
	unsigned int nb = rsd_pool_size(&eng->conf, eng->nb_ports, eng->queues), need;
	int ret = eng->conf.guard ? rsd_guard_pool_create(eng, nb, port_node(eng), err)
				  : make(eng, nb, err);

	if (ret != 0)
		return ret;
	need = needed(&eng->conf, eng->nb_ports, eng->queues);
	eng->pool_spare = nb > need ? nb - need : 0;
	rsd_say("buffers: %u of %u bytes; %u of them can wait in queues of sockets or be held", nb,
		rte_pktmbuf_data_room_size(eng->pool) - RTE_PKTMBUF_HEADROOM, eng->pool_spare);
	return 0;
}
