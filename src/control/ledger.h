/* SPDX-License-Identifier: BSD-3-Clause */
/* The ledger of an engine: its counters, ports and samples brought together. Control threads. */
#ifndef RSD_CONTROL_LEDGER_H
#define RSD_CONTROL_LEDGER_H

#include <ringside/engine.h>

#include "ledger/ledger.h"

struct rsd_engine;

/* From create to destroy; exact when the cores stand still, else of about this moment. */
void rsd_ledger_get(const struct rsd_engine *eng, struct rsd_ledger *l);

/* The last trails of all cores, newest first, at most max of them; returns how many. */
unsigned int rsd_ledger_trails(
	const struct rsd_engine *eng, struct rsd_trail *out, unsigned int max);

/*
 * What the engine says of copies when it ends. 0; -EBADMSG, with err, when something was seen to
 * move that nobody declared.
 */
int rsd_ledger_close(const struct rsd_ledger *l, struct rsd_error *err);

/* ledger_memory.c: whose memory an address lies in. */
struct rsd_memory {
	bool dpdk;         /* EAL knows it; the rest is of use only then */
	bool external;     /* brought to EAL by somebody, not EAL's own */
	uint64_t page;     /* bytes of a page: 4 KiB, or a huge page's */
	int node;          /* NUMA; -1: any */
	uint64_t iova;     /* as devices address it */
	char zone[32];     /* of a memzone; "": of none */
	const void *begin; /* of the segment list */
	uint64_t len;
};

void rsd_memory_find(const void *addr, struct rsd_memory *mem);

#endif
