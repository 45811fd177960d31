/* SPDX-License-Identifier: BSD-3-Clause */
/* The queue of a socket: what is put there, what is not, who is woken, and how packets come back.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include <ringside/recv.h>

#include "support/rows.h"
#include "support/small_engine.h"

#define LEN 8

static struct rsd_fixture f;
static struct rsd_engine *eng;
static struct rsd_sock *sock;
static enum rsd_verdict echo = RSD_ANSWER_SAME;

/* A queue of LEN on RSD_TEST_PORT, an echo beside it on 7001. */
static void
open_all(void)
{
	rsd_fixture_open(&f, NULL);
	eng = small_engine_open(&f, 4 * LEN);
	sock = small_engine_sock(&f, RSD_TEST_PORT, LEN);
	rsd_fixture_sock(&f, 0, 7001, 0, rsd_fixture_verdict, &echo);
}

static void
close_all(void)
{
	rsd_sock_queue_drain(eng, sock);
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(rsd_sock_held(eng, sock), 0);
	rsd_sock_queue_destroy(eng, sock);
	RSD_CHECK_EQ(eng->pool_promised, 0);
	rsd_fixture_close(&f);
}

static const struct rsd_sock_stats *
stats(void)
{
	return &f.lc->sock_stats[sock->id];
}

static unsigned int
fill(void)
{
	unsigned int len, nb = rsd_sock_queue_fill(sock, &len);

	RSD_CHECK_EQ(len, LEN);
	return nb;
}

/* In order, where the device put them; answers leave from there. */
static void
in_place(void)
{
	struct rsd_frame frame = rsd_frame_make("udp len=40");
	struct rte_mbuf *in[4], *out;
	struct rsd_pkt *pkt[LEN];
	struct rsd_spec spec;
	unsigned int i;

	open_all();
	rsd_spec_parse("udp len=40", &spec);
	for (i = 0; i < RTE_DIM(in); i++) {
		in[i] = rsd_fixture_mbuf(&f, &frame, &spec, "frame");
		rsd_fixture_push(&f, 0, in[i]);
	}
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(fill(), 4);
	RSD_CHECK_EQ(rsd_sock_recv_burst(sock, pkt, LEN), 4);
	RSD_CHECK_EQ(rsd_sock_recv_burst(sock, pkt + 4, LEN), 0);
	for (i = 0; i < RTE_DIM(in); i++) {
		RSD_CHECK(rsd_pkt_mbuf(pkt[i]) == in[i], "packet %u is another buffer", i);
		RSD_CHECK_EQ(rsd_pkt_len(pkt[i]), 40);
		RSD_CHECK_EQ(rsd_pkt_dst_port(pkt[i]), RSD_TEST_PORT);
	}
	RSD_CHECK_EQ(rsd_pkt_answer_burst(eng, pkt, 2, RSD_ANSWER_SAME), 2);
	RSD_CHECK_EQ(rsd_pkt_set_len(pkt[2], 44), 0);
	memset((uint8_t *)rsd_pkt_data(pkt[2]) + 40, 0, 4);
	RSD_CHECK_EQ(rsd_pkt_answer(eng, pkt[2], RSD_ANSWER), 0);
	RSD_CHECK_EQ(rsd_pkt_release(eng, pkt[3]), 0);
	RSD_CHECK_EQ(rsd_fixture_turn(&f), 4);
	for (i = 0; i < 3; i++) {
		out = rsd_fixture_pull(&f, 0);
		RSD_CHECK(out == in[i], "answer %u is another buffer", i);
		RSD_CHECK_EQ(out->data_off, RTE_PKTMBUF_HEADROOM);
		RSD_CHECK_EQ(out->pkt_len, i == 2 ? 86 : 82);
		rte_pktmbuf_free(out);
	}
	rsd_rows_check_counters(&f, "held_in=4 held_out=4 answered=3 delivered=1", false);
	RSD_CHECK_EQ(stats()->rx, 4);
	RSD_CHECK_EQ(stats()->answered, 3);
	RSD_CHECK_EQ(stats()->delivered, 1);
	RSD_CHECK_EQ(stats()->held, 4);
	RSD_CHECK_EQ(stats()->returned, 4);
	rsd_frame_free(&frame);
	close_all();
}

