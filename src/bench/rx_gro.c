/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs of datagrams of one flow and one size come as one message (UDP_GRO) and go back as one
 * (UDP_SEGMENT). There is something to join only where the receiving interface has NAPI with GRO
 * on, the sender made its checksums, and flows come in runs; else this is recvmmsg.
 */
#include <errno.h>
#include <string.h>
#include <netinet/udp.h>

#include "bench/rx_mmsg.h"
#include "bench/rx_rows.h"
#include "bench/rx_sys.h"

/* The kernel joins up to 64 KiB. */
#define SLOT_BYTES (65536 + 64)
#define CONTROL    CMSG_SPACE(sizeof(int))

static int
open_gro(struct rsd_rx_ctx *ctx)
{
	int ret = rsd_mmsg_open(ctx, false, SLOT_BYTES, CONTROL);
	struct rsd_mmsg *m = ctx->state;

	if (ret < 0)
		return ret;
	ret = rsd_rx_set(ctx, m->fd, IPPROTO_UDP, UDP_GRO, 1, "UDP_GRO");
	if (ret < 0)
		rsd_mmsg_close(ctx);
	return ret;
}

/* Bytes of each datagram of a joined message but the last; 0 when it is a single one. */
static uint32_t
segment_of(struct msghdr *h)
{
	struct cmsghdr *c;
	int size;

	for (c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c))
		if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
			memcpy(&size, CMSG_DATA(c), sizeof(size));
			return (uint32_t)size;
		}
	return 0;
}

/* Show each datagram to the application; returns how many there were. */
static uint16_t
see_all(struct rsd_rx_ctx *ctx, const uint8_t *p, uint32_t len, uint32_t segment)
{
	uint16_t nb = 1;

	for (; segment != 0 && len > segment; p += segment, len -= segment, nb++)
		rsd_rx_see(ctx, p, segment);
	rsd_rx_see(ctx, p, len);
	return nb;
}

/* The answer is cut as the question was. */
static void
set_segment(struct msghdr *h, uint32_t segment)
{
	uint16_t size = (uint16_t)segment;
	struct cmsghdr *c;

	if (segment == 0) {
		h->msg_controllen = 0;
		return;
	}
	h->msg_controllen = CMSG_SPACE(sizeof(size));
	c = CMSG_FIRSTHDR(h);
	c->cmsg_level = IPPROTO_UDP;
	c->cmsg_type = UDP_SEGMENT;
	c->cmsg_len = CMSG_LEN(sizeof(size));
	memcpy(CMSG_DATA(c), &size, sizeof(size));
}

static int
run_gro(struct rsd_rx_ctx *ctx)
{
	const bool echo = ctx->conf->workload == RSD_RX_ECHO;
	struct rsd_mmsg *m = ctx->state;
	uint16_t datagrams[RSD_RX_MAX_BATCH];
	uint32_t i, segment;
	int nb;

	while (!rsd_rx_stopped(ctx)) {
		nb = rsd_sys_recvmmsg(ctx, m->fd, m->msg, m->nb, MSG_WAITFORONE);
		if (nb < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			return rsd_rx_fail(ctx, errno, "recvmmsg");
		}
		for (i = 0; i < (uint32_t)nb; i++) {
			segment = segment_of(&m->msg[i].msg_hdr);
			datagrams[i] = see_all(ctx, m->iov[i].iov_base, m->msg[i].msg_len, segment);
			m->iov[i].iov_len = m->msg[i].msg_len;
			set_segment(&m->msg[i].msg_hdr, datagrams[i] > 1 ? segment : 0);
		}
		if (echo)
			rsd_mmsg_send(ctx, m, (uint32_t)nb, datagrams);
		rsd_mmsg_arm(m, (uint32_t)nb);
	}
	return 0;
}

const struct rsd_rx rsd_rx_gro = {
	.name = "gro-gso",
	.what = "recvmmsg and sendmmsg, runs of a flow joined by UDP_GRO, cut by UDP_SEGMENT",
	.checks = "all, by the kernel",
	.copies_rx = 1,
	.copies_tx = 1,
	.copies = "skb to user, user to skb",
	.note = "Flows take turns here: GRO hardly finds two datagrams of a flow to join.",
	.needs = RSD_RX_NEEDS_SUMS,
	.open = open_gro,
	.run = run_gro,
	.close = rsd_mmsg_close,
};
