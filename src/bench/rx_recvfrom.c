/* SPDX-License-Identifier: BSD-3-Clause */
/* What every tutorial has: one system call to receive a datagram, one to send it. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/rx_mmsg.h"
#include "bench/rx_rows.h"
#include "bench/rx_sys.h"

struct state {
	int fd;
	uint8_t buf[RSD_RX_MAX_PAYLOAD];
};

static int
open_one(struct rsd_rx_ctx *ctx)
{
	struct state *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return rsd_rx_fail(ctx, ENOMEM, "buffer");
	s->fd = rsd_rx_udp_socket(ctx, false);
	if (s->fd < 0) {
		int ret = s->fd;

		free(s);
		return ret;
	}
	ctx->state = s;
	return 0;
}

static void
close_one(struct rsd_rx_ctx *ctx)
{
	struct state *s = ctx->state;

	close(s->fd);
	free(s);
}

static void
answer(struct rsd_rx_ctx *ctx, struct state *s, size_t len, const struct sockaddr_in *peer)
{
	ssize_t n;

	do
		n = rsd_sys_sendto(
			ctx, s->fd, s->buf, len, 0, (const struct sockaddr *)peer, sizeof(*peer));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		RSD_RX_ADD(ctx, unsent, 1);
	else
		RSD_RX_ADD(ctx, answered, 1);
}

static inline int
serve(struct rsd_rx_ctx *ctx, int flags)
{
	const bool echo = ctx->conf->workload == RSD_RX_ECHO;
	struct state *s = ctx->state;
	struct sockaddr_in peer;
	socklen_t peer_len;
	ssize_t n;

	while (!rsd_rx_stopped(ctx)) {
		peer_len = sizeof(peer);
		n = rsd_sys_recvfrom(ctx, s->fd, s->buf, sizeof(s->buf), flags,
			(struct sockaddr *)&peer, &peer_len);
		if (n < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			return rsd_rx_fail(ctx, errno, "recvfrom");
		}
		rsd_rx_see(ctx, s->buf, (uint32_t)n);
		if (echo)
			answer(ctx, s, (size_t)n, &peer);
	}
	return 0;
}

static int
run_blocking(struct rsd_rx_ctx *ctx)
{
	return serve(ctx, 0);
}

static int
run_spinning(struct rsd_rx_ctx *ctx)
{
	return serve(ctx, MSG_DONTWAIT);
}

const struct rsd_rx rsd_rx_recvfrom = {
	.name = "recvfrom",
	.what = "recvfrom and sendto on one blocking socket",
	.checks = "all, by the kernel",
	.copies_rx = 1,
	.copies_tx = 1,
	.copies = "skb to user, user to skb",
	.open = open_one,
	.run = run_blocking,
	.close = close_one,
};

const struct rsd_rx rsd_rx_recvfrom_spin = {
	.name = "recvfrom-spin",
	.what = "recvfrom with MSG_DONTWAIT in a loop that never sleeps, and sendto",
	.checks = "all, by the kernel",
	.copies_rx = 1,
	.copies_tx = 1,
	.copies = "skb to user, user to skb",
	.note = "It never sleeps, and its process is charged for the calls that found nothing, "
		"too.",
	.open = open_one,
	.run = run_spinning,
	.close = close_one,
};
