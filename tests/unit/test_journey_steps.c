/* SPDX-License-Identifier: BSD-3-Clause */
/* From records and notes, written by hand, to the steps of a journey and its sums. */
#include <string.h>
#include <sys/syscall.h>

#include <rte_common.h>

#include "journey/engine_steps.h"
#include "journey/kernel_steps.h"
#include "support/cunit_runner.h"

#define SENDER   100
#define RECEIVER 101
#define OTHER    102
#define SENT     0x55ae2ae2c000
#define RECEIVED 0x55ae2ae2e000
#define SKB      0xffff888105279800
#define SKB_DATA 0xffff88815422bb2c
#define MBUF     0x1052f5040
#define MBUF_AT  0x1052f516a

static struct rsd_journey journey;
static struct rsd_trace_rec rec[32];
static struct rsd_trace trace;

static void
begin(enum rsd_journey_way way, bool sees)
{
	memset(&journey, 0, sizeof(journey));
	memset(&trace, 0, sizeof(trace));
	journey.way = way;
	journey.bytes = 16;
	trace.rec = rec;
	memset(trace.has, sees, sizeof(trace.has));
}

static struct rsd_trace_rec *
add(uint64_t ns, enum rsd_trace_kind kind, pid_t tid)
{
	struct rsd_trace_rec *r = &rec[trace.nb_rec++];

	*r = (struct rsd_trace_rec){ .ns = ns, .kind = kind, .tid = tid };
	return r;
}

static void
add_call(uint64_t ns, enum rsd_trace_kind kind, pid_t tid, long call, uint64_t buffer)
{
	struct rsd_trace_rec *r = add(ns, kind, tid);

	r->call = call;
	r->arg[1] = buffer;
}

static void
add_skb(uint64_t ns, enum rsd_trace_kind kind, pid_t tid, uint64_t skb, uint64_t payload)
{
	struct rsd_trace_rec *r = add(ns, kind, tid);

	r->skb = skb;
	r->payload = payload;
	r->len = 58;
	r->truesize = payload != 0 ? 832 : 0;
	strcpy(r->dev, "lo");
}

static void
add_switch(uint64_t ns, pid_t from, pid_t to)
{
	struct rsd_trace_rec *r = add(ns, RSD_TRACE_SWITCH, from);

	r->from = from;
	r->to = to;
}

static void
add_copy(uint64_t ns, enum rsd_trace_kind kind, pid_t tid, uint64_t at, uint32_t len)
{
	struct rsd_trace_rec *r = add(ns, kind, tid);

	r->payload = at;
	r->len = len;
}

static const struct rsd_kernel_round round1 = {
	.sender = SENDER,
	.receiver = RECEIVER,
	.sent_from = SENT,
	.received_at = RECEIVED,
	.from_ns = 1000,
	.send_ns = 1990,
	.sent_ns = 2900,
	.received_ns = 3500,
	.switches = 1,
};

/* Loopback, as it is; probes: with the copy routines watched. */
static void
add_loopback(uint64_t received_skb, uint64_t payload, bool probes)
{
	add_call(1100, RSD_TRACE_SYS_ENTER, RECEIVER, SYS_recvfrom, RECEIVED);
	add_switch(1200, RECEIVER, 0);
	add_call(2000, RSD_TRACE_SYS_ENTER, SENDER, SYS_sendto, SENT);
	if (probes)
		add_copy(2050, RSD_TRACE_COPY_IN, SENDER, SKB_DATA, 16);
	add_skb(2100, RSD_TRACE_NET_DEV_QUEUE, SENDER, SKB, payload);
	add_skb(2200, RSD_TRACE_NET_DEV_START_XMIT, SENDER, SKB, payload);
	add_skb(2300, RSD_TRACE_NETIF_RX, SENDER, received_skb, payload);
	add_skb(2400, RSD_TRACE_NETIF_RECEIVE_SKB, SENDER, received_skb, payload);
	add(2500, RSD_TRACE_WAKING, SENDER)->to = RECEIVER;
	add_call(2800, RSD_TRACE_SYS_EXIT, SENDER, SYS_sendto, 0);
	add_switch(2850, 0, RECEIVER);
	if (probes) {
		add_copy(3000, RSD_TRACE_COPY_OUT, RECEIVER, SKB_DATA, 16);
		add_skb(3001, RSD_TRACE_SKB_COPY, RECEIVER, SKB, 0);
	}
	add_skb(3100, RSD_TRACE_CONSUME_SKB, RECEIVER, SKB, 0);
	add_call(3200, RSD_TRACE_SYS_EXIT, RECEIVER, SYS_recvfrom, 0);
}

