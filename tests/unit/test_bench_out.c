/* SPDX-License-Identifier: BSD-3-Clause */
/* A result as text, as JSON and back. The page has a test of its own, bench_page.py. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "bench/out.h"
#include "bench/out_words.h"
#include "support/bench_sample.h"
#include "support/cunit_runner.h"

#define NEAR(got, want, within)                                                                \
	RSD_CHECK(fabs((got) - (want)) <= (within), #got " is %g, expected %g", (double)(got), \
		(double)(want))
#define SAME_TEXT(got, want) \
	RSD_CHECK(strcmp(got, want) == 0, "is \"%s\", expected \"%s\"", got, want)

static void
sample(struct rsd_bench_result *r, uint64_t seed, const char *name, double factor)
{
	if (rsd_bench_sample(r, seed, name, factor) != 0)
		abort();
}

static const struct rsd_bench_row *
row(const struct rsd_bench_result *r, const char *id)
{
	const struct rsd_bench_row *found = rsd_bench_find(r, id);

	if (found == NULL)
		abort();
	return found;
}

/* -- filling ----------------------------------------------------------------------------------- */

static void
test_metric(void)
{
	double v[] = { 5, 1, 4, 2, 3, 7, 6 }, one[] = { 4 };
	struct rsd_metric m;

	RSD_CHECK_EQ(rsd_metric_of(v, NULL, RTE_DIM(v), 1, &m), 0);
	NEAR(m.median, 4, 0);
	NEAR(m.q1, 2.5, 1e-12);
	NEAR(m.q3, 5.5, 1e-12);
	RSD_CHECK_EQ(m.nb, 7);
	RSD_CHECK(!m.is_wide && m.low >= 1 && m.low < 4 && m.high > 4 && m.high <= 7,
		"interval %g to %g", m.low, m.high);
	RSD_CHECK_EQ(rsd_metric_of(one, NULL, 1, 1, &m), 0);
	RSD_CHECK(m.is_wide && m.nb == 1, "one window says nothing about its confidence");
	NEAR(m.low, 4, 0);
	NEAR(m.high, 4, 0);
	RSD_CHECK_EQ(rsd_metric_of(one, NULL, 0, 1, &m), 0);
	RSD_CHECK_EQ(m.nb, 0);
}

static void
test_sweep(void)
{
	static const uint32_t bytes[] = { 18, 500, 1000, 1472 };
	struct rsd_machine machine = { .memcpy_fit = { .b = 0.05, .nb = 8 } };
	struct rsd_bench_row r = { .sweep = { .nb = RTE_DIM(bytes) } };
	unsigned int i;

	for (i = 0; i < RTE_DIM(bytes); i++) {
		r.sweep.bytes[i] = bytes[i];
		r.sweep.ns[RSD_BILL_SYSTEM][i] =
			(struct rsd_metric){ .nb = 9, .median = 300 + 0.1 * bytes[i] };
	}
	r.sweep.ns[RSD_BILL_PROCESS][2] = (struct rsd_metric){ .nb = 9, .median = 7 };
	rsd_bench_fit_sweep(&r, &machine);
	NEAR(r.sweep.fit[RSD_BILL_SYSTEM].a, 300, 1e-9);
	NEAR(r.sweep.fit[RSD_BILL_SYSTEM].b, 0.1, 1e-12);
	NEAR(r.sweep.copies[RSD_BILL_SYSTEM].value, 2, 1e-9);
	RSD_CHECK_EQ(r.sweep.fit[RSD_BILL_PROCESS].nb, 0);
}