/* In the queue or in a reader's hands: together never more than it may have. */
static void
bounded(void)
{
	struct rsd_pkt *pkt[LEN];
	unsigned int i;

	open_all();
	rsd_fixture_push_text(&f, 0, "udp times=5;udp dport=7001 times=3;udp times=7");
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(fill(), LEN);
	RSD_CHECK_EQ(stats()->queue_full, 4);
	RSD_CHECK_EQ(stats()->dropped, 4);
	RSD_CHECK_EQ(rsd_sock_recv_burst(sock, pkt, LEN), LEN);
	rsd_fixture_push_text(&f, 0, "udp times=2;udp dport=7001 times=3");
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(fill(), 0);
	RSD_CHECK_EQ(stats()->queue_full, 6);
	RSD_CHECK_EQ(rsd_pkt_release_burst(eng, pkt, 3), 3);
	rsd_fixture_turn(&f);
	rsd_fixture_push_text(&f, 0, "udp times=5;udp dport=7001 times=3");
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(fill(), 3);
	RSD_CHECK_EQ(stats()->queue_full, 8);
	RSD_CHECK_EQ(rsd_sock_held(eng, sock), LEN);
	rsd_rows_check_out(&f, 0, "answer sport=7001 times=9"); /* the neighbour loses nothing */
	RSD_CHECK_EQ(rsd_pkt_release_burst(eng, pkt + 3, LEN - 3), LEN - 3);
	rsd_fixture_turn(&f);
	for (i = 0; i < 3; i++) {
		rsd_fixture_push_text(&f, 0, "udp times=9");
		rsd_fixture_turn(&f);
	}
	RSD_CHECK_EQ(fill(), LEN);
	rsd_rows_check_counters(
		&f, "held_in=16 held_out=8 answered=9 delivered=8 sock_queue_full=30", false);
	close_all();
}

/* What nobody has read when the socket is closed is dropped by name, even when the ring is full. */
static void
closed(void)
{
	struct rte_ring *ring,
		*small = rte_ring_create("rsd_test_small", 4, SOCKET_ID_ANY, RING_F_SC_DEQ);

	open_all();
	rsd_fixture_push_text(&f, 0, "udp times=8");
	rsd_fixture_turn(&f);
	ring = f.lc->returns;
	f.lc->returns = small;
	rsd_sock_queue_drain(eng, sock);
	rsd_fixture_turn(&f);
	f.lc->returns = ring;
	rte_ring_free(small);
	RSD_CHECK_EQ(stats()->dropped, 8);
	rsd_rows_check_counters(&f, "held_in=8 held_out=8 sock_closed=8", false);
	close_all();
}

/* A return ring that is full: the caller keeps what it did not take. */
static void
ring_full(void)
{
	struct rte_ring *ring,
		*small = rte_ring_create("rsd_test_small", 4, SOCKET_ID_ANY, RING_F_SC_DEQ);
	struct rsd_pkt *pkt[LEN];

	open_all();
	rsd_fixture_push_text(&f, 0, "udp times=8");
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(rsd_sock_recv_burst(sock, pkt, LEN), LEN);
	ring = f.lc->returns;
	f.lc->returns = small;
	RSD_CHECK_EQ(rsd_pkt_answer_burst(eng, pkt, LEN, RSD_HOLD), -EINVAL);
	RSD_CHECK_EQ(rsd_pkt_answer_burst(eng, pkt, LEN, RSD_ANSWER_SAME), 3);
	RSD_CHECK_EQ(rsd_pkt_release_burst(eng, pkt + 3, LEN - 3), 0);
	RSD_CHECK_EQ(rsd_pkt_release(eng, pkt[3]), -EAGAIN);
	RSD_CHECK_EQ(rsd_pkt_answer(eng, pkt[3], RSD_ANSWER), -EAGAIN);
	RSD_CHECK_EQ(rsd_fixture_turn(&f), 3);
	RSD_CHECK_EQ(rsd_pkt_release_burst(eng, pkt + 3, LEN - 3), 3);
	RSD_CHECK_EQ(rsd_fixture_turn(&f), 3);
	RSD_CHECK_EQ(rsd_pkt_release_burst(eng, pkt + 6, 2), 2);
	RSD_CHECK_EQ(rsd_fixture_turn(&f), 2);
	f.lc->returns = ring;
	rte_ring_free(small);
	rsd_rows_check_out(&f, 0, "answer times=3");
	rsd_rows_check_counters(&f, "held_in=8 held_out=8 answered=3 delivered=5", false);
	close_all();
}

