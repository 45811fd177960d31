/* SPDX-License-Identifier: BSD-3-Clause */
/* What a handler is lent, and what its verdicts do. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/script.h"
#include "support/cunit_runner.h"
#include "support/eal_fixture.h"
#include "support/rows.h"

/* -- the view -------------------------------------------------------------------------------- */

static const struct {
	const char *frame;
	uint32_t src, dst;
	uint16_t sport, len;
	uint16_t offset;
	uint16_t vlan;
	int linear;
} views[] = {
	{ "udp", RSD_TEST_IP_PEER, RSD_TEST_IP_US, RSD_TEST_SPORT, 18, 42, 0, 1 },
	{ "udp len=0 dst=us3", RSD_TEST_IP_PEER, RSD_TEST_IP_US3, RSD_TEST_SPORT, 0, 42, 0, 1 },
	{ "udp len=1 pad=17 src=1.2.3.4", 0x01020304, RSD_TEST_IP_US, RSD_TEST_SPORT, 1, 42, 0, 1 },
	{ "udp len=1472 sport=1", RSD_TEST_IP_PEER, RSD_TEST_IP_US, 1, 1472, 42, 0, 1 },
	{ "udp vlan=5", RSD_TEST_IP_PEER, RSD_TEST_IP_US, RSD_TEST_SPORT, 18, 46, 5, 1 },
	{ "udp vlan=0 len=3", RSD_TEST_IP_PEER, RSD_TEST_IP_US, RSD_TEST_SPORT, 3, 42, 0, 1 },
	{ "udp opts=01010101 len=9 surplus=4", RSD_TEST_IP_PEER, RSD_TEST_IP_US, RSD_TEST_SPORT, 9,
		42, 0, 1 },
	{ "udp split=7 len=5", RSD_TEST_IP_PEER, RSD_TEST_IP_US, RSD_TEST_SPORT, 5, 42, 0, 0 },
	{ "udp split=50 len=90", RSD_TEST_IP_PEER, RSD_TEST_IP_US, RSD_TEST_SPORT, 90, 42, 0, 0 },
};

static unsigned int row;

static void
look(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	const struct rsd_pkt *p = pkts[0];
	const uint8_t *data = rsd_pkt_data(p);
	uint16_t here = (uint16_t)(rsd_pkt_mbuf(p)->data_len - rsd_pkt_offset(p)), i;

	(void)sock;
	++*(unsigned int *)arg;
	RSD_CHECK_EQ(nb, 1);
	RSD_CHECK_EQ(ntohl(rsd_pkt_src_addr(p)), views[row].src);
	RSD_CHECK_EQ(ntohl(rsd_pkt_dst_addr(p)), views[row].dst);
	RSD_CHECK_EQ(rsd_pkt_src_port(p), views[row].sport);
	RSD_CHECK_EQ(rsd_pkt_dst_port(p), RSD_TEST_PORT);
	RSD_CHECK_EQ(rsd_pkt_len(p), views[row].len);
	RSD_CHECK_EQ(rsd_pkt_offset(p), views[row].offset);
	RSD_CHECK_EQ(rsd_pkt_is_linear(p), views[row].linear);
	RSD_CHECK_EQ(rsd_pkt_mbuf(p)->pkt_len, (uint32_t)views[row].offset + views[row].len);
	if (views[row].linear)
		RSD_CHECK_EQ(here, views[row].len);
	for (i = 0; i < here; i++)
		if (data[i] != rsd_spec_payload(0x41, i))
			RSD_CHECK(0, "payload byte %u is %02x", i, data[i]);
	verdicts[0] = RSD_DONE;
}

static void
view(void)
{
	for (row = 0; row < RTE_DIM(views); row++) {
		struct rsd_fixture_conf conf = { .vlan = views[row].vlan };
		struct rsd_fixture f;
		unsigned int called = 0;

		rsd_test_row(views[row].frame);
		rsd_fixture_open(&f, &conf);
		rsd_fixture_sock(&f, 0, RSD_TEST_PORT, 0, look, &called);
		rsd_fixture_push_text(&f, 0, views[row].frame);
		rsd_fixture_turn(&f);
		RSD_CHECK_EQ(called, 1);
		rsd_fixture_close(&f);
	}
}

