/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A running engine on a ring device: sockets with queues are opened and closed while its core
 * polls, and it is stopped while the program still holds packets. One engine a process, so the
 * cases follow one another.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_eth_ring.h>

#include <ringside/engine.h>
#include <ringside/recv.h>

#include "control/engine.h"
#include "control/sock_queue.h"
#include "support/cunit_runner.h"
#include "support/packet_builder.h"

#define PATIENCE 10 /* seconds */

static struct rsd_engine *eng;
static struct rte_ring *wire;

static bool
is_late(time_t *deadline)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	if (*deadline == 0)
		*deadline = ts.tv_sec + PATIENCE;
	usleep(100);
	return ts.tv_sec > *deadline;
}

static uint64_t
count(enum rsd_counter c)
{
	struct rsd_stats st;

	rsd_stats_get(eng, -1, &st);
	return st.counter[c];
}

/* Put n datagrams to a port into the device, and wait until all have been looked at. */
static void
receive(uint16_t port, unsigned int n)
{
	uint64_t want = count(RSD_C_rx_frames) + n;
	struct rsd_frame frame;
	char text[48];
	time_t late = 0;

	snprintf(text, sizeof(text), "udp dport=%u len=30", port);
	frame = rsd_frame_make(text);
	memcpy(frame.data, eng->port_info[0].mac, 6);
	for (; n != 0; n--) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(eng->pool);

		memcpy(rte_pktmbuf_append(m, (uint16_t)frame.len), frame.data, frame.len);
		while (rte_ring_enqueue(wire, m) != 0)
			usleep(100);
	}
	rsd_frame_free(&frame);
	while (count(RSD_C_rx_frames) < want && !is_late(&late))
		;
	RSD_CHECK_EQ(count(RSD_C_rx_frames), want);
}

static struct rsd_sock *
open_queue(const char *name, uint16_t port, unsigned int len)
{
	const struct rsd_sock_conf conf = {
		.name = name, .local.port = port, .queue_len = len, .flags = RSD_SOCK_SILENT
	};
	struct rsd_sock *s = NULL;

	RSD_CHECK_EQ(rsd_sock_open(eng, &conf, &s), 0);
	return s;
}

static void
wait_count(enum rsd_counter c, uint64_t want)
{
	time_t late = 0;

	while (count(c) < want && !is_late(&late))
		;
	RSD_CHECK_EQ(count(c), want);
}

static void
ignore(struct rsd_sock *s, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	(void)s;
	(void)pkts;
	(void)arg;
	memset(verdicts, RSD_DONE, nb);
}

static void
refused(void)
{
	struct rsd_sock_conf conf = { .name = "big", .local.port = 1000 };
	struct rsd_sock *s = NULL;

	RSD_CHECK_EQ(rsd_sock_open(eng, &conf, &s), -EINVAL); /* neither */
	conf.handler = ignore;
	conf.queue_len = 16;
	RSD_CHECK_EQ(rsd_sock_open(eng, &conf, &s), -EINVAL); /* both */
	conf.handler = NULL;
	conf.queue_len = eng->pool->size;
	RSD_CHECK_EQ(rsd_sock_open(eng, &conf, &s), -ENOBUFS);
	RSD_CHECK(s == NULL, "sock was written");
	conf.queue_len = eng->pool_spare / 2;
	RSD_CHECK_EQ(rsd_sock_open(eng, &conf, &s), 0);
	RSD_CHECK_EQ(rsd_sock_close(s), 0);
	RSD_CHECK_EQ(eng->pool_promised, 0);
}

/* Its queue is emptied and the reader's ten stay the reader's; its place is taken when they are
 * back. */
static void
closed_while_held(void)
{
	struct rsd_sock *s = open_queue("first", 2000, 64), *next;
	struct rsd_pkt *pkt[64];
	uint32_t id = s->id;

	receive(2000, 200);
	RSD_CHECK_EQ(count(RSD_C_sock_queue_full), 136);
	RSD_CHECK_EQ(rsd_sock_recv_burst(s, pkt, 10), 10);
	RSD_CHECK_EQ(rsd_sock_close(s), 0);
	wait_count(RSD_C_sock_closed, 54);
	next = open_queue("second", 2000, 64);
	RSD_CHECK(next->id != id, "its counters are another's already");
	RSD_CHECK_EQ(eng->pool_promised, 128);
	RSD_CHECK_EQ(rsd_pkt_release_burst(eng, pkt, 10), 10);
	wait_count(RSD_C_delivered, 10);
	RSD_CHECK_EQ(rsd_sock_close(next), 0);
	RSD_CHECK_EQ(eng->pool_promised, 0);
	RSD_CHECK(SLIST_EMPTY(&eng->lingering), "somebody lingers");
	RSD_CHECK_EQ(rte_mempool_avail_count(eng->pool), eng->pool->size);
}

