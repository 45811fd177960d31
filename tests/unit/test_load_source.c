/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "load/source.h"
#include "support/cunit_runner.h"

static struct rsd_mix mix;
static uint64_t sent_flow[8];
static char why[400];

static struct rsd_source
source(double rate, uint64_t window, uint32_t flows)
{
	struct rsd_source s = { .mix = &mix, .count = UINT64_MAX, .end_ns = UINT64_MAX };

	memset(sent_flow, 0, sizeof(sent_flow));
	s.interval_fp = rate > 0 ? (uint64_t)(1e9 * (1 << RSD_FP_BITS) / rate + 0.5) : 0;
	s.window = window;
	s.nb_flows = flows;
	s.sent_flow = sent_flow;
	return s;
}

static void
by_the_clock(void)
{
	struct rsd_source s = source(1000, 0, 1);

	RSD_CHECK_EQ(rsd_source_due(&s, 0, 0, 64), 1);
	rsd_source_sent(&s, 0, 1);
	RSD_CHECK_EQ(rsd_source_due(&s, 999999, 0, 64), 0);
	RSD_CHECK_EQ(rsd_source_due(&s, 1000000, 0, 64), 1);
}

/* The sender was away for ten milliseconds: ten are owed, each stamped with when it was due. */
static void
held_up(void)
{
	struct rsd_source s = source(1000, 0, 1);
	struct rsd_stamp stamp;
	unsigned int i;

	rsd_source_sent(&s, 0, 1);
	RSD_CHECK_EQ(rsd_source_due(&s, 10500000, 0, 64), 10);
	RSD_CHECK_EQ(rsd_source_due(&s, 10500000, 0, 4), 4);
	for (i = 0; i < 10; i++) {
		rsd_source_stamp(&s, 10500000, i, &stamp);
		RSD_CHECK_EQ(stamp.seq, 1 + i);
		RSD_CHECK_EQ(stamp.time_ns, 1000000 * (1 + i));
	}
}

/* Ten seconds at the line rate of 10 GbE: no more and no fewer than that, within one in a million.
 */
static void
no_drift(void)
{
	struct rsd_source s = source(14880952, 0, 1);
	uint64_t now, n = 0;

	for (now = 0; now < UINT64_C(10000000000); now += 3000) {
		unsigned int due = rsd_source_due(&s, now, 0, 64);

		rsd_source_sent(&s, now, due);
		n += due;
	}
	RSD_CHECK(n > 148809520 - 200 && n < 148809520 + 200, "%llu sent", (unsigned long long)n);
}

static void
closed_loop(void)
{
	struct rsd_source s = source(0, 8, 1);

	RSD_CHECK_EQ(rsd_source_due(&s, 0, 0, 64), 8);
	rsd_source_sent(&s, 0, 8);
	RSD_CHECK_EQ(rsd_source_due(&s, 0, 0, 64), 0);
	RSD_CHECK_EQ(rsd_source_due(&s, 0, 3, 64), 3);
	RSD_CHECK_EQ(rsd_source_due(&s, 0, 100, 64), 8); /* more came than went: still eight */
}

static void
ends(void)
{
	struct rsd_source s = source(0, 0, 1);

	s.count = 10;
	s.end_ns = 1000;
	RSD_CHECK_EQ(rsd_source_due(&s, 0, 0, 64), 10);
	RSD_CHECK_EQ(rsd_source_due(&s, 1000, 0, 64), 0);
	RSD_CHECK(rsd_source_done(&s, 1000), "the time is over");
	RSD_CHECK(!rsd_source_done(&s, 999), "the time is not over");
	rsd_source_sent(&s, 0, 10);
	RSD_CHECK_EQ(rsd_source_due(&s, 0, 0, 64), 0);
	RSD_CHECK(rsd_source_done(&s, 0), "all are sent");
}

static void
flows_in_turn(void)
{
	struct rsd_source s = source(0, 0, 3);
	unsigned int i;

	for (i = 0; i < 9; i++) {
		RSD_CHECK_EQ(s.flow, i % 3);
		rsd_source_sent(&s, 0, 1);
		rsd_source_next_flow(&s);
	}
	RSD_CHECK_EQ(sent_flow[0], 3);
	RSD_CHECK_EQ(sent_flow[2], 3);
}

