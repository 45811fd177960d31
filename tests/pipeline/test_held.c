/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that a handler keeps and brings back, and where answers leave. */
#include <string.h>

#include "pipeline/script.h"
#include "support/cunit_runner.h"
#include "support/eal_fixture.h"
#include "support/rows.h"

static void
give_back(struct rsd_fixture *f, struct rsd_pkt *p, uint8_t verdict)
{
	RSD_CHECK_EQ(rte_ring_enqueue(f->lc->returns, (void *)((uintptr_t)p | verdict)), 0);
}

static int64_t
held_now(const struct rsd_fixture *f)
{
	struct rsd_stats st;
	struct rsd_books books;

	rsd_fixture_stats(f, &st);
	rsd_books_from(&st, &books);
	RSD_CHECK_EQ(books.gap, 0);
	return (int64_t)books.held;
}

static void
held(void)
{
	struct script s = { .verdict = { RSD_HOLD, RSD_HOLD, RSD_ANSWER_SAME, RSD_HOLD, RSD_HOLD,
				    RSD_HOLD, RSD_HOLD } };
	struct rsd_fixture f;

	rsd_fixture_open(&f, NULL);
	rsd_fixture_sock(&f, 0, RSD_TEST_PORT, 0, play, &s);
	rsd_fixture_push_text(&f, 0,
		"udp fill=1 len=50;udp fill=2;udp fill=3;udp fill=4;"
		"udp fill=5;udp fill=6;udp fill=7 split=20");
	rsd_fixture_turn(&f);
	rsd_rows_check_out(&f, 0, "answer fill=3");
	RSD_CHECK_EQ(held_now(&f), 6);
	RSD_CHECK_EQ(rsd_fixture_turn(&f), 0);

	RSD_CHECK_EQ(rsd_pkt_set_len(s.pkt[0], 20), 0);
	give_back(&f, s.pkt[0], RSD_ANSWER);
	give_back(&f, s.pkt[6], RSD_ANSWER_SAME);
	give_back(&f, s.pkt[1], RSD_DONE);
	give_back(&f, s.pkt[3], RSD_DROP);
	give_back(&f, s.pkt[4], 7);
	give_back(&f, s.pkt[5], RSD_HOLD);
	RSD_CHECK_EQ(rsd_fixture_turn(&f), 6);
	RSD_CHECK_EQ(held_now(&f), 1);
	rsd_rows_check_out(&f, 0, "answer fill=1 len=20;answer fill=7");
	give_back(&f, s.pkt[5], RSD_ANSWER_SAME);
	RSD_CHECK_EQ(rsd_fixture_turn(&f), 1);
	rsd_rows_check_out(&f, 0, "answer fill=6");
	RSD_CHECK_EQ(held_now(&f), 0);
	rsd_rows_check_counters(&f,
		"held_in=7 held_out=7 answered=4 delivered=1 svc_drop=1 svc_bad_verdict=1", false);
	rsd_fixture_close(&f);
}

/* What a socket may do is known of a held packet too, and so is where it came from. */
static void
held_by_whom(void)
{
	struct rsd_fixture_conf conf = { .ports = 2 };
	struct script strict = { .verdict = { RSD_HOLD, RSD_HOLD } };
	struct script free_hand = { .verdict = { RSD_HOLD, RSD_HOLD } };
	struct rsd_fixture f;
	unsigned int i;

	rsd_fixture_open(&f, &conf);
	rsd_fixture_sock(&f, 0, 1001, 0, play, &strict);
	rsd_fixture_sock(&f, 0, 1002, RSD_SOCK_MAY_AMPLIFY, play, &free_hand);
	for (i = 0; i < 2; i++)
		rsd_fixture_push_text(&f, i, "udp dport=1001 len=40;udp dport=1002 len=40");
	rsd_fixture_turn(&f);
	for (i = 0; i < 2; i++) {
		memset((uint8_t *)rsd_pkt_data(free_hand.pkt[i]) + 40, rsd_spec_payload(0x41, 40),
			1);
		RSD_CHECK_EQ(rsd_pkt_set_len(strict.pkt[i], 41), 0);
		RSD_CHECK_EQ(rsd_pkt_set_len(free_hand.pkt[i], 41), 0);
		give_back(&f, free_hand.pkt[i], RSD_ANSWER);
		give_back(&f, strict.pkt[i], RSD_ANSWER);
	}
	rsd_fixture_turn(&f);
	rsd_rows_check_out(&f, 0, "answer sport=1002 len=41");
	rsd_rows_check_out(&f, 1, "answer sport=1002 len=41");
	rsd_rows_check_counters(&f, "held_in=4 held_out=4 answered=2 resp_amplify=2", false);
	rsd_fixture_close(&f);
}

