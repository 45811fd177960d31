/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A UDP client over kernel sockets that trusts nobody: every datagram carries its number, every
 * byte that comes back is compared. A fixed number of datagrams is under way at any time, so a
 * server is loaded as much as it can bear and never flooded.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/epoll.h>
#include <sys/uio.h>

#include "udp_client.h"
#include "udp_payload.h"

#define BATCH     32
#define GIVE_UP   3 /* time-outs in a row without one answer */
#define LINGER_NS 50000000ULL
#define BUF_BYTES (65536 + 64) /* see kernel_responder.c */

struct batch {
	struct mmsghdr msg[BATCH];
	struct iovec iov[BATCH];
	uint8_t *bytes;
};

struct client {
	const struct client_conf *conf;
	struct client_result *r;
	struct batch tx, rx;
	int epoll;
	int *fd;            /* one connected socket a flow */
	uint64_t *seen_max; /* per flow, 1 + highest number answered */
	uint8_t *answered;  /* one bit a number */
	uint64_t next;      /* number of the next datagram to send */
	uint64_t floor;     /* smaller numbers were written off */
	uint64_t under_way;
	uint64_t short_sent, short_seen; /* of those too short for a number */
	unsigned int flow;               /* whose turn it is */
	unsigned int silent;             /* time-outs in a row */
	uint64_t started, last_answer;
};

static size_t
size_of(const struct client *cl, uint64_t seq)
{
	return cl->conf->sizes[seq % cl->conf->nb_sizes];
}

static void
batch_init(struct batch *b, uint8_t *bytes)
{
	unsigned int i;

	b->bytes = bytes;
	for (i = 0; i < BATCH; i++) {
		b->iov[i].iov_base = bytes + (size_t)i * BUF_BYTES;
		b->msg[i].msg_hdr.msg_iov = &b->iov[i];
		b->msg[i].msg_hdr.msg_iovlen = 1;
	}
}

/* How many may be sent at once now. */
static unsigned int
allowance(const struct client *cl)
{
	/* one alone until the path has answered: a neighbour look-up queues only a few */
	uint64_t window = cl->r->answered > 0 ? cl->conf->window : 1;
	uint64_t share = cl->conf->window / cl->conf->flows + 1, n;

	if (cl->under_way >= window || cl->next >= cl->conf->count)
		return 0;
	n = window - cl->under_way;
	n = n < share ? n : share;
	n = n < BATCH ? n : BATCH;
	return (unsigned int)(n < cl->conf->count - cl->next ? n : cl->conf->count - cl->next);
}

static void
count_sent(struct client *cl, unsigned int nb)
{
	for (unsigned int i = 0; i < nb; i++)
		cl->short_sent += size_of(cl, cl->next + i) < PAYLOAD_HEADER;
	cl->next += nb;
	cl->under_way += nb;
	cl->r->sent += nb;
}

/* Send up to nb from the flow whose turn it is. Returns how many went, 0 when none could for now,
 * -1 when sending is impossible. */
static int
send_some(struct client *cl, unsigned int nb)
{
	struct payload_id id = { .flow = (uint16_t)cl->flow };
	unsigned int i;
	int sent;

	id.time_us = ex_now_ns() / 1000;
	for (i = 0; i < nb; i++) {
		id.seq = cl->next + i;
		cl->tx.iov[i].iov_len = size_of(cl, id.seq);
		payload_write(cl->tx.iov[i].iov_base, cl->tx.iov[i].iov_len, &id);
	}
	sent = sendmmsg(cl->fd[cl->flow], cl->tx.msg, nb, MSG_DONTWAIT);
	cl->flow = (cl->flow + 1) % cl->conf->flows;
	if (sent >= 0) {
		count_sent(cl, (unsigned int)sent);
		return sent;
	}
	if (errno == ECONNREFUSED) {
		cl->r->refused++;
		return 0;
	}
	return errno == EAGAIN || errno == ENOBUFS || errno == EINTR ? 0 : -1;
}

static int
fill_window(struct client *cl)
{
	unsigned int nb;
	int sent;

	while ((nb = allowance(cl)) > 0) {
		sent = send_some(cl, nb);
		if (sent <= 0)
			return sent;
	}
	return 0;
}

static void
count_answer(struct client *cl)
{
	cl->r->answered++;
	cl->last_answer = ex_now_ns();
	cl->silent = 0;
}

/* Too short to carry a number: right bytes and a length we sent is all that can be asked. */
static void
take_short(struct client *cl, const uint8_t *buf, size_t len)
{
	unsigned int i;

	for (i = 0; i < cl->conf->nb_sizes && cl->conf->sizes[i] != len; i++)
		;
	if (i == cl->conf->nb_sizes) {
		cl->r->wrong_length++;
	} else if (!payload_intact(buf, len, 0)) {
		cl->r->corrupt++;
	} else if (cl->short_seen == cl->short_sent) {
		cl->r->duplicates++;
	} else {
		cl->short_seen++;
		cl->under_way -= cl->under_way > 0;
		count_answer(cl);
	}
}

/* Note that a number came back. Returns 0, or -1 when it had before. */
static int
mark(struct client *cl, uint64_t seq)
{
	uint8_t bit = (uint8_t)(1 << seq % 8);

	if (cl->answered[seq / 8] & bit)
		return -1;
	cl->answered[seq / 8] |= bit;
	return 0;
}

static void
take_numbered(struct client *cl, unsigned int flow, const struct payload_id *id, uint64_t now_us)
{
	if (mark(cl, id->seq) < 0) {
		cl->r->duplicates++;
		return;
	}
	if (id->seq + 1 < cl->seen_max[flow])
		cl->r->reordered++;
	else
		cl->seen_max[flow] = id->seq + 1;
	if (id->seq >= cl->floor)
		cl->under_way -= cl->under_way > 0;
	else
		cl->r->late++;
	hist_add(&cl->r->rtt_us, (now_us - id->time_us) & ((1ULL << 48) - 1));
	count_answer(cl);
}

