/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "wire/csum.h"

#if defined(__SSSE3__)
const uint8_t rsd_csum_to_front[32] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80 };
#endif

/*
 * 32-bit words into 64-bit lanes: no carry can be lost in under 4 Gi words, and four lanes without
 * a carry chain are what compilers turn into vector adds.
 */
rsd_csum_t
rsd_csum_bytes(const void *buf, size_t len, rsd_csum_t sum)
{
	const uint8_t *p = buf;
	uint64_t lane[4] = { 0 };
	uint64_t tail = 0;

	for (; len >= 32; len -= 32, p += 32) {
		unsigned int i;

		for (i = 0; i < 4; i++)
			lane[i] += (uint64_t)rsd_load32(p + 4 * i) + rsd_load32(p + 16 + 4 * i);
	}
	sum = rsd_csum_add(sum, lane[0] + lane[1] + lane[2] + lane[3]);
	for (; len >= 8; len -= 8, p += 8)
		sum = rsd_csum_add(sum, rsd_load64(p));
	if (len >= 4) {
		sum = rsd_csum_add(sum, rsd_load32(p));
		len -= 4;
		p += 4;
	}
	if (len >= 2) {
		tail = rsd_load16(p);
		len -= 2;
		p += 2;
	}
	if (len != 0)
		tail += RTE_BE16((uint16_t)(*p << 8));
	return rsd_csum_add(sum, tail);
}
