/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>

#include <ringside/service.h>
#include <ringside/sock.h>

#include "bench/dp.h"
#include "bench/dp_ring.h"
#include "datapath/look.h"
#include "table/sock_table.h"
#include "wire/csum.h"
#include "wire/turn.h"

#define RING    RSD_DP_RING
#define MTU     1500
#define POOL    4095
#define PORT    9999
#define SAMPLED 1024 /* a datagram of so many is watched */
#define IP_OURS RTE_BE32(0x0a630002)

static const uint8_t mac_ours[6] = { 2, 0, 0, 0, 0, 2 };
static const uint8_t mac_peer[6] = { 2, 0, 0, 0, 0, 1 };

struct bench {
	struct rte_mempool *pool;
	struct rte_ring *to_engine, *from_engine;
	struct rsd_sock_table *table;
	struct rsd_port port;
	struct rsd_sock sock;
	struct rsd_lcore *lc;
	unsigned int frames, size;
};

static const struct mode {
	const char *name;
	rsd_pipeline_fn pipeline;
	enum rsd_csum_mode csum;
} modes[] = {
	{ "respond", rsd_pipeline_respond, RSD_CSUM_SKIP },
	{ "verify", rsd_pipeline_respond, RSD_CSUM_VERIFY },
	{ "swap", rsd_pipeline_swap, RSD_CSUM_SKIP },
	{ "bounce", rsd_pipeline_bounce, RSD_CSUM_SKIP },
	{ "sampled", rsd_pipeline_sampled, RSD_CSUM_SKIP },
	{ "watched", rsd_pipeline_watched, RSD_CSUM_SKIP },
};

/* Functions return what went wrong, or NULL. */

/* A request of size bytes without FCS, of the flow-th flow. */
static void
write_request(uint8_t *eth, unsigned int size, unsigned int flow)
{
	uint8_t *ip = eth + 14, *udp = ip + 20;
	unsigned int i;

	memset(eth, 0, size);
	memcpy(eth, mac_ours, 6);
	memcpy(eth + 6, mac_peer, 6);
	rsd_store16(eth + 12, RTE_BE16(0x0800));
	rsd_store64(ip, RSD_TURN_IP4_HEAD);
	rsd_store16(ip + 2, rte_cpu_to_be_16((uint16_t)(size - 14)));
	rsd_store16(ip + 8, RTE_BE16(64 << 8 | 17));
	rsd_store32(ip + 12, rte_cpu_to_be_32(0x0a630100 + flow));
	rsd_store32(ip + 16, IP_OURS);
	rsd_store16(ip + 10, (uint16_t)~rsd_csum_fold(rsd_csum_ip4_header(ip)));
	rsd_store16(udp, rte_cpu_to_be_16((uint16_t)(20000 + flow)));
	rsd_store16(udp + 2, rte_cpu_to_be_16(PORT));
	rsd_store16(udp + 4, rte_cpu_to_be_16((uint16_t)(size - 34)));
	for (i = 42; i < size; i++)
		eth[i] = (uint8_t)(i * 7 + flow);
	rsd_store16(udp + 6, (uint16_t)~rsd_csum_fold(
				     rsd_csum_bytes(udp, size - 34, rsd_csum_udp4_pseudo(udp))));
}

