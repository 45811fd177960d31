/* SPDX-License-Identifier: BSD-3-Clause */
/* The threads of load over kernel sockets: a step of sending, a step of receiving, and waiting. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

#include "base/err.h"
#include "load/sock.h"

#define EVENTS 64
/* Sleeping is for longer gaps than it is late by; the rest of a gap is polled away. */
#define SLEEP_MIN_NS 120000
#define WAKE_NS      60000
#define SLEEP_MAX_NS 5000000
/* A neighbour look-up queues only a few datagrams, and a full queue is not full for long. */
#define RETRY_NS 20000

/* -- sending ----------------------------------------------------------------------------------- */

static void
send_failed(struct rsd_load *load)
{
	switch (errno) {
	case ECONNREFUSED: /* of an earlier datagram; this one was not sent */
		__atomic_add_fetch(&load->refused, 1, __ATOMIC_RELAXED);
		break;
	case EAGAIN:
	case ENOBUFS:
	case EINTR:
		load->send_waits++;
		break;
	default:
		rsd_err(&load->err, RSD_EXIT_INTERNAL, -errno, "%s: cannot send: %s%s",
			load->conf->to_text, strerror(errno),
			errno == EMSGSIZE ? "; give a smaller --size" : "");
		load->failed = true;
		__atomic_store_n(&load->stop, true, __ATOMIC_RELAXED);
	}
}

static void
count_late(struct rsd_load *load, uint64_t now, unsigned int n)
{
	unsigned int i;

	if (load->src.interval_fp == 0)
		return;
	for (i = 0; i < n; i++)
		rsd_hist_add(load->late, now - rsd_source_time(&load->src, now, i));
}

/* Send what is due, all of it on the flow whose turn it is. Returns how many went. */
static unsigned int
send_step(struct rsd_load *load, struct rsd_sock_side *side)
{
	uint64_t settled = __atomic_load_n(&load->settled, __ATOMIC_RELAXED);
	struct rsd_source *s = &load->src;
	uint64_t now = rsd_sock_now(side);
	unsigned int due = rsd_source_due(s, now, settled, load->conf->batch), i;
	struct rsd_stamp stamp;
	int sent;

	if (due == 0)
		return 0;
	for (i = 0; i < due; i++) {
		rsd_source_stamp(s, now, i, &stamp);
		side->tx.iov[i].iov_len = rsd_mix_size(s->mix, stamp.seq);
		rsd_stamp_write(side->tx.iov[i].iov_base, side->tx.iov[i].iov_len, &stamp);
	}
	__atomic_store_n(&s->limit, s->seq + due, __ATOMIC_RELAXED);
	sent = sendmmsg(side->fd[s->flow], side->tx.msg, due, MSG_DONTWAIT);
	if (sent <= 0) {
		send_failed(load);
		sent = 0;
	}
	for (i = 0; i < (unsigned int)sent; i++)
		s->bytes += side->tx.iov[i].iov_len;
	count_late(load, now, (unsigned int)sent);
	rsd_source_sent(s, now, (unsigned int)sent);
	rsd_source_next_flow(s);
	__atomic_store_n(&load->sent_now, s->seq, __ATOMIC_RELEASE);
	return (unsigned int)sent;
}

/* How long there is nothing to send, as far as the schedule tells. */
static uint64_t
gap_ns(const struct rsd_load *load, uint64_t now)
{
	uint64_t next = load->src.next_fp >> RSD_FP_BITS;

	if (load->src.interval_fp == 0)
		return load->src.window != 0 ? SLEEP_MAX_NS : RETRY_NS;
	return next > now ? next - now : 0;
}

/* -- receiving --------------------------------------------------------------------------------- */

