/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An engine with a copy planted at one place: custody sees every datagram that was copied there,
 * and nothing at any other place. Linked without the fault the same program sees nothing at all.
 */
#include <string.h>

#include <ringside/recv.h>

#include "ledger/custody.h"
#include "pipeline/script.h"
#include "planted/plant.h"
#include "support/rows.h"
#include "support/small_engine.h"

#define PORT_HELD  7001 /* a handler keeps what comes here */
#define PORT_QUEUE 7002 /* a queue, read by the program */

/* As the ledger's places; the first has no fault. */
static const enum rsd_place place_of[RSD_PLANT_NB] = { RSD_PLACES, RSD_PLACE_PARSE,
	RSD_PLACE_LOOKUP, RSD_PLACE_SERVICE, RSD_PLACE_QUEUE, RSD_PLACE_TX };

/* Ways through the engine. hits[]: datagrams that a fault at that place copies. */
static const struct path {
	const char *sentence, *in, *out;
	unsigned int hits[RSD_PLANT_NB];
	struct rsd_fixture_conf conf;
} paths[] = {
	{ "one", "udp len=100", "answer len=100", { 0, 1, 1, 1, 0, 1 }, { 0 } },
	{ "a burst", "udp len=100 times=32", "answer len=100 times=32", { 0, 32, 32, 32, 0, 32 },
		{ 0 } },
	{ "several bursts", "udp len=1472 times=100", "answer len=1472 times=100",
		{ 0, 100, 100, 100, 0, 100 }, { 0 } },
	{ "nothing verified", "udp len=1000 times=4", "answer len=1000 times=4",
		{ 0, 4, 4, 4, 0, 4 }, { .csum = RSD_CSUM_SKIP } },
	{ "made anew", "udp dport=7778 len=100 times=4", "answer sport=7778 len=100 times=4",
		{ 0, 4, 4, 4, 0, 4 }, { 0 } },
	{ "cut in half", "udp dport=7785 len=100", "answer sport=7785 len=50", { 0, 1, 1, 1, 0, 1 },
		{ 0 } },
	{ "two sockets in turns",
		"udp len=100;udp dport=7778 len=200;udp len=300;udp dport=7778 len=400",
		"answer len=100;answer len=300;answer sport=7778 len=200;"
		"answer sport=7778 len=400",
		{ 0, 4, 4, 4, 0, 4 }, { 0 } },
	{ "undressed", "udp len=100 vlan=0;udp len=200 opts=01010101;udp len=1 pad=17",
		"answer len=100;answer len=200;answer len=1", { 0, 3, 3, 3, 0, 3 }, { 0 } },
	{ "in three segments", "udp len=1400 split=300,900 times=4", "answer len=1400 times=4",
		{ 0, 4, 4, 4, 0, 4 }, { 0 } },
	{ "some find no socket", "udp len=100;udp dport=1;udp len=200;udp dport=2;udp len=300",
		"answer len=100;answer len=200;answer len=300", { 0, 5, 3, 3, 0, 3 }, { 0 } },
	{ "consumed", "udp dport=7779 len=100 times=3", "", { 0, 3, 3, 0, 0, 0 }, { 0 } },
	{ "kept, answered later", "udp dport=7001 len=100 times=5",
		"answer sport=7001 len=100 times=5", { 0, 5, 5, 0, 5, 5 }, { 0 } },
	{ "kept in three segments", "udp dport=7001 len=1400 split=300,900 times=5",
		"answer sport=7001 len=1400 times=5", { 0, 5, 5, 0, 5, 5 }, { 0 } },
	{ "through a socket's queue", "udp dport=7002 len=100 times=20",
		"answer sport=7002 len=100 times=20", { 0, 20, 20, 0, 20, 20 }, { 0 } },
	{ "some at once, some later",
		"udp len=100;udp dport=7002 len=200;udp len=300;udp dport=7001 len=400",
		"answer len=100;answer len=300;answer sport=7001 len=400;"
		"answer sport=7002 len=200",
		{ 0, 4, 4, 2, 2, 4 }, { 0 } },
};

static struct rsd_fixture f;
static struct rsd_engine *eng;
static struct rsd_sock *queue;
static struct script keep;

static void
open_all(const struct path *p)
{
	struct rsd_fixture_conf conf = p->conf;

	conf.pipeline = rsd_pipeline_watched;
	rsd_fixture_open(&f, &conf);
	rsd_rows_open_socks(&f);
	eng = small_engine_open(&f, 256);
	memset(&keep, 0, sizeof(keep));
	memset(keep.verdict, RSD_HOLD, sizeof(keep.verdict));
	rsd_fixture_sock(&f, 0, PORT_HELD, 0, play, &keep);
	queue = small_engine_sock(&f, PORT_QUEUE, 64);
}

/* What was kept goes back, and leaves. */
static void
give_back(void)
{
	struct rsd_pkt *pkt[64];
	uint16_t nb = rsd_sock_recv_burst(queue, pkt, RTE_DIM(pkt));

	RSD_CHECK_EQ(
		rsd_pkt_answer_burst(eng, keep.pkt, (uint16_t)keep.nb, RSD_ANSWER_SAME), keep.nb);
	RSD_CHECK_EQ(rsd_pkt_answer_burst(eng, pkt, nb, RSD_ANSWER_SAME), nb);
	rsd_fixture_turn(&f);
}

