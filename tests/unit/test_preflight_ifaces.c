/* SPDX-License-Identifier: BSD-3-Clause */
/* What preflight says of interfaces, in a network namespace of its own. Starts no EAL. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_tun.h>

#include "control/netdev.h"
#include "unit/preflight_rows.h"

static int
make_tap(const char *name, int flags)
{
	struct ifreq ifr = { .ifr_flags = (short)flags };
	int fd = open("/dev/net/tun", O_RDWR);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) != 0)
		CU_FAIL_FATAL("a TAP cannot be made");
	return fd;
}

static void
set_up(const char *name, bool up)
{
	struct ifreq ifr = { .ifr_flags = up ? IFF_UP : 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	RSD_CHECK_EQ(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	close(fd);
}

static void
set_addr(const char *name, const char *addr)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq ifr;

	memset(&ifr, 0, sizeof(ifr));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	inet_pton(AF_INET, addr, &sin.sin_addr);
	memcpy(&ifr.ifr_addr, &sin, sizeof(sin));
	RSD_CHECK_EQ(ioctl(fd, SIOCSIFADDR, &ifr), 0);
	close(fd);
}

static const struct row interfaces_rows[] = {
	{ IP, { NULL } },
	{ IP "--port tap:pf_new", { NULL } },
	{ IP "--port tap:pf_idle", { NULL } },
	{ IP "--port tap:lo", { "tap:lo: there is an interface lo already, and it is no TAP but "
				"hardware; give another name, or: ip link del lo" } },
	{ IP "--port tap:pf_tun",
		{ "tap:pf_tun: there is an interface pf_tun already, and it is no "
		  "TAP but tun; give another name, or: ip link del pf_tun" } },
	{ IP "--port tap:pf_one",
		{ "tap:pf_one: TAP pf_one was made for one queue, or another "
		  "program holds it; give another name, or: ip link del pf_one" } },
	{ IP "--port tap:pf_busy", { "tap:pf_busy: TAP pf_busy is in use by another program; give "
				     "another name, or stop it: fuser -v /dev/net/tun" } },
	{ "-l 0,1 --vdev=net_tap0,iface=pf_busy -- " IP,
		{ "net_tap0,iface=pf_busy: TAP pf_busy is in use by another program; give "
		  "another "
		  "name, or stop it: fuser -v /dev/net/tun" } },
	{ IP "--port afpacket:pf_up", { NULL } },
	{ IP "--port afpacket:pf_none", { "afpacket:pf_none: there is no interface pf_none in this "
					  "network namespace; see: ip link" } },
	{ IP "--port afpacket:lo", { "afpacket:lo: interface lo is down; ip link set lo up" } },
	{ IP "--port afxdp:lo", { "afxdp:lo: interface lo is down; ip link set lo up" } },
	/* AF_XDP gets only the frames of the queues it is bound to. */
	{ IP "--port afxdp:pf_two", { "afxdp:pf_two: pf_two spreads frames over 2 queues "
				      "and 1 would be polled; more "
				      "--queues, or: ethtool -L pf_two combined 1 || "
				      "ethtool -L pf_two rx 1" } },
	{ IP "--port afxdp:pf_two --queues 2", { NULL } },
	{ IP "--ip 10.8.0.1/24 --port afpacket:pf_up",
		{ "address 10.8.0.1 is the kernel's already, on pf_up, and both would "
		  "answer; give "
		  "another --ip, or: ip addr del 10.8.0.1/8 dev pf_up" } },
	/* Where the kernel does not see our frames, its addresses are nothing to us. */
	{ IP "--ip 10.8.0.1/24 --port ring", { NULL } },
	{ "-l 0,1 --vdev=net_tap0,iface=pf_new -- --name pft --ip 10.8.0.1/24",
		{ "address 10.8.0.1 is the kernel's already, on pf_up, and both would "
		  "answer; give "
		  "another --ip, or: ip addr del 10.8.0.1/8 dev pf_up" } },
};

static void
test_interfaces(void)
{
	int idle = make_tap("pf_idle", IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE);
	int busy = make_tap("pf_busy", IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE);
	int one = make_tap("pf_one", IFF_TAP | IFF_NO_PI);
	int tun = make_tap("pf_tun", IFF_TUN | IFF_NO_PI);
	int up = make_tap("pf_up", IFF_TAP | IFF_NO_PI);
	int two = make_tap("pf_two", IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE);
	int more = make_tap("pf_two", IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE);

	/* Closed and kept: free to be taken. */
	RSD_CHECK_EQ(ioctl(idle, TUNSETPERSIST, 1), 0);
	close(idle);
	set_up("pf_two", true);
	set_up("pf_up", true);
	set_addr("pf_up", "10.8.0.1");
	ROWS(interfaces_rows);
	close(busy);
	close(one);
	close(tun);
	close(up);
	close(two);
	close(more);
}

static void
test_netdev(void)
{
	struct rsd_netdev dev;
	struct rsd_channels ch;
	struct in_addr addr;
	char name[IF_NAMESIZE];
	unsigned int prefix;
	int fd = make_tap("pf_nd", IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE);
	int second = make_tap("pf_nd", IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE);

	RSD_CHECK_EQ(rsd_netdev_get("pf_nd", &dev), 0);
	RSD_CHECK(!dev.up && dev.tap && dev.multi_queue, "up %d tap %d multi_queue %d", dev.up,
		dev.tap, dev.multi_queue);
	RSD_CHECK_EQ(dev.readers, 2);
	RSD_CHECK(strcmp(dev.kind, "tun") == 0, "kind is %s", dev.kind);
	set_up("pf_nd", true);
	RSD_CHECK_EQ(rsd_netdev_get("pf_nd", &dev), 0);
	RSD_CHECK(dev.up, "is down");
	rsd_netdev_channels("pf_nd", &ch);
	RSD_CHECK(ch.combined == 2 && ch.rx == 2, "%u combined, %u receive", ch.combined, ch.rx);
	close(second);
	close(fd);
	RSD_CHECK_EQ(rsd_netdev_get("pf_nd", &dev), -ENODEV);
	RSD_CHECK_EQ(rsd_netdev_get("a_name_too_long_for_one", &dev), -ENODEV);
	inet_pton(AF_INET, "203.0.113.9", &addr);
	RSD_CHECK_EQ(rsd_netdev_of_addr(addr, name, sizeof(name), &prefix), -ENOENT);
}

static bool
own_namespace(void)
{
	int fd;

	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	fd = open("/dev/net/tun", O_RDWR);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "interfaces that ports need", test_interfaces },
		{ "what the kernel says of an interface", test_netdev },
	};

	if (!own_namespace())
		rsd_test_skip("no network namespace can be made, or there is no /dev/net/tun");
	return run_tests("preflight_ifaces", tests, RTE_DIM(tests));
}
