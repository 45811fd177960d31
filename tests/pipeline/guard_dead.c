/* SPDX-License-Identifier: BSD-3-Clause */
/* Whoever touches a payload dies, and the stage is named. */
#include <pthread.h>
#include <sys/mman.h>

#include <ringside/recv.h>

#include "pipeline/guarded.h"
#include "service/services.h"
#include "support/rows.h"

static void
plant(enum rsd_place place, unsigned int packet, unsigned int byte)
{
	guarded_plant(place, packet, byte);
	guarded_open_echo();
	guarded_push("udp fill=1 len=10");
	guarded_push("arp");
	guarded_push("udp fill=2 len=20");
	guarded_push("udp fill=3 len=1472");
	rsd_fixture_turn(&g.f);
}

static void
in_rx(void)
{
	plant(RSD_PLACE_DRIVER_RX, 2, 0);
}

static void
in_parse(void)
{
	plant(RSD_PLACE_PARSE, 0, 0);
}

static void
in_lookup(void)
{
	plant(RSD_PLACE_LOOKUP, 1, 17);
}

static void
in_respond(void)
{
	plant(RSD_PLACE_SERVICE, 2, 1471);
}

static void
in_tx(void)
{
	plant(RSD_PLACE_TX, 1, 3);
}

/* In the queue of returns, where the engine has it again. */
static void
in_queue(void)
{
	struct script s = { .verdict = { RSD_HOLD } };

	guarded_open(RSD_CSUM_SKIP, 0);
	guarded_sock(play, &s);
	guarded_push("udp fill=1 len=20");
	rsd_fixture_turn(&g.f);
	RSD_CHECK_EQ(*(uint8_t *)rsd_pkt_data(s.pkt[0]), rsd_spec_payload(1, 0));
	RSD_CHECK_EQ(rsd_pkt_answer(g.eng, s.pkt[0], RSD_ANSWER_SAME), 0);
	guarded_plant_held(s.pkt[0]);
	rsd_fixture_turn(&g.f);
}

/* Nobody has taken it from the queue of its socket yet. */
static void
while_it_waits(void)
{
	struct rte_mbuf *m;

	guarded_open(RSD_CSUM_SKIP, 0);
	guarded_queue();
	m = guarded_push("udp fill=1 len=20");
	rsd_fixture_turn(&g.f);
	guarded_sum_up(m);
}

static void
look(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	(void)sock;
	(void)verdicts;
	(void)nb;
	(void)arg;
	guarded_sum_up(pkts[0]);
}

static void
handler(rsd_handler_t fn, void *arg, const char *frame)
{
	guarded_open(RSD_CSUM_SKIP, 0);
	guarded_sock(fn, arg);
	guarded_push(frame);
	rsd_fixture_turn(&g.f);
}

static void
in_handler(void)
{
	handler(look, NULL, "udp len=64");
}

static void
in_sockperf(void)
{
	handler(rsd_sockperf, NULL, "udp len=64");
}

static void
in_time(void)
{
	handler(rsd_time, NULL, "udp len=64");
}

/* The answer's checksum is made anew, over every byte. */
static void
in_sum(void)
{
	enum rsd_verdict v = RSD_ANSWER;

	handler(rsd_fixture_verdict, &v, "udp len=64");
}

static void
in_verify(void)
{
	guarded_open(RSD_CSUM_VERIFY, 0);
	rsd_rows_open_socks(&g.f);
	guarded_push("udp len=64");
	rsd_fixture_turn(&g.f);
}

static void
copy_of_it(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb,
	void *arg)
{
	struct rte_mbuf *m = rsd_pkt_mbuf(pkts[0]);

	(void)sock;
	(void)verdicts;
	(void)nb;
	*(struct rte_mbuf **)arg = rte_pktmbuf_copy(m, m->pool, 0, UINT32_MAX);
}

static void
in_copy(void)
{
	struct rte_mbuf *copy;

	handler(copy_of_it, &copy, "udp len=64");
}

/* The program goes on reading what it has given back. */
static void
after_release(void)
{
	struct script s = { .verdict = { RSD_HOLD } };
	pthread_t thread;

	guarded_open(RSD_CSUM_SKIP, 0);
	guarded_sock(play, &s);
	guarded_push("udp fill=1 len=20");
	rsd_fixture_turn(&g.f);
	RSD_CHECK_EQ(rsd_pkt_release(g.eng, s.pkt[0]), 0);
	pthread_create(&thread, NULL, guarded_sum_up, s.pkt[0]);
	pthread_join(thread, NULL);
}

/* Not the guard's business. */
void
guard_elsewhere(void)
{
	volatile uint8_t *page;

	guarded_open_echo();
	page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	(void)page[5];
}

const struct guard_case guard_dead[] = {
	{ "in_rx", in_rx,
		"stage driver_rx read byte 0 of the payload of packet 2 of the burst \\(20 "
		"bytes, page 0x[0-9a-f]+000, port 3 queue 0, worker 5\\)$" },
	{ "in_parse", in_parse, "stage parse read byte 0 of .* packet 0 of .*\\(10 bytes" },
	{ "in_lookup", in_lookup, "stage lookup read byte 17 of .* packet 2 of .*\\(20 bytes" },
	{ "in_respond", in_respond,
		"stage service read byte 1471 of .* packet 3 of .*\\(1472 bytes" },
	{ "in_tx", in_tx, "stage tx read byte 3 of .* packet 2 of .*\\(20 bytes" },
	{ "in_queue", in_queue, "stage queue read byte 0 of .* packet 0 of .*\\(20 bytes" },
	{ "while_it_waits", while_it_waits, "stage queue read byte 0 of" },
	{ "in_handler", in_handler, "stage service read byte 0 of .*\\(64 bytes" },
	{ "in_sockperf", in_sockperf, "stage service read byte 9 of .*\\(64 bytes" },
	{ "in_time", in_time, "stage service wrote byte 0 of .*\\(64 bytes" },
	{ "in_sum", in_sum, "stage service read byte [0-9]+ of .*\\(64 bytes" },
	{ "in_verify", in_verify, "stage parse read byte [0-9]+ of .*\\(64 bytes" },
	{ "in_copy", in_copy, "stage service read byte [0-9]+ of .*\\(64 bytes" },
	{ "after_release", after_release,
		"thread [0-9]+ of the program, which had given it back, read byte 0 of" },
};

const unsigned int nb_guard_dead = RTE_DIM(guard_dead);
