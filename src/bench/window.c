/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/window.h"

/* Of all CPUs' time in a window: more stolen than this, and it says little. */
#define STOLEN_SHARE 0.005
/* The timer's own interrupts make small holes; one of this length is somebody else's. */
#define HOLE_NS 1000000

static int
told(struct rsd_arena *a, int ret, const char *why)
{
	if (ret < 0)
		snprintf(a->why, sizeof(a->why), "%s", why);
	return ret;
}

int
rsd_arena_open(struct rsd_arena *a, const struct rsd_arena_conf *conf)
{
	int ret;

	*a = (struct rsd_arena){ .conf = *conf, .net.ns = { -1, -1 } };
	a->row = rsd_rx_find(conf->rx.name);
	if (a->row == NULL)
		return told(a, -EINVAL, "there is no such receiver");
	if (a->row->missing != NULL)
		return told(a, -ENOTSUP, a->row->missing);
	ret = told(a, rsd_net_open(&a->net, conf->mtu), a->net.why);
	if (ret == 0)
		ret = told(a, rsd_net_place(&a->net, conf->place, conf->napi_cpu), a->net.why);
	if (ret < 0)
		return ret;
	a->conf.rx.has_peer_xdp = false;
	ret = told(a, rsd_rxc_start(&a->rx, &a->net, conf->exe, &a->conf.rx), a->rx.why);
	rsd_proc_pause(&a->rx.proc, true);
	return ret;
}

void
rsd_arena_close(struct rsd_arena *a)
{
	if (a->tx != NULL)
		rsd_tx_close(a->tx);
	a->tx = NULL;
	rsd_proc_end(&a->rx.proc, 3000);
	rsd_proc_end(&a->rx.peer, 3000);
	rsd_net_close(&a->net);
}

int
rsd_arena_load(struct rsd_arena *a, const struct rsd_tx_conf *conf)
{
	struct rsd_tx_conf to = *conf;

	if (a->tx != NULL)
		rsd_tx_close(a->tx);
	a->tx = NULL;
	to.port = a->conf.rx.port;
	to.no_sink = a->conf.rx.workload == RSD_RX_SINK;
	/* The program that lets XDP_TX through is at that end already: answers are made skbs and
	 * come to the tc filter behind it. */
	to.xdp_sink = false;
	if (a->row->needs & RSD_RX_NEEDS_OTHER_MAC)
		memcpy(to.mac, (const uint8_t[])RSD_NET_OTHER_MAC_BYTES, sizeof(to.mac));
	return told(a, rsd_tx_open(&a->tx, &a->net, &to), a->net.why);
}

void
rsd_window_figures(struct rsd_window *w, bool echo, double sender_ns)
{
	const double seconds = (double)w->tx.wall_ns / 1e9;
	double own = (double)w->tx.waited_ns + sender_ns * (double)w->tx.sent, each;

	w->done = echo ? w->tx.answered : w->rx.datagrams;
	w->offered_pps = seconds > 0 ? (double)w->tx.sent / seconds : 0;
	w->pps = seconds > 0 ? (double)w->done / seconds : 0;
	w->loss = w->tx.sent > w->done ? (double)(w->tx.sent - w->done) / (double)w->tx.sent : 0;
	w->is_disturbed = w->cpu.stolen_ns > STOLEN_SHARE * (double)w->cpu.wall_ns ||
			  w->tx.longest_gap_ns > HOLE_NS;
	if (w->done == 0)
		return;
	each = 1 / (double)w->done;
	w->process_ns = (double)w->rx.cpu_ns * each;
	w->cycles =
		w->rx.wall_ns != 0 ? w->process_ns * (double)w->rx.tsc / (double)w->rx.wall_ns : 0;
	w->calls = (double)w->rx.calls_total * each;
	w->busy_ns = w->cpu.busy_ns * each;
	w->softirq_ns = w->cpu.softirq_ns * each;
	w->system_ns = w->cpu.busy_ns > own ? (w->cpu.busy_ns - own) * each : 0;
}

int
rsd_arena_window(struct rsd_arena *a, uint64_t for_ns, double sender_ns, struct rsd_window *w)
{
	struct rsd_cpu_sample before, after;
	struct rsd_rx_mark from, to;
	int ret;

	*w = (struct rsd_window){ 0 };
	rsd_proc_pause(&a->rx.proc, false);
	ret = told(a, rsd_rxc_mark(&a->rx, &from), a->rx.why);
	if (ret == 0)
		ret = told(a, rsd_cpu_now(&before), "/proc/stat cannot be read");
	if (ret == 0)
		ret = told(a, rsd_tx_run(a->tx, for_ns, &w->tx), a->net.why);
	if (ret == 0)
		ret = told(a, rsd_cpu_now(&after), "/proc/stat cannot be read");
	if (ret == 0)
		ret = told(a, rsd_rxc_mark(&a->rx, &to), a->rx.why);
	rsd_proc_pause(&a->rx.proc, true);
	if (ret < 0)
		return ret;
	w->rx = rsd_rx_mark_between(&from, &to);
	w->cpu = rsd_cpu_between(&before, &after);
	rsd_window_figures(w, a->conf.rx.workload == RSD_RX_ECHO, sender_ns);
	return 0;
}
