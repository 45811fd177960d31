/* SPDX-License-Identifier: BSD-3-Clause */
/* The connection to an engine: DPDK's telemetry socket, one packet a question, one an answer. */
#define _GNU_SOURCE /* struct ucred */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "cli/ctl.h"

#define ANSWER_MAX (64 * 1024) /* DPDK sends at most 16 KiB */

/*
 * Before 23.11 DPDK cuts its clients' questions apart with strtok(), all of them with the same one:
 * when two clients ask at once, one can get the answer to the other's parameter.
 */
#define ASK_TRIES 5

/* A client that has just left may still be counted as one of the ten that DPDK serves. */
#define OPEN_TRIES    20
#define OPEN_PAUSE_NS 50000000

enum rsd_exit
rsd_ctl_fail(struct rsd_ctl *c, enum rsd_exit code, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!c->quiet)
		fprintf(stderr, "ringside: %s\n", text);
	if (c->exit == RSD_EXIT_OK)
		c->exit = code;
	return c->exit;
}

static enum rsd_exit
fail_hang(struct rsd_ctl *c)
{
	return rsd_ctl_fail(c, RSD_EXIT_INTERNAL,
		"%s: no answer within %g s: the engine hangs or is stopped by a signal", c->name,
		c->timeout_s);
}

static enum rsd_exit
fail_not_running(struct rsd_ctl *c)
{
	char names[1024];

	if (c->quiet)
		return RSD_EXIT_NOT_READY;
	rsd_ctl_list(c, names, sizeof(names));
	if (names[0] == '\0')
		return rsd_ctl_fail(c, RSD_EXIT_NOT_READY,
			"no engine named %s runs here, nor any other that answers in %s", c->name,
			c->base);
	return rsd_ctl_fail(
		c, RSD_EXIT_NOT_READY, "no engine named %s runs here; running: %s", c->name, names);
}

static enum rsd_exit
fail_connect(struct rsd_ctl *c, int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED: /* left behind by an engine that was killed */
		return fail_not_running(c);
	case EACCES:
	case EPERM:
		return rsd_ctl_fail(c, RSD_EXIT_NOT_READY,
			"%s: its socket in %s is not yours to use; as its user: sudo ringside ctl "
			"...",
			c->name, c->base);
	case ENAMETOOLONG:
		return rsd_ctl_fail(c, RSD_EXIT_USAGE,
			"--name, --dir: too long together for the path of a socket (107 bytes)");
	case EAGAIN:
	case ETIMEDOUT:
		return fail_hang(c);
	default:
		return rsd_ctl_fail(
			c, RSD_EXIT_INTERNAL, "%s: cannot connect: %s", c->name, strerror(err));
	}
}

static int
connect_once(struct rsd_ctl *c)
{
	struct timeval limit = { .tv_sec = (time_t)c->timeout_s,
		.tv_usec = (suseconds_t)((c->timeout_s - (double)(time_t)c->timeout_s) * 1e6) };
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd, err;

	if (snprintf(to.sun_path, sizeof(to.sun_path), "%s/%s/dpdk_telemetry.v2", c->base,
		    c->name) >= (int)sizeof(to.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0) {
		c->fd = fd;
		return 0;
	}
	err = errno;
	close(fd);
	return -err;
}

/* One packet as JSON. 0 and a new reference; -ECONNRESET the engine closed; -EBADMSG no JSON;
 * -errno */
static int
receive(struct rsd_ctl *c, json_t **answer)
{
	char *buf = malloc(ANSWER_MAX);
	json_error_t error;
	ssize_t n;
	int ret;

	if (buf == NULL)
		return -ENOMEM;
	do
		n = recv(c->fd, buf, ANSWER_MAX, 0);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		*answer = json_loadb(buf, (size_t)n, 0, &error);
		ret = *answer != NULL ? 0 : -EBADMSG;
	} else {
		ret = n == 0 ? -ECONNRESET : -errno;
	}
	free(buf);
	c->closed = c->closed || ret == -ECONNRESET;
	return ret;
}

enum rsd_exit
rsd_ctl_open(struct rsd_ctl *c)
{
	const struct timespec pause = { .tv_nsec = OPEN_PAUSE_NS };
	json_t *greeting;
	int ret, try, tries = c->quiet ? 1 : OPEN_TRIES;

	for (try = 0; try < tries; try++) {
		ret = connect_once(c);
		if (ret != 0)
			return fail_connect(c, -ret);
		c->closed = false;
		ret = receive(c, &greeting);
		if (ret == 0) {
			json_decref(greeting);
			return RSD_EXIT_OK;
		}
		rsd_ctl_close(c);
		if (ret != -ECONNRESET)
			break;
		nanosleep(&pause, NULL);
	}
	if (ret == -EAGAIN)
		return fail_hang(c);
	if (ret == -ECONNRESET)
		return rsd_ctl_fail(c, RSD_EXIT_INTERNAL,
			"%s: turned away: it serves 10 telemetry clients at a time, and has them",
			c->name);
	return rsd_ctl_fail(c, RSD_EXIT_INTERNAL, "%s: no greeting: %s", c->name, strerror(-ret));
}

