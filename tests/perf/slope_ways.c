/* SPDX-License-Identifier: BSD-3-Clause */
/* The rings that frames go round in, and the ways between them. */
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>

#include <ringside/recv.h>
#include <ringside/service.h>

#include "datapath/look.h"
#include "datapath/stages.h"
#include "perf/slope.h"
#include "support/small_engine.h"
#include "wire/csum.h"

#define POOL       2047
#define POOL_CACHE 256 /* as the engine's own */
#define PORT_QUEUE 9998
#define PORT_ECHO  RSD_TEST_PORT /* as the frames are made: their checksums hold there */

const struct slope_way slope_ways[SLOPE_WAYS] = {
	{ "memcpy", "received, copied, sent: no stage between", RSD_PLANT_NONE, SLOPE_MEMCPY },
	{ "echo", "answered where it lies", RSD_PLANT_NONE, SLOPE_ECHO },
	{ "echo, parse", "copied behind parse", RSD_PLANT_PARSE, SLOPE_ECHO },
	{ "echo, lookup", "copied behind look-up", RSD_PLANT_LOOKUP, SLOPE_ECHO },
	{ "echo, service", "copied behind the handler", RSD_PLANT_SERVICE, SLOPE_ECHO },
	{ "echo, tx", "copied in front of the device", RSD_PLANT_TX, SLOPE_ECHO },
	{ "queue", "read by the program, answered later", RSD_PLANT_NONE, SLOPE_QUEUED },
	{ "queue, queue", "copied on its way back", RSD_PLANT_QUEUE, SLOPE_QUEUED },
	{ "echo, verified", "UDP checksum: read, not copied", RSD_PLANT_NONE, SLOPE_VERIFY },
};

static struct rsd_fixture f;
static struct rsd_engine *eng;
static struct rsd_sock *echo, *queue;
static struct rte_mempool *pool;
static struct rte_mbuf *frame[SLOPE_FRAMES];
static enum rsd_plant given; /* by the environment: the fault that every way has */

bool
slope_runs(enum slope_way_id way)
{
	return slope_ways[way].plant == RSD_PLANT_NONE || rsd_plant_possible();
}

_Noreturn static void
give_up(const char *what)
{
	fprintf(stderr, "slope: %s\n", what);
	exit(EXIT_FAILURE);
}

