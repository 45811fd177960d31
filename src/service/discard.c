/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "service/services.h"

/* RFC 863: thrown away, no answer. */
void
rsd_discard(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb,
	void *arg)
{
	(void)sock;
	(void)pkts;
	(void)arg;
	memset(verdicts, RSD_DONE, nb);
}
