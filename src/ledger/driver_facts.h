/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What each driver does to a frame before the engine sees it and after the engine let go of it. The
 * engine copies nothing; a driver may, and a figure that hid that would be a lie.
 */
#ifndef RSD_LEDGER_DRIVER_FACTS_H
#define RSD_LEDGER_DRIVER_FACTS_H

#include <stdbool.h>

struct rsd_driver_facts {
	const char *driver; /* as ethdev names it */
	int rx_copies,
		tx_copies;     /* CPU copies of a frame on our side of the device; -1: not known */
	const char *copies;    /* the same in words */
	const char *spreading; /* who spreads frames over several queues, in words */
	bool rss;              /* RSS can be asked of it and works on a stock kernel */
	bool software_csum;    /* what it calls checksum offload is the CPU's work */
	bool partial_csum;     /* frames of a local kernel may come with unfinished UDP checksums */
	bool all_queues_live;  /* frames come on every queue it was made with, polled or not */
	unsigned int keeps;    /* buffers a queue never gives back, even when closed */
};

/* Never NULL: a driver nobody has looked into is described as unknown, not as copying nothing. */
const struct rsd_driver_facts *rsd_driver_facts(const char *driver);

#endif
