/* SPDX-License-Identifier: BSD-3-Clause */
/* What the fast path does to a frame, in the two ways it is compiled: with SSE, and without. */
#ifndef RSD_FUZZ_WAYS_H
#define RSD_FUZZ_WAYS_H

#include <stdbool.h>

#include "wire/local.h"

struct rsd_fuzz_way {
	const char *name;
	bool (*exact)(const struct rsd_wire_local *w, const uint8_t *eth, uint32_t len);
	void (*turn_same)(const struct rsd_wire_local *w, uint8_t *eth);
};

extern const struct rsd_fuzz_way rsd_fuzz_way_simd;
extern const struct rsd_fuzz_way rsd_fuzz_way_generic;

#endif
