/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include <rte_common.h>

#include "bench/net.h"
#include "bench/proc.h"

#define IP_MS 5000 /* an `ip` that takes longer hangs */
#define SHOWN 15u  /* characters of a kernel thread's name that every kernel shows */

struct offload {
	uint32_t get, set;
	const char *what;
};

static const struct offload sums = { ETHTOOL_GTXCSUM, ETHTOOL_STXCSUM, "checksum offload" };
static const struct offload tso = { ETHTOOL_GTSO, ETHTOOL_STSO, "segmentation offload" };
static const struct offload gro = { ETHTOOL_GGRO, ETHTOOL_SGRO, "GRO" };

/* n->why from an errno and a sentence; returns -err. */
static int __attribute__((format(printf, 3, 4)))
fail(struct rsd_net *n, int err, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(n->why, sizeof(n->why), fmt, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len < sizeof(n->why))
		snprintf(n->why + len, sizeof(n->why) - (size_t)len, ": %s", strerror(err));
	return -err;
}

/* Run `ip` in a namespace; the words end with NULL. */
static int __attribute__((sentinel)) ip(struct rsd_net *n, enum rsd_net_end end, ...)
{
	char name[] = "ip", *argv[24] = { name };
	unsigned int nb = 1;
	va_list ap;

	va_start(ap, end);
	while (nb < 23 && (argv[nb] = va_arg(ap, char *)) != NULL)
		nb++;
	va_end(ap);
	return rsd_proc_run(n->ns[end], argv, IP_MS, n->why, sizeof(n->why));
}

int
rsd_net_enter(struct rsd_net *n, enum rsd_net_end end)
{
	int back = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (back < 0)
		return fail(n, errno, "this network namespace");
	if (setns(n->ns[end], CLONE_NEWNET) == 0)
		return back;
	close(back);
	return fail(n, errno, "a network namespace");
}

int
rsd_net_leave(struct rsd_net *n, int back)
{
	int ret = setns(back, CLONE_NEWNET) == 0 ? 0 : fail(n, errno, "the way back");

	close(back);
	return ret;
}

void
rsd_net_no_ipv6(void)
{
	int fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		(void)fd; /* noise, then */
	close(fd);
}

static int
make_ns(struct rsd_net *n, enum rsd_net_end end)
{
	int back = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), ret = 0;

	if (back < 0)
		return fail(n, errno, "this network namespace");
	if (unshare(CLONE_NEWNET) < 0) {
		close(back);
		return fail(n, errno, "a network namespace cannot be made");
	}
	n->ns[end] = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (n->ns[end] < 0)
		ret = fail(n, errno, "a network namespace");
	rsd_net_no_ipv6();
	return rsd_net_leave(n, back) < 0 ? -EIO : ret;
}

static int
make_cable(struct rsd_net *n, uint32_t mtu)
{
	char size[16], far[64];
	char *client = n->dev[RSD_NET_CLIENT], *server = n->dev[RSD_NET_SERVER];
	int ret;

	snprintf(size, sizeof(size), "%" PRIu32, mtu);
	snprintf(far, sizeof(far), "/proc/%d/fd/%d", (int)getpid(), n->ns[RSD_NET_SERVER]);
	ret = ip(n, RSD_NET_CLIENT, "link", "add", client, "mtu", size, "type", "veth", "peer",
		"name", server, "mtu", size, "netns", far, NULL);
	if (ret == 0)
		ret = ip(n, RSD_NET_CLIENT, "addr", "add", RSD_NET_CLIENT_IP "/24", "dev", client,
			NULL);
	if (ret == 0)
		ret = ip(n, RSD_NET_SERVER, "addr", "add", RSD_NET_SERVER_IP "/24", "dev", server,
			NULL);
	if (ret == 0)
		ret = ip(n, RSD_NET_CLIENT, "link", "set", client, "up", NULL);
	if (ret == 0)
		ret = ip(n, RSD_NET_SERVER, "link", "set", server, "up", NULL);
	return ret;
}

