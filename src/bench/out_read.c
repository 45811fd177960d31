/* SPDX-License-Identifier: BSD-3-Clause */
/* A result back from its JSON. Members that are not known are passed over: a newer ringside may
 * write more under the same schema number, never something else.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "bench/out.h"

/* Where we are, for the line that says what is wrong. After the first error nothing is read. */
struct reader {
	char at[64];
	int err;
	char *why;
};

static void wrong(struct reader *rd, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void
wrong(struct reader *rd, int err, const char *fmt, ...)
{
	va_list ap;
	int len;

	if (rd->err != 0)
		return;
	rd->err = err;
	len = snprintf(rd->why, RSD_BENCH_WHY, "%s%s", rd->at, rd->at[0] != '\0' ? "." : "");
	va_start(ap, fmt);
	vsnprintf(rd->why + len, RSD_BENCH_WHY - (size_t)len, fmt, ap);
	va_end(ap);
}

static json_t *
member(struct reader *rd, const json_t *o, const char *key, bool required)
{
	json_t *v = json_object_get(o, key);

	if (v == NULL && required)
		wrong(rd, -EINVAL, "%s: is not there", key);
	return rd->err == 0 ? v : NULL;
}

static void
text(struct reader *rd, const json_t *o, const char *key, char *buf, size_t len, bool required)
{
	json_t *v = member(rd, o, key, required);

	buf[0] = '\0';
	if (v != NULL && !json_is_string(v))
		wrong(rd, -EINVAL, "%s: is no text", key);
	else if (v != NULL)
		snprintf(buf, len, "%s", json_string_value(v));
}
#define TEXT(rd, o, key, field, required) text(rd, o, key, field, sizeof(field), required)

static double
number_or(struct reader *rd, const json_t *o, const char *key, double none)
{
	json_t *v = member(rd, o, key, false);

	if (v == NULL)
		return none;
	if (!json_is_number(v))
		wrong(rd, -EINVAL, "%s: is no number", key);
	return json_number_value(v);
}

#define number(rd, o, key) number_or(rd, o, key, 0)

static uint32_t
whole(struct reader *rd, const json_t *o, const char *key)
{
	double v = number(rd, o, key);

	if (v >= 0 && v <= UINT32_MAX)
		return (uint32_t)v;
	wrong(rd, -EINVAL, "%s: is not between 0 and 4294967295", key);
	return 0;
}

static int
small(struct reader *rd, const json_t *o, const char *key, int none)
{
	double v = number_or(rd, o, key, none);

	if (v >= -1 && v <= 65535)
		return (int)v;
	wrong(rd, -EINVAL, "%s: is not between -1 and 65535", key);
	return none;
}

static bool
yes(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

/* Which of nb words stands at key; required. */
static unsigned int
word(struct reader *rd, const json_t *o, const char *key, const char *(*of)(unsigned int),
	unsigned int nb)
{
	char got[48];
	unsigned int i;

	TEXT(rd, o, key, got, true);
	for (i = 0; i < nb; i++)
		if (strcmp(got, of(i)) == 0)
			return i;
	wrong(rd, -EINVAL, "%s: \"%s\" is no word that can stand here", key, got);
	return 0;
}

#define WORDS(name, type, fn)                   \
	static const char *name(unsigned int i) \
	{                                       \
		return fn((enum type)i);        \
	}
WORDS(group_word, rsd_bench_group, rsd_bench_group_key)
WORDS(work_word, rsd_bench_workload, rsd_bench_workload_key)
WORDS(load_word, rsd_bench_load, rsd_bench_load_key)
WORDS(place_word, rsd_bench_place, rsd_bench_place_key)
WORDS(at_word, rsd_bench_at, rsd_bench_at_key)

static const char *
metric_word(unsigned int i)
{
	return rsd_metric_info[i].key;
}

static void
metric(struct reader *rd, const json_t *o, const char *key, struct rsd_metric *m)
{
	json_t *v = member(rd, o, key, false);

	if (v == NULL)
		return;
	if (!json_is_number(json_object_get(v, "median")) ||
		json_integer_value(json_object_get(v, "n")) < 1) {
		wrong(rd, -EINVAL, "%s: is no figure: median and n are needed", key);
		return;
	}
	m->nb = whole(rd, v, "n");
	m->median = number(rd, v, "median");
	m->low = number_or(rd, v, "low", m->median);
	m->high = number_or(rd, v, "high", m->median);
	m->q1 = number_or(rd, v, "q1", m->low);
	m->q3 = number_or(rd, v, "q3", m->high);
	m->is_wide = yes(v, "wide");
}

static void
machine(struct reader *rd, const json_t *o, struct rsd_machine *m)
{
	const json_t *line = json_object_get(o, "memcpy_fit"), *copy;
	size_t i;

	TEXT(rd, o, "cpu", m->cpu, true);
	TEXT(rd, o, "kernel", m->kernel, true);
	TEXT(rd, o, "dpdk", m->dpdk, true);
	TEXT(rd, o, "build", m->build, false);
	TEXT(rd, o, "mitigations", m->mitigations, false);
	m->nb_cpus = whole(rd, o, "cpus");
	m->tsc_hz = number(rd, o, "tsc_hz");
	m->rdtsc_ns = number(rd, o, "rdtsc_ns");
	m->syscall_ns = number(rd, o, "syscall_ns");
	m->memcpy_fit.a = number(rd, line, "ns");
	m->memcpy_fit.b = number(rd, line, "ns_per_byte");
	m->memcpy_fit.a_err = number(rd, line, "ns_err");
	m->memcpy_fit.b_err = number(rd, line, "ns_per_byte_err");
	json_array_foreach(json_object_get(o, "memcpy"), i, copy)
	{
		if (i == RSD_MACHINE_SIZES)
			break;
		m->size[i] = whole(rd, copy, "bytes");
		m->memcpy_ns[i] = number(rd, copy, "ns");
		m->memcpy_fit.nb = i + 1;
	}
}

static void
method(struct reader *rd, const json_t *o, struct rsd_bench_method *m)
{
	const json_t *sizes = json_object_get(o, "sizes");
	size_t i;

	m->burst = whole(rd, o, "burst");
	m->rx_ring = whole(rd, o, "rx_ring");
	m->tx_ring = whole(rd, o, "tx_ring");
	m->buffers = whole(rd, o, "buffers");
	m->pool_cache = whole(rd, o, "pool_cache");
	m->socket_buffer_bytes = whole(rd, o, "socket_buffer_bytes");
	m->flows = whole(rd, o, "flows");
	m->outstanding = whole(rd, o, "outstanding");
	m->payload_bytes = whole(rd, o, "payload_bytes");
	m->rounds = whole(rd, o, "rounds");
	m->passes = json_object_get(o, "passes") != NULL ? whole(rd, o, "passes") : 1;
	m->window_s = number(rd, o, "window_s");
	m->warmup_s = number(rd, o, "warmup_s");
	m->idle_share = number(rd, o, "idle_share");
	m->sender_cpu = small(rd, o, "sender_cpu", -1);
	m->server_cpu = small(rd, o, "server_cpu", -1);
	TEXT(rd, o, "order", m->order, false);
	TEXT(rd, o, "memory", m->memory, false);
	TEXT(rd, o, "flags", m->flags, false);
	TEXT(rd, o, "peer_flags", m->peer_flags, false);
	TEXT(rd, o, "sender", m->sender, false);
	for (i = 0; i < json_array_size(sizes) && i < RSD_BENCH_MAX_SIZES; i++)
		m->size[m->nb_sizes++] = (uint32_t)json_integer_value(json_array_get(sizes, i));
}

static void
latency(struct reader *rd, const json_t *all, struct rsd_bench_row *row)
{
	struct rsd_bench_latency *l;
	const json_t *o;
	unsigned int p;
	size_t i;

	json_array_foreach(all, i, o)
	{
		l = &row->latency[word(rd, o, "at", at_word, RSD_AT_NB)];
		l->pps = number(rd, o, "pps");
		for (p = 0; p < RSD_PCT_NB; p++)
			metric(rd, o, rsd_bench_pct_key(p), &l->ns[p]);
	}
}

static void
sweep(struct reader *rd, const json_t *o, struct rsd_bench_sweep *s)
{
	const json_t *p;
	unsigned int b;
	size_t i;

	json_array_foreach(json_object_get(o, "points"), i, p)
	{
		if (s->nb == RSD_BENCH_MAX_SIZES)
			break;
		s->bytes[s->nb] = whole(rd, p, "bytes");
		for (b = 0; b < RSD_BILL_NB; b++)
			metric(rd, p, rsd_bench_bill_key(b), &s->ns[b][s->nb]);
		s->nb++;
	}
	for (b = 0; b < RSD_BILL_NB; b++) {
		p = json_object_get(o, rsd_bench_bill_key(b));
		s->fit[b].nb = whole(rd, p, "n");
		s->fit[b].a = number(rd, p, "ns");
		s->fit[b].a_err = number(rd, p, "ns_err");
		s->fit[b].b = number(rd, p, "ns_per_byte");
		s->fit[b].b_err = number(rd, p, "ns_per_byte_err");
		s->fit[b].rms = number(rd, p, "rms");
		s->copies[b].value = number(rd, p, "copies");
		s->copies[b].err = number(rd, p, "copies_err");
	}
}

static void
ratios(struct reader *rd, const json_t *all, struct rsd_bench_row *row)
{
	struct rsd_bench_ratio *r;
	const json_t *o;
	size_t i;

	json_array_foreach(all, i, o)
	{
		if (row->nb_ratios == RSD_BENCH_MAX_RATIOS)
			break;
		r = &row->ratio[row->nb_ratios++];
		r->metric = word(rd, o, "metric", metric_word, RSD_METRIC_NB);
		TEXT(rd, o, "to", r->to, true);
		r->value.value = number(rd, o, "value");
		r->value.low = number(rd, o, "low");
		r->value.high = number(rd, o, "high");
		r->value.nb = whole(rd, o, "n");
		r->value.is_wide = yes(o, "wide");
	}
}

static void
figures(struct reader *rd, const json_t *o, struct rsd_bench_row *row)
{
	json_t *metrics = member(rd, o, "metrics", true), *v;
	const char *key;
	unsigned int i;

	for (i = 0; i < RSD_METRIC_NB; i++)
		metric(rd, metrics, rsd_metric_info[i].key, &row->metric[i]);
	json_object_foreach(json_object_get(o, "calls"), key, v)
	{
		if (row->nb_calls == RSD_BENCH_MAX_CALLS)
			break;
		snprintf(row->call[row->nb_calls].name, sizeof(row->call->name), "%s", key);
		row->call[row->nb_calls++].per_packet = json_number_value(v);
	}
	latency(rd, json_object_get(o, "latency"), row);
	sweep(rd, json_object_get(o, "sweep"), &row->sweep);
	ratios(rd, json_object_get(o, "ratios"), row);
	row->windows_kept = whole(rd, o, "windows_kept");
	row->windows_thrown = whole(rd, o, "windows_thrown");
	row->sender_ns = number(rd, o, "sender_ns");
}

static void
read_row(struct reader *rd, const json_t *o, struct rsd_bench_row *row)
{
	const json_t *copies = json_object_get(o, "copies");

	TEXT(rd, o, "name", row->name, true);
	TEXT(rd, o, "device", row->device, true);
	row->group = word(rd, o, "group", group_word, RSD_GROUP_NB);
	row->workload = word(rd, o, "workload", work_word, RSD_WORK_NB);
	row->load = word(rd, o, "load", load_word, RSD_LOAD_NB);
	row->place = word(rd, o, "place", place_word, RSD_PLACE_NB);
	row->payload_bytes = whole(rd, o, "payload_bytes");
	TEXT(rd, o, "what", row->what, false);
	TEXT(rd, o, "checks", row->checks, false);
	TEXT(rd, o, "note", row->note, false);
	TEXT(rd, o, "why", row->why, false);
	row->copies_rx = small(rd, copies, "rx", -1);
	row->copies_tx = small(rd, copies, "tx", -1);
	row->bytes_copied = number_or(rd, copies, "bytes", -1);
	TEXT(rd, copies, "which", row->copies, false);
	if (row->why[0] == '\0')
		figures(rd, o, row);
}

static void
read_all(struct reader *rd, const json_t *o, struct rsd_bench_result *r)
{
	struct rsd_bench_row *row;
	struct tm tm = { 0 };
	const json_t *rows;
	char when[32];
	size_t i;

	if (small(rd, o, "schema", -1) != RSD_BENCH_SCHEMA)
		wrong(rd, -EPROTO, "schema: this ringside reads number %d", RSD_BENCH_SCHEMA);
	TEXT(rd, o, "ringside", r->version, true);
	TEXT(rd, o, "begun", when, true);
	if (rd->err == 0 && strptime(when, "%Y-%m-%dT%H:%M:%SZ", &tm) == NULL)
		wrong(rd, -EINVAL, "begun: \"%s\" is no time like 2026-01-31T12:00:00Z", when);
	r->begun = timegm(&tm);
	r->seconds = number(rd, o, "seconds");
	r->is_quick = yes(o, "quick");
	r->is_cut_short = !yes(o, "complete");
	TEXT(rd, o, "note", r->note, false);
	machine(rd, member(rd, o, "machine", true), &r->machine);
	method(rd, member(rd, o, "method", true), &r->method);
	rows = member(rd, o, "rows", true);
	if (rd->err == 0 && !json_is_array(rows))
		wrong(rd, -EINVAL, "rows: is no array");
	for (i = 0; rd->err == 0 && i < json_array_size(rows); i++) {
		snprintf(rd->at, sizeof(rd->at), "rows[%zu]", i);
		row = rsd_bench_add(r);
		if (row == NULL)
			wrong(rd, -ENOMEM, "no memory");
		else
			read_row(rd, json_array_get(rows, i), row);
	}
}

int
rsd_bench_from_json(const json_t *json, struct rsd_bench_result *r, char why[RSD_BENCH_WHY])
{
	struct reader rd = { .why = why };

	rsd_bench_init(r);
	read_all(&rd, json, r);
	if (rd.err != 0)
		rsd_bench_free(r);
	return rd.err;
}

int
rsd_bench_read(const char *path, struct rsd_bench_result *r, char why[RSD_BENCH_WHY])
{
	FILE *f = fopen(path, "r");
	json_error_t error;
	json_t *json;
	int ret = errno;

	rsd_bench_init(r);
	if (f == NULL) {
		snprintf(why, RSD_BENCH_WHY, "%s", strerror(ret));
		return -ret;
	}
	json = json_loadf(f, 0, &error);
	fclose(f);
	if (json == NULL) {
		snprintf(why, RSD_BENCH_WHY, "line %d is no JSON: %s", error.line, error.text);
		return -EINVAL;
	}
	ret = rsd_bench_from_json(json, r, why);
	json_decref(json);
	return ret;
}
