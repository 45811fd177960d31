/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The baseline: UDP echo over kernel sockets, by one system call a datagram each way, or by
 * batches. What it prints at the end is what the engine is compared with.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/time.h>
#include <sys/uio.h>

#include "ex_util.h"

#define MAX_BATCH 1024
/* The largest UDP payload and one cache line more, so that slots do not fall on the same cache
 * sets. */
#define SLOT_BYTES (65536 + 64)

struct conf {
	bool batched; /* recvmmsg and sendmmsg */
	bool json;
	unsigned int batch;
	uint64_t for_ns; /* 0: until a signal */
	struct ex_addr bind;
};

struct counts {
	uint64_t packets;   /* answered */
	uint64_t bytes;     /* of their payload, one way */
	uint64_t truncated; /* would not fit a slot; never seen with UDP */
	uint64_t unsent;    /* the kernel refused the answer */
	uint64_t calls;     /* system calls made to receive and send */
};

struct batch {
	struct mmsghdr msg[MAX_BATCH];
	struct iovec iov[MAX_BATCH];
	struct sockaddr_storage peer[MAX_BATCH];
};

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

/* One datagram in, the same out. Returns -1 when nothing came. */
static int
echo_one(int fd, uint8_t *buf, struct counts *c)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	ssize_t n, sent;

	c->calls++;
	n = recvfrom(fd, buf, SLOT_BYTES, MSG_TRUNC, (struct sockaddr *)&peer, &len);
	if (n < 0)
		return -1;
	if (n > SLOT_BYTES) {
		c->truncated++;
		return 0;
	}
	do {
		c->calls++;
		sent = sendto(fd, buf, (size_t)n, 0, (struct sockaddr *)&peer, len);
	} while (sent < 0 && errno == EINTR);
	if (sent != n) {
		c->unsent++;
		return 0;
	}
	c->packets++;
	c->bytes += (uint64_t)n;
	return 0;
}

/* sendmmsg may take fewer than asked: offer the rest again, step over one that is refused. */
static void
send_all(int fd, struct mmsghdr *msg, unsigned int nb, struct counts *c)
{
	unsigned int done = 0, i;
	int n;

	while (done < nb) {
		c->calls++;
		n = sendmmsg(fd, msg + done, nb - done, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			c->unsent++;
			done++;
			continue;
		}
		for (i = 0; i < (unsigned int)n; i++)
			c->bytes += msg[done + i].msg_len;
		c->packets += (unsigned int)n;
		done += (unsigned int)n;
	}
}

static void
arm_for_receive(struct batch *b, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++) {
		b->iov[i].iov_len = SLOT_BYTES;
		b->msg[i].msg_hdr.msg_namelen = sizeof(b->peer[i]);
	}
}

/* As many as are there, at least one; all of them back. Returns -1 when nothing came. */
static int
echo_batch(int fd, struct batch *b, unsigned int size, struct counts *c)
{
	int nb, i;

	c->calls++;
	nb = recvmmsg(fd, b->msg, size, MSG_WAITFORONE, NULL);
	if (nb < 0)
		return -1;
	for (i = 0; i < nb; i++)
		b->iov[i].iov_len = b->msg[i].msg_len;
	send_all(fd, b->msg, (unsigned int)nb, c);
	arm_for_receive(b, (unsigned int)nb);
	return 0;
}

static struct batch *
batch_create(uint8_t *slots, unsigned int nb)
{
	struct batch *b = calloc(1, sizeof(*b));
	unsigned int i;

	if (b == NULL)
		return NULL;
	for (i = 0; i < nb; i++) {
		b->iov[i].iov_base = slots + (size_t)i * SLOT_BYTES;
		b->msg[i].msg_hdr.msg_iov = &b->iov[i];
		b->msg[i].msg_hdr.msg_iovlen = 1;
		b->msg[i].msg_hdr.msg_name = &b->peer[i];
	}
	arm_for_receive(b, nb);
	return b;
}

/* Until a signal, the deadline or an error that will not go away. Returns 0, or -1 and errno. */
static int
serve(int fd, const struct conf *conf, struct batch *b, uint8_t *slots, struct counts *c)
{
	uint64_t deadline = conf->for_ns ? ex_now_ns() + conf->for_ns : UINT64_MAX;
	unsigned int since_look = 0;
	int ret;

	while (!stop) {
		ret = conf->batched ? echo_batch(fd, b, conf->batch, c) : echo_one(fd, slots, c);
		if (ret < 0 && errno != EAGAIN && errno != EINTR)
			return -1;
		/* the clock is read when idle and now and then, not for every datagram */
		if ((ret < 0 || ++since_look == 256) && ex_now_ns() >= deadline)
			return 0;
		if (since_look == 256)
			since_look = 0;
	}
	return 0;
}

struct cost {
	uint64_t ns, cpu_ns, cycles;
};