static void
take(struct client *cl, unsigned int flow, const uint8_t *buf, size_t len, uint64_t now_us)
{
	struct payload_id id;

	if (len < PAYLOAD_HEADER)
		take_short(cl, buf, len);
	else if (payload_read(buf, &id) < 0 || id.flow != flow || id.seq >= cl->next)
		cl->r->corrupt++;
	else if (len != size_of(cl, id.seq))
		cl->r->wrong_length++;
	else if (!payload_intact(buf, len, id.seq))
		cl->r->corrupt++;
	else
		take_numbered(cl, flow, &id, now_us);
}

/* Everything one flow's socket has now. */
static void
receive(struct client *cl, unsigned int flow)
{
	uint64_t now_us;
	int nb, i;

	do {
		for (i = 0; i < BATCH; i++)
			cl->rx.iov[i].iov_len = BUF_BYTES;
		nb = recvmmsg(cl->fd[flow], cl->rx.msg, BATCH, MSG_DONTWAIT, NULL);
		cl->r->refused += nb < 0 && errno == ECONNREFUSED;
		now_us = ex_now_ns() / 1000;
		for (i = 0; i < nb; i++)
			take(cl, flow, cl->rx.iov[i].iov_base, cl->rx.msg[i].msg_len, now_us);
	} while (nb == BATCH);
}

/* Wait for answers until wait_ms have passed. Returns the number of flows that had some. */
static int
poll_flows(struct client *cl, int wait_ms)
{
	struct epoll_event ev[BATCH];
	int nb, i;

	nb = epoll_wait(cl->epoll, ev, BATCH, wait_ms);
	for (i = 0; i < nb; i++)
		receive(cl, ev[i].data.u32);
	return nb;
}

/* Nothing came for a whole time-out: whatever is under way will not come any more. */
static void
write_off(struct client *cl)
{
	cl->floor = cl->next;
	cl->under_way = 0;
	cl->silent++;
	cl->last_answer = ex_now_ns();
}

static int
finished(const struct client *cl)
{
	const struct client_conf *conf = cl->conf;

	if (cl->silent >= GIVE_UP || client_stop)
		return 1;
	if (cl->under_way > 0)
		return 0;
	return cl->next >= conf->count ||
	       (conf->for_ns > 0 && ex_now_ns() - cl->started >= conf->for_ns);
}

static int
exchange(struct client *cl)
{
	uint64_t now, sending_until;

	cl->started = cl->last_answer = now = ex_now_ns();
	sending_until = cl->conf->for_ns ? cl->started + cl->conf->for_ns : UINT64_MAX;
	while (!finished(cl)) {
		if (now < sending_until && fill_window(cl) < 0)
			return -1;
		poll_flows(cl, 50);
		now = ex_now_ns();
		if (now - cl->last_answer >= cl->conf->timeout_ns)
			write_off(cl);
		client_progress(cl->conf, cl->r, now - cl->started);
	}
	cl->r->wall_ns = (cl->silent ? now : cl->last_answer) - cl->started;
	/* a duplicate may come after the last answer */
	for (now = ex_now_ns(); ex_now_ns() - now < LINGER_NS;)
		poll_flows(cl, 10);
	return 0;
}

static int
open_flow(struct client *cl, unsigned int i)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u32 = i };
	const struct ex_addr *to = &cl->conf->to;

	cl->fd[i] = ex_udp_socket(to->sa.ss_family);
	if (cl->fd[i] < 0 || connect(cl->fd[i], (const struct sockaddr *)&to->sa, to->len) < 0)
		return -1;
	return epoll_ctl(cl->epoll, EPOLL_CTL_ADD, cl->fd[i], &ev);
}

static int
client_open(struct client *cl)
{
	const struct client_conf *conf = cl->conf;
	uint8_t *bytes = malloc(2UL * BATCH * BUF_BYTES);
	unsigned int i;

	cl->tx.bytes = bytes;
	cl->epoll = epoll_create1(EPOLL_CLOEXEC);
	cl->fd = calloc(conf->flows, sizeof(*cl->fd));
	cl->seen_max = calloc(conf->flows, sizeof(*cl->seen_max));
	cl->answered = calloc(conf->count / 8 + 1, 1);
	if (!bytes || cl->epoll < 0 || !cl->fd || !cl->seen_max || !cl->answered)
		return -1;
	batch_init(&cl->tx, bytes);
	batch_init(&cl->rx, bytes + (size_t)BATCH * BUF_BYTES);
	for (i = 0; i < conf->flows; i++)
		if (open_flow(cl, i) < 0)
			return -1;
	return 0;
}

static void
client_close(struct client *cl)
{
	for (unsigned int i = 0; cl->fd != NULL && i < cl->conf->flows; i++)
		if (cl->fd[i] > 0)
			close(cl->fd[i]);
	if (cl->epoll >= 0)
		close(cl->epoll);
	free(cl->answered);
	free(cl->seen_max);
	free(cl->fd);
	free(cl->tx.bytes);
}

int
client_run(const struct client_conf *conf, struct client_result *r)
{
	struct client cl = { .conf = conf, .r = r, .epoll = -1 };
	uint64_t cpu = ex_cpu_ns();
	int ret, saved;

	ret = client_open(&cl);
	if (ret == 0)
		ret = exchange(&cl);
	saved = errno;
	client_close(&cl);
	r->cpu_ns = ex_cpu_ns() - cpu;
	errno = saved;
	return ret;
}
