/* SPDX-License-Identifier: BSD-3-Clause */
/* What is ours on the ports of the tests. */
#ifndef RSD_TESTS_WIRE_HOSTS_H
#define RSD_TESTS_WIRE_HOSTS_H

#include "wire/exact.h"
#include "wire/parse.h"

enum rsd_wire_host {
	RSD_HOST_THREE,  /* untagged, the three addresses of packet_builder.h */
	RSD_HOST_ONE,    /* untagged, 10.9.0.2/24 alone */
	RSD_HOST_VLAN,   /* VLAN 5, the three addresses */
	RSD_HOST_MANY,   /* untagged, as many addresses as there can be, ours among them */
	RSD_HOST_NESTED, /* untagged, 10.9.0.2/30, and its broadcast as 10.9.0.3/24 */
	RSD_HOST_JUMBO,  /* untagged, the three addresses, an MTU above all that is looked up */
	RSD_HOST_MAX
};

const struct rsd_wire_local *rsd_wire_host(enum rsd_wire_host host);

/* Does the parser's verdict say: a datagram in normal form, but perhaps padded? */
bool rsd_wire_is_normal(const struct rsd_wire_local *w, const struct rsd_wire_view *v);

/* rsd_wire_exact() for a single frame. */
static inline bool
rsd_wire_is_exact(const struct rsd_wire_local *w, const uint8_t *eth, uint32_t len)
{
	struct rsd_wire_exact x;

	rsd_wire_exact_init(&x, w);
	return rsd_wire_exact(&x, eth, len, w->nb_addr == 1);
}

#endif
