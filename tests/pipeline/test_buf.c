/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers out of the program's own memory: the very bytes leave, and done comes when they have. */
#include <errno.h>
#include <stdlib.h>

#include <rte_malloc.h>

#include <ringside/buf.h>
#include <ringside/recv.h>

#include "host/chain.h"
#include "support/rows.h"
#include "support/small_engine.h"

#define SIZE 3000

static struct rsd_fixture f;
static struct rsd_engine *eng;
static struct rsd_sock *sock;
static struct rsd_buf *buf;
static unsigned int nb_done;

static void
on_done(struct rsd_buf *b, void *arg)
{
	RSD_CHECK(b == buf && arg == &nb_done, "another buffer's");
	nb_done++;
}

static void
open_all(const struct rsd_fixture_conf *conf)
{
	uint8_t *data;
	unsigned int i;

	rsd_fixture_open(&f, conf);
	eng = small_engine_open(&f, 64);
	sock = small_engine_sock(&f, RSD_TEST_PORT, 16);
	nb_done = 0;
	RSD_CHECK_EQ(rsd_buf_create(eng, SIZE, on_done, &nb_done, &buf), 0);
	RSD_CHECK_EQ(rsd_buf_size(buf), SIZE);
	data = rsd_buf_data(buf);
	for (i = 0; i < SIZE; i++)
		data[i] = (uint8_t)(i * 7 + 3);
}

static void
close_all(void)
{
	RSD_CHECK_EQ(rsd_buf_destroy(buf), 0);
	RSD_CHECK_EQ(rte_mempool_avail_count(eng->buf_pool), eng->buf_pool->size);
	rsd_sock_queue_destroy(eng, sock);
	rsd_fixture_close(&f);
}

/* One datagram, as text; it is now the reader's. */
static struct rsd_pkt *
receive(const char *text)
{
	struct rsd_pkt *p = NULL;

	rsd_fixture_push_text(&f, 0, text);
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(rsd_sock_recv_burst(sock, &p, 1), 1);
	return p;
}

/* Two segments: headers in the request's buffer, payload at that very address, sums right. */
static void
check_answer(struct rte_mbuf *m, const struct rte_mbuf *request, uint32_t off, uint32_t len)
{
	uint32_t l3 = f.port[0].wire.l2_len, headers = l3 + 28;
	uint8_t *udp;

	RSD_CHECK(m == request, "not the request's buffer");
	RSD_CHECK_EQ(m->nb_segs, 2);
	RSD_CHECK_EQ(m->data_len, headers);
	RSD_CHECK_EQ(m->pkt_len, headers + len);
	RSD_CHECK(rte_pktmbuf_mtod(m->next, uint8_t *) == (uint8_t *)rsd_buf_data(buf) + off,
		"the payload is not where the program has it");
	RSD_CHECK_EQ(rte_pktmbuf_iova(m->next), rte_malloc_virt2iova(rsd_buf_data(buf)) + off);
	RSD_CHECK_EQ(m->next->data_len, len);
	RSD_CHECK(m->next->next == NULL, "a third segment");
	udp = rte_pktmbuf_mtod_offset(m, uint8_t *, l3 + 20);
	RSD_CHECK_EQ(rte_be_to_cpu_16(rsd_load16(udp + 4)), 8 + len);
	RSD_CHECK_EQ(rte_be_to_cpu_16(rsd_load16(udp)), RSD_TEST_PORT);
	RSD_CHECK_EQ(rsd_csum_fold(rsd_csum_ip4_header(udp - 20)), 0xffff);
	if (f.port[0].tx_udp_csum) {
		RSD_CHECK((m->ol_flags & RTE_MBUF_F_TX_UDP_CKSUM) != 0, "the device is not asked");
		RSD_CHECK_EQ(rsd_load16(udp + 6), rsd_csum_fold(rsd_csum_udp4_pseudo(udp)));
		return;
	}
	RSD_CHECK_EQ(rsd_csum_fold(rsd_chain_sum(m, l3 + 20, 8 + len, rsd_csum_udp4_pseudo(udp))),
		0xffff);
}

