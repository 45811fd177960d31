/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "stats/report.h"
#include "support/cunit_runner.h"

#define NS_PER_S UINT64_C(1000000000)

/* 1,000,000 in: most answered, some dropped for two reasons, five still with a handler. */
static void
fill(struct rsd_stats *s)
{
	memset(s, 0, sizeof(*s));
	s->counter[RSD_C_rx_frames] = 1000000;
	s->counter[RSD_C_answered] = 999000;
	s->counter[RSD_C_delivered] = 400;
	s->counter[RSD_C_host_answered] = 90;
	s->counter[RSD_C_host_consumed] = 10;
	s->counter[RSD_C_udp_no_socket] = 495;
	s->counter[RSD_C_tx_full] = 0;
	s->counter[RSD_C_held_in] = 12;
	s->counter[RSD_C_held_out] = 7;
	s->polls = 4000;
	s->polls_empty = 1000;
	s->busy_cycles = 123400000;
}

static void
report_of(struct rsd_report *r, struct rsd_stats *worker, unsigned int nb)
{
	unsigned int w, c;

	memset(r, 0, sizeof(*r));
	r->name = "rs";
	r->uptime_ns = 62 * NS_PER_S;
	r->workers = nb;
	r->pool_size = 8192;
	r->pool_free = 8187;
	r->worker = worker;
	for (w = 0; w < nb; w++) {
		fill(&worker[w]);
		r->sum.polls += worker[w].polls;
		r->sum.polls_empty += worker[w].polls_empty;
		r->sum.busy_cycles += worker[w].busy_cycles;
		for (c = 0; c < RSD_C_MAX; c++)
			r->sum.counter[c] += worker[w].counter[c];
	}
}

/* What the reports print, to be freed. */
static char *
text_of(const struct rsd_report *r)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	rsd_report_text(f, r);
	fclose(f);
	return text;
}

static char *
closing_of(const struct rsd_stats *s, unsigned int pool_free)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	rsd_report_closing(f, "rs", s, 8192, pool_free);
	fclose(f);
	return text;
}

static void
has(const char *text, const char *words)
{
	RSD_CHECK(strstr(text, words) != NULL, "expected '%s' in:\n%s", words, text);
}

static void
has_not(const char *text, const char *words)
{
	RSD_CHECK(strstr(text, words) == NULL, "did not expect '%s' in:\n%s", words, text);
}

static void
separators(void)
{
	static const struct {
		uint64_t n;
		const char *text;
	} rows[] = {
		{ 0, "0" },
		{ 7, "7" },
		{ 999, "999" },
		{ 1000, "1,000" },
		{ 12345, "12,345" },
		{ 999999, "999,999" },
		{ 1000000, "1,000,000" },
		{ UINT64_MAX, "18,446,744,073,709,551,615" },
	};
	char buf[RSD_NUM_MAX];
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++)
		RSD_CHECK(strcmp(rsd_report_num(buf, rows[i].n), rows[i].text) == 0,
			"got %s, expected %s", buf, rows[i].text);
}

static void
text_balanced(void)
{
	struct rsd_stats worker[1];
	struct rsd_report r;
	char *text;

	report_of(&r, worker, 1);
	text = text_of(&r);
	has(text, "rs: up 1 min 2 s, 1 worker\n");
	has(text, "1,000,000\n");
	has(text, "495  udp_no_socket    UDP to a port on which nothing is open\n");
	has(text, "books: balanced, 1,000,000 in = 999,995 out + 5 held\n");
	has(text, "123.4  the workers' bill");
	has(text, "25.0 %  of 4,000\n");
	has(text, "8,187  of 8,192 free\n");
	has_not(text, "tx_full");
	has_not(text, "worker  ");
	free(text);
}

/* As where frames are few and each wakes a core. */
static void
text_dear_frames(void)
{
	struct rsd_stats s;
	char buf[RSD_NUM_MAX];

	fill(&s);
	s.counter[RSD_C_rx_frames] = 100;
	RSD_CHECK(strcmp(rsd_report_cycles_text(buf, &s), "1,234,000.0") == 0, "got %s", buf);
	s.busy_cycles = 9995;
	RSD_CHECK(strcmp(rsd_report_cycles_text(buf, &s), "100.0") == 0, "got %s", buf);
}

