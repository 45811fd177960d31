/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a host must do besides the common case: every frame that the fast check did not recognise
 * comes here. May be slow, must be right. Polling core only.
 */
#ifndef RSD_HOST_HOST_H
#define RSD_HOST_HOST_H

#include <rte_mbuf.h>

#include "stats/core_stats.h"
#include "wire/local.h"
#include "wire/parse.h"

enum rsd_host_verdict {
	RSD_HOST_UDP,  /* a datagram for us, now in normal form: back to the fast path */
	RSD_HOST_MANY, /* one to a group or broadcast address, in normal form; *why: if nobody takes
			  it */
	RSD_HOST_SEND, /* m has become an answer, to be sent */
	RSD_HOST_FREE, /* to be freed and counted as *why, a DROP or END row */
};

/*
 * m is lent and stays the caller's; it may have been changed, and segments of it freed. Events are
 * counted in st. *why is set with RSD_HOST_FREE and RSD_HOST_MANY only.
 */
enum rsd_host_verdict rsd_host_input(const struct rsd_wire_local *w, struct rsd_core_stats *st,
	struct rte_mbuf *m, enum rsd_counter *why);

/* RFC 826, 5227: m holds a whole ARP packet after v->l2_len bytes. */
enum rsd_host_verdict rsd_arp_input(const struct rsd_wire_local *w, struct rsd_core_stats *st,
	struct rte_mbuf *m, const struct rsd_wire_view *v, enum rsd_counter *why);

/* RFC 792, 1122 3.2.2.6: m holds an ICMP message in normal form (no options, no padding). */
enum rsd_host_verdict rsd_icmp4_input(
	const struct rsd_wire_local *w, struct rte_mbuf *m, enum rsd_counter *why);

#endif
