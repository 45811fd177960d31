/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The application is an eBPF program in the driver: it checks, counts, turns the frame round and
 * sends it back before the kernel has made anything of it. This process only waits.
 */
#include <errno.h>
#include <stdlib.h>

#include "bench/rx_rows.h"
#include "bench/rx_sys.h"
#include "bench/xdp_prog.h"

static int
open_xdp(struct rsd_rx_ctx *ctx)
{
	bool echo = ctx->conf->workload == RSD_RX_ECHO;
	struct rsd_xdp *x = calloc(1, sizeof(*x));
	const char *what;
	int ret;

	if (x == NULL)
		return rsd_rx_fail(ctx, ENOMEM, "an XDP program");
	ret = rsd_xdp_attach(
		x, ctx->conf->ifindex, echo ? RSD_XDP_TX : RSD_XDP_DROP, &ctx->conf->addr, &what);
	if (ret < 0) {
		rsd_rx_fail(ctx, -ret, "%s (%s)", what, ctx->conf->dev);
		free(x);
		return ret;
	}
	ctx->state = x;
	return 0;
}

static int
run_xdp(struct rsd_rx_ctx *ctx)
{
	while (!rsd_rx_stopped(ctx))
		(void)rsd_sys_poll(ctx, NULL, 0, -1);
	return 0;
}

static void
close_xdp(struct rsd_rx_ctx *ctx)
{
	rsd_xdp_detach(ctx->state);
	free(ctx->state);
}

/* An answer that the driver could not send is in the interface's tx errors, not here. */
static void
sync_xdp(struct rsd_rx_ctx *ctx)
{
	struct rsd_xdp_counts now;

	if (rsd_xdp_read(ctx->state, &now) < 0)
		return;
	ctx->counts.datagrams = now.datagrams;
	ctx->counts.bytes = now.bytes;
	ctx->counts.last_bytes = now.last_bytes;
	ctx->counts.refused = now.refused;
	ctx->counts.answered = ctx->conf->workload == RSD_RX_ECHO ? now.datagrams : 0;
}

const struct rsd_rx rsd_rx_xdp_tx = {
	.name = "xdp_tx",
	.what = "an eBPF program in the driver answers by XDP_TX, or sees the payload and drops",
	.checks = "IPv4 header and its sum, lengths; not the UDP sum",
	.copies_rx = 0,
	.copies_tx = 0,
	.copies = "none by XDP; veth copies a frame that came without room before it",
	.in_kernel = true,
	.needs = RSD_RX_NEEDS_PEER_XDP | RSD_RX_NEEDS_SUMS,
	.open = open_xdp,
	.run = run_xdp,
	.close = close_xdp,
	.sync = sync_xdp,
};
