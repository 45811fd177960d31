/* SPDX-License-Identifier: BSD-3-Clause */
/* One perf event on each CPU, and the memory the kernel writes a CPU's records to. */
#ifndef RSD_JOURNEY_TRACE_PERF_H
#define RSD_JOURNEY_TRACE_PERF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "journey/trace.h"

#define RSD_PERF_ARGS 4 /* registers of a function's first arguments */

/* A perf event of some kind on one CPU. */
struct rsd_perf_event {
	int fd;
	uint64_t id;
	uint32_t kind; /* the user's own number */
	bool has_regs;
};

struct rsd_perf {
	uint32_t cpu[RSD_TRACE_CPUS];
	void *ring[RSD_TRACE_CPUS];
	int ring_fd[RSD_TRACE_CPUS];
	unsigned int nb_cpus;
	struct rsd_perf_event event[RSD_TRACE_KINDS * RSD_TRACE_CPUS];
	unsigned int nb;
};

/* What is to be recorded. */
struct rsd_perf_what {
	uint32_t kind;
	uint32_t type;        /* PERF_TYPE_TRACEPOINT, or the number of a PMU */
	uint64_t config;      /* tracepoint: its id */
	const char *function; /* a kprobe's; NULL */
	const char *filter;   /* as tracefs has filters; NULL: all */
};

struct rsd_perf_rec {
	uint64_t ns;
	uint32_t kind, cpu;
	int tid;
	const void *raw; /* the tracepoint's record */
	size_t len;
	uint64_t arg[RSD_PERF_ARGS]; /* kprobe: the first arguments */
};

/* On the CPUs those threads may run on. 0 or -errno. */
int rsd_perf_open(struct rsd_perf *p, const pid_t *thread, unsigned int nb);
void rsd_perf_close(struct rsd_perf *p);

/* Add an event on every CPU, not yet running; *fd, when not NULL, is one of them. 0 or -errno. */
int rsd_perf_add(struct rsd_perf *p, const struct rsd_perf_what *what, int *fd);

void rsd_perf_run(struct rsd_perf *p, bool run);

/* Every record, a CPU after the other. Returns how many were lost. */
uint64_t rsd_perf_read(
	struct rsd_perf *p, void (*take)(const struct rsd_perf_rec *rec, void *arg), void *arg);

#endif
