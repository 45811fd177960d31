/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "support/bench_sample.h"

#define WINDOWS 16
#define PAYLOAD 64
#define TSC_GHZ 2.5
#define COPY_NS 0.031 /* a byte */
#define PAIRED  "recvmmsg"

static const uint32_t sizes[] = { 18, 256, 512, 1024, 1472 };

/* What a row costs, invented; in ns for a datagram of no bytes, and copies of the payload. */
static const struct shape {
	enum rsd_bench_group group;
	const char *name, *device;
	double process, softirq, rest;
	double copies;
	double calls;
	const char *driver; /* of ringside and testpmd */
	const char *why;
} shapes[] = {
	{ RSD_GROUP_SOCKETS, "recvfrom", "veth", 3100, 2300, 1300, 2.1, 2, NULL, NULL },
	{ RSD_GROUP_SOCKETS, "recvfrom-spin", "veth", 3900, 2300, 500, 2.1, 2.2, NULL, NULL },
	{ RSD_GROUP_SOCKETS, "recvmmsg", "veth", 2500, 2200, 1100, 2.0, 0.0625, NULL, NULL },
	{ RSD_GROUP_SOCKETS, "gro", "veth", 900, 1900, 700, 2.1, 0.05, NULL, NULL },
	{ RSD_GROUP_SOCKETS, "busy_poll", "veth", 2700, 2100, 900, 2.0, 0.07, NULL, NULL },
	{ RSD_GROUP_SOCKETS, "reuseport", "veth", 2600, 2250, 1300, 2.0, 0.0625, NULL, NULL },
	{ RSD_GROUP_SOCKETS, "zerocopy", "veth", 3600, 2300, 1200, 2.2, 0.13, NULL, NULL },
	{ RSD_GROUP_SOCKETS, "io_uring", "veth", 0, 0, 0, 0, 0, NULL,
		"built without liburing: apt-get install liburing-dev, then meson setup --wipe "
		"and ninja" },
	{ RSD_GROUP_BYPASS, "tpacket_v3", "veth", 700, 1300, 650, 3.9, 0.04, NULL, NULL },
	{ RSD_GROUP_BYPASS, "af_xdp", "veth", 420, 2100, 800, 2.0, 0.04, NULL, NULL },
	{ RSD_GROUP_BYPASS, "af_xdp-busy", "veth", 1900, 900, 150, 2.0, 0.031, NULL, NULL },
	{ RSD_GROUP_BYPASS, "xdp_tx", "veth", 0, 1480, 120, 0.9, 0, NULL, NULL },
	{ RSD_GROUP_TESTPMD, "testpmd-io", "virtio-user", 31, 0, 1.2, 0, 0, "net_virtio_user",
		NULL },
	{ RSD_GROUP_TESTPMD, "testpmd-macswap", "virtio-user", 34, 0, 1.2, 0, 0, "net_virtio_user",
		NULL },
	{ RSD_GROUP_TESTPMD, "testpmd-5tswap", "virtio-user", 44, 0, 1.3, 0, 0, "net_virtio_user",
		NULL },
	{ RSD_GROUP_TESTPMD, "testpmd-csum", "virtio-user", 58, 0, 1.3, 0, 0, "net_virtio_user",
		NULL },
	{ RSD_GROUP_RINGSIDE, "ringside", "tap", 1400, 900, 300, 2.3, 2, "net_tap", NULL },
	{ RSD_GROUP_RINGSIDE, "ringside", "af_packet", 820, 1350, 260, 4.1, 0.03, "net_af_packet",
		NULL },
	{ RSD_GROUP_RINGSIDE, "ringside", "af_xdp", 440, 2150, 320, 2.0, 0.03, "net_af_xdp", NULL },
	{ RSD_GROUP_RINGSIDE, "ringside", "virtio-user", 42, 0, 1.1, 0, 0, "net_virtio_user",
		NULL },
	{ RSD_GROUP_RINGSIDE, "ringside", "memif", 61, 0, 1.4, 1.9, 0, "net_memif", NULL },
	{ RSD_GROUP_RINGSIDE, "ringside", "ring", 9.1, 0, 0.3, 0, 0, "net_ring", NULL },
	{ RSD_GROUP_RINGSIDE, "ringside", "pcap", 0, 0, 0, 0, 0, "net_pcap",
		"a capture file has no far end: there is no rate to measure" },
};