static void
try_lengths(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb,
	void *arg)
{
	struct rsd_pkt *p = pkts[0];
	uint16_t len = rsd_pkt_len(p), room = rsd_pkt_room(p);

	(void)sock;
	(void)nb;
	(void)arg;
	if (rsd_pkt_is_linear(p))
		RSD_CHECK_EQ(room, RSD_POOL_ROOM - rsd_pkt_offset(p));
	else
		RSD_CHECK_EQ(room, len);
	RSD_CHECK_EQ(rsd_pkt_set_len(p, room), 0);
	RSD_CHECK_EQ(rsd_pkt_len(p), room);
	RSD_CHECK(rsd_pkt_set_len(p, (uint16_t)(room + 1)) != 0, "more than the room");
	RSD_CHECK(rsd_pkt_set_len(p, UINT16_MAX) != 0, "far more than the room");
	RSD_CHECK_EQ(rsd_pkt_len(p), room);
	if (rsd_pkt_is_linear(p)) { /* down and up again */
		RSD_CHECK_EQ(rsd_pkt_set_len(p, 0), 0);
		RSD_CHECK_EQ(rsd_pkt_len(p), 0);
	}
	RSD_CHECK_EQ(rsd_pkt_offset(p), 42);
	RSD_CHECK_EQ(rsd_pkt_set_len(p, (uint16_t)(len / 3)), 0);
	verdicts[0] = RSD_ANSWER;
}

static void
lengths(void)
{
	struct rsd_fixture f;

	rsd_fixture_open(&f, NULL);
	rsd_fixture_sock(&f, 0, RSD_TEST_PORT, 0, try_lengths, NULL);
	rsd_fixture_push_text(&f, 0, "udp len=300");
	rsd_fixture_turn(&f);
	rsd_rows_check_out(&f, 0, "answer len=100");
	rsd_fixture_push_text(&f, 0, "udp len=300 split=10,100,200,250");
	rsd_fixture_turn(&f);
	rsd_rows_check_out(&f, 0, "answer len=100");
	rsd_fixture_close(&f);
}

/* -- verdicts -------------------------------------------------------------------------------- */

static void
each_its_own(void)
{
	struct script s = { .verdict = { RSD_ANSWER_SAME, RSD_DROP, RSD_DONE, RSD_ANSWER, 5, 255,
				    RSD_ANSWER_SAME, RSD_DROP, RSD_ANSWER } };
	struct rsd_fixture f;
	struct rsd_sock *sock;

	rsd_fixture_open(&f, NULL);
	sock = rsd_fixture_sock(&f, 0, RSD_TEST_PORT, 0, play, &s);
	rsd_fixture_push_text(&f, 0,
		"udp fill=1;udp fill=2;udp fill=3;udp fill=4;udp fill=5;"
		"udp fill=6;udp fill=7;udp fill=8;udp fill=9");
	rsd_fixture_turn(&f);
	rsd_rows_check_out(&f, 0, "answer fill=1;answer fill=4;answer fill=7;answer fill=9");
	rsd_rows_check_counters(&f, "answered=4 svc_drop=2 delivered=1 svc_bad_verdict=2", false);
	RSD_CHECK_EQ(s.calls, 1);
	RSD_CHECK_EQ(s.nb, 9);
	RSD_CHECK(s.clean, "verdicts were not RSD_DROP on entry");
	RSD_CHECK(s.sock == sock, "another socket");
	RSD_CHECK_EQ(f.lc->sock_stats[sock->id].rx, 9);
	RSD_CHECK_EQ(f.lc->sock_stats[sock->id].answered, 4);
	RSD_CHECK_EQ(f.lc->sock_stats[sock->id].delivered, 1);
	RSD_CHECK_EQ(f.lc->sock_stats[sock->id].dropped, 4);
	rsd_fixture_close(&f);
}

static void
says_nothing(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb,
	void *arg)
{
	(void)sock;
	(void)pkts;
	(void)verdicts;
	(void)nb;
	(void)arg;
}

/* What another handler said in an earlier burst is not what this one says. */
static void
no_verdict(void)
{
	static enum rsd_verdict same = RSD_ANSWER_SAME;
	struct rsd_fixture f;

	rsd_fixture_open(&f, NULL);
	rsd_fixture_sock(&f, 0, 1001, 0, rsd_fixture_verdict, &same);
	rsd_fixture_sock(&f, 0, 1002, 0, says_nothing, NULL);
	rsd_fixture_push_text(&f, 0, "udp dport=1001 times=20");
	rsd_fixture_turn(&f);
	rsd_rows_check_out(&f, 0, "answer sport=1001 times=20");
	rsd_fixture_push_text(&f, 0, "udp dport=1002 times=20");
	rsd_fixture_turn(&f);
	rsd_rows_check_out(&f, 0, "");
	rsd_rows_check_counters(&f, "answered=20 svc_drop=20", false);
	rsd_fixture_close(&f);
}

/* Three sockets, mixed; a burst of all of them is one call each, and nobody's verdicts are others'.
 */
