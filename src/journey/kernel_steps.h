/* SPDX-License-Identifier: BSD-3-Clause */
/* From what was seen while a datagram went through the kernel to its journey. */
#ifndef RSD_JOURNEY_KERNEL_STEPS_H
#define RSD_JOURNEY_KERNEL_STEPS_H

#include <sys/types.h>

#include "journey/journey.h"
#include "journey/trace.h"

/* What the program knows of it by itself. Times of CLOCK_MONOTONIC. */
struct rsd_kernel_round {
	pid_t sender, receiver;
	uint64_t sent_from, received_at; /* addresses of the payload in the two buffers */
	uint64_t from_ns;                /* the receiver was about to receive */
	uint64_t send_ns, sent_ns;       /* around sendto */
	uint64_t received_ns;            /* after recvfrom */
	int switches;                    /* as getrusage() counts them, both threads */
};

/* How long it took, by the best clock there is; what rounds are compared by. */
uint64_t rsd_kernel_round_ns(const struct rsd_kernel_round *r);

/* t may have seen anything, or nothing: j->bytes and j->way are set, the rest is written. */
void rsd_kernel_steps(
	struct rsd_journey *j, const struct rsd_kernel_round *r, const struct rsd_trace *t);

#endif