static void
one(const struct rsd_fixture_conf *conf, const char *request, uint32_t off, uint16_t len)
{
	const struct rte_mbuf *in;
	struct rsd_pkt *p;
	struct rte_mbuf *m;

	open_all(conf);
	p = receive(request);
	in = rsd_pkt_mbuf(p);
	RSD_CHECK_EQ(rsd_pkt_answer_buf(eng, p, buf, off, len), 0);
	RSD_CHECK_EQ(rsd_buf_destroy(buf), -EBUSY);
	rsd_buf_give(buf);
	RSD_CHECK_EQ(nb_done, 0);
	RSD_CHECK_EQ(rsd_fixture_turn(&f), 1);
	m = rsd_fixture_pull(&f, 0);
	check_answer(m, in, off, len);
	RSD_CHECK_EQ(nb_done, 0); /* the device has it still */
	RSD_CHECK_EQ(rsd_buf_destroy(buf), -EBUSY);
	rte_pktmbuf_free(m);
	RSD_CHECK_EQ(nb_done, 1);
	rsd_rows_check_counters(&f, "held_in=1 held_out=1 answered=1", false);
	RSD_CHECK_EQ(f.lc->sock_stats[sock->id].answered, 1);
	close_all();
	RSD_CHECK_EQ(nb_done, 1);
}

static void
at_its_address(void)
{
	const struct rsd_fixture_conf offload = { .udp_offload = true }, tagged = { .vlan = 5 };
	unsigned int len;

	for (len = 1; len < 40; len++)
		one(NULL, "udp len=40", len * 5, (uint16_t)len);
	one(NULL, "udp len=1", 1, 1472); /* longer than asked: the socket may */
	one(NULL, "udp len=900 split=20", SIZE - 700, 700);
	one(NULL, "udp len=900 split=100,300,500", 0, 20);
	one(NULL, "udp len=30 opts=01010101", 0, 20);
	one(&offload, "udp len=40", 3, 39);
	one(&tagged, "udp len=40 vlan=5", 3, 39);
}

/* Several answers, given before, while and after they leave; used again by done's leave. */
static void
again(void)
{
	struct rsd_pkt *p[3];
	unsigned int i, round;

	open_all(NULL);
	for (round = 1; round <= 3; round++) {
		for (i = 0; i < 3; i++)
			p[i] = receive("udp len=500");
		for (i = 0; i < 3; i++)
			RSD_CHECK_EQ(rsd_pkt_answer_buf(eng, p[i], buf, i * 100, 300), 0);
		if (round == 1)
			rsd_buf_give(buf);
		RSD_CHECK_EQ(rsd_fixture_turn(&f), 3);
		if (round == 2)
			rsd_buf_give(buf);
		for (i = 0; i < 3; i++) {
			RSD_CHECK_EQ(nb_done, round - 1);
			rte_pktmbuf_free(rsd_fixture_pull(&f, 0));
		}
		if (round == 3)
			rsd_buf_give(buf); /* nothing is on its way: at once */
		RSD_CHECK_EQ(nb_done, round);
	}
	close_all();
}

/* What is not sent: counted as any other answer, and the buffer comes back. */
static void
dropped(void)
{
	struct rsd_pkt *p;

	open_all(NULL);
	sock->flags = 0;
	p = receive("udp len=100");
	RSD_CHECK_EQ(rsd_pkt_answer_buf(eng, p, buf, 0, 101), 0);
	rsd_buf_give(buf);
	RSD_CHECK_EQ(rsd_fixture_turn(&f), 1);
	RSD_CHECK_EQ(nb_done, 1);
	sock->flags = RSD_SOCK_MAY_AMPLIFY;
	p = receive("udp len=100");
	RSD_CHECK_EQ(rsd_pkt_answer_buf(eng, p, buf, 0, 1473), 0);
	rsd_buf_give(buf);
	RSD_CHECK_EQ(rsd_fixture_turn(&f), 1);
	RSD_CHECK_EQ(nb_done, 2);
	rsd_rows_check_counters(&f, "held_in=2 held_out=2 resp_amplify=1 resp_no_room=1", false);
	RSD_CHECK_EQ(f.lc->sock_stats[sock->id].dropped, 2);
	close_all();
}

