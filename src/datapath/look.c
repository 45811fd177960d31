/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "datapath/look_each.h"
#include "table/cpu.h"

static __rte_always_inline bool
look(struct rsd_lcore *lc, const struct rsd_queue *q, unsigned int nb, enum rsd_csum_mode mode)
{
	struct rsd_sum_tally t = { 0 };
	bool all;

	all = likely(q->port->wire.nb_addr == 1) ? rsd_look_each(&lc->b, q, 0, nb, mode, true, &t)
						 : rsd_look_each(&lc->b, q, 0, nb, mode, false, &t);
	rsd_sum_tally_flush(lc->stats, &t);
	return all;
}

RSD_LOOK_MODES(rsd_look_plain, look);

const char *
rsd_look_best(void)
{
	return rsd_cpu_has_easy_avx512() ? "avx512" : "plain";
}

rsd_look_fn
rsd_look_choose(const char *variant, enum rsd_csum_mode mode)
{
	if (variant == NULL)
		variant = rsd_look_best();
	if (strcmp(variant, "avx512") == 0)
		return rsd_cpu_has_avx512() ? rsd_look_avx512[mode] : NULL;
	return strcmp(variant, "plain") == 0 ? rsd_look_plain[mode] : NULL;
}
