/* SPDX-License-Identifier: BSD-3-Clause */
/* The code that processors without SSE 4.1 get. */
#include <rte_byteorder.h>
#include <rte_common.h>

#undef __SSE4_1__
#undef __SSSE3__
#define WAY  rsd_fuzz_way_generic
#define NAME "without SSE"
#include "fuzz/way_simd.c"
