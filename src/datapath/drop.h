/* SPDX-License-Identifier: BSD-3-Clause */
/* The only way a frame leaves without being sent: freed, and counted as a DROP or END row. */
#ifndef RSD_DATAPATH_DROP_H
#define RSD_DATAPATH_DROP_H

#include "datapath/lcore.h"

static inline void
rsd_drop(struct rsd_lcore *lc, struct rte_mbuf *m, enum rsd_counter reason)
{
	rsd_count(lc->stats, reason, 1);
	rte_pktmbuf_free(m);
}

#endif