static void
stamps(void)
{
	const struct rsd_stamp in = {
		.tag = 0xa5, .seq = RSD_STAMP_56 - 1, .time_ns = RSD_STAMP_56 - 2, .flow = 0xfedcba
	};
	struct rsd_stamp out = { 0 };
	uint8_t p[RSD_STAMP_FULL];

	rsd_stamp_write(p, sizeof(p), &in);
	rsd_stamp_read(p, sizeof(p), &out);
	RSD_CHECK_EQ(out.tag, in.tag);
	RSD_CHECK_EQ(out.seq, in.seq);
	RSD_CHECK_EQ(out.time_ns, in.time_ns);
	RSD_CHECK_EQ(out.flow, in.flow);
	/* As the manual has it. */
	RSD_CHECK_EQ(p[0], 0xa5);
	RSD_CHECK_EQ(p[7], 0xfe);
	RSD_CHECK_EQ(p[14], 0xfd);
	RSD_CHECK_EQ(p[15], 0xfe);
	RSD_CHECK_EQ(p[17], 0xba);
	memset(p, 0xee, sizeof(p));
	rsd_stamp_write(p, 17, &in);
	RSD_CHECK_EQ(p[8], 0xee);
	memset(p, 0xee, sizeof(p));
	rsd_stamp_write(p, 7, &in);
	RSD_CHECK_EQ(p[0], 0xee);
}

static void
mixes(void)
{
	unsigned int n[RSD_MIX_SIZES] = { 0 }, i, run = 0, longest = 0;

	RSD_CHECK_EQ(rsd_mix_read(&mix, "64:7,512:4,1472:1", why, sizeof(why)), 0);
	RSD_CHECK_EQ(mix.round, 12);
	RSD_CHECK_EQ(mix.min, 64);
	RSD_CHECK_EQ(mix.max, 1472);
	for (i = 0; i < 12000; i++) {
		n[rsd_mix_index(&mix, i)]++;
		run = i > 0 && rsd_mix_index(&mix, i) == rsd_mix_index(&mix, i - 1) ? run + 1 : 1;
		longest = RTE_MAX(longest, run);
	}
	RSD_CHECK_EQ(n[0], 7000);
	RSD_CHECK_EQ(n[1], 4000);
	RSD_CHECK_EQ(n[2], 1000);
	RSD_CHECK(longest <= 3, "%u of one size in a row", longest);
	RSD_CHECK(rsd_mix_mean(&mix) > 330.6 && rsd_mix_mean(&mix) < 330.7, "mean %f",
		rsd_mix_mean(&mix));
	RSD_CHECK_EQ(rsd_mix_read(&mix, "imix", why, sizeof(why)), 0);
	RSD_CHECK_EQ(mix.nb, 3);
	RSD_CHECK_EQ(rsd_mix_read(&mix, "0", why, sizeof(why)), 0);
	RSD_CHECK_EQ(rsd_mix_read(&mix, "65507", why, sizeof(why)), 0);
	RSD_CHECK_EQ(rsd_mix_size(&mix, 12345), 65507);
}

static void
bad_mixes(void)
{
	static const char *const texts[] = { "", "x", "-1", "65508", "64:", "64:0", "64,", ",64",
		"64:1025", "64:600,65:600", "64;65", "64:1:2", " 64", "imix,64",
		"99999999999999999999", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17" };
	unsigned int i;

	for (i = 0; i < RTE_DIM(texts); i++) {
		rsd_test_row(texts[i]);
		why[0] = '\0';
		RSD_CHECK(rsd_mix_read(&mix, texts[i], why, sizeof(why)) < 0, "it was taken");
		RSD_CHECK(strstr(why, "expected") != NULL, "'%s'", why);
	}
	rsd_test_row(NULL);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "datagrams are due by the clock", by_the_clock },
		{ "a sender that was held up stamps what it owes", held_up },
		{ "the schedule does not drift", no_drift },
		{ "a closed loop keeps its number under way", closed_loop },
		{ "count and time end it", ends },
		{ "flows take turns", flows_in_turn },
		{ "a stamp is read as it was written", stamps },
		{ "sizes are mixed by their weights", mixes },
		{ "a wrong mix is refused in words", bad_mixes },
	};

	return rsd_test_run("load_source", tests, RTE_DIM(tests));
}
