/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <time.h>
#include <sys/resource.h>

#include <jansson.h>

#include <rte_cycles.h>

#include "bench/rx_child.h"
#include "bench/rx_report.h"

static int64_t
clock_ns(clockid_t id)
{
	struct timespec t = { 0 };

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t
timeval_ns(const struct timeval *t)
{
	return ((int64_t)t->tv_sec * 1000000 + t->tv_usec) * 1000;
}

static json_t *
begin(const struct rsd_rx_report *r, const char *event)
{
	return json_pack("{s:i, s:s, s:s}", "schema", RSD_RX_SCHEMA, "event", event, "name",
		r->ctx[0]->rx->name);
}

/* One line, at once: the other end waits for it. */
static void
print(json_t *o, FILE *out)
{
	json_dumpf(o, out, JSON_COMPACT);
	fputc('\n', out);
	fflush(out);
	json_decref(o);
}

static const char *
workload_name(enum rsd_rx_workload w)
{
	return w == RSD_RX_ECHO ? "echo" : "rx";
}

void
rsd_rx_report_ready(const struct rsd_rx_report *r, FILE *out)
{
	const struct rsd_rx_conf *conf = r->ctx[0]->conf;
	json_t *o = begin(r, "ready");

	json_object_set_new(o, "workload", json_string(workload_name(conf->workload)));
	json_object_set_new(o, "threads", json_integer(r->nb));
	json_object_set_new(o, "batch", json_integer(conf->batch));
	json_object_set_new(o, "max_payload", json_integer(conf->max_payload));
	json_object_set_new(o, "planted_spin_ns", json_integer(conf->spin_ns));
	json_object_set_new(o, "planted_copies", json_integer(conf->copies));
	print(o, out);
}

void
rsd_rx_report_why(const struct rsd_rx_report *r, FILE *out, const char *event, const char *why)
{
	json_t *o = begin(r, event);

	json_object_set_new(o, "why", json_string(why));
	print(o, out);
}

static uint64_t
sum_of(const struct rsd_rx_report *r, size_t offset)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < r->nb; i++)
		sum += __atomic_load_n(
			(const uint64_t *)(const void *)((const uint8_t *)&r->ctx[i]->counts +
							 offset),
			__ATOMIC_RELAXED);
	return sum;
}

static const struct {
	const char *name;
	size_t offset;
} counts[] = {
	{ "datagrams", offsetof(struct rsd_rx_counts, datagrams) },
	{ "bytes", offsetof(struct rsd_rx_counts, bytes) },
	{ "last_bytes", offsetof(struct rsd_rx_counts, last_bytes) },
	{ "answered", offsetof(struct rsd_rx_counts, answered) },
	{ "unsent", offsetof(struct rsd_rx_counts, unsent) },
	{ "refused", offsetof(struct rsd_rx_counts, refused) },
	{ "completions", offsetof(struct rsd_rx_counts, completions) },
	{ "copied", offsetof(struct rsd_rx_counts, copied) },
};

static void
add_calls(const struct rsd_rx_report *r, json_t *o)
{
	json_t *calls = json_object();
	uint64_t n, all = 0;
	unsigned int i;

	for (i = 0; i < RSD_RX_NB_CALLS; i++) {
		n = sum_of(r, offsetof(struct rsd_rx_counts, calls) + i * sizeof(uint64_t));
		all += n;
		if (n != 0)
			json_object_set_new(
				calls, rsd_rx_call_name[i], json_integer((json_int_t)n));
	}
	json_object_set_new(o, "calls", calls);
	json_object_set_new(o, "calls_total", json_integer((json_int_t)all));
}

void
rsd_rx_report_counts(const struct rsd_rx_report *r, FILE *out, const char *event)
{
	json_t *o = begin(r, event);
	struct rusage use = { 0 };
	unsigned int i;

	getrusage(RUSAGE_SELF, &use);
	json_object_set_new(o, "wall_ns", json_integer(clock_ns(CLOCK_MONOTONIC)));
	json_object_set_new(o, "tsc", json_integer((json_int_t)rte_rdtsc()));
	json_object_set_new(o, "cpu_ns", json_integer(clock_ns(CLOCK_PROCESS_CPUTIME_ID)));
	json_object_set_new(o, "user_ns", json_integer(timeval_ns(&use.ru_utime)));
	json_object_set_new(o, "system_ns", json_integer(timeval_ns(&use.ru_stime)));
	json_object_set_new(o, "switches_voluntary", json_integer(use.ru_nvcsw));
	json_object_set_new(o, "switches_forced", json_integer(use.ru_nivcsw));
	for (i = 0; i < RTE_DIM(counts); i++)
		json_object_set_new(
			o, counts[i].name, json_integer((json_int_t)sum_of(r, counts[i].offset)));
	add_calls(r, o);
	print(o, out);
}

static json_t *
row(const struct rsd_rx *rx)
{
	json_t *o = json_pack("{s:s}", "name", rx->name);

	if (rx->missing != NULL) {
		json_object_set_new(o, "why", json_string(rx->missing));
		return o;
	}
	json_object_set_new(o, "what", json_string(rx->what));
	json_object_set_new(o, "checks", json_string(rx->checks));
	json_object_set_new(o, "copies_rx", json_integer(rx->copies_rx));
	json_object_set_new(o, "copies_tx", json_integer(rx->copies_tx));
	json_object_set_new(o, "copies", json_string(rx->copies));
	json_object_set_new(o, "threads", json_integer(rx->threads != 0 ? rx->threads : 1));
	json_object_set_new(o, "echo_only", json_boolean(rx->echo_only));
	json_object_set_new(o, "in_kernel", json_boolean(rx->in_kernel));
	json_object_set_new(o, "needs_other_mac", json_boolean(rx->needs & RSD_RX_NEEDS_OTHER_MAC));
	json_object_set_new(o, "needs_peer_xdp", json_boolean(rx->needs & RSD_RX_NEEDS_PEER_XDP));
	json_object_set_new(o, "needs_sums", json_boolean(rx->needs & RSD_RX_NEEDS_SUMS));
	json_object_set_new(o, "needs_napi", json_boolean(rx->needs & RSD_RX_NEEDS_NAPI));
	return o;
}

void
rsd_rx_print_rows(FILE *out)
{
	json_t *rows = json_array();
	unsigned int i;

	for (i = 0; rsd_rx_rows[i] != NULL; i++)
		json_array_append_new(rows, row(rsd_rx_rows[i]));
	print(json_pack("{s:i, s:o}", "schema", RSD_RX_SCHEMA, "receivers", rows), out);
}
