/* SPDX-License-Identifier: BSD-3-Clause */
/* What can only be judged when all options are known: defaults of lists, values that contradict. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "base/err.h"
#include "control/eal_words.h"
#include "control/options.h"

#define OPT(field) rsd_option_at(offsetof(struct rsd_conf, field))

static bool
given(const struct rsd_parse *p, const struct rsd_option *opt)
{
	return p->given[opt - rsd_options] != 0;
}

static bool
from_file(const struct rsd_parse *p, const struct rsd_option *opt)
{
	unsigned int idx = (unsigned int)(opt - rsd_options);

	return p->given[idx] != 0 && p->given_line[idx][0] != 0;
}

static int
take_default(struct rsd_parse *p, const struct rsd_option *opt)
{
	struct rsd_why why;

	return opt->read(opt, opt->def, p->conf, &why) == 0 ? 0 : rsd_option_fail(p, opt, 0, &why);
}

/* One name for both: EAL calls its files by it, `ringside ctl` finds them by it. */
static int
check_name(struct rsd_parse *p)
{
	const char *prefix = rsd_eal_value(p->conf, "file-prefix", 0);
	const struct rsd_option *opt = OPT(name);
	struct rsd_why why;

	if (prefix == NULL)
		return 0;
	if (given(p, opt) && strcmp(prefix, p->conf->name) != 0) {
		rsd_why(&why, "is '%s', but --file-prefix is '%s', expected one of them",
			p->conf->name, prefix);
		return rsd_option_fail(p, opt, 0, &why);
	}
	if (opt->read(opt, prefix, p->conf, &why) != 0)
		return rsd_err(p->err, RSD_EXIT_USAGE, -EINVAL, "--file-prefix: %s", why.text);
	p->conf->name_given = true;
	return 0;
}

static int
check_eal_style(struct rsd_parse *p)
{
	const struct rsd_option *cores = OPT(cores);
	const char *type = rsd_eal_value(p->conf, "proc-type", 0);
	struct rsd_why why;

	if (check_name(p) != 0)
		return -EINVAL;
	if (type != NULL && strcmp(type, "primary") != 0)
		return rsd_err(p->err, RSD_EXIT_USAGE, -EINVAL,
			"--proc-type: is '%s', expected primary: the engine owns its devices",
			type);
	if (given(p, cores) && rsd_eal_has_cores(p->conf)) {
		rsd_why(&why, "the EAL options choose cores too, expected one of them");
		return rsd_option_fail(p, cores, 0, &why);
	}
	return 0;
}

/* How many ports are known; in EAL style only EAL will know. */
static int
check_port_index(const struct rsd_parse *p, const struct rsd_option *opt, unsigned int i, int port)
{
	struct rsd_why why;

	if (p->conf->eal_style || port < (int)p->conf->nb_ports)
		return 0;
	rsd_why(&why, "there is no port %d, expected @0%s", port,
		p->conf->nb_ports == 1 ? "" : " or another index of --port");
	return rsd_option_fail(p, opt, i, &why);
}

static bool
ports_overlap(int a, int b)
{
	return a == b || a < 0 || b < 0;
}

static int
check_ips(struct rsd_parse *p)
{
	const struct rsd_option *opt = OPT(ips);
	const struct rsd_conf *conf = p->conf;
	struct rsd_why why;
	unsigned int i, j;

	if (conf->nb_ips == 0 && conf->pipeline == RSD_PIPELINE_RESPOND) {
		rsd_why(&why,
			"missing, expected an address to answer for such as --ip 10.0.0.2/24");
		return rsd_option_fail(p, opt, 0, &why);
	}
	for (i = 0; i < conf->nb_ips; i++) {
		if (check_port_index(p, opt, i, conf->ips[i].port) != 0)
			return -EINVAL;
		for (j = 0; j < i; j++) {
			char text[INET_ADDRSTRLEN];

			if (conf->ips[i].addr.s_addr != conf->ips[j].addr.s_addr ||
				!ports_overlap(conf->ips[i].port, conf->ips[j].port))
				continue;
			inet_ntop(AF_INET, &conf->ips[i].addr, text, sizeof(text));
			rsd_why(&why, "address %s is given twice, expected once", text);
			return rsd_option_fail(p, opt, i, &why);
		}
	}
	return 0;
}

static int
check_gateway(struct rsd_parse *p)
{
	const struct rsd_option *opt = OPT(gateway);
	uint32_t gw = ntohl(p->conf->gateway.s_addr);
	struct rsd_why why;
	unsigned int i;

	if (!p->conf->has_gateway)
		return 0;
	for (i = 0; i < p->conf->nb_ips; i++) {
		const struct rsd_conf_ip *ip = &p->conf->ips[i];
		uint32_t own = ntohl(ip->addr.s_addr);
		uint32_t host_bits = ip->len == 32 ? 0 : UINT32_MAX >> ip->len;

		if (gw == own) {
			rsd_why(&why, "is the engine's own address, expected that of a router");
			return rsd_option_fail(p, opt, 0, &why);
		}
		if ((gw & ~host_bits) != (own & ~host_bits))
			continue;
		if (ip->len <= 30 && ((gw & host_bits) == 0 || (gw & host_bits) == host_bits))
			break;
		return 0;
	}
	rsd_why(&why, "is no host on the link of any --ip, expected an address within one of them");
	return rsd_option_fail(p, opt, 0, &why);
}

