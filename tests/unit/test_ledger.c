/* SPDX-License-Identifier: BSD-3-Clause */
/* The ledger's arithmetic: counters, facts and samples in, rows and sums out. */
#include <string.h>

#include <rte_common.h>

#include "ledger/ledger.h"
#include "support/cunit_runner.h"

static const struct rsd_driver_facts copying = {
	.driver = "copying", .rx_copies = 2, .tx_copies = 1, .known = "made up"
};
static const struct rsd_driver_facts moving = {
	.driver = "moving", .rx_dma = 1, .tx_remaps = 1, .known = "made up"
};
static const struct rsd_driver_facts unknown = { .driver = "unknown",
	.rx_copies = -1,
	.tx_copies = -1,
	.rx_dma = -1,
	.tx_dma = -1,
	.rx_remaps = -1,
	.tx_remaps = -1,
	.known = "nobody looked" };

static const struct rsd_ledger_row *
find(const struct rsd_ledger *l, enum rsd_place place, unsigned int port)
{
	unsigned int i;

	for (i = 0; i < l->nb_rows; i++)
		if (l->row[i].place == place &&
			(l->row[i].port == NULL || l->row[i].port == &l->port[port]))
			return &l->row[i];
	RSD_CHECK(false, "no row for %s %u", rsd_place_name(place), port);
	return &l->row[0];
}

static void
three_ports(struct rsd_ledger *l)
{
	static const struct rsd_driver_facts *const facts[] = { &copying, &moving, &unknown };
	unsigned int i;

	*l = (struct rsd_ledger){ .nb_ports = 3, .stages = true };
	for (i = 0; i < 3; i++)
		l->port[i] = (struct rsd_ledger_port){ .port_id = (uint16_t)i,
			.facts = facts[i],
			.rx_frames = 10 + i,
			.rx_bytes = 1000 + i,
			.tx_frames = 5 + i,
			.tx_bytes = 500 + i };
}

/* Places in the order of a datagram; drivers' once a port. */
static void
in_order(void)
{
	struct rsd_stats st = { 0 };
	struct rsd_ledger l;
	unsigned int i;

	three_ports(&l);
	rsd_ledger_make(&l, &st);
	RSD_CHECK_EQ(l.nb_rows, 3 + 5 + 3);
	for (i = 1; i < l.nb_rows; i++)
		RSD_CHECK(l.row[i - 1].place <= l.row[i].place, "row %u", i);
	for (i = 0; i < 3; i++) {
		RSD_CHECK(l.row[i].port == &l.port[i], "row %u", i);
		RSD_CHECK(l.row[8 + i].port == &l.port[i], "row %u", 8 + i);
	}
	RSD_CHECK(strcmp(rsd_place_name(RSD_PLACE_DRIVER_RX), "driver_rx") == 0, "name");
	RSD_CHECK(strcmp(rsd_place_name(RSD_PLACE_DRIVER_TX), "driver_tx") == 0, "name");
	RSD_CHECK(rsd_place_name(RSD_PLACES) == NULL, "a name for no place");
	RSD_CHECK(rsd_ledger_broken(&l) == NULL, "broken by nothing");
}

static void
check(const struct rsd_ledger_number *got, bool known, uint64_t n)
{
	RSD_CHECK_EQ(got->known, known);
	RSD_CHECK_EQ(got->n, n);
}

