/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Faults planted on purpose. Each must be found, by the check that is there for it: a check that
 * never fails proves nothing.
 */
#include <string.h>

#include "datapath/stages.h"
#include "support/csum_check.h"
#include "support/cunit_runner.h"
#include "support/eal_fixture.h"
#include "support/rows.h"
#include "wire/csum.h"

/* Play one echo after another with a handler or a pipeline that is wrong; say what was found. */
static void
play(const char *in, rsd_handler_t handler, rsd_pipeline_fn pipeline, struct rsd_findings *found)
{
	struct rsd_fixture_conf conf = { .pipeline = pipeline, .unguarded = true };
	struct rsd_fixture f;
	struct rte_mbuf *m;

	rsd_fixture_open(&f, &conf);
	rsd_fixture_sock(&f, 0, RSD_TEST_PORT, 0, handler, NULL);
	rsd_fixture_push_text(&f, 0, in);
	rsd_fixture_turn(&f);
	while ((m = rsd_fixture_pull(&f, 0)) != NULL)
		rte_pktmbuf_free(m);
	rsd_fixture_findings(&f, found);
}

static void
echo(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	(void)sock;
	(void)pkts;
	(void)arg;
	memset(verdicts, RSD_ANSWER_SAME, nb);
}

static int
is_clean(const struct rsd_findings *x)
{
	return x->gap == 0 && x->uncounted == 0 && x->copied == 0 && x->left == 0 &&
	       x->pool.absent == 0 && x->pool.freed_twice == 0 && x->pool.dirty == 0;
}

static void
nothing_planted(void)
{
	struct rsd_findings x;

	play("udp;udp;udp split=20", echo, NULL, &x);
	RSD_CHECK(is_clean(&x), "something is found where nothing is wrong: %s", x.pool.first);
}

/* -- handlers -------------------------------------------------------------------------------- */

/* Consumed, it says, but a second owner keeps the buffer of the second packet. */
static void
leaks(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	(void)sock;
	(void)arg;
	memset(verdicts, RSD_DONE, nb);
	rte_mbuf_refcnt_update(rsd_pkt_mbuf(pkts[1]), 1);
}

static void
leaked_buffer(void)
{
	struct rsd_findings x;

	play("udp;udp;udp", leaks, NULL, &x);
	RSD_CHECK_EQ(x.gap, 0); /* the books cannot know */
	RSD_CHECK_EQ(x.pool.absent, 1);
	RSD_CHECK(strcmp(x.pool.first, "frame 2 never came home") == 0, "named '%s'", x.pool.first);
}

static void
forgets(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb,
	void *arg)
{
	(void)sock;
	(void)pkts;
	(void)arg;
	memset(verdicts, RSD_DONE, nb);
	verdicts[0] = RSD_HOLD;
}

static void
forgotten_hold(void)
{
	struct rsd_findings x;

	play("udp;udp", forgets, NULL, &x);
	RSD_CHECK_EQ(x.gap, 0);
	RSD_CHECK_EQ(x.pool.absent, 1);
	RSD_CHECK(strcmp(x.pool.first, "frame 1 never came home") == 0, "named '%s'", x.pool.first);
}

static void
frees(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	(void)sock;
	(void)arg;
	memset(verdicts, RSD_DONE, nb);
	rte_pktmbuf_free(rsd_pkt_mbuf(pkts[2]));
}

static void
freed_and_consumed(void)
{
	struct rsd_findings x;

	play("udp;udp;udp", frees, NULL, &x);
	RSD_CHECK_EQ(x.pool.freed_twice, 1);
}

static void
frees_and_answers(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts,
	uint16_t nb, void *arg)
{
	frees(sock, pkts, verdicts, nb, arg);
	memset(verdicts, RSD_ANSWER_SAME, nb);
}

static void
freed_and_answered(void)
{
	struct rsd_findings x;

	play("udp;udp;udp", frees_and_answers, NULL, &x);
	RSD_CHECK_EQ(x.pool.freed_twice, 1);
}

/* Straight to the pool, segments and all. */
static void
throws_chain(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb,
	void *arg)
{
	struct rte_mbuf *m = rsd_pkt_mbuf(pkts[0]);

	(void)sock;
	(void)arg;
	memset(verdicts, RSD_HOLD, nb);
	rte_mempool_put(m->pool, m);
}