static void
test_copies(void)
{
	struct rsd_bench_row r = { .payload_bytes = 100 };

	rsd_bench_copies_of_driver(&r, "net_af_packet", NULL);
	RSD_CHECK(r.copies_rx == 2 && r.copies_tx == 2, "%d+%d", r.copies_rx, r.copies_tx);
	NEAR(r.bytes_copied, 4 * 142, 0);
	rsd_bench_copies_of_driver(&r, "net_pcap", "infinite_rx=1");
	RSD_CHECK(r.copies_rx == 1 && r.copies_tx == 0, "%d+%d", r.copies_rx, r.copies_tx);
	rsd_bench_copies_of_driver(&r, "net_nobody_knows", NULL);
	RSD_CHECK(r.copies_rx == -1 && r.bytes_copied < 0, "unknown is not none");
	rsd_bench_copies_of_payload(&r, 1, 1, "skb");
	NEAR(r.bytes_copied, 200, 0);
	r.workload = RSD_WORK_RECEIVE;
	rsd_bench_copies_of_payload(&r, 1, 1, "skb");
	RSD_CHECK_EQ(r.copies_tx, 0);
	NEAR(r.bytes_copied, 100, 0);
}

static void
test_ratio(void)
{
	const double mine[] = { 1, 2, 3, 4, 5, 6 }, theirs[] = { 4, 8, 12, 16, 20, 24 };
	const struct rsd_bench_pairs pairs = { mine, theirs, NULL, RTE_DIM(mine) };
	struct rsd_bench_row r = { 0 };
	unsigned int i;

	for (i = 0; i < RSD_BENCH_MAX_RATIOS; i++)
		RSD_CHECK_EQ(rsd_bench_add_ratio(&r, RSD_METRIC_SYSTEM_NS, "x", &pairs, 1), 0);
	RSD_CHECK_EQ(rsd_bench_add_ratio(&r, RSD_METRIC_PPS, "y", &pairs, 1), -ENOSPC);
	NEAR(r.ratio[0].value.value, 0.25, 1e-12);
	SAME_TEXT(r.ratio[0].to, "x");
}

/* -- words ------------------------------------------------------------------------------------- */

static void
test_words(void)
{
	struct rsd_metric m = { .nb = 9, .median = 200, .low = 197, .high = 204.1 };
	char buf[RSD_WORD_LEN];

	SAME_TEXT(rsd_word_number(buf, 5812.4), "5812");
	SAME_TEXT(rsd_word_number(buf, 43.06), "43.1");
	SAME_TEXT(rsd_word_number(buf, 9.994), "9.99");
	SAME_TEXT(rsd_word_number(buf, 0.0625), "0.062");
	SAME_TEXT(rsd_word_number(buf, 0), "0");
	SAME_TEXT(rsd_word_number(buf, NAN), "?");
	SAME_TEXT(rsd_word_rate(buf, 999499), "999k");
	SAME_TEXT(rsd_word_rate(buf, 999600), "1.00M");
	SAME_TEXT(rsd_word_rate(buf, 950), "950");
	SAME_TEXT(rsd_word_ns(buf, 999.6, "us"), "1.00 us");
	SAME_TEXT(rsd_word_ns(buf, 43.1, "us"), "43.1 ns");
	SAME_TEXT(rsd_word_ns(buf, 2.5e6, "us"), "2.50 ms");
	SAME_TEXT(rsd_word_spread(buf, &m), "±3%");
	m.nb = 1;
	SAME_TEXT(rsd_word_spread(buf, &m), "±?");
	SAME_TEXT(rsd_word_measure(buf, 2.051, 0.12), "2.05 ±0.12");
	SAME_TEXT(rsd_word_measure(buf, -0.0001, 0.02), "0.000 ±0.020");
	SAME_TEXT(rsd_word_measure(buf, 5812, 3.2), "5812 ±3");
	SAME_TEXT(rsd_word_measure(buf, 7, 0), "7.00 ±?");
	SAME_TEXT(rsd_word_share(buf, 0.375), "37.5%");
	SAME_TEXT(rsd_word_share(buf, 0.000001), "<.001%");
	SAME_TEXT(rsd_word_ratio(buf, 0.0063), "0.0063");
}

/* -- text -------------------------------------------------------------------------------------- */

static char *
text_of(const struct rsd_bench_result *r, unsigned int columns)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		abort();
	rsd_bench_out_text(f, r, columns);
	fclose(f);
	return text;
}

