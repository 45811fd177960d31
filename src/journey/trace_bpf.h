/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A look into the kernel's memory: an eBPF program on a tracepoint that shows an skb finds the
 * skb's data, and when a payload of ours begins there, tells the address.
 */
#ifndef RSD_JOURNEY_TRACE_BPF_H
#define RSD_JOURNEY_TRACE_BPF_H

#include <stddef.h>
#include <stdint.h>

struct rsd_trace_sight {
	uint64_t ns; /* CLOCK_MONOTONIC */
	uint64_t skb;
	uint64_t payload;
	uint32_t truesize;
	uint32_t kind; /* as given to attach */
};

struct rsd_trace_bpf;

/* NULL: why says why not. Not every program is built with the library this needs. */
struct rsd_trace_bpf *rsd_trace_bpf_open(const uint8_t marker[16], char *why, size_t size);
void rsd_trace_bpf_close(struct rsd_trace_bpf *b);

/*
 * perf_fd: an event of the tracepoint whose records hold the skb's address at this offset. Returns
 * 0 or -errno.
 */
int rsd_trace_bpf_attach(struct rsd_trace_bpf *b, int perf_fd, uint32_t kind, uint16_t skb_offset,
	char *why, size_t size);

/* What was seen since, in order of time within a CPU. */
void rsd_trace_bpf_sights(struct rsd_trace_bpf *b,
	void (*take)(const struct rsd_trace_sight *s, void *arg), void *arg);

#endif
