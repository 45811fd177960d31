/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that the program holds: how they come back, and whose they are meanwhile. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ringside/recv.h>

#include "control/engine.h"
#include "control/sock_queue.h"
#include "table/sock_table.h"

/* Packets put into a return ring at once. */
#define CHUNK 64

int
rsd_held_return(struct rsd_engine *eng, const struct rte_mbuf *m, const struct rte_mbuf *entry,
	unsigned int verdict)
{
	struct rte_mbuf *guarded = (struct rte_mbuf *)(uintptr_t)m;
	void *tagged = (void *)((uintptr_t)entry | verdict);

	if (eng->guard != NULL)
		rsd_guard_take_in(eng->guard, &guarded, 1);
	if (rte_ring_enqueue(eng->lcores[rsd_hold_worker(m)]->returns, tagged) == 0)
		return 0;
	if (eng->guard != NULL)
		rsd_guard_hand_out(eng->guard, &guarded, 1);
	return -EAGAIN;
}

int
rsd_pkt_answer(struct rsd_engine *eng, struct rsd_pkt *p, enum rsd_verdict verdict)
{
	if (verdict != RSD_ANSWER && verdict != RSD_ANSWER_SAME)
		return -EINVAL;
	return rsd_held_return(eng, rsd_pkt_mbuf(p), rsd_pkt_mbuf(p), verdict);
}

int
rsd_pkt_release(struct rsd_engine *eng, struct rsd_pkt *p)
{
	return rsd_held_return(eng, rsd_pkt_mbuf(p), rsd_pkt_mbuf(p), RSD_DONE);
}

/* Those at the front that go to the same core, CHUNK at most; how many it took. *nb: how many. */
static uint16_t
return_run(struct rsd_engine *eng, struct rsd_pkt *const *pkts, uint16_t n,
	enum rsd_verdict verdict, uint16_t *nb)
{
	uint32_t worker = rsd_hold_worker(rsd_pkt_mbuf(pkts[0]));
	struct rte_mbuf *const *m = (struct rte_mbuf *const *)pkts;
	void *tagged[CHUNK];
	uint16_t i, taken;

	n = RTE_MIN(n, CHUNK);
	for (i = 0; i < n && rsd_hold_worker(rsd_pkt_mbuf(pkts[i])) == worker; i++)
		tagged[i] = (void *)((uintptr_t)pkts[i] | (uintptr_t)verdict);
	*nb = i;
	if (eng->guard != NULL)
		rsd_guard_take_in(eng->guard, m, i);
	taken = (uint16_t)rte_ring_enqueue_burst(eng->lcores[worker]->returns, tagged, i, NULL);
	if (eng->guard != NULL)
		rsd_guard_hand_out(eng->guard, m + taken, i - taken);
	return taken;
}

static uint16_t
return_burst(
	struct rsd_engine *eng, struct rsd_pkt *const *pkts, uint16_t n, enum rsd_verdict verdict)
{
	uint16_t done = 0, nb = 0, taken = 0;

	while (done < n && taken == nb) {
		taken = return_run(eng, pkts + done, n - done, verdict, &nb);
		done += taken;
	}
	return done;
}

int
rsd_pkt_answer_burst(
	struct rsd_engine *eng, struct rsd_pkt *const *pkts, uint16_t n, enum rsd_verdict verdict)
{
	if (verdict != RSD_ANSWER && verdict != RSD_ANSWER_SAME)
		return -EINVAL;
	return return_burst(eng, pkts, n, verdict);
}

uint16_t
rsd_pkt_release_burst(struct rsd_engine *eng, struct rsd_pkt *const *pkts, uint16_t n)
{
	return return_burst(eng, pkts, n, RSD_DONE);
}

/* -- whose they are -------------------------------------------------------------------------- */

uint64_t
rsd_sock_held(const struct rsd_engine *eng, const struct rsd_sock *s)
{
	uint64_t out = 0;
	unsigned int i;

	for (i = 0; i < eng->nb_workers; i++) {
		const struct rsd_sock_stats *st = &eng->lcores[i]->sock_stats[s->id];

		/* In this order: one that is counted back was counted out before. */
		out -= __atomic_load_n(&st->returned, __ATOMIC_ACQUIRE);
		out += __atomic_load_n(&st->held, __ATOMIC_RELAXED);
	}
	return out;
}

void
rsd_sock_linger(struct rsd_engine *eng, struct rsd_sock *s)
{
	SLIST_INSERT_HEAD(&eng->lingering, s, linger);
	rsd_sock_reap(eng);
}

void
rsd_sock_reap(struct rsd_engine *eng)
{
	struct rsd_sock *s = SLIST_FIRST(&eng->lingering), *next;

	for (; s != NULL; s = next) {
		next = SLIST_NEXT(s, linger);
		if (rsd_sock_held(eng, s) != 0)
			continue;
		SLIST_REMOVE(&eng->lingering, s, rsd_sock, linger);
		rsd_sock_free(eng, s);
	}
}

/* Adds one to the list; false when it does not fit any more. */
static bool
add_holder(const struct rsd_engine *eng, const struct rsd_sock *s, const char *closed, char *text,
	size_t size)
{
	uint64_t held = rsd_sock_held(eng, s);
	size_t at = strlen(text);
	int len;

	if (held == 0)
		return true;
	len = snprintf(text + at, size - at, "%s%s:%u%s holds %" PRIu64, at == 0 ? "" : ", ",
		s->name, s->port, closed, held);
	if (len >= 0 && (size_t)len < size - at)
		return true;
	snprintf(text + at, size - at, "%s", at + 5 < size ? ", ..." : "");
	return false;
}

void
rsd_sock_holders(const struct rsd_engine *eng, char *text, size_t size)
{
	uint32_t id, end = rsd_sock_table_id_end(eng->table);
	const struct rsd_sock *s;

	text[0] = '\0';
	for (id = 0; id < end; id++) {
		s = rsd_sock_table_get(eng->table, id);
		if (s != NULL && !add_holder(eng, s, "", text, size))
			return;
	}
	SLIST_FOREACH(s, &eng->lingering, linger)
	if (!add_holder(eng, s, " (closed)", text, size))
		return;
}

void
rsd_sock_forget(struct rsd_engine *eng)
{
	struct rsd_sock *s;

	while ((s = SLIST_FIRST(&eng->lingering)) != NULL) {
		SLIST_REMOVE_HEAD(&eng->lingering, linger);
		rsd_sock_queue_destroy(eng, s);
		free(s);
	}
}
