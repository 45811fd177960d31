/* SPDX-License-Identifier: BSD-3-Clause */
/* The options of `ringside load`. One row is one option; the help is printed from the rows. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "base/err.h"
#include "cli/load.h"
#include "control/nearest.h"
#include "control/options.h"

#define SECONDS_MAX 86400.0

struct row {
	const char *name, *arg;
	int (*read)(struct rsd_load_opts *o, const char *text, struct rsd_why *why);
	const char *help;
};

/* -- values ------------------------------------------------------------------------------------ */

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

static const struct row rows[] = {
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

void
rsd_load_usage(void)
{
	unsigned int i;

	printf("usage: ringside load ADDR:PORT [options]\n"
	       "\n"
	       "Sends numbered, time-stamped datagrams to an echo service and tells what became "
	       "of\n"
	       "them: loss, duplicates, reordering, and latency from when each was due.\n"
	       "\n");
	for (i = 0; i < RTE_DIM(rows); i++) {
		char head[40];

		snprintf(head, sizeof(head), "--%s%s%s", rows[i].name,
			rows[i].arg != NULL ? " " : "", rows[i].arg != NULL ? rows[i].arg : "");
		printf("  %-20s %s\n", head, rows[i].help);
	}
	printf("\nExit: 0 done, 1 nothing came back or sending failed, 2 usage, 3 the machine is "
	       "not ready.\n");
}

/* -- words ------------------------------------------------------------------------------------- */

static int
fail(struct rsd_error *err, const char *name, const char *what)
{
	char *c;

	rsd_err(err, RSD_EXIT_USAGE, -EINVAL, "--%s: %s", name, what);
	for (c = err->text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ')
			*c = '?';
	return -EINVAL;
}

static const struct row *
find(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++)
		if (strlen(rows[i].name) == len && strncmp(rows[i].name, name, len) == 0)
			return &rows[i];
	return NULL;
}

static int
unknown(const char *name, size_t len, struct rsd_error *err)
{
	struct rsd_nearest n = { .word = name, .len = len };
	char shown[64];
	struct rsd_why why;
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++)
		rsd_nearest(&n, rows[i].name);
	snprintf(shown, sizeof(shown), "%.*s", (int)RTE_MIN(len, sizeof(shown) - 1), name);
	if (n.best != NULL)
		rsd_why(&why, "there is no such option, did you mean --%s?", n.best);
	else
		rsd_why(&why, "there is no such option, expected one of `ringside load --help`");
	return fail(err, shown, why.text);
}

/* ADDR or [ADDR6], len characters of it. */
static bool
read_address(struct rsd_load_conf *conf, const char *text, size_t len, uint16_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&conf->to;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&conf->to;
	char addr[INET6_ADDRSTRLEN + 2];

	if (len == 0 || len >= sizeof(addr))
		return false;
	snprintf(addr, sizeof(addr), "%.*s", (int)len, text);
	if (inet_pton(AF_INET, addr, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		conf->to_len = sizeof(*v4);
		return true;
	}
	if (addr[0] != '[' || addr[len - 1] != ']')
		return false;
	addr[len - 1] = '\0';
	if (inet_pton(AF_INET6, addr + 1, &v6->sin6_addr) != 1)
		return false;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	conf->to_len = sizeof(*v6);
	return true;
}

static int
take_target(struct rsd_load_conf *conf, const char *text, struct rsd_error *err)
{
	const char *colon = strrchr(text, ':');
	struct rsd_why why;
	uint64_t port = 0;

	if (conf->to_len != 0)
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"%.70s: a second destination, expected one ADDR:PORT", text);
	if (colon == NULL ||
		rsd_number(colon + 1, strlen(colon + 1), 1, UINT16_MAX, &port, &why) != 0 ||
		!read_address(conf, text, (size_t)(colon - text), (uint16_t)port))
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"%.70s: not understood, expected ADDR:PORT such as 10.0.0.2:7 or "
			"[fd00::2]:7",
			text);
	snprintf(conf->to_text, sizeof(conf->to_text), "%s", text);
	return 0;
}

