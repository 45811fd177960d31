/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where answers end that the benchmark's own sender asked for: an eBPF program at the client's end
 * of the cable, which looks up the number that an answer carries in a bitmap, counts it as new or
 * as seen before, and drops it. The counters are memory of ours: reading them costs no system call.
 */
#ifndef RSD_BENCH_SINK_H
#define RSD_BENCH_SINK_H

#include <stdbool.h>
#include <stdint.h>
#include <netinet/in.h>

#define RSD_SINK_NUMBERS (UINT64_C(1) << 24) /* remembered at a time */

struct rsd_sink {
	int bitmap_fd, counts_fd, prog_fd, link_fd;
	unsigned int ifindex; /* of a tc filter that is attached; 0: none */
	uint64_t *bitmap;
	const uint64_t *counts; /* new, seen before */
};

/*
 * Attach to an interface of the namespace this thread is in; from: who answers, on any port of his
 * when it is 0. As XDP, or after the kernel made an skb of the frame, by tc. On success to be
 * released by rsd_sink_detach() in the same namespace; otherwise returns -errno, keeps nothing, and
 * *what says in a few words what could
 * not be done.
 */
int rsd_sink_attach(struct rsd_sink *s, unsigned int ifindex, bool xdp,
	const struct sockaddr_in *from, const char **what);
void rsd_sink_detach(struct rsd_sink *s);

/* Answers to different numbers; to the same one again. A joined answer counts for all its parts. */
static inline uint64_t
rsd_sink_new(const struct rsd_sink *s)
{
	return __atomic_load_n(&s->counts[0], __ATOMIC_RELAXED);
}

static inline uint64_t
rsd_sink_again(const struct rsd_sink *s)
{
	return __atomic_load_n(&s->counts[1], __ATOMIC_RELAXED);
}

/* Numbers are used in turn: forget those that this one's half of the bitmap had. Call for each. */
static inline void
rsd_sink_forget(struct rsd_sink *s, uint64_t number)
{
	if (number % 64 == 0)
		s->bitmap[(number + RSD_SINK_NUMBERS / 2) / 64 % (RSD_SINK_NUMBERS / 64)] = 0;
}

#endif
