/* SPDX-License-Identifier: BSD-3-Clause */
/* The same tests over the code that processors without SSSE3 get. */
#include <rte_byteorder.h>
#include <rte_common.h>

#undef __SSSE3__
#include "unit/test_csum.c"
