/* SPDX-License-Identifier: BSD-3-Clause */
/* What is ours in the fuzz target, and frames made to be for us. */
#ifndef RSD_FUZZ_OURS_H
#define RSD_FUZZ_OURS_H

#include <stddef.h>

#include "wire/local.h"

/* The port of a control byte, the first of the two; NULL when it cannot be built. */
const struct rsd_wire_local *rsd_fuzz_local(uint8_t control);

extern const uint8_t rsd_fuzz_mac[6];

/* Change what the two control bytes (fuzz_parse.h) want changed. */
void rsd_fuzz_make_ours(
	const struct rsd_wire_local *w, uint8_t *eth, size_t len, const uint8_t *control);

#endif
