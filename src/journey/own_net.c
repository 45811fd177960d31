/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "bench/net.h"
#include "journey/own_net.h"

static int
fail(char *why, size_t size, const char *what, const char *name)
{
	int err = errno;

	snprintf(why, size, "%s%s: %s", what, name, strerror(err));
	return -err;
}

static int
set_addr(int fd, struct ifreq *req, unsigned long command, const char *addr)
{
	struct sockaddr_in in = { .sin_family = AF_INET };

	inet_pton(AF_INET, addr, &in.sin_addr);
	memcpy(&req->ifr_addr, &in, sizeof(in));
	return ioctl(fd, command, req);
}

static int
set_up(int fd, struct ifreq *req)
{
	if (ioctl(fd, SIOCGIFFLAGS, req) < 0)
		return -1;
	req->ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, req);
}

int
rsd_own_net_addr(const char *dev, const char *addr, char *why, size_t size)
{
	struct ifreq req = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret = 0;

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", dev);
	if (fd < 0 || set_addr(fd, &req, SIOCSIFADDR, addr) < 0 ||
		set_addr(fd, &req, SIOCSIFNETMASK, "255.255.255.0") < 0 || set_up(fd, &req) < 0)
		ret = fail(why, size, "an address for ", dev);
	if (fd >= 0)
		close(fd);
	return ret;
}

int
rsd_own_net(char *why, size_t size)
{
	struct ifreq req = { .ifr_name = "lo" };
	int fd, ret = 0;

	if (unshare(CLONE_NEWNET) < 0)
		return fail(why, size, "a network namespace cannot be made", "");
	rsd_net_no_ipv6();
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || set_up(fd, &req) < 0)
		ret = fail(why, size, "loopback", "");
	if (fd >= 0)
		close(fd);
	return ret;
}
