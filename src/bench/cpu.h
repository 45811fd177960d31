/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the whole machine spent in a window: every CPU's time less what it was idle, softirqs on
 * whatever core included. The busy columns of /proc/stat are sampled at ticks and miss work that
 * always falls between them; idle time is exact where the kernel stops the tick, so it is what is
 * used. /proc/stat tells it in steps of 10 ms, /proc/timer_list in ns, of a CPU that is not idle as
 * it is asked: so a sample is taken on one CPU after the other.
 */
#ifndef RSD_BENCH_CPU_H
#define RSD_BENCH_CPU_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define RSD_CPU_MAX 64

#define RSD_CPU_EXACT                                                              \
	8 /* of the CPUs this process may use, the first so many are asked on site \
	   */

/* One CPU since boot, in ns; as coarse as the kernel's USER_HZ, 10 ms as a rule, but for idle. */
struct rsd_cpu_times {
	bool is_there;
	uint64_t user, system, irq, softirq; /* sampled: for telling apart, not for adding up */
	uint64_t idle;                       /* waiting for disks included */
	uint64_t exact_wall_ns;              /* when idle was told in ns; 0: it was not */
	uint64_t stolen;                     /* the hypervisor ran somebody else */
};

struct rsd_cpu_sample {
	uint64_t wall_ns;
	unsigned int nb; /* CPUs that are there */
	struct rsd_cpu_times cpu[RSD_CPU_MAX];
};

/* Read the text of /proc/stat, ticks_per_s of them a second. Returns 0, or -EINVAL. */
int rsd_cpu_parse(const char *text, long ticks_per_s, struct rsd_cpu_sample *s);

/* Read the idle time of a CPU from the text of /proc/timer_list. Returns 0, or -EINVAL. */
int rsd_cpu_parse_idle(FILE *text, unsigned int cpu, uint64_t *idle_ns);

/* All of it, now. The calling thread has been on every CPU when it returns. 0 or -errno. */
int rsd_cpu_now(struct rsd_cpu_sample *s);

struct rsd_cpu_use {
	uint64_t wall_ns;
	double busy_ns;    /* of all CPUs: their time, less idle, less stolen */
	double softirq_ns; /* sampled, part of busy_ns */
	double stolen_ns;
	double busy_share[RSD_CPU_MAX]; /* of each CPU's time, 0 to 1 */
};

/* Between two samples, a before b. */
struct rsd_cpu_use rsd_cpu_between(const struct rsd_cpu_sample *a, const struct rsd_cpu_sample *b);

/*
 * Cost of one datagram to the system without its sender: busy time, less what was busy in an idle
 * window of the same machine, less nb_sent times what sending one costs by itself (measured against
 * a far end that drops at once), over nb datagrams. Never below 0.
 */
double rsd_cpu_per_datagram(const struct rsd_cpu_use *use, double idle_share_busy, double sender_ns,
	uint64_t nb_sent, uint64_t nb, unsigned int nb_cpus);

#endif
