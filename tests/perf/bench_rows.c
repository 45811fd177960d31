/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every kernel receiver in front of the benchmark's sender, a window or more each, as a table: to
 *see what a change of one does, without a whole benchmark.
 *
 *	bench_rows RINGSIDE [SECONDS [OUTSTANDING [PAYLOAD [ROUNDS [server [NAME...]]]]]]
 *
 * OUTSTANDING 0 floods. `server` puts the receive work on the server's core, anything else on the
 * sender's. Needs root and two CPUs: 0 sends, 1 serves.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plan.h"
#include "bench/stat.h"
#include "bench/window.h"

#define MAX_ROWS   16
#define MAX_ROUNDS 64

struct row {
	struct rsd_arena arena;
	bool runs;
	unsigned int nb, disturbed;
	double pps[MAX_ROUNDS], loss[MAX_ROUNDS], process[MAX_ROUNDS], system[MAX_ROUNDS],
		busy[MAX_ROUNDS], calls[MAX_ROUNDS];
};

static struct row rows[MAX_ROWS];

static double
median(double *v, unsigned int nb)
{
	return rsd_spread_of(v, nb).median;
}

static void
take(struct row *r, const struct rsd_window *w)
{
	unsigned int i = r->nb++;

	r->disturbed += w->is_disturbed;
	r->pps[i] = w->pps;
	r->loss[i] = w->loss;
	r->process[i] = w->process_ns;
	r->system[i] = w->system_ns;
	r->busy[i] = w->busy_ns;
	r->calls[i] = w->calls;
}

static void
tell(struct row *r)
{
	struct rsd_spread s;

	if (r->nb == 0) {
		printf("%-14s %s\n", r->arena.conf.rx.name, r->arena.why);
		return;
	}
	s = rsd_spread_of(r->system, r->nb);
	printf("%-14s %8.0f %7.2f%% %8.0f %8.0f [%.0f-%.0f] %8.0f %8.3f %5u\n",
		r->arena.conf.rx.name, median(r->pps, r->nb), 100 * median(r->loss, r->nb),
		median(r->process, r->nb), s.median, s.min, s.max, median(r->busy, r->nb),
		median(r->calls, r->nb), r->disturbed);
}

static unsigned int
open_rows(const char *exe, enum rsd_net_place place, const struct rsd_tx_conf *tx, char **names)
{
	struct rsd_arena_conf conf = { .exe = exe, .place = place, .napi_cpu = 1, .mtu = 1500 };
	unsigned int nb = 0, i;
	const char *name;

	conf.rx = (struct rsd_rxc_conf){
		.port = 9999, .cpus = "1", .batch = 64, .max_payload = 1472
	};
	for (i = 0; (name = *names != NULL           ? names[i]
			    : rsd_rx_rows[i] != NULL ? rsd_rx_rows[i]->name
						     : NULL) != NULL &&
		    nb < MAX_ROWS;
		i++) {
		conf.rx.name = name;
		rows[nb].runs = rsd_arena_open(&rows[nb].arena, &conf) == 0 &&
				rsd_arena_load(&rows[nb].arena, tx) == 0;
		nb++;
	}
	return nb;
}

static double
own_cost(const struct rsd_tx_conf *tx)
{
	struct rsd_net n;
	double ns = 0;

	if (rsd_net_open(&n, 1500) < 0 || rsd_tx_own_cost(&n, tx, &ns) < 0)
		fprintf(stderr, "%s\n", n.why);
	rsd_net_close(&n);
	return ns;
}

int
main(int argc, char **argv)
{
	const char *exe = argc > 1 ? argv[1] : "build/ringside";
	double seconds = argc > 2 ? atof(argv[2]) : 1;
	struct rsd_tx_conf tx = { .outstanding = argc > 3 ? (uint32_t)atoi(argv[3]) : 256,
		.payload = argc > 4 ? (uint32_t)atoi(argv[4]) : 18,
		.flows = 512 };
	struct rsd_plan plan = { .nb_rounds = argc > 5 ? (uint32_t)atoi(argv[5]) : 4 };
	bool server = argc > 6 && strcmp(argv[6], "server") == 0;
	char *none[] = { NULL };
	struct rsd_window w;
	double own = own_cost(&tx);
	uint32_t i;

	plan.nb_rounds = plan.nb_rounds < MAX_ROUNDS ? plan.nb_rounds : MAX_ROUNDS;
	plan.nb_rows = open_rows(exe, server ? RSD_NET_ON_SERVER : RSD_NET_ON_SENDER, &tx,
		argc > 7 ? argv + 7 : none);
	for (i = 0; i < rsd_plan_windows(&plan); i++) {
		struct row *r = &rows[rsd_plan_at(&plan, i).row];

		if (!r->runs)
			continue;
		r->runs = rsd_arena_window(&r->arena, 100000000, own, &w) == 0 &&
			  rsd_arena_window(&r->arena, (uint64_t)(seconds * 1e9), own, &w) == 0;
		if (r->runs)
			take(r, &w);
	}
	printf("sending a frame costs %.0f ns\n", own);
	printf("%-14s %8s %8s %8s %8s %11s %8s %8s %5s\n", "receiver", "pps", "loss", "process",
		"system", "", "busy", "calls", "bad");
	for (i = 0; i < plan.nb_rows; i++) {
		tell(&rows[i]);
		rsd_arena_close(&rows[i].arena);
	}
	return plan.nb_rows == 0;
}
