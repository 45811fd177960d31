/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>

#include <rte_common.h>

#include "control/netdev.h"

/* More than any link's answer takes: a page holds the statistics and all attributes. */
#define ANSWER_BYTES 16384

static struct rtattr *
attr_find(struct rtattr *attr, size_t len, unsigned int type)
{
	for (; RTA_OK(attr, len); attr = RTA_NEXT(attr, len))
		if ((attr->rta_type & NLA_TYPE_MASK) == type)
			return attr;
	return NULL;
}

static struct rtattr *
attr_within(struct rtattr *nest, unsigned int type)
{
	return nest == NULL ? NULL : attr_find(RTA_DATA(nest), RTA_PAYLOAD(nest), type);
}

static unsigned int
attr_u8(struct rtattr *attr)
{
	return attr == NULL ? 0 : *(uint8_t *)RTA_DATA(attr);
}

static unsigned int
attr_u32(struct rtattr *attr)
{
	uint32_t v = 0;

	if (attr != NULL)
		memcpy(&v, RTA_DATA(attr), RTE_MIN(sizeof(v), RTA_PAYLOAD(attr)));
	return v;
}

static void
read_link(struct nlmsghdr *nh, struct rsd_netdev *dev)
{
	struct ifinfomsg *ifi = NLMSG_DATA(nh);
	struct rtattr *info = attr_find(IFLA_RTA(ifi), IFLA_PAYLOAD(nh), IFLA_LINKINFO);
	struct rtattr *kind = attr_within(info, IFLA_INFO_KIND);
	struct rtattr *data = attr_within(info, IFLA_INFO_DATA);

	dev->up = (ifi->ifi_flags & IFF_UP) != 0;
	if (kind == NULL)
		return;
	snprintf(dev->kind, sizeof(dev->kind), "%.*s", (int)RTA_PAYLOAD(kind),
		(char *)RTA_DATA(kind));
	if (strcmp(dev->kind, "tun") != 0)
		return;
	dev->tap = attr_u8(attr_within(data, IFLA_TUN_TYPE)) == IFF_TAP;
	dev->multi_queue = attr_u8(attr_within(data, IFLA_TUN_MULTI_QUEUE)) != 0;
	dev->readers = attr_u32(attr_within(data, IFLA_TUN_NUM_QUEUES)) +
		       attr_u32(attr_within(data, IFLA_TUN_NUM_DISABLED_QUEUES));
}

static int
ask_link(int fd, const char *name, struct rsd_netdev *dev)
{
	struct {
		struct nlmsghdr nh;
		struct ifinfomsg ifi;
		char attrs[RTA_SPACE(IFNAMSIZ)];
	} req = {
		.nh.nlmsg_type = RTM_GETLINK,
		.nh.nlmsg_flags = NLM_F_REQUEST,
		.nh.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)) + RTA_SPACE(IFNAMSIZ),
		.ifi.ifi_family = AF_UNSPEC,
	};
	struct rtattr *attr = (struct rtattr *)req.attrs;
	union {
		struct nlmsghdr nh;
		char bytes[ANSWER_BYTES];
	} answer;
	ssize_t n;

	attr->rta_type = IFLA_IFNAME;
	attr->rta_len = RTA_LENGTH(IFNAMSIZ);
	snprintf(RTA_DATA(attr), IFNAMSIZ, "%s", name);
	if (send(fd, &req, req.nh.nlmsg_len, 0) < 0)
		return -errno;
	n = recv(fd, &answer, sizeof(answer), 0);
	if (n < 0)
		return -errno;
	if (!NLMSG_OK(&answer.nh, (size_t)n))
		return -EBADMSG;
	if (answer.nh.nlmsg_type == NLMSG_ERROR)
		return ((struct nlmsgerr *)NLMSG_DATA(&answer.nh))->error;
	if (answer.nh.nlmsg_type != RTM_NEWLINK)
		return -EBADMSG;
	read_link(&answer.nh, dev);
	return 0;
}

int
rsd_netdev_get(const char *name, struct rsd_netdev *dev)
{
	int ret, fd;

	memset(dev, 0, sizeof(*dev));
	if (strlen(name) >= IFNAMSIZ)
		return -ENODEV;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	ret = ask_link(fd, name, dev);
	close(fd);
	return ret;
}

void
rsd_netdev_channels(const char *name, struct rsd_channels *ch)
{
	struct ethtool_channels ec = { .cmd = ETHTOOL_GCHANNELS };
	struct ifreq ifr = { .ifr_data = (void *)&ec };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ch->combined = 1;
	ch->rx = 1;
	if (fd < 0)
		return;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, SIOCETHTOOL, &ifr) == 0) {
		/* The driver takes a device without combined channels for one with a single queue.
		 */
		if (ec.max_combined != 0)
			ch->combined = RTE_MAX(ec.combined_count, 1u);
		ch->rx = RTE_MAX(ec.combined_count + ec.rx_count, 1u);
	}
	close(fd);
}

int
rsd_netdev_of_addr(struct in_addr addr, char *name, size_t len, unsigned int *prefix)
{
	struct ifaddrs *list, *ifa;
	int ret = -ENOENT;

	if (getifaddrs(&list) != 0)
		return -errno;
	for (ifa = list; ifa != NULL; ifa = ifa->ifa_next) {
		struct sockaddr_in sin;

		if (ifa->ifa_addr == NULL || ifa->ifa_addr->sa_family != AF_INET)
			continue;
		memcpy(&sin, ifa->ifa_addr, sizeof(sin));
		if (sin.sin_addr.s_addr != addr.s_addr)
			continue;
		snprintf(name, len, "%s", ifa->ifa_name);
		*prefix = 32;
		if (ifa->ifa_netmask != NULL) {
			memcpy(&sin, ifa->ifa_netmask, sizeof(sin));
			*prefix = (unsigned int)__builtin_popcount(sin.sin_addr.s_addr);
		}
		ret = 0;
		break;
	}
	freeifaddrs(list);
	return ret;
}
