/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>
#include <time.h>

#include "service/services.h"

/* Seconds between 1900, where RFC 868 begins to count, and 1970. */
#define EPOCH_1900 2208988800u

/*
 * RFC 868: whatever came, the answer is the time in seconds since 1900, 32 bits, big-endian. Read
 * once a burst; the C library reads the clock from a shared page, without a system call.
 */
void
rsd_time(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb,
	void *arg)
{
	rte_be32_t now = rte_cpu_to_be_32((uint32_t)time(NULL) + EPOCH_1900);
	uint16_t i;

	(void)sock;
	(void)arg;
	for (i = 0; i < nb; i++) {
		if (!rsd_pkt_is_linear(pkts[i]) || rsd_pkt_set_len(pkts[i], sizeof(now)) != 0)
			continue;
		memcpy(rsd_pkt_data(pkts[i]), &now, sizeof(now));
		verdicts[i] = RSD_ANSWER;
	}
}
