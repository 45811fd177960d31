/* SPDX-License-Identifier: BSD-3-Clause */
/* What `ringside load` found, as a table and as JSON. */
#include <inttypes.h>
#include <string.h>

#include <rte_common.h>

#include "cli/load.h"

static const struct quantile {
	const char *name;
	double q;
} quantiles[] = {
	{ "p50", 0.5 },
	{ "p90", 0.9 },
	{ "p99", 0.99 },
	{ "p99.9", 0.999 },
	{ "p99.99", 0.9999 },
	{ "max", 1 },
};

/* -- text -------------------------------------------------------------------------------------- */

static void
line(FILE *f, const char *what, uint64_t n, const char *note)
{
	fprintf(f, "  %-14s %14" PRIu64 "%s%s\n", what, n, note[0] != '\0' ? "  " : "", note);
}

/* Only worth a line when there was any. */
static void
line_if(FILE *f, const char *what, uint64_t n, const char *note)
{
	if (n != 0)
		line(f, what, n, note);
}

static void
text_head(FILE *f, const struct rsd_load_opts *o)
{
	const struct rsd_load_conf *conf = &o->conf;
	unsigned int i;

	fprintf(f, "ringside load %s over %s%s, payload ", conf->to_text,
		conf->port != NULL ? "" : "kernel sockets", conf->port != NULL ? conf->port : "");
	for (i = 0; i < conf->mix.nb; i++)
		fprintf(f, conf->mix.nb == 1 ? "%s%u" : "%s%u:%u", i == 0 ? "" : ",",
			conf->mix.size[i], conf->mix.weight[i]);
	fprintf(f, ", %u flow%s", conf->flows, conf->flows == 1 ? "" : "s");
	if (conf->outstanding != 0)
		fprintf(f, ", %" PRIu64 " outstanding", conf->outstanding);
	fprintf(f, "\n");
}

static void
text_loss(FILE *f, const struct rsd_load_opts *o, const struct rsd_load_result *r)
{
	char note[96];

	snprintf(note, sizeof(note), "%.4f %%", 100 * rsd_load_loss(r));
	line(f, "lost", r->lost, note);
	if (r->flows_with_loss != 0 && r->nb_flows > 1) {
		const uint32_t w = r->worst_flow;

		snprintf(note, sizeof(note), "worst: flow %u, %" PRIu64 " of %" PRIu64, w,
			r->flow_sent[w] - r->flow[w].answered, r->flow_sent[w]);
		line(f, "flows that lost", r->flows_with_loss, note);
	}
	line(f, "duplicates", r->duplicates, "");
	line(f, "reordered", r->reordered, "");
	line_if(f, "wrong", r->wrong, "not what was sent: length, flow or number");
	line_if(f, "corrupt", r->corrupt, "another payload than was sent");
	line_if(f, "bad checksum", r->bad_sums, "");
	line_if(f, "unnumbered", r->unnumbered, "too short for a number: counted, no more");
	line_if(f, "forgotten", r->forgotten, "too late to say whether they came before");
	line_if(f, "refused", r->refused, "ICMP said that nobody listens there");
	line_if(f, "own drops", r->own_drops,
		"answers that found our own queue full: lost by us, not by the peer");
	if (o->conf.mix.min < RSD_STAMP_FULL)
		fprintf(f,
			"  payloads below %d bytes carry no time and no flow: no latency of "
			"them%s\n",
			RSD_STAMP_FULL,
			o->conf.mix.min < RSD_STAMP_SEQ
				? "; below 8 no number: no duplicates, no order"
				: "");
}

static void
text_hist(FILE *f, const char *name, const struct rsd_hist *h)
{
	unsigned int i;

	if (h->nb == 0)
		return;
	fprintf(f, "  %-14s", name);
	for (i = 0; i < RTE_DIM(quantiles); i++)
		fprintf(f, " %10.2f", (double)rsd_hist_quantile(h, quantiles[i].q) / 1e3);
	fprintf(f, "\n");
}

static void
text_times(FILE *f, const struct rsd_load_opts *o, const struct rsd_load_result *r)
{
	unsigned int i;

	if (r->latency.nb == 0 && r->late.nb == 0)
		return;
	fprintf(f, "  %-14s", "us");
	for (i = 0; i < RTE_DIM(quantiles); i++)
		fprintf(f, " %10s", quantiles[i].name);
	fprintf(f, "\n");
	text_hist(f, o->conf.outstanding != 0 && r->rate <= 0 ? "round trip" : "latency",
		&r->latency);
	text_hist(f, "sender late", &r->late);
	if (!o->latency)
		return;
	for (i = 0; i < RSD_HIST_BUCKETS; i++)
		if (r->latency.count[i] != 0)
			fprintf(f, "  %14.3f us %14" PRIu64 "\n", (double)rsd_hist_first(i) / 1e3,
				r->latency.count[i]);
}

