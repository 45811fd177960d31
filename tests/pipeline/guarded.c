/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/guarded.h"
#include "support/rows.h"
#include "support/small_engine.h"

struct guarded g;
volatile uintptr_t guarded_sum;

/* -- one byte, read in a stage --------------------------------------------------------------- */

static enum rsd_place planted = RSD_PLACES;
static unsigned int plant_packet, plant_byte;
static struct rte_mbuf *plant_held; /* in RSD_PLACE_QUEUE: of this one */

static void
read_byte(enum rsd_place place, struct rte_mbuf *const *pkt, unsigned int nb)
{
	const volatile uint8_t *payload;

	if (place != planted || plant_packet >= nb)
		return;
	payload = rte_pktmbuf_mtod_offset(pkt[plant_packet], const uint8_t *, GUARDED_HEADERS);
	(void)payload[plant_byte];
}

uint16_t __real_rsd_rx(struct rsd_lcore *lc, struct rsd_queue *q);
uint16_t __wrap_rsd_rx(struct rsd_lcore *lc, struct rsd_queue *q);
uint16_t
__wrap_rsd_rx(struct rsd_lcore *lc, struct rsd_queue *q)
{
	uint16_t nb = __real_rsd_rx(lc, q);

	read_byte(RSD_PLACE_DRIVER_RX, lc->b.pkt, nb);
	return nb;
}

#define WRAP(stage, place)                                                               \
	uint16_t __real_##stage(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb); \
	uint16_t __wrap_##stage(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb); \
	uint16_t __wrap_##stage(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb)  \
	{                                                                                \
		nb = __real_##stage(lc, q, nb);                                          \
		read_byte(place, lc->b.pkt, nb);                                         \
		return nb;                                                               \
	}

WRAP(rsd_parse, RSD_PLACE_PARSE)
WRAP(rsd_lookup, RSD_PLACE_LOOKUP)
WRAP(rsd_respond, RSD_PLACE_SERVICE)

void __real_rsd_tx(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf **out, uint16_t nb,
	enum rsd_counter end);
void __wrap_rsd_tx(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf **out, uint16_t nb,
	enum rsd_counter end);
void
__wrap_rsd_tx(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf **out, uint16_t nb,
	enum rsd_counter end)
{
	read_byte(RSD_PLACE_TX, out, nb);
	__real_rsd_tx(lc, q, out, nb, end);
}

uint16_t __real_rsd_returns(struct rsd_lcore *lc);
uint16_t __wrap_rsd_returns(struct rsd_lcore *lc);
uint16_t
__wrap_rsd_returns(struct rsd_lcore *lc)
{
	if (plant_held != NULL)
		read_byte(RSD_PLACE_QUEUE, &plant_held, 1);
	return __real_rsd_returns(lc);
}

void
guarded_plant(enum rsd_place place, unsigned int packet, unsigned int byte)
{
	planted = place;
	plant_packet = packet;
	plant_byte = byte;
}

void
guarded_plant_held(const struct rsd_pkt *p)
{
	guarded_plant(RSD_PLACE_QUEUE, 0, 0);
	plant_held = rsd_pkt_mbuf(p);
}

void *
guarded_sum_up(void *pkt)
{
	uintptr_t sum = 0;
	uint32_t i;

	for (i = 0; i < rsd_pkt_len(pkt); i++)
		sum += ((const uint8_t *)rsd_pkt_data(pkt))[i];
	guarded_sum = sum;
	return NULL;
}

/* -- an engine under the guard --------------------------------------------------------------- */

void
guarded_open(enum rsd_csum_mode csum, uint16_t vlan)
{
	const struct rsd_fixture_conf conf = {
		.csum = csum, .vlan = vlan, .pipeline = rsd_pipeline_watched, .unguarded = true
	};
	const struct rsd_guard_conf gconf = { .nb_bufs = GUARDED_BUFS,
		.nb_workers = GUARDED_WORKER + 1,
		.headers = GUARDED_HEADERS + (vlan != 0 ? 4 : 0),
		.node = SOCKET_ID_ANY };
	struct rsd_guard_queue q = {
		.worker = GUARDED_WORKER, .port = GUARDED_PORT, .sums = csum == RSD_CSUM_NIC
	};
	struct rsd_error err;

	rsd_fixture_open(&g.f, &conf);
	g.guard = rsd_guard_create(&gconf, &err);
	if (g.guard == NULL) {
		printf("%s\n", err.text);
		exit(EXIT_FAILURE);
	}
	q.port_id = g.f.port[0].port_id;
	q.wire = &g.f.port[0].wire;
	if (rsd_guard_watch(g.guard, &q) != 0)
		rsd_test_skip("this DPDK was built without callbacks of receive and transmit");
	g.f.lc->guard = rsd_guard_core(g.guard, GUARDED_WORKER, &g.f.lc->custody->place);
	g.eng = small_engine_open(&g.f, GUARDED_BUFS);
	g.eng->guard = g.guard;
}

void
guarded_open_echo(void)
{
	guarded_open(RSD_CSUM_SKIP, 0);
	rsd_rows_open_socks(&g.f);
}

/* All of every buffer can be written to: none stayed closed. */
static void
check_all_open(void)
{
	struct rte_mbuf *m[GUARDED_BUFS];
	unsigned int i;

	RSD_CHECK_EQ(rte_pktmbuf_alloc_bulk(rsd_guard_pool(g.guard), m, GUARDED_BUFS), 0);
	for (i = 0; i < GUARDED_BUFS; i++)
		memset(m[i]->buf_addr, 0x5a, m[i]->buf_len);
	rte_pktmbuf_free_bulk(m, GUARDED_BUFS);
}

void
guarded_close(void)
{
	RSD_CHECK_EQ(rte_mempool_avail_count(rsd_guard_pool(g.guard)), GUARDED_BUFS);
	check_all_open();
	rsd_guard_unwatch(g.guard);
	rsd_fixture_close(&g.f);
	rsd_guard_destroy(g.guard);
}

struct rte_mbuf *
guarded_push(const char *text)
{
	struct rsd_frame frame = rsd_frame_make(text);
	struct rte_mbuf *m = rte_pktmbuf_alloc(rsd_guard_pool(g.guard));

	memcpy(rte_pktmbuf_append(m, (uint16_t)frame.len), frame.data, frame.len);
	rsd_frame_free(&frame);
	rsd_fixture_push(&g.f, 0, m);
	return m;
}

void
guarded_check_totals(uint64_t closed, uint64_t open, uint64_t handed)
{
	struct rsd_guard_totals t;

	rsd_guard_get_totals(g.guard, &t);
	RSD_CHECK_EQ(t.closed, closed);
	RSD_CHECK_EQ(t.open, open);
	RSD_CHECK_EQ(t.handed, handed);
}

void
guarded_sock(rsd_handler_t handler, void *arg)
{
	rsd_fixture_sock(&g.f, 0, RSD_TEST_PORT, 0, handler, arg)->eng = g.eng;
}

struct rsd_sock *
guarded_queue(void)
{
	return small_engine_sock(&g.f, RSD_TEST_PORT, 4);
}