static const char *
make_rings(struct bench *b)
{
	int port_id;

	b->to_engine =
		rte_ring_create("to_engine", RING, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
	b->from_engine =
		rte_ring_create("from_engine", RING, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (b->to_engine == NULL || b->from_engine == NULL)
		return "no memory for rings";
	port_id = rte_eth_from_rings("perf", &b->to_engine, 1, &b->from_engine, 1, 0);
	if (port_id < 0)
		return "net_ring refused";
	b->port.port_id = (uint16_t)port_id;
	return NULL;
}

static const char *
start_port(struct bench *b)
{
	const struct rte_eth_conf conf = { 0 };
	uint16_t id = b->port.port_id;

	if (rte_eth_dev_configure(id, 1, 1, &conf) != 0 ||
		rte_eth_rx_queue_setup(id, 0, RING, 0, NULL, b->pool) != 0 ||
		rte_eth_tx_queue_setup(id, 0, RING, 0, NULL) != 0 || rte_eth_dev_start(id) != 0)
		return "the ring port does not start";
	return NULL;
}

static const char *
make_lcore(struct bench *b, uint16_t burst)
{
	const struct rsd_wire_addr addr = { .addr = IP_OURS, .len = 16 };
	struct rsd_sock_conf echo;
	struct rsd_lcore *lc = rte_zmalloc("lc", sizeof(*lc), RTE_CACHE_LINE_SIZE);

	if (rsd_service_check("echo:9999", &echo, NULL) != 0)
		return "there is no echo service";
	b->sock.handler = echo.handler;
	b->sock.family = AF_INET;
	b->sock.port = PORT;
	rsd_ip_set_v4(&b->sock.local, 0);
	b->table = rsd_sock_table_create(&(struct rsd_sock_table_conf){ .max_socks = 16 });
	if (lc == NULL || b->table == NULL || rsd_sock_table_bind(b->table, &b->sock) != 0)
		return "no memory";
	rsd_wire_local_init(&b->port.wire, mac_ours, 0, MTU, &addr, 1);
	lc->stats = rte_zmalloc("stats", sizeof(*lc->stats), RTE_CACHE_LINE_SIZE);
	lc->sock_stats = rte_zmalloc("sock", sizeof(*lc->sock_stats), RTE_CACHE_LINE_SIZE);
	lc->returns = rte_ring_create("returns", 64, SOCKET_ID_ANY, RING_F_SC_DEQ);
	lc->qsbr = rte_zmalloc("qsbr", rte_rcu_qsbr_get_memsize(1), RTE_CACHE_LINE_SIZE);
	rte_rcu_qsbr_init(lc->qsbr, 1);
	rte_rcu_qsbr_thread_register(lc->qsbr, 0);
	rte_rcu_qsbr_thread_online(lc->qsbr, 0);
	lc->table = b->table;
	lc->burst = burst;
	lc->nb_queues = 1;
	lc->queue[0].port = &b->port;
	lc->queue[0].port_id = b->port.port_id;
	lc->custody = rsd_custody_create(SAMPLED, 0, SOCKET_ID_ANY);
	b->lc = lc;
	return lc->custody != NULL ? NULL : "no memory";
}

static const char *
fill(struct bench *b)
{
	struct rte_mbuf *m;
	unsigned int i;

	for (i = 0; i < b->frames; i++) {
		m = rte_pktmbuf_alloc(b->pool);
		if (m == NULL)
			return "no buffers";
		write_request((uint8_t *)rte_pktmbuf_append(m, (uint16_t)b->size), b->size, i);
		rte_ring_sp_enqueue(b->to_engine, m);
	}
	return NULL;
}

/* An answer back into the request it was. */
static void
turn_back(uint8_t *eth)
{
	uint64_t addrs = rsd_load64(eth + 26);
	uint32_t ports = rsd_load32(eth + 34);

	memcpy(eth, mac_ours, 6);
	memcpy(eth + 6, mac_peer, 6);
	if ((uint32_t)(addrs >> 32) == IP_OURS)
		return; /* swap and bounce leave layer 3 alone */
	rsd_store64(eth + 26, addrs >> 32 | addrs << 32);
	rsd_store32(eth + 34, ports >> 16 | ports << 16);
}

static void
refill(struct bench *b)
{
	struct rte_mbuf *m[RSD_BURST_MAX];
	unsigned int i,
		nb = rte_ring_sc_dequeue_burst(b->from_engine, (void **)m, RSD_BURST_MAX, NULL);

	for (i = 0; i < nb; i++)
		turn_back(rte_pktmbuf_mtod(m[i], uint8_t *));
	rte_ring_sp_enqueue_bulk(b->to_engine, (void *const *)m, nb, NULL);
}

/* What a core does with one burst, timed. */
static uint64_t
timed_turn(struct bench *b, uint64_t *packets)
{
	uint64_t start = rte_rdtsc();

	*packets += rsd_lcore_turn(b->lc);
	rte_rcu_qsbr_quiescent(b->lc->qsbr, 0);
	return rte_rdtsc() - start;
}

static const char *
window(struct bench *b, const struct mode *mode, uint64_t ms, uint64_t limit)
{
	uint64_t deadline = rte_rdtsc() + rte_get_tsc_hz() / 1000 * ms;
	uint64_t packets = 0, cycles = 0;

	b->lc->pipeline = mode->pipeline;
	b->port.csum = mode->csum;
	b->port.look = rsd_look_choose(NULL, mode->csum);
	while (limit != 0 ? packets < limit : rte_rdtsc() < deadline) {
		cycles += timed_turn(b, &packets);
		refill(b);
	}
	if (rte_ring_count(b->to_engine) != b->frames)
		return "frames were lost: the figure would be wrong";
	printf("%s %" PRIu64 " %" PRIu64 "\n", mode->name, packets, cycles);
	return fflush(stdout) == 0 ? NULL : "nobody reads";
}

static const char *
obey(struct bench *b, const char *line)
{
	char name[32], amount[24];
	unsigned int i;

	if (sscanf(line, "%31s %23s", name, amount) != 2)
		return "expected MODE MILLISECONDS or MODE =PACKETS";
	for (i = 0; i < RTE_DIM(modes) && strcmp(modes[i].name, name) != 0; i++)
		;
	if (i == RTE_DIM(modes))
		return "no such mode";
	if (amount[0] == '=')
		return window(b, &modes[i], 0, strtoull(amount + 1, NULL, 10));
	return window(b, &modes[i], strtoull(amount, NULL, 10), 0);
}

static const char *
make_all(struct bench *b, uint16_t burst)
{
	const char *why;

	if (b->size < 42 || b->size > MTU + 14 || burst < 1 || burst > RSD_BURST_MAX)
		return "expected [EAL options] -- [frame bytes without FCS] [burst]";
	b->pool = rte_pktmbuf_pool_create(
		"perf", POOL, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (b->pool == NULL)
		return "no memory for buffers";
	why = make_rings(b);
	if (why == NULL)
		why = start_port(b);
	if (why == NULL)
		why = make_lcore(b, burst);
	return why != NULL ? why : fill(b);
}

int
rsd_dp_ring_main(int argc, char **argv)
{
	struct bench b = { .frames = RSD_DP_IN_RING, .size = 60 };
	int used = rte_eal_init(argc, argv);
	const char *why = used < 0 ? "EAL did not start" : NULL;
	uint16_t burst = RSD_DP_BURST;
	char line[64];

	argc -= used;
	argv += used;
	if (why == NULL && argc > 1)
		b.size = (unsigned int)atoi(argv[1]);
	if (why == NULL && argc > 2)
		burst = (uint16_t)atoi(argv[2]);
	if (why == NULL)
		why = make_all(&b, burst);
	if (why == NULL) {
		printf("ready %s\n", RSD_BUILD_CPU);
		fflush(stdout);
	}
	while (why == NULL && fgets(line, sizeof(line), stdin) != NULL)
		why = obey(&b, line);
	if (why != NULL)
		fprintf(stderr, "%s\n", why);
	return why != NULL;
}
