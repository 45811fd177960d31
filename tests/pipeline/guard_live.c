/* SPDX-License-Identifier: BSD-3-Clause */
/* Under the g.guard datagrams are answered, dropped, held and queued as ever. */
#include <pthread.h>
#include <string.h>

#include <ringside/buf.h>
#include <ringside/recv.h>

#include "control/sock_queue.h"
#include "pipeline/guarded.h"
#include "support/rows.h"

static void
echo(void)
{
	unsigned int round;

	guarded_open_echo();
	for (round = 0; round < 3; round++) {
		guarded_push("udp fill=1 len=0");
		guarded_push("udp fill=2 len=1");
		guarded_push("udp fill=3 len=3 pad=15");
		guarded_push("udp fill=4 len=64 udpsum=zero");
		guarded_push("udp fill=5 len=1472");
		guarded_push("udp dport=7786 fill=6 len=100");
		RSD_CHECK_EQ(rsd_fixture_turn(&g.f), 6);
		rsd_rows_check_out(&g.f, 0,
			"answer fill=1 len=0;answer fill=2 len=1;answer fill=3 len=3;"
			"answer fill=4 len=64 udpsum=zero;answer fill=5 len=1472;"
			"answer sport=7786 fill=6 len=100");
	}
	guarded_check_totals(18, 0, 0);
	guarded_close();
}

static void
tagged(void)
{
	guarded_open(RSD_CSUM_SKIP, 5);
	rsd_rows_open_socks(&g.f);
	guarded_push("udp vlan=5 fill=1 len=700");
	rsd_fixture_turn(&g.f);
	rsd_rows_check_out(&g.f, 0, "answer vlan=5 fill=1 len=700");
	guarded_check_totals(1, 0, 0);
	guarded_close();
}

/* Whatever becomes of a datagram, its buffer is fit for the next one. */
static void
all_ends(void)
{
	static const char *const frames[] = { "udp dport=9", "udp dport=7779 len=1000",
		"udp dport=7781", "udp dport=7782", "udp sport=0", "udp sport=7" };
	unsigned int i, round;

	guarded_open_echo();
	for (round = 0; round < 2 * GUARDED_BUFS; round++) {
		for (i = 0; i < RTE_DIM(frames); i++)
			guarded_push(frames[i]);
		rsd_fixture_turn(&g.f);
	}
	RSD_CHECK(rsd_fixture_pull(&g.f, 0) == NULL, "something was answered");
	guarded_check_totals(2 * GUARDED_BUFS * RTE_DIM(frames), 0, 0);
	guarded_close();
}

/* What the host part has to read, and what does not lie where the g.guard wants it, is left alone.
 */
static void
not_closed(void)
{
	struct rte_mbuf *m;

	guarded_open_echo();
	guarded_push("ping len=56");
	guarded_push("arp");
	guarded_push("udp opts=01010101 len=64");
	guarded_push("udp vlan=0 len=64");
	guarded_push("udp ipsum=bad len=64");
	guarded_push("udp dst=10.9.0.255 dmac=bcast dport=7779");
	m = guarded_push("udp fill=2 len=8");
	m->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	m->vlan_tci = 0;
	rsd_fixture_push_text(&g.f, 0, "udp fill=3 len=9");
	rsd_fixture_turn(&g.f);
	rsd_rows_check_out(
		&g.f, 0, "pong len=56;arpreply;answer len=64;answer len=64;answer fill=3 len=9");
	guarded_check_totals(0, 8, 0);
	guarded_close();
}

/* Where the device checks sums, those that it did not find good are the engine's to check. */
static void
sums_of_a_device(void)
{
	struct rte_mbuf *m;

	guarded_open(RSD_CSUM_NIC, 0);
	rsd_rows_open_socks(&g.f);
	m = guarded_push("udp fill=1 len=30");
	m->ol_flags |= RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	guarded_push("udp fill=2 len=30");
	m = guarded_push("udp fill=3 len=30 udpsum=bad");
	m->ol_flags |= RTE_MBUF_F_RX_L4_CKSUM_BAD;
	rsd_fixture_turn(&g.f);
	rsd_rows_check_out(&g.f, 0, "answer fill=1 len=30;answer fill=2 len=30");
	RSD_CHECK_EQ(rsd_fixture_count(&g.f, RSD_C_udp_csum), 1);
	guarded_check_totals(1, 2, 0);
	guarded_close();
}