void
slope_open(void)
{
	struct rsd_sock_conf conf;

	given = rsd_plant_get();
	rsd_fixture_start();
	rsd_fixture_open(&f, &(struct rsd_fixture_conf){ .csum = RSD_CSUM_SKIP });
	pool = rte_pktmbuf_pool_create(
		"slope", POOL, POOL_CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (pool == NULL || rte_pktmbuf_alloc_bulk(pool, frame, SLOPE_FRAMES) != 0)
		give_up("no memory for buffers");
	if (rsd_service_check("echo:7777", &conf, NULL) != 0)
		give_up("there is no echo service");
	echo = rsd_fixture_sock(&f, 0, PORT_ECHO, conf.flags, conf.handler, conf.arg);
	eng = small_engine_open(&f, SLOPE_FRAMES);
	queue = rsd_fixture_sock(&f, 0, PORT_QUEUE, 0, conf.handler, NULL);
	queue->eng = eng;
	if (rsd_sock_queue_create(eng, queue, SLOPE_FRAMES) != 0)
		give_up("no memory for a queue");
}

void
slope_size(uint32_t payload)
{
	struct rsd_frame bytes;
	unsigned int i;
	char text[48];

	snprintf(text, sizeof(text), "udp len=%u", payload);
	bytes = rsd_frame_make(text);
	for (i = 0; i < SLOPE_FRAMES; i++) {
		rte_pktmbuf_reset(frame[i]);
		memcpy(rte_pktmbuf_append(frame[i], (uint16_t)bytes.len), bytes.data, bytes.len);
	}
	rsd_frame_free(&bytes);
}

/* An answer, or what became of a request without any, is a request of its own port again. */
static void
turn_back(struct rte_mbuf *m, uint16_t port)
{
	static const uint8_t us[6] = RSD_TEST_MAC_US, peer[6] = RSD_TEST_MAC_PEER;
	uint8_t *eth = rte_pktmbuf_mtod(m, uint8_t *);

	memcpy(eth, us, 6);
	memcpy(eth + 6, peer, 6);
	rsd_store32(eth + 26, rte_cpu_to_be_32(RSD_TEST_IP_PEER));
	rsd_store32(eth + 30, rte_cpu_to_be_32(RSD_TEST_IP_US));
	rsd_store16(eth + 34, rte_cpu_to_be_16(RSD_TEST_SPORT));
	rsd_store16(eth + 36, rte_cpu_to_be_16(port));
}

/* -- the ways ---------------------------------------------------------------------------------- */

/* Receive, copy every frame once, transmit. */
static uint16_t
copy_frames(struct rsd_lcore *lc, struct rsd_queue *q)
{
	uint16_t i, nb = rsd_rx(lc, q);
	struct rte_mbuf *copy;

	for (i = 0; i < nb; i++) {
		copy = rte_pktmbuf_copy(lc->b.pkt[i], pool, 0, UINT32_MAX);
		if (copy == NULL)
			give_up("no buffers");
		rte_pktmbuf_free(lc->b.pkt[i]);
		lc->b.pkt[i] = copy;
	}
	rsd_tx(lc, q, lc->b.pkt, nb, RSD_C_forwarded);
	return nb;
}

/* What a reader does between two turns of the core. */
static void
read_queue(void)
{
	struct rsd_pkt *pkt[SLOPE_BURST];
	uint16_t nb = rsd_sock_recv_burst(queue, pkt, SLOPE_BURST);

	if (rsd_pkt_answer_burst(eng, pkt, nb, RSD_ANSWER_SAME) != nb)
		give_up("the core takes nothing back");
}

static uint64_t
timed(enum slope_way_id way)
{
	uint64_t start = rte_rdtsc();

	rsd_lcore_turn(f.lc);
	if (slope_ways[way].clean == SLOPE_QUEUED) {
		read_queue();
		rsd_lcore_turn(f.lc);
	}
	return rte_rdtsc() - start;
}

/* One burst through the way, back into the same places. */
static uint64_t
burst(enum slope_way_id way, struct rte_mbuf **m, uint16_t port)
{
	uint64_t cycles;
	unsigned int i;

	for (i = 0; i < SLOPE_BURST; i++) {
		turn_back(m[i], port);
		rsd_fixture_push(&f, 0, m[i]);
	}
	cycles = timed(way);
	for (i = 0; i < SLOPE_BURST; i++) {
		m[i] = rsd_fixture_pull(&f, 0);
		if (m[i] == NULL)
			give_up("a frame was lost: the figure would be wrong");
	}
	return cycles;
}

double
slope_lap(enum slope_way_id way)
{
	uint16_t port = slope_ways[way].clean == SLOPE_QUEUED ? PORT_QUEUE : PORT_ECHO;
	uint64_t cycles = 0;
	unsigned int i;

	rsd_plant_set(slope_ways[way].plant != RSD_PLANT_NONE ? slope_ways[way].plant : given);
	f.lc->pipeline = way == SLOPE_MEMCPY ? copy_frames : rsd_pipeline_respond;
	f.port[0].csum = way == SLOPE_VERIFY ? RSD_CSUM_VERIFY : RSD_CSUM_SKIP;
	f.port[0].look = rsd_look_choose(NULL, f.port[0].csum);
	for (i = 0; i < SLOPE_FRAMES; i += SLOPE_BURST)
		cycles += burst(way, frame + i, port);
	rsd_plant_set(given);
	return (double)cycles / SLOPE_FRAMES;
}

void
slope_close(void)
{
	struct rsd_findings x;

	rte_pktmbuf_free_bulk(frame, SLOPE_FRAMES);
	rsd_sock_queue_destroy(eng, queue);
	rsd_fixture_findings(&f, &x);
	if (x.gap != 0 || x.uncounted != 0 || x.left != 0 || rte_mempool_avail_count(pool) != POOL)
		give_up("the books do not balance");
	rte_mempool_free(pool);
}
