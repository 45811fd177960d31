/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bytes behind which memory ends: what reads a byte too far ends the program. For loads under a
 * mask, which AddressSanitizer does not see.
 */
#ifndef RSD_TESTS_FENCE_H
#define RSD_TESTS_FENCE_H

#include <stdint.h>

#define RSD_FENCES     4
#define RSD_FENCE_ROOM 12288 /* bytes there can be, whole pages */

/* A copy of len bytes before fence i, in place of those that were there; they may overlap. */
const uint8_t *rsd_fence_put(unsigned int i, const uint8_t *data, uint32_t len);

#endif
