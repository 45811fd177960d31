/* SPDX-License-Identifier: BSD-3-Clause */
/* For CPUs that cannot have AVX-512: in place of look_avx512.c. */
#include "datapath/look.h"

const rsd_look_fn rsd_look_avx512[RSD_CSUM_MODES];
