/* SPDX-License-Identifier: BSD-3-Clause */
/* The other end of rx_child.h: start a receiver at the server's end of a cable, ask, stop it. */
#ifndef RSD_BENCH_RX_CLIENT_H
#define RSD_BENCH_RX_CLIENT_H

#include "bench/net.h"
#include "bench/proc.h"
#include "bench/rx.h"

struct rsd_rxc_conf {
	const char *name; /* of the row */
	uint16_t port;
	enum rsd_rx_workload workload;
	const char *cpus; /* "0" or "0,1"; NULL: anywhere */
	uint32_t batch, max_payload;
	uint32_t spin_ns; /* planted faults */
	uint32_t copies;
	bool has_peer_xdp; /* the sender's sink is at the far end already */
};

/* What a receiver had counted when it was asked. */
struct rsd_rx_mark {
	uint64_t wall_ns, tsc, cpu_ns, user_ns, system_ns;
	uint64_t datagrams, bytes, last_bytes, answered, unsent, refused, completions, copied;
	uint64_t calls[RSD_RX_NB_CALLS], calls_total;
};

struct rsd_rxc {
	struct rsd_proc proc,
		peer;  /* peer: what XDP_TX needs at the client's end; pid 0: nothing */
	char why[256]; /* one line, after an error */
};

/*
 * Make the cable as the row needs it (sums, MAC, XDP at the far end) and start its receiver. exe is
 * this program's own path. Returns 0 when it receives; -ENOTSUP when this machine cannot run it;
 * else -errno. Then c->why says why, and nothing runs.
 */
int rsd_rxc_start(
	struct rsd_rxc *c, struct rsd_net *n, const char *exe, const struct rsd_rxc_conf *conf);

/* Returns 0 or -errno with c->why. */
int rsd_rxc_mark(struct rsd_rxc *c, struct rsd_rx_mark *m);

/* Stop it; last takes what it had counted in the end, and may be NULL. 0 or -errno with c->why. */
int rsd_rxc_stop(struct rsd_rxc *c, struct rsd_rx_mark *last);

/* b - a, field by field: a window. */
struct rsd_rx_mark rsd_rx_mark_between(const struct rsd_rx_mark *a, const struct rsd_rx_mark *b);

#endif
