/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Threads that read sockets: millions of datagrams through one queue and through two, readers that
 * sleep, readers that never give back, readers that die with packets in their hands. At the end of
 * each every datagram has been read exactly once, the counters agree, and every buffer is home.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>

#include <ringside/recv.h>

#include "support/rows.h"
#include "support/small_engine.h"
#include "wire/csum.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TOTAL 500000 /* sanitizers slow this down tenfold */
#else
#define TOTAL 5000000
#endif
#define ROUNDS    20000 /* of falling asleep and being woken */
#define LEN       512
#define BURST     32
#define PATIENCE  20 /* seconds until something that does not come is missed */
#define PORT(i)   ((uint16_t)(RSD_TEST_PORT + (i)))
#define FRAME_LEN (14 + 28 + 16)

struct consumer {
	pthread_t thread;
	struct rsd_sock *sock;
	bool alone;         /* nobody else reads its socket: it must see them in order */
	unsigned int keeps; /* takes that many, says so, and never gives them back */
	uint32_t kept;
	struct rsd_pkt *hand[LEN];
	uint64_t nb, sum, squares, last;
	uint64_t dice, arms, missed, disorder;
};

static struct rsd_fixture f;
static struct rsd_engine *eng;
static struct rsd_sock *sock[2];
static uint8_t frame[2][FRAME_LEN];
static uint64_t sent[2], sum, squares;
static uint32_t ended;

static time_t
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static void
open_all(void)
{
	const struct rsd_fixture_conf conf = { .unguarded = true };
	char text[64];
	unsigned int i;

	rsd_fixture_open(&f, &conf);
	eng = small_engine_open(&f, 2 * LEN);
	for (i = 0; i < 2; i++) {
		struct rsd_frame made;

		sock[i] = small_engine_sock(&f, PORT(i), LEN);
		snprintf(text, sizeof(text), "udp dport=%u len=16 udpsum=zero", PORT(i));
		made = rsd_frame_make(text);
		memcpy(frame[i], made.data, FRAME_LEN);
		rsd_frame_free(&made);
	}
	memset(sent, 0, sizeof(sent));
	sum = squares = 0;
	ended = 0;
}

static void
close_all(void)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		RSD_CHECK_EQ(rsd_sock_held(eng, sock[i]), 0);
		rsd_sock_queue_destroy(eng, sock[i]);
	}
	rsd_fixture_close(&f);
}

/* -- readers --------------------------------------------------------------------------------- */

static void
look(struct consumer *c, struct rsd_pkt *const *pkts, uint16_t nb)
{
	uint16_t i;

	for (i = 0; i < nb; i++) {
		uint64_t number = rsd_load64(rsd_pkt_data(pkts[i]));

		c->disorder += c->alone && number <= c->last;
		c->last = number;
		c->sum += number;
		c->squares += number * number;
	}
	c->nb += nb;
}

/* For a while that differs, so that now and then it arms in the instant in which something comes.
 */
static void
hesitate(struct consumer *c)
{
	uint64_t until;

	c->dice = c->dice * 6364136223846793005u + 1442695040888963407u;
	for (until = rte_rdtsc() + (c->dice >> 51); rte_rdtsc() < until;)
		;
}

static void
wait_for_more(struct consumer *c)
{
	struct pollfd p = { .fd = rsd_sock_wait_fd(c->sock), .events = POLLIN };

	c->arms++;
	hesitate(c);
	if (rsd_sock_wait_arm(c->sock) != 0)
		return;
	if (__atomic_load_n(&ended, __ATOMIC_ACQUIRE) == 0 && poll(&p, 1, PATIENCE * 1000) == 0)
		c->missed++;
}

/* Its hands are full, it says so, and nothing will wake it but the end. */
static void
get_stuck(struct consumer *c, uint16_t nb)
{
	__atomic_store_n(&c->kept, nb, __ATOMIC_RELEASE);
	while (__atomic_load_n(&ended, __ATOMIC_ACQUIRE) == 0)
		usleep(1000); /* where it can be cancelled */
}