/* What a driver copies, times its frames; what nobody knows is not zero. */
static void
drivers(void)
{
	const struct rsd_ledger_row *r;
	struct rsd_stats st = { 0 };
	struct rsd_ledger_sum sum;
	struct rsd_ledger l;

	three_ports(&l);
	rsd_ledger_make(&l, &st);
	r = find(&l, RSD_PLACE_DRIVER_RX, 0);
	RSD_CHECK_EQ(r->frames, 10);
	check(&r->copies, true, 20);
	check(&r->bytes, true, 2000);
	check(&r->dma, true, 0);
	check(&r->remaps, true, 0);
	r = find(&l, RSD_PLACE_DRIVER_TX, 0);
	RSD_CHECK_EQ(r->frames, 5);
	check(&r->copies, true, 5);
	check(&r->bytes, true, 500);
	r = find(&l, RSD_PLACE_DRIVER_RX, 1);
	check(&r->copies, true, 0);
	check(&r->dma, true, 11);
	check(&r->remaps, true, 0);
	r = find(&l, RSD_PLACE_DRIVER_TX, 1);
	check(&r->dma, true, 0);
	check(&r->remaps, true, 6);
	r = find(&l, RSD_PLACE_DRIVER_RX, 2);
	RSD_CHECK_EQ(r->frames, 12);
	check(&r->copies, false, 0);
	check(&r->bytes, false, 0);
	check(&r->dma, false, 0);
	check(&r->remaps, false, 0);
	RSD_CHECK(rsd_ledger_each(r) < 0, "unknown as a number");
	rsd_ledger_sum(&l, 0, &sum);
	RSD_CHECK(sum.driver_rx == 2 && sum.engine == 0 && sum.driver_tx == 1, "2 + 0 + 1");
	rsd_ledger_sum(&l, 2, &sum);
	RSD_CHECK(sum.driver_rx == -1 && sum.driver_tx == -1, "unknown as a number");
}

static uint64_t
frames(const struct rsd_ledger *l, enum rsd_place place)
{
	return find(l, place, 0)->frames;
}

/* Each END and DROP row ends at some place, so the frames that came there are known. */
static void
how_far(void)
{
	struct rsd_stats st = { 0 };
	struct rsd_ledger l;
	uint64_t *n = st.counter;

	three_ports(&l);
	n[RSD_C_rx_frames] = 1000;
	n[RSD_C_rx_copies] = 4;
	n[RSD_C_payload_copies] = 4;
	n[RSD_C_payload_copied] = 400;
	n[RSD_C_ip4_not_us] = 100;
	n[RSD_C_host_answered] = 50;
	n[RSD_C_udp_no_socket] = 30;
	n[RSD_C_answered] = 700;
	n[RSD_C_delivered] = 64;
	n[RSD_C_svc_drop] = 10;
	n[RSD_C_tx_full] = 20;
	n[RSD_C_held_in] = 90;
	n[RSD_C_held_out] = 60;
	rsd_ledger_make(&l, &st);
	RSD_CHECK_EQ(frames(&l, RSD_PLACE_PARSE), 1000);
	RSD_CHECK_EQ(frames(&l, RSD_PLACE_LOOKUP), 1000 - 100 - 50);
	RSD_CHECK_EQ(frames(&l, RSD_PLACE_SERVICE), 1000 - 100 - 50 - 30 + 4);
	RSD_CHECK_EQ(frames(&l, RSD_PLACE_QUEUE), 90);
	RSD_CHECK_EQ(frames(&l, RSD_PLACE_TX), 700 + 50 + 20);
	check(&find(&l, RSD_PLACE_PARSE, 0)->copies, true, 0);
	check(&find(&l, RSD_PLACE_LOOKUP, 0)->copies, true, 4);
	check(&find(&l, RSD_PLACE_LOOKUP, 0)->bytes, true, 400);
	check(&find(&l, RSD_PLACE_SERVICE, 0)->copies, true, 0);
	RSD_CHECK(rsd_ledger_each(find(&l, RSD_PLACE_LOOKUP, 0)) == 4.0 / 850, "a fraction");
	l.stages = false;
	memset(n, 0, sizeof(st.counter));
	n[RSD_C_rx_frames] = 9;
	n[RSD_C_forwarded] = 7;
	n[RSD_C_tx_full] = 2;
	rsd_ledger_make(&l, &st);
	RSD_CHECK_EQ(frames(&l, RSD_PLACE_PARSE), 0);
	RSD_CHECK_EQ(frames(&l, RSD_PLACE_LOOKUP), 0);
	RSD_CHECK_EQ(frames(&l, RSD_PLACE_SERVICE), 0);
	RSD_CHECK_EQ(frames(&l, RSD_PLACE_TX), 9);
}