static void
text_nothing_held(void)
{
	struct rsd_stats worker[1];
	struct rsd_report r;
	char *text;

	report_of(&r, worker, 1);
	r.sum.counter[RSD_C_held_out] = 12;
	r.sum.counter[RSD_C_delivered] += 5;
	text = text_of(&r);
	has(text, "books: balanced, 1,000,000 in = 1,000,000 out\n");
	free(text);
}

/* A planted fault: frames that vanish, frames that come twice, holds that come back twice. */
static void
text_gap(void)
{
	struct rsd_stats worker[1];
	struct rsd_report r;
	char *text;

	report_of(&r, worker, 1);
	r.sum.counter[RSD_C_rx_frames] += 3;
	text = text_of(&r);
	has(text, "books: DO NOT BALANCE, 1,000,003 in, 999,995 out, 5 held: 3 unaccounted for\n");
	has_not(text, "books: balanced");
	free(text);

	r.sum.counter[RSD_C_rx_frames] -= 1003;
	text = text_of(&r);
	has(text, "books: DO NOT BALANCE, 999,000 in, 999,995 out, 5 held: 1,000 too many\n");
	free(text);

	r.sum.counter[RSD_C_held_out] = 14;
	text = text_of(&r);
	has(text, " -2\n");
	has(text, "-2 held");
	free(text);
}

/* An idle engine has no cost a packet, and must not invent one. */
static void
text_idle(void)
{
	struct rsd_stats worker[1];
	struct rsd_report r;
	char *text;
	json_t *o;

	report_of(&r, worker, 0);
	r.workers = 1;
	r.worker = worker;
	memset(worker, 0, sizeof(worker));
	text = text_of(&r);
	has(text, "books: balanced, 0 in = 0 out\n");
	has(text, " -  the workers' bill");
	has_not(text, "nan");
	has_not(text, "inf");
	free(text);
	o = rsd_report_json(&r);
	RSD_CHECK(json_is_null(json_object_get(o, "cycles_per_packet")), "no frames, no cycles");
	json_decref(o);
}

static void
text_workers(void)
{
	struct rsd_stats worker[2];
	struct rsd_report r;
	char *text;

	report_of(&r, worker, 2);
	r.sum.counter[RSD_C_rx_frames] -= 500000;
	worker[1].counter[RSD_C_rx_frames] = 500000;
	text = text_of(&r);
	has(text, "2 workers\n");
	has(text, "66.7 %");
	has(text, "33.3 %");
	free(text);
}

static json_int_t
field(const json_t *o, const char *group, const char *name)
{
	return json_integer_value(json_object_get(group ? json_object_get(o, group) : o, name));
}

static void
json_whole(void)
{
	struct rsd_stats worker[2];
	struct rsd_report r;
	json_t *o, *w;
	unsigned int c;

	report_of(&r, worker, 2);
	o = rsd_report_json(&r);
	RSD_CHECK_EQ(field(o, NULL, "schema"), RSD_REPORT_SCHEMA);
	RSD_CHECK(strcmp(json_string_value(json_object_get(o, "name")), "rs") == 0, "name");
	RSD_CHECK(json_real_value(json_object_get(o, "uptime_s")) == 62.0, "uptime");
	RSD_CHECK_EQ(field(o, NULL, "workers"), 2);
	RSD_CHECK_EQ(field(o, "pool", "size"), 8192);
	RSD_CHECK_EQ(field(o, "pool", "free"), 8187);
	RSD_CHECK_EQ(json_object_size(json_object_get(o, "counters")), RSD_C_MAX);
	for (c = 0; c < RSD_C_MAX; c++)
		RSD_CHECK_EQ(field(o, "counters", rsd_counter_info(c)->name), r.sum.counter[c]);
	RSD_CHECK_EQ(json_object_size(json_object_get(o, "drops")), 1);
	RSD_CHECK_EQ(field(o, "drops", "udp_no_socket"), 990);
	RSD_CHECK_EQ(field(o, "books", "received"), 2000000);
	RSD_CHECK_EQ(field(o, "books", "answered"), 1998000);
	RSD_CHECK_EQ(field(o, "books", "delivered"), 800);
	RSD_CHECK_EQ(field(o, "books", "host"), 200);
	RSD_CHECK_EQ(field(o, "books", "dropped"), 990);
	RSD_CHECK_EQ(field(o, "books", "held"), 10);
	RSD_CHECK_EQ(field(o, "books", "gap"), 0);
	RSD_CHECK(
		json_is_true(json_object_get(json_object_get(o, "books"), "balanced")), "balanced");
	RSD_CHECK_EQ(field(o, NULL, "busy_cycles"), 246800000);
	RSD_CHECK_EQ(field(o, NULL, "polls"), 8000);
	RSD_CHECK_EQ(field(o, NULL, "polls_empty"), 2000);
	RSD_CHECK(json_real_value(json_object_get(o, "cycles_per_packet")) == 123.4, "cycles");
	RSD_CHECK_EQ(json_array_size(json_object_get(o, "per_worker")), 2);
	w = json_array_get(json_object_get(o, "per_worker"), 1);
	RSD_CHECK_EQ(field(w, NULL, "worker"), 1);
	RSD_CHECK_EQ(field(w, "counters", "answered"), 999000);
	RSD_CHECK_EQ(field(w, "books", "received"), 1000000);
	json_decref(o);
}