static void *
consume(void *arg)
{
	struct consumer *c = arg;
	uint16_t want = (uint16_t)(c->keeps != 0 ? c->keeps : BURST);

	while (__atomic_load_n(&ended, __ATOMIC_ACQUIRE) == 0) {
		uint16_t nb = rsd_sock_recv_burst(c->sock, c->hand, want), back = 0;

		if (nb == 0) {
			wait_for_more(c);
			continue;
		}
		look(c, c->hand, nb);
		if (c->keeps != 0) {
			get_stuck(c, nb);
			return NULL;
		}
		while (back < nb) {
			back += rsd_pkt_release_burst(eng, c->hand + back, nb - back);
			if (back < nb)
				sched_yield();
		}
	}
	return NULL;
}

static void
start(struct consumer *c, struct rsd_sock *s, bool alone)
{
	memset(c, 0, sizeof(*c));
	c->sock = s;
	c->alone = alone;
	RSD_CHECK_EQ(pthread_create(&c->thread, NULL, consume, c), 0);
}

static void
stop(struct consumer *c)
{
	__atomic_store_n(&ended, 1, __ATOMIC_RELEASE);
	rsd_sock_wait_wake(c->sock);
	pthread_join(c->thread, NULL);
	RSD_CHECK_EQ(c->missed, 0);
	RSD_CHECK_EQ(c->disorder, 0);
}

/* -- the other side -------------------------------------------------------------------------- */

/* n numbered datagrams for socket i. */
static void
push(unsigned int i, unsigned int n)
{
	for (; n != 0; n--) {
		struct rte_mbuf *m = rsd_pool_take("datagram", i);
		char *to = rte_pktmbuf_append(m, FRAME_LEN);
		uint64_t number = ++sent[i];

		memcpy(to, frame[i], FRAME_LEN);
		memcpy(to + 42, &number, sizeof(number));
		sum += number;
		squares += number * number;
		rsd_fixture_push(&f, 0, m);
	}
}

/* Turns until socket i has no more than most out; false: it is not to be expected any more. */
static bool
turn_until(unsigned int i, unsigned int most)
{
	time_t deadline = seconds() + PATIENCE;

	while (rsd_lcore_turn(f.lc) != 0 || rsd_sock_held(eng, sock[i]) > most) {
		sched_yield();
		if (seconds() > deadline) {
			RSD_CHECK(0, "socket %u: %" PRIu64 " datagrams are not read", i,
				rsd_sock_held(eng, sock[i]));
			return false;
		}
	}
	return true;
}

/* Never more than the queues hold, so that none may be dropped. */
static void
feed(unsigned int nb_socks, uint64_t total)
{
	unsigned int i = 0;
	bool alive = true;

	while (alive && sent[0] + sent[1] < total) {
		push(i, BURST);
		rsd_lcore_turn(f.lc);
		if (rsd_sock_held(eng, sock[i]) > LEN - BURST)
			alive = turn_until(i, LEN / 2);
		i = (i + 1) % nb_socks;
	}
	for (i = 0; i < nb_socks; i++)
		turn_until(i, 0);
}

static void
check_all_read(const struct consumer *c, unsigned int nb)
{
	uint64_t n = 0, s = 0, q = 0, arms = 0;
	unsigned int i;

	for (i = 0; i < nb; i++) {
		n += c[i].nb;
		s += c[i].sum;
		q += c[i].squares;
		arms += c[i].arms;
	}
	RSD_CHECK_EQ(n, sent[0] + sent[1]);
	RSD_CHECK(s == sum && q == squares, "some were read twice, others never");
	RSD_CHECK(rsd_fixture_count(&f, RSD_C_sock_wakes) <= arms,
		"%" PRIu64 " system calls to wake readers that armed %" PRIu64 " times",
		rsd_fixture_count(&f, RSD_C_sock_wakes), arms);
	RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_sock_queue_full), 0);
	RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_delivered), n);
	for (i = 0; i < 2; i++) {
		const struct rsd_sock_stats *st = &f.lc->sock_stats[sock[i]->id];

		RSD_CHECK_EQ(st->rx, sent[i]);
		RSD_CHECK_EQ(st->delivered, sent[i]);
		RSD_CHECK_EQ(st->held, sent[i]);
		RSD_CHECK_EQ(st->returned, sent[i]);
		RSD_CHECK_EQ(st->dropped, 0);
	}
}

/* -- cases ----------------------------------------------------------------------------------- */

