/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/conn_lookup.h"

#include <rte_branch_prediction.h>
#include <rte_common.h>

#include "table/conn_layout.h"

/*
 * Entries were moved while these were looked up: those that may have suffered once more, one by
 * one, which takes less time than the writer needs for the next move.
 */
static void
again(const struct rsd_conn_table *t, const uint8_t *const keys[], const uint64_t h[],
	unsigned int nb, uint32_t val[])
{
	unsigned int i;
	uint64_t moves;
	bool sure;

	for (i = 0; i < nb; i++) {
		sure = t->whole && val[i] != RSD_CONN_NONE;
		while (!sure) {
			moves = __atomic_load_n(&t->moves, __ATOMIC_ACQUIRE);
			sure = !t->find(t, keys + i, h + i, 1, val + i);
			if (!t->whole || val[i] == RSD_CONN_NONE)
				sure = sure &&
				       __atomic_load_n(&t->moves, __ATOMIC_ACQUIRE) == moves;
		}
	}
}

static __rte_always_inline void
find(const struct rsd_conn_table *t, const uint8_t *const keys[], const uint64_t h[],
	unsigned int nb, uint32_t val[])
{
	uint64_t moves = __atomic_load_n(&t->moves, __ATOMIC_ACQUIRE);
	bool unsure = t->find(t, keys, h, nb, val);

	if (unlikely(unsure || __atomic_load_n(&t->moves, __ATOMIC_ACQUIRE) != moves))
		again(t, keys, h, nb, val);
}

void
rsd_conn_lookup_burst(const struct rsd_conn_table *t, const uint8_t *const keys[], unsigned int nb,
	uint32_t val[])
{
	rsd_flow_burst_fn hash = t->v6 ? t->hash.burst6 : t->hash.burst4;
	uint64_t h[RSD_CONN_CHUNK];
	unsigned int i, some;

	for (i = 0; i < nb; i += some) {
		some = RTE_MIN(nb - i, (unsigned int)RSD_CONN_CHUNK);
		hash(&t->hash, keys + i, some, h);
		find(t, keys + i, h, some, val + i);
	}
}

void
rsd_conn_lookup_burst_given(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint32_t hash[], unsigned int nb, uint32_t val[])
{
	uint64_t h[RSD_CONN_CHUNK];
	unsigned int i, j, some;

	for (i = 0; i < nb; i += some) {
		some = RTE_MIN(nb - i, (unsigned int)RSD_CONN_CHUNK);
		for (j = 0; j < some; j++)
			h[j] = rsd_flow_given32(&t->hash, hash[i + j]);
		find(t, keys + i, h, some, val + i);
	}
}

uint32_t
rsd_conn_lookup(const struct rsd_conn_table *t, const uint8_t *key)
{
	uint32_t val;

	rsd_conn_lookup_burst(t, &key, 1, &val);
	return val;
}

uint32_t
rsd_conn_lookup_given(const struct rsd_conn_table *t, const uint8_t *key, uint32_t hash)
{
	uint32_t val;

	rsd_conn_lookup_burst_given(t, &key, &hash, 1, &val);
	return val;
}
