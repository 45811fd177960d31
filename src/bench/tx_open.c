/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <sys/ioctl.h>

#include "bench/tx_state.h"

#define HEADERS 42

int
rsd_tx_fail(struct rsd_net *n, int err, const char *what)
{
	snprintf(n->why, sizeof(n->why), "%s: %s", what, strerror(err));
	return -err;
}

static void
put16(uint8_t *p, uint16_t v)
{
	rsd_store16(p, rte_cpu_to_be_16(v));
}

/* All but MACs, number, source port and UDP checksum. */
static void
write_template(struct rsd_tx *tx, uint8_t *f)
{
	const uint16_t udp_len = (uint16_t)(tx->conf.payload + 8);
	uint8_t *ip = f + 14, *udp = ip + 20;
	uint32_t i;

	put16(f + 12, ETHERTYPE_IP);
	put16(ip, 0x4500);
	put16(ip + 2, (uint16_t)(udp_len + 20));
	put16(ip + 6, 0x4000); /* DF: the identification is free (RFC 6864) */
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	rsd_store32(ip + 12, inet_addr(RSD_NET_CLIENT_IP));
	rsd_store32(ip + 16, inet_addr(RSD_NET_SERVER_IP));
	rsd_store16(ip + 10, (uint16_t)~rsd_csum_fold(rsd_csum_ip4_header(ip)));
	put16(udp + 2, tx->conf.port);
	put16(udp + 4, udp_len);
	for (i = 8; i < tx->conf.payload; i++)
		udp[8 + i] = (uint8_t)i;
	tx->sum = rsd_csum_bytes(udp, udp_len, rsd_csum_udp4_pseudo(udp));
}

static int
make_frames(struct rsd_tx *tx, const uint8_t *to, const uint8_t *from)
{
	uint32_t i;
	uint8_t *f;

	tx->frame_bytes = HEADERS + tx->conf.payload;
	tx->slot_bytes = ((tx->frame_bytes + 63) / 64 | 1) * 64;
	tx->frames = aligned_alloc(64, (size_t)RSD_TX_BATCH * tx->slot_bytes);
	if (tx->frames == NULL)
		return -ENOMEM;
	memset(tx->frames, 0, (size_t)RSD_TX_BATCH * tx->slot_bytes);
	for (i = 0; i < RSD_TX_BATCH; i++) {
		f = tx->frames + (size_t)i * tx->slot_bytes;
		memcpy(f, to, 6);
		memcpy(f + 6, from, 6);
		write_template(tx, f);
		tx->iov[i] = (struct iovec){ .iov_base = f, .iov_len = tx->frame_bytes };
		tx->msg[i].msg_hdr.msg_iov = &tx->iov[i];
		tx->msg[i].msg_hdr.msg_iovlen = 1;
	}
	return 0;
}

static int
mac_of(int fd, const char *dev, uint8_t mac[6])
{
	struct ifreq req = { 0 };

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", dev);
	if (ioctl(fd, SIOCGIFHWADDR, &req) < 0)
		return -errno;
	memcpy(mac, req.ifr_hwaddr.sa_data, 6);
	return 0;
}

/* In the client's namespace. */
static int
open_socket(struct rsd_tx *tx, const char *dev, uint8_t mac[6])
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	const int one = 1;

	tx->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (tx->fd < 0)
		return -errno;
	to.sll_ifindex = (int)if_nametoindex(dev);
	if (to.sll_ifindex == 0 ||
		setsockopt(tx->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) < 0 ||
		bind(tx->fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	return mac_of(tx->fd, dev, mac);
}

static int
open_sink(struct rsd_tx *tx, const char *dev, const char **what)
{
	const struct sockaddr_in from = { .sin_family = AF_INET,
		.sin_port = tx->conf.returned ? 0 : htons(tx->conf.port),
		.sin_addr.s_addr =
			inet_addr(tx->conf.returned ? RSD_NET_CLIENT_IP : RSD_NET_SERVER_IP) };
	int ret;

	if (tx->conf.no_sink)
		return 0;
	ret = rsd_sink_attach(&tx->sink, if_nametoindex(dev), tx->conf.xdp_sink, &from, what);
	tx->has_sink = ret == 0;
	return ret;
}

/* The MAC of the server's end, unless another was asked for. */
static int
target(struct rsd_net *n, const struct rsd_tx_conf *conf, uint8_t mac[6])
{
	static const uint8_t none[6];
	int back, fd, ret;

	memcpy(mac, conf->mac, 6);
	if (memcmp(mac, none, 6) != 0)
		return 0;
	back = rsd_net_enter(n, RSD_NET_SERVER);
	if (back < 0)
		return back;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ret = fd < 0 ? -errno : mac_of(fd, n->dev[RSD_NET_SERVER], mac);
	if (fd >= 0)
		close(fd);
	if (ret < 0)
		rsd_tx_fail(n, -ret, "the MAC of the server's end");
	return rsd_net_leave(n, back) < 0 ? -EIO : ret;
}

int
rsd_tx_open_on(
	struct rsd_tx **out, struct rsd_net *n, const struct rsd_tx_conf *conf, const char *dev)
{
	const char *what = "a packet socket at the client's end";
	uint8_t to[6], from[6];
	struct rsd_tx *tx;
	int back, ret;

	if (conf->payload < RSD_TX_MIN_PAYLOAD || conf->payload > RSD_TX_MAX_PAYLOAD ||
		conf->flows == 0 || conf->flows > UINT16_MAX - RSD_TX_FIRST_PORT)
		return rsd_tx_fail(n, EINVAL, "sizes or flows to send");
	ret = target(n, conf, to);
	tx = ret == 0 ? calloc(1, sizeof(*tx)) : NULL;
	if (tx == NULL)
		return ret < 0 ? ret : rsd_tx_fail(n, ENOMEM, "a sender");
	tx->net = n;
	tx->conf = *conf;
	tx->fd = -1;
	back = rsd_net_enter(n, RSD_NET_CLIENT);
	ret = back < 0 ? back : open_socket(tx, dev, from);
	if (ret == 0)
		ret = make_frames(tx, to, from);
	if (ret == 0)
		ret = open_sink(tx, dev, &what);
	if (back >= 0 && ret < 0)
		rsd_tx_fail(n, -ret, what);
	if (back >= 0 && rsd_net_leave(n, back) < 0)
		ret = -EIO;
	if (ret < 0)
		rsd_tx_close(tx);
	else
		*out = tx;
	return ret;
}

int
rsd_tx_open(struct rsd_tx **tx, struct rsd_net *n, const struct rsd_tx_conf *conf)
{
	return rsd_tx_open_on(tx, n, conf, n->dev[RSD_NET_CLIENT]);
}

void
rsd_tx_close(struct rsd_tx *tx)
{
	int back;

	if (tx->has_sink) {
		back = rsd_net_enter(tx->net, RSD_NET_CLIENT);
		rsd_sink_detach(&tx->sink);
		if (back >= 0)
			rsd_net_leave(tx->net, back);
	}
	if (tx->fd >= 0)
		close(tx->fd);
	free(tx->frames);
	free(tx);
}
