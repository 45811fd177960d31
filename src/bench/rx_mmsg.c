/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/rx_mmsg.h"
#include "bench/rx_sys.h"

int
rsd_rx_set(struct rsd_rx_ctx *ctx, int fd, int level, int option, int value, const char *what)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)) == 0)
		return 0;
	return rsd_rx_fail(ctx, errno, "%s is refused", what);
}

/* Beyond the system's limit where we may, up to it elsewhere. */
static void
set_buffers(int fd)
{
	const int bytes = RSD_MMSG_SOCKBUF;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

int
rsd_rx_udp_socket(struct rsd_rx_ctx *ctx, bool reuseport)
{
	const struct sockaddr *addr = (const struct sockaddr *)&ctx->conf->addr;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret;

	if (fd < 0)
		return rsd_rx_fail(ctx, errno, "UDP socket");
	set_buffers(fd);
	ret = reuseport ? rsd_rx_set(ctx, fd, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT") : 0;
	if (ret == 0 && bind(fd, addr, sizeof(ctx->conf->addr)) < 0)
		ret = rsd_rx_fail(ctx, errno, "bind to port %u", ntohs(ctx->conf->addr.sin_port));
	if (ret == 0)
		return fd;
	close(fd);
	return ret;
}

uint32_t
rsd_mmsg_slot(const struct rsd_rx_conf *conf)
{
	return ((conf->max_payload + 63) / 64 | 1) * 64;
}

static void
lay_out(struct rsd_mmsg *m)
{
	uint32_t i;

	for (i = 0; i < m->nb; i++) {
		m->iov[i].iov_base = m->slots + (size_t)i * m->slot_bytes;
		m->msg[i].msg_hdr.msg_iov = &m->iov[i];
		m->msg[i].msg_hdr.msg_iovlen = 1;
		m->msg[i].msg_hdr.msg_name = &m->peer[i];
		if (m->control_bytes != 0)
			m->msg[i].msg_hdr.msg_control = m->control + (size_t)i * m->control_bytes;
	}
	rsd_mmsg_arm(m, m->nb);
}

int
rsd_mmsg_open(struct rsd_rx_ctx *ctx, bool reuseport, uint32_t slot_bytes, uint32_t control_bytes)
{
	struct rsd_mmsg *m = calloc(1, sizeof(*m));
	int ret = -ENOMEM;

	if (m == NULL)
		return rsd_rx_fail(ctx, ENOMEM, "message headers");
	m->nb = ctx->conf->batch;
	m->slot_bytes = slot_bytes;
	m->control_bytes = control_bytes;
	m->slots = aligned_alloc(64, (size_t)m->nb * slot_bytes);
	m->control = calloc(m->nb, control_bytes != 0 ? control_bytes : 1);
	m->fd = m->slots != NULL && m->control != NULL ? rsd_rx_udp_socket(ctx, reuseport)
						       : rsd_rx_fail(ctx, ENOMEM, "buffers");
	if (m->fd >= 0) {
		lay_out(m);
		ctx->state = m;
		return 0;
	}
	ret = m->fd;
	free(m->control);
	free(m->slots);
	free(m);
	return ret;
}

void
rsd_mmsg_close(struct rsd_rx_ctx *ctx)
{
	struct rsd_mmsg *m = ctx->state;

	close(m->fd);
	free(m->control);
	free(m->slots);
	free(m);
}

void
rsd_mmsg_arm(struct rsd_mmsg *m, uint32_t nb)
{
	uint32_t i;

	for (i = 0; i < nb; i++) {
		m->iov[i].iov_len = m->slot_bytes;
		m->msg[i].msg_hdr.msg_namelen = sizeof(m->peer[i]);
		m->msg[i].msg_hdr.msg_controllen = m->control_bytes;
	}
}

void
rsd_mmsg_send(struct rsd_rx_ctx *ctx, struct rsd_mmsg *m, uint32_t nb, const uint16_t *datagrams)
{
	uint32_t done = 0, i;
	int n;

	/* sendmmsg may take fewer than asked: offer the rest again, step over one it refuses. */
	while (done < nb) {
		n = rsd_sys_sendmmsg(ctx, m->fd, m->msg + done, nb - done, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			RSD_RX_ADD(ctx, unsent, datagrams != NULL ? datagrams[done] : 1);
			done++;
			continue;
		}
		for (i = done; i < done + (uint32_t)n; i++)
			RSD_RX_ADD(ctx, answered, datagrams != NULL ? datagrams[i] : 1);
		done += (uint32_t)n;
	}
}

int
rsd_mmsg_run(struct rsd_rx_ctx *ctx)
{
	const bool echo = ctx->conf->workload == RSD_RX_ECHO;
	struct rsd_mmsg *m = ctx->state;
	uint32_t i;
	int nb;

	while (!rsd_rx_stopped(ctx)) {
		nb = rsd_sys_recvmmsg(ctx, m->fd, m->msg, m->nb, MSG_WAITFORONE);
		if (nb < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			return rsd_rx_fail(ctx, errno, "recvmmsg");
		}
		for (i = 0; i < (uint32_t)nb; i++) {
			rsd_rx_see(ctx, m->iov[i].iov_base, m->msg[i].msg_len);
			m->iov[i].iov_len = m->msg[i].msg_len;
		}
		if (echo)
			rsd_mmsg_send(ctx, m, (uint32_t)nb, NULL);
		rsd_mmsg_arm(m, (uint32_t)nb);
	}
	return 0;
}
