/* SPDX-License-Identifier: BSD-3-Clause */
/* Who sends the datagram to the engine and gets its answer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <rte_ethdev.h>
#include <rte_pause.h>

#include "journey/build.h"
#include "journey/engine_path.h"
#include "journey/own_net.h"
#include "wire/csum.h"

#define HEADERS   42 /* Ethernet, IPv4, UDP */
#define BACK_RING 16

static const uint8_t mac_peer[6] = { 2, 0, 0, 0x97, 0, 1 };

uint64_t
rsd_engine_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int
fail(struct rsd_engine_path *p, const char *what, int err)
{
	snprintf(p->j->why, sizeof(p->j->why), "%s: %.128s", what, strerror(err));
	return -err;
}

/* -- on a ring --------------------------------------------------------------------------------- */

/*
 * net_ring sends into the ring it receives from. What the engine sent is on its way to the peer,
 * not to the engine: it is taken out before the engine sees it.
 */
static uint16_t
take_answers(uint16_t port_id, uint16_t queue, struct rte_mbuf *pkts[], uint16_t nb, uint16_t max,
	void *arg)
{
	struct rsd_engine_path *p = arg;
	uint16_t i, kept = 0;

	(void)port_id, (void)queue, (void)max;
	for (i = 0; i < nb; i++) {
		bool is_answer = memcmp(rte_pktmbuf_mtod(pkts[i], uint8_t *), mac_peer,
					 sizeof(mac_peer)) == 0;

		if (!is_answer || rte_ring_enqueue(p->back, pkts[i]) != 0)
			pkts[kept++] = pkts[i];
	}
	return kept;
}

static int
ring_open(struct rsd_engine_path *p)
{
	uint16_t port_id = p->eng->port_info[0].port_id;
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "ETH_RXTX0_%.16s", p->eng->device[0]);
	p->wire = rte_ring_lookup(name);
	if (p->wire == NULL)
		return fail(p, "the ring of net_ring", ENOENT);
	p->back = rte_ring_create(
		"journey_back", BACK_RING, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
	p->mbuf = rte_pktmbuf_alloc(p->eng->pool);
	if (p->back == NULL || p->mbuf == NULL)
		return fail(p, "buffers", ENOMEM);
	if (rte_eth_add_rx_callback(port_id, 0, take_answers, p) == NULL)
		return fail(p, "a look at the ring", rte_errno);
	return 0;
}

static void
write_frame(const struct rsd_engine_path *p, uint8_t *eth)
{
	uint8_t *ip = eth + 14, *udp = ip + 20;
	uint16_t udp_len = (uint16_t)(8 + p->j->bytes);
	uint32_t src = 0, dst = 0;

	inet_pton(AF_INET, RSD_ENGINE_PEER_IP, &src);
	inet_pton(AF_INET, RSD_ENGINE_IP, &dst);
	memcpy(eth, p->eng->port_info[0].mac, 6);
	memcpy(eth + 6, mac_peer, 6);
	rsd_store16(eth + 12, RTE_BE16(0x0800));
	memset(ip, 0, 28);
	ip[0] = 0x45;
	rsd_store16(ip + 2, rte_cpu_to_be_16((uint16_t)(20 + udp_len)));
	rsd_store16(ip + 8, RTE_BE16(64 << 8 | 17));
	rsd_store32(ip + 12, src);
	rsd_store32(ip + 16, dst);
	rsd_store16(ip + 10, (uint16_t)~rsd_csum_fold(rsd_csum_ip4_header(ip)));
	rsd_store16(udp, rte_cpu_to_be_16(RSD_ENGINE_FROM));
	rsd_store16(udp + 2, rte_cpu_to_be_16(RSD_ENGINE_PORT));
	rsd_store16(udp + 4, rte_cpu_to_be_16(udp_len));
	rsd_journey_payload(udp + 8, p->j->bytes);
	rsd_store16(udp + 6,
		(uint16_t)~rsd_csum_fold(rsd_csum_bytes(udp, udp_len, rsd_csum_udp4_pseudo(udp))));
}

static bool
is_right(const struct rsd_engine_path *p, const uint8_t *payload)
{
	const uint8_t *want = p->send_buf;
	uint32_t i;

	if (want != NULL)
		return memcmp(payload, want, p->j->bytes) == 0;
	/* No second copy is made to compare with: the tail counts up. */
	for (i = RSD_JOURNEY_MARKER; i < p->j->bytes; i++)
		if (payload[i] != (uint8_t)i)
			return false;
	return payload[0] == 'H' && payload[RSD_JOURNEY_MARKER - 1] == 'E';
}

