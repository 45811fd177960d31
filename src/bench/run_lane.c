/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "bench/run_lane.h"

#define TRIES 3
/* XDP is not to be had on a veth of jumbo frames: a cable is of that size only where such are sent.
 */
#define PLAIN_MTU 1500
#define JUMBO_MTU 9000

bool
rsd_size_is_apart(const struct rsd_run_conf *conf, unsigned int size)
{
	return conf->size[size] > RSD_RUN_PLAIN_PAYLOAD && conf->size[0] <= RSD_RUN_PLAIN_PAYLOAD;
}

/* Of what goes over this cable. */
static uint32_t
largest(const struct rsd_run_conf *conf, const struct rsd_lane *lane)
{
	uint32_t most = conf->size[0];
	unsigned int i;

	for (i = 0; i < conf->nb_sizes; i++)
		if (conf->size[i] <= lane->row.max_payload && conf->size[i] > most &&
			(lane->is_jumbo || !rsd_size_is_apart(conf, i)))
			most = conf->size[i];
	return most;
}

bool
rsd_lane_suits(const struct rsd_run_row *row, const struct rsd_run_phase *phase)
{
	if (row->dp != NULL)
		return rsd_lane_dp_suits(row->dp, phase);
	return phase->workload == RSD_WORK_ECHO || !row->rx->echo_only;
}

bool
rsd_lane_is_of_kernel(const struct rsd_lane *lane)
{
	return lane->row.dp == NULL || lane->row.dp->device->from == RSD_DP_FROM_KERNEL;
}

double
rsd_lane_sender_ns(const struct rsd_run *run, const struct rsd_lane *lane)
{
	unsigned int i;

	if (!rsd_lane_is_of_kernel(lane))
		return 0;
	for (i = 0; i < run->conf->nb_sizes; i++)
		if (run->conf->size[i] == lane->payload)
			return run->sender_ns[i];
	return 0;
}

/* -- what is said of it ------------------------------------------------------------------------ */

static void
describe_receiver(const struct rsd_run *run, const struct rsd_rx *rx, struct rsd_bench_row *out)
{
	out->place = run->phase->place;
	if (rx->checks != NULL)
		snprintf(out->checks, sizeof(out->checks), "%s", rx->checks);
	if (rx->missing == NULL)
		rsd_bench_copies_of_payload(out, rx->copies_rx, rx->copies_tx, rx->copies);
	if (rx->in_kernel)
		snprintf(out->note, sizeof(out->note),
			"It runs in the kernel, in the driver's softirq: no process sees the "
			"payload, and none is billed.");
	else if (rx->threads > 1 && run->result->machine.nb_cpus < 3)
		snprintf(out->note, sizeof(out->note),
			"Its %u threads share one CPU: the other one sends.", rx->threads);
	else if (rx->note != NULL)
		snprintf(out->note, sizeof(out->note), "%s", rx->note);
}

static void
describe(const struct rsd_run *run, struct rsd_lane *lane)
{
	struct rsd_bench_row *out = &run->result->row[lane->at];

	memcpy(out->name, lane->row.name, sizeof(out->name));
	memcpy(out->device, lane->row.device, sizeof(out->device));
	memcpy(out->what, lane->row.what, sizeof(out->what));
	out->group = lane->row.group;
	out->workload = run->phase->workload;
	out->load = run->phase->load;
	out->payload_bytes = run->conf->size[0];
	if (lane->row.dp != NULL)
		rsd_lane_dp_describe(run, lane, out);
	else
		describe_receiver(run, lane->row.rx, out);
}

/* -- a kernel's receiver ----------------------------------------------------------------------- */

static const char *
cpus_of(const struct rsd_run *run, const struct rsd_rx *rx, char buf[static 32])
{
	const struct rsd_bench_method *m = &run->result->method;

	if (rx->threads > 1 && run->result->machine.nb_cpus > 2)
		snprintf(buf, 32, "%d,%d", m->server_cpu, m->server_cpu + 1);
	else
		snprintf(buf, 32, "%d", m->server_cpu);
	return buf;
}

static int
open_receiver(struct rsd_run *run, struct rsd_lane *lane)
{
	const struct rsd_run_conf *conf = run->conf;
	const uint32_t most = largest(conf, lane);
	char cpus[32];
	int ret;
	const struct rsd_arena_conf a = {
		.exe = conf->exe,
		.place = run->phase->place == RSD_PLACE_ON_SERVER ? RSD_NET_ON_SERVER
								  : RSD_NET_ON_SENDER,
		.napi_cpu = run->result->method.server_cpu,
		.mtu = most > RSD_RUN_PLAIN_PAYLOAD ? JUMBO_MTU : PLAIN_MTU,
		.rx = { .name = lane->row.rx->name,
			.port = RSD_RUN_PORT,
			.workload =
				run->phase->workload == RSD_WORK_ECHO ? RSD_RX_ECHO : RSD_RX_SINK,
			.cpus = cpus_of(run, lane->row.rx, cpus),
			.batch = run->result->method.burst,
			.max_payload = most,
			.spin_ns = lane->row.plant.spin_ns,
			.copies = lane->row.plant.copies },
	};

	ret = rsd_arena_open(&lane->arena, &a);
	lane->arena.conf.rx.cpus = NULL; /* it was on this stack */
	return ret;
}

