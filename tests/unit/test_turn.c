/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <rte_common.h>

#include "support/cunit_runner.h"
#include "support/packet_builder.h"
#include "wire/turn.h"

#define PAYLOAD 5

/* A request and the answer it must become. */
struct pair {
	uint8_t in[64], want[64];
	uint32_t len;
};

static void
make(struct pair *p, struct rsd_spec *ask, struct rsd_spec *answer)
{
	struct rsd_frame in = rsd_spec_build(ask), want = rsd_spec_build(answer);

	p->len = in.len;
	memcpy(p->in, in.data, in.len);
	memcpy(p->want, want.data, want.len);
	rsd_frame_free(&in);
	rsd_frame_free(&want);
}

static int
same(const struct pair *p, const char *what, uint32_t id)
{
	if (memcmp(p->in, p->want, p->len) == 0)
		return 1;
	return RSD_CHECK(0, "%s: id 0x%04x, checksum 0x%04x instead of 0x%04x", what, id,
		rte_be_to_cpu_16(rsd_load16(p->in + 24)),
		rte_be_to_cpu_16(rsd_load16(p->want + 24)));
}

static void
set_id(uint8_t *eth, uint32_t id)
{
	uint16_t sum;

	rsd_store16(eth + 18, rte_cpu_to_be_16((uint16_t)id));
	rsd_store16(eth + 24, 0);
	sum = (uint16_t)~rsd_slow_sum(eth + 14, 20, 0);
	rsd_store16(eth + 24, rte_cpu_to_be_16(sum));
}

/*
 * A request with each identification, and so with each checksum there is, turned round must be byte
 * for byte the answer that is made from nothing.
 */
static void
turn_all_ids(const char *row, void (*turn)(uint8_t *eth, uint32_t new_len), uint32_t new_len,
	bool keeps_id)
{
	struct rsd_spec ask, answer;
	struct pair base, p;
	uint32_t id;

	rsd_test_row(row);
	rsd_spec_parse(row, &ask);
	rsd_spec_parse("answer", &answer);
	ask.len = answer.len = PAYLOAD;
	answer.iptotal = new_len;
	make(&base, &ask, &answer);
	for (id = 0; id <= UINT16_MAX; id++) {
		p = base;
		set_id(p.in, id);
		if (keeps_id)
			set_id(p.want, id);
		turn(p.in, new_len);
		if (!same(&p, "turned", id))
			break;
	}
	RSD_CHECK(id > UINT16_MAX, "not all identifications were right");
	rsd_test_row(NULL);
}

static const struct rsd_wire_local *
us(void)
{
	static struct rsd_wire_local w;
	static const uint8_t mac[6] = RSD_TEST_MAC_US;

	memcpy(&w.mac, mac, 6);
	return &w;
}

static void
by_parts(uint8_t *eth, uint32_t new_len)
{
	rsd_turn_eth(us(), eth);
	rsd_turn_ip4(eth + 14, rte_cpu_to_be_16((uint16_t)new_len));
	rsd_turn_udp_ports(eth + 34);
}

static void
at_once(uint8_t *eth, uint32_t new_len)
{
	(void)new_len;
	rsd_turn_same(eth + 14, 14);
}

/* Everything a request may have in the fields that an answer has of its own. */
static const char *const requests[] = {
	"udp",
	"udp frag=0x4000",
	"udp frag=0x4000 ttl=64",
	"udp frag=0x8000 ttl=0",
	"udp frag=0xc000 ttl=255 tos=255",
	"udp ttl=1 tos=3",
	"udp ttl=128 src=223.255.255.254 dst=1.0.0.1",
	"udp ttl=64 src=10.9.0.255 tos=0xb8",
};

/* The answer's addresses are the test hosts', so only those rows can be compared as a whole. */
static bool
between_test_hosts(const char *request)
{
	return strstr(request, "src=") == NULL;
}

/*
 * When the request came with DF, no ECN and no DSCP, the first eight bytes are what we would send;
 * the identification is then free (RFC 6864 4.1) and stays.
 */
static bool
keeps_id(const char *request)
{
	return strstr(request, "frag=0x4000") != NULL && strstr(request, "tos=") == NULL;
}

static void
ip4_any_length(void)
{
	static const uint32_t lens[] = { 33, 28, 60, 1500, 65535 };
	unsigned int i, k;

	for (i = 0; i < RTE_DIM(requests); i++)
		for (k = 0; between_test_hosts(requests[i]) && k < RTE_DIM(lens); k++)
			turn_all_ids(requests[i], by_parts, lens[k], false);
}