/* Every row that ends a frame moves one of the places by one, and by no more. */
static void
every_end(void)
{
	unsigned int c;

	for (c = 0; c < RSD_C_MAX; c++) {
		enum rsd_counter_kind kind = rsd_counter_info(c)->kind;
		struct rsd_stats st = { .counter = { [RSD_C_rx_frames] = 1 } };
		struct rsd_ledger l;

		if (kind != RSD_KIND_END && kind != RSD_KIND_DROP)
			continue;
		rsd_test_row(rsd_counter_info(c)->name);
		three_ports(&l);
		st.counter[c] = 1;
		rsd_ledger_make(&l, &st);
		RSD_CHECK(frames(&l, RSD_PLACE_LOOKUP) <= 1, "looked up more than once");
		RSD_CHECK(frames(&l, RSD_PLACE_SERVICE) <= frames(&l, RSD_PLACE_LOOKUP),
			"served, not looked up");
	}
}

/* Copies are declared by rows of kind COPY; one that the ledger does not know would be left out. */
static void
every_copy(void)
{
	unsigned int c, nb = 0;

	for (c = 0; c < RSD_C_MAX; c++)
		nb += rsd_counter_info(c)->kind == RSD_KIND_COPY;
	RSD_CHECK_EQ(nb, 3);
	RSD_CHECK_EQ(rsd_counter_info(RSD_C_hdr_copied)->kind, RSD_KIND_COPY);
	RSD_CHECK_EQ(rsd_counter_info(RSD_C_payload_copies)->kind, RSD_KIND_COPY);
	RSD_CHECK_EQ(rsd_counter_info(RSD_C_payload_copied)->kind, RSD_KIND_COPY);
}

/* What was seen to move is one copy more at that place, in the sum, and nowhere else. */
static void
seen_to_move(void)
{
	struct rsd_stats st = { .counter = { [RSD_C_rx_frames] = 1000, [RSD_C_answered] = 1000 } };
	struct rsd_ledger_sum sum;
	struct rsd_ledger l;
	unsigned int p, at;

	for (at = RSD_PLACE_PARSE; at <= RSD_PLACE_TX; at++) {
		three_ports(&l);
		for (p = RSD_PLACE_PARSE; p <= RSD_PLACE_TX; p++)
			l.custody.place[p].samples = 32;
		l.custody.place[at].moved = 32;
		rsd_ledger_make(&l, &st);
		for (p = RSD_PLACE_PARSE; p <= RSD_PLACE_TX; p++)
			RSD_CHECK(rsd_ledger_each(find(&l, p, 0)) == (p == at ? 1 : 0), "%s",
				rsd_place_name(p));
		rsd_ledger_sum(&l, 0, &sum);
		RSD_CHECK(sum.engine == 1, "the engine copied %g times", sum.engine);
		RSD_CHECK(rsd_ledger_broken(&l) == find(&l, at, 0), "not broken at %s",
			rsd_place_name(at));
		l.custody.place[at].moved = 8;
		rsd_ledger_make(&l, &st);
		rsd_ledger_sum(&l, 0, &sum);
		RSD_CHECK(sum.engine == 0.25, "the engine copied %g times", sum.engine);
	}
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "a row for each place, in the order of a datagram", in_order },
		{ "drivers: known copies times frames; unknown stays unknown", drivers },
		{ "how many frames came to each place", how_far },
		{ "each way to end is at one place", every_end },
		{ "every kind of copy is known", every_copy },
		{ "what was seen to move counts at that place, and in the sum", seen_to_move },
	};

	return rsd_test_run("ledger", tests, RTE_DIM(tests));
}