static int
load_receiver(struct rsd_run *run, struct rsd_lane *lane)
{
	const struct rsd_bench_method *m = &run->result->method;
	const struct rsd_tx_conf tx = {
		.payload = lane->payload,
		.flows = m->flows,
		.outstanding = run->phase->load == RSD_LOAD_OUTSTANDING ? m->outstanding : 0,
		.cpu = m->sender_cpu,
		.drop_every = run->conf->drop_every,
	};

	return rsd_arena_load(&lane->arena, &tx);
}

/* -- either ------------------------------------------------------------------------------------ */

void
rsd_lane_cannot(struct rsd_lane *lane, const char *why)
{
	lane->runs = false;
	if (!rsd_run_interrupted())
		snprintf(lane->why, sizeof(lane->why), "%s", why);
}

static void
settle(struct rsd_lane *lane, int ret)
{
	lane->runs = ret == 0;
	if (ret != 0)
		rsd_lane_cannot(lane, lane->row.dp != NULL ? lane->dp.why : lane->arena.why);
}

static void
start(struct rsd_run *run, struct rsd_lane *lane)
{
	int ret;

	lane->is_open = true;
	if (lane->row.dp != NULL) {
		ret = rsd_lane_dp_open(run, lane);
	} else {
		ret = open_receiver(run, lane);
		ret = ret == 0 ? load_receiver(run, lane) : ret;
	}
	settle(lane, ret);
}

void
rsd_lane_open(struct rsd_run *run, struct rsd_lane *lane)
{
	lane->payload = run->conf->size[0];
	lane->start = (uint8_t)run->pass;
	lane->has_loss = true;
	lane->is_jumbo = lane->runs = false;
	lane->kept_now = lane->in_vain = 0;
	describe(run, lane);
	if (!rsd_run_interrupted())
		start(run, lane);
}

void
rsd_lane_open_jumbo(struct rsd_run *run, struct rsd_lane *lane)
{
	if (!lane->runs || rsd_run_interrupted())
		return;
	rsd_lane_close(lane);
	lane->is_jumbo = true;
	start(run, lane);
}

void
rsd_lane_close(struct rsd_lane *lane)
{
	if (!lane->is_open)
		return;
	lane->is_open = false;
	if (lane->row.dp != NULL)
		rsd_dp_close(&lane->dp);
	else
		rsd_arena_close(&lane->arena);
}

void
rsd_lane_load(struct rsd_run *run, struct rsd_lane *lane, uint32_t payload)
{
	if (!lane->runs)
		return;
	lane->payload = payload;
	settle(lane, lane->row.dp != NULL ? rsd_lane_dp_load(run, lane) : load_receiver(run, lane));
}

/* What the machine does anyway is nobody's bill. */
static void
take_idle_off(const struct rsd_run *run, struct rsd_window *w)
{
	double idle = run->result->method.idle_share * (double)w->cpu.wall_ns *
		      run->result->machine.nb_cpus;

	if (w->done == 0)
		return;
	w->system_ns -= idle / (double)w->done;
	/* Of the two this one is exact. */
	if (w->system_ns < w->process_ns)
		w->system_ns = w->process_ns;
}

static int
window(struct rsd_run *run, struct rsd_lane *lane, uint64_t for_ns, struct rsd_window *w)
{
	int ret;

	if (lane->row.dp != NULL)
		ret = rsd_lane_dp_window(run, lane, for_ns, w);
	else
		ret = rsd_arena_window(&lane->arena, for_ns, rsd_lane_sender_ns(run, lane), w);
	/* In shared memory the system's bill is made of the program's own count. */
	if (ret == 0 && rsd_lane_is_of_kernel(lane))
		take_idle_off(run, w);
	return ret;
}

bool
rsd_lane_window(struct rsd_run *run, struct rsd_lane *lane, uint64_t for_ns, struct rsd_window *w,
	unsigned int *thrown)
{
	unsigned int i;
	int ret;

	for (i = 0; i < TRIES && lane->runs && !rsd_run_interrupted(); i++) {
		ret = window(run, lane, run->conf->warmup_ns, w);
		if (ret == 0 && !rsd_run_interrupted())
			ret = window(run, lane, for_ns, w);
		if (rsd_run_interrupted())
			return false;
		settle(lane, ret);
		/* Of nothing there are no figures; it may have been kept from the CPU. */
		if (ret == 0 && !w->is_disturbed && w->done != 0)
			return true;
		*thrown += ret == 0;
		lane->in_vain += ret == 0 && w->done == 0;
	}
	if (lane->runs && lane->kept_now == 0 && lane->in_vain >= 2 * TRIES)
		rsd_lane_cannot(lane,
			"nothing came back, or was seen, of what was sent to it in six windows");
	return false;
}