static void
report(const struct conf *conf, const struct counts *c, const struct cost *cost)
{
	const char *mode = conf->batched ? "recvmmsg" : "recvfrom";
	double nb = c->packets ? (double)c->packets : 1;
	double tsc_hz = (double)cost->cycles * 1e9 / (double)cost->ns;
	double cpu_ns = (double)cost->cpu_ns / nb;
	/* the process sleeps when there is nothing to do: its CPU time is its busy time */
	double cycles = cpu_ns * tsc_hz / 1e9;

	if (conf->json)
		printf("{\"schema\":1,\"mode\":\"%s\",\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64
		       ",\"unsent\":%" PRIu64 ",\"truncated\":%" PRIu64 ",\"syscalls\":%" PRIu64
		       ",\"syscalls_per_packet\":%.3f,\"cpu_ns_per_packet\":%.1f,"
		       "\"cycles_per_packet\":%.1f,\"tsc_hz\":%.0f,\"wall_s\":%.3f}\n",
			mode, c->packets, c->bytes, c->unsent, c->truncated, c->calls,
			(double)c->calls / nb, cpu_ns, cycles, tsc_hz, (double)cost->ns / 1e9);
	else
		printf("kernel_responder %s: %" PRIu64 " packets, %" PRIu64 " bytes, %" PRIu64
		       " unsent, %" PRIu64 " truncated, %" PRIu64
		       " system calls (%.3f a packet), CPU %.1f ns or %.1f TSC cycles a packet, "
		       "%.3f s\n",
			mode, c->packets, c->bytes, c->unsent, c->truncated, c->calls,
			(double)c->calls / nb, cpu_ns, cycles, (double)cost->ns / 1e9);
}

/* A bound socket whose receive gives up five times a second, so that a signal is never missed. */
static int
open_socket(const struct ex_addr *addr)
{
	const struct timeval tick = { .tv_usec = 200000 };
	int fd = ex_udp_socket(addr->sa.ss_family);

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof(tick)) == 0 &&
		bind(fd, (const struct sockaddr *)&addr->sa, addr->len) == 0)
		return fd;
	fprintf(stderr, "kernel_responder: --bind %s: %s\n", addr->text, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
run(const struct conf *conf)
{
	struct sigaction sa = { .sa_handler = on_signal };
	unsigned int nb = conf->batched ? conf->batch : 1;
	uint8_t *slots = malloc((size_t)nb * SLOT_BYTES);
	struct batch *b = slots ? batch_create(slots, nb) : NULL;
	struct counts c = { 0 };
	struct cost cost;
	int fd, ret = -1;

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	fd = b ? open_socket(&conf->bind) : -1;
	if (fd >= 0) {
		fprintf(stderr, "kernel_responder: ready on %s\n", conf->bind.text);
		cost = (struct cost){ ex_now_ns(), ex_cpu_ns(), ex_cycles() };
		ret = serve(fd, conf, b, slots, &c);
		if (ret < 0)
			fprintf(stderr, "kernel_responder: receiving: %s\n", strerror(errno));
		cost.ns = ex_now_ns() - cost.ns;
		cost.cpu_ns = ex_cpu_ns() - cost.cpu_ns;
		cost.cycles = ex_cycles() - cost.cycles;
		report(conf, &c, &cost);
		close(fd);
	}
	free(b);
	free(slots);
	return ret < 0 ? 1 : 0;
}

static void
usage(void)
{
	fputs("usage: kernel_responder --bind ADDR:PORT [--mode recvfrom|recvmmsg] [--batch 64]\n"
	      "                        [--for SECONDS] [--json]\n"
	      "UDP echo over kernel sockets. At SIGTERM, SIGINT or after --for it prints packets,\n"
	      "system calls, and per packet the CPU time of this process and the same in TSC "
	      "cycles.\n",
		stdout);
}

/* Returns 0, or -1 when the option is unknown or its value is wrong. */
static int
take_option(int opt, const char *arg, struct conf *conf)
{
	uint64_t value;

	switch (opt) {
	case 'm':
		conf->batched = strcmp(arg, "recvmmsg") == 0;
		return conf->batched || strcmp(arg, "recvfrom") == 0 ? 0 : -1;
	case 'b':
		return ex_parse_addr(arg, &conf->bind);
	case 'n':
		if (ex_parse_uint(arg, 1, MAX_BATCH, &value) < 0)
			return -1;
		conf->batch = (unsigned int)value;
		return 0;
	case 'f':
		return ex_parse_seconds(arg, &conf->for_ns);
	case 'j':
		conf->json = true;
		return 0;
	default:
		return -1;
	}
}

static const struct option options[] = {
	{ "mode", required_argument, NULL, 'm' },
	{ "bind", required_argument, NULL, 'b' },
	{ "batch", required_argument, NULL, 'n' },
	{ "for", required_argument, NULL, 'f' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

int
main(int argc, char **argv)
{
	struct conf conf = { .batch = 64 };
	int opt, row = 0;

	while ((opt = getopt_long(argc, argv, "h", options, &row)) != -1) {
		if (opt == 'h') {
			usage();
			return 0;
		}
		if (take_option(opt, optarg, &conf) < 0) {
			if (opt != '?')
				fprintf(stderr,
					"kernel_responder: --%s: wrong value '%s', see --help\n",
					options[row].name, optarg);
			return 2;
		}
	}
	if (optind != argc || conf.bind.len == 0) {
		fprintf(stderr, "kernel_responder: --bind ADDR:PORT is needed and nothing beside "
				"options, see --help\n");
		return 2;
	}
	return run(&conf);
}
