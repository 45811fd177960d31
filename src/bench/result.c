/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "bench/result.h"
#include "ledger/driver_facts.h"

/* Ethernet, IPv4 and UDP: what a driver copies besides the payload. */
#define HEADER_BYTES 42

const struct rsd_metric_info rsd_metric_info[RSD_METRIC_NB] = {
	[RSD_METRIC_PPS] = { "pps", "packets/s", "datagrams that came back, or were seen, a second",
		RSD_BETTER_HIGHER },
	[RSD_METRIC_OFFERED] = { "offered_pps", "offered/s", "datagrams sent a second",
		RSD_BETTER_NEITHER },
	[RSD_METRIC_LOSS] = { "loss", "loss", "share of the datagrams sent, by sequence number",
		RSD_BETTER_LOWER },
	[RSD_METRIC_PROCESS_NS] = { "process_ns", "process", "CPU ns of the process a datagram",
		RSD_BETTER_LOWER },
	[RSD_METRIC_SYSTEM_NS] = { "system_ns", "system",
		"CPU ns of the whole system a datagram, the sender's taken off", RSD_BETTER_LOWER },
	[RSD_METRIC_SOFTIRQ_NS] = { "softirq_ns", "softirq", "of that in softirqs",
		RSD_BETTER_NEITHER },
	[RSD_METRIC_CYCLES] = { "cycles", "cycles", "TSC cycles of the process a datagram",
		RSD_BETTER_LOWER },
	[RSD_METRIC_SYSCALLS] = { "syscalls", "calls", "system calls a datagram",
		RSD_BETTER_LOWER },
};

static const char *const groups[] = { "sockets", "bypass", "testpmd", "ringside" };
static const char *const workloads[] = { "echo", "receive" };
static const char *const loads[] = { "flood", "outstanding" };
static const char *const places[] = { "none", "on-sender", "on-server" };
static const char *const ats[] = { "idle", "10", "50", "90" };
static const char *const pcts[] = { "p50", "p99", "p99.9" };
static const char *const bills[] = { "process", "system" };

#define KEY(table, i) ((size_t)(i) < RTE_DIM(table) ? table[i] : NULL)

const char *
rsd_bench_group_key(enum rsd_bench_group g)
{
	return KEY(groups, g);
}

const char *
rsd_bench_workload_key(enum rsd_bench_workload w)
{
	return KEY(workloads, w);
}

const char *
rsd_bench_load_key(enum rsd_bench_load l)
{
	return KEY(loads, l);
}

const char *
rsd_bench_place_key(enum rsd_bench_place p)
{
	return KEY(places, p);
}

const char *
rsd_bench_at_key(enum rsd_bench_at a)
{
	return KEY(ats, a);
}

const char *
rsd_bench_pct_key(enum rsd_bench_pct p)
{
	return KEY(pcts, p);
}

const char *
rsd_bench_bill_key(enum rsd_bench_bill b)
{
	return KEY(bills, b);
}

void
rsd_bench_init(struct rsd_bench_result *r)
{
	memset(r, 0, sizeof(*r));
}

void
rsd_bench_free(struct rsd_bench_result *r)
{
	free(r->row);
	rsd_bench_init(r);
}

struct rsd_bench_row *
rsd_bench_add(struct rsd_bench_result *r)
{
	size_t cap = r->cap_rows != 0 ? 2 * r->cap_rows : 32;
	struct rsd_bench_row *row;

	if (r->nb_rows == r->cap_rows) {
		row = realloc(r->row, cap * sizeof(*row));
		if (row == NULL)
			return NULL;
		r->row = row;
		r->cap_rows = cap;
	}
	row = &r->row[r->nb_rows++];
	memset(row, 0, sizeof(*row));
	row->copies_rx = row->copies_tx = -1;
	row->bytes_copied = -1;
	return row;
}

const char *
rsd_bench_id(const struct rsd_bench_row *row, char buf[static RSD_BENCH_ID_LEN])
{
	const char *work = rsd_bench_workload_key(row->workload);
	const char *load = rsd_bench_load_key(row->load);
	const char *place = rsd_bench_place_key(row->place);

	snprintf(buf, RSD_BENCH_ID_LEN, "%s %s %s %s %s %u", row->name, row->device, work, load,
		place, row->payload_bytes);
	return buf;
}

