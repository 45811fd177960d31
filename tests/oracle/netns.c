/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A network namespace without a name, gone with this process, and in it two TAP devices: what is
 * written to one is received by Linux before write() returns.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if_tun.h>

#include "oracle/netns.h"

static int tap[OC_DEVS] = { -1, -1 };
static int member[2] = { -1, -1 }; /* keeps the groups joined: IPv4, IPv6 */

static bool
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return done;
}

static int
say(char *why, size_t size, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, size, format, ap);
	va_end(ap);
	return -1;
}

static int
open_tap(unsigned int i, char *why, size_t size)
{
	struct ifreq ifr;

	memset(&ifr, 0, sizeof(ifr));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), OC_DEV_NAME, i + 1);
	ifr.ifr_flags = IFF_TAP | IFF_NO_PI;
	tap[i] = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (tap[i] < 0)
		return say(why, size, "/dev/net/tun: %s", strerror(errno));
	if (ioctl(tap[i], TUNSETIFF, &ifr) != 0)
		return say(why, size, "a TAP device: %s", strerror(errno));
	return 0;
}

static int
address_them(char *why, size_t size)
{
	static const char commands[] = "link set lo up\n"
				       "link set o1 address 02:00:00:00:00:01 arp off up\n"
				       "link set o2 address 02:00:00:00:00:02 arp off up\n"
				       "addr add 10.1.0.1/16 brd + dev o1\n"
				       "addr add 10.1.0.2/16 brd + dev o1\n"
				       "addr add 10.2.0.1/16 brd + dev o2\n"
				       "addr add fd01::1/64 dev o1 nodad\n"
				       "addr add fd02::1/64 dev o2 nodad\n"
				       "route add default dev o1 metric 1\n"
				       "route add default dev o2 metric 2\n"
				       "route add ::/0 dev o1 metric 1\n"
				       "route add ::/0 dev o2 metric 2\n";
	FILE *ip = popen("ip -batch - >/dev/null", "w");

	if (ip == NULL)
		return say(why, size, "ip: %s", strerror(errno));
	fputs(commands, ip);
	if (pclose(ip) != 0)
		return say(why, size, "ip cannot address the TAP devices");
	return 0;
}

static int
join(char *why, size_t size)
{
	struct ip_mreqn m4 = { .imr_multiaddr.s_addr = htonl(0xef010203) };
	struct ipv6_mreq m6 = { .ipv6mr_multiaddr.s6_addr = { 0xff, 0x05, [14] = 0x12, 0x34 } };
	unsigned int i;

	member[0] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	member[1] = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (i = 1; i <= OC_DEVS; i++) {
		char name[IFNAMSIZ];

		snprintf(name, sizeof(name), OC_DEV_NAME, i);
		m4.imr_ifindex = (int)if_nametoindex(name);
		m6.ipv6mr_interface = if_nametoindex(name);
		if (setsockopt(member[0], IPPROTO_IP, IP_ADD_MEMBERSHIP, &m4, sizeof(m4)) != 0 ||
			setsockopt(member[1], IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &m6, sizeof(m6)) !=
				0)
			return say(why, size, "joining a group: %s", strerror(errno));
	}
	return 0;
}

/*
 * Early demux: before any look-up Linux asks whether the first socket in the chain of the address
 * is connected to just this peer, and if so, looks no further. What comes first depends on the hash
 * secret too, so when several are connected to one peer the answer is one of luck: it stays off.
 */
int
oc_netns_begin(bool early_demux, char *why, size_t size)
{
	unsigned int i;

	oc_netns_end();
	if (unshare(CLONE_NEWNET) != 0)
		return say(why, size, "a network namespace: %s", strerror(errno));
	/* Those made from here have a table of their own: other namespaces' sockets do not stand in
	 * it.
	 */
	if (put("/proc/sys/net/ipv4/udp_child_hash_entries", "65536") && unshare(CLONE_NEWNET) != 0)
		return say(why, size, "a network namespace: %s", strerror(errno));
	if (!put("/proc/sys/net/ipv4/conf/all/rp_filter", "0") ||
		!put("/proc/sys/net/ipv4/conf/default/rp_filter", "0") ||
		!put("/proc/sys/net/ipv4/udp_early_demux", early_demux ? "1" : "0"))
		return say(why, size, "/proc/sys/net cannot be written");
	put("/proc/sys/net/ipv6/conf/all/disable_ipv6", "0");
	put("/proc/sys/net/ipv6/conf/default/disable_ipv6", "0");
	put("/proc/sys/net/ipv6/conf/default/router_solicitations", "0");
	for (i = 0; i < OC_DEVS; i++) {
		if (open_tap(i, why, size) != 0)
			return -1;
	}
	if (address_them(why, size) != 0)
		return -1;
	return join(why, size);
}

void
oc_netns_end(void)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (tap[i] >= 0)
			close(tap[i]);
		if (member[i] >= 0)
			close(member[i]);
		tap[i] = -1;
		member[i] = -1;
	}
}

int
oc_netns_tap(unsigned int dev)
{
	return tap[dev - 1];
}
