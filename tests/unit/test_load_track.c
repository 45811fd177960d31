/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "load/track.h"
#include "support/cunit_runner.h"
#include "support/random.h"

#define TAG   7
#define FLOWS 4

static struct rsd_track track;
static struct rsd_mix mix;
static uint64_t limit;
static char why[400];

static void
begin(const char *sizes, uint64_t sent)
{
	rsd_track_free(&track);
	RSD_CHECK_EQ(rsd_mix_read(&mix, sizes, why, sizeof(why)), 0);
	RSD_CHECK_EQ(rsd_track_init(&track, FLOWS, &mix), 0);
	limit = sent;
	rsd_track_begin(&track, TAG, &limit);
}

static size_t
make(uint8_t *buf, uint64_t seq, uint32_t flow, uint64_t time_ns)
{
	const struct rsd_stamp s = { .tag = TAG, .seq = seq, .flow = flow, .time_ns = time_ns };
	size_t len = rsd_mix_size(&mix, seq);

	rsd_stamp_fill(buf, len);
	rsd_stamp_write(buf, len, &s);
	return len;
}

static void
answer(uint64_t seq)
{
	uint8_t buf[2048];
	uint32_t flow = (uint32_t)(seq % FLOWS);
	size_t len = make(buf, seq, flow, 1000 * seq);

	rsd_track_take(&track, buf, len, flow, 1000 * seq + 50);
}

static void
nothing_wrong(void)
{
	RSD_CHECK_EQ(track.duplicates, 0);
	RSD_CHECK_EQ(track.reordered, 0);
	RSD_CHECK_EQ(track.wrong + track.corrupt + track.stale + track.forgotten, 0);
}

static void
all_in_order(void)
{
	uint64_t i;

	begin("64:7,512:4,1472:1", 100000);
	for (i = 0; i < 100000; i++)
		answer(i);
	RSD_CHECK_EQ(track.answered, 100000);
	nothing_wrong();
	RSD_CHECK_EQ(track.latency->nb, 100000);
	RSD_CHECK_EQ(track.latency->min, 50);
	RSD_CHECK_EQ(track.latency->max, 50);
	for (i = 0; i < FLOWS; i++)
		RSD_CHECK_EQ(track.flow[i].answered, 100000 / FLOWS);
}

static void
every_thousandth_lost(void)
{
	uint64_t i;

	begin("64", 100000);
	for (i = 0; i < 100000; i++)
		if (i % 1000 != 999)
			answer(i);
	RSD_CHECK_EQ(track.answered, 99900);
	RSD_CHECK_EQ(track.flow[999 % FLOWS].answered, 25000 - 100);
	nothing_wrong();
}

static void
duplicates(void)
{
	uint64_t i;

	begin("64", 100000);
	for (i = 0; i < 100000; i++) {
		answer(i);
		if (i % 500 == 0)
			answer(i);
		if (i % 500 == 100)
			answer(i - 100);
	}
	RSD_CHECK_EQ(track.answered, 100000);
	RSD_CHECK_EQ(track.duplicates, 400);
	RSD_CHECK_EQ(track.flow[0].duplicates, 400);
	RSD_CHECK_EQ(track.reordered, 0); /* of first answers, none */
	RSD_CHECK_EQ(track.latency->nb, 100000);
}

/* Numbers 10 to 17 come in the order 14 to 17, 10 to 13: one of each flow after a later one. */
static void
order(void)
{
	uint64_t i;

	begin("64", 100);
	for (i = 0; i < 10; i++)
		answer(i);
	for (i = 14; i < 18; i++)
		answer(i);
	RSD_CHECK_EQ(track.reordered, 0);
	for (i = 10; i < 14; i++)
		answer(i);
	for (i = 18; i < 100; i++)
		answer(i);
	RSD_CHECK_EQ(track.reordered, 4);
	RSD_CHECK_EQ(track.answered, 100);
	RSD_CHECK_EQ(track.duplicates, 0);
	for (i = 0; i < FLOWS; i++)
		RSD_CHECK_EQ(track.flow[i].reordered, 1);
}

/* Another order between flows is none of our business: they may take different ways. */
static void
order_of_flows(void)
{
	begin("64", 8);
	answer(1);
	answer(0);
	answer(3);
	answer(2);
	RSD_CHECK_EQ(track.answered, 4);
	nothing_wrong();
}

