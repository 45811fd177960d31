/* SPDX-License-Identifier: BSD-3-Clause */
/* A result of the benchmark that nobody measured: made up, the same every time, of true shape. */
#ifndef RSD_TESTS_BENCH_SAMPLE_H
#define RSD_TESTS_BENCH_SAMPLE_H

#include "bench/result.h"

#define RSD_SAMPLE_NOTE "Made-up test data: no figure on this page was measured."

/*
 * seed makes the noise. All windows of the row called name (NULL: none) take factor times as long.
 * To be given back by rsd_bench_free(). Returns 0 or -ENOMEM.
 */
int rsd_bench_sample(struct rsd_bench_result *r, uint64_t seed, const char *name, double factor);

#endif