static const struct rsd_journey_step *
copy(enum rsd_journey_copier copier)
{
	static const struct rsd_journey_step none;
	const struct rsd_journey_step *found = &none;
	unsigned int i;

	for (i = 0; i < journey.nb_steps; i++)
		if (journey.step[i].copier == copier)
			found = &journey.step[i];
	return found;
}

static void
check_kernel(unsigned int seen, enum rsd_journey_proof proof)
{
	RSD_CHECK_EQ(journey.sum.copies[RSD_JOURNEY_ON_SEND], 1);
	RSD_CHECK_EQ(journey.sum.copies[RSD_JOURNEY_ON_RECEIVE], 1);
	RSD_CHECK_EQ(journey.sum.copies_seen, seen);
	RSD_CHECK_EQ(copy(RSD_JOURNEY_ON_SEND)->proof, proof);
	RSD_CHECK_EQ(copy(RSD_JOURNEY_ON_RECEIVE)->proof, proof);
	RSD_CHECK_EQ(copy(RSD_JOURNEY_ON_RECEIVE)->addr, RECEIVED);
	RSD_CHECK_EQ(journey.sum.calls, 2);
	RSD_CHECK_EQ(journey.nb_places, 3);
}

static void
loopback(void)
{
	unsigned int i;

	begin(RSD_JOURNEY_LO, true);
	add_loopback(SKB, SKB_DATA, false);
	rsd_kernel_steps(&journey, &round1, &trace);
	check_kernel(2, RSD_JOURNEY_BYTES);
	RSD_CHECK_EQ(copy(RSD_JOURNEY_ON_SEND)->addr, SKB_DATA);
	RSD_CHECK_EQ(journey.sum.switches, 2);
	RSD_CHECK_EQ(journey.sum.same_skb, true);
	RSD_CHECK_EQ(journey.sum.skb, SKB);
	RSD_CHECK_EQ(journey.sum.set_aside, 832);
	RSD_CHECK_EQ(journey.sum.there_ns, 1500); /* from the call, not from before it */
	RSD_CHECK_EQ(journey.step[0].ns, -900);
	for (i = 1; i < journey.nb_steps; i++)
		RSD_CHECK(journey.step[i].part >= journey.step[i - 1].part,
			"step %u is out of order", i);
}

static void
probes(void)
{
	begin(RSD_JOURNEY_LO, true);
	add_loopback(SKB, 0, true);
	rsd_kernel_steps(&journey, &round1, &trace);
	check_kernel(2, RSD_JOURNEY_PROBE);
	RSD_CHECK_EQ(copy(RSD_JOURNEY_ON_SEND)->ns, 50);
	RSD_CHECK_EQ(journey.place[1].addr, SKB_DATA);
}

static void
without_payload(void)
{
	begin(RSD_JOURNEY_LO, true);
	add_loopback(SKB, 0, false);
	rsd_kernel_steps(&journey, &round1, &trace);
	check_kernel(0, RSD_JOURNEY_KNOWN);
	RSD_CHECK_EQ(journey.place[1].seen, false);
	RSD_CHECK_EQ(journey.place[0].seen, true);
}