static void
a_call_a_socket(void)
{
	struct script a = { .verdict = { RSD_ANSWER_SAME, RSD_DONE, RSD_ANSWER_SAME } };
	struct script b = { .verdict = { RSD_DROP, RSD_ANSWER_SAME } };
	struct script c = { .verdict = { RSD_ANSWER_SAME } };
	struct rsd_fixture f;

	rsd_fixture_open(&f, NULL);
	rsd_fixture_sock(&f, 0, 1001, 0, play, &a);
	rsd_fixture_sock(&f, RSD_TEST_IP_US, 1002, 0, play, &b);
	rsd_fixture_sock(&f, RSD_TEST_IP_US2, 1002, 0, play, &c);
	rsd_fixture_push_text(&f, 0,
		"udp dport=1002 fill=1;udp dport=1001 fill=2;udp dport=1002 dst=us2 fill=3;"
		"udp dport=1001 fill=4;udp dport=1002 fill=5;udp dport=1001 fill=6");
	rsd_fixture_turn(&f);
	rsd_rows_check_out(&f, 0,
		"answer sport=1002 fill=5;answer sport=1001 fill=2;answer sport=1001 fill=6;"
		"answer sport=1002 src=us2 fill=3");
	RSD_CHECK_EQ(a.calls, 1);
	RSD_CHECK_EQ(b.calls, 1);
	RSD_CHECK_EQ(c.calls, 1);
	rsd_rows_check_counters(&f, "answered=4 delivered=1 svc_drop=1", false);
	rsd_fixture_close(&f);
}

/* A socket opened or closed between two turns is there, or gone, in the next. */
static void
new_table(void)
{
	struct script s = { .verdict = { RSD_ANSWER_SAME, RSD_ANSWER_SAME } };
	struct rsd_fixture f;

	rsd_fixture_open(&f, NULL);
	rsd_fixture_push_text(&f, 0, "udp");
	rsd_fixture_turn(&f);
	rsd_fixture_sock(&f, 0, RSD_TEST_PORT, 0, play, &s);
	rsd_fixture_push_text(&f, 0, "udp;udp");
	rsd_fixture_turn(&f);
	rsd_rows_check_out(&f, 0, "answer;answer");
	rsd_rows_check_counters(&f, "answered=2 udp_no_socket=1", false);
	rsd_fixture_close(&f);
}

/* The device is to finish the checksum: what it is given must lead to the right one. */
static void
offloaded_sum(void)
{
	static const char *const cases[] = { "len=0", "len=1", "len=33", "len=40 zerosum=1" };
	struct rsd_fixture_conf conf = { .udp_offload = true };
	char in[64], out[64];
	unsigned int i;

	for (i = 0; i < RTE_DIM(cases); i++) {
		struct script s = { .verdict = { RSD_ANSWER } };
		struct rsd_frame got, want;
		struct rsd_fixture f;
		struct rte_mbuf *m;
		uint16_t sum;

		rsd_test_row(cases[i]);
		snprintf(in, sizeof(in), "udp %s", cases[i]);
		snprintf(out, sizeof(out), "answer %s", cases[i]);
		rsd_fixture_open(&f, &conf);
		rsd_fixture_sock(&f, 0, RSD_TEST_PORT, 0, play, &s);
		rsd_fixture_push_text(&f, 0, in);
		rsd_fixture_turn(&f);
		m = rsd_fixture_pull(&f, 0);
		RSD_CHECK(m != NULL, "no answer");
		got = rsd_fixture_flat(m);
		want = rsd_frame_make(out);
		RSD_CHECK((m->ol_flags & RTE_MBUF_F_TX_L4_MASK) == RTE_MBUF_F_TX_UDP_CKSUM,
			"not asked for");
		RSD_CHECK((m->ol_flags & RTE_MBUF_F_TX_IPV4) != 0, "not said to be IPv4");
		RSD_CHECK((m->ol_flags & RTE_MBUF_F_TX_IP_CKSUM) == 0, "the IPv4 sum is ours");
		RSD_CHECK(
			m->l2_len == 14 && m->l3_len == 20, "lengths %u, %u", m->l2_len, m->l3_len);
		sum = (uint16_t)~rsd_slow_sum(got.data + 34, got.len - 34, 0);
		sum = sum == 0 ? UINT16_MAX : sum;
		got.data[40] = (uint8_t)(sum >> 8);
		got.data[41] = (uint8_t)sum;
		RSD_CHECK(got.len == want.len && memcmp(got.data, want.data, got.len) == 0,
			"another frame comes out");
		rte_pktmbuf_free(m);
		rsd_frame_free(&got);
		rsd_frame_free(&want);
		rsd_fixture_close(&f);
	}
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "a handler sees who sent what to whom, and the payload in place", view },
		{ "a length can be set within the room, and nothing changes beyond it", lengths },
		{ "every packet of a burst gets its own verdict", each_its_own },
		{ "a handler that gives no verdict refuses", no_verdict },
		{ "every socket in a burst is called once, with its own packets in order",
			a_call_a_socket },
		{ "a socket opened between two turns is served in the next", new_table },
		{ "a checksum left to the device comes out right", offloaded_sum },
	};

	rsd_fixture_start();
	return rsd_test_run("handlers", tests, RTE_DIM(tests));
}