int
rsd_net_open(struct rsd_net *n, uint32_t mtu)
{
	static unsigned int serial;
	int ret;

	n->why[0] = '\0';
	n->ns[RSD_NET_CLIENT] = n->ns[RSD_NET_SERVER] = -1;
	/* Names of the machine's own, for NAPI threads are found by them. */
	serial++;
	snprintf(n->dev[RSD_NET_CLIENT], IF_NAMESIZE, "c%u", (unsigned int)getpid() * 64 + serial);
	snprintf(n->dev[RSD_NET_SERVER], IF_NAMESIZE, "s%u", (unsigned int)getpid() * 64 + serial);
	ret = make_ns(n, RSD_NET_CLIENT);
	if (ret == 0)
		ret = make_ns(n, RSD_NET_SERVER);
	if (ret == 0)
		ret = make_cable(n, mtu);
	if (ret < 0)
		rsd_net_close(n);
	return ret;
}

void
rsd_net_close(struct rsd_net *n)
{
	unsigned int i;

	for (i = 0; i < RSD_NET_NB_ENDS; i++) {
		if (n->ns[i] >= 0)
			close(n->ns[i]);
		n->ns[i] = -1;
	}
}

/* An ifb that nothing is redirected to frees what it gets. It may be there from before. */
int
rsd_net_add_drop(struct rsd_net *n)
{
	int back = rsd_net_enter(n, RSD_NET_CLIENT), ret = 0;
	bool is_there;

	if (back < 0)
		return back;
	is_there = if_nametoindex(RSD_NET_DROP) != 0;
	if (rsd_net_leave(n, back) < 0)
		return -EIO;
	if (!is_there)
		ret = ip(n, RSD_NET_CLIENT, "link", "add", RSD_NET_DROP, "mtu", "9000", "type",
			"ifb", NULL);
	return ret != 0 ? ret : ip(n, RSD_NET_CLIENT, "link", "set", RSD_NET_DROP, "up", NULL);
}

int
rsd_net_neighbour(struct rsd_net *n, const char *mac)
{
	char *dev = n->dev[RSD_NET_CLIENT];

	if (mac != NULL)
		return ip(n, RSD_NET_CLIENT, "neigh", "replace", RSD_NET_SERVER_IP, "lladdr", mac,
			"dev", dev, NULL);
	return ip(n, RSD_NET_CLIENT, "neigh", "flush", "all", "dev", dev, NULL);
}

/* The old ioctls: neither a program nor a library is needed for three switches. */
static int
offload_ioctl(int fd, const char *dev, uint32_t command, uint32_t *data)
{
	struct ethtool_value value = { .cmd = command, .data = *data };
	struct ifreq req = { .ifr_data = (char *)&value };

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", dev);
	if (ioctl(fd, SIOCETHTOOL, &req) < 0)
		return -errno;
	*data = value.data;
	return 0;
}

/* What is so already is not asked for: an XDP program fixes some of them. */
static int
offload(struct rsd_net *n, enum rsd_net_end end, const struct offload *o, bool on)
{
	uint32_t is = 0, wanted = on;
	int back = rsd_net_enter(n, end), fd, ret;

	if (back < 0)
		return back;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ret = fd < 0 ? -errno : offload_ioctl(fd, n->dev[end], o->get, &is);
	if (ret == 0 && (is != 0) != on)
		ret = offload_ioctl(fd, n->dev[end], o->set, &wanted);
	if (ret < 0)
		fail(n, -ret, "%s of a veth", o->what);
	if (fd >= 0)
		close(fd);
	return rsd_net_leave(n, back) < 0 ? -EIO : ret;
}

int
rsd_net_sums(struct rsd_net *n, enum rsd_net_end end)
{
	int ret = offload(n, end, &sums, false);

	return ret != 0 ? ret : offload(n, end, &tso, false);
}

int
rsd_net_gro(struct rsd_net *n, enum rsd_net_end end, bool on)
{
	return offload(n, end, &gro, on);
}