static void
another_skb(void)
{
	begin(RSD_JOURNEY_LO, true);
	add_loopback(SKB + 0x100, SKB_DATA, false);
	rsd_kernel_steps(&journey, &round1, &trace);
	RSD_CHECK_EQ(journey.sum.same_skb, false);
	/* Nor is one that was never seen on its way out. */
	begin(RSD_JOURNEY_LO, true);
	add_call(2000, RSD_TRACE_SYS_ENTER, SENDER, SYS_sendto, SENT);
	add_skb(2300, RSD_TRACE_NETIF_RX, SENDER, SKB, SKB_DATA);
	rsd_kernel_steps(&journey, &round1, &trace);
	RSD_CHECK_EQ(journey.sum.skb, SKB);
	RSD_CHECK_EQ(journey.sum.same_skb, false);
}

static void
others(void)
{
	unsigned int nb;

	begin(RSD_JOURNEY_LO, true);
	add_loopback(SKB, SKB_DATA, false);
	rsd_kernel_steps(&journey, &round1, &trace);
	nb = journey.nb_steps;
	begin(RSD_JOURNEY_LO, true);
	/* The round before, with the same skb; its neighbours'; and what the threads do else. */
	add_skb(900, RSD_TRACE_NET_DEV_QUEUE, SENDER, SKB, SKB_DATA);
	add_call(950, RSD_TRACE_SYS_ENTER, SENDER, SYS_sendto, SENT);
	add_skb(1050, RSD_TRACE_NET_DEV_QUEUE, OTHER, SKB, SKB_DATA);
	add_loopback(SKB, SKB_DATA, false);
	add_skb(2150, RSD_TRACE_NET_DEV_QUEUE, OTHER, SKB + 0x100, 0);
	add_call(2160, RSD_TRACE_SYS_ENTER, RECEIVER, SYS_futex, 0);
	add_copy(2170, RSD_TRACE_COPY_IN, OTHER, 1, 16);
	add_switch(2180, OTHER, 0);
	add_call(3600, RSD_TRACE_SYS_ENTER, SENDER, SYS_sendto, SENT);
	rsd_kernel_steps(&journey, &round1, &trace);
	RSD_CHECK_EQ(journey.nb_steps, nb);
	check_kernel(2, RSD_JOURNEY_BYTES);
	RSD_CHECK_EQ(journey.sum.switches, 2);
}

static void
nothing_seen(void)
{
	unsigned int i;

	begin(RSD_JOURNEY_LO, false);
	rsd_kernel_steps(&journey, &round1, &trace);
	check_kernel(0, RSD_JOURNEY_KNOWN);
	RSD_CHECK_EQ(journey.sum.calls_seen, false);
	RSD_CHECK_EQ(journey.sum.switches_seen, false);
	RSD_CHECK_EQ(journey.sum.switches, 1); /* getrusage()'s */
	RSD_CHECK_EQ(journey.sum.skb, 0);
	for (i = 0; i < journey.nb_steps; i++)
		RSD_CHECK(journey.step[i].addr == 0 || journey.step[i].addr == SENT ||
				  journey.step[i].addr == RECEIVED,
			"step %u has an address that nobody saw", i);
}

/* -- the engine -------------------------------------------------------------------------------- */

static struct rsd_engine_round answered;
static struct rsd_driver_facts facts;

static void
begin_engine(enum rsd_journey_way way, bool sees, int rx, int tx)
{
	unsigned int i;

	begin(way, sees);
	facts = (struct rsd_driver_facts){ .rx_copies = rx, .tx_copies = tx, .rx_how = "r" };
	answered = (struct rsd_engine_round){ .peer = SENDER,
		.worker = OTHER,
		.sent_from = way == RSD_JOURNEY_RING ? MBUF_AT : SENT,
		.received_at = way == RSD_JOURNEY_RING ? MBUF_AT : RECEIVED,
		.sent_mbuf = MBUF,
		.received_mbuf = MBUF,
		.send_ns = 1000,
		.back_ns = 9000,
		.handler_at = MBUF_AT,
		.has_trail = true,
		.buf_bytes = 2368 };
	for (i = 0; i < RSD_PLACES; i++)
		if (i != RSD_PLACE_QUEUE)
			answered.note[i] = (struct rsd_engine_note){ 2000 + 100 * i, MBUF,
				i == RSD_PLACE_DRIVER_TX ? 0 : MBUF_AT };
}

