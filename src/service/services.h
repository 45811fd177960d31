/* SPDX-License-Identifier: BSD-3-Clause */
/* The built-in services. To add one: a file with a handler, a line here, a row in service.c. */
#ifndef RSD_SERVICE_SERVICES_H
#define RSD_SERVICE_SERVICES_H

#include <ringside/sock.h>

void rsd_echo(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb,
	void *arg);
void rsd_discard(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb,
	void *arg);
void rsd_time(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb,
	void *arg);
void rsd_sockperf(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts,
	uint16_t nb, void *arg);

#endif
