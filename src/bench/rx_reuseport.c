/* SPDX-License-Identifier: BSD-3-Clause */
/* Two threads, a socket each on the same port: the kernel spreads flows by hash. */
#include "bench/rx_mmsg.h"
#include "bench/rx_rows.h"

static int
open_shared(struct rsd_rx_ctx *ctx)
{
	return rsd_mmsg_open(ctx, true, rsd_mmsg_slot(ctx->conf), 0);
}

const struct rsd_rx rsd_rx_reuseport = {
	.name = "reuseport",
	.what = "recvmmsg and sendmmsg in two threads, a socket each, by SO_REUSEPORT",
	.checks = "all, by the kernel",
	.copies_rx = 1,
	.copies_tx = 1,
	.copies = "skb to user, user to skb",
	.threads = 2,
	.open = open_shared,
	.run = rsd_mmsg_run,
	.close = rsd_mmsg_close,
};
