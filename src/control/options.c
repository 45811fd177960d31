/* SPDX-License-Identifier: BSD-3-Clause */
/* The option table and the command line. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "base/err.h"
#include "control/nearest.h"
#include "control/options.h"

#define AT(field) offsetof(struct rsd_conf, field)
#define NUMBER(field) \
	.read = rsd_read_number, .at = AT(field), .size = sizeof(((struct rsd_conf *)0)->field)
#define LIST(list, nb) \
	.at = AT(list), .nb_at = AT(nb), .nb_max = RTE_DIM(((struct rsd_conf *)0)->list)

static const char *const pipelines[] = { "respond", "sink", "bounce", "swap", NULL };
static const char *const checksums[] = { "verify", "offload", "skip", NULL };
static const char *const idles[] = { "spin", "pause", "sleep", "interrupt", NULL };

/* --config is looked for before anything else is read; here it only has to be given once. */
static int
read_config(
	const struct rsd_option *opt, const char *text, struct rsd_conf *conf, struct rsd_why *why)
{
	(void)opt, (void)text, (void)conf, (void)why;
	return 0;
}

/* clang-format off */
const struct rsd_option rsd_options[] = {
	{ "config", "FILE", read_config, .text_max = PATH_MAX - 1, .cli_only = true, .unset = "none",
	  .help = "INI file whose keys are these options; the command line wins over it" },
	{ "port", "SPEC", rsd_read_port, LIST(ports, nb_ports), .def = "tap:ringside0",
	  .help = "a port to poll: tap[:IFACE], afpacket:IFACE, afxdp:IFACE, virtio-user:SOCKET, "
		  "vhost:SOCKET, memif:SOCKET[,server], ring, null, pcap:IN[,OUT], pci:BDF, or DPDK "
		  "devargs such as net_tap3,iface=x" },
	{ "ip", "ADDR/LEN[@PORT]", rsd_read_ip, LIST(ips, nb_ips),
	  .help = "an IPv4 address to answer for, on every port or on the one with that index; the "
		  "pipeline respond needs one" },
	{ "gateway", "ADDR", rsd_read_gateway, .at = AT(gateway), .unset = "none",
	  .help = "next hop for peers off the link that the engine itself sends to" },
	{ "vlan", "ID[@PORT]", rsd_read_vlan, LIST(vlans, nb_vlans), .unset = "untagged",
	  .help = "802.1Q id, 1 to 4094, on every port or on the one with that index" },
	{ "serve", "NAME:PORT[@ADDR][,KEY=VALUE]", rsd_read_serve, LIST(serves, nb_serves),
	  .given_at = AT(serve_given), .def = "echo:7",
	  .help = "open a socket with a built-in service: echo, discard, time, sockperf; keys: "
		  "share=reuseport or reuseaddr, peer=ADDR:PORT, device=PORT" },
	{ "queues", "N", NUMBER(queues), .min = 1, .max = 64, .unset = "one per worker core",
	  .help = "receive queues of a port, each polled by a core of its own" },
	{ "cores", "LIST", rsd_read_cores, .at = AT(cores), .max = RSD_CPU_MAX,
	  .unset = "the last CPUs this process may use, one per queue",
	  .help = "worker cores that poll, such as 0,2-3" },
	{ "pipeline", "NAME", rsd_read_choice, .at = AT(pipeline), .words = pipelines,
	  .first = RSD_PIPELINE_RESPOND, .def = "respond",
	  .help = "what a core does with frames: respond (all stages), sink (count and free), bounce "
		  "(send back as they are), swap (send back, MAC addresses swapped)" },
	{ "name", "NAME", rsd_read_name, .at = AT(name), .size = sizeof(((struct rsd_conf *)0)->name),
	  .given_at = AT(name_given), .def = "ringside",
	  .help = "instance name: EAL's file prefix, and where `ringside ctl --name` finds it" },
	{ "burst", "N", NUMBER(burst), .min = 1, .max = 256, .def = "32",
	  .help = "frames taken from a queue at once" },
	{ "rx-desc", "N", NUMBER(rx_desc), .given_at = AT(rx_desc_given), .min = 64, .max = 32768,
	  .def = "1024", .help = "frames a receive queue holds, checked against what the device allows" },
	{ "tx-desc", "N", NUMBER(tx_desc), .given_at = AT(tx_desc_given), .min = 64, .max = 32768,
	  .def = "1024", .help = "frames a transmit queue holds, likewise" },
	{ "mbufs", "N", NUMBER(mbufs), .min = 512, .max = 4194304,
	  .unset = "computed from queues and their sizes", .help = "buffers in the pool" },
	{ "udp-checksum", "WHO", rsd_read_choice, .at = AT(udp_checksum), .words = checksums,
	  .first = RSD_UDP_CSUM_VERIFY, .unset = "offload where the device can, else verify",
	  .help = "who checks the UDP checksum of a received datagram: verify (the engine), offload (the "
		  "device), skip (nobody)" },
	{ "guard", NULL, rsd_read_switch, .at = AT(guard),
	  .help = "let nobody read a payload between receive and transmit: whoever does ends the "
		  "engine by name; slow, needs --udp-checksum skip" },
	{ "idle", "HOW", rsd_read_choice, .at = AT(idle), .words = idles, .first = RSD_IDLE_SPIN,
	  .def = "pause",
	  .help = "what a core does while its queues are empty: spin, pause, sleep, interrupt" },
	{ "ledger", "N", NUMBER(ledger), .min = 0, .max = 1000000000, .def = "0",
	  .help = "watch about every N-th datagram from receive to transmit, for `ringside ctl "
		  "ledger`; 0: none" },
	{ "rss-key", "HEX", rsd_read_rss_key, .at = AT(rss_key), .given_at = AT(has_rss_key),
	  .text_max = 400, .unset = "random",
	  .help = "key of the hash that spreads flows over queues: 40 to 128 bytes in hex" },
	{ "for", "SECONDS", rsd_read_seconds, .at = AT(for_ns), .unset = "run until stopped",
	  .help = "stop after that time; fractions are allowed" },
	{ "count", "N", NUMBER(count), .min = 1, .max = UINT64_MAX - 1, .unset = "run until stopped",
	  .help = "stop after that many received frames" },
	{ "check", NULL, rsd_read_switch, .at = AT(check), .cli_only = true,
	  .help = "read the options, say whether they are good, start nothing" },
	{ "help", NULL, rsd_read_switch, .at = AT(help), .cli_only = true, .help = "this text; also -h" },
};
/* clang-format on */