static void
text_flows(FILE *f, const struct rsd_load_result *r)
{
	uint32_t i;

	fprintf(f, "  %8s %12s %12s %12s %12s %12s\n", "flow", "sent", "answered", "lost",
		"duplicates", "reordered");
	for (i = 0; i < r->nb_flows; i++)
		fprintf(f,
			"  %8u %12" PRIu64 " %12" PRIu64 " %12" PRIu64 " %12" PRIu64 " %12" PRIu64
			"\n",
			i, r->flow_sent[i], r->flow[i].answered,
			r->flow_sent[i] - r->flow[i].answered, r->flow[i].duplicates,
			r->flow[i].reordered);
}

static void
text_bills(FILE *f, const struct rsd_load_result *r)
{
	char note[96] = "";

	if (r->system_ns != 0)
		snprintf(note, sizeof(note), "whole system %.0f: all that ran, the other end too",
			(double)r->system_ns / (double)r->sent);
	fprintf(f, "  %-14s %14.0f  this process%s%s\n", "CPU ns each",
		(double)r->cpu_ns / (double)r->sent, note[0] != '\0' ? "; " : "", note);
}

static void
text_search(FILE *f, const struct rsd_search *s)
{
	fprintf(f, "  %-14s %14.0f  datagrams/s with at most %.2f %% lost",
		s->limit > 0 ? "PDR" : "NDR", s->rate, 100 * s->limit);
	if (s->lost_from > 0)
		fprintf(f, "; %.0f lost more\n", s->lost_from);
	else
		fprintf(f, "; more was not tried, the sender has no more\n");
	if (!s->settled)
		fprintf(f, "  the search was not brought to its end\n");
	if (s->rate > 0)
		fprintf(f, "  at that rate, in one trial:\n");
}

void
rsd_load_report_text(FILE *f, const struct rsd_load_opts *o, const struct rsd_load_result *r,
	const struct rsd_search *search)
{
	char note[96];

	text_head(f, o);
	if (search != NULL)
		text_search(f, search);
	if (r->sent == 0)
		return;
	snprintf(note, sizeof(note), "%.0f/s, %.3f Gbit/s of payload", rsd_load_sent_rate(r),
		8 * (double)r->bytes / (double)RTE_MAX(r->send_ns, UINT64_C(1)));
	line(f, "sent", r->sent, note);
	text_bills(f, r);
	if (!rsd_load_kept_up(r))
		fprintf(f, "  the sender did not keep up: %.0f/s were asked for\n", r->rate);
	if (o->conf.one_way)
		return;
	snprintf(note, sizeof(note), "%.0f/s", rsd_load_answer_rate(r));
	line(f, "answered", r->answered, note);
	text_loss(f, o, r);
	text_times(f, o, r);
	if (o->per_flow && search == NULL)
		text_flows(f, r);
}

/* -- JSON -------------------------------------------------------------------------------------- */

static void
json_text(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', f);
		if ((unsigned char)*s >= ' ')
			fputc(*s, f);
	}
	fputc('"', f);
}

static void
json_conf(FILE *f, const struct rsd_load_opts *o)
{
	const struct rsd_load_conf *conf = &o->conf;
	unsigned int i;

	fprintf(f, "\"to\":\"%s\",\"over\":", conf->to_text);
	json_text(f, conf->port != NULL ? conf->port : "kernel sockets");
	fprintf(f, ",\"sizes\":[");
	for (i = 0; i < conf->mix.nb; i++)
		fprintf(f, "%s{\"bytes\":%u,\"weight\":%u}", i == 0 ? "" : ",", conf->mix.size[i],
			conf->mix.weight[i]);
	fprintf(f,
		"],\"flows\":%u,\"outstanding\":%" PRIu64
		",\"batch\":%u,\"one_way\":%s,\"nonblock\":%s",
		conf->flows, conf->outstanding, conf->batch, conf->one_way ? "true" : "false",
		conf->nonblock ? "true" : "false");
}

static void
json_hist(FILE *f, const char *name, const struct rsd_hist *h, bool buckets)
{
	const char *sep = "";
	unsigned int i;

	fprintf(f, ",\"%s\":{\"count\":%" PRIu64, name, h->nb);
	if (h->nb != 0) {
		fprintf(f, ",\"min\":%" PRIu64 ",\"mean\":%.1f", h->min, rsd_hist_mean(h));
		for (i = 0; i < RTE_DIM(quantiles); i++)
			fprintf(f, ",\"%s\":%" PRIu64, quantiles[i].name,
				rsd_hist_quantile(h, quantiles[i].q));
	}
	if (buckets) {
		fprintf(f, ",\"buckets\":[");
		for (i = 0; i < RSD_HIST_BUCKETS; i++) {
			if (h->count[i] == 0)
				continue;
			fprintf(f, "%s[%" PRIu64 ",%" PRIu64 "]", sep, rsd_hist_first(i),
				h->count[i]);
			sep = ",";
		}
		fprintf(f, "]");
	}
	fprintf(f, "}");
}

