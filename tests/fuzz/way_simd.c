/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/ways.h"
#include "wire/exact.h"
#include "wire/turn.h"

#ifndef WAY
#define WAY  rsd_fuzz_way_simd
#define NAME "with SSE"
#endif

static bool
exact(const struct rsd_wire_local *w, const uint8_t *eth, uint32_t len)
{
	struct rsd_wire_exact x;

	rsd_wire_exact_init(&x, w);
	return rsd_wire_exact(&x, eth, len, w->nb_addr == 1);
}

static bool
sound(const struct rsd_wire_local *w, const uint8_t *eth, uint32_t len)
{
	const uint8_t *udp = eth + w->l2_len + RSD_WIRE_IP4_LEN;

	return exact(w, eth, len) && rsd_load16(udp + 6) != 0 &&
	       rsd_csum_is_full(rsd_csum_udp4(udp, len - w->l2_len - RSD_WIRE_IP4_LEN));
}

static void
turn_same(const struct rsd_wire_local *w, uint8_t *eth)
{
	rsd_turn_same(eth + w->l2_len, w->l2_len);
}

const struct rsd_fuzz_way WAY = { NAME, exact, sound, turn_same, NULL };