static int
take_option(struct rsd_load_opts *o, int argc, char **argv, int *i, struct rsd_error *err)
{
	const char *name = argv[(*i)++] + 2, *value = NULL;
	size_t len = strcspn(name, "=");
	const struct row *row = find(name, len);
	struct rsd_why why;

	if (row == NULL)
		return unknown(name, len, err);
	if (name[len] == '=')
		value = name + len + 1;
	else if (row->arg != NULL && *i < argc && strncmp(argv[*i], "--", 2) != 0)
		value = argv[(*i)++];
	if (row->arg == NULL && value != NULL)
		rsd_why(&why, "has the value '%s', expected none", value);
	else if (row->arg != NULL && (value == NULL || value[0] == '\0'))
		rsd_why(&why, "has no value, expected %s", row->arg);
	else if (row->read(o, value, &why) == 0)
		return 0;
	return fail(err, row->name, why.text);
}

/* -- what only all of them together tell ------------------------------------------------------- */

static int
check_port(const struct rsd_load_conf *conf, struct rsd_error *err)
{
	static const char needs[] = "is for --port, which is not given";

	if (conf->port == NULL) {
		if (conf->nb_ips != 0)
			return fail(err, "ip", needs);
		if (conf->gateway != NULL)
			return fail(err, "gateway", needs);
		if (conf->has_peer_mac)
			return fail(err, "peer-mac", needs);
		if (conf->flows > RSD_LOAD_FLOWS_SOCK)
			return fail(
				err, "flows", "more than 16384 sockets, expected fewer, or --port");
		return 0;
	}
	if (conf->to.ss_family != AF_INET)
		return fail(err, "port", "sends IPv4, expected an IPv4 destination");
	if (conf->nb_ips == 0)
		return fail(err, "ip",
			"missing, expected our address on the port, such as --ip 10.0.0.1/24");
	if (conf->threads != 0)
		return fail(err, "threads", "is for sockets; a port is worked by one");
	return 0;
}

static int
check(struct rsd_load_opts *o, struct rsd_error *err)
{
	struct rsd_load_conf *conf = &o->conf;

	if (conf->to_len == 0)
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"no destination, expected ADDR:PORT such as 10.0.0.2:7");
	if (conf->search != RSD_SEARCH_NONE) {
		if (conf->outstanding != 0)
			return fail(err, "search",
				"looks for a rate, expected it without --outstanding and "
				"--pingpong");
		if (conf->one_way)
			return fail(err, "search", "needs answers, expected it without --one-way");
		if (conf->count != 0)
			return fail(
				err, "search", "has trials of --for, expected it without --count");
		if (conf->mix.min < RSD_STAMP_SEQ)
			return fail(err, "search",
				"needs numbers in the datagrams, expected --size 8 or more");
	}
	if (conf->one_way && conf->outstanding != 0)
		return fail(err, "one-way",
			"has no answers to wait for, expected it without "
			"--outstanding and --pingpong");
	if (conf->threads == 2 && conf->outstanding != 0)
		return fail(err, "threads", "a closed loop is one thread's, expected 1");
	if (conf->rate_given && conf->rate == 0 && conf->outstanding != 0)
		return fail(err, "rate", "max contradicts a closed loop, expected one of them");
	return check_port(conf, err);
}

static void
defaults(struct rsd_load_opts *o)
{
	struct rsd_why why;

	memset(o, 0, sizeof(*o));
	o->conf.rate = 10000;
	o->conf.flows = 1;
	o->conf.warmup_ns = 500000000;
	o->conf.wait_ns = 500000000;
	o->conf.batch = 32;
	o->conf.precision = 0.02;
	read_size(o, "64", &why);
}

int
rsd_load_opts_parse(int argc, char **argv, struct rsd_load_opts *o, struct rsd_error *err)
{
	int i = 0, ret = 0;

	defaults(o);
	while (ret == 0 && i < argc && !o->help) {
		if (strcmp(argv[i], "-h") == 0)
			o->help = true;
		else if (strncmp(argv[i], "--", 2) == 0)
			ret = take_option(o, argc, argv, &i, err);
		else
			ret = take_target(&o->conf, argv[i++], err);
	}
	if (ret != 0 || o->help)
		return ret;
	if (o->conf.for_ns == 0 && (o->conf.count == 0 || o->conf.search != RSD_SEARCH_NONE))
		o->conf.for_ns = 5000000000;
	/* A closed loop or a search goes as fast as it goes, unless told otherwise. */
	if (!o->conf.rate_given && (o->conf.outstanding != 0 || o->conf.search != RSD_SEARCH_NONE))
		o->conf.rate = 0;
	return check(o, err);
}
