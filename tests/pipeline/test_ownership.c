/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every answer leaves in the buffer its question came in, and no payload byte has moved: each lies
 * at the address where the device put it. The buffers are home at the end of every case, once.
 */
#include <string.h>

#include "support/cunit_runner.h"
#include "support/eal_fixture.h"
#include "support/rows.h"

#define BYTES_MAX 9000

/* Where each byte of a frame lies, from offset skip on. */
struct trail {
	const uint8_t *at[BYTES_MAX];
	uint32_t nb;
};

static void
follow(struct trail *t, const struct rte_mbuf *m, uint32_t skip)
{
	t->nb = 0;
	for (; m != NULL; m = m->next) {
		const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
		uint32_t i;

		for (i = 0; i < m->data_len; i++) {
			if (skip != 0)
				skip--;
			else
				t->at[t->nb++] = p + i;
		}
	}
}

/* A way through the engine that ends in an answer. */
static const struct path {
	const char *sentence;
	const char *in;
	uint32_t in_headers, out_headers; /* bytes in front of the payload */
	uint32_t payload;                 /* bytes that must not have moved */
	struct rsd_fixture_conf conf;
} paths[] = {
	{ "verbatim", "udp len=100", 42, 42, 100, { 0 } },
	{ "verbatim, the most there is", "udp len=1472", 42, 42, 1472, { 0 } },
	{ "verbatim, padded", "udp len=1 pad=17", 42, 42, 1, { 0 } },
	{ "verbatim, with surplus", "udp len=100 surplus=5", 42, 42, 100, { 0 } },
	{ "verbatim, options taken out", "udp len=100 opts=01010101010101010101", 54, 42, 100,
		{ 0 } },
	{ "verbatim, priority tag taken out", "udp len=100 vlan=0", 46, 42, 100, { 0 } },
	{ "verbatim, both taken out", "udp len=100 vlan=0 opts=01010101", 50, 42, 100, { 0 } },
	{ "verbatim, tag put back", "udp len=100 strip=5", 42, 46, 100, { .vlan = 5 } },
	{ "verbatim on a tagged port", "udp len=100 vlan=5", 46, 46, 100, { .vlan = 5 } },
	{ "verbatim, no checksum", "udp len=100 udpsum=zero", 42, 42, 100, { 0 } },
	{ "verbatim, checksum finished", "udp len=100 udpsum=partial", 42, 42, 100,
		{ .partial_ok = true } },
	{ "made anew", "udp dport=7778 len=100", 42, 42, 100, { 0 } },
	{ "made anew for the device to finish", "udp dport=7778 len=100", 42, 42, 100,
		{ .udp_offload = true } },
	{ "cut in half", "udp dport=7785 len=100", 42, 42, 50, { 0 } },
	{ "echo of ICMP", "ping len=100", 42, 42, 100, { 0 } },
	{ "echo of ICMP, options taken out", "ping len=100 opts=01010101", 46, 42, 100, { 0 } },
	{ "echo of ICMP, priority tag taken out", "ping len=100 vlan=0", 46, 42, 100, { 0 } },
	{ "bounced", "udp len=100", 42, 42, 100, { .pipeline = rsd_pipeline_bounce } },
	{ "swapped", "udp len=100", 42, 42, 100, { .pipeline = rsd_pipeline_swap } },
};

static void
compare(const struct path *p, const struct trail *before, const struct rte_mbuf *out)
{
	static struct trail after;
	uint32_t i;

	follow(&after, out, p->out_headers);
	RSD_CHECK_EQ(after.nb, p->payload);
	for (i = 0; i < p->payload && i < after.nb; i++)
		if (after.at[i] != before->at[i]) {
			RSD_CHECK(0, "payload byte %u has moved", i);
			return;
		}
}

static struct rte_mbuf *
make(struct rsd_fixture *f, const struct path *p, uint32_t split)
{
	struct rsd_frame frame;
	struct rte_mbuf *m;
	struct rsd_spec s;

	rsd_spec_parse(p->in, &s);
	s.split[0] = split;
	s.nb_split = split != 0;
	frame = rsd_spec_build(&s);
	m = rsd_fixture_mbuf(f, &frame, &s, p->sentence);
	rsd_frame_free(&frame);
	return m;
}