static void
json_flows(FILE *f, const struct rsd_load_result *r, bool all)
{
	uint32_t i;

	fprintf(f, ",\"flows_with_loss\":%u", r->flows_with_loss);
	if (r->flows_with_loss != 0)
		fprintf(f,
			",\"worst_flow\":{\"flow\":%u,\"sent\":%" PRIu64 ",\"lost\":%" PRIu64 "}",
			r->worst_flow, r->flow_sent[r->worst_flow],
			r->flow_sent[r->worst_flow] - r->flow[r->worst_flow].answered);
	if (!all)
		return;
	fprintf(f, ",\"per_flow\":[");
	for (i = 0; i < r->nb_flows; i++)
		fprintf(f,
			"%s{\"sent\":%" PRIu64 ",\"answered\":%" PRIu64 ",\"duplicates\":%" PRIu64
			",\"reordered\":%" PRIu64 "}",
			i == 0 ? "" : ",", r->flow_sent[i], r->flow[i].answered,
			r->flow[i].duplicates, r->flow[i].reordered);
	fprintf(f, "]");
}

static void
json_result(FILE *f, const struct rsd_load_opts *o, const struct rsd_load_result *r, bool flows)
{
	const struct {
		const char *name;
		uint64_t v;
	} counts[] = {
		{ "sent", r->sent },
		{ "answered", r->answered },
		{ "lost", r->lost },
		{ "duplicates", r->duplicates },
		{ "reordered", r->reordered },
		{ "wrong", r->wrong },
		{ "corrupt", r->corrupt },
		{ "bad_checksum", r->bad_sums },
		{ "unnumbered", r->unnumbered },
		{ "stale", r->stale },
		{ "forgotten", r->forgotten },
		{ "refused", r->refused },
		{ "own_drops", r->own_drops },
		{ "send_waits", r->send_waits },
		{ "payload_bytes", r->bytes },
		{ "send_ns", r->send_ns },
		{ "sending_ns", r->sending_ns },
		{ "cpu_ns", r->cpu_ns },
		{ "system_ns", r->system_ns },
	};
	unsigned int i;

	fprintf(f, ",\"rate\":%.3f,\"asked\":%" PRIu64, r->rate, r->asked);
	for (i = 0; i < RTE_DIM(counts); i++)
		fprintf(f, ",\"%s\":%" PRIu64, counts[i].name, counts[i].v);
	fprintf(f, ",\"loss\":%.9f,\"sent_per_s\":%.1f,\"answered_per_s\":%.1f,\"kept_up\":%s",
		rsd_load_loss(r), rsd_load_sent_rate(r), rsd_load_answer_rate(r),
		rsd_load_kept_up(r) ? "true" : "false");
	json_hist(f, "latency_ns", &r->latency, o->latency);
	json_hist(f, "sender_late_ns", &r->late, false);
	if (flows)
		json_flows(f, r, o->per_flow);
}

static void
json_search(FILE *f, const struct rsd_search *s)
{
	unsigned int i;

	fprintf(f,
		",\"search\":{\"kind\":\"%s\",\"limit\":%.4f,\"rate\":%.1f,\"lost_from\":%.1f,"
		"\"settled\":%s,\"steps\":[",
		s->limit > 0 ? "pdr" : "ndr", s->limit, s->rate, s->lost_from,
		s->settled ? "true" : "false");
	for (i = 0; i < s->nb_steps; i++)
		fprintf(f,
			"%s{\"rate\":%.1f,\"sent_per_s\":%.1f,\"loss\":%.9f,\"trials\":%u,\"held\":"
			"%u,"
			"\"kept_up\":%s}",
			i == 0 ? "" : ",", s->step[i].rate, s->step[i].sent_rate, s->step[i].loss,
			s->step[i].trials, s->step[i].held, s->step[i].kept_up ? "true" : "false");
	fprintf(f, "]}");
}

void
rsd_load_report_json(FILE *f, const struct rsd_load_opts *o, const struct rsd_load_result *r,
	const struct rsd_search *search)
{
	fprintf(f, "{\"schema\":%d,", RSD_LOAD_SCHEMA);
	json_conf(f, o);
	if (search != NULL)
		json_search(f, search);
	json_result(f, o, r, search == NULL);
	fprintf(f, "}\n");
}