/* The ring of returns is emptied 32 at a time. */
static void
held_many(void)
{
	struct script s;
	struct rsd_fixture f;
	unsigned int i;

	memset(&s, 0, sizeof(s));
	memset(s.verdict, RSD_HOLD, sizeof(s.verdict));
	rsd_fixture_open(&f, NULL);
	rsd_fixture_sock(&f, 0, RSD_TEST_PORT, 0, play, &s);
	rsd_fixture_push_text(&f, 0, "udp times=64");
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(held_now(&f), 64);
	for (i = 0; i < 64; i++)
		give_back(&f, s.pkt[i], RSD_ANSWER_SAME);
	RSD_CHECK_EQ(rsd_fixture_turn(&f), 64);
	rsd_rows_check_out(&f, 0, "answer times=64");
	rsd_fixture_close(&f);
}

/* Held or queued, what was sent to everyone is not answered; other ways home are open to it. */
static void
held_to_many(void)
{
	struct script s = { .verdict = { RSD_HOLD, RSD_HOLD, RSD_HOLD } };
	struct rsd_fixture f;
	struct rsd_sock *sock;

	rsd_fixture_open(&f, NULL);
	sock = rsd_fixture_sock(&f, 0, RSD_TEST_PORT, 0, play, &s);
	rsd_fixture_push_text(&f, 0, "udp dst=10.9.0.255 dmac=bcast times=3");
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(s.nb, 3);
	RSD_CHECK_EQ(held_now(&f), 3);
	give_back(&f, s.pkt[0], RSD_ANSWER);
	give_back(&f, s.pkt[1], RSD_ANSWER_SAME);
	give_back(&f, s.pkt[2], RSD_DONE);
	RSD_CHECK_EQ(rsd_fixture_turn(&f), 3);
	RSD_CHECK_EQ(f.lc->sock_stats[sock->id].held, 3);
	RSD_CHECK_EQ(f.lc->sock_stats[sock->id].returned, 3);
	RSD_CHECK_EQ(f.lc->sock_stats[sock->id].dropped, 2);
	rsd_rows_check_counters(&f, "held_in=3 held_out=3 delivered=1 resp_to_many=2", false);
	rsd_fixture_close(&f);
}

/* A frame is answered on the port it came from. */
static void
two_ports(void)
{
	struct rsd_fixture_conf conf = { .ports = 2 };
	struct rsd_fixture f;

	rsd_fixture_open(&f, &conf);
	rsd_rows_open_socks(&f);
	rsd_fixture_push_text(&f, 0, "udp fill=1;arp");
	rsd_fixture_push_text(&f, 1, "udp fill=2;ping;udp dport=7778 fill=3");
	rsd_fixture_turn(&f);
	rsd_rows_check_out(&f, 0, "arpreply;answer fill=1");
	rsd_rows_check_out(&f, 1, "pong;answer fill=2;answer sport=7778 fill=3");
	RSD_CHECK_EQ(f.lc->queue[0].rx_frames, 2);
	RSD_CHECK_EQ(f.lc->queue[1].rx_frames, 3);
	RSD_CHECK_EQ(f.lc->queue[1].tx_frames, 3);
	rsd_fixture_close(&f);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "held packets come back with any verdict, and the books balance meanwhile",
			held },
		{ "held packets leave by their own port, with their own socket's rights",
			held_by_whom },
		{ "more held packets than one turn takes back", held_many },
		{ "what was sent to everyone is not answered later either", held_to_many },
		{ "an answer leaves by the port its question came from", two_ports },
	};

	rsd_fixture_start();
	return rsd_test_run("held", tests, RTE_DIM(tests));
}