static void
not_what_was_sent(void)
{
	uint8_t buf[2048];
	size_t len;

	begin("64,100", 10);
	len = make(buf, 2, 2, 0);
	rsd_track_take(&track, buf, len - 1, 2, 0);
	RSD_CHECK_EQ(track.wrong, 1);
	rsd_track_take(&track, buf, 100, 2, 0); /* a size we send, but not of this number */
	RSD_CHECK_EQ(track.wrong, 2);
	rsd_track_take(&track, buf, len, 3, 0); /* on another flow's socket */
	RSD_CHECK_EQ(track.wrong, 3);
	rsd_track_take(&track, buf, len, UINT32_MAX, 0); /* on none's */
	RSD_CHECK_EQ(track.wrong, 4);
	len = make(buf, 10, 2, 0); /* never sent */
	rsd_track_take(&track, buf, len, 2, 0);
	RSD_CHECK_EQ(track.wrong, 5);
	len = make(buf, 2, 2, 0);
	buf[len - 1] ^= 1;
	rsd_track_take(&track, buf, len, 2, 0);
	RSD_CHECK_EQ(track.corrupt, 1);
	buf[len - 1] ^= 1;
	buf[0]++;
	rsd_track_take(&track, buf, len, 2, 0);
	RSD_CHECK_EQ(track.stale, 1);
	RSD_CHECK_EQ(track.answered, 0);
	buf[0]--;
	rsd_track_take(&track, buf, len, 2, 0);
	RSD_CHECK_EQ(track.answered, 1);
}

static void
what_fits(void)
{
	uint8_t buf[64] = { 0 };
	uint64_t i;

	begin("8", 100); /* a number, no time */
	for (i = 0; i < 100; i++)
		answer(i);
	answer(5);
	RSD_CHECK_EQ(track.answered, 100);
	RSD_CHECK_EQ(track.duplicates, 1);
	RSD_CHECK_EQ(track.latency->nb, 0);

	begin("7", 100); /* nothing */
	rsd_track_take(&track, buf, 7, 0, 0);
	rsd_track_take(&track, buf, 6, 0, 0);
	RSD_CHECK_EQ(track.answered, 1);
	RSD_CHECK_EQ(track.unnumbered, 1);
	RSD_CHECK_EQ(track.wrong, 1);
}

static void
window(void)
{
	uint64_t far = 3 * RSD_TRACK_WINDOW;

	begin("64", far + 1);
	answer(0);
	answer(far);
	RSD_CHECK_EQ(track.forgotten, 0);
	answer(4); /* lost from sight */
	RSD_CHECK_EQ(track.forgotten, 1);
	answer(far - RSD_TRACK_WINDOW + 128);
	RSD_CHECK_EQ(track.answered, 3);
	answer(far - RSD_TRACK_WINDOW + 128);
	RSD_CHECK_EQ(track.duplicates, 1);
}

static void
given_up(void)
{
	uint64_t i;

	begin("64", 100);
	for (i = 0; i < 50; i++)
		if (i % 10 != 0)
			answer(i);
	rsd_track_give_up(&track, 30);
	RSD_CHECK_EQ(track.missing, 3);
	RSD_CHECK_EQ(rsd_track_settled(&track), 48);
	answer(10); /* comes all the same */
	RSD_CHECK_EQ(track.missing, 2);
	RSD_CHECK_EQ(rsd_track_settled(&track), 48);
	answer(40);
	RSD_CHECK_EQ(rsd_track_settled(&track), 49);
	rsd_track_give_up(&track, 100);
	RSD_CHECK_EQ(rsd_track_settled(&track), 100);
	rsd_track_give_up(&track, 20); /* never back */
	RSD_CHECK_EQ(rsd_track_settled(&track), 100);
}

/* A network that loses, doubles and delays, beside a list of all that happened. */
static void
chaos(void)
{
	enum {
		N = 200000
	};
	uint8_t *seen = calloc(N, 1);
	uint64_t next[FLOWS] = { 0 }, first = 0, again = 0, late = 0;
	struct rsd_random r = { 7 };
	unsigned int i;

	begin("64", N);
	for (i = 0; i < N; i++) {
		uint64_t back = rsd_random_below(&r, 8) == 0 ? rsd_random_below(&r, 300) : 0;
		uint64_t seq = i >= back ? i - back : i;
		uint32_t flow = (uint32_t)(seq % FLOWS);

		if (rsd_random_below(&r, 10) == 0)
			continue;
		again += seen[seq];
		if (!seen[seq]) {
			first++;
			late += seq < next[flow];
			next[flow] = RTE_MAX(next[flow], seq + 1);
		}
		seen[seq] = 1;
		answer(seq);
	}
	free(seen);
	RSD_CHECK(late > 100 && again > 100, "the network was kind");
	RSD_CHECK_EQ(track.answered, first);
	RSD_CHECK_EQ(track.duplicates, again);
	RSD_CHECK_EQ(track.reordered, late);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "a good network has nothing to tell of", all_in_order },
		{ "every thousandth lost is every thousandth found", every_thousandth_lost },
		{ "duplicates are counted once each", duplicates },
		{ "what comes after a later one of its flow is reordered", order },
		{ "the order between flows does not count", order_of_flows },
		{ "what was not sent is not taken for an answer", not_what_was_sent },
		{ "short payloads carry what fits", what_fits },
		{ "numbers far behind are said to be forgotten", window },
		{ "what is given up and comes all the same counts", given_up },
		{ "a bad network is counted exactly", chaos },
	};
	int ret = rsd_test_run("load_track", tests, RTE_DIM(tests));

	rsd_track_free(&track);
	return ret;
}
