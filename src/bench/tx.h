/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sender of the windows: whole frames by AF_PACKET past the queueing discipline, so that
 * sending costs as little as the kernel lets it, and answers end in an eBPF program (sink.h). It
 * runs in the benchmark's own process, in the client's namespace. Every frame carries its number in
 * the first eight bytes of its payload; checksums are whole.
 */
#ifndef RSD_BENCH_TX_H
#define RSD_BENCH_TX_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/net.h"

#define RSD_TX_MIN_PAYLOAD 18 /* of the shortest Ethernet frame; room for the number */
#define RSD_TX_MAX_PAYLOAD 8972
#define RSD_TX_BATCH       32
#define RSD_TX_FIRST_PORT  20000

struct rsd_tx_conf {
	uint16_t port;        /* of the server */
	uint8_t mac[6];       /* frames are addressed to it; all zero: the server's own */
	uint32_t payload;     /* bytes */
	uint32_t flows;       /* source ports, used in turn */
	uint32_t run;         /* consecutive frames of a flow; 0 stands for 1 */
	uint32_t outstanding; /* 0: a flood, as fast as it goes, or at the rate */
	uint32_t rate;        /* frames a second, whatever comes back; 0: none */
	bool xdp_sink;        /* what XDP_TX needs, or a tc filter; see rsd_rx.needs */
	bool no_sink;         /* nothing is answered */
	bool returned; /* answers have the addresses and ports that were sent, not exchanged */
	int cpu;       /* -1: wherever */
	uint32_t drop_every; /* a planted fault: one frame in so many is counted and not sent */
};

struct rsd_tx_result {
	uint64_t sent;      /* taken by the kernel */
	uint64_t refused;   /* not taken: tried again */
	uint64_t answered;  /* different numbers that came back */
	uint64_t again;     /* numbers that came back more than once */
	uint64_t given_up;  /* with a number outstanding: nothing came for 50 ms */
	uint64_t wall_ns;   /* while sending */
	uint64_t cpu_ns;    /* of this thread, while sending: softirqs that ran in it included */
	uint64_t waited_ns; /* of that: turned round waiting for answers; no work of anybody's */
	uint64_t gaps, longest_gap_ns; /* while waiting, the CPU was somewhere else (gap.h) */
};

struct rsd_tx;

/*
 * Open at the client's end. On success *tx is to be given back by rsd_tx_close(), before the net
 * is; otherwise -errno and a line in n->why.
 */
int rsd_tx_open(struct rsd_tx **tx, struct rsd_net *n, const struct rsd_tx_conf *conf);
void rsd_tx_close(struct rsd_tx *tx);

/* Send for so long, then wait for what is under way until nothing comes for 100 ms. Returns 0 or
 * -errno, n->why. */
int rsd_tx_run(struct rsd_tx *tx, uint64_t for_ns, struct rsd_tx_result *r);

/*
 * What sending one such frame costs by itself, in ns of CPU time: to an interface that drops at
 * once. Returns 0 or -errno with n->why.
 */
int rsd_tx_own_cost(struct rsd_net *n, const struct rsd_tx_conf *conf, double *ns);

#endif
