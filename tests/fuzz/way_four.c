/* SPDX-License-Identifier: BSD-3-Clause */
/* With AVX-512: the frame is one of four, of which the others are right, or all four of them. */
#include <string.h>

#include "fuzz/fuzz_parse.h"
#include "fuzz/ours.h"
#include "fuzz/ways.h"
#include "support/four.h"

#define GOOD_LEN 60

/* As rsd_cpu_has_avx512(), but that this needs no EAL. */
static bool
runs(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512bitalg") && __builtin_cpu_supports("bmi") &&
	       __builtin_cpu_supports("bmi2");
}

static void
make_good(const struct rsd_wire_local *w, uint8_t *eth)
{
	static const uint8_t control[RSD_FUZZ_CONTROL] = { RSD_FUZZ_SOURCE | RSD_FUZZ_UDP_FILLS,
		RSD_FUZZ_OUR_MAC | RSD_FUZZ_OUR_ADDR | RSD_FUZZ_OUR_SUM | RSD_FUZZ_UDP_SUM };

	memset(eth, 0, GOOD_LEN);
	rsd_fuzz_make_ours(w, eth, GOOD_LEN, control);
}

/* The same wherever it stands, and whether or not it is brief. */
static enum rsd_four_said
look(const struct rsd_wire_local *w, const uint8_t *eth, uint32_t len, bool sums)
{
	struct rsd_four_frames all = { { eth, eth, eth, eth }, { len, len, len, len } };
	enum rsd_four_said said = rsd_four_look(w, &all, sums, false);
	uint8_t good[GOOD_LEN];
	unsigned int i;

	hold(len > RSD_FOUR_BRIEF || rsd_four_look(w, &all, sums, true) == said);
	make_good(w, good);
	for (i = 0; i < 4; i++) {
		struct rsd_four_frames f = { { good, good, good, good },
			{ GOOD_LEN, GOOD_LEN, GOOD_LEN, GOOD_LEN } };

		f.eth[i] = eth;
		f.len[i] = len;
		hold(rsd_four_look(w, &f, sums, false) == said);
		hold(len > RSD_FOUR_BRIEF || rsd_four_look(w, &f, sums, true) == said);
	}
	return said;
}

static bool
exact(const struct rsd_wire_local *w, const uint8_t *eth, uint32_t len)
{
	return look(w, eth, len, false) == RSD_SAID_PLAIN;
}

static bool
sound(const struct rsd_wire_local *w, const uint8_t *eth, uint32_t len)
{
	enum rsd_four_said said = look(w, eth, len, true);

	hold((said != RSD_SAID_ODD) == exact(w, eth, len));
	return said == RSD_SAID_SOUND;
}

const struct rsd_fuzz_way rsd_fuzz_way_four = { "four at once with AVX-512", exact, sound, NULL,
	runs };