/* xorshift64*; about 1, with now and then a window that went badly. */
static double
noise(uint64_t *state, double share)
{
	double u;

	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	u = (double)((*state * UINT64_C(2685821657736338717)) >> 40) / (1 << 24);
	return 1 + share * (2 * u - 1) + (u > 0.96 ? 4 * share : 0);
}

struct maker {
	const struct shape *s;
	uint64_t seed;
	double factor;
	struct rsd_bench_row *row;
	int err;
};

static void
metric(struct maker *k, struct rsd_metric *m, double value, double share)
{
	double v[WINDOWS];
	unsigned int i;

	for (i = 0; i < WINDOWS; i++)
		v[i] = value * noise(&k->seed, share);
	if (rsd_metric_of(v, NULL, WINDOWS, 1, m) != 0)
		k->err = -ENOMEM;
}

static double
cost(const struct maker *k, enum rsd_bench_bill bill, uint32_t bytes)
{
	const struct shape *s = k->s;
	double all = s->process + s->softirq + s->rest;
	double part = bill == RSD_BILL_PROCESS ? s->process : all;

	part *= k->row->load == RSD_LOAD_OUTSTANDING ? 0.8 : 1;
	return k->factor * part + part / all * s->copies * COPY_NS * bytes;
}

static void
metrics(struct maker *k)
{
	const double process = cost(k, RSD_BILL_PROCESS, PAYLOAD);
	const double system = cost(k, RSD_BILL_SYSTEM, PAYLOAD);
	struct rsd_metric *m = k->row->metric;
	const double pps = 0.93e9 / RTE_MAX(process, system / 2);
	const bool flood = k->row->load == RSD_LOAD_FLOOD;

	metric(k, &m[RSD_METRIC_PPS], pps, 0.03);
	metric(k, &m[RSD_METRIC_OFFERED], pps * (flood ? 1.6 : 1), 0.02);
	metric(k, &m[RSD_METRIC_LOSS], flood ? 0.375 : 0, 0.05);
	metric(k, &m[RSD_METRIC_PROCESS_NS], process, 0.03);
	metric(k, &m[RSD_METRIC_SYSTEM_NS], system, 0.04);
	metric(k, &m[RSD_METRIC_SOFTIRQ_NS], k->s->softirq * k->factor * (flood ? 1 : 0.8), 0.08);
	metric(k, &m[RSD_METRIC_CYCLES], process * TSC_GHZ, 0.03);
	metric(k, &m[RSD_METRIC_SYSCALLS], k->s->calls, 0.01);
}

static void
latency(struct maker *k)
{
	static const double share[RSD_AT_NB] = { 0, 0.1, 0.5, 0.9 };
	static const double grows[RSD_AT_NB] = { 1, 1.05, 1.6, 4.5 };
	static const double tail[RSD_PCT_NB] = { 1, 2.4, 9 };
	const double idle = 6000 + 3 * cost(k, RSD_BILL_SYSTEM, PAYLOAD);
	unsigned int a, p;

	for (a = 0; a < RSD_AT_NB; a++) {
		k->row->latency[a].pps = share[a] * k->row->metric[RSD_METRIC_PPS].median;
		for (p = 0; p < RSD_PCT_NB; p++)
			metric(k, &k->row->latency[a].ns[p], idle * grows[a] * tail[p], 0.12);
	}
}

static void
sweep(struct maker *k, const struct rsd_machine *m)
{
	struct rsd_bench_sweep *s = &k->row->sweep;
	unsigned int b;

	for (s->nb = 0; s->nb < RTE_DIM(sizes); s->nb++) {
		s->bytes[s->nb] = sizes[s->nb];
		for (b = 0; b < RSD_BILL_NB; b++)
			metric(k, &s->ns[b][s->nb], cost(k, b, sizes[s->nb]), 0.01);
	}
	rsd_bench_fit_sweep(k->row, m);
}

