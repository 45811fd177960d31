/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <pthread.h>
#include <string.h>

#include <rte_common.h>

#include "stats/core_stats.h"
#include "support/cunit_runner.h"

static void
rows_are_whole(void)
{
	unsigned int c, k;

	for (c = 0; c < RSD_C_MAX; c++) {
		const struct rsd_counter_info *i = rsd_counter_info(c);
		size_t n, len = strlen(i->name);

		rsd_test_row(i->name);
		RSD_CHECK(len > 2 && len <= 32 && islower(i->name[0]), "a name to type");
		for (n = 0; n < len; n++)
			RSD_CHECK(islower(i->name[n]) || isdigit(i->name[n]) || i->name[n] == '_',
				"'%c' in a name", i->name[n]);
		for (k = 0; k < c; k++)
			RSD_CHECK(strcmp(i->name, rsd_counter_info(k)->name) != 0, "twice");
		RSD_CHECK(strlen(i->sentence) > 10, "no sentence");
		RSD_CHECK(
			i->sentence[strlen(i->sentence) - 1] != '.', "the full stop is the page's");
		RSD_CHECK(strcmp(i->unit, "frames") == 0 || strcmp(i->unit, "bytes") == 0 ||
				  strcmp(i->unit, "calls") == 0,
			"unit '%s'", i->unit);
		RSD_CHECK(i->kind <= RSD_KIND_EVENT, "kind %d", (int)i->kind);
		if (i->kind != RSD_KIND_EVENT && i->kind != RSD_KIND_COPY)
			RSD_CHECK(strcmp(i->unit, "frames") == 0, "the books are of frames");
	}
	RSD_CHECK(rsd_counter_info(RSD_C_MAX) == NULL, "one past the last");
	RSD_CHECK(rsd_counter_info(UINT32_MAX) == NULL, "far past the last");
}

/* A name leads to the row of its enum, wherever it stands in the list. */
static void
names_are_the_enums(void)
{
	static const struct {
		enum rsd_counter c;
		const char *name;
		enum rsd_counter_kind kind;
	} some[] = {
		{ RSD_C_rx_frames, "rx_frames", RSD_KIND_RX },
		{ RSD_C_answered, "answered", RSD_KIND_END },
		{ RSD_C_held_in, "held_in", RSD_KIND_IN },
		{ RSD_C_held_out, "held_out", RSD_KIND_OUT },
		{ RSD_C_udp_csum, "udp_csum", RSD_KIND_DROP },
		{ RSD_C_tx_full, "tx_full", RSD_KIND_DROP },
		{ RSD_C_tx_bytes, "tx_bytes", RSD_KIND_EVENT },
		{ RSD_C_payload_copied, "payload_copied", RSD_KIND_COPY },
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(some); i++) {
		const struct rsd_counter_info *info = rsd_counter_info(some[i].c);

		RSD_CHECK(strcmp(info->name, some[i].name) == 0, "%s instead of %s", info->name,
			some[i].name);
		RSD_CHECK_EQ(info->kind, some[i].kind);
	}
}

static struct rsd_core_stats core;

static void
read_what_was_written(void)
{
	struct rsd_stats st;
	unsigned int c;

	memset(&core, 0, sizeof(core));
	rsd_core_stats_begin(&core);
	for (c = 0; c < RSD_C_MAX; c++) {
		rsd_count(&core, c, c + 1);
		rsd_count(&core, c, UINT64_C(1) << 40);
		rsd_count(&core, c, 0);
	}
	rsd_core_stats_polls(&core, 7, 3);
	rsd_core_stats_polls(&core, 1, 1);
	rsd_core_stats_busy(&core, 1000);
	rsd_core_stats_busy(&core, 234);
	rsd_core_stats_end(&core);
	rsd_core_stats_read(&core, &st);
	for (c = 0; c < RSD_C_MAX; c++)
		RSD_CHECK(st.counter[c] == (UINT64_C(1) << 40) + c + 1, "counter %u", c);
	RSD_CHECK_EQ(st.polls, 8);
	RSD_CHECK_EQ(st.polls_empty, 4);
	RSD_CHECK_EQ(st.busy_cycles, 1234);
}

/* -- a reader beside a writer ---------------------------------------------------------------- */

#define READS 5000

static uint32_t stop;

/* Bursts of several frames, each of which is in the books only when the burst is over. */
static void *
write_bursts(void *arg)
{
	uint32_t i, k;

	(void)arg;
	for (i = 1; __atomic_load_n(&stop, __ATOMIC_RELAXED) == 0; i++) {
		rsd_core_stats_begin(&core);
		rsd_count(&core, RSD_C_rx_frames, 8);
		for (k = 0; k < 8; k++)
			rsd_count(&core, (i + k) % 3 == 0 ? RSD_C_answered : RSD_C_udp_csum, 1);
		rsd_core_stats_end(&core);
	}
	return NULL;
}

/* Every snapshot is of a moment between two bursts: the books balance in it. */
static void
snapshots_balance(void)
{
	uint64_t last = 0, moved = 0;
	pthread_t writer;
	unsigned int i;

	memset(&core, 0, sizeof(core));
	__atomic_store_n(&stop, 0, __ATOMIC_RELAXED);
	if (!RSD_CHECK(pthread_create(&writer, NULL, write_bursts, NULL) == 0, "no thread"))
		return;
	for (i = 0; i < READS || (moved < 100 && i < 1000 * READS); i++) {
		struct rsd_stats st;
		struct rsd_books b;

		rsd_core_stats_read(&core, &st);
		rsd_books_from(&st, &b);
		if (b.gap != 0 || b.received < last || b.received % 8 != 0) {
			RSD_CHECK(0, "read %u: %llu received, gap %lld", i,
				(unsigned long long)b.received, (long long)b.gap);
			break;
		}
		moved += b.received != last;
		last = b.received;
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(writer, NULL);
	RSD_CHECK(moved >= 100, "the writer was seen at work %llu times only",
		(unsigned long long)moved);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "every counter has a name, a unit, a kind and a sentence", rows_are_whole },
		{ "a name is that of its enum", names_are_the_enums },
		{ "what was counted is read", read_what_was_written },
		{ "a reader beside a writer only ever sees balanced books", snapshots_balance },
	};

	return rsd_test_run("counters", tests, RTE_DIM(tests));
}
