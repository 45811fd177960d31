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

static void
turn_same(const struct rsd_wire_local *w, uint8_t *eth)
{
	rsd_turn_same(eth + w->l2_len, w->l2_len);
}

const struct rsd_fuzz_way WAY = { NAME, exact, turn_same };
