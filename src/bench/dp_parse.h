/* SPDX-License-Identifier: BSD-3-Clause */
/* What the programs behind the polling rows say of themselves. Pure. */
#ifndef RSD_BENCH_DP_PARSE_H
#define RSD_BENCH_DP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/tx.h"

struct rsd_dp_counts {
	uint64_t packets; /* received by polls that found something */
	uint64_t cycles;  /* TSC, of these polls */
	uint64_t seen;    /* datagrams whose payload the application had */
	uint64_t unsent;  /* frames that were to go back and did not fit the transmit queue */
	bool is_complete;
};

/*
 * A line of testpmd's after `stop`; it may have a prompt in front. is_complete becomes true with
 * the last one. Lines that say nothing are passed over.
 */
void rsd_dp_take_testpmd(const char *line, struct rsd_dp_counts *c);

/* The answer of a ringside engine to /ringside/stats, n bytes. 0, or -EBADMSG. */
int rsd_dp_take_engine(const char *json, size_t n, struct rsd_dp_counts *c);

/* The line of the ring's program: MODE PACKETS CYCLES. 0, or -EBADMSG. */
int rsd_dp_take_ring(const char *line, struct rsd_dp_counts *c);

/* The peer's line about a run: what it says, and what is read of it. 0, or -EBADMSG. */
void rsd_dp_tell_peer(char *line, size_t size, const struct rsd_tx_result *r);
int rsd_dp_take_peer(const char *line, struct rsd_tx_result *r);

#endif
