/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the kernel tells of a short while: tracepoints, by perf events on each CPU, and where the
 * kernel has them kprobes on the two copy routines. Whatever is missing is told, never made up.
 */
#ifndef RSD_JOURNEY_TRACE_H
#define RSD_JOURNEY_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RSD_TRACE_THREADS 4
#define RSD_TRACE_CPUS    4 /* the process is to run on no more */
#define RSD_TRACE_WHY     160

enum rsd_trace_kind {
	RSD_TRACE_SYS_ENTER, /* of the threads watched */
	RSD_TRACE_SYS_EXIT,
	RSD_TRACE_NET_DEV_QUEUE,
	RSD_TRACE_NET_DEV_START_XMIT,
	RSD_TRACE_NETIF_RX_ENTRY, /* tells how much memory an skb has */
	RSD_TRACE_NETIF_RX,
	RSD_TRACE_NETIF_RECEIVE_SKB,
	RSD_TRACE_SKB_COPY, /* skb_copy_datagram_iovec; not for small datagrams */
	RSD_TRACE_CONSUME_SKB,
	RSD_TRACE_KFREE_SKB,
	RSD_TRACE_WAKING,   /* a thread watched is woken */
	RSD_TRACE_SWITCH,   /* from or to a thread watched */
	RSD_TRACE_COPY_IN,  /* kprobe: user's memory to the kernel's */
	RSD_TRACE_COPY_OUT, /* kprobe: the kernel's to the user's */
	RSD_TRACE_KINDS
};

struct rsd_trace_rec {
	uint64_t ns; /* CLOCK_MONOTONIC */
	enum rsd_trace_kind kind;
	uint32_t cpu;
	pid_t tid;         /* who ran */
	uint64_t skb;      /* its address; 0: not told */
	uint64_t payload;  /* where in the kernel's memory the payload was seen; 0: not seen */
	uint32_t len;      /* of the frame, or bytes copied */
	uint32_t truesize; /* memory the skb is charged for; 0: not told */
	char dev[16];      /* interface */
	int64_t call;      /* system call, by number */
	uint64_t arg[3];
	int64_t ret;
	pid_t from, to; /* a switch; a waking has only to */
};

/* What is to be seen, and what was. */
struct rsd_trace {
	pid_t thread[RSD_TRACE_THREADS]; /* watched */
	unsigned int nb_threads;
	bool has[RSD_TRACE_KINDS];          /* can be seen here */
	char why[RSD_TRACE_WHY];            /* nothing can be seen, and why; else "" */
	char why_no_probes[RSD_TRACE_WHY];  /* no kprobes, and why; else "" */
	char why_no_payload[RSD_TRACE_WHY]; /* payload in kernel memory cannot be read, and why */
	struct rsd_trace_rec *rec;          /* in order of time */
	size_t nb_rec;
	uint64_t lost; /* records the kernel had no room for */
	struct rsd_trace_state *state;
};

/*
 * Get ready to watch threads of this process; marker: 16 bytes a payload begins with, by which it
 * is found in the kernel's memory. Always succeeds: what cannot be seen is told in t.
 */
void rsd_trace_open(
	struct rsd_trace *t, const uint8_t marker[16], const pid_t *thread, unsigned int nb);
void rsd_trace_close(struct rsd_trace *t);

/* From here to there. stop fills rec; a trace can be started once. */
void rsd_trace_start(struct rsd_trace *t);
void rsd_trace_stop(struct rsd_trace *t);

/* Is it one of the threads watched? */
bool rsd_trace_watches(const struct rsd_trace *t, pid_t tid);

/* As the kernel calls it: "net_dev_queue", "sched_switch", ... */
const char *rsd_trace_kind_name(enum rsd_trace_kind kind);

/* "sendto" and the like; "system call N" for those we have no name for. */
const char *rsd_trace_call_name(int64_t call);

#endif