const unsigned int rsd_nb_options = RTE_DIM(rsd_options);
_Static_assert(RTE_DIM(rsd_options) <= RSD_OPTIONS_MAX, "room in struct rsd_parse");

const char *
rsd_idle_name(enum rsd_idle idle)
{
	return idles[idle - RSD_IDLE_SPIN];
}

const char *
rsd_pipeline_name(enum rsd_pipeline_id id)
{
	return pipelines[id - RSD_PIPELINE_RESPOND];
}

const struct rsd_option *
rsd_option_find(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(rsd_options); i++)
		if (strlen(rsd_options[i].name) == len &&
			strncmp(rsd_options[i].name, name, len) == 0)
			return &rsd_options[i];
	return NULL;
}

const struct rsd_option *
rsd_option_at(size_t at)
{
	unsigned int i = 0;

	while (rsd_options[i].at != at || rsd_options[i].read == read_config)
		i++;
	return &rsd_options[i];
}

static int
fail_at(const struct rsd_parse *p, unsigned int line, const char *name, size_t len,
	const char *what)
{
	char *c;

	if (line == 0)
		rsd_err(p->err, RSD_EXIT_USAGE, -EINVAL, "--%.*s: %s", (int)len, name, what);
	else
		rsd_err(p->err, RSD_EXIT_USAGE, -EINVAL, "%s:%u: %.*s: %s", p->file, line, (int)len,
			name, what);
	/* Values are quoted as they were written; an error stays one line all the same. */
	for (c = p->err == NULL ? NULL : p->err->text; c != NULL && *c != '\0'; c++)
		if ((unsigned char)*c < ' ')
			*c = '?';
	return -EINVAL;
}

int
rsd_option_fail(const struct rsd_parse *p, const struct rsd_option *opt, unsigned int i,
	const struct rsd_why *why)
{
	unsigned int idx = (unsigned int)(opt - rsd_options);
	unsigned int line = i < p->given[idx] ? p->given_line[idx][i] : 0;

	return fail_at(p, line, opt->name, strlen(opt->name), why->text);
}

static int
unknown(const struct rsd_parse *p, const char *name, size_t len)
{
	struct rsd_nearest n = { .word = name, .len = len };
	struct rsd_why why;
	unsigned int i;

	for (i = 0; i < RTE_DIM(rsd_options); i++)
		if (p->line == 0 || !rsd_options[i].cli_only)
			rsd_nearest(&n, rsd_options[i].name);
	if (n.best != NULL)
		rsd_why(&why, "there is no such option, did you mean %s%s?",
			p->line == 0 ? "--" : "", n.best);
	else
		rsd_why(&why, "there is no such option, expected one of `ringside run --help`");
	return fail_at(p, p->line, name, len, why.text);
}

/* Make room for one more value: the command line replaces the file, nothing is given twice. */
static int
admit(struct rsd_parse *p, const struct rsd_option *opt, struct rsd_why *why)
{
	unsigned int idx = (unsigned int)(opt - rsd_options);
	unsigned int first = p->given_line[idx][0];

	if (p->given[idx] == 0)
		return 0;
	if (p->line == 0 && first != 0) {
		p->given[idx] = 0;
		if (opt->nb_at != 0)
			*(unsigned int *)((char *)p->conf + opt->nb_at) = 0;
		return 0;
	}
	if (opt->nb_at != 0)
		return p->given[idx] < opt->nb_max
			       ? 0
			       : rsd_why(why, "given too often, expected at most %u times",
					 opt->nb_max);
	if (p->line != 0)
		return rsd_why(why, "given twice, first in line %u, expected once", first);
	return rsd_why(why, "given twice, expected once");
}

