/* SPDX-License-Identifier: BSD-3-Clause */
/* The one place that knows which DPDK release this is: 22.11 (Debian 12) to 24.11 (Debian 13). */
#ifndef RSD_BASE_DPDK_COMPAT_H
#define RSD_BASE_DPDK_COMPAT_H

#include <rte_telemetry.h>
#include <rte_version.h>

#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
#define rsd_tel_dict_uint  rte_tel_data_add_dict_uint
#define rsd_tel_array_uint rte_tel_data_add_array_uint
#define RSD_TEL_UINT_VAL   RTE_TEL_UINT_VAL
#else
#define rsd_tel_dict_uint  rte_tel_data_add_dict_u64
#define rsd_tel_array_uint rte_tel_data_add_array_u64
#define RSD_TEL_UINT_VAL   RTE_TEL_U64_VAL
#endif

#endif
