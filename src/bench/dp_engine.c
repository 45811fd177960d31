/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ringside: the command itself, asked for its counters as `ringside ctl stats` does; and on a ring,
 * which has no other end, its pipeline in a program of ours.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "bench/dp_state.h"

#define WHAT   "ringside run"
#define ASK    "/ringside/stats"
#define ANSWER 65536

/* -- the engine -------------------------------------------------------------------------------- */

static int
hear(struct rsd_dp_state *s, char *text, size_t size, ssize_t *n)
{
	do
		*n = recv(s->ctl, text, size, 0);
	while (*n < 0 && errno == EINTR);
	if (*n > 0)
		return 0;
	return rsd_dp_fail(s, *n == 0 ? EPIPE : errno, WHAT " does not tell its counters");
}

static int
ask(struct rsd_dp_state *s, struct rsd_dp_counts *c)
{
	static char text[ANSWER];
	ssize_t n;
	int ret;

	if (send(s->ctl, ASK, strlen(ASK), MSG_NOSIGNAL) < 0)
		return rsd_dp_fail(s, errno, WHAT " does not listen");
	ret = hear(s, text, sizeof(text), &n);
	if (ret == 0 && rsd_dp_take_engine(text, (size_t)n, c) != 0)
		ret = rsd_dp_fail(s, EBADMSG, WHAT " tells no counters");
	return ret;
}

/* The connection outlives the socket's name, which is taken away. */
static int
open_ctl(struct rsd_dp_state *s)
{
	const struct timeval limit = { .tv_sec = RSD_DP_ANSWER_MS / 1000 };
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char greeting[1024];
	ssize_t n;

	snprintf(to.sun_path, sizeof(to.sun_path), "%s/dpdk/ringside/dpdk_telemetry.v2", s->dir);
	s->ctl = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (s->ctl < 0 || setsockopt(s->ctl, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0 ||
		connect(s->ctl, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return rsd_dp_fail(s, errno, "the counters of " WHAT);
	return hear(s, greeting, sizeof(greeting), &n);
}

static int
start_engine(struct rsd_dp_state *s)
{
	struct rsd_dp_words w;
	int ret;

	rsd_dp_words_engine(&w, s->row, &s->conf, &s->place);
	ret = rsd_dp_launch(s, &s->proc, &w, WHAT);
	if (ret == 0)
		ret = rsd_dp_wait_line(s, &s->proc, "ringside: ready", NULL, WHAT);
	return ret != 0 ? ret : open_ctl(s);
}

static int
begin_engine(struct rsd_dp_state *s, uint64_t for_ns)
{
	(void)for_ns;
	return ask(s, &s->before);
}

/* It may still be busy with the last burst when it is asked; its counters say what is done. */
static int
end_engine(struct rsd_dp_state *s, struct rsd_dp_counts *c)
{
	int ret = ask(s, c);

	c->packets -= s->before.packets;
	c->cycles -= s->before.cycles;
	c->seen -= s->before.seen;
	return ret;
}

static void
leave_engine(struct rsd_dp_state *s)
{
	rsd_proc_pause(&s->proc, false);
	kill(s->proc.pid, SIGTERM);
}

const struct rsd_dp_side rsd_dp_engine = {
	.start = start_engine,
	.begin = begin_engine,
	.end = end_engine,
	.leave = leave_engine,
};

/* -- the pipeline on a ring -------------------------------------------------------------------- */

#define RING "the pipeline on a ring"

static int
start_ring(struct rsd_dp_state *s)
{
	struct rsd_dp_words w;
	int ret;

	rsd_dp_words_ring(&w, &s->conf, &s->load, &s->place);
	ret = rsd_dp_launch(s, &s->proc, &w, RING);
	return ret != 0 ? ret : rsd_dp_wait_line(s, &s->proc, "ready", NULL, RING);
}

/* It waits for its next command; a window has its length from the beginning. */
static int
begin_ring(struct rsd_dp_state *s, uint64_t for_ns)
{
	const char *mode = strcmp(s->row->mode, "skip") == 0 ? "respond" : "verify";
	char text[64];
	int ret;

	snprintf(text, sizeof(text), "%s %llu\n", mode, (unsigned long long)(for_ns / 1000000));
	ret = rsd_proc_say(&s->proc, text);
	return ret < 0 ? rsd_dp_fail(s, -ret, RING " does not listen") : 0;
}

static int
end_ring(struct rsd_dp_state *s, struct rsd_dp_counts *c)
{
	char line[RSD_PROC_LINE];
	int ret = rsd_dp_wait_line(s, &s->proc, "", line, RING);

	if (ret == 0 && rsd_dp_take_ring(line, c) != 0)
		ret = rsd_dp_fail(s, EBADMSG, RING " says what it should not");
	return ret;
}

static void
leave_ring(struct rsd_dp_state *s)
{
	(void)s; /* it ends with its stdin */
}

const struct rsd_dp_side rsd_dp_ring = {
	.start = start_ring,
	.begin = begin_ring,
	.end = end_ring,
	.leave = leave_ring,
};
