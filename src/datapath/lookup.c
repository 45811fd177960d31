/* SPDX-License-Identifier: BSD-3-Clause */
#include "datapath/drop.h"
#include "datapath/stages.h"
#include "wire/csum.h"

/* Why a datagram that found no taker leaves. ports: as in lookup below. */
static enum rsd_counter
refusal(const struct rsd_bind *bind, uint32_t ports)
{
	if ((uint16_t)ports == 0)
		return RSD_C_udp_sport0;
	if (ports >> 16 == 0)
		return RSD_C_udp_dport0;
	return bind->sock == NULL ? RSD_C_udp_no_socket : RSD_C_udp_loop_guard;
}

uint16_t
rsd_lookup(struct rsd_lcore *lc, uint16_t nb)
{
	const struct rsd_sock_table *t = lc->now;
	struct rsd_burst *b = &lc->b;
	unsigned int i, nb_out = 0;

	for (i = 0; i < nb; i++) {
		const uint8_t *udp = b->udp[i];
		uint32_t ports =
			rsd_load32(udp); /* source in the low half, as they lie in memory */
		const struct rsd_bind *bind =
			rsd_sock_lookup(t, rsd_load32(udp - 4), (rte_be16_t)(ports >> 16));
		bool loops = rsd_sock_guarded_port(t, (rte_be16_t)ports) && bind->guarded != 0;

		if (unlikely(bind->sock == NULL || loops || (uint16_t)ports == 0)) {
			rsd_drop(lc, b->pkt[i], refusal(bind, ports));
			continue;
		}
		b->pkt[nb_out] = b->pkt[i];
		b->bind[nb_out++] = bind;
	}
	return (uint16_t)nb_out;
}
