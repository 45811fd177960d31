/* SPDX-License-Identifier: BSD-3-Clause */
/* Before any row: who works where, what is the same for all, what the machine and the sender cost.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "bench/run_lane.h"
#include "datapath/look.h"

#define FLOWS       512
#define OUTSTANDING 256
#define SOCKBUF     (4 << 20)
#define POOL_CACHE  256
#define IDLE_NS     200000000
#define IDLE_LOOKS  3
#define MOST_IDLE   0.05 /* of all CPUs; more, and somebody else works here */
#define DROP_MTU    9000

/* The first two CPUs that this process may use. */
static int
choose_cpus(struct rsd_bench_method *m, char why[256])
{
	cpu_set_t set;
	int i;

	m->sender_cpu = m->server_cpu = -1;
	sched_getaffinity(0, sizeof(set), &set);
	for (i = 0; i < CPU_SETSIZE && m->server_cpu < 0; i++) {
		if (!CPU_ISSET((unsigned int)i, &set))
			continue;
		if (m->sender_cpu < 0)
			m->sender_cpu = i;
		else
			m->server_cpu = i;
	}
	if (m->server_cpu >= 0)
		return 0;
	snprintf(why, 256, "one CPU, expected two: one sends, one receives");
	return -ENOTSUP;
}

static void
state_method(const struct rsd_run_conf *conf, struct rsd_bench_method *m)
{
	m->burst = RSD_DP_BURST;
	m->rx_ring = m->tx_ring = RSD_DP_RING;
	m->buffers = RSD_DP_BUFFERS;
	m->pool_cache = POOL_CACHE;
	m->socket_buffer_bytes = SOCKBUF;
	m->flows = FLOWS;
	m->outstanding = OUTSTANDING;
	m->payload_bytes = conf->size[0];
	m->nb_sizes = conf->nb_sizes;
	memcpy(m->size, conf->size, sizeof(m->size));
	m->rounds = conf->rounds;
	m->passes = conf->passes;
	m->window_s = (double)conf->window_ns / 1e9;
	m->warmup_s = (double)conf->warmup_ns / 1e9;
	snprintf(m->order, sizeof(m->order), "A B C ... C B A");
	snprintf(m->flags, sizeof(m->flags), "-O3 %s, first look %s", RSD_BUILD_CPU,
		rsd_look_best());
	snprintf(m->peer_flags, sizeof(m->peer_flags),
		"as the DPDK package was built, generic x86-64");
	snprintf(m->sender, sizeof(m->sender),
		"whole frames by AF_PACKET, sendmmsg of %u, every one numbered; answers are "
		"counted "
		"by number in eBPF and dropped. Its own cost is measured before every round, "
		"against "
		"an interface that drops at once, and taken off",
		32u);
}

/* Nothing runs, what is the machine busy with? The least of a few looks. */
static double
look_idle(unsigned int nb_cpus)
{
	const struct timespec moment = { .tv_nsec = IDLE_NS };
	struct rsd_cpu_sample a, b;
	struct rsd_cpu_use use;

	if (rsd_cpu_now(&a) < 0 || nanosleep(&moment, NULL) < 0 || rsd_cpu_now(&b) < 0)
		return 0;
	use = rsd_cpu_between(&a, &b);
	return use.busy_ns / ((double)use.wall_ns * nb_cpus);
}

/* Somebody else's work is not to be taken off, for it will not stay as it is. */
static void
measure_idle(struct rsd_bench_result *r)
{
	double least = 1, share;
	unsigned int i;

	for (i = 0; i < IDLE_LOOKS && !rsd_run_interrupted(); i++) {
		share = look_idle(r->machine.nb_cpus);
		least = share < least ? share : least;
	}
	if (least <= MOST_IDLE) {
		r->method.idle_share = least;
		return;
	}
	if (r->note[0] == '\0')
		snprintf(r->note, sizeof(r->note),
			"the machine was %.0f %% busy with other things before anything ran: the "
			"figures of the whole system hold these as well",
			100 * least);
}

static void
note_plants(const struct rsd_run_conf *conf, struct rsd_bench_result *r)
{
	if (conf->plant.row[0] == '\0' && conf->drop_every == 0)
		return;
	snprintf(r->note, sizeof(r->note),
		"faults are planted: %s wastes %u ns and copies the payload %u times more; the "
		"sender leaves out one datagram in %u (0: none)",
		conf->plant.row[0] != '\0' ? conf->plant.row : "no row", conf->plant.spin_ns,
		conf->plant.copies, conf->drop_every);
}

/* -- what sending costs ------------------------------------------------------------------------ */

int
rsd_run_weigh_sender(struct rsd_run *run, unsigned int size)
{
	const struct rsd_bench_method *m = &run->result->method;
	const struct rsd_tx_conf tx = {
		.flows = m->flows, .cpu = m->sender_cpu, .payload = run->conf->size[size]
	};
	double ns;
	int ret;

	if (rsd_run_interrupted())
		return 0;
	ret = rsd_tx_own_cost(&run->drop, &tx, &ns);
	if (ret == 0 && !rsd_run_interrupted())
		run->sender_ns[size] = ns;
	return ret;
}

int
rsd_run_ready(struct rsd_run *run, char why[256])
{
	struct rsd_bench_result *r = run->result;
	unsigned int i;
	int ret = choose_cpus(&r->method, why);

	if (ret < 0)
		return ret;
	r->begun = time(NULL);
	r->is_quick = run->conf->is_quick;
	snprintf(r->version, sizeof(r->version), "%s", RSD_VERSION);
	note_plants(run->conf, r);
	state_method(run->conf, &r->method);
	rsd_run_step(run, 0, "the machine itself", "");
	rsd_machine_measure(&r->machine);
	measure_idle(r);
	ret = rsd_net_open(&run->drop, DROP_MTU);
	for (i = 0; ret == 0 && i < run->conf->nb_sizes; i++)
		ret = rsd_run_weigh_sender(run, i);
	if (ret < 0)
		snprintf(why, 256, "%s", run->drop.why);
	return ret;
}
