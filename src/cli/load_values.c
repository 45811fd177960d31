/* SPDX-License-Identifier: BSD-3-Clause */
/* The options of `ringside load`, one row each, and the readers of their values. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "cli/load.h"

#define SECONDS_MAX 86400.0

static int
read_seconds(const char *text, uint64_t *ns, struct rsd_why *why)
{
	char *end;
	double s = strtod(text, &end);

	if (end == text || *end != '\0' || !(s >= 0) || s > SECONDS_MAX ||
		strspn(text, "0123456789.") != strlen(text))
		return rsd_why(
			why, "'%s' is no time, expected seconds, 0 to %.0f", text, SECONDS_MAX);
	*ns = (uint64_t)llround(s * 1e9);
	return 0;
}

static int
read_uint(const char *text, uint64_t min, uint64_t max, uint64_t *out, struct rsd_why *why)
{
	return rsd_number(text, strlen(text), min, max, out, why);
}

static int
read_rate(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	char *end;
	double rate = strtod(text, &end);

	o->conf.rate_given = true;
	if (strcmp(text, "max") == 0) {
		o->conf.rate = 0;
		return 0;
	}
	if (end != text && (*end == 'k' || *end == 'M'))
		rate *= *end++ == 'k' ? 1e3 : 1e6;
	if (end == text || *end != '\0' || !(rate >= 0.01) || rate > 1e9 ||
		strspn(text, "0123456789.kM") != strlen(text))
		return rsd_why(why,
			"'%s' is no rate, expected max or datagrams a second, such as 50000, 50k "
			"or "
			"1.5M",
			text);
	o->conf.rate = rate;
	return 0;
}

static int
read_size(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	return rsd_mix_read(&o->conf.mix, text, why->text, sizeof(why->text));
}

static int
read_flows(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	uint64_t v = 0;
	int ret = read_uint(text, 1, RSD_LOAD_FLOWS_PORT, &v, why);

	o->conf.flows = (uint32_t)v;
	return ret;
}

static int
read_count(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	return read_uint(text, 1, UINT64_C(1) << 48, &o->conf.count, why);
}

static int
read_for(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	int ret = read_seconds(text, &o->conf.for_ns, why);

	if (ret == 0 && o->conf.for_ns == 0)
		return rsd_why(why, "'%s' is no time to run, expected more than 0 seconds", text);
	return ret;
}

static int
read_warmup(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	return read_seconds(text, &o->conf.warmup_ns, why);
}

static int
read_wait(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	int ret = read_seconds(text, &o->conf.wait_ns, why);

	if (ret == 0 && o->conf.wait_ns < 1000000)
		return rsd_why(why, "'%s' is too short, expected at least 0.001 seconds", text);
	return ret;
}

static int
read_outstanding(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	return read_uint(text, 1, 1 << 20, &o->conf.outstanding, why);
}

static int
read_batch(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	uint64_t v = 0;
	int ret = read_uint(text, 1, RSD_LOAD_BATCH, &v, why);

	o->conf.batch = (unsigned int)v;
	return ret;
}

static int
read_threads(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	uint64_t v = 0;
	int ret = read_uint(text, 1, 2, &v, why);

	o->conf.threads = (unsigned int)v;
	return ret;
}

static int
read_cores(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	unsigned int a, b = 0;
	int end = 0, n = sscanf(text, "%u%n,%u%n", &a, &end, &b, &end);

	if (n < 1 || text[end] != '\0' || text[0] == '+' || a > RSD_CPU_MAX || b > RSD_CPU_MAX)
		return rsd_why(
			why, "'%s' is no list of cores, expected one or two such as 0,1", text);
	o->conf.cores[0] = (uint16_t)a;
	o->conf.cores[1] = (uint16_t)b;
	o->conf.nb_cores = (unsigned int)n;
	return 0;
}

static int
read_search(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	if (strcmp(text, "ndr") == 0)
		o->conf.search = RSD_SEARCH_NDR;
	else if (strcmp(text, "pdr") == 0)
		o->conf.search = RSD_SEARCH_PDR;
	else
		return rsd_why(why, "there is no search '%s', expected ndr or pdr", text);
	return 0;
}

static int
read_precision(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	char *end;
	double p = strtod(text, &end);

	if (end == text || *end != '\0' || !(p >= 0.1) || p > 50)
		return rsd_why(why, "'%s' is no precision, expected 0.1 to 50 percent", text);
	o->conf.precision = p / 100;
	return 0;
}

static int
read_port(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	(void)why;
	o->conf.port = text;
	return 0;
}

static int
read_ip(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	if (o->conf.nb_ips == RSD_LOAD_IPS)
		return rsd_why(why, "given too often, expected at most %d times", RSD_LOAD_IPS);
	o->conf.ips[o->conf.nb_ips++] = text;
	return 0;
}

static int
read_gateway(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	(void)why;
	o->conf.gateway = text;
	return 0;
}

static int
read_peer_mac(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	uint8_t *m = o->conf.peer_mac;
	int end = 0;

	if (strlen(text) != 17 ||
		sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &m[0], &m[1], &m[2], &m[3],
			&m[4], &m[5], &end) != 6 ||
		end != 17 || (m[0] & 1) != 0)
		return rsd_why(why,
			"'%s' is no address of one host, expected one such as 02:00:00:00:00:01",
			text);
	o->conf.has_peer_mac = true;
	return 0;
}

#define SWITCH(fn, field)                                                             \
	static int fn(struct rsd_load_opts *o, const char *text, struct rsd_why *why) \
	{                                                                             \
		(void)text, (void)why;                                                \
		o->field = true;                                                      \
		return 0;                                                             \
	}

SWITCH(set_one_way, conf.one_way)
SWITCH(set_nonblock, conf.nonblock)
SWITCH(set_latency, latency)
SWITCH(set_per_flow, per_flow)
SWITCH(set_json, json)
SWITCH(set_quiet, quiet)
SWITCH(set_progress, progress)
SWITCH(set_help, help)

static int
set_pingpong(struct rsd_load_opts *o, const char *text, struct rsd_why *why)
{
	(void)text;
	if (o->conf.outstanding > 1)
		return rsd_why(why, "contradicts --outstanding %" PRIu64 ", expected one of them",
			o->conf.outstanding);
	o->conf.outstanding = 1;
	return 0;
}

const struct rsd_load_option rsd_load_options[] = {
	{ "rate", "PPS|max", read_rate,
		"datagrams a second, such as 50000, 50k or 1.5M, or max: as fast as it goes "
		"(10000)" },
	{ "size", "BYTES|MIX", read_size,
		"payload, or a mix by weight such as 64:7,512:4,1472:1, or imix (64)" },
	{ "flows", "N", read_flows, "source ports used in turn (1)" },
	{ "count", "N", read_count, "stop after that many datagrams" },
	{ "for", "SECONDS", read_for, "stop after that time; of a search: of each trial (5)" },
	{ "warmup", "SECONDS", read_warmup, "the same load before anything counts (0.5)" },
	{ "outstanding", "N", read_outstanding,
		"closed loop: no more than N under way; without --rate as fast as answers come" },
	{ "pingpong", NULL, set_pingpong, "closed loop with one under way" },
	{ "wait", "SECONDS", read_wait,
		"how long an answer may take before it counts as lost (0.5)" },
	{ "one-way", NULL, set_one_way, "nothing comes back: send and count, no more" },
	{ "search", "ndr|pdr", read_search,
		"find the highest rate without loss, or with 0.5 % at most" },
	{ "precision", "PERCENT", read_precision, "how near a search comes (2)" },
	{ "nonblock", NULL, set_nonblock, "poll sockets instead of sleeping on them" },
	{ "threads", "1|2", read_threads,
		"sockets: one thread for both ways, or one for each (2 where there are CPUs)" },
	{ "cores", "LIST", read_cores, "CPUs of the threads, or of the loop over a port" },
	{ "batch", "N", read_batch, "datagrams in one system call or burst at most (32)" },
	{ "port", "SPEC", read_port, "send over a DPDK port, with the words of `ringside run`" },
	{ "ip", "ADDR/LEN", read_ip, "with --port: our address; again for more than 45000 flows" },
	{ "gateway", "ADDR", read_gateway, "with --port: next hop, when the peer is off the link" },
	{ "peer-mac", "MAC", read_peer_mac, "with --port: do not ask by ARP" },
	{ "latency", NULL, set_latency, "tell the whole distribution of latencies" },
	{ "per-flow", NULL, set_per_flow, "tell of every flow, not only the worst" },
	{ "json", NULL, set_json, "one object with everything, for programs" },
	{ "progress", NULL, set_progress, "a progress line even where stderr is no terminal" },
	{ "quiet", NULL, set_quiet, "no progress line" },
	{ "help", NULL, set_help, "this text; also -h" },
};

const unsigned int rsd_nb_load_options = RTE_DIM(rsd_load_options);
