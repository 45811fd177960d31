/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is a checksum patch right for every one of the 65,536 values a checksum can have? Kept apart from
 * the tests so that broken patches can be put through it as well.
 */
#ifndef RSD_TESTS_CSUM_CHECK_H
#define RSD_TESTS_CSUM_CHECK_H

#include <stdint.h>

/* As rsd_csum_patch16(): raw 16-bit words as they lie in memory. */
typedef uint16_t (*rsd_patch16_fn)(uint16_t csum, uint16_t from, uint16_t to);

/* As rsd_csum_patch64(). */
typedef uint16_t (*rsd_patch64_fn)(uint16_t csum, uint64_t from, uint64_t to);

/*
 * For headers with every checksum there is, change a word from one value to another: how often does
 * patching give another checksum than summing the changed header anew?
 */
unsigned int rsd_patch16_misses(rsd_patch16_fn patch);
unsigned int rsd_patch64_misses(rsd_patch64_fn patch);

#endif
