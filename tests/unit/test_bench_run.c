/* SPDX-License-Identifier: BSD-3-Clause */
/* The benchmark's rows, and what it makes of their windows. Nothing is measured here. */
#include <math.h>
#include <string.h>

#include <rte_common.h>

#include "bench/run_lane.h"
#include "support/cunit_runner.h"

#define NEAR(got, want, within)                                                                \
	RSD_CHECK(fabs((got) - (want)) <= (within), #got " is %g, expected %g", (double)(got), \
		(double)(want))

static const struct rsd_run_phase phase = { RSD_WORK_ECHO, RSD_LOAD_OUTSTANDING,
	RSD_PLACE_ON_SENDER, false, false };

static void
test_rows(void)
{
	struct rsd_run_row rows[RSD_RUN_MAX_ROWS];
	unsigned int nb = rsd_run_rows(rows), nb_main = 0, i, k;

	RSD_CHECK(nb >= 18 && nb < RSD_RUN_MAX_ROWS, "%u rows", nb);
	for (i = 0; i < nb; i++) {
		nb_main += rows[i].is_main;
		RSD_CHECK((rows[i].rx != NULL) != (rows[i].dp != NULL), "%s is of one kind",
			rows[i].name);
		RSD_CHECK(rows[i].what[0] != '\0', "%s says what it is", rows[i].name);
		for (k = 0; k < i; k++)
			RSD_CHECK(strcmp(rows[i].name, rows[k].name) != 0 ||
					  strcmp(rows[i].device, rows[k].device) != 0,
				"%s@%s is there once", rows[i].name, rows[i].device);
	}
	RSD_CHECK(nb_main >= 18, "a quick run has %u rows", nb_main);
}

static void
test_names(void)
{
	const struct rsd_run_row row = { .name = "ringside", .device = "af_xdp" };
	static const struct {
		const char *word;
		bool is;
	} cases[] = {
		{ "ringside", true },
		{ "ringside@af_xdp", true },
		{ "ringside@af_packet", false },
		{ "ringside@", false },
		{ "ringside@af_xdp2", false },
		{ "ring", false },
		{ "ringside2", false },
		{ "@af_xdp", false },
		{ "", false },
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(cases); i++)
		RSD_CHECK(rsd_run_row_is(&row, cases[i].word, strlen(cases[i].word)) == cases[i].is,
			"'%s'", cases[i].word);
	RSD_CHECK(rsd_run_row_is(&row, "ringside,gro", 8), "a word in a list");
}

/* A planted fault is a row of its own, beside the one without. */
static void
test_twin(void)
{
	const struct rsd_run_plant spin = { .row = "recvmmsg", .spin_ns = 2000 },
				   copy = { .row = "recvmmsg", .copies = 50 }, none = { .row = "" },
				   polls = { .row = "ringside", .copies = 1 };
	struct rsd_run_row rows[RSD_RUN_MAX_ROWS];
	unsigned int nb = rsd_run_rows(rows);

	RSD_CHECK_EQ(rsd_run_twin(&none, rows, nb), 0);
	RSD_CHECK_EQ(rsd_run_twin(&polls, rows, nb), 0);
	RSD_CHECK_EQ(rsd_run_twin(&spin, rows, nb), 1);
	RSD_CHECK(strcmp(rows[nb].name, "recvmmsg+spin") == 0, "'%s'", rows[nb].name);
	RSD_CHECK_EQ(rows[nb].plant.spin_ns, 2000);
	RSD_CHECK(rows[nb].rx == rsd_rx_find("recvmmsg"), "it is the same receiver");
	RSD_CHECK_EQ(rsd_run_twin(&copy, rows, nb), 1);
	RSD_CHECK(strcmp(rows[nb].name, "recvmmsg+copy") == 0, "'%s'", rows[nb].name);
}

/* -- a run of three receivers, made up --------------------------------------------------------- */

struct made_up {
	struct rsd_run_conf conf;
	struct rsd_bench_result result;
	struct rsd_lane lane[3];
	struct rsd_run run;
};

static void
make(struct made_up *m)
{
	static const char *const names[] = { "recvmmsg", "recvfrom", "xdp_tx" };
	unsigned int i;

	memset(m, 0, sizeof(*m));
	rsd_bench_init(&m->result);
	m->run = (struct rsd_run){ .conf = &m->conf,
		.result = &m->result,
		.phase = &phase,
		.lane = m->lane,
		.nb_lanes = 3 };
	for (i = 0; i < 3; i++) {
		struct rsd_bench_row *row = rsd_bench_add(&m->result);

		m->lane[i].at = i;
		m->lane[i].row.rx = rsd_rx_find(names[i]);
		m->lane[i].runs = m->lane[i].has_loss = true;
		snprintf(m->lane[i].row.name, sizeof(m->lane[i].row.name), "%s", names[i]);
		snprintf(m->lane[i].row.device, sizeof(m->lane[i].row.device), "veth");
		snprintf(row->name, sizeof(row->name), "%s", names[i]);
		snprintf(row->device, sizeof(row->device), "veth");
	}
}

