/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * recvmmsg, and sendmmsg with MSG_ZEROCOPY: the kernel sends from our pages and says on the error
 * queue when it is done with them. It also says there when it copied after all, which it does
 * wherever the frame does not leave the machine: `copied` counts those.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <linux/errqueue.h>
#include <netinet/udp.h>

#include "bench/rx_mmsg.h"
#include "bench/rx_rows.h"
#include "bench/rx_sys.h"

#define NB_SLOTS   2048 /* a power of two: also the ring of what is under way */
#define NB_NOTES   16   /* notifications taken by one system call; each covers a range */
#define NOTE_BYTES 128

struct note {
	uint8_t control[NOTE_BYTES] __rte_aligned(8);
};

struct state {
	int fd;
	uint32_t slot_bytes;
	uint8_t *slots;
	uint32_t nb_free;
	uint16_t free[NB_SLOTS];
	/* Sent and not yet reported, by the kernel's number: it counts every such message. */
	uint32_t next_id, nb_under_way;
	uint16_t under_way[NB_SLOTS];
	/* One batch; of[i] is the slot of message i. */
	struct mmsghdr msg[RSD_RX_MAX_BATCH];
	struct iovec iov[RSD_RX_MAX_BATCH];
	struct sockaddr_in peer[RSD_RX_MAX_BATCH];
	uint16_t of[RSD_RX_MAX_BATCH];
	struct mmsghdr note_msg[NB_NOTES];
	struct note note[NB_NOTES];
};

static void
free_state(struct state *s)
{
	free(s->slots);
	free(s);
}

static int
open_zerocopy(struct rsd_rx_ctx *ctx)
{
	struct state *s = calloc(1, sizeof(*s));
	int ret;

	if (s == NULL)
		return rsd_rx_fail(ctx, ENOMEM, "message headers");
	s->slot_bytes = rsd_mmsg_slot(ctx->conf);
	s->slots = aligned_alloc(4096, ((size_t)NB_SLOTS * s->slot_bytes + 4095) & ~(size_t)4095);
	s->fd = s->slots != NULL ? rsd_rx_udp_socket(ctx, false)
				 : rsd_rx_fail(ctx, ENOMEM, "buffers");
	if (s->fd < 0) {
		ret = s->fd;
		free_state(s);
		return ret;
	}
	ret = rsd_rx_set(ctx, s->fd, SOL_SOCKET, SO_ZEROCOPY, 1, "SO_ZEROCOPY");
	if (ret < 0) {
		close(s->fd);
		free_state(s);
		return ret;
	}
	for (; s->nb_free < NB_SLOTS; s->nb_free++)
		s->free[s->nb_free] = (uint16_t)s->nb_free;
	ctx->state = s;
	return 0;
}

static void
close_zerocopy(struct rsd_rx_ctx *ctx)
{
	struct state *s = ctx->state;

	/* Pages that are still being sent from stay pinned by the kernel until it is done. */
	close(s->fd);
	free_state(s);
}

/* The numbers from first to last are done with. */
static void
take_back(struct rsd_rx_ctx *ctx, struct state *s, const struct sock_extended_err *e)
{
	uint32_t id, nb = e->ee_data - e->ee_info + 1;

	for (id = e->ee_info; id != e->ee_data + 1; id++)
		s->free[s->nb_free++] = s->under_way[id % NB_SLOTS];
	s->nb_under_way -= nb;
	RSD_RX_ADD(ctx, completions, nb);
	if (e->ee_code & SO_EE_CODE_ZEROCOPY_COPIED)
		RSD_RX_ADD(ctx, copied, nb);
}

/* Read what the error queue has, without waiting. Returns how many slots came back. */
static uint32_t
reap(struct rsd_rx_ctx *ctx, struct state *s)
{
	uint32_t before = s->nb_free;
	struct sock_extended_err *e;
	struct cmsghdr *c;
	int i, nb;

	for (i = 0; i < NB_NOTES; i++) {
		s->note_msg[i].msg_hdr.msg_control = s->note[i].control;
		s->note_msg[i].msg_hdr.msg_controllen = NOTE_BYTES;
	}
	nb = rsd_sys_recvmmsg(ctx, s->fd, s->note_msg, NB_NOTES, MSG_ERRQUEUE | MSG_DONTWAIT);
	for (i = 0; i < nb; i++) {
		c = CMSG_FIRSTHDR(&s->note_msg[i].msg_hdr);
		if (c == NULL || c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_RECVERR)
			continue;
		e = (struct sock_extended_err *)(void *)CMSG_DATA(c);
		if (e->ee_origin == SO_EE_ORIGIN_ZEROCOPY)
			take_back(ctx, s, e);
	}
	return s->nb_free - before;
}

