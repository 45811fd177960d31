/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "support/packet_builder.h"
#include "support/wire_hosts.h"

#define OURS 3

static void
init(enum rsd_wire_host host, struct rsd_wire_local *w)
{
	static const uint8_t mac[6] = RSD_TEST_MAC_US;
	struct rsd_wire_addr addr[RSD_WIRE_ADDR_MAX] = { { RTE_BE32(RSD_TEST_IP_US), 24 },
		{ RTE_BE32(RSD_TEST_IP_US2), 24 }, { RTE_BE32(RSD_TEST_IP_US3), 30 } };
	const uint16_t mtu = host == RSD_HOST_JUMBO ? 9500 : 1500;
	unsigned int i, nb = OURS;

	if (host == RSD_HOST_ONE)
		nb = 1;
	if (host == RSD_HOST_NESTED)
		addr[0].len = 30;
	if (host == RSD_HOST_MANY)
		for (i = OURS, nb = RSD_WIRE_ADDR_MAX; i < nb; i++)
			addr[i] = (struct rsd_wire_addr){
				rte_cpu_to_be_32(0xc6120000 + i * 0x01000b01), (uint8_t)(i / 2)
			};
	if (rsd_wire_local_init(w, mac, host == RSD_HOST_VLAN ? 5 : 0, mtu, addr, nb) != 0)
		abort();
}

const struct rsd_wire_local *
rsd_wire_host(enum rsd_wire_host host)
{
	static struct rsd_wire_local w[RSD_HOST_MAX];

	if (w[host].nb_addr == 0)
		init(host, &w[host]);
	return &w[host];
}

bool
rsd_wire_is_normal(const struct rsd_wire_local *w, const struct rsd_wire_view *v)
{
	return v->kind == RSD_WIRE_UDP && v->l2_len == w->l2_len && !v->prio_tagged &&
	       v->ip_len == RSD_WIRE_IP4_LEN && v->udp_len == v->ip_total - RSD_WIRE_IP4_LEN;
}