static int
ring_exchange(struct rsd_engine_path *p, struct rsd_engine_round *r)
{
	uint64_t end = rsd_engine_now_ns() + RSD_ENGINE_WAIT_MS * 1000000ull;
	struct rte_mbuf *m = p->mbuf;
	void *answer = NULL;

	rte_pktmbuf_reset(m);
	write_frame(p, (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(HEADERS + p->j->bytes)));
	r->sent_mbuf = (uintptr_t)m;
	r->sent_from = (uintptr_t)rte_pktmbuf_mtod_offset(m, uint8_t *, HEADERS);
	p->mbuf = NULL;
	r->send_ns = rsd_engine_now_ns();
	if (rte_ring_enqueue(p->wire, m) != 0)
		return -ENOBUFS;
	while (rte_ring_dequeue(p->back, &answer) != 0) {
		if (rsd_engine_now_ns() > end)
			return -ETIMEDOUT;
		rte_pause();
	}
	r->back_ns = rsd_engine_now_ns();
	p->mbuf = m = answer;
	r->received_mbuf = (uintptr_t)m;
	r->received_at = (uintptr_t)rte_pktmbuf_mtod_offset(m, uint8_t *, HEADERS);
	return is_right(p, rte_pktmbuf_mtod_offset(m, uint8_t *, HEADERS)) ? 0 : -EBADMSG;
}

/* -- on a TAP interface ------------------------------------------------------------------------ */

static int
tap_open(struct rsd_engine_path *p)
{
	const struct timeval limit = { .tv_sec = RSD_ENGINE_WAIT_MS / 1000 };
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = htons(RSD_ENGINE_FROM) };
	int ret = rsd_own_net_addr(
		RSD_ENGINE_IFACE, RSD_ENGINE_PEER_IP, p->j->why, sizeof(p->j->why));

	if (ret < 0)
		return ret;
	p->send_buf = aligned_alloc(4096, 4096);
	p->receive_buf = aligned_alloc(4096, 4096);
	if (p->send_buf == NULL || p->receive_buf == NULL)
		return fail(p, "the peer", ENOMEM);
	rsd_journey_payload(p->send_buf, p->j->bytes);
	p->to = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(RSD_ENGINE_PORT) };
	inet_pton(AF_INET, RSD_ENGINE_IP, &p->to.sin_addr);
	inet_pton(AF_INET, RSD_ENGINE_PEER_IP, &from.sin_addr);
	p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (p->fd < 0 || bind(p->fd, (const struct sockaddr *)&from, sizeof(from)) < 0 ||
		setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0)
		return fail(p, "the peer's socket", errno);
	return 0;
}

static int
tap_exchange(struct rsd_engine_path *p, struct rsd_engine_round *r)
{
	ssize_t n;

	memset(p->receive_buf, 0, 4096);
	r->sent_from = (uintptr_t)p->send_buf;
	r->received_at = (uintptr_t)p->receive_buf;
	r->send_ns = rsd_engine_now_ns();
	n = sendto(
		p->fd, p->send_buf, p->j->bytes, 0, (const struct sockaddr *)&p->to, sizeof(p->to));
	if (n < 0)
		return -errno;
	do
		n = recvfrom(p->fd, p->receive_buf, 4096, 0, NULL, NULL);
	while (n < 0 && errno == EINTR);
	r->back_ns = rsd_engine_now_ns();
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return n == (ssize_t)p->j->bytes && is_right(p, p->receive_buf) ? 0 : -EBADMSG;
}

/* -- either ------------------------------------------------------------------------------------ */

int
rsd_engine_peer_open(struct rsd_engine_path *p)
{
	return p->j->way == RSD_JOURNEY_RING ? ring_open(p) : tap_open(p);
}

int
rsd_engine_peer_exchange(struct rsd_engine_path *p, struct rsd_engine_round *r)
{
	return p->j->way == RSD_JOURNEY_RING ? ring_exchange(p, r) : tap_exchange(p, r);
}

/* The engine may still poll: the ring of answers stays where it is until DPDK ends. */
void
rsd_engine_peer_close(struct rsd_engine_path *p)
{
	void *m;

	while (p->back != NULL && rte_ring_dequeue(p->back, &m) == 0)
		rte_pktmbuf_free(m);
	rte_pktmbuf_free(p->mbuf);
	if (p->fd >= 0)
		close(p->fd);
	free(p->send_buf);
	free(p->receive_buf);
	p->mbuf = NULL;
	p->fd = -1;
	p->send_buf = p->receive_buf = NULL;
}
