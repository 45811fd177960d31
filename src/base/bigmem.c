/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/bigmem.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

#include <numa.h>

#define SMALL_PAGE ((size_t)4096)
#define HUGE_PAGE  ((size_t)2 << 20)

static size_t
round_up(size_t len, size_t page)
{
	return (len + page - 1) & ~(page - 1);
}

static void *
map(size_t len, int flags)
{
	void *p =
		mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Every node reads a table that all cores share: spread it, so that none has it all far away. */
static void
interleave(void *p, size_t len)
{
	if (numa_available() >= 0 && numa_num_configured_nodes() > 1)
		numa_interleave_memory(p, len, numa_all_nodes_ptr);
}

/* Aligned to a huge page: map one more and cut off both ends. */
static void *
map_aligned(size_t len, int flags)
{
	uint8_t *p = len + HUGE_PAGE < len ? NULL : map(len + HUGE_PAGE, flags);
	size_t head;

	if (p == NULL)
		return NULL;
	head = round_up((uintptr_t)p, HUGE_PAGE) - (uintptr_t)p;
	if (head != 0)
		munmap(p, head);
	if (head != HUGE_PAGE)
		munmap(p + head + len, HUGE_PAGE - head);
	return p + head;
}

static void
touch(void *p, size_t len)
{
	volatile uint8_t *b = p;
	size_t i;

	for (i = 0; i < len; i += SMALL_PAGE)
		b[i] = 0;
}

static void *
map_best(struct rsd_bigmem *m, size_t len, bool lazy)
{
	int flags = lazy ? MAP_NORESERVE : 0;
	void *p;

	if (len < HUGE_PAGE / 2) {
		m->kind = RSD_BIGMEM_SMALL;
		m->len = round_up(len, SMALL_PAGE);
		return map(m->len, flags);
	}
	m->len = round_up(len, HUGE_PAGE);
	/* Set-aside pages are counted at once: what may never be touched must not take them all. */
	p = lazy ? NULL : map(m->len, MAP_HUGETLB);
	if (p != NULL) {
		m->kind = RSD_BIGMEM_HUGE;
		return p;
	}
	m->kind = RSD_BIGMEM_THP;
	p = map_aligned(m->len, flags);
	if (p != NULL)
		(void)madvise(p, m->len, MADV_HUGEPAGE); /* a kernel without them: smaller pages */
	return p;
}

int
rsd_bigmem_alloc(struct rsd_bigmem *m, size_t len, unsigned int flags)
{
	bool lazy = (flags & RSD_BIGMEM_LAZY) != 0;

	*m = (struct rsd_bigmem){ 0 };
	if (len == 0)
		return -EINVAL;
	m->addr = len > SIZE_MAX - HUGE_PAGE ? NULL : map_best(m, len, lazy);
	if (m->addr == NULL) {
		*m = (struct rsd_bigmem){ 0 };
		return -ENOMEM;
	}
	interleave(m->addr, m->len);
	if (!lazy)
		touch(m->addr, m->len);
	return 0;
}

void
rsd_bigmem_free(struct rsd_bigmem *m)
{
	if (m->addr != NULL)
		munmap(m->addr, m->len);
	*m = (struct rsd_bigmem){ 0 };
}

const char *
rsd_bigmem_kind_name(enum rsd_bigmem_kind kind)
{
	static const char *const name[] = {
		[RSD_BIGMEM_NONE] = "none",
		[RSD_BIGMEM_SMALL] = "small pages",
		[RSD_BIGMEM_THP] = "transparent huge pages",
		[RSD_BIGMEM_HUGE] = "huge pages",
	};

	return name[kind];
}
