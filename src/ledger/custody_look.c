/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include "ledger/custody_inner.h"

#define IP4_LEN  20 /* without options */
#define UDP_LEN  8
#define HEAD_MAX (RTE_ETHER_HDR_LEN + 2 * RTE_VLAN_HLEN + 60 + UDP_LEN)

static uint16_t
load16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint32_t
load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint32_t
flow_of(uint32_t src, uint32_t dst, uint16_t sport, uint16_t dport)
{
	return (src ^ dst) + ((uint32_t)(sport ^ dport) << 16) + sport + dport;
}

void
rsd_custody_head(const struct rte_mbuf *m, struct rsd_custody_head *h)
{
	uint32_t l2 = RTE_ETHER_HDR_LEN, ip_len;
	uint8_t buf[HEAD_MAX];
	const uint8_t *p;

	*h = (struct rsd_custody_head){ .len = RTE_MIN(m->pkt_len, l2) };
	while ((p = rte_pktmbuf_read(m, 0, l2, buf)) != NULL &&
		l2 < RTE_ETHER_HDR_LEN + 2 * RTE_VLAN_HLEN &&
		(load16(p + l2 - 2) == RTE_BE16(RTE_ETHER_TYPE_VLAN) ||
			load16(p + l2 - 2) == RTE_BE16(RTE_ETHER_TYPE_QINQ)))
		l2 += RTE_VLAN_HLEN;
	if (p == NULL || load16(p + l2 - 2) != RTE_BE16(RTE_ETHER_TYPE_IPV4))
		return;
	h->len = RTE_MIN(m->pkt_len, l2);
	p = rte_pktmbuf_read(m, 0, l2 + IP4_LEN, buf);
	if (p == NULL)
		return;
	ip_len = (p[l2] & 15u) * 4;
	p = ip_len < IP4_LEN ? NULL : rte_pktmbuf_read(m, 0, l2 + ip_len + UDP_LEN, buf);
	if (p == NULL)
		return;
	h->len = l2 + ip_len + UDP_LEN;
	h->src = load32(p + l2 + 12);
	h->dst = load32(p + l2 + 16);
	h->sport = rte_be_to_cpu_16(load16(p + l2 + ip_len));
	h->dport = rte_be_to_cpu_16(load16(p + l2 + ip_len + 2));
	h->flow = flow_of(h->src, h->dst, h->sport, h->dport);
}

uint32_t
rsd_custody_flow(const struct rte_mbuf *m, uint32_t off)
{
	const uint8_t *payload = rte_pktmbuf_mtod_offset(m, const uint8_t *, off);

	return off > m->data_len ? 0
				 : flow_of(load32(payload - 16), load32(payload - 12),
					   rte_be_to_cpu_16(load16(payload - 8)),
					   rte_be_to_cpu_16(load16(payload - 6)));
}

const uint8_t *
rsd_custody_payload(const struct rte_mbuf *m, uint32_t off, const struct rte_mbuf **seg)
{
	for (; off >= m->data_len && m->next != NULL; m = m->next)
		off -= m->data_len;
	*seg = m;
	return rte_pktmbuf_mtod_offset(m, const uint8_t *, RTE_MIN(off, (uint32_t)m->data_len));
}

bool
rsd_custody_lies_still(const struct rte_mbuf *m, uint32_t off, const struct rsd_custody_pkt *r,
	const uint8_t *const *segs)
{
	const uint8_t *payload;
	unsigned int i;

	if (m->pkt_len <= off) /* nothing of it is left to lie anywhere */
		return m == r->mbuf;
	payload = rsd_custody_payload(m, off, &m);
	if (payload != r->payload)
		return false;
	for (i = 0, m = m->next; i < r->nb_segs && m != NULL; i++, m = m->next)
		if (rte_pktmbuf_mtod(m, const uint8_t *) != segs[i])
			return false;
	return true;
}
