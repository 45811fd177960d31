/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Datagrams read by threads of one's own, in the buffers they arrived in.
 *
 *	sudo ./recv_worker --threads 2 --port tap:rs0 --ip 10.99.0.2/24 --for 10
 *
 * The core puts what comes to port 5140 into a queue; the threads take it out and give the buffers
 * back. While nothing comes they sleep. A line a second says how many there were.
 */
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ringside/engine.h>
#include <ringside/recv.h>

#define PORT        5140
#define BURST       32
#define THREADS_MAX 16

static struct worker {
	pthread_t thread;
	uint64_t datagrams, sleeps; /* written by the thread alone */
} workers[THREADS_MAX];

static struct rsd_engine *engine;
static struct rsd_sock *sock;
static int nb_workers = 2, ended;

/* A line, when another second has begun. */
static void
report(void)
{
	static uint64_t before;
	static time_t second;
	uint64_t now = 0;

	if (time(NULL) == second)
		return;
	second = time(NULL);
	for (int i = 0; i < nb_workers; i++)
		now += __atomic_load_n(&workers[i].datagrams, __ATOMIC_RELAXED);
	printf("%" PRIu64 " datagrams/s\n", now - before);
	before = now;
}

static void *
work(void *arg)
{
	struct pollfd p = { .fd = rsd_sock_wait_fd(sock), .events = POLLIN };
	struct rsd_pkt *pkts[BURST];
	struct worker *w = arg;

	while (!__atomic_load_n(&ended, __ATOMIC_RELAXED)) {
		uint16_t nb = rsd_sock_recv_burst(sock, pkts, BURST), back = 0;

		if (nb == 0 && rsd_sock_wait_arm(sock) == 0) {
			poll(&p, 1, 1000);
			w->sleeps++;
		}
		/* Here one would look at rsd_pkt_data() and rsd_pkt_len() of each. */
		__atomic_store_n(&w->datagrams, w->datagrams + nb, __ATOMIC_RELAXED);
		while (back < nb) /* a core that is behind takes the rest in a moment */
			back += rsd_pkt_release_burst(engine, pkts + back, nb - back);
		if (w == workers)
			report();
	}
	return NULL;
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
	const struct rsd_sock_conf conf = {
		.name = "work", .local.port = PORT, .queue_len = 2048, .flags = RSD_SOCK_SILENT
	};

	if (rsd_sock_open(engine, &conf, &sock) != 0)
		return (int)(err->code = RSD_EXIT_INTERNAL);
	if (rsd_engine_start(engine, err) != 0)
		return -1;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	for (int i = 0; i < nb_workers; i++)
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	rsd_engine_wait(engine);
	__atomic_store_n(&ended, 1, __ATOMIC_RELAXED);
	rsd_sock_wait_wake(sock); /* those that sleep, too */
	for (struct worker *w = workers; w < workers + nb_workers; w++) {
		pthread_join(w->thread, NULL);
		printf("thread: %" PRIu64 " datagrams, slept %" PRIu64 "\n", w->datagrams,
			w->sleeps);
	}
	return rsd_engine_stop(engine, err);
}

int
main(int argc, char **argv)
{
	struct rsd_error err = { .code = RSD_EXIT_OK };

	if (argc > 2 && strcmp(argv[1], "--threads") == 0) {
		nb_workers = atoi(argv[2]);
		argc -= 2, argv += 2;
	}
	if (nb_workers < 1 || nb_workers > THREADS_MAX)
		err = (struct rsd_error){ RSD_EXIT_USAGE, "--threads: expected 1 to 16" };
	else if (rsd_engine_create(argc - 1, argv + 1, &engine, &err) == 0 && engine != NULL)
		run(&err);
	rsd_engine_destroy(engine);
	if (err.code != RSD_EXIT_OK)
		fprintf(stderr, "recv_worker: %s\n", err.text);
	return (int)err.code;
}