/* Several cores: packets go back each to its own, many at once. */
static void
two_cores(void)
{
	struct rsd_pkt *pkt[LEN];
	static struct rsd_lcore other;
	unsigned int i;
	void *back;

	open_all();
	other.returns = rte_ring_create("rsd_test_other", 16, SOCKET_ID_ANY, RING_F_SC_DEQ);
	eng->lcores[9] = &other;
	rsd_fixture_push_text(&f, 0, "udp times=8");
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(rsd_sock_recv_burst(sock, pkt, LEN), LEN);
	for (i = 0; i < LEN; i++) {
		RSD_CHECK_EQ(rsd_hold_worker(rsd_pkt_mbuf(pkt[i])), f.lc->worker);
		RSD_CHECK_EQ(rsd_hold_queue(rsd_pkt_mbuf(pkt[i])), 0);
		if (i % 3 == 2) /* as if it had come in by the other core */
			rsd_pkt_mbuf(pkt[i])->hash.fdir.hi =
				(rsd_pkt_mbuf(pkt[i])->hash.fdir.hi & ~0xff80u) |
				rsd_hold_mark(9, 7);
	}
	RSD_CHECK_EQ(rsd_hold_queue(rsd_pkt_mbuf(pkt[2])), 7);
	RSD_CHECK_EQ(rsd_pkt_offset(pkt[2]), 42);
	RSD_CHECK_EQ(rsd_pkt_release_burst(eng, pkt, LEN), LEN);
	RSD_CHECK_EQ(rte_ring_count(other.returns), 2);
	RSD_CHECK_EQ(rte_ring_count(f.lc->returns), LEN - 2);
	while (rte_ring_dequeue(other.returns, &back) == 0)
		rte_ring_enqueue(f.lc->returns, back);
	for (i = 2; i < LEN; i += 3)
		rsd_pkt_mbuf(pkt[i])->hash.fdir.hi =
			rsd_pkt_offset(pkt[i]) | rsd_hold_mark(f.lc->worker, 0);
	rte_ring_free(other.returns);
	eng->lcores[9] = NULL;
	RSD_CHECK_EQ(rsd_fixture_turn(&f), LEN);
	close_all();
}

static int
readable(void)
{
	struct pollfd p = { .fd = rsd_sock_wait_fd(sock), .events = POLLIN };

	return poll(&p, 1, 0);
}

/* One system call for each time that somebody sleeps, none for those who do not. */
static void
woken(void)
{
	struct rsd_pkt *pkt[LEN];

	open_all();
	RSD_CHECK(rsd_sock_wait_fd(sock) >= 0, "no descriptor");
	RSD_CHECK_EQ(rsd_sock_wait_fd(f.sock[1]), -EINVAL);
	rsd_fixture_push_text(&f, 0, "udp");
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(readable(), 0); /* nobody has armed */
	RSD_CHECK_EQ(rsd_sock_wait_arm(sock), 1);
	RSD_CHECK_EQ(rsd_sock_recv_burst(sock, pkt, LEN), 1);
	RSD_CHECK_EQ(rsd_pkt_release(eng, pkt[0]), 0);
	RSD_CHECK_EQ(rsd_sock_wait_arm(sock), 0);
	RSD_CHECK_EQ(readable(), 0);
	rsd_fixture_push_text(&f, 0, "udp times=3");
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(readable(), 1);
	RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_sock_wakes), 1);
	rsd_fixture_push_text(&f, 0, "udp times=3");
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_sock_wakes), 1);
	RSD_CHECK_EQ(rsd_sock_recv_burst(sock, pkt, LEN), 6);
	RSD_CHECK_EQ(rsd_pkt_release_burst(eng, pkt, 6), 6);
	RSD_CHECK_EQ(rsd_sock_wait_arm(sock), 0);
	RSD_CHECK_EQ(readable(), 0); /* armed again, it tells of what comes from now on */
	rsd_sock_wait_wake(sock);
	RSD_CHECK_EQ(readable(), 1);
	RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_sock_wakes), 1);
	rsd_fixture_turn(&f);
	close_all();
}

/* What queues may take is promised once only. */
static void
promised(void)
{
	struct rsd_sock *other;

	open_all();
	other = rsd_fixture_sock(&f, 0, 7002, 0, rsd_fixture_verdict, &echo);
	RSD_CHECK_EQ(rsd_sock_queue_create(eng, other, 0), -EINVAL);
	RSD_CHECK_EQ(rsd_sock_queue_create(eng, other, RSD_SOCK_QUEUE_MAX + 1), -EINVAL);
	RSD_CHECK_EQ(rsd_sock_queue_create(eng, other, 3 * LEN + 1), -ENOBUFS); /* 4 LEN */
	RSD_CHECK(other->handler == rsd_fixture_verdict && other->queue == NULL, "changed");
	RSD_CHECK_EQ(rsd_sock_queue_create(eng, other, 2 * LEN), 0);
	RSD_CHECK_EQ(eng->pool_promised, 3 * LEN);
	rsd_sock_queue_destroy(eng, other);
	RSD_CHECK_EQ(eng->pool_promised, LEN);
	close_all();
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "datagrams wait in order where they lie, and answers leave from there",
			in_place },
		{ "a socket has so many and no more, and its neighbour loses nothing", bounded },
		{ "what waits in the queue of a closed socket is dropped by name", closed },
		{ "a full return ring leaves the rest with the caller", ring_full },
		{ "packets of a burst go back each to its own core", two_cores },
		{ "readers that sleep are woken once, others never", woken },
		{ "queues are promised what the pool can spare and no more", promised },
	};

	rsd_fixture_start();
	return rsd_test_run("recv", tests, RTE_DIM(tests));
}
