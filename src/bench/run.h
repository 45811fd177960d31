/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A whole benchmark: every row in its own cable, windows of all of them in turn, then latency and
 * the sweep over sizes while they still stand. What comes of it is a struct rsd_bench_result.
 */
#ifndef RSD_BENCH_RUN_H
#define RSD_BENCH_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/result.h"
#include "bench/rx.h"

#define RSD_RUN_MAX_ROWS   64
#define RSD_RUN_MAX_ROUNDS 64

/* The largest payload that fits an ordinary frame. */
#define RSD_RUN_PLAIN_PAYLOAD 1472

/* -- what there is to run ---------------------------------------------------------------------- */

/*
 * A fault in a receiver, for the tests of the benchmark itself: it has a twin with the fault, in a
 * row of its own beside it.
 */
struct rsd_run_plant {
	char row[32]; /* empty: none */
	uint32_t spin_ns, copies;
};

struct rsd_dp_row;

/* A row before it is measured: a receiver of the kernel's, or one over a DPDK device. */
struct rsd_run_row {
	enum rsd_bench_group group;
	char name[32], device[32];
	char what[128];
	uint32_t max_payload; /* bytes it can be sent */
	/* One of these. */
	const struct rsd_rx *rx;
	const struct rsd_dp_row *dp;
	struct rsd_run_plant plant; /* of a twin */
	bool is_main; /* worth the time of a quick run, and of all parts of a full one */
};

/* All of them, in the order they are told. Returns how many; at most RSD_RUN_MAX_ROWS. */
unsigned int rsd_run_rows(struct rsd_run_row rows[RSD_RUN_MAX_ROWS]);

/* Behind nb rows, the twin that a plant asks for. Returns how many: 1 or 0. */
unsigned int rsd_run_twin(
	const struct rsd_run_plant *plant, struct rsd_run_row *rows, unsigned int nb);

/* Is a row meant by NAME, or by NAME@DEVICE? */
bool rsd_run_row_is(const struct rsd_run_row *row, const char *word, size_t len);

/* -- how --------------------------------------------------------------------------------------- */

/* One round of asking how long answers take, by whoever has a load generator. */
struct rsd_run_ask {
	const char *ip;
	uint16_t port;
	uint32_t payload;
	double rate; /* a second; 0: one datagram under way at a time */
	uint64_t for_ns, warmup_ns;
	int cpu;
};

/* Called in the client's namespace. Returns false when the times say nothing: the rate was not kept
 * to, or answers were lost. */
typedef bool (*rsd_run_ask_fn)(const struct rsd_run_ask *ask, double ns[RSD_PCT_NB]);

struct rsd_run_conf {
	rsd_run_ask_fn ask;
	const char *exe; /* this program's own path */
	bool is_quick;
	bool wants[RSD_RUN_MAX_ROWS]; /* by place in rsd_run_rows() */
	bool in_all_parts;            /* also those that are not is_main */
	bool workload[RSD_WORK_NB];
	unsigned int nb_sizes;
	uint32_t size[RSD_BENCH_MAX_SIZES]; /* the first is what everything but the sweep is of */
	/* Windows of each row; passes share them, and start every row anew. */
	uint32_t rounds, sweep_rounds, latency_rounds, calls_rounds;
	uint32_t passes; /* 1 to RSD_MAX_STARTS, and not more than rounds */
	uint64_t window_ns, warmup_ns;
	struct rsd_run_plant plant;
	uint32_t drop_every; /* planted in the sender; 0: nothing is */
	bool progress;       /* a line on stderr */
};

/* Set by a signal: the window under way ends, and what was found so far is told. */
void rsd_run_interrupt(void);
bool rsd_run_interrupted(void);

/*
 * Measure. r must be as rsd_bench_init() leaves it, and is to be given back in every case. Returns
 * 0, also when rows could not run or it was interrupted; or -errno with one line in why, when the
 * machine cannot be measured at all.
 */
int rsd_run(const struct rsd_run_conf *conf, struct rsd_bench_result *r, char why[256]);

#endif
