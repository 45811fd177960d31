/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Payloads that can be told apart and checked to the last byte.
 *
 * From 18 bytes on: check(2) flow(2) sequence(8) time(6), big-endian, then a pattern that depends
 * on the sequence number. 18 is what fits the shortest Ethernet frame without padding. Shorter
 * payloads are a fixed pattern and can only be counted.
 */
#ifndef UDP_PAYLOAD_H
#define UDP_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#define PAYLOAD_HEADER 18

struct payload_id {
	uint64_t seq;
	uint64_t time_us; /* 48 bits of it travel */
	uint16_t flow;
};

/* Fill len bytes at buf. */
void payload_write(uint8_t *buf, size_t len, const struct payload_id *id);

/*
 * Read the header of a payload of at least PAYLOAD_HEADER bytes. Returns 0, or -1 when it is not
 * one of ours or any of its bits changed.
 */
int payload_read(const uint8_t *buf, struct payload_id *id);

/* Are all the bytes as payload_write() left them? Returns 1 or 0. */
int payload_intact(const uint8_t *buf, size_t len, uint64_t seq);

/* A histogram of unsigned values: exact below 32, then within 1/32 of the value. */
struct hist {
	uint64_t nb, max;
	uint64_t bucket[60 * 32];
};

void hist_add(struct hist *h, uint64_t value);

/* The value that a share of all (0 to 1) does not exceed; 0 when the histogram is empty. */
uint64_t hist_share(const struct hist *h, double share);

#endif
