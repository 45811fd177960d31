/* SPDX-License-Identifier: BSD-3-Clause */
/* Linux's side: real sockets, real datagrams. */
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_udp.h>

#include "oracle/netns.h"

#define READY_PORT  7000
#define READY_US    500 /* between tries */
#define READY_TRIES 10000

static int fds[OC_SOCKS];
static int cpu_option[OC_SOCKS]; /* SO_INCOMING_CPU as it is meant to be */
static int our_cpu;

void
oc_kernel_end(void)
{
	oc_netns_end();
}

static socklen_t
fill(struct sockaddr_storage *ss, uint16_t family, const union rsd_ip *ip, uint16_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	if (family == AF_INET) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		v4->sin_addr.s_addr = ip->w[3];
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, ip->b, 16);
	return sizeof(*v6);
}

static bool
set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

static bool
set_options(int fd, const struct oc_step *st)
{
	char name[16];

	if ((st->flags & RSD_SOCK_REUSEADDR) != 0 && !set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1))
		return false;
	if ((st->flags & RSD_SOCK_REUSEPORT) != 0 && !set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1))
		return false;
	if (st->family == AF_INET6 &&
		!set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, (st->flags & RSD_SOCK_V6ONLY) != 0))
		return false;
	cpu_option[st->sock] = st->cpu == 0 ? -1 : our_cpu + st->cpu - 1;
	if (st->cpu != 0 && !set_int(fd, SOL_SOCKET, SO_INCOMING_CPU, cpu_option[st->sock]))
		return false;
	if (st->dev == 0)
		return true;
	snprintf(name, sizeof(name), OC_DEV_NAME, st->dev);
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name)) == 0;
}

int
oc_kernel_open(const struct oc_step *st, uint16_t port)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd, err = 0;

	/* A socket belongs to who made it. */
	setfsuid(st->owner);
	fd = socket(st->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setfsuid(0);
	if (fd < 0)
		return errno;
	len = fill(&ss, st->family, &st->addr, port);
	if (!set_options(fd, st) || bind(fd, (struct sockaddr *)&ss, len) != 0) {
		err = errno;
		close(fd);
		return err;
	}
	fds[st->sock] = fd;
	return 0;
}

static int
family_of(int fd)
{
	int family = 0;
	socklen_t len = sizeof(family);

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len);
	return family;
}

int
oc_kernel_connect(const struct oc_step *st)
{
	struct sockaddr_storage ss;
	int fd = fds[st->sock];
	socklen_t len = fill(&ss, (uint16_t)family_of(fd), &st->addr, st->port);

	return connect(fd, (struct sockaddr *)&ss, len) == 0 ? 0 : errno;
}

/*
 * In a connected socket Linux notes the CPU of each datagram where the wish for one stood. To take
 * that back by "none" would be counted in its group as a wish less: another CPU is as good.
 */
void
oc_kernel_restore_cpu(unsigned int sock)
{
	int cpu = cpu_option[sock] < 0 ? our_cpu + 1 : cpu_option[sock];

	set_int(fds[sock], SOL_SOCKET, SO_INCOMING_CPU, cpu);
}

int
oc_kernel_disconnect(const struct oc_step *st)
{
	struct sockaddr sa = { .sa_family = AF_UNSPEC };
	int fd = fds[st->sock];

	if (connect(fd, &sa, sizeof(sa)) != 0)
		return errno;
	oc_kernel_restore_cpu(st->sock);
	return 0;
}

int
oc_kernel_close(unsigned int sock)
{
	int fd = fds[sock];

	fds[sock] = -1;
	return close(fd) == 0 ? 0 : errno;
}

int
oc_kernel_local(unsigned int sock, union rsd_ip *ip, uint16_t *port)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(fds[sock], (struct sockaddr *)&ss, &len) != 0)
		return errno;
	if (ss.ss_family == AF_INET) {
		rsd_ip_set_v4(ip, ((struct sockaddr_in *)&ss)->sin_addr.s_addr);
		*port = ntohs(((struct sockaddr_in *)&ss)->sin_port);
	} else {
		memcpy(ip->b, &((struct sockaddr_in6 *)&ss)->sin6_addr, 16);
		*port = ntohs(((struct sockaddr_in6 *)&ss)->sin6_port);
	}
	return 0;
}

static void
set_mac(struct rte_ether_hdr *eth, const struct oc_step *st)
{
	uint8_t *to = eth->dst_addr.addr_bytes;

	memset(eth, 0, sizeof(*eth));
	eth->src_addr.addr_bytes[0] = 2;
	eth->src_addr.addr_bytes[5] = 9;
	if (!oc_to_all(&st->dst)) {
		to[0] = 2;
		to[5] = st->dev;
	} else if (st->family == AF_INET6) {
		to[0] = 0x33;
		to[1] = 0x33;
		memcpy(to + 2, st->dst.b + 12, 4);
	} else if ((st->dst.b[12] & 0xf0) == 0xe0) {
		memcpy(to, (const uint8_t[]){ 1, 0, 0x5e, st->dst.b[13] & 0x7f }, 4);
		memcpy(to + 4, st->dst.b + 14, 2);
	} else {
		memset(to, 0xff, 6);
	}
}

