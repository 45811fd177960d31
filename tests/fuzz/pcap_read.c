/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "fuzz/pcap_read.h"

#define MAGIC_USEC  0xa1b2c3d4u
#define MAGIC_NSEC  0xa1b23c4du
#define FILE_HEADER 24
#define RECORD      16

static uint32_t
word(const struct rsd_pcap *p, const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return p->swapped ? __builtin_bswap32(v) : v;
}

bool
rsd_pcap_open(struct rsd_pcap *p, const uint8_t *data, size_t len)
{
	if (len < FILE_HEADER)
		return false;
	*p = (struct rsd_pcap){ .at = data + FILE_HEADER, .left = len - FILE_HEADER };
	if (word(p, data) != MAGIC_USEC && word(p, data) != MAGIC_NSEC)
		p->swapped = true;
	return word(p, data) == MAGIC_USEC || word(p, data) == MAGIC_NSEC;
}

bool
rsd_pcap_next(struct rsd_pcap *p, const uint8_t **frame, size_t *len)
{
	if (p->left < RECORD)
		return false;
	*len = word(p, p->at + 8);
	*frame = p->at + RECORD;
	p->left -= RECORD;
	if (*len > p->left)
		*len = p->left;
	p->at += RECORD + *len;
	p->left -= *len;
	return true;
}
