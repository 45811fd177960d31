/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <rte_common.h>

#include <ringside/stats.h>

#include "support/cunit_runner.h"
#include "support/random.h"

/* The line of the books a counter belongs to, as stats.h words it. */
enum line {
	NONE,
	RECEIVED,
	ANSWERED,
	DELIVERED,
	HOST,
	DROPPED,
	HELD,
	UNHELD
};

static enum line
line_of(enum rsd_counter c)
{
	switch (c) {
	case RSD_C_rx_frames:
	case RSD_C_rx_copies:
		return RECEIVED;
	case RSD_C_answered:
	case RSD_C_forwarded:
		return ANSWERED;
	case RSD_C_delivered:
	case RSD_C_sunk:
		return DELIVERED;
	case RSD_C_host_answered:
	case RSD_C_host_consumed:
		return HOST;
	case RSD_C_held_in:
		return HELD;
	case RSD_C_held_out:
		return UNHELD;
	default:
		return rsd_counter_info(c)->kind == RSD_KIND_DROP ? DROPPED : NONE;
	}
}

static void
one_at_a_time(void)
{
	unsigned int c;

	for (c = 0; c < RSD_C_MAX; c++) {
		enum line line = line_of(c);
		struct rsd_stats st;
		struct rsd_books b;

		rsd_test_row(rsd_counter_info(c)->name);
		memset(&st, 0, sizeof(st));
		memset(&b, 0xff, sizeof(b));
		st.counter[c] = 5;
		rsd_books_from(&st, &b);
		RSD_CHECK_EQ(b.received, line == RECEIVED ? 5 : 0);
		RSD_CHECK_EQ(b.answered, line == ANSWERED ? 5 : 0);
		RSD_CHECK_EQ(b.delivered, line == DELIVERED ? 5 : 0);
		RSD_CHECK_EQ(b.host, line == HOST ? 5 : 0);
		RSD_CHECK_EQ(b.dropped, line == DROPPED ? 5 : 0);
		RSD_CHECK_EQ((int64_t)b.held, line == HELD ? 5 : line == UNHELD ? -5 : 0);
		RSD_CHECK_EQ(b.gap, line == RECEIVED || line == UNHELD ? 5 : line == NONE ? 0 : -5);
	}
}

/* A row added to the list with a kind that is in the books must be in a line of them. */
static void
no_kind_is_left_out(void)
{
	unsigned int c;

	for (c = 0; c < RSD_C_MAX; c++) {
		enum rsd_counter_kind kind = rsd_counter_info(c)->kind;

		RSD_CHECK((line_of(c) == NONE) == (kind == RSD_KIND_EVENT || kind == RSD_KIND_COPY),
			"%s", rsd_counter_info(c)->name);
	}
}

static void
empty_books(void)
{
	struct rsd_stats st;
	struct rsd_books b;

	memset(&st, 0, sizeof(st));
	rsd_books_from(&st, &b);
	RSD_CHECK(b.gap == 0 && b.received == 0 && b.held == 0, "something from nothing");
}

/* Frames put one after another into a place each balance; one more or one less is the gap. */
static void
random_frames(void)
{
	struct rsd_random r = { 31 };
	struct rsd_stats st;
	struct rsd_books b;
	unsigned int i, held = 0;

	memset(&st, 0, sizeof(st));
	for (i = 0; i < 100000; i++) {
		enum rsd_counter c = rsd_random_below(&r, RSD_C_MAX);
		enum rsd_counter_kind kind = rsd_counter_info(c)->kind;

		if (kind == RSD_KIND_END || kind == RSD_KIND_DROP || kind == RSD_KIND_IN) {
			st.counter[RSD_C_rx_frames]++;
			st.counter[c]++;
			held += kind == RSD_KIND_IN;
		}
		if (held != 0 && rsd_random_below(&r, 200) == 0) {
			held--;
			st.counter[RSD_C_held_out]++;
			st.counter[RSD_C_answered]++;
		}
	}
	rsd_books_from(&st, &b);
	RSD_CHECK_EQ(b.gap, 0);
	RSD_CHECK_EQ(b.held, held);
	RSD_CHECK_EQ(b.received, st.counter[RSD_C_rx_frames]);
	st.counter[RSD_C_rx_frames] += 3;
	rsd_books_from(&st, &b);
	RSD_CHECK_EQ(b.gap, 3);
	st.counter[RSD_C_rx_frames] -= 4;
	rsd_books_from(&st, &b);
	RSD_CHECK_EQ(b.gap, -1);
}

/* Counters run for years; the sum is right up to the last bit and beyond. */
static void
big_numbers(void)
{
	struct rsd_stats st;
	struct rsd_books b;

	memset(&st, 0, sizeof(st));
	st.counter[RSD_C_rx_frames] = UINT64_MAX;
	st.counter[RSD_C_answered] = UINT64_MAX - 10;
	st.counter[RSD_C_udp_csum] = 9;
	rsd_books_from(&st, &b);
	RSD_CHECK_EQ(b.gap, 1);
	st.counter[RSD_C_rx_frames] = 3; /* wrapped */
	st.counter[RSD_C_udp_csum] = 14;
	rsd_books_from(&st, &b);
	RSD_CHECK_EQ(b.gap, 0);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "every counter goes into its line and no other", one_at_a_time },
		{ "no counter of a frame's end is left out", no_kind_is_left_out },
		{ "nothing received, nothing to account for", empty_books },
		{ "frames with a place each balance, one too many or too few is the gap",
			random_frames },
		{ "the largest counters balance too", big_numbers },
	};

	return rsd_test_run("books", tests, RTE_DIM(tests));
}
