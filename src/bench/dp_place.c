/* SPDX-License-Identifier: BSD-3-Clause */
/* Where a polling row runs: a directory, a cable, a capture, a sender; all of it taken away again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <rte_common.h>

#include "bench/dp_state.h"
#include "bench/tx_state.h"

#define DIR_BEGIN "/tmp/ringside-bench."

static const uint8_t other_mac[6] = RSD_NET_OTHER_MAC_BYTES;

/* -- a directory ------------------------------------------------------------------------------- */

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)kind, (void)at;
	(void)remove(path); /* what cannot be removed is another's */
	return 0;
}

static void
remove_dir(struct rsd_dp_state *s)
{
	if (s->dir[0] != '\0')
		nftw(s->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	s->dir[0] = '\0';
}

static int
make_dir(struct rsd_dp_state *s)
{
	char path[] = DIR_BEGIN "XXXXXX";

	if (mkdtemp(path) == NULL)
		return rsd_dp_fail(s, errno, "a directory in /tmp");
	snprintf(s->dir, sizeof(s->dir), "%s", path);
	s->place.dir = s->dir;
	return 0;
}

/* -- a capture --------------------------------------------------------------------------------- */

/* What net_pcap's first port is addressed by. */
static const uint8_t pcap_mac[6] = { 0x02, 0x70, 0x63, 0x61, 0x70, 0x00 };

static void
put16(uint8_t *p, uint16_t v)
{
	rsd_store16(p, rte_cpu_to_be_16(v));
}

/* A frame of a flow, as the senders make it. Returns its length. */
static uint32_t
write_frame(uint8_t *f, const struct rsd_dp_state *s, uint32_t flow)
{
	const uint16_t udp_len = (uint16_t)(s->load.payload + 8);
	uint8_t *ip = f + 14, *udp = ip + 20;
	uint32_t i;

	memset(f, 0, 42);
	memcpy(f, pcap_mac, 6);
	memcpy(f + 6, other_mac, 6);
	put16(f + 12, 0x0800);
	put16(ip, 0x4500);
	put16(ip + 2, (uint16_t)(udp_len + 20));
	put16(ip + 6, 0x4000);
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	rsd_store32(ip + 12, inet_addr(RSD_NET_CLIENT_IP));
	rsd_store32(ip + 16, inet_addr(RSD_NET_SERVER_IP));
	rsd_store16(ip + 10, (uint16_t)~rsd_csum_fold(rsd_csum_ip4_header(ip)));
	put16(udp, (uint16_t)(RSD_TX_FIRST_PORT + flow));
	put16(udp + 2, s->conf.port);
	put16(udp + 4, udp_len);
	for (i = 0; i < s->load.payload; i++)
		udp[8 + i] = (uint8_t)(i + flow);
	rsd_store16(udp + 6,
		(uint16_t)~rsd_csum_fold(rsd_csum_bytes(udp, udp_len, rsd_csum_udp4_pseudo(udp))));
	return 34u + udp_len;
}

static int
write_capture(struct rsd_dp_state *s)
{
	const uint32_t head[6] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, 1 /* Ethernet */ };
	uint8_t frame[2048];
	uint32_t record[4] = { 0 }, flow;
	char path[96];
	FILE *f;
	int ok;

	snprintf(path, sizeof(path), "%s/flows.pcap", s->dir);
	f = fopen(path, "wxe");
	if (f == NULL)
		return rsd_dp_fail(s, errno, "%s", path);
	ok = fwrite(head, sizeof(head), 1, f) == 1;
	for (flow = 0; flow < s->load.flows; flow++) {
		record[2] = record[3] = write_frame(frame, s, flow);
		ok &= fwrite(record, sizeof(record), 1, f) == 1 &&
		      fwrite(frame, record[2], 1, f) == 1;
	}
	ok &= fclose(f) == 0;
	return ok ? 0 : rsd_dp_fail(s, errno, "%s", path);
}

/* -- a cable ----------------------------------------------------------------------------------- */

static int
mac_ioctl(struct rsd_dp_state *s, unsigned long command, uint8_t mac[6])
{
	int back = rsd_net_enter(&s->net, RSD_NET_SERVER), fd, ret = 0;
	struct ifreq req = { .ifr_hwaddr.sa_family = ARPHRD_ETHER };

	if (back < 0)
		return rsd_dp_fail(s, -back, "%s", s->net.why);
	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", s->net.dev[RSD_NET_SERVER]);
	memcpy(req.ifr_hwaddr.sa_data, mac, 6);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, command, &req) < 0)
		ret = rsd_dp_fail(s, errno, "the MAC of a veth");
	memcpy(mac, req.ifr_hwaddr.sa_data, 6);
	if (fd >= 0)
		close(fd);
	return rsd_net_leave(&s->net, back) < 0 ? -EIO : ret;
}