static void
chain_thrown_away(void)
{
	struct rsd_findings x;

	play("udp len=100 split=60", throws_chain, NULL, &x);
	RSD_CHECK_EQ(x.pool.dirty, 1);
	RSD_CHECK_EQ(x.pool.absent, 1);
}

/* -- stages ---------------------------------------------------------------------------------- */

/* The respond pipeline with something done to the burst before it is looked up or sent. */
static uint16_t
pipeline_with(struct rsd_lcore *lc, struct rsd_queue *q,
	uint16_t (*parsed)(struct rsd_lcore *, uint16_t),
	uint16_t (*answered)(struct rsd_lcore *, uint16_t))
{
	uint16_t nb_rx = rsd_rx(lc, q), nb = rsd_parse(lc, q, nb_rx);

	if (parsed != NULL)
		nb = parsed(lc, nb);
	nb = rsd_lookup(lc, q, nb);
	nb = rsd_respond(lc, q, nb);
	if (answered != NULL)
		nb = answered(lc, nb);
	rsd_tx(lc, q, lc->b.pkt, nb, RSD_C_answered);
	return nb_rx;
}

static uint16_t
lose_last(struct rsd_lcore *lc, uint16_t nb)
{
	(void)lc;
	return nb == 0 ? 0 : nb - 1;
}

static uint16_t
losing_parse(struct rsd_lcore *lc, struct rsd_queue *q)
{
	return pipeline_with(lc, q, lose_last, NULL);
}

static uint16_t
losing_respond(struct rsd_lcore *lc, struct rsd_queue *q)
{
	return pipeline_with(lc, q, NULL, lose_last);
}

static void
lost_by_stage(void)
{
	const rsd_pipeline_fn wrong[] = { losing_parse, losing_respond };
	unsigned int i;

	for (i = 0; i < RTE_DIM(wrong); i++) {
		struct rsd_findings x;

		play("udp;udp;udp", echo, wrong[i], &x);
		RSD_CHECK_EQ(x.gap, 1);
		RSD_CHECK_EQ(x.uncounted, 1);
		RSD_CHECK_EQ(x.pool.absent, 1);
		RSD_CHECK(strcmp(x.pool.first, "frame 3 never came home") == 0, "named '%s'",
			x.pool.first);
	}
}

static uint16_t
free_last(struct rsd_lcore *lc, uint16_t nb)
{
	if (nb == 0)
		return 0;
	rte_pktmbuf_free(lc->b.pkt[nb - 1]);
	return nb - 1;
}

static uint16_t
freeing_uncounted(struct rsd_lcore *lc, struct rsd_queue *q)
{
	return pipeline_with(lc, q, free_last, NULL);
}

static uint16_t
count_one_more(struct rsd_lcore *lc, uint16_t nb)
{
	rsd_count(lc->stats, RSD_C_udp_csum, nb != 0);
	return nb;
}

static uint16_t
counting_twice(struct rsd_lcore *lc, struct rsd_queue *q)
{
	return pipeline_with(lc, q, count_one_more, NULL);
}

static void
counted_wrongly(void)
{
	struct rsd_findings x;

	play("udp;udp", echo, freeing_uncounted, &x);
	RSD_CHECK_EQ(x.gap, 1);
	RSD_CHECK_EQ(x.uncounted, 1);
	RSD_CHECK_EQ(x.pool.absent, 0);
	play("udp;udp", echo, counting_twice, &x);
	RSD_CHECK_EQ(x.gap, -1);
	RSD_CHECK_EQ(x.uncounted, -1);
}

/* -- the rows' own checks -------------------------------------------------------------------- */

static int flip_at;

static uint16_t
flip_or_swap(struct rsd_lcore *lc, uint16_t nb)
{
	struct rte_mbuf **pkt = lc->b.pkt;

	if (nb == 2 && flip_at >= 0)
		rte_pktmbuf_mtod(pkt[1], uint8_t *)[flip_at] ^= 1;
	if (nb == 2 && flip_at == -2)
		RTE_SWAP(pkt[0], pkt[1]);
	return nb;
}

static uint16_t
flipping(struct rsd_lcore *lc, struct rsd_queue *q)
{
	return pipeline_with(lc, q, NULL, flip_or_swap);
}