static void
ring(void)
{
	begin_engine(RSD_JOURNEY_RING, true, 0, 0);
	rsd_engine_steps(&journey, &answered, &facts, &trace);
	RSD_CHECK_EQ(journey.sum.driver_rx, 0);
	RSD_CHECK_EQ(journey.sum.driver_tx, 0);
	RSD_CHECK_EQ(journey.sum.copies[RSD_JOURNEY_ENGINE], 0);
	RSD_CHECK_EQ(journey.sum.copies[RSD_JOURNEY_PEER], 0);
	RSD_CHECK_EQ(journey.nb_places, 1);
	RSD_CHECK_EQ(journey.place[0].addr, MBUF_AT);
	RSD_CHECK_EQ(journey.sum.calls, 0);
	RSD_CHECK_EQ(journey.sum.switches, 0);
	RSD_CHECK_EQ(journey.sum.there_ns, 1300);
	RSD_CHECK_EQ(journey.sum.back_ns, 8000);
	RSD_CHECK_EQ(journey.sum.set_aside, 2368);
}

static void
moved_within(void)
{
	const struct rsd_journey_step *s;

	begin_engine(RSD_JOURNEY_RING, true, 0, 0);
	answered.note[RSD_PLACE_LOOKUP].payload += 0x1000;
	answered.note[RSD_PLACE_SERVICE].payload += 0x1000;
	answered.note[RSD_PLACE_TX].payload += 0x1000;
	answered.received_at += 0x1000;
	rsd_engine_steps(&journey, &answered, &facts, &trace);
	s = copy(RSD_JOURNEY_ENGINE);
	RSD_CHECK_EQ(journey.sum.copies[RSD_JOURNEY_ENGINE], 1);
	RSD_CHECK(strcmp(s->what, "lookup") == 0, "it was moved at '%s'", s->what);
	RSD_CHECK_EQ(journey.nb_places, 2);
}

static void
moved_late(void)
{
	begin_engine(RSD_JOURNEY_RING, true, 0, 0);
	answered.note[RSD_PLACE_TX] = answered.note[RSD_PLACE_DRIVER_TX] =
		(struct rsd_engine_note){ 0 };
	answered.received_at += 0x1000;
	rsd_engine_steps(&journey, &answered, &facts, &trace);
	RSD_CHECK_EQ(journey.sum.copies[RSD_JOURNEY_ENGINE], 1);
	RSD_CHECK_EQ(copy(RSD_JOURNEY_ENGINE)->addr, MBUF_AT + 0x1000);
	RSD_CHECK_EQ(journey.nb_places, 2);
}

/* The answer's skb has the address that the datagram's had: it was given back in between. */
static void
add_tap(void)
{
	add_call(1001, RSD_TRACE_SYS_ENTER, SENDER, SYS_sendto, SENT);
	add_skb(1100, RSD_TRACE_NET_DEV_QUEUE, SENDER, SKB, SKB_DATA);
	add_call(1300, RSD_TRACE_SYS_EXIT, SENDER, SYS_sendto, 0);
	add_call(1400, RSD_TRACE_SYS_ENTER, SENDER, SYS_recvfrom, RECEIVED);
	add_call(1500, RSD_TRACE_SYS_ENTER, OTHER, SYS_readv, 0);
	add_skb(1600, RSD_TRACE_CONSUME_SKB, OTHER, SKB, 0);
	add_call(1700, RSD_TRACE_SYS_ENTER, OTHER, SYS_readv, 0);
	add_call(2400, RSD_TRACE_SYS_ENTER, OTHER, SYS_writev, 0);
	add_skb(2450, RSD_TRACE_NETIF_RECEIVE_SKB, OTHER, SKB, SKB_DATA + 0x40);
	add_switch(2600, 0, SENDER);
	add_call(2700, RSD_TRACE_SYS_EXIT, SENDER, SYS_recvfrom, 0);
}

