/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "base/bigmem.h"
#include "support/cunit_runner.h"

#define MIB ((size_t)1 << 20)

static bool
all_zero(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/* Pages of it that are in memory, in bytes; what the kernel says of this process. */
static long
resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long all = 0, there = 0;

	if (f != NULL && fscanf(f, "%ld %ld", &all, &there) != 2)
		there = 0;
	if (f != NULL)
		fclose(f);
	return there * 4096;
}

static void
test_sizes(void)
{
	static const size_t sizes[] = { 1, 4096, 4097, MIB - 1, MIB, 2 * MIB, 2 * MIB + 1,
		9 * MIB };
	struct rsd_bigmem m;
	unsigned int i, lazy;

	for (i = 0; i < RTE_DIM(sizes); i++)
		for (lazy = 0; lazy < 2; lazy++) {
			RSD_CHECK_EQ(rsd_bigmem_alloc(&m, sizes[i], lazy ? RSD_BIGMEM_LAZY : 0), 0);
			RSD_CHECK(m.len >= sizes[i] && m.len < sizes[i] + 2 * MIB, "%zu", m.len);
			RSD_CHECK_EQ((uintptr_t)m.addr % 4096, 0);
			RSD_CHECK(m.len < 2 * MIB || (uintptr_t)m.addr % (2 * MIB) == 0,
				"%p for %zu", m.addr, m.len);
			RSD_CHECK_EQ((m.kind == RSD_BIGMEM_SMALL), (sizes[i] < MIB));
			RSD_CHECK(all_zero(m.addr, m.len), "not zero");
			memset(m.addr, 0xa5, m.len);
			rsd_bigmem_free(&m);
			RSD_CHECK(m.addr == NULL && m.len == 0, "still there");
		}
}

/* What the worst case may need costs nothing before it is used. */
static void
test_lazy(void)
{
	long before = resident();
	struct rsd_bigmem m;

	RSD_CHECK_EQ(rsd_bigmem_alloc(&m, 1024 * MIB, RSD_BIGMEM_LAZY), 0);
	RSD_CHECK(resident() - before < (long)(16 * MIB), "%ld bytes", resident() - before);
	((uint8_t *)m.addr)[500 * MIB] = 1;
	RSD_CHECK(resident() - before < (long)(16 * MIB), "%ld bytes", resident() - before);
	rsd_bigmem_free(&m);
}

static void
test_refused(void)
{
	struct rsd_bigmem m;

	RSD_CHECK_EQ(rsd_bigmem_alloc(&m, 0, 0), -EINVAL);
	RSD_CHECK(m.addr == NULL, "%p", m.addr);
	RSD_CHECK_EQ(rsd_bigmem_alloc(&m, SIZE_MAX, 0), -ENOMEM);
	RSD_CHECK_EQ(rsd_bigmem_alloc(&m, SIZE_MAX / 2, RSD_BIGMEM_LAZY), -ENOMEM);
	RSD_CHECK(m.addr == NULL && m.len == 0 && m.kind == RSD_BIGMEM_NONE, "%p", m.addr);
	rsd_bigmem_free(&m);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "every size is zeroed, aligned and comes back", test_sizes },
		{ "lazy memory comes when it is touched", test_lazy },
		{ "no size and too large a size are refused", test_refused },
	};

	return rsd_test_run("bigmem", tests, RTE_DIM(tests));
}
