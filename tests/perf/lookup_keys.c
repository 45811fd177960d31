/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys and queries, the same in every run. */
#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_hash_crc.h>

#include "perf/lookup.h"
#include "support/random.h"
#include "table/conn_lookup.h"

static void *
take(size_t len)
{
	void *p = malloc(len);

	if (p == NULL)
		lookup_die("no memory for the queries");
	return p;
}

/*
 * Clients of a few services: the sources differ (i times an odd number is a permutation), the
 * destinations are few.
 */
void
lookup_key(const struct setup *s, uint32_t i, uint8_t *out)
{
	uint32_t mixed = i * 2654435761u, skip = s->v6 ? 16 : 4;
	uint32_t src = rte_cpu_to_be_32(mixed), dst = rte_cpu_to_be_32(0x0a630000 + i % 4);
	uint16_t sport = rte_cpu_to_be_16((uint16_t)(1024 + (mixed >> 7) % 60000));
	uint16_t dport = rte_cpu_to_be_16((uint16_t)(9000 + i % 16));

	if (s->v6) {
		memset(out, 0, 32);
		memcpy(out, "\x20\x01\x0d\xb8", 4);
		memcpy(out + 16, "\x20\x01\x0d\xb8", 4);
	}
	memcpy(out + skip - 4, &src, 4);
	memcpy(out + 2 * skip - 4, &dst, 4);
	memcpy(out + 2 * skip, &sport, 2);
	memcpy(out + 2 * skip + 2, &dport, 2);
}

/* Where each of so many ranks ends on a line from 0 to 1 when rank r weighs 1 / r. */
static double *
zipf_ends(uint32_t nb)
{
	double *end = take(nb * sizeof(*end)), sum = 0;
	uint32_t i;

	for (i = 0; i < nb; i++) {
		sum += 1.0 / (i + 1);
		end[i] = sum;
	}
	for (i = 0; i < nb; i++)
		end[i] /= sum;
	return end;
}

static uint32_t
zipf_rank(const double *end, uint32_t nb, double at)
{
	uint32_t low = 0, high = nb - 1, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (end[mid] < at)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct queries
lookup_queries(const struct setup *s, enum mix mix)
{
	double *end = mix == MIX_ZIPF ? zipf_ends(s->nb_keys) : NULL;
	struct queries q = { .s = s };
	struct rsd_random r = { 20 };
	uint32_t i, id;

	q.answer = take(QUERIES * sizeof(*q.answer));
	q.frame = aligned_alloc(64, FRAMES * sizeof(*q.frame));
	q.key = take(FRAMES * sizeof(*q.key));
	q.hash = take(FRAMES * sizeof(*q.hash));
	if (q.frame == NULL)
		lookup_die("no memory for the frames");
	memset(q.frame, 0, FRAMES * sizeof(*q.frame));
	for (i = 0; i < FRAMES; i++)
		q.key[i] = q.frame[i];
	for (i = 0; i < QUERIES; i++) {
		id = end != NULL ? zipf_rank(end, s->nb_keys, rsd_random(&r) / 4294967296.0)
				 : rsd_random_below(&r, s->nb_keys);
		if (mix == MIX_MISS || (mix == MIX_HALF && rsd_random_below(&r, 2) == 0))
			id |= MISS;
		q.answer[i] = id;
	}
	free(end);
	return q;
}

void
lookup_receive(struct queries *q, unsigned int part)
{
	const uint32_t *answer = q->answer + part * FRAMES;
	uint32_t i, len = q->s->v6 ? 36 : 12;
	uint8_t *k;

	for (i = 0; i < FRAMES; i++) {
		k = q->frame[i];
		lookup_key(q->s, answer[i] & ~MISS, k);
		/* A miss: as a stored key, but for the destination address. */
		if (answer[i] & MISS)
			k[(q->s->v6 ? 32 : 8) - 3] ^= 0x80;
		q->hash[i] = rte_hash_crc(k, len, 0);
	}
}

uint32_t
lookup_answer(const struct queries *q, unsigned int part, unsigned int i)
{
	uint32_t answer = q->answer[part * FRAMES + i];

	return answer & MISS ? RSD_CONN_NONE : answer;
}

void
lookup_queries_free(struct queries *q)
{
	free(q->answer);
	free(q->frame);
	free(q->key);
	free(q->hash);
}