static bool
is_one_line(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 127)
			return false;
	return true;
}

int
rsd_option_take(struct rsd_parse *p, const char *name, size_t name_len, const char *text)
{
	const struct rsd_option *opt = rsd_option_find(name, name_len);
	struct rsd_why why;
	unsigned int idx;
	size_t text_max;
	int ret = -EINVAL;

	if (opt == NULL)
		return unknown(p, name, name_len);
	idx = (unsigned int)(opt - rsd_options);
	text_max = opt->text_max != 0 ? opt->text_max : RSD_CONF_TEXT - 1;
	if (p->line != 0 && opt->cli_only)
		rsd_why(&why, "cannot stand in a file, expected on the command line");
	else if (opt->arg == NULL && p->line == 0 && text != NULL)
		rsd_why(&why, "has the value '%s', expected none", text);
	else if (opt->arg != NULL && (text == NULL || text[0] == '\0'))
		rsd_why(&why, "has no value, expected %s", opt->arg);
	else if (text != NULL && strlen(text) > text_max)
		rsd_why(&why, "too long, expected at most %zu characters", text_max);
	else if (text != NULL && !is_one_line(text))
		rsd_why(&why, "has a control character, expected printable text");
	else if (admit(p, opt, &why) == 0)
		ret = opt->read(opt, text, p->conf, &why);
	if (ret != 0)
		return fail_at(p, p->line, name, name_len, why.text);
	p->given_line[idx][p->given[idx]++] = p->line;
	if (opt->given_at != 0)
		*(bool *)((char *)p->conf + opt->given_at) = true;
	return 0;
}

/* One option at words[*i]; *value is NULL when there is none. Moves *i past both. */
static int
next_option(int argc, char **argv, int *i, const char **name, size_t *len, const char **value)
{
	const char *word = argv[(*i)++];

	if (strcmp(word, "-h") == 0)
		word = "--help";
	if (strncmp(word, "--", 2) != 0)
		return -EINVAL;
	*name = word + 2;
	*len = strcspn(*name, "=");
	*value = NULL;
	if ((*name)[*len] == '=') {
		*value = *name + *len + 1;
	} else {
		const struct rsd_option *opt = rsd_option_find(*name, *len);

		/* No value begins with two dashes: a word that does is the next option. */
		if (opt != NULL && opt->arg != NULL && *i < argc && strncmp(argv[*i], "--", 2) != 0)
			*value = argv[(*i)++];
	}
	return 0;
}

/* What must be known before anything is read. Faults are left for the reading proper. */
static const char *
look_ahead(int argc, char **argv, struct rsd_conf *conf)
{
	const char *name, *value, *config = NULL;
	size_t len;
	int i = 0;

	while (i < argc) {
		if (next_option(argc, argv, &i, &name, &len, &value) != 0)
			continue;
		if (len == 4 && strncmp(name, "help", len) == 0)
			conf->help = true;
		if (len == 6 && strncmp(name, "config", len) == 0 && config == NULL)
			config = value;
	}
	return config;
}

static int
take_defaults(struct rsd_parse *p)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(rsd_options); i++) {
		const struct rsd_option *opt = &rsd_options[i];
		struct rsd_why why;

		if (opt->def != NULL && opt->nb_at == 0 &&
			opt->read(opt, opt->def, p->conf, &why) != 0)
			return fail_at(p, 0, opt->name, strlen(opt->name), why.text);
	}
	return 0;
}

static int
take_words(struct rsd_parse *p, int argc, char **argv)
{
	const char *name, *value;
	size_t len;
	int i = 0;

	p->line = 0;
	while (i < argc) {
		const char *word = argv[i];

		if (next_option(argc, argv, &i, &name, &len, &value) != 0)
			return rsd_err(p->err, RSD_EXIT_USAGE, -EINVAL,
				"%s: not understood, expected an option that begins with --", word);
		if (rsd_option_take(p, name, len, value) != 0)
			return -EINVAL;
	}
	return 0;
}

/* With a word "--", what stands before it is EAL's. */
static void
split_styles(int *argc, char ***argv, struct rsd_conf *conf)
{
	int i;

	for (i = 0; i < *argc; i++)
		if (strcmp((*argv)[i], "--") == 0)
			break;
	if (i == *argc)
		return;
	conf->eal_style = true;
	conf->eal_argc = i;
	conf->eal_argv = *argv;
	*argc -= i + 1;
	*argv += i + 1;
}

int
rsd_conf_parse(int argc, char **argv, struct rsd_conf *conf, struct rsd_error *err)
{
	struct rsd_parse p = { .conf = conf, .err = err };
	const char *config;

	memset(conf, 0, sizeof(*conf));
	split_styles(&argc, &argv, conf);
	config = look_ahead(argc, argv, conf);
	if (conf->help)
		return 0;
	if (take_defaults(&p) != 0)
		return -EINVAL;
	if (config != NULL && config[0] != '\0' && rsd_conf_file(&p, config) != 0)
		return -EINVAL;
	if (take_words(&p, argc, argv) != 0)
		return -EINVAL;
	return rsd_conf_check(&p);
}
