/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/cpu.h"

#include <rte_config.h>
#include <rte_cpuflags.h>

#if defined(RTE_ARCH_X86)

bool
rsd_cpu_has_aes(void)
{
	return __builtin_cpu_supports("aes");
}

bool
rsd_cpu_has_whole_loads(void)
{
	return __builtin_cpu_supports("avx");
}

bool
rsd_cpu_has_avx512(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512bitalg") && __builtin_cpu_supports("bmi") &&
	       __builtin_cpu_supports("bmi2");
}

bool
rsd_cpu_has_vaes(void)
{
	return rsd_cpu_has_avx512() && rte_cpu_get_flag_enabled(RTE_CPUFLAG_VAES) > 0;
}

bool
rsd_cpu_has_easy_avx512(void)
{
	return rsd_cpu_has_avx512() && __builtin_cpu_supports("avx512vbmi");
}

#else

bool
rsd_cpu_has_easy_avx512(void)
{
	return false;
}

bool
rsd_cpu_has_aes(void)
{
	return false;
}

bool
rsd_cpu_has_whole_loads(void)
{
	return false;
}

bool
rsd_cpu_has_avx512(void)
{
	return false;
}

bool
rsd_cpu_has_vaes(void)
{
	return false;
}

#endif
