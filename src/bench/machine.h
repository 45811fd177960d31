/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The machine's fingerprint: what it is, and what a few simple things cost on it at the moment. It
 * stands beside every result, for figures of two machines are not to be compared.
 */
#ifndef RSD_BENCH_MACHINE_H
#define RSD_BENCH_MACHINE_H

#include <stdint.h>

#include <jansson.h>

#include "bench/fit.h"

#define RSD_MACHINE_SIZES 8

struct rsd_machine {
	char cpu[96], kernel[96], dpdk[64], build[64];
	unsigned int nb_cpus;
	double tsc_hz;
	char mitigations[256]; /* those that are on, by name */
	double rdtsc_ns, syscall_ns;
	/* A copy of so many bytes, source and destination in the cache; and the line through them.
	 */
	uint32_t size[RSD_MACHINE_SIZES];
	double memcpy_ns[RSD_MACHINE_SIZES];
	struct rsd_fit memcpy_fit;
};

/* Look and measure; takes about a quarter of a second of one CPU. */
void rsd_machine_measure(struct rsd_machine *m);

/* A new reference to it as an object. */
json_t *rsd_machine_json(const struct rsd_machine *m);

#endif
