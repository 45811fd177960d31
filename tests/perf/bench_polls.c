/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rows that poll, beside one another, without the rest of the benchmark:
 *
 *	sudo build/tests/bench_polls RINGSIDE SECONDS OUTSTANDING PAYLOAD ROUNDS DEVICE [NAME...]
 *
 * Server on CPU 1, sender on CPU 0. Without names all of the device's rows; device - stands for
 *all. Medians, and in brackets the extremes of the cycles.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "bench/dp.h"
#include "bench/plan.h"
#include "bench/stat.h"

#define MAX_ROUNDS 32
#define MAX_ROWS   64

static struct row {
	struct rsd_dp dp;
	bool runs;
	unsigned int nb, disturbed;
	double pps[MAX_ROUNDS], loss[MAX_ROUNDS], cycles[MAX_ROUNDS], process[MAX_ROUNDS],
		system[MAX_ROUNDS];
} rows[MAX_ROWS];

static double
median(double *v, unsigned int nb)
{
	return rsd_spread_of(v, nb).median;
}

static void
take(struct row *r, const struct rsd_dp_window *w)
{
	r->disturbed += w->w.is_disturbed;
	r->pps[r->nb] = w->w.pps / 1e6;
	r->loss[r->nb] = 100 * w->w.loss;
	r->cycles[r->nb] = w->w.cycles;
	r->process[r->nb] = w->w.process_ns;
	r->system[r->nb] = w->w.system_ns;
	r->nb++;
}

static void
tell(struct row *r)
{
	const struct rsd_spread s = rsd_spread_of(r->cycles, r->nb);

	printf("%-12s %-16s ", r->dp.row->device->name, r->dp.row->name);
	if (!r->runs) {
		printf("%s\n", r->dp.why);
		return;
	}
	printf("%8.3f %7.3f%% %9.1f [%.1f-%.1f] %8.1f %8.1f %4u\n", median(r->pps, r->nb),
		median(r->loss, r->nb), s.median, s.min, s.max, median(r->process, r->nb),
		median(r->system, r->nb), r->disturbed);
}

static bool
is_meant(const struct rsd_dp_row *row, const char *device, int argc, char **names)
{
	int i;

	if (strcmp(device, "-") != 0 && strcmp(device, row->device->name) != 0)
		return false;
	for (i = 0; i < argc; i++)
		if (strcmp(names[i], row->name) == 0)
			return true;
	return argc == 0;
}

static double
own_cost(uint32_t payload)
{
	const struct rsd_tx_conf tx = { .payload = payload, .flows = 512 };
	struct rsd_net n;
	double ns = 0;

	if (rsd_net_open(&n, 1500) < 0 || rsd_tx_own_cost(&n, &tx, &ns) < 0)
		fprintf(stderr, "%s\n", n.why);
	rsd_net_close(&n);
	return ns;
}

static void
measure(const struct rsd_plan *plan, double seconds, double own)
{
	struct rsd_dp_window w;
	uint32_t i;

	for (i = 0; i < rsd_plan_windows(plan); i++) {
		struct row *r = &rows[rsd_plan_at(plan, i).row];
		double sender = r->dp.row->device->from == RSD_DP_FROM_KERNEL ? own : 0;

		if (!r->runs)
			continue;
		r->runs = rsd_dp_window(&r->dp, 100000000, sender, &w) == 0 &&
			  rsd_dp_window(&r->dp, (uint64_t)(seconds * 1e9), sender, &w) == 0;
		if (r->runs)
			take(r, &w);
	}
}

int
main(int argc, char **argv)
{
	struct rsd_dp_conf conf = { .server_cpu = 1, .client_cpu = 0, .mtu = 1500, .port = 9999 };
	struct rsd_dp_load load = { .flows = 512 };
	struct rsd_plan plan = { 0 };
	unsigned int i;

	if (argc < 7)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	conf.exe = argv[1];
	load.outstanding = (uint32_t)atoi(argv[3]);
	load.payload = (uint32_t)atoi(argv[4]);
	plan.nb_rounds = RTE_MIN((uint32_t)atoi(argv[5]), (uint32_t)MAX_ROUNDS);
	conf.huge = rsd_dp_huge_fit(12);
	for (i = 0; i < rsd_dp_nb_rows; i++)
		if (is_meant(&rsd_dp_rows[i], argv[6], argc - 7, argv + 7)) {
			struct row *r = &rows[plan.nb_rows++];

			r->runs = rsd_dp_open(&r->dp, &rsd_dp_rows[i], &conf, &load) == 0;
		}
	measure(&plan, atof(argv[2]), own_cost(load.payload));
	printf("%s; Mpps, loss, cycles a packet, process and system ns, disturbed windows\n",
		conf.huge ? "huge pages" : "ordinary pages");
	for (i = 0; i < plan.nb_rows; i++) {
		tell(&rows[i]);
		rsd_dp_close(&rows[i].dp);
	}
	return plan.nb_rows == 0;
}
