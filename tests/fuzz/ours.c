/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "fuzz/fuzz_parse.h"
#include "fuzz/ours.h"
#include "wire/parse.h"

const uint8_t rsd_fuzz_mac[6] = { 0x02, 0x72, 0x73, 0x64, 0x00, 0x01 };

static const struct rsd_wire_addr our_addrs[] = {
	{ RTE_BE32(0x0a630002), 24 }, /* 10.99.0.2 */
	{ RTE_BE32(0xc0000201), 32 }, /* 192.0.2.1 */
};

/* They are the same for every input and dear to build. */
const struct rsd_wire_local *
rsd_fuzz_local(uint8_t control)
{
	static struct rsd_wire_local w[8];
	static bool built;
	unsigned int i;

	for (i = 0; !built && i < RTE_DIM(w); i++)
		if (rsd_wire_local_init(&w[i], rsd_fuzz_mac, i & 1 ? 42 : 0, i & 2 ? 9000 : 1500,
			    our_addrs, i & 4 ? 1 : RTE_DIM(our_addrs)) != 0)
			return NULL;
	built = true;
	return &w[control & 7];
}

/* Sources worth a look: ours, our broadcast, and one of each kind that no host has. */
static const rte_be32_t sources[16] = {
	RTE_BE32(0x0a630001),
	RTE_BE32(0x0a630002),
	RTE_BE32(0x0a6300ff),
	RTE_BE32(0x0a630000),
	RTE_BE32(0xc0000201),
	RTE_BE32(0xc0000202),
	RTE_BE32(0x7f000001),
	RTE_BE32(0x00000000),
	RTE_BE32(0x00000001),
	RTE_BE32(0xffffffff),
	RTE_BE32(0xe0000001),
	RTE_BE32(0xf0000001),
	RTE_BE32(0xdfffffff),
	RTE_BE32(0x01000000),
	RTE_BE32(0x7effffff),
	RTE_BE32(0x80000000),
};

static void
make_ours_eth(const struct rsd_wire_local *w, uint8_t *eth)
{
	memcpy(eth, rsd_fuzz_mac, 6);
	eth[6] &= 0xfe;
	if (w->vlan == 0)
		return;
	rsd_store16(eth + 12, RTE_BE16(0x8100));
	rsd_store16(eth + 14, rte_cpu_to_be_16(w->vlan));
}

/* A datagram that fills the frame. */
static void
make_ours_udp(uint8_t *ip, size_t room)
{
	if (room < RSD_WIRE_HDRS || room > UINT16_MAX)
		return;
	ip[0] = 0x45;
	ip[9] = 17;
	rsd_store16(ip + 2, rte_cpu_to_be_16((uint16_t)room));
	rsd_store16(ip + 6, RTE_BE16(0x4000));
	rsd_store16(ip + 24, rte_cpu_to_be_16((uint16_t)(room - RSD_WIRE_IP4_LEN)));
}

static void
make_ours_sum(uint8_t *ip, size_t room)
{
	uint32_t len = (ip[0] & 15) * 4u;

	if (len < RSD_WIRE_IP4_LEN || len > room)
		return;
	rsd_store16(ip + 10, 0);
	rsd_store16(ip + 10, (uint16_t)~rsd_csum_fold(rsd_csum_bytes(ip, len, 0)));
}

/* Of a datagram that fills the frame. */
static void
make_ours_udp_sum(uint8_t *ip, size_t room)
{
	uint8_t *udp = ip + RSD_WIRE_IP4_LEN;
	uint16_t sum;

	if (room < RSD_WIRE_HDRS)
		return;
	rsd_store16(udp + 6, 0);
	sum = (uint16_t)~rsd_csum_fold(
		rsd_csum_bytes(udp, room - RSD_WIRE_IP4_LEN, rsd_csum_udp4_pseudo(udp)));
	rsd_store16(udp + 6, sum == 0 ? UINT16_MAX : sum);
}

void
rsd_fuzz_make_ours(const struct rsd_wire_local *w, uint8_t *eth, size_t len, const uint8_t *control)
{
	uint8_t *ip = eth + w->l2_len;

	if (len < (size_t)w->l2_len + RSD_WIRE_IP4_LEN)
		return;
	if (control[1] & RSD_FUZZ_OUR_MAC)
		make_ours_eth(w, eth);
	if (control[1] & RSD_FUZZ_OUR_ADDR) {
		rsd_store16(ip - 2, RTE_BE16(0x0800));
		rsd_store32(ip + 16, our_addrs[control[1] & 1].addr);
	}
	if (control[0] & RSD_FUZZ_SOURCE)
		rsd_store32(ip + 12, sources[control[1] & 15]);
	if (control[0] & RSD_FUZZ_UDP_FILLS)
		make_ours_udp(ip, len - w->l2_len);
	if (control[1] & RSD_FUZZ_OUR_SUM)
		make_ours_sum(ip, len - w->l2_len);
	if (control[1] & RSD_FUZZ_UDP_SUM)
		make_ours_udp_sum(ip, len - w->l2_len);
}