/* As reap(), but wait until there is something, or a millisecond. */
static uint32_t
reap_some(struct rsd_rx_ctx *ctx, struct state *s)
{
	struct pollfd p = { .fd = s->fd }; /* POLLERR needs no asking */
	uint32_t nb = reap(ctx, s);

	if (nb != 0 || rsd_sys_poll(ctx, &p, 1, 1) <= 0)
		return nb;
	return reap(ctx, s);
}

/* Give the slots of n sent messages to the kernel, until it reports them. */
static void
sent(struct rsd_rx_ctx *ctx, struct state *s, uint32_t first, uint32_t n)
{
	uint32_t i;

	for (i = first; i < first + n; i++) {
		s->under_way[s->next_id++ % NB_SLOTS] = s->of[i];
		s->nb_under_way++;
	}
	RSD_RX_ADD(ctx, answered, n);
}

static void
answer(struct rsd_rx_ctx *ctx, struct state *s, uint32_t nb)
{
	uint32_t done = 0;
	int n;

	while (done < nb) {
		n = rsd_sys_sendmmsg(ctx, s->fd, s->msg + done, nb - done, MSG_ZEROCOPY);
		if (n > 0) {
			sent(ctx, s, done, (uint32_t)n);
			done += (uint32_t)n;
			continue;
		}
		/* Notifications take memory, too, and it is bounded: read some. */
		if (errno == EINTR || (errno == ENOBUFS && reap_some(ctx, s) != 0))
			continue;
		s->free[s->nb_free++] = s->of[done++];
		RSD_RX_ADD(ctx, unsent, 1);
	}
}

/* Take a slot for each message; returns how many there are. */
static uint32_t
arm(struct state *s, uint32_t want)
{
	uint32_t i, nb = RTE_MIN(want, s->nb_free);

	for (i = 0; i < nb; i++) {
		s->of[i] = s->free[--s->nb_free];
		s->iov[i].iov_base = s->slots + (size_t)s->of[i] * s->slot_bytes;
		s->iov[i].iov_len = s->slot_bytes;
		s->msg[i].msg_hdr = (struct msghdr){ .msg_iov = &s->iov[i],
			.msg_iovlen = 1,
			.msg_name = &s->peer[i],
			.msg_namelen = sizeof(s->peer[i]) };
	}
	return nb;
}

static int
run_zerocopy(struct rsd_rx_ctx *ctx)
{
	struct state *s = ctx->state;
	uint32_t armed, got, i;
	int n;

	while (!rsd_rx_stopped(ctx)) {
		if (s->nb_under_way >= NB_SLOTS / 4)
			reap(ctx, s);
		armed = arm(s, ctx->conf->batch);
		if (armed == 0) {
			reap_some(ctx, s);
			continue;
		}
		n = rsd_sys_recvmmsg(ctx, s->fd, s->msg, armed, MSG_WAITFORONE);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return rsd_rx_fail(ctx, errno, "recvmmsg");
		got = n > 0 ? (uint32_t)n : 0;
		for (i = armed; i > got; i--)
			s->free[s->nb_free++] = s->of[i - 1];
		for (i = 0; i < got; i++) {
			rsd_rx_see(ctx, s->iov[i].iov_base, s->msg[i].msg_len);
			s->iov[i].iov_len = s->msg[i].msg_len;
		}
		answer(ctx, s, got);
	}
	return 0;
}

/* What was reported by the time somebody asks: the receiving thread reads reports when it must. */
static void
drain(struct rsd_rx_ctx *ctx)
{
	if (rsd_rx_stopped(ctx))
		while (reap(ctx, ctx->state) != 0)
			;
}

const struct rsd_rx rsd_rx_zerocopy = {
	.name = "msg-zerocopy",
	.what = "recvmmsg, and sendmmsg with MSG_ZEROCOPY; completions are read and told",
	.checks = "all, by the kernel",
	.copies_rx = 1,
	.copies_tx = 0,
	.copies = "skb to user; sent from user pages, and copied after all where `copied` says so",
	.tells_copies = true,
	.echo_only = true,
	.open = open_zerocopy,
	.run = run_zerocopy,
	.close = close_zerocopy,
	.sync = drain,
};
