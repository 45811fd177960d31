/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * System calls of a process that cannot count them itself: the kernel counts them where they come
 * in (tracepoint raw_syscalls:sys_enter, by perf), for all threads the process has.
 */
#ifndef RSD_BENCH_CALLS_H
#define RSD_BENCH_CALLS_H

#include <sys/types.h>

#include "bench/rx.h"

struct rsd_calls;

/*
 * Get ready to count, from zero. On success *c is to be given back by rsd_calls_close(); otherwise
 * returns -errno: there is no perf, no tracepoint, or no permission.
 */
int rsd_calls_open(struct rsd_calls **c, pid_t pid);
void rsd_calls_close(struct rsd_calls *c);

/* While counting is on, every system call of the machine takes longer. */
void rsd_calls_count(struct rsd_calls *c, bool on);

/* So far, by name; what has no name here is in RSD_RX_OTHER. Returns all of them. */
uint64_t rsd_calls_read(const struct rsd_calls *c, uint64_t by_name[RSD_RX_NB_CALLS]);

#endif
