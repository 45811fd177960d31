/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiled for AVX-512; tests/meson.build. */
#include "support/four.h"
#include "wire/four_avx512.h"

static __rte_always_inline enum rsd_four
look(const struct rsd_wire_local *w, const struct rsd_four_frames *f, bool one_addr, bool sums,
	bool is_brief)
{
	struct rsd_four_sums s;
	struct rsd_wire_four x;
	unsigned int i;

	rsd_wire_four_init(&x, w);
#pragma GCC unroll 4
	for (i = 0; i < 4; i++) {
		if (f->len[i] - x.least > (is_brief ? x.brief : x.span))
			return RSD_FOUR_ODD;
		rsd_four_add(&x, &s, i, f->eth[i], f->len[i], sums, is_brief);
	}
	return rsd_four_judge(&x, &s, one_addr, sums);
}

static __rte_always_inline enum rsd_four
look_with(const struct rsd_wire_local *w, const struct rsd_four_frames *f, bool sums, bool is_brief)
{
	return w->nb_addr == 1 ? look(w, f, true, sums, is_brief)
			       : look(w, f, false, sums, is_brief);
}

enum rsd_four_said
rsd_four_look(
	const struct rsd_wire_local *w, const struct rsd_four_frames *f, bool sums, bool is_brief)
{
	enum rsd_four four;

	if (sums)
		four = is_brief ? look_with(w, f, true, true) : look_with(w, f, true, false);
	else
		four = is_brief ? look_with(w, f, false, true) : look_with(w, f, false, false);
	switch (four) {
	case RSD_FOUR_SOUND:
		return RSD_SAID_SOUND;
	case RSD_FOUR_PLAIN:
		return RSD_SAID_PLAIN;
	case RSD_FOUR_ODD:
		break;
	}
	return RSD_SAID_ODD;
}
