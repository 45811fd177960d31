/* SPDX-License-Identifier: BSD-3-Clause */
/* The first look, frame by frame. */
#ifndef RSD_DATAPATH_LOOK_EACH_H
#define RSD_DATAPATH_LOOK_EACH_H

#include "datapath/look.h"
#include "wire/exact.h"

/*
 * b.pkt[from] to b.pkt[to - 1]: those that are fine get their b.udp, the others NULL; false when
 * there are any of the latter. No calls and no exits in this loop: everything compared with stays
 * in registers. mode and one_addr are constants.
 */
static __rte_always_inline bool
rsd_look_each(struct rsd_burst *b, const struct rsd_queue *q, unsigned int from, unsigned int to,
	enum rsd_csum_mode mode, bool one_addr, struct rsd_sum_tally *t)
{
	struct rsd_wire_exact x;
	unsigned int i;
	bool all = true;
	uint32_t note;

	rsd_wire_exact_init(&x, &q->port->wire);
	note = rsd_payload_note(x.least, q->hold_mark);
	for (i = from; i < to; i++) {
		struct rte_mbuf *m = b->pkt[i];
		uint8_t *eth = rte_pktmbuf_mtod(m, uint8_t *);
		uint8_t *udp = eth + x.l2_len + RSD_WIRE_IP4_LEN;
		uint32_t len = m->data_len;

		if (unlikely(!rsd_is_whole(m) || !rsd_wire_exact(&x, eth, len, one_addr) ||
			     !rsd_udp_sum_ok(mode, m, udp, t))) {
			b->udp[i] = NULL;
			all = false;
			continue;
		}
		b->udp[i] = udp;
		rsd_note_payload(m, len, note);
	}
	return all;
}

#endif
