/* SPDX-License-Identifier: BSD-3-Clause */
#include "datapath/drop.h"
#include "datapath/stages.h"
#include "wire/csum.h"

/* Why a datagram that found no taker leaves. ports: as in rsd_lookup(). */
static enum rsd_counter
refusal(const struct rsd_bind *bind, uint32_t ports)
{
	if ((uint16_t)ports == 0)
		return RSD_C_udp_sport0;
	if (ports >> 16 == 0)
		return RSD_C_udp_dport0;
	return bind == NULL ? RSD_C_udp_no_socket : RSD_C_udp_loop_guard;
}

/* The first bind of the port's list was not the one: look further; NULL when the datagram has left.
 */
static __rte_noinline const struct rsd_bind *
look_further(struct rsd_lcore *lc, struct rte_mbuf *m, const uint8_t *udp)
{
	uint32_t ports = rsd_load32(udp);
	const struct rsd_bind *bind = rsd_sock_walk(
		lc->now, rsd_sock_first(lc->now, (rte_be16_t)(ports >> 16)), rsd_load32(udp - 4));

	if (bind != NULL && !rsd_port_set_has(bind->refuse, (rte_be16_t)ports))
		return bind;
	rsd_drop(lc, m, refusal(bind, ports));
	return NULL;
}

/* Close up after datagrams have left: those without a bind. */
static __rte_noinline unsigned int
close_up(struct rsd_burst *b, unsigned int nb)
{
	unsigned int i, nb_out = 0;

	for (i = 0; i < nb; i++) {
		if (b->bind[i] == NULL)
			continue;
		b->pkt[nb_out] = b->pkt[i];
		b->udp[nb_out] = b->udp[i];
		b->bind[nb_out++] = b->bind[i];
	}
	return nb_out;
}

uint16_t
rsd_lookup(struct rsd_lcore *lc, uint16_t nb)
{
	const struct rsd_sock_table *t = lc->now;
	const struct rsd_bind *before = NULL;
	struct rsd_burst *b = &lc->b;
	unsigned int i, left = 0, changes = 0;

	for (i = 0; i < nb; i++) {
		const uint8_t *udp = b->udp[i];
		uint32_t ports =
			rsd_load32(udp); /* source in the low half, as they lie in memory */
		const struct rsd_bind *bind = rsd_sock_first(t, (rte_be16_t)(ports >> 16));

		if (unlikely(!rsd_bind_takes(bind, rsd_load32(udp - 4)) ||
			     rsd_port_set_has(bind->refuse, (rte_be16_t)ports))) {
			bind = look_further(lc, b->pkt[i], udp);
			left += bind == NULL;
		}
		b->bind[i] = bind;
		changes += bind != before;
		before = bind;
	}
	b->mixed = changes > 1;
	return (uint16_t)(unlikely(left != 0) ? close_up(b, nb) : nb);
}
