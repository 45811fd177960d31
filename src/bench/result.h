/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a run of the benchmark found, as data: filled by the harness, then printed (out.h), read
 * back and compared. Nothing here measures.
 *
 * All texts are UTF-8. An array of bytes that is empty stands for "nothing to say".
 */
#ifndef RSD_BENCH_RESULT_H
#define RSD_BENCH_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "bench/fit.h"
#include "bench/machine.h"
#include "bench/stat.h"

#define RSD_BENCH_SCHEMA 1

#define RSD_BENCH_MAX_SIZES  12
#define RSD_BENCH_MAX_CALLS  8
#define RSD_BENCH_MAX_RATIOS 4
#define RSD_BENCH_ID_LEN     160

/* -- one row ----------------------------------------------------------------------------------- */

enum rsd_bench_group {
	RSD_GROUP_SOCKETS, /* the kernel's UDP sockets */
	RSD_GROUP_BYPASS,  /* ways round them that the kernel offers: AF_PACKET, AF_XDP, XDP_TX */
	RSD_GROUP_TESTPMD,
	RSD_GROUP_RINGSIDE,
	RSD_GROUP_NB
};

enum rsd_bench_workload {
	RSD_WORK_ECHO,
	RSD_WORK_RECEIVE, /* the application sees the payload, nothing is sent */
	RSD_WORK_NB
};

enum rsd_bench_load {
	RSD_LOAD_FLOOD,       /* as much as the sender can, whatever comes back */
	RSD_LOAD_OUTSTANDING, /* a fixed number under way */
	RSD_LOAD_NB
};

/* Where the kernel takes frames off the cable. */
enum rsd_bench_place {
	RSD_PLACE_NONE,      /* it has no part in it: memory shared with the peer */
	RSD_PLACE_ON_SENDER, /* in the sender's system call, on the sender's core */
	RSD_PLACE_ON_SERVER, /* in a NAPI thread pinned to the server's core */
	RSD_PLACE_NB
};

/* One figure out of the windows of a row. */
struct rsd_metric {
	size_t nb; /* windows; 0: it was not measured, and the rest is 0 */
	double median;
	double low, high; /* of the median with 95 % confidence (bootstrap); the extremes when
			     is_wide */
	double q1, q3;    /* half of the windows lie between these */
	bool is_wide;     /* too few windows to say anything about confidence */
};

enum rsd_metric_id {
	RSD_METRIC_PPS,        /* datagrams a second: answers that came back, or payloads seen */
	RSD_METRIC_OFFERED,    /* datagrams a second that were sent */
	RSD_METRIC_LOSS,       /* share of them, by sequence number, 0 to 1 */
	RSD_METRIC_PROCESS_NS, /* CPU of the receiving process for one datagram */
	RSD_METRIC_SYSTEM_NS,  /* CPU of the whole machine for one datagram, less its sender's */
	RSD_METRIC_SOFTIRQ_NS, /* of that in softirqs; sampled */
	RSD_METRIC_CYCLES,     /* TSC cycles of the receiving process for one datagram */
	RSD_METRIC_SYSCALLS,   /* of the receiving process for one datagram */
	RSD_METRIC_NB
};

enum rsd_bench_better {
	RSD_BETTER_NEITHER,
	RSD_BETTER_HIGHER,
	RSD_BETTER_LOWER
};

struct rsd_metric_info {
	const char *key;   /* in JSON */
	const char *title; /* of a column */
	const char *what;  /* one sentence */
	enum rsd_bench_better better;
};

extern const struct rsd_metric_info rsd_metric_info[RSD_METRIC_NB];

/* How much of the row's capacity is asked for while latency is measured. */
enum rsd_bench_at {
	RSD_AT_IDLE, /* one datagram under way at a time */
	RSD_AT_10,
	RSD_AT_50,
	RSD_AT_90,
	RSD_AT_NB
};

enum rsd_bench_pct {
	RSD_PCT_50,
	RSD_PCT_99,
	RSD_PCT_99_9,
	RSD_PCT_NB
};

struct rsd_bench_latency {
	double pps; /* rate at which it was measured; 0 when idle */
	struct rsd_metric ns[RSD_PCT_NB];
};

/* The two CPU bills that are always shown together. */
enum rsd_bench_bill {
	RSD_BILL_PROCESS,
	RSD_BILL_SYSTEM,
	RSD_BILL_NB
};

/* Cost against size. fit and copies are made of the points by rsd_bench_fit_sweep(). */
struct rsd_bench_sweep {
	unsigned int nb;                     /* sizes */
	uint32_t bytes[RSD_BENCH_MAX_SIZES]; /* of payload */
	struct rsd_metric ns[RSD_BILL_NB][RSD_BENCH_MAX_SIZES];
	struct rsd_fit fit[RSD_BILL_NB];        /* nb 0: there is no line */
	struct rsd_measure copies[RSD_BILL_NB]; /* fit.b over the machine's memcpy slope */
};

struct rsd_bench_call {
	char name[24]; /* as strace has it */
	double per_packet;
};

/* This row's figure over that of another, window by window. */
struct rsd_bench_ratio {
	enum rsd_metric_id metric;
	char to[RSD_BENCH_ID_LEN]; /* id of the row it is compared with */
	struct rsd_interval value;
};

struct rsd_bench_row {
	char name[32];    /* "recvmmsg", "testpmd-5tswap", "ringside" */
	char device[32];  /* "veth", "tap", "virtio-user" */
	char what[128];   /* one line */
	char checks[128]; /* what is verified before a datagram counts, and by whom */
	enum rsd_bench_group group;
	enum rsd_bench_workload workload;
	enum rsd_bench_load load;
	enum rsd_bench_place place;
	uint32_t payload_bytes; /* of the datagrams that metrics and latency are of */

