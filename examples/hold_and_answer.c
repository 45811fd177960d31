/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A question is held while another thread looks for the answer.
 *
 *	sudo ./hold_and_answer --port tap:rs0 --ip 10.99.0.2/24
 *	sudo ip addr add 10.99.0.1/24 dev rs0
 *	echo -n colour | nc -u -w1 10.99.0.2 7070
 *
 * The core never waits for the thread. Short values are written into the packet; the motto is sent
 * from the program's own memory, and the program is told when it may write there again.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_ring.h>

#include <ringside/buf.h>
#include <ringside/engine.h>
#include <ringside/sock.h>

#define PORT 7070

static const char *const map[][2] = { { "colour", "blue" }, { "answer", "42" } };
static const char motto[] = "What is sent from where it lies needs no copy, only patience.";

static struct rsd_engine *engine;
static struct rsd_buf *buf;
static struct rte_ring *questions;
static int ended;

/* On a polling core. What does not fit the ring is refused: its verdict stays RSD_DROP. */
static void
pass_on(struct rsd_sock *s, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	(void)s, (void)arg;
	nb = rte_ring_enqueue_burst(questions, (void *const *)pkts, nb, NULL);
	memset(verdicts, RSD_HOLD, nb);
}

/* Not zero: the packet is still ours. */
static int
answer(struct rsd_pkt *p)
{
	uint16_t len = rsd_pkt_is_linear(p) ? rsd_pkt_len(p) : 0;
	char *text = rsd_pkt_data(p);

	if (len == 5 && memcmp(text, "motto", 5) == 0)
		return rsd_pkt_answer_buf(engine, p, buf, 0, sizeof(motto) - 1);
	for (int i = 0; i < 2; i++)
		if (len == strlen(map[i][0]) && memcmp(text, map[i][0], len) == 0) {
			rsd_pkt_set_len(p, (uint16_t)strlen(map[i][1])); /* shorter: it fits */
			memcpy(text, map[i][1], strlen(map[i][1]));
			return rsd_pkt_answer(engine, p, RSD_ANSWER);
		}
	return rsd_pkt_release(engine, p);
}

static void *
think(void *arg)
{
	void *p;

	while (!__atomic_load_n(&ended, __ATOMIC_ACQUIRE) || !rte_ring_empty(questions))
		if (rte_ring_dequeue(questions, &p) != 0)
			usleep(200);
		else
			while (answer(p) != 0 && rsd_pkt_release(engine, p) != 0)
				usleep(10); /* the core is behind: in a moment */
	return arg;
}

/* The last answer made of the motto has been sent. */
static void
may_be_changed(struct rsd_buf *b, void *arg)
{
	*(int *)arg = b == buf;
}

static void
on_signal(int sig)
{
	(void)sig;
	rsd_engine_request_stop(engine);
}

static int
run(struct rsd_error *err)
{
	/* The motto is longer than its question: for peers that are known (RFC 8085). */
	const struct rsd_sock_conf conf = {
		.name = "map", .local.port = PORT, .handler = pass_on, .flags = RSD_SOCK_MAY_AMPLIFY
	};
	int ours_again = 0;
	struct rsd_sock *sock;
	pthread_t thinker;

	questions = rte_ring_create("questions", 256, SOCKET_ID_ANY, RING_F_SC_DEQ);
	if (questions == NULL || rsd_sock_open(engine, &conf, &sock) != 0 ||
		rsd_buf_create(engine, sizeof(motto), may_be_changed, &ours_again, &buf) != 0)
		return (int)(err->code = RSD_EXIT_INTERNAL);
	memcpy(rsd_buf_data(buf), motto, sizeof(motto));
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	if (rsd_engine_start(engine, err) != 0)
		return -1;
	pthread_create(&thinker, NULL, think, NULL);
	rsd_engine_wait(engine);
	rsd_sock_close(sock); /* the handler passes nothing on any more */
	__atomic_store_n(&ended, 1, __ATOMIC_RELEASE);
	pthread_join(thinker, NULL);
	rsd_buf_give(buf);
	rsd_engine_stop(engine, err);
	printf("the motto is %s\n", ours_again ? "ours again" : "still on its way");
	return rsd_buf_destroy(buf);
}

int
main(int argc, char **argv)
{
	struct rsd_error err = { .code = RSD_EXIT_OK };

	if (rsd_engine_create(argc - 1, argv + 1, &engine, &err) == 0 && engine != NULL)
		run(&err);
	rsd_engine_destroy(engine);
	if (err.code != RSD_EXIT_OK)
		fprintf(stderr, "hold_and_answer: %s\n", err.text);
	return (int)err.code;
}
