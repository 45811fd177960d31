/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include <rte_cycles.h>
#include <rte_version.h>

#include "bench/machine.h"
#include "bench/stat.h"

#define ROUNDS 31 /* of which the median counts: a stolen moment spoils one, not all */
#define TURNS  400
#define BUFFER 16384
#define VULNS  "/sys/devices/system/cpu/vulnerabilities"
#define SIZE_AT                                         \
	{                                               \
		18, 64, 128, 256, 512, 1024, 1472, 8972 \
	}

static double
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* What is measured: n times something. */
typedef void (*work_fn)(void *arg, unsigned int n);

static double
cost_ns(work_fn work, void *arg)
{
	double v[ROUNDS], begin;
	unsigned int i;

	work(arg, TURNS);
	for (i = 0; i < ROUNDS; i++) {
		begin = now_ns();
		work(arg, TURNS);
		v[i] = (now_ns() - begin) / TURNS;
	}
	return rsd_spread_of(v, ROUNDS).median;
}

static void
do_rdtsc(void *arg, unsigned int n)
{
	while (n-- != 0)
		*(volatile uint64_t *)arg = rte_rdtsc();
}

static void
do_syscall(void *arg, unsigned int n)
{
	(void)arg;
	while (n-- != 0)
		syscall(SYS_getppid);
}

struct copy {
	uint8_t *from, *to;
	uint32_t len;
};

static void
do_copy(void *arg, unsigned int n)
{
	struct copy *c = arg;

	while (n-- != 0) {
		memcpy(c->to, c->from, c->len);
		__asm__ volatile("" : : "r"(c->to) : "memory");
	}
}

static void
measure_memcpy(struct rsd_machine *m)
{
	const uint32_t size[RSD_MACHINE_SIZES] = SIZE_AT;
	uint8_t *buf = aligned_alloc(4096, 2 * BUFFER);
	double x[RSD_MACHINE_SIZES];
	struct copy c = { 0 };
	unsigned int i;

	if (buf == NULL)
		return;
	memset(buf, 1, 2 * BUFFER);
	/*
	 * As payloads lie: behind headers, not at the start of a cache line. And half a page apart,
	 * or loads would wait for stores whose addresses end alike: twice the time and more.
	 */
	c.from = buf + 42;
	c.to = buf + BUFFER + 2048 + 64;
	for (i = 0; i < RSD_MACHINE_SIZES; i++) {
		m->size[i] = size[i];
		x[i] = size[i];
		c.len = size[i];
		m->memcpy_ns[i] = cost_ns(do_copy, &c);
	}
	free(buf);
	(void)rsd_fit_line(x, m->memcpy_ns, RSD_MACHINE_SIZES, &m->memcpy_fit);
}

static double
measure_tsc(void)
{
	const struct timespec wait = { .tv_nsec = 50000000 };
	double begin = now_ns();
	uint64_t tsc = rte_rdtsc();

	nanosleep(&wait, NULL);
	return (double)(rte_rdtsc() - tsc) * 1e9 / (now_ns() - begin);
}

static void
read_cpu(struct rsd_machine *m)
{
	FILE *f = fopen("/proc/cpuinfo", "r");
	char line[256];

	snprintf(m->cpu, sizeof(m->cpu), "unknown");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "model name : %95[^\n]", m->cpu) == 1)
			break;
	if (f != NULL)
		fclose(f);
}

/* "NAME: what is done", for those that something is done about or that are open. */
static void
read_mitigations(struct rsd_machine *m)
{
	char path[512], state[128];
	struct dirent *entry;
	DIR *dir = opendir(VULNS);
	size_t len = 0;
	FILE *f;

	while (dir != NULL && (entry = readdir(dir)) != NULL && len < sizeof(m->mitigations)) {
		snprintf(path, sizeof(path), VULNS "/%s", entry->d_name);
		f = entry->d_name[0] != '.' ? fopen(path, "r") : NULL;
		if (f == NULL)
			continue;
		if (fscanf(f, "%127[A-Za-z ]", state) == 1 && strncmp(state, "Not", 3) != 0)
			len += (size_t)snprintf(m->mitigations + len, sizeof(m->mitigations) - len,
				"%s%s: %s", len != 0 ? ", " : "", entry->d_name, state);
		fclose(f);
	}
	if (dir != NULL)
		closedir(dir);
}

void
rsd_machine_measure(struct rsd_machine *m)
{
	struct utsname u;
	uint64_t sink;

	memset(m, 0, sizeof(*m));
	read_cpu(m);
	read_mitigations(m);
	if (uname(&u) == 0)
		snprintf(m->kernel, sizeof(m->kernel), "%.40s %.50s", u.sysname, u.release);
	snprintf(m->dpdk, sizeof(m->dpdk), "%s", rte_version());
	snprintf(m->build, sizeof(m->build), "%s", RSD_BUILD_CPU);
	m->nb_cpus = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	m->tsc_hz = measure_tsc();
	m->rdtsc_ns = cost_ns(do_rdtsc, &sink);
	m->syscall_ns = cost_ns(do_syscall, NULL);
	measure_memcpy(m);
}

json_t *
rsd_machine_json(const struct rsd_machine *m)
{
	json_t *copies = json_array();
	unsigned int i;

	for (i = 0; i < RSD_MACHINE_SIZES; i++)
		json_array_append_new(copies,
			json_pack("{s:i, s:f}", "bytes", (int)m->size[i], "ns", m->memcpy_ns[i]));
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:f, s:s, s:f, s:f, s:o, s:{s:f, s:f, s:f, "
			 "s:f}}",
		"cpu", m->cpu, "kernel", m->kernel, "dpdk", m->dpdk, "build", m->build, "cpus",
		(int)m->nb_cpus, "tsc_hz", m->tsc_hz, "mitigations", m->mitigations, "rdtsc_ns",
		m->rdtsc_ns, "syscall_ns", m->syscall_ns, "memcpy", copies, "memcpy_fit", "ns",
		m->memcpy_fit.a, "ns_per_byte", m->memcpy_fit.b, "ns_err", m->memcpy_fit.a_err,
		"ns_per_byte_err", m->memcpy_fit.b_err);
}