/* What is refused: the caller has packet and buffer as before. */
static void
refused(void)
{
	const struct rsd_fixture_conf plain = { .no_segments = true };
	struct rte_ring *ring,
		*small = rte_ring_create("rsd_test_small", 2, SOCKET_ID_ANY, RING_F_SC_DEQ);
	struct rsd_buf *none = NULL;
	struct rsd_pkt *p, *q;

	open_all(NULL);
	RSD_CHECK_EQ(rsd_buf_create(eng, 0, NULL, NULL, &none), -EINVAL);
	RSD_CHECK_EQ(rsd_buf_create(eng, RSD_BUF_MAX + 1, NULL, NULL, &none), -EINVAL);
	p = receive("udp len=100");
	q = receive("udp len=100");
	RSD_CHECK_EQ(rsd_pkt_answer_buf(eng, p, buf, 0, 0), -EINVAL);
	RSD_CHECK_EQ(rsd_pkt_answer_buf(eng, p, buf, SIZE, 1), -EINVAL);
	RSD_CHECK_EQ(rsd_pkt_answer_buf(eng, p, buf, SIZE - 9, 10), -EINVAL);
	RSD_CHECK_EQ(rsd_pkt_answer_buf(eng, p, buf, UINT32_MAX, 10), -EINVAL);
	f.port[0].tx_segments = false;
	RSD_CHECK_EQ(rsd_pkt_answer_buf(eng, p, buf, 0, 100), -ENOTSUP);
	f.port[0].tx_segments = true;
	ring = f.lc->returns;
	f.lc->returns = small;
	RSD_CHECK_EQ(rsd_pkt_answer_buf(eng, p, buf, 0, 100), 0);
	RSD_CHECK_EQ(rsd_pkt_answer_buf(eng, q, buf, 0, 100), -EAGAIN);
	RSD_CHECK_EQ(rsd_fixture_turn(&f), 1);
	rsd_buf_give(buf);
	RSD_CHECK_EQ(rsd_pkt_answer_buf(eng, q, buf, 0, 100), -EINVAL);
	RSD_CHECK_EQ(rsd_pkt_answer(eng, q, RSD_ANSWER_SAME), 0);
	RSD_CHECK_EQ(rsd_fixture_turn(&f), 1);
	f.lc->returns = ring;
	rte_ring_free(small);
	RSD_CHECK_EQ(nb_done, 0);
	rte_pktmbuf_free(rsd_fixture_pull(&f, 0));
	RSD_CHECK_EQ(nb_done, 1);
	rsd_rows_check_out(&f, 0, "answer len=100");
	close_all();

	rsd_fixture_open(&f, &plain);
	eng = small_engine_open(&f, 64);
	RSD_CHECK_EQ(rsd_buf_create(eng, 100, NULL, NULL, &none), -ENOTSUP);
	RSD_CHECK(none == NULL, "out was written");
	rsd_fixture_close(&f);
}

/* A handler answers from a buffer on the core itself. */
static void
from_buf(struct rsd_sock *s, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	uint16_t i;

	(void)s;
	(void)arg;
	for (i = 0; i < nb; i++)
		if (rsd_pkt_answer_buf(eng, pkts[i], buf, i, 50) == 0)
			verdicts[i] = RSD_HOLD;
}

static void
in_a_handler(void)
{
	struct rte_mbuf *m;
	unsigned int i;

	open_all(NULL);
	rsd_fixture_sock(&f, 0, 7003, 0, from_buf, NULL);
	rsd_fixture_push_text(&f, 0, "udp dport=7003 len=60 times=3");
	rsd_fixture_turn(&f);
	for (i = 0; i < 3; i++) {
		m = rsd_fixture_pull(&f, 0);
		RSD_CHECK(rte_pktmbuf_mtod(m->next, uint8_t *) == (uint8_t *)rsd_buf_data(buf) + i,
			"answer %u is not from the buffer", i);
		rte_pktmbuf_free(m);
	}
	rsd_rows_check_counters(&f, "held_in=3 held_out=3 answered=3", false);
	close_all();
}

static void
free_segments(void)
{
	rte_mempool_free(small_engine.buf_pool);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "the payload leaves from the program's own address, done comes once, when it has",
			at_its_address },
		{ "a buffer is used again after each done", again },
		{ "an answer that may not be sent is dropped by name, and done comes", dropped },
		{ "what is refused stays as it was", refused },
		{ "a handler answers from a buffer", in_a_handler },
	};

	rsd_fixture_start();
	atexit(free_segments);
	return rsd_test_run("buf", tests, RTE_DIM(tests));
}
