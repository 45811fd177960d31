/* SPDX-License-Identifier: BSD-3-Clause */
/* What is asked of a polling row besides its windows: its system calls, and how long answers take.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/dp_state.h"

/* -- system calls ------------------------------------------------------------------------------ */

int
rsd_dp_count_calls(struct rsd_dp *d, uint64_t for_ns, struct rsd_dp_window *w)
{
	struct rsd_dp_state *s = d->state;
	int ret, can = rsd_calls_open(&s->calls, s->proc.pid);

	if (can != 0)
		s->calls = NULL;
	ret = rsd_dp_window(d, for_ns, 0, w);
	if (can != 0)
		return ret;
	w->w.rx.calls_total = rsd_calls_read(s->calls, w->w.rx.calls);
	w->w.calls = w->w.done != 0 ? (double)w->w.rx.calls_total / (double)w->w.done : 0;
	w->has_calls = ret == 0 && w->w.done != 0;
	rsd_calls_close(s->calls);
	s->calls = NULL;
	return ret;
}

/* -- latency ----------------------------------------------------------------------------------- */

bool
rsd_dp_exchanges(const struct rsd_dp_row *row)
{
	return row->group != RSD_GROUP_TESTPMD || strstr(row->name, "5tswap") != NULL;
}

bool
rsd_dp_can_be_asked(const struct rsd_dp_row *row)
{
	return row->device->from == RSD_DP_FROM_KERNEL && rsd_dp_exchanges(row);
}

static int __attribute__((sentinel)) ip(struct rsd_dp_state *s, const char *word, ...)
{
	const char *words[16] = { "ip", word };
	char *argv[16];
	unsigned int nb = 2;
	va_list ap;

	va_start(ap, word);
	while (nb < 15 && (words[nb] = va_arg(ap, const char *)) != NULL)
		nb++;
	va_end(ap);
	memcpy(argv, words, sizeof(argv));
	return rsd_proc_run(s->net.ns[RSD_NET_CLIENT], argv, RSD_DP_ANSWER_MS, s->why,
		sizeof(((struct rsd_dp *)0)->why));
}

/* A tap is beside the cable: it takes the cable's address. */
static int
move_to_tap(struct rsd_dp_state *s)
{
	int ret = ip(s, "addr", "flush", "dev", s->net.dev[RSD_NET_CLIENT], NULL);

	if (ret == 0)
		ret = ip(s, "addr", "replace", RSD_NET_CLIENT_IP "/24", "dev", RSD_DP_TAP, NULL);
	return ret == 0 ? ip(s, "link", "set", RSD_DP_TAP, "up", NULL) : ret;
}

/*
 * testpmd does not answer ARP, so nobody asks; and no NIC finishes checksums here, so the client's
 * kernel makes them.
 */
static int
make_client(struct rsd_dp_state *s)
{
	struct rsd_net at = s->net;
	int ret = 0;

	if (!s->row->device->placed) {
		snprintf(at.dev[RSD_NET_CLIENT], IF_NAMESIZE, RSD_DP_TAP);
		ret = move_to_tap(s);
	}
	if (ret != 0)
		return ret;
	ret = rsd_net_neighbour(&at, RSD_NET_OTHER_MAC);
	if (ret == 0)
		ret = rsd_net_sums(&at, RSD_NET_CLIENT);
	return ret < 0 ? rsd_dp_fail(s, -ret, "%s", at.why) : 0;
}

static int
ask_there(struct rsd_dp_state *s, void (*ask)(void *arg), void *arg)
{
	int back = rsd_net_enter(&s->net, RSD_NET_CLIENT);

	if (back < 0)
		return rsd_dp_fail(s, -back, "%s", s->net.why);
	ask(arg);
	return rsd_net_leave(&s->net, back) < 0 ? rsd_dp_fail(s, EIO, "%s", s->net.why) : 0;
}

int
rsd_dp_let_ask(struct rsd_dp *d, void (*ask)(void *arg), void *arg)
{
	struct rsd_dp_state *s = d->state;
	struct rsd_dp_counts c = { 0 };
	int ret;

	/* The sender's sink would take the answers away. */
	if (s->tx != NULL)
		rsd_tx_close(s->tx);
	s->tx = NULL;
	ret = s->is_client_made ? 0 : make_client(s);
	s->is_client_made = ret == 0;
	rsd_proc_pause(&s->proc, false);
	if (ret == 0)
		ret = s->side->begin(s, 0);
	if (ret == 0)
		ret = ask_there(s, ask, arg);
	if (ret == 0)
		ret = s->side->end(s, &c);
	rsd_proc_pause(&s->proc, true);
	return ret;
}