/* The server's is the row's own. */
static int
take_address(struct rsd_dp_state *s)
{
	char words[][8] = { "ip", "addr", "flush", "dev" };
	char *argv[] = { words[0], words[1], words[2], words[3], s->net.dev[RSD_NET_SERVER], NULL };

	return rsd_proc_run(s->net.ns[RSD_NET_SERVER], argv, RSD_DP_ANSWER_MS, s->why,
		sizeof(((struct rsd_dp *)0)->why));
}

/*
 * Drivers take the MAC that the interface has when they start. It has another one afterwards, so
 * that frames for the row are none for this host, which would answer them itself.
 */
static int
make_cable(struct rsd_dp_state *s)
{
	uint8_t mac[6] = RSD_NET_OTHER_MAC_BYTES;
	int ret = rsd_net_open(&s->net, s->conf.mtu);

	if (ret < 0)
		return rsd_dp_fail(s, -ret, "%s", s->net.why);
	s->has_net = true;
	if (!s->row->device->placed)
		return 0;
	s->place.iface = s->net.dev[RSD_NET_SERVER];
	ret = rsd_net_place(&s->net, s->conf.place, s->conf.napi_cpu);
	if (ret < 0)
		return rsd_dp_fail(s, -ret, "%s", s->net.why);
	ret = mac_ioctl(s, SIOCGIFHWADDR, s->mac);
	if (ret == 0)
		ret = mac_ioctl(s, SIOCSIFHWADDR, mac);
	return ret != 0 ? ret : take_address(s);
}

/* -- all of it --------------------------------------------------------------------------------- */

static void
list_cpus(char *text, size_t size)
{
	cpu_set_t set;
	size_t used = 0;
	int cpu;

	CPU_ZERO(&set);
	sched_getaffinity(0, sizeof(set), &set);
	for (cpu = 0; cpu < CPU_SETSIZE && used + 8 < size; cpu++)
		if (CPU_ISSET((unsigned int)cpu, &set))
			used += (size_t)snprintf(
				text + used, size - used, "%s%d", used != 0 ? "," : "", cpu);
}

int
rsd_dp_make_place(struct rsd_dp_state *s)
{
	const struct rsd_dp_device *device = s->row->device;
	int ret = make_dir(s);

	list_cpus(s->place.cpus, sizeof(s->place.cpus));
	s->place.huge = s->conf.huge;
	if (ret == 0 && device->from == RSD_DP_FROM_KERNEL)
		ret = make_cable(s);
	if (ret == 0 && strcmp(device->name, "pcap") == 0)
		ret = write_capture(s);
	return ret;
}

int
rsd_dp_settle(struct rsd_dp_state *s)
{
	remove_dir(s);
	return s->row->device->placed ? mac_ioctl(s, SIOCSIFHWADDR, s->mac) : 0;
}

int
rsd_dp_open_sender(struct rsd_dp_state *s)
{
	const bool echo = s->conf.workload == RSD_WORK_ECHO;
	struct rsd_tx_conf conf = {
		.port = s->conf.port,
		.payload = s->load.payload,
		.flows = s->load.flows,
		.outstanding = echo ? s->load.outstanding : 0,
		.rate = s->load.rate,
		.no_sink = !echo,
		.cpu = s->conf.client_cpu,
		.returned = !rsd_dp_exchanges(s->row),
	};
	int ret;

	if (s->tx != NULL)
		rsd_tx_close(s->tx);
	s->tx = NULL;
	memcpy(conf.mac, other_mac, sizeof(conf.mac));
	ret = rsd_tx_open_on(&s->tx, &s->net, &conf,
		s->row->device->placed ? s->net.dev[RSD_NET_CLIENT] : RSD_DP_TAP);
	return ret < 0 ? rsd_dp_fail(s, -ret, "%s", s->net.why) : 0;
}

void
rsd_dp_clear_place(struct rsd_dp_state *s)
{
	if (s->has_net)
		rsd_net_close(&s->net);
	s->has_net = s->is_client_made = false;
	remove_dir(s);
}
