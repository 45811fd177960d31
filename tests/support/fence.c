/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/fence.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uint8_t *
fence(unsigned int i)
{
	static uint8_t *end[RSD_FENCES];
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (end[i] != NULL)
		return end[i];
	end[i] = mmap(NULL, RSD_FENCE_ROOM + page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (end[i] == MAP_FAILED || mprotect(end[i] + RSD_FENCE_ROOM, page, PROT_NONE) != 0)
		abort();
	return end[i] += RSD_FENCE_ROOM;
}

const uint8_t *
rsd_fence_put(unsigned int i, const uint8_t *data, uint32_t len)
{
	if (i >= RSD_FENCES || len > RSD_FENCE_ROOM)
		abort();
	return memmove(fence(i) - len, data, len);
}
