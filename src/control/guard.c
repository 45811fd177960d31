/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine under --guard: which ports can be, which buffers they receive into, which queues. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <rte_ether.h>

#include "base/err.h"
#include "base/log.h"
#include "control/engine.h"
#include "ledger/custody.h"
#include "wire/parse.h"

/* Its frames lie in memory that the kernel shares, not where a pool would have them. */
#define OWN_MEMORY "net_af_xdp"

int
rsd_guard_pool_create(struct rsd_engine *eng, unsigned int nb, int node, struct rsd_error *err)
{
	const struct rsd_guard_conf conf = {
		.nb_bufs = nb,
		.nb_workers = eng->nb_workers,
		.headers = (unsigned int)(eng->conf.nb_vlans != 0 ? RTE_ETHER_HDR_LEN + 4
								  : RTE_ETHER_HDR_LEN) +
			   RSD_WIRE_HDRS,
		.node = node,
	};
	unsigned int p;

	for (p = 0; p < eng->nb_ports; p++)
		if (strcmp(eng->port_info[p].driver, OWN_MEMORY) == 0)
			return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
				"--guard: port %u (%s) receives into memory of its own, expected "
				"another kind of port",
				p, eng->port_info[p].spec);
	eng->guard = rsd_guard_create(&conf, err);
	if (eng->guard == NULL)
		return -ENOMEM;
	eng->pool = rsd_guard_pool(eng->guard);
	return 0;
}

/* Whoever checks sums reads, and the guard would find the engine guilty of what was asked of it. */
static int
check_port(const struct rsd_engine *eng, unsigned int p, struct rsd_error *err)
{
	const struct rsd_port_info *info = &eng->port_info[p];

	if (eng->ports[p].csum == RSD_CSUM_VERIFY || info->facts->software_csum)
		if (eng->ports[p].csum != RSD_CSUM_SKIP)
			return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
				"--guard: port %u (%s) has no hardware to check UDP checksums, "
				"expected --udp-checksum skip",
				p, info->spec);
	return 0;
}

static int
watch_queue(struct rsd_engine *eng, unsigned int p, unsigned int worker, struct rsd_error *err)
{
	const struct rsd_guard_queue q = {
		.worker = worker,
		.port = p,
		.port_id = eng->port_info[p].port_id,
		.queue_id = (uint16_t)worker,
		.wire = &eng->ports[p].wire,
		.sums = eng->ports[p].csum != RSD_CSUM_SKIP,
	};
	int ret = rsd_guard_watch(eng->guard, &q);

	if (ret == 0)
		return 0;
	return rsd_err(err, RSD_EXIT_INTERNAL, ret,
		"--guard: port %u queue %u cannot be watched: %s; DPDK must be built with "
		"callbacks of receive and transmit",
		p, worker, strerror(-ret));
}

int
rsd_guard_up(struct rsd_engine *eng, struct rsd_error *err)
{
	unsigned int p, w;
	int ret;

	if (eng->guard == NULL)
		return 0;
	for (p = 0; p < eng->nb_ports; p++) {
		ret = check_port(eng, p, err);
		for (w = 0; ret == 0 && w < eng->nb_workers; w++)
			ret = watch_queue(eng, p, w, err);
		if (ret != 0)
			return ret;
	}
	for (w = 0; w < eng->nb_workers; w++)
		eng->lcores[w]->guard =
			rsd_guard_core(eng->guard, w, &eng->lcores[w]->custody->place);
	rsd_say("guard: payloads of datagrams cannot be read between receive and transmit");
	return 0;
}

void
rsd_guard_down(struct rsd_engine *eng)
{
	struct rsd_guard_totals t;
	unsigned int w;

	if (eng->guard == NULL || eng->lcores[0] == NULL || eng->lcores[0]->guard == NULL)
		return;
	rsd_guard_unwatch(eng->guard);
	for (w = 0; w < eng->nb_workers; w++)
		eng->lcores[w]->guard = NULL;
	rsd_guard_get_totals(eng->guard, &t);
	rsd_say("guard: %" PRIu64 " payloads were closed and none was touched; %" PRIu64
		" were given to the program; %" PRIu64 " other frames were not closed",
		t.closed, t.handed, t.open);
}