/* The machine becomes slower from round to round, and all rows with it. */
static struct rsd_window
window(double cost, uint32_t round)
{
	struct rsd_window w = { .done = 1000, .pps = 1e6, .calls = 0.5 };

	w.system_ns = w.process_ns = cost * (1 + round);
	w.rx.calls[RSD_RX_RECVMMSG] = 500;
	return w;
}

static void
run_windows(struct made_up *m, unsigned int nb)
{
	unsigned int round, i;

	for (round = 0; round < nb; round++)
		for (i = 0; i < 3; i++) {
			struct rsd_window w = window(i == 1 ? 2000 : 1000, round);

			rsd_lane_take(&m->lane[i], round, &w, 400);
		}
}

static void
test_figures(void)
{
	static struct made_up m;
	const struct rsd_bench_row *row = NULL;

	make(&m);
	run_windows(&m, 9);
	RSD_CHECK_EQ(rsd_run_figures(&m.run), 0);
	row = &m.result.row[1];
	RSD_CHECK_EQ(row->windows_kept, 9);
	NEAR(row->metric[RSD_METRIC_SYSTEM_NS].median, 10000, 1e-6);
	NEAR(row->call[0].per_packet, 0.5, 1e-9);
	RSD_CHECK(strcmp(row->call[0].name, "recvmmsg") == 0, "its call");
	RSD_CHECK_EQ(row->nb_ratios, 2);
	NEAR(row->ratio[0].value.value, 2, 1e-9);
	NEAR(row->ratio[0].value.low, 2, 1e-9);
	NEAR(row->ratio[0].value.high, 2, 1e-9);
	RSD_CHECK(strncmp(row->ratio[0].to, "recvmmsg veth echo", 18) == 0, "over '%s'",
		row->ratio[0].to);
	RSD_CHECK_EQ(m.result.row[0].nb_ratios, 0);
	rsd_bench_free(&m.result);
}

static void
test_in_kernel(void)
{
	static struct made_up m;

	make(&m);
	run_windows(&m, 3);
	RSD_CHECK_EQ(rsd_run_figures(&m.run), 0);
	RSD_CHECK_EQ(m.result.row[2].metric[RSD_METRIC_PROCESS_NS].nb, 0);
	RSD_CHECK_EQ(m.result.row[2].metric[RSD_METRIC_CYCLES].nb, 0);
	RSD_CHECK_EQ(m.result.row[2].metric[RSD_METRIC_SYSTEM_NS].nb, 3);
	RSD_CHECK_EQ(m.result.row[2].nb_ratios, 1);
	rsd_bench_free(&m.result);
}

static void
test_missing_windows(void)
{
	static struct made_up m;

	make(&m);
	run_windows(&m, 3);
	m.lane[0].kept[1] = false; /* its neighbour counts for itself, not for the ratio */
	m.lane[1].nb_thrown = 4;
	RSD_CHECK_EQ(rsd_run_figures(&m.run), 0);
	RSD_CHECK_EQ(m.result.row[1].metric[RSD_METRIC_PPS].nb, 3);
	RSD_CHECK_EQ(m.result.row[1].ratio[0].value.nb, 2);
	RSD_CHECK_EQ(m.result.row[1].windows_thrown, 4);
	rsd_bench_free(&m.result);
}

static void
test_why(void)
{
	static struct made_up m;

	make(&m);
	m.lane[0].nb_thrown = 3;
	rsd_lane_cannot(&m.lane[2], "no such luck");
	RSD_CHECK_EQ(rsd_run_figures(&m.run), 0);
	RSD_CHECK(strstr(m.result.row[0].why, "undisturbed") != NULL, "'%s'", m.result.row[0].why);
	RSD_CHECK(strstr(m.result.row[1].why, "not reached") != NULL, "'%s'", m.result.row[1].why);
	RSD_CHECK(strcmp(m.result.row[2].why, "no such luck") == 0, "'%s'", m.result.row[2].why);
	RSD_CHECK_EQ(m.result.row[2].metric[RSD_METRIC_PPS].nb, 0);
	rsd_bench_free(&m.result);
}

/* -- passes ------------------------------------------------------------------------------------ */

static void
test_share(void)
{
	struct rsd_run_conf conf = { .passes = 2 };
	struct rsd_run run = { .conf = &conf };
	struct rsd_run_share a = rsd_run_share(&run, 15), b;

	run.pass = 1;
	b = rsd_run_share(&run, 15);
	RSD_CHECK(a.from == 0 && a.to == 7 && b.from == 7 && b.to == 15, "%u-%u, %u-%u", a.from,
		a.to, b.from, b.to);
	conf.passes = 1;
	run.pass = 0;
	a = rsd_run_share(&run, 3);
	RSD_CHECK(a.from == 0 && a.to == 3, "%u-%u", a.from, a.to);
}

/* Six rounds of one start and twenty of another that costs twice as much: of windows alone the
 * interval would be far from the first. */
