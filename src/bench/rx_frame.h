/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a receiver of raw frames does in place of the kernel's UDP: see that a frame is a whole,
 * undamaged datagram for our port, and turn it round where it lies. The functions are the engine's
 * own, so that the same work is done on both sides of a comparison.
 */
#ifndef RSD_BENCH_RX_FRAME_H
#define RSD_BENCH_RX_FRAME_H

#include <net/ethernet.h>

#include "bench/rx.h"
#include "wire/csum.h"
#include "wire/turn.h"

#define RSD_FRAME_L2   14
#define RSD_FRAME_HDRS (RSD_FRAME_L2 + 20 + 8)

/* For .checks of the rows that use this. */
#define RSD_FRAME_CHECKS "IPv4 header and its sum, lengths, UDP sum; by the engine's functions"

enum rsd_frame_verdict {
	RSD_FRAME_OTHER,   /* not for us */
	RSD_FRAME_REFUSED, /* for us, and broken */
	RSD_FRAME_GOOD,
};

/* A frame of len bytes at eth; ip_total is the length of the IP packet when it is good. */
static inline enum rsd_frame_verdict
rsd_frame_check(
	const struct sockaddr_in *addr, const uint8_t *eth, uint32_t len, uint32_t *ip_total)
{
	const uint8_t *ip = eth + RSD_FRAME_L2, *udp = ip + 20;
	uint32_t total, udp_len;

	if (len < RSD_FRAME_HDRS || rsd_load16(eth + 12) != RTE_BE16(ETHERTYPE_IP) ||
		ip[0] != 0x45 || ip[9] != IPPROTO_UDP ||
		(rsd_load16(ip + 6) & RTE_BE16(0x3fff)) != 0 ||
		rsd_load32(ip + 16) != addr->sin_addr.s_addr ||
		rsd_load16(udp + 2) != addr->sin_port)
		return RSD_FRAME_OTHER;
	total = rte_be_to_cpu_16(rsd_load16(ip + 2));
	udp_len = rte_be_to_cpu_16(rsd_load16(udp + 4));
	if (total != udp_len + 20 || udp_len < 8 || total + RSD_FRAME_L2 > len)
		return RSD_FRAME_REFUSED;
	if (!rsd_csum_is_full(rsd_csum_ip4_header(ip)))
		return RSD_FRAME_REFUSED;
	if (rsd_load16(udp + 6) != 0 && !rsd_csum_is_full(rsd_csum_udp4(udp, udp_len)))
		return RSD_FRAME_REFUSED;
	*ip_total = total;
	return RSD_FRAME_GOOD;
}

/*
 * Check a frame, show its payload to the application and, for an echo, turn it round in place.
 * Returns the length of the frame to send, or 0 when there is nothing to send.
 */
static inline uint32_t
rsd_frame_take(struct rsd_rx_ctx *ctx, uint8_t *eth, uint32_t len)
{
	uint32_t total = 0;

	switch (rsd_frame_check(&ctx->conf->addr, eth, len, &total)) {
	case RSD_FRAME_GOOD:
		break;
	case RSD_FRAME_REFUSED:
		RSD_RX_ADD(ctx, refused, 1);
		return 0;
	case RSD_FRAME_OTHER:
		return 0;
	}
	rsd_rx_see(ctx, eth + RSD_FRAME_HDRS, total - 28);
	if (ctx->conf->workload != RSD_RX_ECHO)
		return 0;
	rsd_turn_same(eth + RSD_FRAME_L2, RSD_FRAME_L2);
	return total + RSD_FRAME_L2;
}

#endif
