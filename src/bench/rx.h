/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The receivers that ringside is compared with: one row each, one small file each, all with the
 * same face. A receiver runs in a process of its own (rx_child.h), which the harness pins, starts
 * in a namespace and asks for its counters.
 *
 * What a receiver counts it counts where it happens: a datagram when the application has seen its
 * payload, a system call when it is made (rx_sys.h). Nothing is assumed from the outside.
 */
#ifndef RSD_BENCH_RX_H
#define RSD_BENCH_RX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <net/if.h>
#include <netinet/in.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>

/* The names of system calls, as strace has them. */
enum rsd_rx_call {
	RSD_RX_RECVFROM,
	RSD_RX_RECVMMSG,
	RSD_RX_SENDTO,
	RSD_RX_SENDMMSG,
	RSD_RX_POLL,
	RSD_RX_IO_URING_ENTER,
	RSD_RX_READV,
	RSD_RX_WRITEV,
	RSD_RX_OTHER, /* of a program that is counted from outside: any other */
	RSD_RX_NB_CALLS,
};

extern const char *const rsd_rx_call_name[RSD_RX_NB_CALLS];

enum rsd_rx_workload {
	RSD_RX_ECHO, /* every datagram goes back with the bytes it brought */
	RSD_RX_SINK, /* its payload is seen by the application, nothing is sent */
};

/* What a receiver asks of the harness, beyond an address on the interface. */
enum {
	/* Frames to another MAC than the host's: else the host's own IP answers them, too. */
	RSD_RX_NEEDS_OTHER_MAC = 1 << 0,
	/* An XDP program at the far end of the veth: without one it takes no XDP_TX frames. */
	RSD_RX_NEEDS_PEER_XDP = 1 << 1,
	/* Checksums made by the sender: it sees frames, and no NIC finishes the sums of veth. */
	RSD_RX_NEEDS_SUMS = 1 << 2,
	/* NAPI at its end of the veth, for the socket to poll. */
	RSD_RX_NEEDS_NAPI = 1 << 3,
};

#define RSD_RX_MAX_THREADS 2
#define RSD_RX_MAX_BATCH   256
#define RSD_RX_MAX_PAYLOAD 65507
#define RSD_RX_SCRATCH     65536 /* bytes that hold the largest */

struct rsd_rx_conf {
	char dev[IF_NAMESIZE];
	unsigned int ifindex;
	struct sockaddr_in addr; /* where it answers */
	enum rsd_rx_workload workload;
	uint32_t batch;       /* datagrams a system call, where that can be asked for */
	uint32_t max_payload; /* bytes that must fit a buffer */
	/* Faults planted for the tests of the benchmark itself; 0 in a real one. */
	uint32_t spin_ns; /* CPU time wasted on every datagram */
	uint32_t copies;  /* every payload is copied so many times more */
};

/* Written by one receiving thread, read by the one that reports. */
struct rsd_rx_counts {
	uint64_t datagrams; /* seen by the application */
	uint64_t bytes;     /* of their payload */
	uint64_t
		last_bytes; /* sum of the last byte of each payload: what proves that it was seen */
	uint64_t answered;
	uint64_t unsent;      /* the kernel would not take the answer */
	uint64_t refused;     /* ours, but a check failed */
	uint64_t completions; /* answers that the kernel reported as sent */
	uint64_t copied;      /* of these, SO_EE_CODE_ZEROCOPY_COPIED: sent from a copy after all */
	uint64_t calls[RSD_RX_NB_CALLS];
};

struct rsd_rx;

/* One receiving thread. */
struct rsd_rx_ctx {
	struct rsd_rx_counts counts __rte_cache_aligned;
	bool planted __rte_cache_aligned; /* a fault is */
	const struct rsd_rx *rx;
	const struct rsd_rx_conf *conf;
	const bool *stop; /* written by the thread that reports */
	void *state;      /* the receiver's own, between open and close */
	uint64_t spin_cycles;
	uint8_t *scratch; /* where a planted copy goes */
	char why[192];    /* set by whoever returns an error: one sentence */
};

struct rsd_rx {
	const char *name;
	const char *what;   /* one line */
	const char *checks; /* what is verified before a datagram counts, and by whom */
	/* Copies of the payload by a CPU on its way to the application and back; which they are. */
	uint8_t copies_rx, copies_tx;
	const char *copies;
	const char *note;  /* what a reader must know of its figures; NULL: nothing */
	bool tells_copies; /* of answers sent, the kernel says which it had copied after all */
	bool echo_only;    /* it is a way to send: nothing to see when only receiving */
	bool in_kernel;    /* the application runs there: no fault can be planted in it */
	uint8_t threads;   /* 0 stands for one */
	uint32_t needs;

	/*
	 * Called in this order for each thread's context, open and close by the main thread. open
	 * and run return 0, or -errno with ctx->why filled; after an open that failed nothing else
	 * is called. run returns when *ctx->stop is true; a signal ends its system calls.
	 */
	int (*open)(struct rsd_rx_ctx *ctx);
	int (*run)(struct rsd_rx_ctx *ctx);
	void (*close)(struct rsd_rx_ctx *ctx);
	/* Bring counts up to date, where they are not kept by run; may be NULL. Main thread. */
	void (*sync)(struct rsd_rx_ctx *ctx);

	/* A row that was not built: why, and what mends it. All functions are NULL then. */
	const char *missing;
};

/* All rows, in the order they are told; NULL ends them. */
extern const struct rsd_rx *const rsd_rx_rows[];
const struct rsd_rx *rsd_rx_find(const char *name);

/*
 * Can this receiver run that workload with that configuration at all? 0, or -ENOTSUP with the
 * reason in ctx->why.
 */
int rsd_rx_suits(struct rsd_rx_ctx *ctx);

/* Fill ctx->why with a sentence and the error's text; returns -err. */
int rsd_rx_fail(struct rsd_rx_ctx *ctx, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The faults asked for by ctx->conf. */
void rsd_rx_plant(struct rsd_rx_ctx *ctx, const uint8_t *payload, uint32_t len);

/* One writer: an addition is a load and a store, neither of them torn. */
#define RSD_RX_ADD(ctx, field, n) \
	__atomic_store_n(         \
		&(ctx)->counts.field, (ctx)->counts.field + (uint64_t)(n), __ATOMIC_RELAXED)

static inline bool
rsd_rx_stopped(const struct rsd_rx_ctx *ctx)
{
	return __atomic_load_n(ctx->stop, __ATOMIC_RELAXED);
}

/*
 * The application: it sees the payload of one datagram. Every receiver calls this once for each,
 * so that what is done here, planted faults included, is the same for all.
 */
static inline void
rsd_rx_see(struct rsd_rx_ctx *ctx, const uint8_t *payload, uint32_t len)
{
	RSD_RX_ADD(ctx, datagrams, 1);
	RSD_RX_ADD(ctx, bytes, len);
	RSD_RX_ADD(ctx, last_bytes, len != 0 ? payload[len - 1] : 0);
	if (unlikely(ctx->planted))
		rsd_rx_plant(ctx, payload, len);
}

#endif
