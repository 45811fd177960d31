/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "service/services.h"

/* RFC 862: the data received is sent back. Nothing is touched, so nothing is paid per byte. */
void
rsd_echo(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb,
	void *arg)
{
	(void)sock;
	(void)pkts;
	(void)arg;
	memset(verdicts, RSD_ANSWER_SAME, nb);
}
