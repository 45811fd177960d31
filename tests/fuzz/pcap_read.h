/* SPDX-License-Identifier: BSD-3-Clause */
/* Just enough of the capture file format to replay one: both byte orders, both time units. */
#ifndef RSD_FUZZ_PCAP_READ_H
#define RSD_FUZZ_PCAP_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rsd_pcap {
	const uint8_t *at;
	size_t left;
	bool swapped;
};

/* false: not a capture file. data must live as long as p. */
bool rsd_pcap_open(struct rsd_pcap *p, const uint8_t *data, size_t len);

/* Next frame in place; false at the end. A record cut short gives what there is of it. */
bool rsd_pcap_next(struct rsd_pcap *p, const uint8_t **frame, size_t *len);

#endif
