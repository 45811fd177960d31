/* SPDX-License-Identifier: BSD-3-Clause */
/* A datagram from one thread to another over the kernel's sockets. This process is for it alone. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "bench/net.h"
#include "journey/build.h"
#include "journey/kernel_steps.h"
#include "journey/own_net.h"

#define WARM_UPS   20
#define ROUNDS     5 /* the quickest is shown: others run on this machine, too */
#define PORT       9999
#define PATIENCE_S 2
#define MTU        1500
#define LO_IP      "127.0.0.1"

struct kernel_path {
	struct rsd_journey *j;
	struct rsd_net net; /* veth only */
	int out, in;        /* sockets */
	struct sockaddr_in to;
	cpu_set_t cpus; /* this process may run on */
	uint8_t *send_buf, *receive_buf;
	struct rsd_kernel_round round[WARM_UPS + ROUNDS];

	/* The receiver's. go: receive once; done: it has. */
	pthread_t thread;
	sem_t go, done;
	pid_t tid;
	unsigned int at; /* the round */
	bool is_receiving, failed, quit;
	bool is_open; /* thread and semaphores are there */
};

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* How often this thread was switched away. */
static int
switches(void)
{
	struct rusage use;

	return getrusage(RUSAGE_THREAD, &use) == 0 ? (int)(use.ru_nvcsw + use.ru_nivcsw) : 0;
}

/* Sender and receiver on cores of their own, where there are two. */
static void
stay_on(const struct kernel_path *p, unsigned int nth)
{
	unsigned int cpu, nb = 0;
	cpu_set_t one;

	if (CPU_COUNT(&p->cpus) < 2)
		return;
	CPU_ZERO(&one);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &p->cpus) && nb++ == nth)
			CPU_SET(cpu, &one);
	(void)pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
}

/* -- the receiver ------------------------------------------------------------------------------ */

static void
receive_one(struct kernel_path *p)
{
	struct rsd_kernel_round *r = &p->round[p->at];
	int before = switches();
	ssize_t n;

	r->from_ns = now_ns();
	__atomic_store_n(&p->is_receiving, true, __ATOMIC_RELEASE);
	do
		n = recvfrom(p->in, p->receive_buf, RSD_JOURNEY_PAYLOAD, 0, NULL, NULL);
	while (n < 0 && errno == EINTR);
	r->received_ns = now_ns();
	r->switches += switches() - before;
	if (n != (ssize_t)p->j->bytes || memcmp(p->receive_buf, p->send_buf, (size_t)n) != 0)
		p->failed = true;
}

static void *
receiver(void *arg)
{
	struct kernel_path *p = arg;

	stay_on(p, 1);
	p->tid = gettid();
	sem_post(&p->done);
	for (;;) {
		while (sem_wait(&p->go) < 0)
			;
		if (p->quit)
			return NULL;
		receive_one(p);
		sem_post(&p->done);
	}
}

static int
wait_done(struct kernel_path *p)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 2 * PATIENCE_S;
	while (sem_timedwait(&p->done, &until) < 0)
		if (errno != EINTR)
			return -errno;
	return p->failed ? -EIO : 0;
}

/* Has that thread nothing to run? As the kernel tells it, after the thread's name. */
static bool
is_asleep(pid_t tid)
{
	char path[64], text[256], *state;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	state = strrchr(text, ')');
	return state != NULL && state[1] == ' ' && state[2] == 'S';
}

/* The datagram is to find its receiver waiting. */
static int
wait_receiving(struct kernel_path *p)
{
	const struct timespec moment = { .tv_nsec = 100000 };
	uint64_t end = now_ns() + PATIENCE_S * 1000000000ull;

	while (!__atomic_load_n(&p->is_receiving, __ATOMIC_ACQUIRE) || !is_asleep(p->tid)) {
		if (now_ns() > end)
			return -ETIMEDOUT;
		nanosleep(&moment, NULL);
	}
	return 0;
}

/* -- the sender -------------------------------------------------------------------------------- */

static int
send_one(struct kernel_path *p, unsigned int at)
{
	struct rsd_kernel_round *r = &p->round[at];
	int ret, before;
	ssize_t n;

	*r = (struct rsd_kernel_round){ .sender = gettid(),
		.receiver = p->tid,
		.sent_from = (uintptr_t)p->send_buf,
		.received_at = (uintptr_t)p->receive_buf };
	memset(p->receive_buf, 0, RSD_JOURNEY_PAYLOAD);
	p->at = at;
	p->is_receiving = false;
	sem_post(&p->go);
	ret = wait_receiving(p);
	if (ret < 0)
		return ret;
	before = switches();
	r->send_ns = now_ns();
	n = sendto(p->out, p->send_buf, p->j->bytes, 0, (const struct sockaddr *)&p->to,
		sizeof(p->to));
	r->sent_ns = now_ns();
	before = switches() - before;
	if (n < 0)
		return -errno;
	ret = wait_done(p);
	r->switches += before;
	return ret;
}

static const struct rsd_kernel_round *
quickest(const struct rsd_kernel_round *r, unsigned int nb)
{
	const struct rsd_kernel_round *best = r;
	unsigned int i;

	for (i = 1; i < nb; i++)
		if (rsd_kernel_round_ns(&r[i]) < rsd_kernel_round_ns(best))
			best = &r[i];
	return best;
}

