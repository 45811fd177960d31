/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stages. nb_out = stage(lc, q, nb_in) over lc->b: every packet of the input is in the output,
 * or went to the host part, or through rsd_drop(). Polling core only.
 */
#ifndef RSD_DATAPATH_STAGES_H
#define RSD_DATAPATH_STAGES_H

#include "datapath/lcore.h"

/* Takes up to lc->burst frames from the queue into b.pkt. */
uint16_t rsd_rx(struct rsd_lcore *lc, struct rsd_queue *q);

/* b.pkt: frames in; datagrams for us in normal form out, with b.udp. The rest leaves. */
uint16_t rsd_parse(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb);

/* Finds b.bind for each datagram; those nobody has opened a socket for leave. */
uint16_t rsd_lookup(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb);

/*
 * A datagram in normal form to a group or broadcast address: a copy to every socket that takes it,
 * the frame itself to the last. nobody: the reason when there is none. m has left in any case.
 */
void rsd_many(
	struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf *m, enum rsd_counter nobody);

/*
 * Each socket's packets together and in order, sockets in the order of their first packets: a flow
 * is never reordered.
 */
void rsd_gather(struct rsd_burst *b, unsigned int nb);

/* Runs the handlers, a call a socket; out come the answers, turned round. */
uint16_t rsd_respond(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb);

/*
 * The only way out to a device: offers out[0..nb) to q, retries a bounded number of times, frees
 * and counts the rest. What the device took is counted as end.
 */
void rsd_tx(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf **out, uint16_t nb,
	enum rsd_counter end);

/*
 * Carry out one verdict on one datagram in normal form; owner is its socket's rsd_hold_owner().
 * true: turned round, to be sent; false: it has left (freed and counted, or kept by its handler).
 */
bool rsd_settle(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf *m, uint32_t owner,
	uint8_t verdict);

/*
 * A socket with a queue: its handler has put the first of nb packets there, as many as it said
 * RSD_HOLD to, and they may be anywhere by now. The others leave: there was no room for them.
 */
void rsd_settle_queued(struct rsd_lcore *lc, const struct rsd_sock *s, struct rte_mbuf *const *pkt,
	const uint8_t *verdict, unsigned int nb);

/* Brings home what handlers held and have given back. Returns how many. */
uint16_t rsd_returns(struct rsd_lcore *lc);

#endif
