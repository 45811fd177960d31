/* SPDX-License-Identifier: BSD-3-Clause */
/* Between port.c (start and stop), port_frame.c (frames), port_peer.c (who is there) and port_run.c
 * (the loop). */
#ifndef RSD_LOAD_PORT_H
#define RSD_LOAD_PORT_H

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "control/engine.h"
#include "load/phase.h"
#include "wire/parse.h"

/* Source ports of the flows; the peer's own is left out, since no service answers a request that
 * seems to come from one. */
#define RSD_FLOW_PORT_MIN 20000
#define RSD_FLOW_PORTS    45000

/* What differs between frames of different sizes, with sums over all that does not differ. */
struct rsd_frame_size {
	uint16_t frame_len;
	rte_be16_t ip_len, udp_len;
	uint64_t ip_sum;  /* of the IP header without source address */
	uint64_t udp_sum; /* of pseudo header, UDP header and payload without source, port, stamp */
};

struct rsd_flow_addr {
	rte_be32_t addr;
	rte_be16_t port;
};

struct rsd_port_side {
	/* Read in the loop. */
	struct rsd_engine *eng;
	struct rte_mempool *pool; /* of frames that are ready but for a few fields */
	uint16_t port_id;
	bool check_sums; /* of what comes back */
	uint32_t own_ip; /* where the last answer was sent to: index into ips[] */
	rte_be32_t peer_addr;
	rte_be16_t peer_port;
	unsigned int nb_ips;
	rte_be32_t ips[RSD_LOAD_IPS];
	struct rsd_frame_size size[RSD_MIX_SIZES];
	struct rsd_flow_addr *flow;

	uint64_t tsc0, ns_per_tsc; /* the latter in 2^-32 */

	/* Built and stamped, not yet taken by the device. */
	struct rte_mbuf *pending[RSD_LOAD_BATCH] __rte_cache_aligned;
	unsigned int nb_pending, first_pending;

	uint64_t drops_before;
	uint8_t peer_mac[6];
	bool have_peer_mac;
	rte_be32_t next_hop;
	char name[32], cores[16];
};

static inline uint64_t
rsd_port_now(const struct rsd_port_side *side)
{
	return (uint64_t)((unsigned __int128)(rte_rdtsc() - side->tsc0) * side->ns_per_tsc >> 32);
}

static inline struct rsd_wire_local *
rsd_port_wire(const struct rsd_port_side *side)
{
	return &side->eng->ports[0].wire;
}

/* port_frame.c: the pool of frames, once the peer's MAC is known. Returns 0 or -errno. */
int rsd_port_frames(struct rsd_load *load, struct rsd_error *err);

/* Stamp and address n frames for the datagrams that are due. */
void rsd_port_build(struct rsd_load *load, struct rte_mbuf **m, unsigned int n, uint64_t now);

/* Which flow an address and port of ours belong to; UINT32_MAX: none. */
uint32_t rsd_port_flow(struct rsd_port_side *side, rte_be32_t addr, rte_be16_t port);

/* port_peer.c: find out the next hop's MAC. Returns 0 or -errno. */
int rsd_port_resolve(struct rsd_load *load, struct rsd_error *err);

/* Anything that is no datagram in normal form: answered or thrown away. m is given. */
void rsd_port_odd_frame(struct rsd_port_side *side, struct rte_mbuf *m);

/* port_run.c: what the worker lcore does; arg is the struct rsd_load. */
int rsd_port_main(void *arg);

#endif
