/* SPDX-License-Identifier: BSD-3-Clause */
#include "service/services.h"

/*
 * A message of sockperf's begins with 14 bytes, big-endian: sequence number (8), flags (2), length
 * of the message (4). The low bits of the flags lie in byte 9.
 */
#define HEADER    14
#define FLAGS_LOW 9

#define FROM_CLIENT 0x01
#define WANTS_PONG  0x02
#define WARM_UP     0x04

/* A ping, to be turned into a pong; anything else gets no answer from sockperf's own server. */
static int
is_ping(const struct rsd_pkt *p)
{
	const uint8_t *msg = rsd_pkt_data(p);

	return (msg[FLAGS_LOW] & (FROM_CLIENT | WANTS_PONG | WARM_UP)) ==
	       (FROM_CLIENT | WANTS_PONG);
}

/*
 * The server's side of sockperf. The client takes for an answer only what does not claim to be from
 * a client: that bit is cleared, which is also why two of these never answer each other.
 */
void
rsd_sockperf(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb,
	void *arg)
{
	uint16_t i;

	(void)sock;
	(void)arg;
	for (i = 0; i < nb; i++) {
		const struct rte_mbuf *m = rsd_pkt_mbuf(pkts[i]);

		if (rsd_pkt_len(pkts[i]) < HEADER || m->data_len < rsd_pkt_offset(pkts[i]) + HEADER)
			continue;
		if (!is_ping(pkts[i])) {
			verdicts[i] = RSD_DONE;
			continue;
		}
		((uint8_t *)rsd_pkt_data(pkts[i]))[FLAGS_LOW] &= (uint8_t)~FROM_CLIENT;
		verdicts[i] = RSD_ANSWER;
	}
}
