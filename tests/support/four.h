/* SPDX-License-Identifier: BSD-3-Clause */
/* wire/four_avx512.h for programs that are not compiled for AVX-512. */
#ifndef RSD_TESTS_FOUR_H
#define RSD_TESTS_FOUR_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/local.h"

#define RSD_FOUR_BRIEF 64 /* bytes of a frame of which all is looked at */

/* As enum rsd_four. */
enum rsd_four_said {
	RSD_SAID_ODD,
	RSD_SAID_PLAIN,
	RSD_SAID_SOUND,
};

/* Frames in one piece each. */
struct rsd_four_frames {
	const uint8_t *eth[4];
	uint32_t len[4];
};

/*
 * What is said of the four, added with sums or without, as brief ones or not; odd when a length is
 * one with which they may not be added. Only where rsd_cpu_has_avx512().
 */
enum rsd_four_said rsd_four_look(
	const struct rsd_wire_local *w, const struct rsd_four_frames *f, bool sums, bool is_brief);

#endif
