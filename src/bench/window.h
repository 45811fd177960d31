/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One row in front of the sender: a cable of its own, a receiver at one end, the sender at the
 * other, kept while windows of other rows go by; and one window of it.
 */
#ifndef RSD_BENCH_WINDOW_H
#define RSD_BENCH_WINDOW_H

#include "bench/cpu.h"
#include "bench/rx_client.h"
#include "bench/tx.h"

struct rsd_arena_conf {
	const char *exe; /* this program's own path */
	enum rsd_net_place place;
	int napi_cpu; /* of RSD_NET_ON_SERVER */
	uint32_t mtu;
	struct rsd_rxc_conf rx;
};

struct rsd_arena {
	struct rsd_arena_conf conf;
	const struct rsd_rx *row;
	struct rsd_net net;
	struct rsd_rxc rx;
	struct rsd_tx *tx; /* NULL: none */
	char why[256];     /* one line, after an error */
};

/* What a window came to. system_ns and the like are for each datagram that was answered or seen. */
struct rsd_window {
	struct rsd_tx_result tx;
	struct rsd_rx_mark rx;
	struct rsd_cpu_use cpu;
	uint64_t done; /* answers that came back, or payloads seen */
	double pps, offered_pps;
	double loss; /* share of what was sent: by number for an echo, by count when only receiving
		      */
	double process_ns, cycles, calls;
	double busy_ns;    /* all CPUs, nothing taken off */
	double system_ns;  /* less the sender's own cost and its waiting */
	double softirq_ns; /* sampled; part of both */
	bool is_disturbed; /* stolen time, or a hole in the sender's waiting: to be thrown out */
};

/*
 * Start the row's receiver as its cable needs it. Returns 0; -ENOTSUP when this machine cannot run
 * it; else -errno; then a->why says why. To be given back by rsd_arena_close() in every case.
 */
int rsd_arena_open(struct rsd_arena *a, const struct rsd_arena_conf *conf);
void rsd_arena_close(struct rsd_arena *a);

/* Change what is sent: sizes, flows, how much at a time. Where to is filled in. 0 or -errno. */
int rsd_arena_load(struct rsd_arena *a, const struct rsd_tx_conf *conf);

/* sender_ns: rsd_tx_own_cost() of the same load. Returns 0 or -errno with a->why. */
int rsd_arena_window(struct rsd_arena *a, uint64_t for_ns, double sender_ns, struct rsd_window *w);

/* The arithmetic of it, for an echo or not: fills all below cpu from what is above. */
void rsd_window_figures(struct rsd_window *w, bool echo, double sender_ns);

#endif
