/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The socket polls the NIC's queue itself while it waits, instead of sleeping until an interrupt
 * has. It needs a queue with NAPI, which the harness gives its end of the veth; what it does not
 * get round to is done in softirqs on the sender's core.
 */
#include "bench/rx_mmsg.h"
#include "bench/rx_rows.h"

#define POLL_US     50
#define POLL_BUDGET 64

static int
open_busy(struct rsd_rx_ctx *ctx)
{
	int ret = rsd_mmsg_open(ctx, false, rsd_mmsg_slot(ctx->conf), 0);
	struct rsd_mmsg *m = ctx->state;

	if (ret < 0)
		return ret;
	ret = rsd_rx_set(ctx, m->fd, SOL_SOCKET, SO_BUSY_POLL, POLL_US, "SO_BUSY_POLL");
	if (ret == 0)
		ret = rsd_rx_set(
			ctx, m->fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, 1, "SO_PREFER_BUSY_POLL");
	if (ret == 0)
		ret = rsd_rx_set(ctx, m->fd, SOL_SOCKET, SO_BUSY_POLL_BUDGET, POLL_BUDGET,
			"SO_BUSY_POLL_BUDGET");
	if (ret < 0)
		rsd_mmsg_close(ctx);
	return ret;
}

const struct rsd_rx rsd_rx_busy_poll = {
	.name = "busy-poll",
	.what = "recvmmsg and sendmmsg with SO_BUSY_POLL 50 us, preferred, budget 64",
	.checks = "all, by the kernel",
	.copies_rx = 1,
	.copies_tx = 1,
	.copies = "skb to user, user to skb",
	.note = "Its end of the cable has NAPI, which its system calls poll while they wait; what "
		"they do not get round to is done in softirqs on the sender's core.",
	.needs = RSD_RX_NEEDS_NAPI,
	.open = open_busy,
	.run = rsd_mmsg_run,
	.close = rsd_mmsg_close,
};
