/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Receive and free, nothing else: what receiving costs by itself.
 *
 *	sudo ./rx_count --port tap:rs0 --ip 10.99.0.2/24 --for 10
 *
 * Every datagram to port 9 is looked at where it lies and given up; each second a line says how
 * many there were, and how many TSC cycles one took.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <pthread.h>
#include <time.h>

#include <ringside/engine.h>
#include <ringside/sock.h>
#include <ringside/stats.h>

#define PORT 9

static struct rsd_engine *engine;

/* Runs on a polling core. RSD_DONE: consumed, nothing to send. */
static void
count(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	(void)sock;
	(void)pkts;
	(void)arg;
	memset(verdicts, RSD_DONE, nb);
}

/* Counters are read while the cores poll: that disturbs nobody. */
static void *
report(void *arg)
{
	struct rsd_stats now, before = { .polls = 0 };
	struct timespec next;

	(void)arg;
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;;) {
		uint64_t frames, cycles;

		next.tv_sec++;
		/* Some drivers signal the process for every frame, and a signal ends a sleep. */
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL) != 0)
			;
		rsd_stats_get(engine, -1, &now);
		frames = now.counter[RSD_C_delivered] - before.counter[RSD_C_delivered];
		cycles = now.busy_cycles - before.busy_cycles;
		printf("%" PRIu64 " datagrams/s, %.1f cycles each\n", frames,
			frames != 0 ? (double)cycles / (double)frames : 0.0);
		fflush(stdout);
		before = now;
	}
	return NULL;
}

static void
on_signal(int sig)
{
	signal(sig, SIG_DFL);
	rsd_engine_request_stop(engine);
}

static int
run(struct rsd_error *err)
{
	const struct rsd_sock_conf conf = {
		.name = "count", .local.port = PORT, .handler = count, .flags = RSD_SOCK_SILENT
	};
	struct rsd_sock *sock;
	pthread_t reporter;

	if (rsd_sock_open(engine, &conf, &sock) != 0 || rsd_engine_start(engine, err) != 0)
		return -1;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	if (pthread_create(&reporter, NULL, report, NULL) != 0)
		return -1;
	rsd_engine_wait(engine);
	pthread_cancel(reporter);
	pthread_join(reporter, NULL);
	return rsd_engine_stop(engine, err);
}

int
main(int argc, char **argv)
{
	struct rsd_error err = { .code = RSD_EXIT_OK };

	if (rsd_engine_create(argc - 1, argv + 1, &engine, &err) == 0 && engine != NULL)
		run(&err);
	rsd_engine_destroy(engine);
	if (err.code != RSD_EXIT_OK)
		fprintf(stderr, "rx_count: %s\n", err.text);
	return (int)err.code;
}