/* What a handler keeps is its program's to read, and on its way back it is the engine's again. */
static void
held(void)
{
	struct script s = { .verdict = { RSD_HOLD, RSD_HOLD } };

	guarded_open(RSD_CSUM_SKIP, 0);
	guarded_sock(play, &s);
	guarded_push("udp fill=1 len=20");
	guarded_push("udp fill=2 len=20");
	rsd_fixture_turn(&g.f);
	guarded_check_totals(2, 0, 2);
	RSD_CHECK_EQ(*(uint8_t *)rsd_pkt_data(s.pkt[0]), rsd_spec_payload(1, 0));
	RSD_CHECK_EQ(*(uint8_t *)rsd_pkt_data(s.pkt[1]), rsd_spec_payload(2, 0));
	RSD_CHECK_EQ(rsd_pkt_answer(g.eng, s.pkt[0], RSD_ANSWER_SAME), 0);
	RSD_CHECK_EQ(rsd_pkt_release(g.eng, s.pkt[1]), 0);
	RSD_CHECK_EQ(rsd_fixture_turn(&g.f), 2);
	rsd_rows_check_out(&g.f, 0, "answer fill=1 len=20");
	guarded_close();
}

/* Closed while it waits, open when it has been taken, closed when it has been given back. */
static void
queued(void)
{
	struct rsd_sock *sock;
	struct rsd_pkt *pkt[3];

	guarded_open(RSD_CSUM_SKIP, 0);
	sock = guarded_queue();
	guarded_push("udp fill=1 len=20");
	guarded_push("udp fill=2 len=20");
	guarded_push("udp fill=3 len=20");
	rsd_fixture_turn(&g.f);
	guarded_check_totals(3, 0, 0);
	RSD_CHECK_EQ(rsd_sock_recv_burst(sock, pkt, 2), 2);
	guarded_check_totals(3, 0, 2);
	RSD_CHECK_EQ(*(uint8_t *)rsd_pkt_data(pkt[0]), rsd_spec_payload(1, 0));
	RSD_CHECK_EQ(*(uint8_t *)rsd_pkt_data(pkt[1]), rsd_spec_payload(2, 0));
	RSD_CHECK_EQ(rsd_pkt_answer_burst(g.eng, pkt, 2, RSD_ANSWER_SAME), 2);
	RSD_CHECK_EQ(rsd_fixture_turn(&g.f), 2);
	rsd_rows_check_out(&g.f, 0, "answer fill=1 len=20;answer fill=2 len=20");
	rsd_sock_queue_drain(g.eng, sock);
	RSD_CHECK_EQ(rsd_fixture_turn(&g.f), 1);
	rsd_sock_queue_destroy(g.eng, sock);
	guarded_close();
}

/* Answered with bytes of the program's own: those of the question are not looked at any more. */
static void
answered_from_elsewhere(void)
{
	struct script s = { .verdict = { RSD_HOLD } };
	struct rsd_buf *buf;

	guarded_open(RSD_CSUM_SKIP, 0);
	guarded_sock(play, &s);
	RSD_CHECK_EQ(rsd_buf_create(g.eng, 64, NULL, NULL, &buf), 0);
	memset(rsd_buf_data(buf), 0, 64);
	guarded_push("udp fill=1 len=200");
	rsd_fixture_turn(&g.f);
	RSD_CHECK_EQ(rsd_pkt_answer_buf(g.eng, s.pkt[0], buf, 0, 64), 0);
	rsd_buf_give(buf);
	RSD_CHECK_EQ(rsd_fixture_turn(&g.f), 1);
	RSD_CHECK_EQ(rsd_fixture_count(&g.f, RSD_C_answered), 1);
	rte_pktmbuf_free(rsd_fixture_pull(&g.f, 0));
	RSD_CHECK_EQ(rsd_buf_destroy(buf), 0);
	guarded_close();
}

