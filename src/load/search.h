/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The highest rate at which a peer loses nothing (NDR, RFC 2544) or at most one in two hundred
 * (PDR). A rate is held when two of at most three trials hold it: on a shared machine a single
 * trial tells as much about the neighbours as about the peer.
 */
#ifndef RSD_LOAD_SEARCH_H
#define RSD_LOAD_SEARCH_H

#include "load/load.h"

#define RSD_SEARCH_STEPS  24
#define RSD_SEARCH_TRIALS 3
#define RSD_PDR_LOSS      0.005

struct rsd_search_step {
	double rate;
	unsigned int trials, held;
	bool kept_up;     /* the sender did, in the last of them */
	double loss;      /* the least of all trials */
	double sent_rate; /* of the last one */
};

struct rsd_search {
	double limit; /* share that may be lost */
	unsigned int nb_steps;
	struct rsd_search_step step[RSD_SEARCH_STEPS + 1]; /* the first is flat out */
	double rate;      /* the answer; 0: even the lowest rate lost more */
	double lost_from; /* the lowest rate that was not held; 0: none, the sender was the limit */
	bool settled;     /* the two are as near as was asked */
};

struct rsd_search_ops {
	/* Run one trial; 0 or -errno. */
	int (*trial)(void *arg, const struct rsd_load_trial *trial, struct rsd_load_result *r);
	/* A step is decided. May be NULL. */
	void (*told)(void *arg, const struct rsd_search *s);
	bool (*interrupted)(void);
	void *arg;
};

/*
 * max: where to begin, datagrams a second; 0: find out by a trial flat out. On success *r is a
 * trial that held s->rate, if there is one. Returns 0 or what trial returned.
 */
int rsd_search_run(const struct rsd_search_ops *ops, double limit, double precision, double max,
	uint64_t trial_ns, struct rsd_search *s, struct rsd_load_result *r);

#endif
