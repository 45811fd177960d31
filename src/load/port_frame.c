/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames to send: every buffer of a pool of its own holds one that is ready but for lengths,
 * source, stamp and the two checksums, which are put together from sums taken once.
 */
#include <errno.h>
#include <string.h>

#include <rte_errno.h>

#include "base/err.h"
#include "load/port.h"
#include "wire/turn.h"

#define L2      RTE_ETHER_HDR_LEN
#define HDRS    (L2 + RSD_WIRE_HDRS)
#define TTL_UDP RTE_BE32(RSD_TURN_TTL << 24 | 17 << 16)
#define CACHE   256

/* Sources and ports zero, lengths and sums missing. */
static void
frame_write(const struct rsd_port_side *side, uint8_t *f, size_t payload)
{
	const struct rsd_wire_local *w = rsd_port_wire(side);
	uint8_t *ip = f + L2, *udp = ip + RSD_WIRE_IP4_LEN;

	memset(f, 0, HDRS);
	memcpy(f, side->peer_mac, sizeof(side->peer_mac));
	memcpy(f + 6, &w->mac, 6);
	rsd_store16(f + 12, RTE_BE16(RTE_ETHER_TYPE_IPV4));
	rsd_store64(ip, RSD_TURN_IP4_HEAD);
	rsd_store32(ip + 8, TTL_UDP);
	rsd_store32(ip + 16, side->peer_addr);
	rsd_store16(udp + 2, side->peer_port);
	rsd_stamp_fill(udp + RSD_WIRE_UDP_LEN, payload);
}

static void
frame_init(struct rte_mempool *mp, void *arg, void *obj, unsigned int idx)
{
	const struct rsd_load *load = arg;
	struct rte_mbuf *m = obj;

	(void)mp, (void)idx;
	frame_write(load->side_data, (uint8_t *)m->buf_addr + RTE_PKTMBUF_HEADROOM,
		load->conf->mix.max);
}

static void
size_init(const struct rsd_port_side *side, uint16_t payload, struct rsd_frame_size *fs)
{
	uint8_t f[HDRS + RSD_PAYLOAD_MAX + 1], *ip = f + L2, *udp = ip + RSD_WIRE_IP4_LEN;

	frame_write(side, f, payload);
	fs->frame_len = (uint16_t)(HDRS + payload);
	fs->ip_len = rte_cpu_to_be_16((uint16_t)(RSD_WIRE_HDRS + payload));
	fs->udp_len = rte_cpu_to_be_16((uint16_t)(RSD_WIRE_UDP_LEN + payload));
	rsd_store16(ip + 2, fs->ip_len);
	rsd_store16(udp + 4, fs->udp_len);
	fs->ip_sum = rsd_csum_ip4_header(ip);
	fs->udp_sum =
		rsd_csum_bytes(udp, (size_t)RSD_WIRE_UDP_LEN + payload, rsd_csum_udp4_pseudo(udp));
}

/* Flow number i: the i-th port of the first address, and so on to the last address. */
static void
flow_init(const struct rsd_port_side *side, uint32_t i, struct rsd_flow_addr *f)
{
	uint32_t port = RSD_FLOW_PORT_MIN + i % RSD_FLOW_PORTS;
	uint32_t peer = rte_be_to_cpu_16(side->peer_port);

	port += peer >= RSD_FLOW_PORT_MIN && port >= peer;
	f->addr = side->ips[i / RSD_FLOW_PORTS];
	f->port = rte_cpu_to_be_16((uint16_t)port);
}

uint32_t
rsd_port_flow(struct rsd_port_side *side, rte_be32_t addr, rte_be16_t port)
{
	uint32_t p = rte_be_to_cpu_16(port), peer = rte_be_to_cpu_16(side->peer_port), i;

	if (side->ips[side->own_ip] != addr) {
		for (i = 0; i < side->nb_ips && side->ips[i] != addr; i++)
			;
		if (i == side->nb_ips)
			return UINT32_MAX;
		side->own_ip = i;
	}
	if (p < RSD_FLOW_PORT_MIN)
		return UINT32_MAX;
	p -= peer >= RSD_FLOW_PORT_MIN && p > peer;
	p -= RSD_FLOW_PORT_MIN;
	return p < RSD_FLOW_PORTS ? side->own_ip * RSD_FLOW_PORTS + p : UINT32_MAX;
}