static void
tap(void)
{
	begin_engine(RSD_JOURNEY_TAP, true, 1, 1);
	add_tap();
	rsd_engine_steps(&journey, &answered, &facts, &trace);
	RSD_CHECK_EQ(journey.sum.copies[RSD_JOURNEY_DRIVER_RX], 1);
	RSD_CHECK_EQ(journey.sum.copies[RSD_JOURNEY_ENGINE], 0);
	RSD_CHECK_EQ(journey.sum.copies[RSD_JOURNEY_DRIVER_TX], 1);
	RSD_CHECK_EQ(journey.sum.copies[RSD_JOURNEY_PEER], 2);
	RSD_CHECK_EQ(journey.sum.copies_seen, 4);
	RSD_CHECK_EQ(copy(RSD_JOURNEY_DRIVER_TX)->addr, SKB_DATA + 0x40);
	RSD_CHECK_EQ(journey.sum.calls, 3);
	RSD_CHECK_EQ(journey.sum.peer_calls, 2);
	RSD_CHECK_EQ(journey.sum.switches, 0);
	RSD_CHECK_EQ(journey.sum.peer_switches, 1);
	RSD_CHECK_EQ(journey.nb_places, 5);
}

static void
tap_unseen(void)
{
	begin_engine(RSD_JOURNEY_TAP, false, 1, 1);
	rsd_engine_steps(&journey, &answered, &facts, &trace);
	RSD_CHECK_EQ(journey.sum.copies[RSD_JOURNEY_DRIVER_RX], 1);
	RSD_CHECK_EQ(journey.sum.copies[RSD_JOURNEY_DRIVER_TX], 1);
	RSD_CHECK_EQ(journey.sum.copies[RSD_JOURNEY_PEER], 2);
	RSD_CHECK_EQ(journey.sum.copies_seen, 0);
	RSD_CHECK_EQ(journey.sum.calls, -1);
	RSD_CHECK_EQ(journey.sum.switches, -1);
}

static void
unknown_driver(void)
{
	begin_engine(RSD_JOURNEY_TAP, true, -1, -1);
	rsd_engine_steps(&journey, &answered, &facts, &trace);
	RSD_CHECK_EQ(journey.sum.driver_rx, -1);
	RSD_CHECK_EQ(journey.sum.driver_tx, -1);
	RSD_CHECK_EQ(journey.sum.copies[RSD_JOURNEY_DRIVER_RX], 0);
}

static void
no_trail(void)
{
	begin_engine(RSD_JOURNEY_RING, true, 0, 0);
	memset(answered.note, 0, sizeof(answered.note));
	answered.has_trail = false;
	rsd_engine_steps(&journey, &answered, &facts, &trace);
	RSD_CHECK_EQ(journey.nb_notes, 1);
	RSD_CHECK_EQ(journey.sum.there_ns, -1);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "loopback: every step once, one skb, two copies by their bytes", loopback },
		{ "probes on the copy routines are the better witnesses, and count once", probes },
		{ "no look at the payload: both copies known, not observed", without_payload },
		{ "received in another skb: not the same", another_skb },
		{ "what others do, and other rounds, is left out", others },
		{ "nothing can be seen: no address is made up", nothing_seen },
		{ "ring: one place, no copy, no call", ring },
		{ "a payload that moves within the engine is the engine's copy", moved_within },
		{ "so is one that is seen by the peer only", moved_late },
		{ "tap: one and one by the driver, apart from the peer's", tap },
		{ "tap unseen: copies known, calls not counted", tap_unseen },
		{ "an unknown driver copies nobody knows what, not nothing", unknown_driver },
		{ "no trail: said", no_trail },
	};

	return rsd_test_run("journey_steps", tests, RTE_DIM(tests));
}