static void
walk(const struct path *p, uint32_t split)
{
	static struct trail before;
	struct rsd_fixture f;
	struct rte_mbuf *in, *out;

	rsd_fixture_open(&f, &p->conf);
	rsd_rows_open_socks(&f);
	in = make(&f, p, split);
	follow(&before, in, p->in_headers);
	rsd_fixture_push(&f, 0, in);
	rsd_fixture_turn(&f);
	out = rsd_fixture_pull(&f, 0);
	RSD_CHECK(out == in, "split at %u: not the buffer it came in", split);
	if (out != NULL) {
		compare(p, &before, out);
		rte_pktmbuf_free(out);
	}
	rsd_fixture_close(&f);
}

static void
linear(void)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(paths); i++) {
		rsd_test_row(paths[i].sentence);
		walk(&paths[i], 0);
	}
}

static void
in_segments(void)
{
	uint32_t split;
	unsigned int i;

	for (i = 0; i < RTE_DIM(paths); i++) {
		rsd_test_row(paths[i].sentence);
		for (split = 1; split < 80; split++)
			walk(&paths[i], split);
	}
}

/* What the engine need not look at it does not touch: under AddressSanitizer the payload may not
 * even be read between receive and transmit. */
static void
payload_forbidden(void)
{
	static const char *const frames[] = { "udp len=1400", "udp len=3 pad=20",
		"udp len=64 vlan=0", "udp len=64 opts=01010101", "udp len=64 frag=0x4000 ttl=1" };
	struct rsd_fixture_conf conf = { .csum = RSD_CSUM_SKIP };
	unsigned int i;

	for (i = 0; i < RTE_DIM(frames); i++) {
		struct rsd_frame frame = rsd_frame_make(frames[i]);
		struct rsd_fixture f;
		struct rte_mbuf *m;
		struct rsd_spec s;
		uint8_t *payload;

		rsd_test_row(frames[i]);
		rsd_spec_parse(frames[i], &s);
		rsd_fixture_open(&f, &conf);
		rsd_rows_open_socks(&f);
		m = rsd_fixture_mbuf(&f, &frame, &s, "frame");
		payload = rte_pktmbuf_mtod_offset(m, uint8_t *, 42 + 4 * s.nb_tags + s.nb_opts);
		rsd_pool_forbid(
			payload, frame.len - (uint32_t)(payload - rte_pktmbuf_mtod(m, uint8_t *)));
		rsd_fixture_push(&f, 0, m);
		rsd_fixture_turn(&f);
		rsd_pool_allow(payload, s.len);
		RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_answered), 1);
		m = rsd_fixture_pull(&f, 0);
		RSD_CHECK(rte_pktmbuf_mtod_offset(m, uint8_t *, 42) == payload, "it has moved");
		rte_pktmbuf_free(m);
		rsd_fixture_close(&f);
		rsd_frame_free(&frame);
	}
}

/* Every handler verdict that frees, and every buffer of a chain that is cut off, exactly once. */
static void
all_come_home(void)
{
	static const char *const frames[] = { "udp dport=7779", "udp dport=7781", "udp dport=7782",
		"udp dport=9", "udp udpsum=bad", "udp ipsum=bad", "udp dport=7785 len=900",
		"udp len=900 surplus=300", "udp len=1 pad=900", "arp pad=900", "ping len=1 pad=900",
		"eth len=900" };
	unsigned int i, segs;

	for (i = 0; i < RTE_DIM(frames); i++)
		for (segs = 1; segs <= 8; segs++) {
			struct rsd_frame frame = rsd_frame_make(frames[i]);
			struct rsd_fixture f;
			struct rsd_spec s;
			uint32_t k;

			rsd_test_row(frames[i]);
			rsd_spec_parse(frames[i], &s);
			for (k = 1; k < segs; k++)
				s.split[s.nb_split++] = frame.len * k / segs;
			rsd_fixture_open(&f, NULL);
			rsd_rows_open_socks(&f);
			rsd_fixture_push(&f, 0, rsd_fixture_mbuf(&f, &frame, &s, frames[i]));
			rsd_fixture_turn(&f);
			rte_pktmbuf_free(rsd_fixture_pull(&f, 0));
			RSD_CHECK_EQ(rte_mempool_avail_count(rsd_pool_get()), RSD_POOL_SIZE);
			rsd_fixture_close(&f);
			rsd_frame_free(&frame);
		}
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "every answer leaves in its own buffer and no payload byte moves", linear },
		{ "nor does one when the frame lies in two segments, wherever it is split",
			in_segments },
		{ "a verbatim answer never touches the payload", payload_forbidden },
		{ "all buffers of every chain come home", all_come_home },
	};

	rsd_fixture_start();
	return rsd_test_run("ownership", tests, RTE_DIM(tests));
}