void
rsd_ctl_close(struct rsd_ctl *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static void
fail_ask(struct rsd_ctl *c, const char *cmd, int err)
{
	if (c->closed && c->leaving)
		return;
	if (err == EAGAIN)
		fail_hang(c);
	else if (err == ECONNRESET || err == EPIPE)
		rsd_ctl_fail(c, RSD_EXIT_INTERNAL, "%s: the engine has ended", c->name);
	else if (err == EBADMSG)
		rsd_ctl_fail(c, RSD_EXIT_INTERNAL, "%s: %s: the answer is no JSON", c->name, cmd);
	else
		rsd_ctl_fail(c, RSD_EXIT_INTERNAL, "%s: %s: %s", c->name, cmd, strerror(err));
}

/* One question and its answer, whatever that is: the value under the command's name. */
static json_t *
exchange(struct rsd_ctl *c, const char *cmd, const char *line)
{
	json_t *whole, *inner;
	int ret = 0;

	if (send(c->fd, line, strlen(line), MSG_NOSIGNAL) < 0)
		ret = -errno;
	c->closed = c->closed || ret == -EPIPE || ret == -ECONNRESET;
	if (ret == 0)
		ret = receive(c, &whole);
	if (ret != 0) {
		fail_ask(c, cmd, -ret);
		return NULL;
	}
	inner = json_incref(json_object_get(whole, cmd));
	json_decref(whole);
	if (inner == NULL)
		rsd_ctl_fail(c, RSD_EXIT_INTERNAL, "%s: %s: answered something else", c->name, cmd);
	return inner;
}

/* A question and what its answer must hold, so that it is seen to be the answer to this one. */
struct question {
	char cmd[56], line[80];
	const char *echo[2]; /* fields; NULL: none */
	long param[2];
};

static bool
is_answer(const json_t *o, const struct question *q)
{
	unsigned int i;

	if (!json_is_integer(json_object_get(o, "schema")) || json_object_get(o, "error") != NULL)
		return false;
	for (i = 0; i < 2 && q->echo[i] != NULL; i++) {
		const json_t *n = json_object_get(o, q->echo[i]);

		if (!json_is_integer(n) || (long)json_integer_value(n) != q->param[i])
			return false;
	}
	return true;
}

static void
fail_answer(struct rsd_ctl *c, const char *cmd, const json_t *o)
{
	const char *error = rsd_ctl_str(o, "error");

	rsd_ctl_fail(c, RSD_EXIT_INTERNAL, "%s: %s: %s", c->name, cmd,
		error[0] != '\0' ? error : "other clients' questions keep getting in between");
}

static json_t *
ask(struct rsd_ctl *c, const struct question *q)
{
	json_t *o = NULL;
	int try;

	for (try = 0; try < ASK_TRIES; try++) {
		json_decref(o);
		o = exchange(c, q->cmd, q->line);
		if (o == NULL || is_answer(o, q))
			return o;
		if (!json_is_object(o)) {
			rsd_ctl_fail(c, RSD_EXIT_NOT_READY,
				"%s is a DPDK program that does not know %s: not ringside, or an "
				"older one",
				c->name, q->cmd);
			break;
		}
	}
	if (json_is_object(o))
		fail_answer(c, q->cmd, o);
	json_decref(o);
	return NULL;
}

json_t *
rsd_ctl_ask(struct rsd_ctl *c, const char *what, const char *echo, long param)
{
	struct question q = { .echo = { echo }, .param = { param } };

	snprintf(q.cmd, sizeof(q.cmd), "/ringside/%s", what);
	if (param == RSD_CTL_NONE)
		snprintf(q.line, sizeof(q.line), "%s", q.cmd);
	else
		snprintf(q.line, sizeof(q.line), "%s,%ld", q.cmd, param);
	return ask(c, &q);
}

json_t *
rsd_ctl_ask_sockets(struct rsd_ctl *c, long start, uint16_t port)
{
	struct question q = {
		.cmd = "/ringside/sockets", .echo = { "start", "port" }, .param = { start, port }
	};

	if (port == 0)
		snprintf(q.line, sizeof(q.line), "%s,%ld", q.cmd, start);
	else
		snprintf(q.line, sizeof(q.line), "%s,%ld,%u", q.cmd, start, port);
	return ask(c, &q);
}

/* A descriptor that becomes readable when the process at the other end ends; -1: no such thing. */
static int
peer_pidfd(const struct rsd_ctl *c)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 || peer.pid <= 0)
		return -1;
	return (int)syscall(SYS_pidfd_open, peer.pid, 0);
}

int
rsd_ctl_wait_gone(struct rsd_ctl *c, double seconds)
{
	struct pollfd wait = { .events = POLLIN };
	int pidfd = peer_pidfd(c), ret;

	/* Its end of the connection closes with the process, when nothing better can be had. */
	wait.fd = pidfd >= 0 ? pidfd : c->fd;
	do
		ret = poll(&wait, 1, (int)(seconds * 1e3));
	while (ret < 0 && errno == EINTR);
	if (pidfd >= 0)
		close(pidfd);
	return ret > 0 ? 0 : -ETIMEDOUT;
}