int
rsd_port_frames(struct rsd_load *load, struct rsd_error *err)
{
	struct rsd_port_side *side = load->side_data;
	const struct rsd_mix *mix = &load->conf->mix;
	unsigned int room = RTE_PKTMBUF_HEADROOM + HDRS + mix->max;
	/* What the device may hold, what waits for it, and what lies in the cache. */
	unsigned int nb = side->eng->port_info[0].tx_desc + RSD_LOAD_BATCH + 2 * CACHE;
	uint32_t i;

	side->pool = rte_pktmbuf_pool_create("rsd_load", rte_align32pow2(nb + 1) - 1, CACHE, 0,
		(uint16_t)RTE_MAX(room, (unsigned int)RTE_MBUF_DEFAULT_BUF_SIZE),
		rte_eth_dev_socket_id(side->port_id));
	if (side->pool == NULL)
		return rsd_err(err, RSD_EXIT_NOT_READY, -ENOMEM, "no memory for frames: %s",
			rte_strerror(rte_errno));
	rte_mempool_obj_iter(side->pool, frame_init, load);
	for (i = 0; i < mix->nb; i++)
		size_init(side, mix->size[i], &side->size[i]);
	for (i = 0; i < load->conf->flows; i++)
		flow_init(side, i, &side->flow[i]);
	return 0;
}

/* The stamp, and the sum over what it writes. */
static __rte_always_inline uint64_t
put_stamp(uint8_t *payload, uint16_t len, const struct rsd_stamp *stamp)
{
	if (unlikely(len < RSD_STAMP_FULL)) {
		/* The buffer may have held a longer one. */
		memset(payload, 0, RSD_STAMP_FULL);
		rsd_stamp_write(payload, len, stamp);
		return rsd_load64(payload);
	}
	rsd_stamp_write(payload, len, stamp);
	return rsd_csum_add(rsd_csum_add(rsd_load64(payload), rsd_load64(payload + 8)),
		rsd_load16(payload + 16));
}

static __rte_always_inline void
frame_patch(const struct rsd_frame_size *fs, const struct rsd_flow_addr *from, struct rte_mbuf *m,
	const struct rsd_stamp *stamp)
{
	uint8_t *ip = rte_pktmbuf_mtod_offset(m, uint8_t *, L2), *udp = ip + RSD_WIRE_IP4_LEN;
	uint64_t sum;
	uint16_t csum;

	m->data_len = fs->frame_len;
	m->pkt_len = fs->frame_len;
	sum = put_stamp(udp + RSD_WIRE_UDP_LEN, (uint16_t)(fs->frame_len - HDRS), stamp);
	sum = rsd_csum_add(sum, fs->udp_sum);
	sum = rsd_csum_add(sum, (uint64_t)from->addr + from->port);
	rsd_store16(ip + 2, fs->ip_len);
	rsd_store16(ip + 10, (uint16_t)~rsd_csum_fold(rsd_csum_add(fs->ip_sum, from->addr)));
	rsd_store32(ip + 12, from->addr);
	rsd_store16(udp, from->port);
	rsd_store16(udp + 4, fs->udp_len);
	csum = (uint16_t)~rsd_csum_fold(sum);
	rsd_store16(udp + 6, csum != 0 ? csum : 0xffff); /* RFC 768: zero is no sum at all */
}

void
rsd_port_build(struct rsd_load *load, struct rte_mbuf **m, unsigned int n, uint64_t now)
{
	const struct rsd_port_side *side = load->side_data;
	struct rsd_source *s = &load->src;
	uint64_t bytes = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct rsd_stamp stamp;
		const struct rsd_frame_size *fs;

		rsd_source_stamp(s, now, i, &stamp);
		fs = &side->size[rsd_mix_index(s->mix, stamp.seq)];
		frame_patch(fs, &side->flow[s->flow], m[i], &stamp);
		bytes += (uint64_t)fs->frame_len - HDRS;
		s->sent_flow[s->flow]++;
		rsd_source_next_flow(s);
	}
	s->seq += n;
	s->next_fp += n * s->interval_fp;
	s->bytes += bytes;
	s->last_ns = now;
	__atomic_store_n(&s->limit, s->seq, __ATOMIC_RELAXED);
}
