/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys and queries, the same in every run. */
#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_hash_crc.h>

#include "perf/lookup.h"
#include "support/random.h"
#include "table/conn_lookup.h"

#define KEY_ROOM4 16
#define KEY_ROOM6 40

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
	size_t room = s->v6 ? KEY_ROOM6 : KEY_ROOM4, len = s->v6 ? 36 : 12;
	double *end = mix == MIX_ZIPF ? zipf_ends(s->nb_keys) : NULL;
	struct rsd_random r = { 20 };
	struct queries q;
	uint32_t i, id;
	uint8_t *k;

	q.bytes = take(QUERIES * room);
	q.key = take(QUERIES * sizeof(*q.key));
	q.answer = take(QUERIES * sizeof(*q.answer));
	q.hash = take(QUERIES * sizeof(*q.hash));
	for (i = 0; i < QUERIES; i++) {
		k = q.bytes + i * room;
		id = end != NULL ? zipf_rank(end, s->nb_keys, rsd_random(&r) / 4294967296.0)
				 : rsd_random_below(&r, s->nb_keys);
		memset(k, 0, room);
		lookup_key(s, id, k);
		q.answer[i] = id;
		/* A miss: as a stored key, but for the destination address. */
		if (mix == MIX_MISS || (mix == MIX_HALF && rsd_random_below(&r, 2) == 0)) {
			k[(s->v6 ? 32 : 8) - 3] ^= 0x80;
			q.answer[i] = RSD_CONN_NONE;
		}
		q.key[i] = k;
		q.hash[i] = rte_hash_crc(k, (uint32_t)len, 0);
	}
	free(end);
	return q;
}

void
lookup_queries_free(struct queries *q)
{
	free(q->bytes);
	free(q->key);
	free(q->answer);
	free(q->hash);
}