/* At the place of the fault, as often as it struck; nowhere else. */
static void
check_custody(enum rsd_plant plant, unsigned int hits)
{
	struct rsd_custody_totals t = { 0 };
	unsigned int p;

	rsd_custody_add_totals(f.lc->custody, &t);
	RSD_CHECK_EQ(t.missed, 0);
	for (p = 0; p < RSD_PLACES; p++) {
		unsigned int want = p == place_of[plant] ? hits : 0;

		RSD_CHECK(t.place[p].moved == want, "planted at %s: %s: %u moved, expected %u",
			rsd_plant_names[plant], rsd_place_name(p), (unsigned int)t.place[p].moved,
			want);
		RSD_CHECK(t.place[p].remapped == 0, "planted at %s: %s: %u remapped",
			rsd_plant_names[plant], rsd_place_name(p),
			(unsigned int)t.place[p].remapped);
		RSD_CHECK(t.place[p].samples >= want, "more moved than looked at");
	}
}

static void
walk(const struct path *p, enum rsd_plant plant)
{
	unsigned int hits = rsd_plant_possible() ? p->hits[plant] : 0;
	uint64_t before = rsd_plant_copied();
	struct rsd_findings x;

	open_all(p);
	rsd_plant_set(plant);
	rsd_fixture_push_text(&f, 0, p->in);
	rsd_fixture_turn(&f);
	give_back();
	rsd_plant_set(RSD_PLANT_NONE);
	RSD_CHECK_EQ(rsd_plant_copied() - before, hits);
	rsd_rows_check_out(&f, 0, p->out);
	check_custody(plant, hits);
	rsd_sock_queue_destroy(eng, queue);
	rsd_fixture_findings(&f, &x);
	RSD_CHECK_EQ(x.gap, 0);
	RSD_CHECK_EQ(x.uncounted, 0);
	RSD_CHECK_EQ(x.moved, hits);
	RSD_CHECK_EQ(x.pool.absent + x.pool.freed_twice + x.pool.dirty, 0);
}

static void
all_places(void)
{
	enum rsd_plant plant;
	unsigned int i;

	for (i = 0; i < RTE_DIM(paths); i++) {
		rsd_test_row(paths[i].sentence);
		for (plant = RSD_PLANT_NONE; plant < RSD_PLANT_NB; plant++)
			walk(&paths[i], plant);
	}
}

/* A queue that copies on the way in: what it was lent it frees. */
static void
keep_copies(
	struct rsd_sock *s, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	struct script *kept = arg;
	struct rte_mbuf *m;
	uint16_t i;

	(void)s;
	for (i = 0; i < nb; i++) {
		m = rsd_pkt_mbuf(pkts[i]);
		kept->pkt[kept->nb++] =
			(struct rsd_pkt *)rte_pktmbuf_copy(m, m->pool, 0, UINT32_MAX);
		verdicts[i] = RSD_HOLD;
	}
	for (i = 0; i < nb; i++)
		rte_pktmbuf_free(rsd_pkt_mbuf(pkts[i]));
}

/* The copy says nothing of where it came from; but the buffer it left is received into again. */
static void
copied_into_queue(void)
{
	struct rsd_custody_totals t = { 0 };
	struct script kept = { .nb = 0 };
	struct rsd_findings x;
	unsigned int i;

	rsd_fixture_open(&f,
		&(struct rsd_fixture_conf){ .pipeline = rsd_pipeline_watched, .unguarded = true });
	rsd_fixture_sock(&f, 0, PORT_HELD, 0, keep_copies, &kept);
	rsd_rows_open_socks(&f);
	rsd_fixture_push_text(&f, 0, "udp dport=7001 len=100 times=3");
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(kept.nb, 3);
	for (i = 0; i < kept.nb; i++) {
		rsd_pkt_mbuf(kept.pkt[i])->hash.fdir.lo = rsd_hold_owner(0, 0);
		RSD_CHECK_EQ(rte_ring_enqueue(f.lc->returns,
				     (void *)((uintptr_t)kept.pkt[i] | RSD_ANSWER_SAME)),
			0);
	}
	rsd_fixture_turn(&f);
	rsd_rows_check_out(&f, 0, "answer sport=7001 len=100 times=3");
	rsd_fixture_push_text(&f, 0, "udp len=100 times=8");
	rsd_fixture_turn(&f);
	rsd_rows_check_out(&f, 0, "answer len=100 times=8");
	rsd_custody_add_totals(f.lc->custody, &t);
	RSD_CHECK_EQ(t.place[RSD_PLACE_QUEUE].moved, 3);
	rsd_fixture_findings(&f, &x);
	RSD_CHECK_EQ(x.moved, 3);
	RSD_CHECK_EQ(x.gap, 0);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "custody is broken where the payload was copied, and only there", all_places },
		{ "and where a queue copied what it was given", copied_into_queue },
	};

	rsd_fixture_start();
	return rsd_test_run("places", tests, RTE_DIM(tests));
}