/* Characters of the longest line. */
static unsigned int
widest(const char *text)
{
	unsigned int n = 0, most = 0;

	for (; *text != '\0'; text++) {
		n = *text == '\n' ? 0 : n + (((unsigned char)*text & 0xc0) != 0x80);
		most = RTE_MAX(most, n);
	}
	return most;
}

static unsigned int
times(const char *text, const char *word)
{
	unsigned int n = 0;

	while ((text = strstr(text, word)) != NULL) {
		n++;
		text += strlen(word);
	}
	return n;
}

static void
test_text(void)
{
	static const unsigned int widths[] = { 80, 100, 120, 200 };
	struct rsd_bench_result r;
	char *text;
	unsigned int i;

	sample(&r, 1, NULL, 1);
	for (i = 0; i < RTE_DIM(widths); i++) {
		text = text_of(&r, widths[i]);
		RSD_CHECK(widest(text) <= widths[i], "%u columns, at most %u", widest(text),
			widths[i]);
		RSD_CHECK_EQ(times(text, "== "), 3);
		RSD_CHECK(times(text, "process    system") == 3, "both bills, at %u", widths[i]);
		RSD_CHECK_EQ(times(text, "built without liburing"), 1);
		RSD_CHECK_EQ(times(text, "io_uring [1]"), 3);
		RSD_CHECK_EQ(times(text, "not the line rate") + times(text, "not the\nline rate") +
				     times(text, "not\nthe line rate"),
			1);
		RSD_CHECK_EQ(times(text, RSD_SAMPLE_NOTE), 1);
		RSD_CHECK_EQ(times(text, " \n"), 0);
		free(text);
	}
	text = text_of(&r, 120);
	for (i = 0; i < r.nb_rows; i++)
		RSD_CHECK(strstr(text, r.row[i].name) != NULL, "%s is missing", r.row[i].name);
	RSD_CHECK(strstr(text, "bytes") != NULL && strstr(text, "2+2    424") != NULL,
		"copies and their bytes");
	free(text);
	rsd_bench_free(&r);
}

/* -- JSON -------------------------------------------------------------------------------------- */

static void
test_json(void)
{
	const char *id = "ringside af_xdp echo flood on-sender 64";
	struct rsd_bench_result r, back;
	const struct rsd_bench_row *a, *b;
	char why[RSD_BENCH_WHY] = "";
	json_t *json, *again;

	sample(&r, 1, NULL, 1);
	json = rsd_bench_json(&r);
	RSD_CHECK_EQ(rsd_bench_from_json(json, &back, why), 0);
	RSD_CHECK(why[0] == '\0', "%s", why);
	again = rsd_bench_json(&back);
	RSD_CHECK(json_equal(json, again), "written, read and written again is the same");
	RSD_CHECK_EQ(back.nb_rows, r.nb_rows);
	RSD_CHECK_EQ(back.begun, r.begun);
	a = row(&r, id);
	b = row(&back, id);
	NEAR(b->metric[RSD_METRIC_SYSTEM_NS].q3, a->metric[RSD_METRIC_SYSTEM_NS].q3, 0);
	NEAR(b->sweep.copies[RSD_BILL_SYSTEM].err, a->sweep.copies[RSD_BILL_SYSTEM].err, 0);
	RSD_CHECK_EQ(b->copies_rx, 1);
	SAME_TEXT(b->call[1].name, "sendmmsg");
	json_decref(json);
	json_decref(again);
	rsd_bench_free(&r);
	rsd_bench_free(&back);
}