/* Beside recvmmsg, with the rows of this workload, load and place. */
static void
ratio(struct maker *k)
{
	struct maker other = *k;
	struct rsd_bench_row row = *k->row;
	double mine[WINDOWS], theirs[WINDOWS];
	const struct rsd_bench_pairs pairs = { mine, theirs, NULL, WINDOWS };
	char id[RSD_BENCH_ID_LEN];
	unsigned int i;

	other.row = &row;
	other.s = &shapes[2];
	other.factor = 1;
	row.place = RSD_PLACE_ON_SENDER;
	snprintf(row.name, sizeof(row.name), PAIRED);
	snprintf(row.device, sizeof(row.device), "veth");
	for (i = 0; i < WINDOWS; i++) {
		mine[i] = cost(k, RSD_BILL_SYSTEM, PAYLOAD) * noise(&k->seed, 0.03);
		theirs[i] = cost(&other, RSD_BILL_SYSTEM, PAYLOAD) * noise(&k->seed, 0.03);
	}
	if (rsd_bench_add_ratio(k->row, RSD_METRIC_SYSTEM_NS, rsd_bench_id(&row, id), &pairs, 1) !=
		0)
		k->err = -ENOMEM;
}

static void
calls(struct maker *k)
{
	static const char *const names[] = { "recvmmsg", "sendmmsg", "poll" };
	unsigned int i;

	if (k->s->calls <= 0)
		return;
	for (i = 0; i < RTE_DIM(names); i++) {
		snprintf(k->row->call[i].name, sizeof(k->row->call[i].name), "%s", names[i]);
		k->row->call[i].per_packet = k->s->calls * (i < 2 ? 0.45 : 0.1);
	}
	k->row->nb_calls = RTE_DIM(names);
}

static void
fill(struct maker *k, const struct rsd_machine *m)
{
	struct rsd_bench_row *row = k->row;

	snprintf(row->what, sizeof(row->what), "as the documentation of %s says", row->name);
	snprintf(row->checks, sizeof(row->checks), "the kernel checks the sum, the sender order");
	if (k->s->driver != NULL)
		rsd_bench_copies_of_driver(row, k->s->driver, "force_copy=1,infinite_rx=1");
	else
		rsd_bench_copies_of_payload(row, 1, 1, "skb to user, user to skb");
	if (k->s->why != NULL) {
		snprintf(row->why, sizeof(row->why), "%s", k->s->why);
		return;
	}
	row->windows_kept = WINDOWS;
	row->windows_thrown = k->s->copies > 2 ? 1 : 0;
	row->sender_ns = 900;
	metrics(k);
	calls(k);
	ratio(k);
	if (row->load == RSD_LOAD_OUTSTANDING)
		latency(k);
	if (row->load == RSD_LOAD_FLOOD)
		sweep(k, m);
	if (strcmp(row->name, "xdp_tx") == 0)
		snprintf(row->note, sizeof(row->note),
			"Its answers are made inside the kernel: no process sees the payload.");
}

static int
add(struct rsd_bench_result *r, struct maker *k, enum rsd_bench_workload work,
	enum rsd_bench_load load, enum rsd_bench_place place)
{
	struct rsd_bench_row *row = rsd_bench_add(r);

	if (row == NULL)
		return -ENOMEM;
	k->row = row;
	snprintf(row->name, sizeof(row->name), "%s", k->s->name);
	snprintf(row->device, sizeof(row->device), "%s", k->s->device);
	row->group = k->s->group;
	row->workload = work;
	row->load = load;
	row->place =
		k->s->softirq > 0 || strcmp(k->s->device, "veth") == 0 ? place : RSD_PLACE_NONE;
	row->payload_bytes = PAYLOAD;
	fill(k, &r->machine);
	return k->err;
}

