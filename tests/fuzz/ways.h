/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the fast path does to a frame, in the ways it is compiled: with SSE, without, and with
 * AVX-512 for four at once.
 */
#ifndef RSD_FUZZ_WAYS_H
#define RSD_FUZZ_WAYS_H

#include <stdbool.h>

#include "wire/local.h"

struct rsd_fuzz_way {
	const char *name;
	bool (*exact)(const struct rsd_wire_local *w, const uint8_t *eth, uint32_t len);
	/* And has it a UDP sum that holds? */
	bool (*sound)(const struct rsd_wire_local *w, const uint8_t *eth, uint32_t len);
	void (*turn_same)(const struct rsd_wire_local *w, uint8_t *eth); /* NULL: no way to */
	bool (*runs)(void);                                              /* NULL: on every CPU */
};

extern const struct rsd_fuzz_way rsd_fuzz_way_simd;
extern const struct rsd_fuzz_way rsd_fuzz_way_generic;
extern const struct rsd_fuzz_way rsd_fuzz_way_four; /* where there can be AVX-512 */

/* What must hold for every input. */
#define hold(cond) ((cond) ? (void)0 : rsd_fuzz_broken(#cond, __FILE__, __LINE__))

_Noreturn void rsd_fuzz_broken(const char *what, const char *file, int line);

#endif