static void
same_length(void)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(requests); i++)
		if (between_test_hosts(requests[i]))
			turn_all_ids(requests[i], at_once, 20 + 8 + PAYLOAD, keeps_id(requests[i]));
}

/* Both ways of turning agree, wherever the datagram came from. */
static void
ways_agree(void)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(requests); i++) {
		struct rsd_frame a = rsd_frame_make(requests[i]), b = rsd_frame_make(requests[i]);

		rsd_test_row(requests[i]);
		at_once(a.data, 0);
		by_parts(b.data, b.len - 14);
		if (keeps_id(requests[i]))
			set_id(a.data, 0);
		RSD_CHECK(memcmp(a.data, b.data, a.len) == 0, "they differ");
		RSD_CHECK_EQ(rsd_slow_sum(a.data + 14, 20, 0), 0xffff);
		rsd_frame_free(&a);
		rsd_frame_free(&b);
	}
}

/* Four with the same identification, turned together and one by one. */
static int
turn_four(const struct rsd_frame asked[4], uint32_t id)
{
	uint8_t got[4][64], want[64], *udp[4];
	unsigned int i;

	for (i = 0; i < 4; i++) {
		memcpy(got[i], asked[i].data, asked[i].len);
		set_id(got[i], id);
		udp[i] = got[i] + 34;
	}
	rsd_turn_four(udp, 14);
	for (i = 0; i < 4; i++) {
		memcpy(want, asked[i].data, asked[i].len);
		set_id(want, id);
		at_once(want, 0);
		if (memcmp(got[i], want, asked[i].len) != 0)
			return RSD_CHECK(0, "number %u, id 0x%04x differs", i, id);
	}
	return 1;
}

/* Four at once are turned as each alone, for every checksum: all ready as they come, and not. */
static void
four_agree(void)
{
	static const unsigned int sets[][4] = { { 1, 2, 1, 2 }, { 1, 2, 4, 1 }, { 0, 3, 5, 6 } };
	struct rsd_frame asked[4];
	unsigned int k, i;
	uint32_t id;

	for (k = 0; k < RTE_DIM(sets); k++) {
		for (i = 0; i < 4; i++)
			asked[i] = rsd_frame_make(requests[sets[k][i]]);
		for (id = 0; id <= UINT16_MAX; id++)
			if (!turn_four(asked, id))
				break;
		RSD_CHECK(id > UINT16_MAX, "not all identifications were right");
		for (i = 0; i < 4; i++)
			rsd_frame_free(&asked[i]);
	}
}

/* Nothing outside the headers is written: the frame ends where its block on the heap does. */
static void
stays_inside(void)
{
	struct rsd_frame f = rsd_frame_make("udp len=0 vlan=7");
	uint8_t tag[4];

	memcpy(tag, f.data + 12, 4);
	rsd_turn_same(f.data + 18, 18);
	RSD_CHECK(memcmp(tag, f.data + 12, 4) == 0, "the tag changed");
	RSD_CHECK_EQ(rsd_slow_sum(f.data + 18, 20, 0), 0xffff);
	RSD_CHECK_EQ(rte_be_to_cpu_16(rsd_load16(f.data + 38)), RSD_TEST_PORT);
	rsd_frame_free(&f);
}

static void
group_is_answered_from_us(void)
{
	static const uint8_t mac_us[6] = RSD_TEST_MAC_US, mac_peer[6] = RSD_TEST_MAC_PEER;
	struct rsd_frame f = rsd_frame_make("udp dmac=bcast");

	rsd_turn_eth(us(), f.data);
	RSD_CHECK(memcmp(f.data, mac_peer, 6) == 0, "not back to the sender");
	RSD_CHECK(memcmp(f.data + 6, mac_us, 6) == 0, "not from us");
	RSD_CHECK_EQ(rte_be_to_cpu_16(rsd_load16(f.data + 12)), 0x0800);
	rsd_frame_free(&f);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "an answer of any length has the header a new one would have, for all 65,536 "
		  "checksums",
			ip4_any_length },
		{ "a verbatim answer is the frame made from nothing, for all 65,536 checksums",
			same_length },
		{ "both ways of turning a frame give the same bytes", ways_agree },
		{ "four turned at once are as each turned alone, for all 65,536 checksums",
			four_agree },
		{ "turning touches headers only and leaves the tag alone", stays_inside },
		{ "what came to a group is answered from our own MAC", group_is_answered_from_us },
	};

	return rsd_test_run("turn", tests, RTE_DIM(tests));
}