static void
head(struct rsd_bench_result *r)
{
	struct rsd_machine *m = &r->machine;
	unsigned int i;

	r->begun = 1767225600;
	r->seconds = 1003;
	snprintf(r->version, sizeof(r->version), "0.0.0");
	snprintf(r->note, sizeof(r->note), RSD_SAMPLE_NOTE);
	snprintf(m->cpu, sizeof(m->cpu), "Example CPU @ 2.50GHz");
	snprintf(m->kernel, sizeof(m->kernel), "Linux 6.1.0-example");
	snprintf(m->dpdk, sizeof(m->dpdk), "DPDK 22.11.0");
	snprintf(m->build, sizeof(m->build), "generic");
	snprintf(m->mitigations, sizeof(m->mitigations), "spectre_v2: Mitigation, mds: Vulnerable");
	m->nb_cpus = 2;
	m->tsc_hz = TSC_GHZ * 1e9;
	m->rdtsc_ns = 9.8;
	m->syscall_ns = 71;
	for (i = 0; i < RSD_MACHINE_SIZES; i++) {
		m->size[i] = 16 << i;
		m->memcpy_ns[i] = 2.1 + COPY_NS * m->size[i] * (i % 2 == 0 ? 1.01 : 0.99);
	}
	m->memcpy_fit = (struct rsd_fit){
		.a = 2.1, .b = COPY_NS, .a_err = 0.3, .b_err = 0.0006, .rms = 0.2, .nb = i
	};
}

static void
how(struct rsd_bench_method *m)
{
	*m = (struct rsd_bench_method){ .burst = 32,
		.rx_ring = 1024,
		.tx_ring = 1024,
		.buffers = 8192,
		.pool_cache = 256,
		.socket_buffer_bytes = 4 << 20,
		.flows = 64,
		.outstanding = 128,
		.payload_bytes = PAYLOAD,
		.nb_sizes = RTE_DIM(sizes),
		.rounds = WINDOWS,
		.passes = 1,
		.memory = "huge pages",
		.window_s = 0.25,
		.warmup_s = 1,
		.idle_share = 0.01,
		.sender_cpu = 0,
		.server_cpu = 1 };
	memcpy(m->size, sizes, sizeof(sizes));
	snprintf(m->order, sizeof(m->order), "A B B A");
	snprintf(m->flags, sizeof(m->flags), "-O3 -march=corei7");
	snprintf(m->peer_flags, sizeof(m->peer_flags), "as Debian builds it: -march=corei7");
	snprintf(m->sender, sizeof(m->sender),
		"sendmmsg from 64 sockets; its own cost measured "
		"against a far end that drops at once");
}

int
rsd_bench_sample(struct rsd_bench_result *r, uint64_t seed, const char *name, double factor)
{
	static const struct {
		enum rsd_bench_workload work;
		enum rsd_bench_load load;
	} parts[] = {
		{ RSD_WORK_ECHO, RSD_LOAD_OUTSTANDING },
		{ RSD_WORK_ECHO, RSD_LOAD_FLOOD },
		{ RSD_WORK_RECEIVE, RSD_LOAD_FLOOD },
	};
	struct maker k = { .seed = 2 * seed + 1 };
	unsigned int p, i;

	rsd_bench_init(r);
	head(r);
	how(&r->method);
	for (p = 0; p < RTE_DIM(parts) && k.err == 0; p++)
		for (i = 0; i < RTE_DIM(shapes) && k.err == 0; i++) {
			k.s = &shapes[i];
			k.factor = name != NULL && strcmp(k.s->name, name) == 0 ? factor : 1;
			k.err = add(r, &k, parts[p].work, parts[p].load, RSD_PLACE_ON_SENDER);
			if (k.err == 0 && strcmp(k.s->name, PAIRED) == 0)
				k.err = add(
					r, &k, parts[p].work, parts[p].load, RSD_PLACE_ON_SERVER);
		}
	if (k.err != 0)
		rsd_bench_free(r);
	return k.err;
}
