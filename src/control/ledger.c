/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/err.h"
#include "base/log.h"
#include "control/engine.h"
#include "control/ledger.h"
#include "stats/report.h"

_Static_assert(RSD_CONF_PORTS <= RSD_LEDGER_PORTS, "room for every port");

static void
add_queue(const struct rsd_queue *q, struct rsd_ledger_port *p)
{
	p->rx_frames += __atomic_load_n(&q->rx_frames, __ATOMIC_RELAXED);
	p->rx_bytes += __atomic_load_n(&q->rx_bytes, __ATOMIC_RELAXED);
	p->tx_frames += __atomic_load_n(&q->tx_frames, __ATOMIC_RELAXED);
	p->tx_bytes += __atomic_load_n(&q->tx_bytes, __ATOMIC_RELAXED);
}

void
rsd_ledger_get(const struct rsd_engine *eng, struct rsd_ledger *l)
{
	struct rsd_stats sum;
	unsigned int w, p;

	*l = (struct rsd_ledger){ .every = eng->conf.guard ? 1 : eng->conf.ledger,
		.stages = eng->conf.pipeline == RSD_PIPELINE_RESPOND,
		.nb_ports = eng->nb_ports };
	for (p = 0; p < eng->nb_ports; p++) {
		l->port[p].port_id = eng->port_info[p].port_id;
		l->port[p].facts = eng->port_info[p].facts;
	}
	for (w = 0; w < eng->nb_workers; w++) {
		const struct rsd_lcore *lc = eng->lcores[w];

		for (p = 0; p < lc->nb_queues; p++) /* queue p is of port p */
			add_queue(&lc->queue[p], &l->port[p]);
		if (lc->custody != NULL)
			rsd_custody_add_totals(lc->custody, &l->custody);
	}
	rsd_stats_get(eng, -1, &sum);
	rsd_ledger_make(l, &sum);
}

static uint64_t
begun(const struct rsd_trail *t)
{
	return t->note[RSD_PLACE_DRIVER_RX].tsc;
}

/* Keep out[0..nb) the newest, in order. Returns how many there are now. */
static unsigned int
insert(struct rsd_trail *out, unsigned int nb, unsigned int max, const struct rsd_trail *t)
{
	unsigned int i;

	if (nb == max && begun(&out[nb - 1]) >= begun(t))
		return nb;
	nb = RTE_MIN(nb + 1, max);
	for (i = nb - 1; i > 0 && begun(&out[i - 1]) < begun(t); i--)
		out[i] = out[i - 1];
	out[i] = *t;
	return nb;
}

unsigned int
rsd_ledger_trails(const struct rsd_engine *eng, struct rsd_trail *out, unsigned int max)
{
	struct rsd_trail own[RSD_TRAILS];
	unsigned int w, i, n, nb = 0;

	for (w = 0; w < eng->nb_workers && max != 0; w++) {
		if (eng->lcores[w]->custody == NULL)
			continue;
		n = rsd_custody_trails(eng->lcores[w]->custody, own);
		for (i = 0; i < n; i++)
			nb = insert(out, nb, max, &own[i]);
	}
	return nb;
}

static const char *
number(int n, char *text, size_t size)
{
	if (n < 0)
		snprintf(text, size, "?");
	else
		snprintf(text, size, "%d", n);
	return text;
}

static void
say_port(const struct rsd_ledger *l, unsigned int p)
{
	struct rsd_ledger_sum sum;
	char rx[16], tx[16];

	rsd_ledger_sum(l, p, &sum);
	rsd_say("copies of a datagram answered on port %u (%s): %s + %g + %s (driver, engine, "
		"driver)",
		p, l->port[p].facts->driver, number(sum.driver_rx, rx, sizeof(rx)), sum.engine,
		number(sum.driver_tx, tx, sizeof(tx)));
}

int
rsd_ledger_close(const struct rsd_ledger *l, struct rsd_error *err)
{
	const struct rsd_ledger_row *broken;
	char num[RSD_NUM_MAX];
	unsigned int p;

	for (p = 0; p < l->nb_ports && l->stages; p++)
		say_port(l, p);
	if (l->every == 0)
		return 0;
	broken = rsd_ledger_broken(l);
	if (broken != NULL)
		return rsd_err(err, RSD_EXIT_INTERNAL, -EBADMSG,
			"custody broken at %s: %" PRIu64 " of %" PRIu64
			" samples had their payload moved",
			rsd_place_name(broken->place), broken->seen.moved, broken->seen.samples);
	rsd_say("%s datagrams were watched on their way; no payload was seen to move",
		rsd_report_num(num, l->custody.samples));
	return 0;
}