const struct rsd_bench_row *
rsd_bench_find(const struct rsd_bench_result *r, const char *id)
{
	char buf[RSD_BENCH_ID_LEN];
	size_t i;

	for (i = 0; i < r->nb_rows; i++)
		if (strcmp(rsd_bench_id(&r->row[i], buf), id) == 0)
			return &r->row[i];
	return NULL;
}

int
rsd_metric_of(double *v, const uint8_t *start, size_t nb, uint64_t seed, struct rsd_metric *out)
{
	struct rsd_interval median;
	struct rsd_spread s;
	double *zero;
	int ret;

	memset(out, 0, sizeof(*out));
	if (nb == 0)
		return 0;
	zero = calloc(nb, sizeof(*zero));
	if (zero == NULL)
		return -ENOMEM;
	ret = rsd_paired_difference(v, zero, start, nb, seed, &median);
	free(zero);
	if (ret != 0)
		return ret;
	s = rsd_spread_of(v, nb);
	*out = (struct rsd_metric){ .nb = nb,
		.median = s.median,
		.low = median.low,
		.high = median.high,
		.q1 = s.q1,
		.q3 = s.q3,
		.is_wide = median.is_wide };
	return 0;
}

void
rsd_bench_fit_sweep(struct rsd_bench_row *row, const struct rsd_machine *m)
{
	double x[RSD_BENCH_MAX_SIZES], y[RSD_BENCH_MAX_SIZES];
	struct rsd_bench_sweep *s = &row->sweep;
	unsigned int b, i;
	size_t nb;

	for (b = 0; b < RSD_BILL_NB; b++) {
		s->copies[b] = (struct rsd_measure){ 0 };
		for (i = 0, nb = 0; i < s->nb; i++) {
			if (s->ns[b][i].nb == 0)
				continue;
			x[nb] = s->bytes[i];
			y[nb++] = s->ns[b][i].median;
		}
		if (rsd_fit_line(x, y, nb, &s->fit[b]) == 0)
			s->copies[b] = rsd_effective_copies(&s->fit[b], &m->memcpy_fit);
		else
			s->fit[b].nb = 0;
	}
}

void
rsd_metric_widen(struct rsd_metric *m, double half)
{
	if (m->nb == 0 || !(m->median > 0))
		return;
	m->low = fmin(m->low, m->median * exp(-half));
	m->high = fmax(m->high, m->median * exp(half));
}

int
rsd_bench_add_ratio(struct rsd_bench_row *row, enum rsd_metric_id metric, const char *to,
	const struct rsd_bench_pairs *pairs, uint64_t seed)
{
	struct rsd_bench_ratio *r;
	int ret;

	if (row->nb_ratios == RSD_BENCH_MAX_RATIOS)
		return -ENOSPC;
	r = &row->ratio[row->nb_ratios];
	ret = rsd_paired_ratio(
		pairs->mine, pairs->theirs, pairs->start, pairs->nb, seed, &r->value);
	if (ret != 0)
		return ret;
	r->metric = metric;
	snprintf(r->to, sizeof(r->to), "%s", to);
	row->nb_ratios++;
	return 0;
}

static void
copies(struct rsd_bench_row *row, int rx, int tx, double bytes, const char *which)
{
	if (row->workload == RSD_WORK_RECEIVE)
		tx = 0;
	row->copies_rx = rx;
	row->copies_tx = tx;
	row->bytes_copied = rx < 0 || tx < 0 ? -1 : (rx + tx) * bytes;
	snprintf(row->copies, sizeof(row->copies), "%s", which != NULL ? which : "");
}

void
rsd_bench_copies_of_driver(struct rsd_bench_row *row, const char *driver, const char *devargs)
{
	char how[RSD_COPIES_SAY];
	struct rsd_driver_facts f;

	rsd_driver_facts_for(driver, devargs, &f);
	copies(row, f.rx_copies, f.tx_copies, row->payload_bytes + HEADER_BYTES,
		rsd_copies_say(&f, how, sizeof(how)));
}

void
rsd_bench_copies_of_payload(struct rsd_bench_row *row, int rx, int tx, const char *which)
{
	copies(row, rx, tx, row->payload_bytes, which);
}
