/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include "bench/rx_child.h"
#include "bench/rx_pass.h"
#include "bench/rx_rows.h"
#include "bench/rx_sys.h"

#ifdef RSD_HAVE_LIBBPF
#include "bench/xdp_prog.h"

static int
open_pass(struct rsd_rx_ctx *ctx)
{
	struct rsd_xdp *x = calloc(1, sizeof(*x));
	const char *what = "memory";
	int ret = -ENOMEM;

	if (x != NULL)
		ret = rsd_xdp_attach(x, ctx->conf->ifindex, RSD_XDP_PASS, NULL, &what);
	if (ret < 0) {
		rsd_rx_fail(ctx, -ret, "%s (%s)", what, ctx->conf->dev);
		free(x);
		return ret;
	}
	ctx->state = x;
	return 0;
}

static int
run_pass(struct rsd_rx_ctx *ctx)
{
	while (!rsd_rx_stopped(ctx))
		(void)rsd_sys_poll(ctx, NULL, 0, -1);
	return 0;
}

static void
close_pass(struct rsd_rx_ctx *ctx)
{
	rsd_xdp_detach(ctx->state);
	free(ctx->state);
}

static const struct rsd_rx row = {
	.name = "peer-xdp", .open = open_pass, .run = run_pass, .close = close_pass
};
#else
static const struct rsd_rx row = { .name = "peer-xdp", .missing = "built without libbpf" };
#endif

int
rsd_rx_pass(const char *dev, unsigned int ifindex, int in, FILE *out)
{
	struct rsd_rx_conf conf = { .ifindex = ifindex };

	snprintf(conf.dev, sizeof(conf.dev), "%s", dev);
	return rsd_rx_child(&row, &conf, NULL, 0, in, out);
}
