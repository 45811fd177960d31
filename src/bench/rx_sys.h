/* SPDX-License-Identifier: BSD-3-Clause */
/* The system calls of the receivers, each counted where it is made. */
#ifndef RSD_BENCH_RX_SYS_H
#define RSD_BENCH_RX_SYS_H

#include <poll.h>
#include <sys/socket.h>

#include "bench/rx.h"

static inline ssize_t
rsd_sys_recvfrom(struct rsd_rx_ctx *ctx, int fd, void *buf, size_t len, int flags,
	struct sockaddr *peer, socklen_t *peer_len)
{
	RSD_RX_ADD(ctx, calls[RSD_RX_RECVFROM], 1);
	return recvfrom(fd, buf, len, flags, peer, peer_len);
}

static inline int
rsd_sys_recvmmsg(struct rsd_rx_ctx *ctx, int fd, struct mmsghdr *msg, unsigned int nb, int flags)
{
	RSD_RX_ADD(ctx, calls[RSD_RX_RECVMMSG], 1);
	return recvmmsg(fd, msg, nb, flags, NULL);
}

static inline ssize_t
rsd_sys_sendto(struct rsd_rx_ctx *ctx, int fd, const void *buf, size_t len, int flags,
	const struct sockaddr *peer, socklen_t peer_len)
{
	RSD_RX_ADD(ctx, calls[RSD_RX_SENDTO], 1);
	return sendto(fd, buf, len, flags, peer, peer_len);
}

static inline int
rsd_sys_sendmmsg(struct rsd_rx_ctx *ctx, int fd, struct mmsghdr *msg, unsigned int nb, int flags)
{
	RSD_RX_ADD(ctx, calls[RSD_RX_SENDMMSG], 1);
	return sendmmsg(fd, msg, nb, flags);
}

static inline int
rsd_sys_poll(struct rsd_rx_ctx *ctx, struct pollfd *fds, nfds_t nb, int timeout_ms)
{
	RSD_RX_ADD(ctx, calls[RSD_RX_POLL], 1);
	return poll(fds, nb, timeout_ms);
}

#endif
