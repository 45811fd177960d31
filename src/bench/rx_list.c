/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <rte_cycles.h>

#include "bench/rx.h"
#include "bench/rx_rows.h"

const char *const rsd_rx_call_name[RSD_RX_NB_CALLS] = {
	[RSD_RX_RECVFROM] = "recvfrom",
	[RSD_RX_RECVMMSG] = "recvmmsg",
	[RSD_RX_SENDTO] = "sendto",
	[RSD_RX_SENDMMSG] = "sendmmsg",
	[RSD_RX_POLL] = "poll",
	[RSD_RX_IO_URING_ENTER] = "io_uring_enter",
	[RSD_RX_READV] = "readv",
	[RSD_RX_WRITEV] = "writev",
	[RSD_RX_OTHER] = "others",
};

/* Rows of libraries that were not there when this was built: told, not left out. */
#ifndef RSD_HAVE_LIBURING
#define NO_URING \
	"built without liburing: apt-get install liburing-dev, then meson setup --wipe and ninja"
const struct rsd_rx rsd_rx_io_uring = { .name = "io_uring", .missing = NO_URING };
#endif
#ifndef RSD_HAVE_LIBBPF
#define NO_BPF "built without libbpf: apt-get install libbpf-dev, then meson setup --wipe and ninja"
const struct rsd_rx rsd_rx_xdp_tx = { .name = "xdp_tx", .missing = NO_BPF };
#endif
#if !defined(RSD_HAVE_LIBBPF) || !defined(RSD_HAVE_LIBXDP)
#define NO_XDP                                                                                  \
	"built without libxdp: apt-get install libxdp-dev libbpf-dev, then meson setup --wipe " \
	"and "                                                                                  \
	"ninja"
const struct rsd_rx rsd_rx_af_xdp = { .name = "af_xdp", .missing = NO_XDP };
const struct rsd_rx rsd_rx_af_xdp_busy = { .name = "af_xdp-busy", .missing = NO_XDP };
#endif

const struct rsd_rx *const rsd_rx_rows[] = {
	&rsd_rx_recvfrom,
	&rsd_rx_recvfrom_spin,
	&rsd_rx_recvmmsg,
	&rsd_rx_gro,
	&rsd_rx_busy_poll,
	&rsd_rx_reuseport,
	&rsd_rx_zerocopy,
	&rsd_rx_io_uring,
	&rsd_rx_tpacket_v3,
	&rsd_rx_af_xdp,
	&rsd_rx_af_xdp_busy,
	&rsd_rx_xdp_tx,
	NULL,
};

const struct rsd_rx *
rsd_rx_find(const char *name)
{
	unsigned int i;

	for (i = 0; rsd_rx_rows[i] != NULL; i++)
		if (strcmp(rsd_rx_rows[i]->name, name) == 0)
			return rsd_rx_rows[i];
	return NULL;
}

int
rsd_rx_suits(struct rsd_rx_ctx *ctx)
{
	const struct rsd_rx_conf *conf = ctx->conf;
	const char *why = NULL;

	if (ctx->rx->missing != NULL)
		why = ctx->rx->missing;
	else if (ctx->rx->echo_only && conf->workload == RSD_RX_SINK)
		why = "it is a way to send, and nothing is sent when only receiving";
	else if (ctx->rx->in_kernel && (conf->spin_ns != 0 || conf->copies != 0))
		why = "its application runs in the kernel, where no fault can be planted";
	if (why == NULL)
		return 0;
	snprintf(ctx->why, sizeof(ctx->why), "%s", why);
	return -ENOTSUP;
}

int
rsd_rx_fail(struct rsd_rx_ctx *ctx, int err, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(ctx->why, sizeof(ctx->why), fmt, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len < sizeof(ctx->why))
		snprintf(ctx->why + len, sizeof(ctx->why) - (size_t)len, ": %s", strerror(err));
	return -err;
}

void
rsd_rx_plant(struct rsd_rx_ctx *ctx, const uint8_t *payload, uint32_t len)
{
	uint64_t begin;
	const uint8_t *from = payload;
	uint8_t *to = ctx->scratch;
	uint32_t i;

	/* The first takes the payload, the others what that left, as machine.c measures a copy. */
	for (i = 0; i < ctx->conf->copies; i++) {
		memcpy(to, from, len);
		/* The compiler must not find out that nobody reads it. */
		__asm__ volatile("" : : "r"(to) : "memory");
		from = ctx->scratch;
		to = ctx->scratch + RSD_RX_SCRATCH + 2048;
	}
	begin = rte_rdtsc();
	while (rte_rdtsc() - begin < ctx->spin_cycles)
		;
}
