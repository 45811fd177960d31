/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/cpu.h"

#define STAT_BYTES 65536 /* 64 CPUs and the interrupts after them; the rest is not needed */

/* "cpuN user nice system idle iowait irq softirq steal ..."; false when it is no such line. */
static bool
parse_line(const char *line, uint64_t tick_ns, struct rsd_cpu_sample *s)
{
	uint64_t user, nice, system, idle, iowait, irq, softirq, stolen;
	unsigned int cpu;

	if (sscanf(line,
		    "cpu%u %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		    " %" SCNu64 " %" SCNu64,
		    &cpu, &user, &nice, &system, &idle, &iowait, &irq, &softirq, &stolen) != 9)
		return false;
	if (cpu >= RSD_CPU_MAX)
		return true;
	s->nb += !s->cpu[cpu].is_there;
	s->cpu[cpu] = (struct rsd_cpu_times){ .is_there = true,
		.user = (user + nice) * tick_ns,
		.system = system * tick_ns,
		.irq = irq * tick_ns,
		.softirq = softirq * tick_ns,
		.idle = (idle + iowait) * tick_ns,
		.stolen = stolen * tick_ns };
	return true;
}

int
rsd_cpu_parse(const char *text, long ticks_per_s, struct rsd_cpu_sample *s)
{
	const char *line = text;

	memset(s->cpu, 0, sizeof(s->cpu));
	s->nb = 0;
	if (ticks_per_s <= 0)
		return -EINVAL;
	while (line != NULL && *line != '\0') {
		/* The first is the sum of all, without a number. */
		if (strncmp(line, "cpu", 3) == 0 && line[3] != ' ' &&
			!parse_line(line, 1000000000 / (uint64_t)ticks_per_s, s))
			return -EINVAL;
		line = strchr(line, '\n');
		line = line != NULL ? line + 1 : NULL;
	}
	return s->nb != 0 ? 0 : -EINVAL;
}

int
rsd_cpu_now(struct rsd_cpu_sample *s)
{
	char text[STAT_BYTES];
	struct timespec now;
	FILE *f = fopen("/proc/stat", "r");
	size_t len;

	if (f == NULL)
		return -errno;
	len = fread(text, 1, sizeof(text) - 1, f);
	clock_gettime(CLOCK_MONOTONIC, &now);
	fclose(f);
	text[len] = '\0';
	s->wall_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	return rsd_cpu_parse(text, sysconf(_SC_CLK_TCK), s);
}

/* Counters of idle time have been seen to step back; a window is never negative. */
static double
grown(uint64_t from, uint64_t to)
{
	return to > from ? (double)(to - from) : 0;
}

struct rsd_cpu_use
rsd_cpu_between(const struct rsd_cpu_sample *a, const struct rsd_cpu_sample *b)
{
	struct rsd_cpu_use use = { .wall_ns = b->wall_ns - a->wall_ns };
	unsigned int i;

	for (i = 0; i < RSD_CPU_MAX; i++) {
		double stolen, busy;

		if (!a->cpu[i].is_there || !b->cpu[i].is_there)
			continue;
		stolen = grown(a->cpu[i].stolen, b->cpu[i].stolen);
		busy = (double)use.wall_ns - grown(a->cpu[i].idle, b->cpu[i].idle) - stolen;
		busy = busy > 0 ? busy : 0;
		use.busy_ns += busy;
		use.stolen_ns += stolen;
		use.softirq_ns += grown(a->cpu[i].softirq, b->cpu[i].softirq);
		if (use.wall_ns != 0)
			use.busy_share[i] = busy / (double)use.wall_ns;
	}
	return use;
}

double
rsd_cpu_per_datagram(const struct rsd_cpu_use *use, double idle_share_busy, double sender_ns,
	uint64_t nb_sent, uint64_t nb, unsigned int nb_cpus)
{
	double spent = use->busy_ns;

	if (nb == 0)
		return 0;
	spent -= idle_share_busy * (double)use->wall_ns * nb_cpus;
	spent -= sender_ns * (double)nb_sent;
	return spent > 0 ? spent / (double)nb : 0;
}