/* Opened and closed all the time; the one beside it gets everything. */
static void
beside_others(void)
{
	struct rsd_sock *s = open_queue("steady", 3000, 1024), *t;
	uint64_t full = count(RSD_C_sock_queue_full), before = count(RSD_C_delivered);
	struct rsd_pkt *pkt[64];
	unsigned int i, seen = 0;
	uint16_t nb;

	for (i = 0; i < 500; i++) {
		t = open_queue("brief", 3001, 16);
		receive(3001, 8);
		receive(3000, 8);
		RSD_CHECK_EQ(rsd_sock_close(t), 0);
		nb = rsd_sock_recv_burst(s, pkt, 64);
		seen += nb;
		RSD_CHECK_EQ(rsd_pkt_release_burst(eng, pkt, nb), nb);
	}
	RSD_CHECK_EQ(seen, 4000);
	RSD_CHECK_EQ(count(RSD_C_sock_queue_full), full);
	wait_count(RSD_C_delivered, before + 4000);
	RSD_CHECK_EQ(rsd_sock_close(s), 0);
}

/* The last case: who still holds what is said by name, and counted. */
static void
stopped_while_held(void)
{
	struct rsd_sock *gone = open_queue("gone", 4001, 16), *open = open_queue("open", 4000, 16);
	uint64_t closed = count(RSD_C_sock_closed);
	struct rsd_error err = { .code = RSD_EXIT_OK };
	char want[64];
	struct rsd_pkt *pkt[4];

	receive(4000, 5);
	receive(4001, 5);
	RSD_CHECK_EQ(rsd_sock_recv_burst(open, pkt, 2), 2);
	RSD_CHECK_EQ(rsd_sock_recv_burst(gone, pkt + 2, 1), 1);
	RSD_CHECK_EQ(rsd_sock_close(gone), 0);
	RSD_CHECK_EQ(rsd_engine_stop(eng, &err), -EBADMSG);
	snprintf(want, sizeof(want), "open:4000 holds 2, gone:4001 (closed) holds 1");
	RSD_CHECK(strstr(err.text, want) != NULL, "it says: %s", err.text);
	RSD_CHECK(strncmp(err.text, "3 of ", 5) == 0, "it says: %s", err.text);
	RSD_CHECK_EQ(count(RSD_C_sock_closed), closed + 4 + 3);
	RSD_CHECK_EQ(rsd_sock_recv_burst(open, pkt, 2), 0);
}

static void
end(void)
{
	rsd_engine_destroy(eng);
}

/* A place for the engine's files, where the user has none. */
static void
need_runtime_dir(char *dir)
{
	if (getenv("XDG_RUNTIME_DIR") == NULL && mkdtemp(dir) != NULL)
		setenv("XDG_RUNTIME_DIR", dir, 1);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "a queue is opened when it can be filled, else the reason is given", refused },
		{ "a socket is closed while its packets are out", closed_while_held },
		{ "queues come and go beside one that loses nothing", beside_others },
		{ "an engine that is stopped names who holds what", stopped_while_held },
	};
	static char dir[] = "/tmp/rsd-test-XXXXXX";
	static char words[][16] = { "--port", "ring", "--ip", "10.9.0.2/24", "--idle", "sleep",
		"--name" };
	char name[32], *argv[RTE_DIM(words) + 1];
	unsigned int i;
	struct rsd_error err;
	int ret;

	need_runtime_dir(dir);
	snprintf(name, sizeof(name), "rsdtest%d", (int)getpid());
	for (i = 0; i < RTE_DIM(words); i++)
		argv[i] = words[i];
	argv[i] = name;
	if (rsd_engine_create(RTE_DIM(argv), argv, &eng, &err) != 0 ||
		rsd_engine_start(eng, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		return EXIT_FAILURE;
	}
	atexit(end);
	wire = rte_ring_lookup("ETH_RXTX0_net_ring0");
	if (wire == NULL) {
		fprintf(stderr, "the ring device has another ring\n");
		return EXIT_FAILURE;
	}
	ret = rsd_test_run("running", tests, RTE_DIM(tests));
	rmdir(dir);
	return ret;
}