static unsigned int
play_row(const char *out, const char *counters)
{
	struct rsd_row row = { "row", "udp fill=1;udp fill=2", out, counters,
		{ .pipeline = flipping } };

	rsd_test_mute();
	rsd_row_play(&row, NULL);
	return rsd_test_unmute();
}

/* A wrong bit anywhere in an answer, answers in another order, one more, one less. */
static void
rows_have_teeth(void)
{
	static const char right[] = "answer fill=1;answer fill=2";

	flip_at = -1;
	RSD_CHECK_EQ(play_row(right, "answered=2"), 0);
	RSD_CHECK(play_row("answer fill=1", "answered=2") != 0, "one answer too many");
	RSD_CHECK(play_row("answer fill=1;answer fill=2;answer", "answered=2") != 0, "one missing");
	RSD_CHECK(play_row(right, "answered=1") != 0, "a wrong count");
	RSD_CHECK(play_row(right, "answered=2 udp_csum=1") != 0, "a missing count");
	RSD_CHECK(play_row(right, "") != 0, "a count nobody expected");
	RSD_CHECK(play_row(right, "answered=2 tx_bytes=119") != 0, "a wrong event");
	for (flip_at = 0; flip_at < 60; flip_at++)
		RSD_CHECK(play_row(right, "answered=2") == 1, "a bit of byte %d", flip_at);
	flip_at = -2;
	RSD_CHECK(play_row(right, "answered=2") == 2, "the other order");
}

/* -- checksum patches ------------------------------------------------------------------------ */

static uint16_t
right16(uint16_t csum, uint16_t from, uint16_t to)
{
	return rsd_csum_patch16(csum, from, to);
}

/* RFC 1141: HC' = HC + m + ~m'. Gives ones where a new sum gives zero, which RFC 1624 is about. */
static uint16_t
rfc1141(uint16_t csum, uint16_t from, uint16_t to)
{
	return rsd_csum_fold((uint64_t)csum + from + (uint16_t)~to);
}

static uint16_t
no_carry(uint16_t csum, uint16_t from, uint16_t to)
{
	return (uint16_t) ~((uint16_t)~csum + (uint16_t)~from + to);
}

static uint16_t
one_carry(uint16_t csum, uint16_t from, uint16_t to)
{
	uint32_t sum = (uint32_t)(uint16_t)~csum + (uint16_t)~from + to;

	return (uint16_t) ~(sum + (sum >> 17));
}

static uint16_t
right64(uint16_t csum, uint64_t from, uint64_t to)
{
	return rsd_csum_patch64(csum, from, to);
}

static uint16_t
no_carry64(uint16_t csum, uint64_t from, uint64_t to)
{
	return (uint16_t)~rsd_csum_fold((uint64_t)(uint16_t)~csum + ~from + to);
}

static void
patches_have_teeth(void)
{
	RSD_CHECK_EQ(rsd_patch16_misses(right16), 0);
	RSD_CHECK(rsd_patch16_misses(rfc1141) != 0, "RFC 1141 passed");
	RSD_CHECK(rsd_patch16_misses(no_carry) != 0, "a sum without carries passed");
	RSD_CHECK(rsd_patch16_misses(one_carry) != 0, "a sum that loses a carry passed");
	RSD_CHECK_EQ(rsd_patch64_misses(right64), 0);
	RSD_CHECK(rsd_patch64_misses(no_carry64) != 0, "64 bits without carries passed");
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "nothing is found where nothing is wrong", nothing_planted },
		{ "a buffer that a handler leaks is named", leaked_buffer },
		{ "a packet held for ever is named", forgotten_hold },
		{ "a buffer freed by its handler and then by the engine is noticed",
			freed_and_consumed },
		{ "a buffer freed and then sent is noticed", freed_and_answered },
		{ "a chain thrown into the pool as one buffer is noticed", chain_thrown_away },
		{ "a packet lost between two stages is missed in the books and named",
			lost_by_stage },
		{ "a packet freed uncounted, or counted twice, is a gap in the books",
			counted_wrongly },
		{ "every wrong bit, order, number and count fails a row", rows_have_teeth },
		{ "checksum patches with the known mistakes are found out", patches_have_teeth },
	};

	rsd_fixture_start();
	return rsd_test_run("faults", tests, RTE_DIM(tests));
}