	char why[256];  /* it did not run, and this is why: no figure below means anything */
	char note[256]; /* what a reader must know of its figures: becomes a footnote */

	struct rsd_metric metric[RSD_METRIC_NB];
	struct rsd_bench_latency latency[RSD_AT_NB];
	struct rsd_bench_sweep sweep;

	unsigned int nb_calls;
	struct rsd_bench_call call[RSD_BENCH_MAX_CALLS];

	/* Copies of a datagram by a CPU on our side of the device; -1: not known. */
	int copies_rx, copies_tx;
	double bytes_copied; /* for one datagram of payload_bytes, both ways; -1: not known */
	char copies[256];    /* which they are */

	unsigned int nb_ratios;
	struct rsd_bench_ratio ratio[RSD_BENCH_MAX_RATIOS];

	uint32_t windows_kept;
	uint32_t windows_thrown; /* somebody else had the CPU meanwhile */
	double sender_ns;        /* the sender's own cost of a datagram, taken off system_ns */
};

/* -- all of them ------------------------------------------------------------------------------- */

/* The same for all rows. */
struct rsd_bench_method {
	uint32_t burst;               /* datagrams in a burst or a system call */
	uint32_t rx_ring, tx_ring;    /* descriptors */
	uint32_t buffers, pool_cache; /* mbufs, and of those in a core's cache */
	uint32_t socket_buffer_bytes;
	uint32_t flows, outstanding;
	uint32_t payload_bytes; /* where no sweep is made */
	unsigned int nb_sizes;
	uint32_t size[RSD_BENCH_MAX_SIZES]; /* of the sweep */
	uint32_t rounds;                    /* windows asked for of each row */
	uint32_t passes; /* through all parts, which share the windows: as many starts of a row */
	double window_s, warmup_s;
	double idle_share; /* of all CPUs' time that is busy when nothing runs; taken off, too */
	int sender_cpu, server_cpu;
	char order[64];  /* "A B B A" */
	char memory[64]; /* of rows over DPDK devices: "huge pages"; empty: there are none */
	char flags[192]; /* of the compiler, for the receivers and ringside; and its variants */
	char peer_flags[192]; /* for testpmd: how the DPDK it comes with was built */
	char sender[256];     /* what sends, and how its own cost was measured */
};

struct rsd_bench_result {
	char version[32]; /* of ringside */
	time_t begun;
	double seconds; /* it took */
	bool is_quick;
	bool is_cut_short; /* Ctrl-C: rows that were not reached have a why */
	char note[256];    /* printed above everything */
	struct rsd_machine machine;
	struct rsd_bench_method method;
	struct rsd_bench_row *row;
	size_t nb_rows, cap_rows;
};

/* Everything to nothing; afterwards rsd_bench_free() may be called. */
void rsd_bench_init(struct rsd_bench_result *r);
void rsd_bench_free(struct rsd_bench_result *r);

/*
 * One more row, all of it nothing but copies, which are unknown. The pointer holds until the next
 * row is added; NULL when there is no memory.
 */
struct rsd_bench_row *rsd_bench_add(struct rsd_bench_result *r);

/* "recvmmsg veth echo flood on-server 64": no two rows of a result have the same. Returns buf. */
const char *rsd_bench_id(const struct rsd_bench_row *row, char buf[static RSD_BENCH_ID_LEN]);

/* The row of that id, or NULL. */
const struct rsd_bench_row *rsd_bench_find(const struct rsd_bench_result *r, const char *id);

/* Words for JSON and ids; NULL when there is no such value. */
const char *rsd_bench_group_key(enum rsd_bench_group g);
const char *rsd_bench_workload_key(enum rsd_bench_workload w);
const char *rsd_bench_load_key(enum rsd_bench_load l);
const char *rsd_bench_place_key(enum rsd_bench_place p);
const char *rsd_bench_at_key(enum rsd_bench_at a);
const char *rsd_bench_pct_key(enum rsd_bench_pct p);
const char *rsd_bench_bill_key(enum rsd_bench_bill b);

/* -- filling a row ----------------------------------------------------------------------------- */

/*
 * One figure from its windows. start is as in stat.h: those of one start of the programs stand
 * together, in whatever order; NULL: there was one. Sorts v. Returns 0, or -ENOMEM.
 */
int rsd_metric_of(
	double *v, const uint8_t *start, size_t nb, uint64_t seed, struct rsd_metric *out);

/*
 * Let the interval of its median reach as far as half says, a logarithm (starts.h), to both sides.
 * What it reached to by itself stays in it.
 */
void rsd_metric_widen(struct rsd_metric *m, double half);

/* Lines through the medians of row->sweep, and their slopes in copies of this machine. */
void rsd_bench_fit_sweep(struct rsd_bench_row *row, const struct rsd_machine *m);

/*
 * This row over another, for one metric, from windows that were neighbours: mine[i] beside
 * theirs[i], of start[i]. Returns 0, -ENOMEM, or -ENOSPC when the row has its RSD_BENCH_MAX_RATIOS.
 */
struct rsd_bench_pairs {
	const double *mine, *theirs;
	const uint8_t *start; /* NULL: one */
	size_t nb;
};
int rsd_bench_add_ratio(struct rsd_bench_row *row, enum rsd_metric_id metric, const char *to,
	const struct rsd_bench_pairs *pairs, uint64_t seed);

/*
 * For ringside and testpmd: what is known of the driver under them, made with these devargs; whole
 * frames counted.
 */
void rsd_bench_copies_of_driver(struct rsd_bench_row *row, const char *driver, const char *devargs);

/* For the kernel's receivers: so many copies of the payload, which are these. */
void rsd_bench_copies_of_payload(struct rsd_bench_row *row, int rx, int tx, const char *which);

#endif
