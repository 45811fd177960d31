/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <rte_common.h>

#include "support/csum_check.h"
#include "support/packet_builder.h"

#define HDR 20
#define SUM 10 /* offset of the checksum */
#define ID  4  /* a word free to be anything: it walks through all checksums */

static uint16_t
word(const uint8_t *p)
{
	uint16_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

static void
set_word(uint8_t *p, uint16_t w)
{
	memcpy(p, &w, sizeof(w));
}

/* The right checksum, as it would lie in memory. */
static uint16_t
full(const uint8_t *hdr)
{
	uint8_t copy[HDR], be[2];
	uint16_t sum;

	memcpy(copy, hdr, HDR);
	set_word(copy + SUM, 0);
	sum = (uint16_t)~rsd_slow_sum(copy, HDR, 0);
	be[0] = (uint8_t)(sum >> 8);
	be[1] = (uint8_t)sum;
	return word(be);
}

static const uint8_t start[HDR] = { 0x45, 0x00, 0x00, 0x2e, 0, 0, 0x40, 0x00, 61, 17, 0, 0, 10, 9,
	0, 1, 10, 9, 0, 2 };

unsigned int
rsd_patch16_misses(rsd_patch16_fn patch)
{
	static const uint16_t to[] = { 0x0000, 0xffff, 0x0001, 0x1140, 0x4011, 0x8000, 0xfffe };
	unsigned int misses = 0, i, k;

	for (i = 0; i <= UINT16_MAX; i++)
		for (k = 0; k < RTE_DIM(to); k++) {
			uint8_t hdr[HDR];
			uint16_t csum;

			memcpy(hdr, start, HDR);
			set_word(hdr + ID, (uint16_t)i);
			/* Once the word that changes is another one, once it is the one that walks.
			 */
			csum = patch(full(hdr), word(hdr + 8), to[k]);
			set_word(hdr + 8, to[k]);
			misses += csum != full(hdr);
			csum = patch(csum, word(hdr + ID), to[k]);
			set_word(hdr + ID, to[k]);
			misses += csum != full(hdr);
		}
	return misses;
}

unsigned int
rsd_patch64_misses(rsd_patch64_fn patch)
{
	static const uint64_t to[] = { 0, UINT64_MAX, 1, UINT64_C(0x0000004000000045),
		UINT64_C(0xffff000000000000), UINT64_C(0x8000000000000001) };
	unsigned int misses = 0, i, k;

	for (i = 0; i <= UINT16_MAX; i++)
		for (k = 0; k < RTE_DIM(to); k++) {
			uint8_t hdr[HDR];
			uint64_t from;
			uint16_t csum;

			memcpy(hdr, start, HDR);
			set_word(hdr + ID, (uint16_t)i);
			memcpy(&from, hdr, sizeof(from));
			csum = patch(full(hdr), from, to[k]);
			memcpy(hdr, &to[k], sizeof(to[k]));
			misses += csum != full(hdr);
		}
	return misses;
}