static void
test_two_starts(void)
{
	static struct made_up m;
	const struct rsd_metric *ns;
	unsigned int round, i;

	make(&m);
	for (round = 0; round < 26; round++)
		for (i = 0; i < 3; i++) {
			struct rsd_window w = window(1000, 0);

			m.lane[i].start = round >= 6;
			w.system_ns *= m.lane[i].start + 1 + 0.01 * round;
			rsd_lane_take(&m.lane[i], round, &w, round < 13 ? 300 : 400);
		}
	RSD_CHECK_EQ(rsd_run_figures(&m.run), 0);
	ns = &m.result.row[1].metric[RSD_METRIC_SYSTEM_NS];
	RSD_CHECK(ns->low < 1060 && ns->high > 2100, "%g to %g", ns->low, ns->high);
	NEAR(m.result.row[1].sender_ns, 350, 1e-9);
	rsd_bench_free(&m.result);
}

/* A row that a pass is without keeps the figures of the others, and says so. */
static void
test_pass_without(void)
{
	static struct made_up m;
	unsigned int round;

	make(&m);
	run_windows(&m, 3);
	for (round = 3; round < 5; round++) {
		struct rsd_window w = window(7000, 9);

		m.lane[0].start = 1;
		rsd_lane_take(&m.lane[0], round, &w, 400);
	}
	rsd_lane_cannot(&m.lane[0], "it is gone");
	rsd_lane_settle(&m.lane[0], false); /* within its windows: these are none */
	rsd_lane_cannot(&m.lane[1], "its cable is");
	rsd_lane_settle(&m.lane[1], true);
	RSD_CHECK_EQ(rsd_run_figures(&m.run), 0);
	RSD_CHECK_EQ(m.result.row[0].windows_kept, 3);
	NEAR(m.result.row[0].metric[RSD_METRIC_SYSTEM_NS].median, 2000, 1e-9);
	RSD_CHECK(strcmp(m.result.row[0].note, "A pass is without it: it is gone") == 0, "'%s'",
		m.result.row[0].note);
	RSD_CHECK(m.result.row[0].why[0] == '\0', "'%s'", m.result.row[0].why);
	RSD_CHECK_EQ(m.result.row[1].windows_kept, 3);
	RSD_CHECK(strcmp(m.result.row[1].note, "It ended early: its cable is") == 0, "'%s'",
		m.result.row[1].note);
	rsd_bench_free(&m.result);
}

/* System calls that the kernel counts, in windows of their own, have a median and a spread. */
static void
test_calls(void)
{
	static const double each[] = { 0.5, 0.2, 0.4, 0.3, 0.6 };
	static struct made_up m;
	const struct rsd_metric *calls;
	unsigned int i;

	make(&m);
	m.lane[1].row.rx = NULL;
	m.lane[1].row.dp = rsd_dp_find("ringside", "af_packet");
	run_windows(&m, 5);
	for (i = 0; i < RTE_DIM(each); i++) {
		struct rsd_window w = { .done = 1000, .calls = each[i] };

		m.lane[1].start = i >= 2;
		w.rx.calls[RSD_RX_SENDTO] = (uint64_t)(1000 * each[i]);
		rsd_lane_take_calls(&m.lane[1], &w);
	}
	RSD_CHECK_EQ(rsd_run_figures(&m.run), 0);
	calls = &m.result.row[1].metric[RSD_METRIC_SYSCALLS];
	RSD_CHECK_EQ(calls->nb, 5);
	NEAR(calls->median, 0.4, 1e-12);
	NEAR(calls->q1, 0.3, 1e-12);
	NEAR(calls->low, 0.2, 1e-12);
	RSD_CHECK(!calls->is_wide, "five are enough");
	RSD_CHECK_EQ(m.result.row[1].nb_calls, 1);
	NEAR(m.result.row[1].call[0].per_packet, 0.4, 1e-12);
	rsd_bench_free(&m.result);
}

/* What is larger than an ordinary frame goes over another cable, unless all windows are of it. */
static void
test_apart(void)
{
	struct rsd_run_conf conf = { .nb_sizes = 3, .size = { 18, 1472, 8972 } };

	RSD_CHECK(!rsd_size_is_apart(&conf, 0) && !rsd_size_is_apart(&conf, 1), "ordinary");
	RSD_CHECK(rsd_size_is_apart(&conf, 2), "8972 is not");
	conf.size[0] = 4000;
	RSD_CHECK(!rsd_size_is_apart(&conf, 2), "the cable is for such");
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "every row is there once and says what it is", test_rows },
		{ "rows go by name, and by name and device", test_names },
		{ "a planted fault is a row of its own", test_twin },
		{ "figures are medians, ratios of neighbours do not see drift", test_figures },
		{ "a row in the kernel has no process to bill", test_in_kernel },
		{ "windows that were not kept have no part in ratios", test_missing_windows },
		{ "a row without figures says why", test_why },
		{ "passes share the rounds", test_share },
		{ "an interval is of starts, and windows in them", test_two_starts },
		{ "a pass that a row is not in", test_pass_without },
		{ "counted system calls have a spread", test_calls },
		{ "jumbo frames have a cable of their own", test_apart },
	};

	return rsd_test_run("bench_run", tests, RTE_DIM(tests));
}
