/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "host/chain.h"

/* Take up to want bytes from the segment behind m. */
static uint32_t
pull_from_next(struct rte_mbuf *m, uint32_t want)
{
	struct rte_mbuf *next = m->next;
	uint32_t take = RTE_MIN(want, (uint32_t)next->data_len);

	/* lint: header bytes only, counted as hdr_copied */
	memcpy(rte_pktmbuf_mtod_offset(m, uint8_t *, m->data_len),
		rte_pktmbuf_mtod(next, uint8_t *), take);
	m->data_len = (uint16_t)(m->data_len + take);
	next->data_off = (uint16_t)(next->data_off + take);
	next->data_len = (uint16_t)(next->data_len - take);
	if (next->data_len == 0) {
		m->next = next->next;
		m->nb_segs--;
		rte_pktmbuf_free_seg(next);
	}
	return take;
}

int
rsd_chain_pullup(struct rte_mbuf *m, uint32_t want)
{
	uint32_t moved = 0;

	if (want > m->pkt_len || want > (uint32_t)m->buf_len - m->data_off)
		return -1;
	while (m->data_len < want)
		moved += pull_from_next(m, want - m->data_len);
	return (int)moved;
}

int
rsd_chain_trim(struct rte_mbuf *m, uint32_t len)
{
	struct rte_mbuf *seg = m, *rest;
	uint32_t left = len;
	uint16_t nb = 1;

	if (len > m->pkt_len)
		return -1;
	for (; left > seg->data_len; seg = seg->next, nb++)
		left -= seg->data_len;
	seg->data_len = (uint16_t)left;
	rest = seg->next;
	seg->next = NULL;
	m->nb_segs = nb;
	m->pkt_len = len;
	while (rest != NULL) {
		struct rte_mbuf *next = rest->next;

		rte_pktmbuf_free_seg(rest);
		rest = next;
	}
	return 0;
}

rsd_csum_t
rsd_chain_sum(const struct rte_mbuf *m, uint32_t off, uint32_t len, rsd_csum_t sum)
{
	uint32_t done = 0;

	for (; off >= m->data_len && m->next != NULL; m = m->next)
		off -= m->data_len;
	for (; len != 0; m = m->next, off = 0) {
		const uint8_t *p = rte_pktmbuf_mtod_offset(m, const uint8_t *, off);
		uint32_t part = RTE_MIN(len, (uint32_t)m->data_len - off);

		sum = (done & 1) != 0 ? rsd_csum_bytes_odd(p, part, sum)
				      : rsd_csum_bytes(p, part, sum);
		done += part;
		len -= part;
	}
	return sum;
}
