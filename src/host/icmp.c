/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/chain.h"
#include "host/host.h"
#include "wire/turn.h"

#define ICMP_ECHO_REQUEST RTE_BE16(0x0800) /* type 8, code 0 */
#define ICMP_ECHO_REPLY   RTE_BE16(0x0000)

/*
 * The checksum of a request turned into a reply. A patched sum of zero is right unless every word
 * is zero, which no patch can tell and which must be sent as ones: only then it is made anew.
 */
static uint16_t
reply_sum(const struct rte_mbuf *m, uint32_t off, uint8_t *icmp)
{
	uint16_t sum = rsd_csum_patch16(rsd_load16(icmp + 2), ICMP_ECHO_REQUEST, ICMP_ECHO_REPLY);

	if (sum != 0)
		return sum;
	rsd_store16(icmp + 2, 0);
	return (uint16_t)~rsd_csum_fold(rsd_chain_sum(m, off, m->pkt_len - off, 0));
}

enum rsd_host_verdict
rsd_icmp4_input(const struct rsd_wire_local *w, struct rte_mbuf *m, enum rsd_counter *why)
{
	uint32_t off = (uint32_t)w->l2_len + RSD_WIRE_IP4_LEN;
	uint8_t *eth = rte_pktmbuf_mtod(m, uint8_t *);
	uint8_t *ip = eth + w->l2_len, *icmp = eth + off;
	uint16_t type_code = rsd_load16(icmp);

	if (rsd_csum_fold(rsd_chain_sum(m, off, m->pkt_len - off, 0)) != UINT16_MAX) {
		*why = RSD_C_icmp_bad;
		return RSD_HOST_FREE;
	}
	if (type_code != ICMP_ECHO_REQUEST) {
		*why = RSD_C_icmp_unserved;
		return RSD_HOST_FREE;
	}
	rsd_turn_eth(w, eth);
	rsd_turn_ip4(ip, rsd_load16(ip + 2));
	rsd_store16(icmp, ICMP_ECHO_REPLY);
	rsd_store16(icmp + 2, reply_sum(m, off, icmp));
	return RSD_HOST_SEND;
}
