/* SPDX-License-Identifier: BSD-3-Clause */
/* What a receiver's process says, as JSON lines. */
#ifndef RSD_BENCH_RX_REPORT_H
#define RSD_BENCH_RX_REPORT_H

#include <stdio.h>

#include "bench/rx.h"

struct rsd_rx_report {
	const struct rsd_rx_ctx *ctx[RSD_RX_MAX_THREADS];
	unsigned int nb;
};

void rsd_rx_report_ready(const struct rsd_rx_report *r, FILE *out);
void rsd_rx_report_why(
	const struct rsd_rx_report *r, FILE *out, const char *event, const char *why);

/* The counters of all threads, the clocks, and the CPU time of the process. */
void rsd_rx_report_counts(const struct rsd_rx_report *r, FILE *out, const char *event);

#endif
