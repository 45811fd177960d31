/* SPDX-License-Identifier: BSD-3-Clause */
/* What --guard cannot be combined with, as far as the words tell; guard.c looks at the ports. */
#include <errno.h>

#include <rte_common.h>

#include "control/eal_words.h"
#include "control/options.h"

#define OPT(field) rsd_option_at(offsetof(struct rsd_conf, field))

/* EAL on huge pages, by the user's own words. */
static bool
on_huge_pages(const struct rsd_conf *conf)
{
	static const char *const words[] = { "huge-dir", "huge-unlink", "huge-worker-stack",
		"socket-mem", "socket-limit", "match-allocations" };
	unsigned int i;

	for (i = 0; i < RTE_DIM(words); i++)
		if (rsd_eal_value(conf, words[i], 0) != NULL)
			return rsd_eal_value(conf, "no-huge", 0) == NULL;
	return false;
}

/* Headers must end at the same distance from the page's end on all ports: they share the buffers.
 */
static bool
tags_differ(const struct rsd_conf *conf)
{
	return conf->nb_vlans != 0 && conf->vlans[0].port >= 0 &&
	       conf->nb_vlans != conf->nb_ports && (conf->eal_style || conf->nb_ports > 1);
}

/* What is guarded is watched: where a fault is, custody knows. */
static int
watch_all(struct rsd_conf *conf)
{
	conf->ledger = 1;
	return 0;
}

int
rsd_conf_check_guard(struct rsd_parse *p)
{
	const struct rsd_conf *conf = p->conf;
	struct rsd_why why;

	if (!conf->guard)
		return 0;
	if (conf->pipeline != RSD_PIPELINE_RESPOND)
		rsd_why(&why, "the pipeline %s has no stages to tell apart, expected respond",
			rsd_pipeline_name(conf->pipeline));
	else if (conf->udp_checksum == RSD_UDP_CSUM_AUTO ||
		 conf->udp_checksum == RSD_UDP_CSUM_VERIFY)
		rsd_why(&why, "to verify a UDP checksum is to read the payload, expected "
			      "--udp-checksum skip, or offload to a device that does it");
	else if (rsd_eal_has_pci(conf))
		rsd_why(&why, "a PCI device needs huge pages, which cannot be closed in part, "
			      "expected virtual ports only");
	else if (on_huge_pages(conf))
		rsd_why(&why, "huge pages cannot be closed in part, expected --no-huge among the "
			      "EAL options");
	else if (tags_differ(conf))
		rsd_why(&why, "ports with and without a VLAN differ in where a payload begins, "
			      "expected --vlan on all or on none");
	else
		return watch_all(p->conf);
	return rsd_option_fail(p, OPT(guard), 0, &why);
}
