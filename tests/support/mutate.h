/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames of which most are a datagram with something changed, at places where opinions about it may
 * differ. Their IPv4 checksum is made right more often than not.
 */
#ifndef RSD_TESTS_MUTATE_H
#define RSD_TESTS_MUTATE_H

#include "support/packet_builder.h"
#include "support/random.h"

#define RSD_MUTANT_MAX 9600

struct rsd_mutant {
	uint8_t b[RSD_MUTANT_MAX + 16];
	uint32_t len;
	uint32_t l2_len; /* where the IPv4 header was put */
};

/* Of a seed that it chooses itself, or of one that is given. */
void rsd_mutate(struct rsd_mutant *f, struct rsd_random *r);
void rsd_mutate_seed(struct rsd_mutant *f, struct rsd_random *r, const struct rsd_frame *seed);

/*
 * What is at the place of a UDP checksum afterwards: every other time the right one; else what was
 * there, none, a wrong one; or zero or ones, and another word makes the sum right.
 */
void rsd_mutate_udp_sum(struct rsd_mutant *f, struct rsd_random *r);

#endif
