/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/eventfd.h>

#include <ringside/engine.h>

#include <rte_cycles.h>

#include "bench/rx_child.h"
#include "bench/rx_report.h"

#define POKE_NS 2000000 /* a signal that comes just before a system call is lost: send another */

struct child;

struct thread {
	struct rsd_rx_ctx ctx;
	struct child *child;
	pthread_t id;
	int cpu; /* -1: wherever */
	int result;
	bool is_open, is_running;
};

struct child {
	struct thread thread[RSD_RX_MAX_THREADS];
	unsigned int nb;
	bool stop;
	int ended; /* eventfd: a receiver came back by itself */
	FILE *out;
	struct rsd_rx_report report;
};

static volatile sig_atomic_t told_to_end;

static void
on_end(int sig)
{
	(void)sig;
	told_to_end = 1;
}

static void
on_poke(int sig)
{
	(void)sig; /* it is there to end a system call */
}

/* The receiving threads see only the poke; the main one the rest, and only while it waits. */
static void
set_signals(sigset_t *while_waiting)
{
	struct sigaction end = { .sa_handler = on_end }, poke = { .sa_handler = on_poke };
	sigset_t blocked;

	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGUSR1, &poke, NULL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, while_waiting);
	sigdelset(while_waiting, SIGTERM);
	sigdelset(while_waiting, SIGINT);
}

static double
cycles_per_ns(void)
{
	const struct timespec wait = { .tv_nsec = 20000000 };
	struct timespec a, b;
	uint64_t tsc;

	clock_gettime(CLOCK_MONOTONIC_RAW, &a);
	tsc = rte_rdtsc();
	nanosleep(&wait, NULL);
	clock_gettime(CLOCK_MONOTONIC_RAW, &b);
	tsc = rte_rdtsc() - tsc;
	return (double)tsc /
	       ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec));
}

static int
prepare(struct rsd_rx_ctx *ctx)
{
	const struct rsd_rx_conf *conf = ctx->conf;

	ctx->planted = conf->spin_ns != 0 || conf->copies != 0;
	if (conf->spin_ns != 0)
		ctx->spin_cycles = (uint64_t)(conf->spin_ns * cycles_per_ns());
	if (conf->copies == 0)
		return 0;
	ctx->scratch = aligned_alloc(4096, 3 * RSD_RX_SCRATCH);
	if (ctx->scratch == NULL)
		return rsd_rx_fail(ctx, ENOMEM, "room for planted copies");
	memset(ctx->scratch, 0, 3 * RSD_RX_SCRATCH);
	return 0;
}

static void *
run(void *arg)
{
	struct thread *t = arg;
	const uint64_t one = 1;
	cpu_set_t set;

	if (t->cpu >= 0) {
		CPU_ZERO(&set);
		CPU_SET((unsigned int)t->cpu, &set);
		if (sched_setaffinity(0, sizeof(set), &set) < 0)
			t->result = rsd_rx_fail(&t->ctx, errno, "CPU %d", t->cpu);
	}
	if (t->result == 0)
		t->result = t->ctx.rx->run(&t->ctx);
	if (t->result < 0 && write(t->child->ended, &one, sizeof(one)) < 0)
		t->result = -errno;
	return NULL;
}

static int
open_all(struct child *c)
{
	unsigned int i;
	int ret;

	for (i = 0; i < c->nb; i++) {
		struct thread *t = &c->thread[i];

		ret = prepare(&t->ctx);
		if (ret == 0)
			ret = t->ctx.rx->open(&t->ctx);
		if (ret < 0) {
			rsd_rx_report_why(&c->report, c->out, "cannot", t->ctx.why);
			return ret;
		}
		t->is_open = true;
	}
	return 0;
}

static int
start_all(struct child *c)
{
	unsigned int i;
	int ret;

	for (i = 0; i < c->nb; i++) {
		ret = pthread_create(&c->thread[i].id, NULL, run, &c->thread[i]);
		if (ret != 0) {
			rsd_rx_report_why(&c->report, c->out, "cannot", "no thread can be started");
			return -ret;
		}
		c->thread[i].is_running = true;
	}
	return 0;
}

