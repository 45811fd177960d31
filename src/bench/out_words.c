/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "bench/out.h"
#include "bench/out_words.h"

const char rsd_bench_not_claimed[] =
	"What is not claimed: devices in memory (virtio-user, memif, ring) and TAP, veth have no "
	"wire behind them. Their figures are what the CPU pays for a datagram on this machine, not "
	"the line rate of any NIC.";

const char *
rsd_word_number(char buf[static RSD_WORD_LEN], double v)
{
	double size = fabs(v);
	int digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;

	if (!isfinite(v))
		snprintf(buf, RSD_WORD_LEN, "?");
	else if (size < 0.0005)
		snprintf(buf, RSD_WORD_LEN, "0");
	else
		snprintf(buf, RSD_WORD_LEN, "%.*f", digits, v);
	return buf;
}

const char *
rsd_word_rate(char buf[static RSD_WORD_LEN], double per_s)
{
	const char *unit = per_s >= 999.5e3 ? "M" : per_s >= 9999.5 ? "k" : "";
	double v = per_s >= 999.5e3 ? per_s / 1e6 : per_s >= 9999.5 ? per_s / 1e3 : per_s;
	char number[RSD_WORD_LEN];

	snprintf(buf, RSD_WORD_LEN, "%.20s%s", rsd_word_number(number, v), unit);
	return buf;
}

const char *
rsd_word_ns(char buf[static RSD_WORD_LEN], double ns, const char *micro)
{
	char number[RSD_WORD_LEN];

	if (ns >= 999500)
		snprintf(buf, RSD_WORD_LEN, "%.20s ms", rsd_word_number(number, ns / 1e6));
	else if (ns >= 999.5)
		snprintf(buf, RSD_WORD_LEN, "%.20s %.8s", rsd_word_number(number, ns / 1e3), micro);
	else
		snprintf(buf, RSD_WORD_LEN, "%.20s ns", rsd_word_number(number, ns));
	return buf;
}

const char *
rsd_word_tick_ns(char buf[static RSD_WORD_LEN], double ns, const char *micro)
{
	if (ns >= 999999)
		snprintf(buf, RSD_WORD_LEN, "%g ms", ns / 1e6);
	else if (ns >= 999.9)
		snprintf(buf, RSD_WORD_LEN, "%g %.8s", ns / 1e3, micro);
	else if (ns > 0)
		snprintf(buf, RSD_WORD_LEN, "%g ns", ns);
	else
		snprintf(buf, RSD_WORD_LEN, "0");
	return buf;
}

const char *
rsd_word_tick_rate(char buf[static RSD_WORD_LEN], double per_s)
{
	if (per_s >= 999999)
		snprintf(buf, RSD_WORD_LEN, "%gM", per_s / 1e6);
	else if (per_s >= 999.9)
		snprintf(buf, RSD_WORD_LEN, "%gk", per_s / 1e3);
	else
		snprintf(buf, RSD_WORD_LEN, "%g", per_s);
	return buf;
}

const char *
rsd_word_ratio(char buf[static RSD_WORD_LEN], double v)
{
	if (v > 0 && v < 0.01)
		snprintf(buf, RSD_WORD_LEN, "%.4f", v);
	else
		rsd_word_number(buf, v);
	return buf;
}

const char *
rsd_word_spread(char buf[static RSD_WORD_LEN], const struct rsd_metric *m)
{
	double far = fmax(m->high - m->median, m->median - m->low);
	double percent = m->median != 0 ? ceil(100 * far / fabs(m->median)) : 0;

	if (m->nb < 2 || !isfinite(percent))
		snprintf(buf, RSD_WORD_LEN, "±?");
	else
		snprintf(buf, RSD_WORD_LEN, "±%.0f%%", fmin(percent, 999));
	return buf;
}

const char *
rsd_word_measure(char buf[static RSD_WORD_LEN], double value, double err)
{
	int digits = err >= 9.95 || fabs(value) >= 1000 ? 0 : err >= 0.995 ? 1 : 2;
	char v[RSD_WORD_LEN];

	if (err < 0.0995 && fabs(value) < 1)
		digits = 3;
	if (fabs(value) < 0.5 / pow(10, digits))
		value = 0; /* not -0.00 */

	/* As many digits of the value as its error leaves a meaning. */
	if (isfinite(value) && isfinite(err) && err > 0)
		snprintf(buf, RSD_WORD_LEN, "%.*f ±%.*f", digits, value, digits, err);
	else
		snprintf(buf, RSD_WORD_LEN, "%.20s ±?", rsd_word_number(v, value));
	return buf;
}

const char *
rsd_word_share(char buf[static RSD_WORD_LEN], double share)
{
	double percent = 100 * share;

	if (percent <= 0)
		snprintf(buf, RSD_WORD_LEN, "0");
	else if (percent < 0.001)
		snprintf(buf, RSD_WORD_LEN, "<.001%%");
	else
		snprintf(buf, RSD_WORD_LEN, "%.*f%%", percent < 1 ? 3 : 1, percent);
	return buf;
}

const char *
rsd_word_copies(char buf[static RSD_WORD_LEN], const struct rsd_bench_row *row)
{
	if (row->copies_rx < 0 || row->copies_tx < 0)
		snprintf(buf, RSD_WORD_LEN, "?");
	else
		snprintf(buf, RSD_WORD_LEN, "%d+%d", row->copies_rx, row->copies_tx);
	return buf;
}

const char *
rsd_word_group(enum rsd_bench_group g)
{
	static const char *const words[RSD_GROUP_NB] = {
		[RSD_GROUP_SOCKETS] = "kernel sockets",
		[RSD_GROUP_BYPASS] = "kernel bypass (AF_PACKET, AF_XDP, XDP)",
		[RSD_GROUP_TESTPMD] = "testpmd",
		[RSD_GROUP_RINGSIDE] = "ringside",
	};

	return words[g];
}

const char *
rsd_word_place(enum rsd_bench_place p)
{
	static const char *const words[RSD_PLACE_NB] = {
		[RSD_PLACE_NONE] = "",
		[RSD_PLACE_ON_SENDER] = "sender",
		[RSD_PLACE_ON_SERVER] = "server",
	};

	return words[p];
}

const char *
rsd_word_at(enum rsd_bench_at a)
{
	static const char *const words[RSD_AT_NB] = { "idle", "10 %", "50 %", "90 %" };

	return words[a];
}

bool
rsd_metric_is(const struct rsd_metric *m)
{
	return m->nb != 0 && isfinite(m->median) && isfinite(m->low) && isfinite(m->high);
}

bool
rsd_row_ran(const struct rsd_bench_row *row)
{
	return row->why[0] == '\0';
}

bool
rsd_row_is_in_memory(const struct rsd_bench_row *row)
{
	/* A tap has no receive stack to be put on a core, but it is the kernel's all the same. */
	return row->place == RSD_PLACE_NONE && strcmp(row->device, "tap") != 0;
}

bool
rsd_row_has_latency(const struct rsd_bench_row *row)
{
	unsigned int a, p;

	for (a = 0; a < RSD_AT_NB && rsd_row_ran(row); a++)
		for (p = 0; p < RSD_PCT_NB; p++)
			if (rsd_metric_is(&row->latency[a].ns[p]))
				return true;
	return false;
}

bool
rsd_row_has_sweep(const struct rsd_bench_row *row)
{
	unsigned int i;

	for (i = 0; i < row->sweep.nb && rsd_row_ran(row); i++)
		if (rsd_metric_is(&row->sweep.ns[RSD_BILL_SYSTEM][i]))
			return true;
	return false;
}