/* Each is refused with a line that has these words. */
static const struct refused {
	const char *json, *words;
	int err;
} refused[] = {
	{ "[]", "schema: this ringside reads number 1", -EPROTO },
	{ "{}", "schema: this ringside reads number 1", -EPROTO },
	{ "{'schema':2,'ringside':'x','rows':[]}", "schema: this ringside reads number 1",
		-EPROTO },
	{ "{'schema':1}", "ringside: is not there", -EINVAL },
	{ "{'schema':1,'ringside':7}", "ringside: is no text", -EINVAL },
	{ "{'schema':1,'ringside':'x','begun':'now'}", "begun: \"now\" is no time", -EINVAL },
	{ "{'schema':1,'ringside':'x','begun':'2026-01-01T00:00:00Z'}", "machine: is not there",
		-EINVAL },
	{ "{'schema':1,'ringside':'x','begun':'2026-01-01T00:00:00Z','machine':{'cpu':'','kernel':"
	  "'','dpdk':''},'method':{},'rows':{}}",
		"rows: is no array", -EINVAL },
	{ "{'schema':1,'ringside':'x','begun':'2026-01-01T00:00:00Z','machine':{'cpu':'','kernel':"
	  "'','dpdk':''},'method':{'burst':-3},'rows':[]}",
		"burst: is not between", -EINVAL },
	{ "{'schema':1,'ringside':'x','begun':'2026-01-01T00:00:00Z','machine':{'cpu':'','kernel':"
	  "'','dpdk':''},'method':{},'rows':[5]}",
		"rows[0].name: is not there", -EINVAL },
	{ "{'schema':1,'ringside':'x','begun':'2026-01-01T00:00:00Z','machine':{'cpu':'','kernel':"
	  "'','dpdk':''},'method':{},'rows':[{'name':'a','device':'b','group':'c'}]}",
		"rows[0].group: \"c\" is no word", -EINVAL },
};

static void
test_refused(void)
{
	struct rsd_bench_result r;
	char text[512], why[RSD_BENCH_WHY], *c;
	json_t *json;
	unsigned int i;

	for (i = 0; i < RTE_DIM(refused); i++) {
		snprintf(text, sizeof(text), "%s", refused[i].json);
		for (c = text; *c != '\0'; c++)
			*c = *c == '\'' ? '"' : *c;
		json = json_loads(text, 0, NULL);
		RSD_CHECK(json != NULL, "%s", text);
		why[0] = '\0';
		RSD_CHECK_EQ(rsd_bench_from_json(json, &r, why), refused[i].err);
		RSD_CHECK(strstr(why, refused[i].words) != NULL, "said \"%s\", expected \"%s\"",
			why, refused[i].words);
		RSD_CHECK(r.row == NULL && r.nb_rows == 0, "nothing is left behind");
		json_decref(json);
	}
	RSD_CHECK_EQ(rsd_bench_read("/nonexistent/x", &r, why), -ENOENT);
	SAME_TEXT(why, "No such file or directory");
}

/* A file that was cut, changed or is something else: read or refused, never worse. */
static void
test_damaged(void)
{
	struct rsd_bench_result r, back;
	char why[RSD_BENCH_WHY], *text;
	unsigned int i, refused_nb = 0;
	json_t *json, *whole;
	size_t len;

	sample(&r, 1, NULL, 1);
	r.nb_rows = 3;
	whole = rsd_bench_json(&r);
	text = json_dumps(whole, JSON_COMPACT);
	len = strlen(text);
	for (i = 0; i < len; i += 7) {
		char kept = text[i];

		text[i] = kept == '1' ? '-' : kept == '{' ? '[' : kept == '"' ? '5' : '"';
		json = json_loads(text, JSON_DECODE_ANY, NULL);
		text[i] = kept;
		if (json == NULL || rsd_bench_from_json(json, &back, why) != 0)
			refused_nb++;
		else
			rsd_bench_free(&back);
		json_decref(json);
	}
	RSD_CHECK(refused_nb > len / 14, "%u refused", refused_nb);
	free(text);
	json_decref(whole);
	rsd_bench_free(&r);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "a figure is a median with its interval", test_metric },
		{ "lines go through the points of each bill, slopes count copies", test_sweep },
		{ "copies are the driver's or the socket's, unknown is not none", test_copies },
		{ "ratios are kept until there is no room", test_ratio },
		{ "figures as words", test_words },
		{ "the table fits its terminal and leaves nothing out", test_text },
		{ "JSON and back is the same result", test_json },
		{ "what is no result is refused, and where is said", test_refused },
		{ "a damaged file does no harm", test_damaged },
	};

	return rsd_test_run("bench_out", tests, RTE_DIM(tests));
}
