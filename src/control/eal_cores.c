/* SPDX-License-Identifier: BSD-3-Clause */
/* Which CPUs the lcores get, and how many queues the devices. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include <rte_build_config.h>
#include <rte_common.h>

#include "base/err.h"
#include "control/conf_port.h"
#include "control/eal_args.h"
#include "control/eal_words.h"

static bool
may_use(const struct rsd_eal_host *host, unsigned int cpu)
{
	unsigned int i;

	for (i = 0; i < host->nb_cpus; i++)
		if (host->cpus[i] == cpu)
			return true;
	return false;
}

/* Ascending numbers as EAL and taskset write them: 0,2-3. */
static void
cpu_list(const uint16_t *cpus, unsigned int nb, char *text, size_t len)
{
	unsigned int i, first;
	size_t used = 0;

	text[0] = '\0';
	for (i = 0; i < nb && used < len; i++) {
		first = i;
		while (i + 1 < nb && cpus[i + 1] == cpus[i] + 1)
			i++;
		used += (size_t)snprintf(text + used, len - used, first == i ? "%s%u" : "%s%u-%u",
			used == 0 ? "" : ",", cpus[first], cpus[i]);
	}
}

/* Which CPUs the workers get: those asked for, or the last ones, the first being the busiest. */
static int
choose_cpus(const struct rsd_eal_host *host, const struct rsd_conf *conf, const uint16_t **cpus,
	unsigned int *nb, struct rsd_error *err)
{
	char allowed[256];
	unsigned int i;

	if (conf->nb_cores == 0) {
		*nb = conf->queues != 0 ? conf->queues : 1;
		*nb = RTE_MIN(*nb, host->nb_cpus);
		*cpus = &host->cpus[host->nb_cpus - *nb];
		return 0;
	}
	for (i = 0; i < conf->nb_cores; i++) {
		if (may_use(host, conf->cores[i]))
			continue;
		cpu_list(host->cpus, host->nb_cpus, allowed, sizeof(allowed));
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"--cores: this process may not use CPU %u, expected some of %s",
			conf->cores[i], allowed);
	}
	*nb = conf->nb_cores;
	*cpus = conf->cores;
	return 0;
}

/*
 * Every worker is pinned to its CPU. The main lcore only sleeps and does control work, so it floats
 * over all CPUs instead of taking one: two workers fit a machine of two cores.
 */
int
rsd_eal_add_lcores(const struct rsd_eal_host *host, const struct rsd_conf *conf,
	struct rsd_eal_args *args, struct rsd_error *err)
{
	char map[2048], floats[4096];
	unsigned int i, nb = 0;
	const uint16_t *cpus = NULL;
	size_t used = 0;

	if (choose_cpus(host, conf, &cpus, &nb, err) != 0)
		return -EINVAL;
	if (nb == 0 || nb >= RTE_MAX_LCORE)
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL, "--cores: %u cores, expected 1 to %u",
			nb, RTE_MAX_LCORE - 1);
	for (i = 0; i < nb; i++)
		used += (size_t)snprintf(map + used, sizeof(map) - used, "%u@%u,", i, cpus[i]);
	cpu_list(host->cpus, host->nb_cpus, floats, sizeof(floats));
	rsd_eal_add(args, "--lcores");
	rsd_eal_add(args, "%s%u@(%s)", map, nb, floats);
	rsd_eal_add(args, "--main-lcore");
	rsd_eal_add(args, "%u", nb);
	args->nb_workers = nb;
	return 0;
}

/* Numbers in a list such as 0,2-3; 0 when it is none. */
static unsigned int
list_count(const char *list)
{
	unsigned int nb = 0, lo, hi;
	int end;

	while (sscanf(list, "%u%n", &lo, &end) == 1) {
		hi = lo;
		list += end;
		if (*list == '-' && sscanf(list, "-%u%n", &hi, &end) == 1)
			list += end;
		nb += hi >= lo ? hi - lo + 1 : lo - hi + 1;
		if (*list != ',')
			break;
		list++;
	}
	return *list == '\0' ? nb : 0;
}

/*
 * A device made with more queues than are polled would lose what the kernel or the peer puts into
 * the others, so all devices get the least that all can have.
 */
void
rsd_eal_choose_queues(
	const struct rsd_eal_host *host, const struct rsd_conf *conf, struct rsd_eal_args *args)
{
	unsigned int workers = args->nb_workers, i;

	if (workers == 0) { /* one lcore of the user's list is the main one */
		const char *list = rsd_eal_value(conf, "lcores", 'l');
		unsigned int nb = list != NULL ? list_count(list) : 0;

		workers = nb > 1 ? nb - 1 : RTE_MAX(conf->queues, 1u);
	}
	args->queues = conf->queues != 0 ? RTE_MIN(conf->queues, workers) : workers;
	for (i = 0; i < conf->nb_ports; i++) {
		unsigned int driver_max = rsd_port_row(conf->ports[i].kind)->queues;

		if (driver_max != 0)
			args->queues = RTE_MIN(args->queues, driver_max);
		if (host->port_queues[i] != 0)
			args->queues = RTE_MIN(args->queues, host->port_queues[i]);
	}
}
