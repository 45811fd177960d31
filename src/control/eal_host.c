/* SPDX-License-Identifier: BSD-3-Clause */
/* What the machine has that EAL's arguments depend on. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <mntent.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <rte_common.h>

#include "control/conf_port.h"
#include "control/eal_args.h"
#include "control/netdev.h"

#define HUGE_SIZES_MAX 8

static void
read_cpus(struct rsd_eal_host *host)
{
	cpu_set_t set;
	unsigned int cpu;

	CPU_ZERO(&set);
	sched_getaffinity(0, sizeof(set), &set);
	for (cpu = 0; cpu < CPU_SETSIZE && cpu <= RSD_CPU_MAX; cpu++)
		if (CPU_ISSET(cpu, &set))
			host->cpus[host->nb_cpus++] = (uint16_t)cpu;
}

static unsigned int
default_page_kib(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	unsigned int kib = 0;
	char line[128];

	if (f == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "Hugepagesize: %u kB", &kib) == 1)
			break;
	fclose(f);
	return kib;
}

static uint64_t
sysfs_pages(unsigned int page_kib, const char *what)
{
	char path[128];
	uint64_t pages = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/mm/hugepages/hugepages-%ukB/%s_hugepages",
		page_kib, what);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%" SCNu64, &pages) != 1)
		pages = 0;
	fclose(f);
	return pages;
}

/* Page size of a hugetlbfs, from its mount options. */
static unsigned int
mount_page_kib(const struct mntent *m, unsigned int default_kib)
{
	const char *opt = hasmntopt(m, "pagesize");
	unsigned int size;
	char unit;

	if (opt == NULL || sscanf(opt, "pagesize=%u%c", &size, &unit) != 2)
		return default_kib;
	switch (unit) {
	case 'K':
		return size;
	case 'G':
		return size << 20;
	default:
		return size << 10;
	}
}

/* Pages that nobody can map do not count: EAL takes a size only when it is mounted somewhere. */
static void
read_hugepages(struct rsd_eal_host *host)
{
	unsigned int seen[HUGE_SIZES_MAX], nb_seen = 0, i;
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent *m;

	host->huge_page_kib = default_page_kib();
	if (mounts == NULL)
		return;
	while ((m = getmntent(mounts)) != NULL && nb_seen < HUGE_SIZES_MAX) {
		unsigned int kib;
		uint64_t pages, reserved;

		if (strcmp(m->mnt_type, "hugetlbfs") != 0 || access(m->mnt_dir, W_OK | X_OK) != 0)
			continue;
		kib = mount_page_kib(m, host->huge_page_kib);
		for (i = 0; i < nb_seen && seen[i] != kib; i++)
			;
		if (i < nb_seen)
			continue;
		seen[nb_seen++] = kib;
		pages = sysfs_pages(kib, "free");
		reserved = sysfs_pages(kib, "resv");
		if (pages > reserved)
			host->huge_mib += (unsigned int)((pages - reserved) * kib >> 10);
	}
	endmntent(mounts);
}

void
rsd_eal_host_read(const struct rsd_conf *conf, struct rsd_eal_host *host)
{
	struct rsd_channels ch;
	unsigned int i;

	memset(host, 0, sizeof(*host));
	/* Locally administered, not a group's. Should the kernel have no random bytes, zeros do. */
	if (getrandom(host->mac, sizeof(host->mac), GRND_NONBLOCK) < 0)
		memset(host->mac, 0, sizeof(host->mac));
	host->mac[0] = 0x02;
	read_cpus(host);
	read_hugepages(host);
	for (i = 0; i < conf->nb_ports; i++) {
		if (conf->ports[i].kind != RSD_PORT_AFXDP)
			continue;
		rsd_netdev_channels(conf->ports[i].arg, &ch);
		host->port_queues[i] = ch.combined;
	}
}