static int
travel(struct kernel_path *p)
{
	pid_t threads[2] = { gettid(), p->tid };
	struct rsd_trace t;
	unsigned int i;
	int ret = 0;

	for (i = 0; ret == 0 && i < WARM_UPS; i++)
		ret = send_one(p, i);
	rsd_trace_open(&t, p->send_buf, threads, 2);
	rsd_trace_start(&t);
	for (; ret == 0 && i < WARM_UPS + ROUNDS; i++)
		ret = send_one(p, i);
	rsd_trace_stop(&t);
	if (ret == 0) {
		rsd_kernel_steps(p->j, quickest(&p->round[WARM_UPS], ROUNDS), &t);
		p->j->sum.there_plain_ns =
			(int64_t)rsd_kernel_round_ns(quickest(p->round, WARM_UPS));
		rsd_journey_note_trace(p->j, &t);
		rsd_journey_user_places(p->j);
	} else {
		snprintf(p->j->why, sizeof(p->j->why), "the datagram did not arrive: %s",
			strerror(-ret));
	}
	rsd_trace_close(&t);
	return ret;
}

/* -- the place --------------------------------------------------------------------------------- */

static int
fail(struct kernel_path *p, const char *what)
{
	int err = errno;

	snprintf(p->j->why, sizeof(p->j->why), "%.160s: %.80s", what, strerror(err));
	return -err;
}

/* A socket in the namespace of an end; on loopback both are in the same. */
static int
open_socket(struct kernel_path *p, enum rsd_net_end end, int *fd)
{
	int back = p->j->way == RSD_JOURNEY_VETH ? rsd_net_enter(&p->net, end) : 0;

	if (back < 0)
		return fail(p, p->net.why);
	*fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return fail(p, "a socket");
	return p->j->way == RSD_JOURNEY_VETH ? rsd_net_leave(&p->net, back) : 0;
}

static int
open_sockets(struct kernel_path *p)
{
	const struct timeval limit = { .tv_sec = PATIENCE_S };
	int ret = open_socket(p, RSD_NET_CLIENT, &p->out);

	if (ret == 0)
		ret = open_socket(p, RSD_NET_SERVER, &p->in);
	if (ret != 0)
		return ret;
	p->to = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(PORT) };
	inet_pton(AF_INET, p->j->way == RSD_JOURNEY_VETH ? RSD_NET_SERVER_IP : LO_IP,
		&p->to.sin_addr);
	if (bind(p->in, (const struct sockaddr *)&p->to, sizeof(p->to)) < 0 ||
		setsockopt(p->in, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0)
		return fail(p, "the receiver's socket");
	return 0;
}

static int
open_place(struct kernel_path *p)
{
	/* For the cable, too: whoever leaves one of its ends must have a place to go back to. */
	int ret = rsd_own_net(p->j->why, sizeof(p->j->why));

	if (ret < 0 || p->j->way == RSD_JOURNEY_LO)
		return ret;
	ret = rsd_net_open(&p->net, MTU);
	if (ret < 0)
		snprintf(p->j->why, sizeof(p->j->why), "%s", p->net.why);
	return ret;
}

static int
start_receiver(struct kernel_path *p)
{
	int ret;

	sem_init(&p->go, 0, 0);
	sem_init(&p->done, 0, 0);
	ret = pthread_create(&p->thread, NULL, receiver, p);
	if (ret != 0) {
		errno = ret;
		return fail(p, "a thread");
	}
	p->is_open = true;
	return wait_done(p);
}

static void
close_all(struct kernel_path *p)
{
	if (p->is_open) {
		p->quit = true;
		sem_post(&p->go);
		pthread_join(p->thread, NULL);
	}
	if (p->out >= 0)
		close(p->out);
	if (p->in >= 0)
		close(p->in);
	if (p->j->way == RSD_JOURNEY_VETH)
		rsd_net_close(&p->net);
	free(p->send_buf);
	free(p->receive_buf);
}

int
rsd_journey_kernel(struct rsd_journey *j)
{
	struct kernel_path p = { .j = j, .out = -1, .in = -1 };
	int ret;

	p.net.ns[RSD_NET_CLIENT] = p.net.ns[RSD_NET_SERVER] = -1;
	/* Pages of their own: what lies beside them is nobody's business. */
	p.send_buf = aligned_alloc(4096, 4096);
	p.receive_buf = aligned_alloc(4096, 4096);
	if (p.send_buf == NULL || p.receive_buf == NULL)
		return fail(&p, "no memory");
	rsd_journey_payload(p.send_buf, RSD_JOURNEY_PAYLOAD);
	if (sched_getaffinity(0, sizeof(p.cpus), &p.cpus) < 0)
		CPU_ZERO(&p.cpus);
	stay_on(&p, 0);
	ret = open_place(&p);
	if (ret == 0)
		ret = open_sockets(&p);
	if (ret == 0)
		ret = start_receiver(&p);
	if (ret == 0)
		ret = travel(&p);
	close_all(&p);
	return ret;
}
