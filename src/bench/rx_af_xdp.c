/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bare AF_XDP socket, frames answered where they lie in the shared memory. On veth the kernel
 * copies into that memory and out of it again (copy mode). A frame goes round: fill ring, receive
 * ring, transmit ring, completion ring, fill ring.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <sys/mman.h>
#include <xdp/xsk.h>

#include "bench/rx_frame.h"
#include "bench/rx_rows.h"
#include "bench/rx_sys.h"
#include "bench/xdp_prog.h"

#define NB_FRAMES   4096
#define RING        2048 /* the fill ring holds half of the frames, the rest is on its way */
#define FRAME_SMALL 2048
#define FRAME_LARGE 4096
#define HEADROOM    256 /* the kernel keeps it free in front of every frame */

#define BUSY_US     20
#define BUSY_BUDGET 64

struct state {
	struct xsk_ring_prod fill, tx;
	struct xsk_ring_cons done, rx;
	struct xsk_umem *umem;
	struct xsk_socket *xsk;
	struct rsd_xdp xdp;
	int fd;
	bool busy; /* the socket polls the queue when it is asked, and never sleeps */
	void *frames;
	size_t frames_bytes;
	uint32_t nb_sending;
	uint32_t nb_spare; /* frames to be lent to the kernel again */
	uint64_t spare[NB_FRAMES];
};

static void
drop_state(struct state *s)
{
	if (s->xdp.link_fd >= 0)
		rsd_xdp_detach(&s->xdp);
	if (s->xsk != NULL)
		xsk_socket__delete(s->xsk);
	if (s->umem != NULL)
		xsk_umem__delete(s->umem);
	if (s->frames != NULL)
		munmap(s->frames, s->frames_bytes);
	free(s);
}