static int
check_vlans(struct rsd_parse *p)
{
	const struct rsd_option *opt = OPT(vlans);
	const struct rsd_conf *conf = p->conf;
	struct rsd_why why;
	unsigned int i, j;

	for (i = 0; i < conf->nb_vlans; i++) {
		if (check_port_index(p, opt, i, conf->vlans[i].port) != 0)
			return -EINVAL;
		for (j = 0; j < i; j++) {
			if (!ports_overlap(conf->vlans[i].port, conf->vlans[j].port))
				continue;
			rsd_why(&why,
				"id %u contradicts id %u on the same port, expected one id a port",
				conf->vlans[i].id, conf->vlans[j].id);
			return rsd_option_fail(p, opt, i, &why);
		}
	}
	return 0;
}

static bool
is_own(const struct rsd_conf *conf, struct in_addr addr)
{
	unsigned int i;

	for (i = 0; i < conf->nb_ips; i++)
		if (conf->ips[i].addr.s_addr == addr.s_addr)
			return true;
	return false;
}

/* A group, or a broadcast address of ours: everyone who listens gets a copy. */
static bool
is_to_many(const struct rsd_conf *conf, struct in_addr addr)
{
	uint32_t a = ntohl(addr.s_addr);
	unsigned int i;

	for (i = 0; i < conf->nb_ips; i++) {
		uint32_t hosts = UINT32_MAX >> (conf->ips[i].len & 31);

		if (conf->ips[i].len < 31 && a == (ntohl(conf->ips[i].addr.s_addr) | hosts))
			return true;
	}
	return a >> 28 == 14 || a == UINT32_MAX;
}

static int
check_serve(struct rsd_parse *p, const struct rsd_option *opt, unsigned int i)
{
	const struct rsd_conf *conf = p->conf;
	struct rsd_serve a, b;
	struct rsd_why why;
	unsigned int j;

	if (rsd_serve_split(conf->serves[i], &a, &why) != 0)
		return rsd_option_fail(p, opt, i, &why);
	if (a.bound && !is_own(conf, a.local) && !is_to_many(conf, a.local)) {
		rsd_why(&why, "the address in '%s' is not the engine's, expected one of --ip",
			conf->serves[i]);
		return rsd_option_fail(p, opt, i, &why);
	}
	/* As bind() has it: any address and one address cannot share a port unasked. Devices are
	 * known when there are any. */
	for (j = 0; j < i; j++) {
		if (rsd_serve_split(conf->serves[j], &b, &why) != 0 || a.port != b.port ||
			(a.bound && b.bound && a.local.s_addr != b.local.s_addr) ||
			(a.share & b.share) != 0 || a.device || b.device)
			continue;
		rsd_why(&why,
			"'%s' and '%s' want the same port, expected each port and address once",
			conf->serves[i], conf->serves[j]);
		return rsd_option_fail(p, opt, i, &why);
	}
	return 0;
}

static int
check_serves(struct rsd_parse *p)
{
	const struct rsd_option *opt = OPT(serves), *pipeline = OPT(pipeline);
	struct rsd_conf *conf = p->conf;
	struct rsd_why why;
	unsigned int i;

	if (conf->pipeline == RSD_PIPELINE_RESPOND) {
		if (conf->nb_serves == 0)
			return take_default(p, opt);
		for (i = 0; i < conf->nb_serves; i++)
			if (check_serve(p, opt, i) != 0)
				return -EINVAL;
		return 0;
	}
	if (given(p, opt) && from_file(p, opt) == from_file(p, pipeline)) {
		rsd_why(&why, "the pipeline %s opens no sockets, expected the pipeline respond",
			rsd_pipeline_name(conf->pipeline));
		return rsd_option_fail(p, opt, 0, &why);
	}
	/* A command line that takes a file's engine to another pipeline leaves its sockets out. */
	conf->nb_serves = 0;
	conf->serve_given = false;
	return 0;
}

/* What other pipelines do to a frame is too little to be watched. */
static int
check_ledger(struct rsd_parse *p)
{
	struct rsd_why why;

	if (p->conf->ledger == 0 || p->conf->pipeline == RSD_PIPELINE_RESPOND)
		return 0;
	rsd_why(&why, "the pipeline %s has no stages to watch, expected the pipeline respond",
		rsd_pipeline_name(p->conf->pipeline));
	return rsd_option_fail(p, OPT(ledger), 0, &why);
}

static int
check_sizes(struct rsd_parse *p)
{
	const struct rsd_conf *conf = p->conf;
	unsigned int queues = conf->queues != 0 ? conf->queues : RTE_MAX(conf->nb_cores, 1u);
	unsigned int rings = RTE_MAX(conf->nb_ports, 1u) * queues * conf->rx_desc;
	struct rsd_why why;

	if (conf->burst > conf->rx_desc || conf->burst > conf->tx_desc) {
		rsd_why(&why,
			"%u is more than a queue holds, expected at most --rx-desc and --tx-desc",
			conf->burst);
		return rsd_option_fail(p, OPT(burst), 0, &why);
	}
	if (conf->mbufs != 0 && conf->mbufs <= rings) {
		rsd_why(&why, "%u do not even fill the receive queues, expected more than %u",
			conf->mbufs, rings);
		return rsd_option_fail(p, OPT(mbufs), 0, &why);
	}
	return 0;
}

int
rsd_conf_check(struct rsd_parse *p)
{
	struct rsd_conf *conf = p->conf;

	if (conf->eal_style ? check_eal_style(p) != 0
			    : conf->nb_ports == 0 && take_default(p, OPT(ports)) != 0)
		return -EINVAL;
	if (check_ips(p) != 0 || check_gateway(p) != 0 || check_vlans(p) != 0 ||
		check_serves(p) != 0 || check_ledger(p) != 0 || rsd_conf_check_guard(p) != 0)
		return -EINVAL;
	return check_sizes(p);
}
