/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A result as JSON. What was not measured is left out, never written as 0; a figure that is not
 * finite is not a figure.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include <rte_common.h>

#include "bench/out.h"

static void
number(json_t *o, const char *key, double v)
{
	if (isfinite(v))
		json_object_set_new(o, key, json_real(v));
}

static void
whole(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}

/* Texts of other programs may be cut in the middle of a character. */
static void
to_ascii(char *s)
{
	for (; *s != '\0'; s++)
		if ((signed char)*s < 0)
			*s = '?';
}

static void
text(json_t *o, const char *key, const char *s)
{
	json_t *v = json_string(s);
	char plain[512];

	if (v == NULL) {
		snprintf(plain, sizeof(plain), "%s", s);
		to_ascii(plain);
		v = json_string(plain);
	}
	json_object_set_new(o, key, v);
}

static void
text_if(json_t *o, const char *key, const char *s)
{
	if (s[0] != '\0')
		text(o, key, s);
}

static void
metric(json_t *o, const char *key, const struct rsd_metric *m)
{
	json_t *v;

	if (m->nb == 0 || !isfinite(m->median))
		return;
	v = json_object();
	number(v, "median", m->median);
	number(v, "low", m->low);
	number(v, "high", m->high);
	number(v, "q1", m->q1);
	number(v, "q3", m->q3);
	whole(v, "n", m->nb);
	json_object_set_new(v, "wide", json_boolean(m->is_wide));
	json_object_set_new(o, key, v);
}

static json_t *
machine(const struct rsd_machine *from)
{
	struct rsd_machine m = *from;
	double *finite[] = { &m.tsc_hz, &m.rdtsc_ns, &m.syscall_ns, &m.memcpy_fit.a,
		&m.memcpy_fit.b, &m.memcpy_fit.a_err, &m.memcpy_fit.b_err };
	unsigned int i;

	to_ascii(m.cpu);
	to_ascii(m.kernel);
	to_ascii(m.dpdk);
	to_ascii(m.build);
	to_ascii(m.mitigations);
	for (i = 0; i < RTE_DIM(finite); i++)
		if (!isfinite(*finite[i]))
			*finite[i] = 0;
	return rsd_machine_json(&m);
}

static json_t *
sizes(const uint32_t *bytes, unsigned int nb)
{
	json_t *a = json_array();
	unsigned int i;

	for (i = 0; i < nb; i++)
		json_array_append_new(a, json_integer(bytes[i]));
	return a;
}

static json_t *
method(const struct rsd_bench_method *m)
{
	json_t *o = json_object();

	whole(o, "burst", m->burst);
	whole(o, "rx_ring", m->rx_ring);
	whole(o, "tx_ring", m->tx_ring);
	whole(o, "buffers", m->buffers);
	whole(o, "pool_cache", m->pool_cache);
	whole(o, "socket_buffer_bytes", m->socket_buffer_bytes);
	whole(o, "flows", m->flows);
	whole(o, "outstanding", m->outstanding);
	whole(o, "payload_bytes", m->payload_bytes);
	json_object_set_new(o, "sizes", sizes(m->size, m->nb_sizes));
	whole(o, "rounds", m->rounds);
	if (m->passes != 0)
		whole(o, "passes", m->passes);
	number(o, "window_s", m->window_s);
	number(o, "warmup_s", m->warmup_s);
	number(o, "idle_share", m->idle_share);
	json_object_set_new(o, "sender_cpu", json_integer(m->sender_cpu));
	json_object_set_new(o, "server_cpu", json_integer(m->server_cpu));
	text(o, "order", m->order);
	text_if(o, "memory", m->memory);
	text(o, "flags", m->flags);
	text(o, "peer_flags", m->peer_flags);
	text(o, "sender", m->sender);
	return o;
}

static json_t *
latency(const struct rsd_bench_row *row)
{
	json_t *all = json_array(), *o;
	unsigned int a, p;

	for (a = 0; a < RSD_AT_NB; a++) {
		o = json_object();
		for (p = 0; p < RSD_PCT_NB; p++)
			metric(o, rsd_bench_pct_key(p), &row->latency[a].ns[p]);
		if (json_object_size(o) == 0) {
			json_decref(o);
			continue;
		}
		text(o, "at", rsd_bench_at_key(a));
		number(o, "pps", row->latency[a].pps);
		json_array_append_new(all, o);
	}
	return all;
}

static json_t *
line(const struct rsd_fit *fit, const struct rsd_measure *copies)
{
	json_t *o = json_object();

	number(o, "ns", fit->a);
	number(o, "ns_err", fit->a_err);
	number(o, "ns_per_byte", fit->b);
	number(o, "ns_per_byte_err", fit->b_err);
	number(o, "rms", fit->rms);
	whole(o, "n", fit->nb);
	number(o, "copies", copies->value);
	number(o, "copies_err", copies->err);
	return o;
}

static json_t *
sweep(const struct rsd_bench_sweep *s)
{
	json_t *o = json_object(), *points = json_array(), *p;
	unsigned int i, b;

	for (i = 0; i < s->nb; i++) {
		p = json_object();
		whole(p, "bytes", s->bytes[i]);
		for (b = 0; b < RSD_BILL_NB; b++)
			metric(p, rsd_bench_bill_key(b), &s->ns[b][i]);
		json_array_append_new(points, p);
	}
	json_object_set_new(o, "points", points);
	for (b = 0; b < RSD_BILL_NB; b++)
		if (s->fit[b].nb != 0 && isfinite(s->fit[b].a) && isfinite(s->fit[b].b))
			json_object_set_new(
				o, rsd_bench_bill_key(b), line(&s->fit[b], &s->copies[b]));
	return o;
}

