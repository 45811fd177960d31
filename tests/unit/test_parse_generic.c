/* SPDX-License-Identifier: BSD-3-Clause */
/* The same comparison over the code that processors without SSE4.1 get. */
#include <rte_byteorder.h>
#include <rte_common.h>

#undef __SSE4_1__
#include "unit/test_parse_diff.c"