/* A sysfs of the namespace, mounted nowhere: the one at /sys shows the interfaces of another. */
static int
write_sysfs(struct rsd_net *n, enum rsd_net_end end, const char *file, const char *text)
{
	int back = rsd_net_enter(n, end), fs, mount = -1, fd = -1, ret = 0;
	char path[64];

	if (back < 0)
		return back;
	snprintf(path, sizeof(path), "class/net/%s/%s", n->dev[end], file);
	fs = fsopen("sysfs", FSOPEN_CLOEXEC);
	if (fs >= 0 && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		mount = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	if (mount >= 0)
		fd = openat(mount, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		ret = fail(n, errno, "%s of a veth", file);
	if (fd >= 0)
		close(fd);
	if (mount >= 0)
		close(mount);
	if (fs >= 0)
		close(fs);
	return rsd_net_leave(n, back) < 0 ? -EIO : ret;
}

/* Put every kernel thread whose name begins so on one CPU. Returns how many there were. */
static unsigned int
pin_threads(const char *prefix, int cpu)
{
	unsigned int nb = 0;
	struct dirent *entry;
	char path[280], name[64];
	cpu_set_t set;
	DIR *dir = opendir("/proc");
	FILE *f;

	CPU_ZERO(&set);
	CPU_SET((unsigned int)cpu, &set);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		f = fopen(path, "r");
		if (f == NULL)
			continue;
		if (fgets(name, sizeof(name), f) != NULL &&
			strncmp(name, prefix, RTE_MIN(strlen(prefix), SHOWN)) == 0 &&
			sched_setaffinity(atoi(entry->d_name), sizeof(set), &set) == 0)
			nb++;
		fclose(f);
	}
	if (dir != NULL)
		closedir(dir);
	return nb;
}

int
rsd_net_place(struct rsd_net *n, enum rsd_net_place place, int cpu)
{
	bool on_server = place == RSD_NET_ON_SERVER;
	char prefix[32];
	int ret = rsd_net_gro(n, RSD_NET_SERVER, on_server);

	/* veth hands a frame to NAPI only if its sender cuts by itself. */
	if (ret == 0 && on_server)
		ret = offload(n, RSD_NET_CLIENT, &tso, false);
	if (ret == 0 && on_server)
		ret = write_sysfs(n, RSD_NET_SERVER, "threaded", "1");
	if (ret != 0 || !on_server)
		return ret;
	snprintf(prefix, sizeof(prefix), "napi/%s-", n->dev[RSD_NET_SERVER]);
	if (pin_threads(prefix, cpu) != 0)
		return 0;
	return fail(n, ENOENT, "the NAPI thread of a veth");
}

/*
 * Its interrupts are not put off (napi_defer_hard_irqs, gro_flush_timeout), as is proposed for
 * preferred busy polling: arming that timer in every turn made answers twice as slow in a guest.
 */
int
rsd_net_napi(struct rsd_net *n)
{
	int ret = rsd_net_gro(n, RSD_NET_SERVER, true);

	/* veth hands a frame to NAPI only if its sender cuts by itself. */
	return ret == 0 ? offload(n, RSD_NET_CLIENT, &tso, false) : ret;
}

int
rsd_net_counts(struct rsd_net *n, enum rsd_net_end end, struct rsd_net_counts *c)
{
	int back = rsd_net_enter(n, end), ret = -ENOENT;
	char line[512], name[32];
	FILE *f;

	if (back < 0)
		return back;
	f = fopen("/proc/thread-self/net/dev", "r");
	while (f != NULL && ret != 0 && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line,
			    " %31[^:]: %*u %" SCNu64 " %" SCNu64 " %" SCNu64
			    " %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64 " %" SCNu64,
			    name, &c->rx_packets, &c->rx_errors, &c->rx_dropped, &c->tx_packets,
			    &c->tx_errors, &c->tx_dropped) == 7 &&
			strcmp(name, n->dev[end]) == 0)
			ret = 0;
	if (f != NULL)
		fclose(f);
	if (ret < 0)
		fail(n, ENOENT, "the counters of %s", n->dev[end]);
	return rsd_net_leave(n, back) < 0 ? -EIO : ret;
}