static json_t *
ratios(const struct rsd_bench_row *row)
{
	json_t *all = json_array(), *o;
	unsigned int i;

	for (i = 0; i < row->nb_ratios; i++) {
		o = json_object();
		text(o, "metric", rsd_metric_info[row->ratio[i].metric].key);
		text(o, "to", row->ratio[i].to);
		number(o, "value", row->ratio[i].value.value);
		number(o, "low", row->ratio[i].value.low);
		number(o, "high", row->ratio[i].value.high);
		whole(o, "n", row->ratio[i].value.nb);
		json_object_set_new(o, "wide", json_boolean(row->ratio[i].value.is_wide));
		json_array_append_new(all, o);
	}
	return all;
}

static json_t *
copies(const struct rsd_bench_row *row)
{
	json_t *o = json_object();

	if (row->copies_rx >= 0)
		whole(o, "rx", (uint64_t)row->copies_rx);
	if (row->copies_tx >= 0)
		whole(o, "tx", (uint64_t)row->copies_tx);
	if (row->bytes_copied >= 0)
		number(o, "bytes", row->bytes_copied);
	text_if(o, "which", row->copies);
	return o;
}

static void
figures(json_t *o, const struct rsd_bench_row *row)
{
	json_t *metrics = json_object(), *calls = json_object();
	unsigned int i;

	for (i = 0; i < RSD_METRIC_NB; i++)
		metric(metrics, rsd_metric_info[i].key, &row->metric[i]);
	for (i = 0; i < row->nb_calls; i++)
		number(calls, row->call[i].name, row->call[i].per_packet);
	json_object_set_new(o, "metrics", metrics);
	json_object_set_new(o, "calls", calls);
	json_object_set_new(o, "latency", latency(row));
	json_object_set_new(o, "sweep", sweep(&row->sweep));
	json_object_set_new(o, "ratios", ratios(row));
	whole(o, "windows_kept", row->windows_kept);
	whole(o, "windows_thrown", row->windows_thrown);
	number(o, "sender_ns", row->sender_ns);
}

static json_t *
row_json(const struct rsd_bench_row *row)
{
	char id[RSD_BENCH_ID_LEN];
	json_t *o = json_object();

	text(o, "id", rsd_bench_id(row, id));
	text(o, "name", row->name);
	text(o, "device", row->device);
	text(o, "group", rsd_bench_group_key(row->group));
	text(o, "workload", rsd_bench_workload_key(row->workload));
	text(o, "load", rsd_bench_load_key(row->load));
	text(o, "place", rsd_bench_place_key(row->place));
	whole(o, "payload_bytes", row->payload_bytes);
	text_if(o, "what", row->what);
	text_if(o, "checks", row->checks);
	text_if(o, "note", row->note);
	json_object_set_new(o, "copies", copies(row));
	if (row->why[0] != '\0')
		text(o, "why", row->why);
	else
		figures(o, row);
	return o;
}

json_t *
rsd_bench_json(const struct rsd_bench_result *r)
{
	json_t *o = json_object(), *rows = json_array();
	struct tm tm = { 0 };
	char when[32];
	size_t i;

	gmtime_r(&r->begun, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	whole(o, "schema", RSD_BENCH_SCHEMA);
	text(o, "ringside", r->version);
	text(o, "begun", when);
	number(o, "seconds", r->seconds);
	json_object_set_new(o, "quick", json_boolean(r->is_quick));
	json_object_set_new(o, "complete", json_boolean(!r->is_cut_short));
	text(o, "note", r->note);
	text(o, "not_claimed", rsd_bench_not_claimed);
	json_object_set_new(o, "machine", machine(&r->machine));
	json_object_set_new(o, "method", method(&r->method));
	for (i = 0; i < r->nb_rows; i++)
		json_array_append_new(rows, row_json(&r->row[i]));
	/* It takes no NULL: a part for which there was no memory shows here. */
	if (json_object_set_new(o, "rows", rows) != 0 || json_object_get(o, "machine") == NULL ||
		json_array_size(rows) != r->nb_rows) {
		json_decref(o);
		return NULL;
	}
	return o;
}

/* One line a member and one a row: kept in a repository, two of them can be told apart. */
int
rsd_bench_out_json(FILE *f, const struct rsd_bench_result *r)
{
	const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(7);
	json_t *o = rsd_bench_json(r), *v;
	const char *key, *sep = "{\n";
	size_t i;

	if (o == NULL)
		return -ENOMEM;
	json_object_foreach(o, key, v)
	{
		fprintf(f, "%s  \"%s\": ", sep, key);
		sep = ",\n";
		if (!json_is_array(v)) {
			json_dumpf(v, f, flags);
			continue;
		}
		for (i = 0; i < json_array_size(v); i++) {
			fputs(i == 0 ? "[\n    " : ",\n    ", f);
			json_dumpf(json_array_get(v, i), f, flags);
		}
		fputs(json_array_size(v) != 0 ? "\n  ]" : "[]", f);
	}
	fputs("\n}\n", f);
	json_decref(o);
	return 0;
}