/* Poke every thread until it has seen that it is to stop. */
static void
stop_all(struct child *c)
{
	struct timespec until;
	unsigned int i;

	__atomic_store_n(&c->stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < c->nb; i++) {
		if (!c->thread[i].is_running)
			continue;
		do {
			pthread_kill(c->thread[i].id, SIGUSR1);
			clock_gettime(CLOCK_REALTIME, &until);
			until.tv_nsec += POKE_NS;
			until.tv_sec += until.tv_nsec / 1000000000;
			until.tv_nsec %= 1000000000;
		} while (pthread_timedjoin_np(c->thread[i].id, NULL, &until) == ETIMEDOUT);
		c->thread[i].is_running = false;
	}
}

static void
close_all(struct child *c)
{
	unsigned int i;

	for (i = 0; i < c->nb; i++) {
		if (c->thread[i].is_open)
			c->thread[i].ctx.rx->close(&c->thread[i].ctx);
		free(c->thread[i].ctx.scratch);
	}
}

static void
tell(struct child *c, const char *event)
{
	unsigned int i;

	for (i = 0; i < c->nb; i++)
		if (c->thread[i].ctx.rx->sync != NULL)
			c->thread[i].ctx.rx->sync(&c->thread[i].ctx);
	rsd_rx_report_counts(&c->report, c->out, event);
}

/* Lines from the harness, until one says stop or there are no more. False when a receiver ended. */
static bool
obey(struct child *c, int in, const sigset_t *mask)
{
	struct pollfd wait[] = { { .fd = in, .events = POLLIN },
		{ .fd = c->ended, .events = POLLIN } };
	char line[64];
	size_t len = 0;

	while (!told_to_end) {
		if (ppoll(wait, RTE_DIM(wait), NULL, mask) < 0)
			continue;
		if (wait[1].revents != 0)
			return false;
		if (len == sizeof(line) || read(in, line + len, 1) != 1)
			return true;
		if (line[len++] != '\n')
			continue;
		line[len - 1] = '\0';
		if (strcmp(line, "mark") == 0)
			tell(c, "mark");
		else if (strcmp(line, "stop") == 0)
			return true;
		len = 0;
	}
	return true;
}

static int
serve(struct child *c, int in, const sigset_t *mask)
{
	unsigned int i;
	bool whole;

	if (start_all(c) < 0) {
		stop_all(c);
		return RSD_EXIT_NOT_READY;
	}
	rsd_rx_report_ready(&c->report, c->out);
	whole = obey(c, in, mask);
	stop_all(c);
	if (whole) {
		tell(c, "end");
		return RSD_EXIT_OK;
	}
	for (i = 0; i < c->nb; i++)
		if (c->thread[i].result < 0)
			rsd_rx_report_why(&c->report, c->out, "failed", c->thread[i].ctx.why);
	return RSD_EXIT_INTERNAL;
}

static void
lay_out(struct child *c, const struct rsd_rx *rx, const struct rsd_rx_conf *conf, const int *cpus,
	unsigned int nb_cpus)
{
	unsigned int i;

	c->nb = rx->threads != 0 ? rx->threads : 1;
	for (i = 0; i < c->nb; i++) {
		c->thread[i].ctx.rx = rx;
		c->thread[i].ctx.conf = conf;
		c->thread[i].ctx.stop = &c->stop;
		c->thread[i].child = c;
		c->thread[i].cpu = nb_cpus != 0 ? cpus[i % nb_cpus] : -1;
		c->report.ctx[i] = &c->thread[i].ctx;
	}
	c->report.nb = c->nb;
}

int
rsd_rx_child(const struct rsd_rx *rx, const struct rsd_rx_conf *conf, const int *cpus,
	unsigned int nb_cpus, int in, FILE *out)
{
	struct child *c = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*c));
	int ret = RSD_EXIT_NOT_READY;
	sigset_t mask;

	if (c == NULL)
		return RSD_EXIT_INTERNAL;
	memset(c, 0, sizeof(*c));
	c->out = out;
	c->ended = eventfd(0, EFD_CLOEXEC);
	lay_out(c, rx, conf, cpus, nb_cpus);
	set_signals(&mask);
	if (rsd_rx_suits(&c->thread[0].ctx) < 0)
		rsd_rx_report_why(&c->report, out, "cannot", c->thread[0].ctx.why);
	else if (open_all(c) == 0)
		ret = serve(c, in, &mask);
	close_all(c);
	close(c->ended);
	free(c);
	return ret;
}