static void
two_queues(void)
{
	struct consumer c[2];

	open_all();
	start(&c[0], sock[0], true);
	start(&c[1], sock[1], true);
	feed(2, TOTAL);
	stop(&c[0]);
	stop(&c[1]);
	check_all_read(c, 2);
	close_all();
}

static void
one_queue(void)
{
	struct consumer c[2];

	open_all();
	start(&c[0], sock[0], false);
	start(&c[1], sock[0], false);
	feed(1, TOTAL);
	stop(&c[0]);
	stop(&c[1]);
	check_all_read(c, 2);
	close_all();
}

/* After every datagram all wait until it is home: a wake-up that gets lost stops everything. */
static void
asleep(void)
{
	struct consumer c[2];
	unsigned int i;

	open_all();
	start(&c[0], sock[0], false);
	start(&c[1], sock[0], false);
	for (i = 0; i < ROUNDS; i++) {
		push(0, 1);
		if (!turn_until(0, 0))
			break;
	}
	stop(&c[0]);
	stop(&c[1]);
	check_all_read(c, 2);
	RSD_CHECK(rsd_fixture_count(&f, RSD_C_sock_wakes) >= ROUNDS / 10,
		"readers slept %" PRIu64 " times only", rsd_fixture_count(&f, RSD_C_sock_wakes));
	close_all();
}

/* Wait until c has its hands full. */
static void
turn_until_kept(const struct consumer *c)
{
	time_t deadline = seconds() + PATIENCE;

	while (__atomic_load_n(&c->kept, __ATOMIC_ACQUIRE) == 0) {
		rsd_lcore_turn(f.lc);
		sched_yield();
		if (seconds() > deadline) {
			RSD_CHECK(0, "the reader does not get its packets");
			return;
		}
	}
}

/*
 * One reader takes 100 and is gone, by being stuck or by death. Its socket has LEN and no more, the
 * rest is dropped by name; beside it on the same core nothing is lost.
 */
static void
gone(bool dies)
{
	struct consumer bad, good;
	uint64_t extra = 10 * LEN;
	unsigned int i;

	open_all();
	push(1, 100); /* all there are when it comes */
	rsd_fixture_turn(&f);
	memset(&bad, 0, sizeof(bad));
	bad.sock = sock[1];
	bad.keeps = 100;
	RSD_CHECK_EQ(pthread_create(&bad.thread, NULL, consume, &bad), 0);
	turn_until_kept(&bad);
	RSD_CHECK_EQ(bad.kept, 100);
	if (dies) {
		pthread_cancel(bad.thread);
		pthread_join(bad.thread, NULL);
	}
	start(&good, sock[0], true);
	for (i = 0; i < extra / BURST; i++) {
		push(1, BURST);
		push(0, BURST);
		rsd_lcore_turn(f.lc);
		turn_until(0, LEN / 2);
	}
	turn_until(0, 0);
	RSD_CHECK_EQ(rsd_sock_held(eng, sock[1]), LEN);
	RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_sock_queue_full), 100 + extra - LEN);
	RSD_CHECK_EQ(f.lc->sock_stats[sock[1]->id].queue_full, 100 + extra - LEN);
	RSD_CHECK_EQ(f.lc->sock_stats[sock[0]->id].delivered, extra);
	stop(&good);
	RSD_CHECK_EQ(good.nb, extra);
	if (!dies)
		pthread_join(bad.thread, NULL);
	/* The socket is closed: its queue is emptied, and the dead one's packets are found. */
	rsd_sock_queue_drain(eng, sock[1]);
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(rsd_sock_held(eng, sock[1]), 100);
	RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_sock_closed), LEN - 100);
	RSD_CHECK_EQ(rsd_pkt_release_burst(eng, bad.hand, 100), 100);
	rsd_fixture_turn(&f);
	close_all();
}

static void
stuck(void)
{
	gone(false);
}

static void
killed(void)
{
	gone(true);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "two readers of two queues read every datagram once, in order", two_queues },
		{ "two readers of one queue read every datagram once", one_queue },
		{ "no reader sleeps while a datagram waits", asleep },
		{ "a reader that is stuck costs its own socket only, and a known number", stuck },
		{ "so does one that dies with packets in its hands", killed },
	};

	rsd_fixture_start();
	return rsd_test_run("consumers", tests, RTE_DIM(tests));
}
