/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/stages.h"
#include "planted/plant.h"

#define BACK 64 /* held packets copied at once: a turn takes as many */

const char *const rsd_plant_names[RSD_PLANT_NB] = { "none", "parse", "lookup", "service", "queue",
	"tx" };

static enum rsd_plant place;
static uint64_t copied;

/* What the linker calls instead, and what it was asked for. */
uint16_t __real_rsd_parse(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb);
uint16_t __real_rsd_lookup(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb);
uint16_t __real_rsd_respond(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb);
uint16_t __real_rsd_returns(struct rsd_lcore *lc);
void __real_rsd_tx(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf **out, uint16_t nb,
	enum rsd_counter end);
uint16_t __wrap_rsd_parse(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb);
uint16_t __wrap_rsd_lookup(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb);
uint16_t __wrap_rsd_respond(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb);
uint16_t __wrap_rsd_returns(struct rsd_lcore *lc);
void __wrap_rsd_tx(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf **out, uint16_t nb,
	enum rsd_counter end);

/* -- the choice ------------------------------------------------------------------------------- */

bool
rsd_plant_possible(void)
{
	return true;
}

void
rsd_plant_set(enum rsd_plant at)
{
	__atomic_store_n(&place, at, __ATOMIC_RELAXED);
}

enum rsd_plant
rsd_plant_get(void)
{
	return __atomic_load_n(&place, __ATOMIC_RELAXED);
}

uint64_t
rsd_plant_copied(void)
{
	return __atomic_load_n(&copied, __ATOMIC_RELAXED);
}

/* Before main(), so that the command needs no word for it. */
__attribute__((constructor)) static void
ask_environment(void)
{
	const char *word = getenv("RINGSIDE_PLANT");
	unsigned int i;

	if (word == NULL)
		return;
	for (i = 0; i < RSD_PLANT_NB && strcmp(word, rsd_plant_names[i]) != 0; i++)
		;
	if (i == RSD_PLANT_NB) {
		fprintf(stderr,
			"RINGSIDE_PLANT=%s: expected parse, lookup, service, queue, tx or none\n",
			word);
		exit(2);
	}
	rsd_plant_set((enum rsd_plant)i);
}

/* -- the fault -------------------------------------------------------------------------------- */

/* The same datagram in another buffer; in its own, when there is no other. */
static struct rte_mbuf *
copy_of(struct rte_mbuf *m)
{
	struct rte_mbuf *c = rte_pktmbuf_copy(m, m->pool, 0, UINT32_MAX);

	if (c == NULL)
		return m;
	rte_pktmbuf_free(m);
	__atomic_fetch_add(&copied, 1, __ATOMIC_RELAXED);
	return c;
}

static void
copy_all(struct rte_mbuf **m, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		m[i] = copy_of(m[i]);
}

/* The stages that follow still look at the headers. */
static void
copy_burst(struct rsd_burst *b, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++) {
		ptrdiff_t off = b->udp[i] - rte_pktmbuf_mtod(b->pkt[i], uint8_t *);

		b->pkt[i] = copy_of(b->pkt[i]);
		b->udp[i] = rte_pktmbuf_mtod(b->pkt[i], uint8_t *) + off;
	}
}

/*
 * What waits in the ring of returns goes back there as a copy, to be taken out in this turn. When
 * others have taken its room meanwhile, a turn makes some.
 */
static void
copy_returns(struct rsd_lcore *lc)
{
	unsigned int i, nb;
	void *back[BACK];

	nb = rte_ring_dequeue_burst(lc->returns, back, BACK, NULL);
	for (i = 0; i < nb; i++) {
		uintptr_t verdict = (uintptr_t)back[i] & RSD_RETURN_VERDICT;
		struct rte_mbuf *m = (struct rte_mbuf *)((uintptr_t)back[i] - verdict);

		if (verdict == RSD_RETURN_BUF)
			m->next = copy_of(m->next);
		else
			back[i] = (void *)((uintptr_t)copy_of(m) | verdict);
	}
	while (nb != 0 && rte_ring_enqueue_bulk(lc->returns, back, nb, NULL) == 0)
		__real_rsd_returns(lc);
}

/* -- the stages ------------------------------------------------------------------------------- */

uint16_t
__wrap_rsd_parse(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb)
{
	nb = __real_rsd_parse(lc, q, nb);
	if (place == RSD_PLANT_PARSE)
		copy_burst(&lc->b, nb);
	return nb;
}

uint16_t
__wrap_rsd_lookup(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb)
{
	nb = __real_rsd_lookup(lc, q, nb);
	if (place == RSD_PLANT_LOOKUP)
		copy_burst(&lc->b, nb);
	return nb;
}

uint16_t
__wrap_rsd_respond(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb)
{
	nb = __real_rsd_respond(lc, q, nb);
	if (place == RSD_PLANT_SERVICE)
		copy_all(lc->b.pkt, nb);
	return nb;
}

uint16_t
__wrap_rsd_returns(struct rsd_lcore *lc)
{
	if (place == RSD_PLANT_QUEUE)
		copy_returns(lc);
	return __real_rsd_returns(lc);
}

void
__wrap_rsd_tx(struct rsd_lcore *lc, struct rsd_queue *q, struct rte_mbuf **out, uint16_t nb,
	enum rsd_counter end)
{
	if (place == RSD_PLANT_TX && end == RSD_C_answered)
		copy_all(out, nb);
	__real_rsd_tx(lc, q, out, nb, end);
}
