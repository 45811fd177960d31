/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "bench/calls.h"

#define MAX_THREADS 32
#define EVENT       "events/raw_syscalls/sys_enter/id"

/* Numbers of those with a name of their own; 0 stands for all. A kernel may have no poll. */
static const struct {
	enum rsd_rx_call call;
	long number;
} named[] = {
	{ RSD_RX_OTHER, 0 },
	{ RSD_RX_RECVFROM, SYS_recvfrom },
	{ RSD_RX_SENDTO, SYS_sendto },
#ifdef SYS_poll
	{ RSD_RX_POLL, SYS_poll },
#else
	{ RSD_RX_POLL, SYS_ppoll },
#endif
	{ RSD_RX_READV, SYS_readv },
	{ RSD_RX_WRITEV, SYS_writev },
};

struct rsd_calls {
	unsigned int nb;
	struct {
		int fd;
		enum rsd_rx_call call;
	} counter[MAX_THREADS * RTE_DIM(named)];
};

/* A tracefs that is mounted nowhere: nothing of the machine is changed. */
static int
open_tracefs(void)
{
	int fs = fsopen("tracefs", FSOPEN_CLOEXEC), mount = -1;

	if (fs >= 0 && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		mount = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	if (fs >= 0)
		close(fs);
	return mount;
}

/* The tracepoint's number, or -ENOENT. */
static long
event_id(void)
{
	int fs = open_tracefs(), fd = fs >= 0 ? openat(fs, EVENT, O_RDONLY | O_CLOEXEC) : -1;
	char text[32] = "";
	long id = -ENOENT;

	if (fd < 0)
		fd = open("/sys/kernel/tracing/" EVENT, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
		id = strtol(text, NULL, 10);
	if (fd >= 0)
		close(fd);
	if (fs >= 0)
		close(fs);
	return id > 0 ? id : -ENOENT;
}

static int
add(struct rsd_calls *c, uint64_t event, pid_t tid, unsigned int which)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr), .config = event, .disabled = 1
	};
	char filter[32];
	int fd = (int)syscall(SYS_perf_event_open, &attr, tid, -1, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return -errno;
	snprintf(filter, sizeof(filter), "id == %ld", named[which].number);
	if (named[which].number != 0 && ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter) < 0) {
		int err = errno;

		close(fd);
		return -err;
	}
	c->counter[c->nb].fd = fd;
	c->counter[c->nb++].call = named[which].call;
	return 0;
}

static int
add_threads(struct rsd_calls *c, uint64_t event, pid_t pid)
{
	struct dirent *entry;
	unsigned int i;
	char path[32];
	int ret = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	if (dir == NULL)
		return -errno;
	while (ret == 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (c->nb + RTE_DIM(named) > RTE_DIM(c->counter))
			ret = -E2BIG;
		for (i = 0; ret == 0 && i < RTE_DIM(named); i++)
			ret = add(c, event, atoi(entry->d_name), i);
	}
	closedir(dir);
	return ret;
}

int
rsd_calls_open(struct rsd_calls **c, pid_t pid)
{
	long event = event_id();
	int ret;

	if (event < 0)
		return (int)event;
	*c = calloc(1, sizeof(**c));
	if (*c == NULL)
		return -ENOMEM;
	ret = add_threads(*c, (uint64_t)event, pid);
	if (ret != 0)
		rsd_calls_close(*c);
	return ret;
}

void
rsd_calls_close(struct rsd_calls *c)
{
	unsigned int i;

	for (i = 0; i < c->nb; i++)
		close(c->counter[i].fd);
	free(c);
}

void
rsd_calls_count(struct rsd_calls *c, bool on)
{
	unsigned int i;

	for (i = 0; i < c->nb; i++)
		ioctl(c->counter[i].fd, on ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE, 0);
}

uint64_t
rsd_calls_read(const struct rsd_calls *c, uint64_t by_name[RSD_RX_NB_CALLS])
{
	uint64_t all, value;
	unsigned int i;

	memset(by_name, 0, RSD_RX_NB_CALLS * sizeof(*by_name));
	for (i = 0; i < c->nb; i++)
		if (read(c->counter[i].fd, &value, sizeof(value)) == (ssize_t)sizeof(value))
			by_name[c->counter[i].call] += value;
	all = by_name[RSD_RX_OTHER];
	/* Counters of a thread are turned on one after the other: a few may differ. */
	for (i = 0; i < RSD_RX_NB_CALLS; i++)
		if (i != RSD_RX_OTHER)
			by_name[RSD_RX_OTHER] -= RTE_MIN(by_name[i], by_name[RSD_RX_OTHER]);
	return all;
}
