/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every datagram carries, all of it big-endian, as much as fits:
 *
 *	0       tag of the phase it belongs to (a warm-up, one trial of a search)
 *	1 - 7   sequence number within the phase, over all flows
 *	8 - 14  intended send time in ns since the run began
 *	15 - 17 flow
 *
 * 18 bytes are what the shortest Ethernet frame has room for. With fewer than 18 the time and the
 * flow are left out, so there is no latency; with fewer than 8 everything is, and answers can only
 * be counted.
 */
#ifndef RSD_LOAD_STAMP_H
#define RSD_LOAD_STAMP_H

#include <stddef.h>
#include <string.h>

#include <rte_byteorder.h>

#define RSD_STAMP_SEQ  8 /* payload bytes from which on there is a number */
#define RSD_STAMP_FULL 18

/* What follows is filled with this, so that a changed byte shows. */
static inline void
rsd_stamp_fill(uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = i < RSD_STAMP_FULL ? 0 : (uint8_t)(i % 251);
}

#define RSD_STAMP_56 ((UINT64_C(1) << 56) - 1)

struct rsd_stamp {
	uint64_t seq;     /* 56 bits */
	uint64_t time_ns; /* 56 bits: two years */
	uint32_t flow;    /* 24 bits */
	uint8_t tag;
};

static inline void
rsd_stamp_write(uint8_t *p, size_t len, const struct rsd_stamp *s)
{
	uint64_t first = rte_cpu_to_be_64((uint64_t)s->tag << 56 | s->seq);
	uint64_t second = rte_cpu_to_be_64(s->time_ns << 8 | s->flow >> 16);
	uint16_t third = rte_cpu_to_be_16((uint16_t)s->flow);

	if (len < RSD_STAMP_SEQ)
		return;
	memcpy(p, &first, sizeof(first));
	if (len < RSD_STAMP_FULL)
		return;
	memcpy(p + 8, &second, sizeof(second));
	memcpy(p + 16, &third, sizeof(third));
}

/* Fills tag and seq with 8 bytes, the rest with 18. */
static inline void
rsd_stamp_read(const uint8_t *p, size_t len, struct rsd_stamp *s)
{
	uint64_t word;
	uint16_t low;

	if (len < RSD_STAMP_SEQ)
		return;
	memcpy(&word, p, sizeof(word));
	word = rte_be_to_cpu_64(word);
	s->tag = (uint8_t)(word >> 56);
	s->seq = word & RSD_STAMP_56;
	if (len < RSD_STAMP_FULL)
		return;
	memcpy(&word, p + 8, sizeof(word));
	memcpy(&low, p + 16, sizeof(low));
	word = rte_be_to_cpu_64(word);
	s->time_ns = word >> 8;
	s->flow = (uint32_t)(word & 0xff) << 16 | rte_be_to_cpu_16(low);
}

#endif