/* When the way back is blocked the datagram is still the program's. */
static void
no_way_back(void)
{
	struct script s = { .verdict = { RSD_HOLD } };
	uint8_t entry;

	guarded_open(RSD_CSUM_SKIP, 0);
	guarded_sock(play, &s);
	guarded_push("udp fill=1 len=20");
	rsd_fixture_turn(&g.f);
	while (rte_ring_enqueue(g.f.lc->returns, &entry) == 0)
		;
	RSD_CHECK_EQ(rsd_pkt_answer(g.eng, s.pkt[0], RSD_ANSWER_SAME), -EAGAIN);
	RSD_CHECK_EQ(*(uint8_t *)rsd_pkt_data(s.pkt[0]), rsd_spec_payload(1, 0));
	RSD_CHECK_EQ(rsd_pkt_answer_burst(g.eng, s.pkt, 1, RSD_ANSWER_SAME), 0);
	RSD_CHECK_EQ(*(uint8_t *)rsd_pkt_data(s.pkt[0]), rsd_spec_payload(1, 0));
	rte_ring_reset(g.f.lc->returns);
	RSD_CHECK_EQ(rsd_pkt_answer(g.eng, s.pkt[0], RSD_ANSWER_SAME), 0);
	rsd_fixture_turn(&g.f);
	rsd_rows_check_out(&g.f, 0, "answer fill=1 len=20");
	guarded_close();
}

/* A handler gives the datagram to another thread, which reads before the burst is done with. */
static void
give_away(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb,
	void *arg)
{
	pthread_t thread;

	(void)sock;
	(void)nb;
	(void)arg;
	RSD_CHECK_EQ(pthread_create(&thread, NULL, guarded_sum_up, pkts[0]), 0);
	pthread_join(thread, NULL);
	verdicts[0] = RSD_ANSWER_SAME;
}

static void
other_thread(void)
{
	uintptr_t want = 0;
	uint32_t i;

	guarded_open(RSD_CSUM_SKIP, 0);
	guarded_sock(give_away, NULL);
	guarded_push("udp fill=7 len=300");
	rsd_fixture_turn(&g.f);
	rsd_rows_check_out(&g.f, 0, "answer fill=7 len=300");
	for (i = 0; i < 300; i++)
		want += rsd_spec_payload(7, i);
	RSD_CHECK_EQ(guarded_sum, want);
	guarded_check_totals(1, 0, 1);
	guarded_close();
}

/* The transmit queue is full: what is left is dropped, and what was tried again was open. */
static void
no_room_to_send(void)
{
	const struct rsd_guard_conf gconf = { .nb_bufs = GUARDED_BUFS,
		.nb_workers = 1,
		.headers = GUARDED_HEADERS,
		.node = SOCKET_ID_ANY };
	struct rsd_error err;

	guarded_open_echo();
	RSD_CHECK(rsd_guard_create(&gconf, &err) == NULL, "there are two guards");
	while (rsd_fixture_count(&g.f, RSD_C_tx_full) == 0) {
		rsd_fixture_push_text(&g.f, 0, "udp times=512");
		rsd_fixture_turn(&g.f);
	}
	guarded_push("udp fill=1 len=200");
	rsd_fixture_turn(&g.f);
	guarded_check_totals(1, rsd_fixture_count(&g.f, RSD_C_rx_frames) - 1, 0);
	while (g.f.nb_pulled < rsd_fixture_count(&g.f, RSD_C_answered))
		rte_pktmbuf_free(rsd_fixture_pull(&g.f, 0));
	guarded_close();
}

const struct guard_case guard_live[] = {
	{ "echo", echo },
	{ "tagged", tagged },
	{ "all_ends", all_ends },
	{ "not_closed", not_closed },
	{ "sums_of_a_device", sums_of_a_device },
	{ "held", held },
	{ "queued", queued },
	{ "answered_from_elsewhere", answered_from_elsewhere },
	{ "no_way_back", no_way_back },
	{ "other_thread", other_thread },
	{ "no_room_to_send", no_room_to_send },
};

const unsigned int nb_guard_live = RTE_DIM(guard_live);
