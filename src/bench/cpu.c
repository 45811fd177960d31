/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <sched.h>
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
rsd_cpu_parse_idle(FILE *text, unsigned int cpu, uint64_t *idle_ns)
{
	unsigned int at = UINT32_MAX, found = 0;
	char line[256];
	uint64_t ns;

	*idle_ns = 0;
	while (found < 2 && fgets(line, sizeof(line), text) != NULL) {
		(void)!sscanf(line, "cpu: %u", &at);
		if (at != cpu || (sscanf(line, " .idle_sleeptime : %" SCNu64, &ns) != 1 &&
					 sscanf(line, " .iowait_sleeptime: %" SCNu64, &ns) != 1))
			continue;
		*idle_ns += ns;
		found++;
	}
	return found == 2 ? 0 : -EINVAL;
}

static uint64_t
clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* On the CPU in question: idle time that is not over yet is not told. */
static void
look_here(unsigned int cpu, struct rsd_cpu_times *t)
{
	FILE *f = fopen("/proc/timer_list", "r");
	uint64_t idle;

	if (f == NULL)
		return; /* not root, or a kernel that has none */
	if (rsd_cpu_parse_idle(f, cpu, &idle) == 0) {
		t->idle = idle;
		t->exact_wall_ns = clock_ns();
	}
	fclose(f);
}

/* The first one last: it is the sender's, and a window begins there. */
static void
look_everywhere(struct rsd_cpu_sample *s)
{
	unsigned int cpu[RSD_CPU_EXACT], nb = 0, i;
	cpu_set_t home, here;

	if (sched_getaffinity(0, sizeof(home), &home) < 0)
		return;
	for (i = 0; i < RSD_CPU_MAX && nb < RSD_CPU_EXACT; i++)
		if (CPU_ISSET(i, &home) && s->cpu[i].is_there)
			cpu[nb++] = i;
	while (nb-- > 0) {
		CPU_ZERO(&here);
		CPU_SET(cpu[nb], &here);
		if (sched_setaffinity(0, sizeof(here), &here) == 0)
			look_here(cpu[nb], &s->cpu[cpu[nb]]);
	}
	sched_setaffinity(0, sizeof(home), &home);
}

int
rsd_cpu_now(struct rsd_cpu_sample *s)
{
	char text[STAT_BYTES];
	int ret;
	FILE *f = fopen("/proc/stat", "r");
	size_t len;

	if (f == NULL)
		return -errno;
	len = fread(text, 1, sizeof(text) - 1, f);
	s->wall_ns = clock_ns();
	fclose(f);
	text[len] = '\0';
	ret = rsd_cpu_parse(text, sysconf(_SC_CLK_TCK), s);
	if (ret == 0)
		look_everywhere(s);
	return ret;
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
		const struct rsd_cpu_times *from = &a->cpu[i], *to = &b->cpu[i];
		double stolen, busy, wall = (double)use.wall_ns;

		if (!from->is_there || !to->is_there)
			continue;
		if (from->exact_wall_ns != 0 && to->exact_wall_ns != 0)
			wall = (double)(to->exact_wall_ns - from->exact_wall_ns);
		stolen = grown(a->cpu[i].stolen, b->cpu[i].stolen);
		busy = wall - grown(a->cpu[i].idle, b->cpu[i].idle) - stolen;
		busy = busy > 0 ? busy : 0;
		use.busy_ns += busy;
		use.stolen_ns += stolen;
		use.softirq_ns += grown(a->cpu[i].softirq, b->cpu[i].softirq);
		if (wall > 0)
			use.busy_share[i] = busy / wall;
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