static unsigned int
receive_flow(struct rsd_load *load, struct rsd_sock_side *side, uint32_t flow)
{
	unsigned int total = 0;
	int nb, i;

	do {
		uint64_t now;

		nb = recvmmsg(side->fd[flow], side->rx.msg, side->rx_batch, MSG_DONTWAIT, NULL);
		if (nb <= 0) {
			if (nb < 0 && errno == ECONNREFUSED)
				__atomic_add_fetch(&load->refused, 1, __ATOMIC_RELAXED);
			break;
		}
		now = rsd_sock_now(side);
		for (i = 0; i < nb; i++)
			rsd_track_take(&load->track, side->rx.iov[i].iov_base,
				side->rx.msg[i].msg_len, flow, now);
		total += (unsigned int)nb;
	} while (nb == (int)side->rx_batch);
	return total;
}

static unsigned int
receive_step(struct rsd_load *load, struct rsd_sock_side *side)
{
	struct epoll_event ev[EVENTS];
	unsigned int total = 0;
	int i, nb;

	if (side->nb_fds == 1) {
		total = receive_flow(load, side, 0);
	} else {
		nb = epoll_wait(side->epoll, ev, EVENTS, 0);
		for (i = 0; i < nb; i++)
			total += receive_flow(load, side, ev[i].data.u32);
	}
	rsd_phase_settle(load, rsd_sock_now(side), total);
	return total;
}

/* Until an answer comes, or the time is over. */
static void
doze(struct rsd_sock_side *side, uint64_t ns)
{
	struct pollfd pfd = { .fd = side->nb_fds == 1 ? side->fd[0] : side->epoll,
		.events = POLLIN };
	const struct timespec ts = { .tv_nsec = (long)RTE_MIN(ns, (uint64_t)SLEEP_MAX_NS) };

	ppoll(&pfd, 1, &ts, NULL);
}

/* -- threads ----------------------------------------------------------------------------------- */

static void
begin(void)
{
	prctl(PR_SET_TIMERSLACK, 1UL);
}

static void *
end(struct rsd_sock_side *side)
{
	__atomic_add_fetch(&side->over, 1, __ATOMIC_RELEASE);
	return NULL;
}

static bool
send_is_over(struct rsd_load *load, struct rsd_sock_side *side)
{
	if (!rsd_phase_sending_over(load, rsd_sock_now(side)))
		return false;
	__atomic_store_n(&load->sender_done, true, __ATOMIC_RELEASE);
	return true;
}

void *
rsd_sock_both(void *arg)
{
	struct rsd_load *load = arg;
	struct rsd_sock_side *side = load->side_data;
	bool sending = true;
	unsigned int n;

	begin();
	while (!rsd_phase_receiving_over(load, rsd_sock_now(side))) {
		uint64_t gap = SLEEP_MAX_NS;

		n = sending ? send_step(load, side) : 0;
		n += receive_step(load, side);
		sending = sending && !send_is_over(load, side);
		if (n != 0 || load->conf->nonblock)
			continue;
		if (sending)
			gap = gap_ns(load, rsd_sock_now(side));
		if (gap >= SLEEP_MIN_NS)
			doze(side, gap - WAKE_NS);
	}
	return end(side);
}

void *
rsd_sock_sender(void *arg)
{
	struct rsd_load *load = arg;
	struct rsd_sock_side *side = load->side_data;

	begin();
	while (!send_is_over(load, side)) {
		struct timespec nap = { 0 };
		uint64_t gap;

		if (send_step(load, side) != 0 || load->conf->nonblock)
			continue;
		gap = gap_ns(load, rsd_sock_now(side));
		if (gap < SLEEP_MIN_NS)
			continue;
		nap.tv_nsec = (long)RTE_MIN(gap - WAKE_NS, (uint64_t)SLEEP_MAX_NS);
		nanosleep(&nap, NULL);
	}
	return end(side);
}

void *
rsd_sock_receiver(void *arg)
{
	struct rsd_load *load = arg;
	struct rsd_sock_side *side = load->side_data;

	begin();
	while (!rsd_phase_receiving_over(load, rsd_sock_now(side))) {
		if (receive_step(load, side) == 0 && !load->conf->nonblock)
			doze(side, SLEEP_MAX_NS);
	}
	return end(side);
}
