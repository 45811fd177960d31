/* SPDX-License-Identifier: BSD-3-Clause */
#include <endian.h>
#include <string.h>

#include "udp_payload.h"

#define TIME_BITS 48

/* splitmix64: every bit of the answer depends on every bit of x */
static uint64_t
mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

/* Stands in front of the header and covers all of it. */
static uint16_t
header_check(const uint8_t *buf)
{
	uint64_t a, b;

	memcpy(&a, buf + 2, sizeof(a));
	memcpy(&b, buf + 10, sizeof(b));
	return (uint16_t)mix(a ^ mix(b));
}

/* The next eight bytes of the pattern; multiplication-free, since every byte sent costs it twice.
 */
static uint64_t
next_word(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void
fill(uint8_t *buf, size_t len, uint64_t seq)
{
	uint64_t state = mix(seq) | 1, word;

	for (; len >= sizeof(word); len -= sizeof(word), buf += sizeof(word)) {
		word = next_word(&state);
		memcpy(buf, &word, sizeof(word));
	}
	word = next_word(&state);
	memcpy(buf, &word, len);
}

void
payload_write(uint8_t *buf, size_t len, const struct payload_id *id)
{
	uint64_t seq = htobe64(id->seq), time_us = htobe64(id->time_us << (64 - TIME_BITS));
	uint16_t flow = htobe16(id->flow), check;

	if (len < PAYLOAD_HEADER) {
		fill(buf, len, 0);
		return;
	}
	memcpy(buf + 2, &flow, sizeof(flow));
	memcpy(buf + 4, &seq, sizeof(seq));
	memcpy(buf + 12, &time_us, TIME_BITS / 8);
	check = header_check(buf);
	memcpy(buf, &check, sizeof(check));
	fill(buf + PAYLOAD_HEADER, len - PAYLOAD_HEADER, id->seq);
}

int
payload_read(const uint8_t *buf, struct payload_id *id)
{
	uint64_t seq, time_us = 0;
	uint16_t flow, check;

	memcpy(&check, buf, sizeof(check));
	memcpy(&flow, buf + 2, sizeof(flow));
	memcpy(&seq, buf + 4, sizeof(seq));
	memcpy(&time_us, buf + 12, TIME_BITS / 8);
	id->flow = be16toh(flow);
	id->seq = be64toh(seq);
	id->time_us = be64toh(time_us) >> (64 - TIME_BITS);
	return check == header_check(buf) ? 0 : -1;
}

int
payload_intact(const uint8_t *buf, size_t len, uint64_t seq)
{
	uint64_t state, word;

	if (len >= PAYLOAD_HEADER) {
		buf += PAYLOAD_HEADER;
		len -= PAYLOAD_HEADER;
	} else {
		seq = 0;
	}
	state = mix(seq) | 1;
	for (; len >= sizeof(word); len -= sizeof(word), buf += sizeof(word)) {
		word = next_word(&state);
		if (memcmp(buf, &word, sizeof(word)) != 0)
			return 0;
	}
	word = next_word(&state);
	return memcmp(buf, &word, len) == 0;
}

static unsigned int
bucket_of(uint64_t value)
{
	unsigned int octave;

	if (value < 32)
		return (unsigned int)value;
	octave = 63 - (unsigned int)__builtin_clzll(value);
	return (octave - 4) * 32 + (unsigned int)(value >> (octave - 5)) % 32;
}

/* The largest value that falls in a bucket. */
static uint64_t
bucket_top(unsigned int i)
{
	unsigned int shift;

	if (i < 32)
		return i;
	shift = i / 32 - 1;
	return ((32 + i % 32 + 1ULL) << shift) - 1;
}

void
hist_add(struct hist *h, uint64_t value)
{
	h->nb++;
	h->bucket[bucket_of(value)]++;
	if (value > h->max)
		h->max = value;
}

uint64_t
hist_share(const struct hist *h, double share)
{
	uint64_t seen = 0, wanted = (uint64_t)(share * (double)h->nb);
	unsigned int i;

	for (i = 0; i < sizeof(h->bucket) / sizeof(h->bucket[0]) && h->nb > 0; i++) {
		seen += h->bucket[i];
		if (seen > wanted || seen == h->nb)
			return bucket_top(i) < h->max ? bucket_top(i) : h->max;
	}
	return 0;
}
