/* SPDX-License-Identifier: BSD-3-Clause */
/* Built without libbpf. */
#include <errno.h>
#include <stdio.h>

#include "journey/trace_bpf.h"

struct rsd_trace_bpf *
rsd_trace_bpf_open(const uint8_t marker[16], char *why, size_t size)
{
	(void)marker;
	snprintf(why, size, "this ringside was built without libbpf");
	return NULL;
}

void
rsd_trace_bpf_close(struct rsd_trace_bpf *b)
{
	(void)b;
}

int
rsd_trace_bpf_attach(struct rsd_trace_bpf *b, int perf_fd, uint32_t kind, uint16_t skb_offset,
	char *why, size_t size)
{
	(void)b, (void)perf_fd, (void)kind, (void)skb_offset, (void)why, (void)size;
	return -ENOSYS;
}

void
rsd_trace_bpf_sights(struct rsd_trace_bpf *b,
	void (*take)(const struct rsd_trace_sight *s, void *arg), void *arg)
{
	(void)b, (void)take, (void)arg;
}