static int
make_umem(struct rsd_rx_ctx *ctx, struct state *s)
{
	const uint32_t need = ctx->conf->max_payload + RSD_FRAME_HDRS + HEADROOM;
	struct xsk_umem_config conf = { .fill_size = RING, .comp_size = RING };
	uint32_t i;
	int ret;

	if (need > FRAME_LARGE) {
		rsd_rx_fail(ctx, EMSGSIZE, "payloads of %u bytes do not fit a frame of %u",
			ctx->conf->max_payload, FRAME_LARGE);
		return -EMSGSIZE;
	}
	conf.frame_size = need > FRAME_SMALL ? FRAME_LARGE : FRAME_SMALL;
	s->frames_bytes = (size_t)NB_FRAMES * conf.frame_size;
	s->frames = mmap(NULL, s->frames_bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (s->frames == MAP_FAILED) {
		s->frames = NULL;
		return rsd_rx_fail(ctx, errno, "memory for frames");
	}
	ret = xsk_umem__create(&s->umem, s->frames, s->frames_bytes, &s->fill, &s->done, &conf);
	if (ret < 0)
		return rsd_rx_fail(ctx, -ret, "registering memory for AF_XDP");
	for (i = 0; i < NB_FRAMES; i++)
		s->spare[s->nb_spare++] = (uint64_t)i * conf.frame_size;
	return 0;
}

static int
make_socket(struct rsd_rx_ctx *ctx, struct state *s)
{
	const struct xsk_socket_config conf = { .rx_size = RING,
		.tx_size = RING,
		.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.bind_flags = XDP_COPY | XDP_USE_NEED_WAKEUP };
	int ret = xsk_socket__create(&s->xsk, ctx->conf->dev, 0, s->umem, &s->rx, &s->tx, &conf);

	if (ret < 0) {
		s->xsk = NULL;
		return rsd_rx_fail(ctx, -ret, "an AF_XDP socket on queue 0 of %s", ctx->conf->dev);
	}
	s->fd = xsk_socket__fd(s->xsk);
	return 0;
}

static int
steer(struct rsd_rx_ctx *ctx, struct state *s)
{
	const uint32_t queue = 0;
	const char *what;
	int ret = rsd_xdp_attach(
		&s->xdp, ctx->conf->ifindex, RSD_XDP_REDIRECT, &ctx->conf->addr, &what);

	if (ret < 0)
		return rsd_rx_fail(ctx, -ret, "%s (%s)", what, ctx->conf->dev);
	if (bpf_map_update_elem(s->xdp.map_fd, &queue, &s->fd, BPF_ANY) < 0)
		return rsd_rx_fail(ctx, errno, "steering to the AF_XDP socket");
	return 0;
}

static int
set_busy(struct rsd_rx_ctx *ctx, struct state *s)
{
	static const struct {
		int option, value;
		const char *what;
	} rows[] = {
		{ SO_PREFER_BUSY_POLL, 1, "SO_PREFER_BUSY_POLL" },
		{ SO_BUSY_POLL, BUSY_US, "SO_BUSY_POLL" },
		{ SO_BUSY_POLL_BUDGET, BUSY_BUDGET, "SO_BUSY_POLL_BUDGET" },
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++)
		if (setsockopt(s->fd, SOL_SOCKET, rows[i].option, &rows[i].value, sizeof(int)) < 0)
			return rsd_rx_fail(ctx, errno, "%s is refused", rows[i].what);
	s->busy = true;
	return 0;
}

/* Lend spare frames to the kernel, to receive into. */
static void
refill(struct state *s)
{
	uint32_t at, i, nb = RTE_MIN(s->nb_spare, xsk_prod_nb_free(&s->fill, s->nb_spare));

	if (nb == 0 || xsk_ring_prod__reserve(&s->fill, nb, &at) != nb)
		return;
	for (i = 0; i < nb; i++)
		*xsk_ring_prod__fill_addr(&s->fill, at + i) = s->spare[--s->nb_spare];
	xsk_ring_prod__submit(&s->fill, nb);
}

static int
open_with(struct rsd_rx_ctx *ctx, bool busy)
{
	struct state *s = calloc(1, sizeof(*s));
	int ret;

	if (s == NULL)
		return rsd_rx_fail(ctx, ENOMEM, "rings");
	s->xdp.link_fd = -1;
	ret = make_umem(ctx, s);
	if (ret == 0)
		ret = make_socket(ctx, s);
	if (ret == 0 && busy)
		ret = set_busy(ctx, s);
	if (ret == 0) {
		refill(s);
		ret = steer(ctx, s);
	}
	if (ret < 0)
		drop_state(s);
	else
		ctx->state = s;
	return ret;
}

static int
open_plain(struct rsd_rx_ctx *ctx)
{
	return open_with(ctx, false);
}

static int
open_busy(struct rsd_rx_ctx *ctx)
{
	return open_with(ctx, true);
}

static void
close_xsk(struct rsd_rx_ctx *ctx)
{
	drop_state(ctx->state);
}

/* Frames whose answer has left. */
static void
take_done(struct rsd_rx_ctx *ctx, struct state *s)
{
	uint32_t at, i, nb;

	if (s->nb_sending == 0)
		return;
	nb = xsk_ring_cons__peek(&s->done, RING, &at);
	for (i = 0; i < nb; i++)
		s->spare[s->nb_spare++] = *xsk_ring_cons__comp_addr(&s->done, at + i);
	if (nb == 0)
		return;
	xsk_ring_cons__release(&s->done, nb);
	s->nb_sending -= nb;
	RSD_RX_ADD(ctx, completions, nb);
}

/* In copy mode the kernel sends when it is asked to, a bounded number a call. */
static void
kick(struct rsd_rx_ctx *ctx, struct state *s)
{
	while (s->nb_sending != 0 && !rsd_rx_stopped(ctx)) {
		if ((s->busy || xsk_ring_prod__needs_wakeup(&s->tx)) &&
			rsd_sys_sendto(ctx, s->fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 &&
			errno != EAGAIN && errno != EBUSY && errno != ENOBUFS && errno != EINTR)
			return;
		take_done(ctx, s);
	}
}

/* A batch of what has come; what is to be answered goes to the transmit ring. */
static void
take_batch(struct rsd_rx_ctx *ctx, struct state *s, uint32_t at, uint32_t nb)
{
	struct xdp_desc *out;
	uint32_t i, len, to, sent = 0;
	uint64_t addr;

	for (i = 0; i < nb; i++) {
		const struct xdp_desc *in = xsk_ring_cons__rx_desc(&s->rx, at + i);

		addr = in->addr;
		len = rsd_frame_take(ctx, xsk_umem__get_data(s->frames, addr), in->len);
		if (len == 0) {
			s->spare[s->nb_spare++] = addr;
			continue;
		}
		if (xsk_ring_prod__reserve(&s->tx, 1, &to) != 1) {
			RSD_RX_ADD(ctx, unsent, 1);
			s->spare[s->nb_spare++] = addr;
			continue;
		}
		out = xsk_ring_prod__tx_desc(&s->tx, to);
		*out = (struct xdp_desc){ .addr = addr, .len = len };
		sent++;
	}
	xsk_ring_cons__release(&s->rx, nb);
	if (sent == 0)
		return;
	xsk_ring_prod__submit(&s->tx, sent);
	s->nb_sending += sent;
	RSD_RX_ADD(ctx, answered, sent);
	kick(ctx, s);
}

static void
wait_for_frames(struct rsd_rx_ctx *ctx, struct state *s)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };

	if (s->busy)
		(void)rsd_sys_recvfrom(ctx, s->fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
	else
		(void)rsd_sys_poll(ctx, &p, 1, -1);
}

static int
run_xsk(struct rsd_rx_ctx *ctx)
{
	struct state *s = ctx->state;
	uint32_t nb, at;

	while (!rsd_rx_stopped(ctx)) {
		nb = xsk_ring_cons__peek(&s->rx, ctx->conf->batch, &at);
		if (nb != 0)
			take_batch(ctx, s, at, nb);
		refill(s);
		if (nb == 0)
			wait_for_frames(ctx, s);
	}
	return 0;
}

const struct rsd_rx rsd_rx_af_xdp = {
	.name = "af_xdp",
	.what = "a bare AF_XDP socket, copy mode; sleeps in poll when nothing came",
	.checks = RSD_FRAME_CHECKS,
	.copies_rx = 1,
	.copies_tx = 1,
	.copies =
		"frame to umem, umem to skb; veth copies a frame that came without room before it",
	.needs = RSD_RX_NEEDS_SUMS,
	.open = open_plain,
	.run = run_xsk,
	.close = close_xsk,
};

const struct rsd_rx rsd_rx_af_xdp_busy = {
	.name = "af_xdp-busy",
	.what = "the same with preferred busy polling, budget 64: it polls the queue, never sleeps",
	.checks = RSD_FRAME_CHECKS,
	.copies_rx = 1,
	.copies_tx = 1,
	.copies =
		"frame to umem, umem to skb; veth copies a frame that came without room before it",
	.note = "It never sleeps, and its process is charged for the calls that found nothing, "
		"too.",
	.needs = RSD_RX_NEEDS_SUMS,
	.open = open_busy,
	.run = run_xsk,
	.close = close_xsk,
};