static void
json_gap(void)
{
	struct rsd_stats worker[1];
	struct rsd_report r;
	json_t *o;

	report_of(&r, worker, 1);
	r.sum.counter[RSD_C_answered] += 4;
	o = rsd_report_json(&r);
	RSD_CHECK_EQ(field(o, "books", "gap"), -4);
	RSD_CHECK(json_is_false(json_object_get(json_object_get(o, "books"), "balanced")),
		"balanced");
	json_decref(o);
}

/* Half a second, in which one worker's worth of frames came. */
static void
rates(void)
{
	struct rsd_stats one[1], two[2];
	struct rsd_report before, now;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	json_t *o;

	report_of(&before, one, 1);
	report_of(&now, two, 2);
	now.uptime_ns = before.uptime_ns + NS_PER_S / 2;
	rsd_report_rates_line(f, &now, &before);
	fclose(f);
	has(text, " 2,000,000 ");
	has(text, " 1,998,000 ");
	has(text, " 990 ");
	has(text, " 10 ");
	has(text, "123.4");
	has(text, "25.0 %");
	free(text);

	o = rsd_report_rates_json(&now, &before);
	RSD_CHECK(json_real_value(json_object_get(o, "interval_s")) == 0.5, "interval");
	RSD_CHECK(json_real_value(json_object_get(json_object_get(o, "per_second"), "received")) ==
			  2e6,
		"received");
	RSD_CHECK(json_is_true(json_object_get(o, "balanced")), "balanced");
	RSD_CHECK_EQ(field(o, NULL, "held"), 10);
	json_decref(o);

	o = rsd_report_rates_json(&before, &before);
	RSD_CHECK(json_is_null(json_object_get(o, "cycles_per_packet")), "nothing happened");
	RSD_CHECK(
		json_real_value(json_object_get(json_object_get(o, "per_second"), "received")) == 0,
		"no time passed: no rate");
	json_decref(o);
}

static void
closing(void)
{
	struct rsd_stats s;
	char *text;

	fill(&s);
	text = closing_of(&s, 8192);
	has(text, "rs: ");
	has(text, "books: balanced, 1,000,000 in = 999,995 out + 5 held\n");
	has(text, "udp_no_socket");
	has(text, "8,192  of 8,192 home\n");
	has(text, "123.4  the workers' bill");
	free(text);

	s.counter[RSD_C_udp_no_socket] = 0;
	text = closing_of(&s, 7000);
	has(text, "books: DO NOT BALANCE");
	has(text, "495 unaccounted for\n");
	has(text, "7,000  of 8,192 home\n");
	free(text);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "numbers have thousands separators", separators },
		{ "balanced books say so, and held frames are named", text_balanced },
		{ "cycles are rounded to tenths and have separators", text_dear_frames },
		{ "with nothing held, in equals out", text_nothing_held },
		{ "books that do not balance say by how much and which way", text_gap },
		{ "an idle engine has no cost a packet", text_idle },
		{ "several workers stand in a table with their shares", text_workers },
		{ "the JSON object has every counter, the books and each worker", json_whole },
		{ "a gap is in the JSON object", json_gap },
		{ "rates are differences over the time that passed", rates },
		{ "the closing report has the books and the buffers", closing },
	};

	return rsd_test_run("report", tests, RTE_DIM(tests));
}
