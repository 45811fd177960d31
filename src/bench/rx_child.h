/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One receiver in a process of its own, at the other end of two pipes. It writes JSON, a line each:
 *
 *	{"event":"ready",...}   it receives from now on
 *	{"event":"cannot",...}  this machine cannot run it, and "why"; the process ends with 3
 *	{"event":"mark",...}    everything counted since it began, on the line "mark"
 *	{"event":"end",...}     the same, for the last time; the process ends with 0
 *	{"event":"failed",...}  it stopped by itself, and "why"; the process ends with 1
 *
 * It ends on the line "stop", when the pipe to it is closed, and at SIGTERM or SIGINT. A window is
 *the difference of two marks; reading counters costs the receiving thread nothing.
 */
#ifndef RSD_BENCH_RX_CHILD_H
#define RSD_BENCH_RX_CHILD_H

#include <stdio.h>

#include "bench/rx.h"

#define RSD_RX_SCHEMA 1

/*
 * Run it until told to stop, its threads on the CPUs given, in turn, when there are any. in is
 * read, out written. Returns the exit status of the process.
 */
int rsd_rx_child(const struct rsd_rx *rx, const struct rsd_rx_conf *conf, const int *cpus,
	unsigned int nb_cpus, int in, FILE *out);

/* The rows and what is known of them, as one JSON object: for a harness, and for the curious. */
void rsd_rx_print_rows(FILE *out);

#endif
