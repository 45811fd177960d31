/* SPDX-License-Identifier: BSD-3-Clause */
/* The same tests over the code that processors without SSE 4.1 get. */
#include <rte_byteorder.h>
#include <rte_common.h>

#undef __SSE4_1__
#undef __SSSE3__
#include "unit/test_turn.c"
