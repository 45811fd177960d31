/* SPDX-License-Identifier: BSD-3-Clause */
/* What this CPU has beyond the baseline of the build. Asked once, when a table is made. */
#ifndef RSD_TABLE_CPU_H
#define RSD_TABLE_CPU_H

#include <stdbool.h>

bool rsd_cpu_has_aes(void);

/* 128-bit loads of aligned memory come in one piece: so both vendors say of CPUs with AVX. */
bool rsd_cpu_has_whole_loads(void);

/* AVX-512 F, BW, DQ, VL, BITALG and BMI 1, 2; and with them VAES. */
bool rsd_cpu_has_avx512(void);
bool rsd_cpu_has_vaes(void);

/*
 * AVX-512 on a CPU whose clock does not drop for it: those that have VBMI as well, of which the
 * first are of 2019. On those before, what a few wide instructions save may be paid by all others.
 */
bool rsd_cpu_has_easy_avx512(void);

#endif
