/* SPDX-License-Identifier: BSD-3-Clause */
/* Batches: one system call for as many datagrams as have come, another for all their answers. */
#include "bench/rx_mmsg.h"
#include "bench/rx_rows.h"

static int
open_plain(struct rsd_rx_ctx *ctx)
{
	return rsd_mmsg_open(ctx, false, rsd_mmsg_slot(ctx->conf), 0);
}

const struct rsd_rx rsd_rx_recvmmsg = {
	.name = "recvmmsg",
	.what = "recvmmsg and sendmmsg on one blocking socket",
	.checks = "all, by the kernel",
	.copies_rx = 1,
	.copies_tx = 1,
	.copies = "skb to user, user to skb",
	.open = open_plain,
	.run = rsd_mmsg_run,
	.close = rsd_mmsg_close,
};