int
oc_kernel_send(const struct oc_step *st, uint16_t dport, uint32_t number)
{
	uint8_t frame[128] = { 0 };
	struct rte_ether_hdr *eth = (void *)frame;
	struct rte_ipv4_hdr *v4 = (void *)(eth + 1);
	struct rte_ipv6_hdr *v6 = (void *)(eth + 1);
	struct rte_udp_hdr *udp = st->family == AF_INET ? (void *)(v4 + 1) : (void *)(v6 + 1);
	size_t len = (size_t)((uint8_t *)(udp + 1) - frame) + sizeof(number);

	set_mac(eth, st);
	udp->src_port = htons(st->port);
	udp->dst_port = htons(dport);
	udp->dgram_len = htons(sizeof(*udp) + sizeof(number));
	memcpy(udp + 1, &number, sizeof(number));
	if (st->family == AF_INET) {
		eth->ether_type = htons(RTE_ETHER_TYPE_IPV4);
		v4->version_ihl = 0x45;
		v4->total_length = htons((uint16_t)(len - sizeof(*eth)));
		v4->time_to_live = 64;
		v4->next_proto_id = IPPROTO_UDP;
		v4->src_addr = st->addr.w[3];
		v4->dst_addr = st->dst.w[3];
		v4->hdr_checksum = rte_ipv4_cksum(v4);
	} else {
		eth->ether_type = htons(RTE_ETHER_TYPE_IPV6);
		v6->vtc_flow = htonl(6u << 28);
		v6->payload_len = udp->dgram_len;
		v6->proto = IPPROTO_UDP;
		v6->hop_limits = 64;
		memcpy(&v6->src_addr, st->addr.b, 16);
		memcpy(&v6->dst_addr, st->dst.b, 16);
		udp->dgram_cksum = rte_ipv6_udptcp_cksum(v6, udp);
	}
	return write(oc_netns_tap(st->dev), frame, len) == (ssize_t)len ? 0 : errno;
}

/* -1 when nothing waits there. */
int
oc_kernel_receive(unsigned int sock, uint32_t *number)
{
	ssize_t n;

	/* An ICMP error of what was sent is none of our business: nothing is sent. */
	do {
		n = recv(fds[sock], number, sizeof(*number), 0);
	} while (n < 0 && errno == EINTR);
	return n == sizeof(*number) ? 0 : -1;
}

/* Has every address come up? Linux sees to IPv6 ones by and by. */
static bool
all_receive(struct oc_step *st)
{
	static const uint8_t nets[OC_DEVS] = { 1, 2 };
	unsigned int i, nb = 0;
	uint32_t n;

	for (i = 0; i < OC_DEVS; i++) {
		memset(&st->dst, 0, sizeof(st->dst));
		st->dst.b[0] = 0xfd;
		st->dst.b[1] = nets[i];
		st->dst.b[15] = 1;
		st->addr = st->dst;
		st->addr.b[15] = 9;
		st->dev = nets[i];
		if (oc_kernel_send(st, READY_PORT, i) != 0)
			return false;
		while (oc_kernel_receive(0, &n) == 0)
			nb++;
	}
	return nb == OC_DEVS;
}

static int
wait_ready(char *why, size_t size)
{
	struct oc_step st = { .kind = OC_OPEN, .family = AF_INET6, .port = READY_PORT };
	unsigned int tries = 0;
	int err = oc_kernel_open(&st, READY_PORT);

	if (err != 0) {
		snprintf(why, size, "a socket: %s", strerror(err));
		return -1;
	}
	while (!all_receive(&st) && ++tries < READY_TRIES)
		usleep(READY_US);
	oc_kernel_close(0);
	if (tries < READY_TRIES)
		return 0;
	snprintf(why, size, "the TAP devices' addresses do not come up");
	return -1;
}

int
oc_kernel_begin(bool early_demux, char *why, size_t size)
{
	unsigned int i;
	cpu_set_t set;

	/* Datagrams are received where they are written: on one CPU, or SO_INCOMING_CPU says
	 * nothing. */
	our_cpu = sched_getcpu();
	CPU_ZERO(&set);
	CPU_SET(our_cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	for (i = 0; i < OC_SOCKS; i++)
		fds[i] = -1;
	if (oc_netns_begin(early_demux, why, size) != 0)
		return -1;
	return wait_ready(why, size);
}
