/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "host/chain.h"
#include "support/cunit_runner.h"
#include "support/eal_fixture.h"
#include "support/random.h"

#define LEN 61

/* A chain of the bytes 0, 1, 2, ... cut at the given offsets; ends at the first zero. */
static struct rte_mbuf *
chain(const uint32_t *cut)
{
	static struct rsd_fixture f; /* only its count of frames is looked at */
	struct rsd_frame frame;
	struct rte_mbuf *m;
	struct rsd_spec s;
	uint8_t bytes[LEN];
	uint32_t i;

	for (i = 0; i < LEN; i++)
		bytes[i] = (uint8_t)i;
	rsd_spec_parse("eth", &s);
	for (s.nb_split = 0; s.nb_split < RSD_SPEC_SPLITS && cut[s.nb_split] != 0; s.nb_split++)
		s.split[s.nb_split] = cut[s.nb_split];
	frame = rsd_frame_copy(bytes, LEN);
	m = rsd_fixture_mbuf(&f, &frame, &s, "chain");
	rsd_frame_free(&frame);
	return m;
}

/* Well formed, and the first len of our bytes. */
static void
check_bytes(const struct rte_mbuf *m, uint32_t len)
{
	struct rsd_frame flat = rsd_fixture_flat(m);
	const char *why;
	uint32_t i;

	RSD_CHECK(rte_mbuf_check(m, 1, &why) == 0, "not well formed: %s", why);
	RSD_CHECK_EQ(m->pkt_len, len);
	RSD_CHECK_EQ(flat.len, len);
	for (i = 0; i < flat.len; i++)
		if (flat.data[i] != (uint8_t)i) {
			RSD_CHECK(0, "byte %u is %u", i, flat.data[i]);
			break;
		}
	rsd_frame_free(&flat);
}

static void
all_home(void)
{
	struct rsd_pool_report r;

	rsd_pool_check(&r);
	RSD_CHECK(r.absent + r.freed_twice + r.dirty == 0, "%s", r.first);
}

/* Shapes of up to four segments, one of them empty. */
static void
each_shape(void (*check)(const uint32_t *cut))
{
	uint32_t a;

	rsd_pool_reset(true);
	for (a = 1; a <= LEN; a++) {
		const uint32_t shapes[][4] = { { a }, { a, a + 1 }, { a, a }, { a, a + 1, a + 2 },
			{ a, a + 5, a + 11 }, { 1, a < 2 ? 2 : a }, { 1, 2, a < 3 ? 3 : a } };
		unsigned int i;

		for (i = 0; i < RTE_DIM(shapes); i++)
			check(shapes[i]);
	}
	all_home();
}

static void
pull_every_length(const uint32_t *cut)
{
	uint32_t want;

	for (want = 0; want <= LEN; want++) {
		struct rte_mbuf *m = chain(cut);
		uint32_t first = m->data_len;
		int moved = rsd_chain_pullup(m, want);

		/* Exactly what was missing is moved: no byte more is copied. */
		RSD_CHECK_EQ(moved, want > first ? want - first : 0);
		RSD_CHECK(m->data_len >= want, "%u of %u in one piece", m->data_len, want);
		RSD_CHECK_EQ(m->data_len, RTE_MAX(first, want));
		check_bytes(m, LEN);
		rte_pktmbuf_free(m);
	}
}

static void
pullup(void)
{
	each_shape(pull_every_length);
}

static void
pullup_refused(void)
{
	static const uint32_t cut[] = { 10, 20, 0 };
	struct rte_mbuf *m;

	rsd_pool_reset(true);
	m = chain(cut);
	RSD_CHECK_EQ(rsd_chain_pullup(m, LEN + 1), -1);
	RSD_CHECK_EQ(m->nb_segs, 3);
	check_bytes(m, LEN);
	/* Room for 30 bytes from the start of the data on. */
	memmove((uint8_t *)m->buf_addr + m->buf_len - 30, rte_pktmbuf_mtod(m, void *), 10);
	m->data_off = (uint16_t)(m->buf_len - 30);
	RSD_CHECK_EQ(rsd_chain_pullup(m, 31), -1);
	RSD_CHECK_EQ(m->data_len, 10);
	check_bytes(m, LEN);
	RSD_CHECK_EQ(rsd_chain_pullup(m, 30), 20);
	RSD_CHECK_EQ(m->data_len, 30);
	check_bytes(m, LEN);
	rte_pktmbuf_free(m);
	all_home();
}

static void
trim_every_length(const uint32_t *cut)
{
	uint32_t len;

	for (len = 0; len <= LEN; len++) {
		struct rte_mbuf *m = chain(cut);

		RSD_CHECK_EQ(rsd_chain_trim(m, len), 0);
		check_bytes(m, len);
		rte_pktmbuf_free(m);
	}
}

static void
trim(void)
{
	each_shape(trim_every_length);
}

static void
trim_refused(void)
{
	static const uint32_t cut[] = { 10, 20, 0 };
	struct rte_mbuf *m;

	rsd_pool_reset(true);
	m = chain(cut);
	RSD_CHECK_EQ(rsd_chain_trim(m, LEN + 1), -1);
	RSD_CHECK_EQ(m->nb_segs, 3);
	check_bytes(m, LEN);
	rte_pktmbuf_free(m);
	all_home();
}

/* What is cut off goes home at once, not when the rest does. */
static void
trim_frees(void)
{
	static const uint32_t cut[] = { 10, 20, 30, 40, 0 };
	struct rte_mbuf *m;
	unsigned int before;

	rsd_pool_reset(true);
	before = rte_mempool_avail_count(rsd_pool_get());
	m = chain(cut);
	RSD_CHECK_EQ(before - rte_mempool_avail_count(rsd_pool_get()), 5);
	RSD_CHECK_EQ(rsd_chain_trim(m, 20), 0);
	RSD_CHECK_EQ(m->nb_segs, 2);
	RSD_CHECK_EQ(before - rte_mempool_avail_count(rsd_pool_get()), 2);
	rte_pktmbuf_free(m);
	all_home();
}

static uint8_t counting[LEN];

static void
sum_every_piece(const uint32_t *cut)
{
	struct rte_mbuf *m = chain(cut);
	uint32_t off, len;

	for (off = 0; off <= LEN; off++)
		for (len = 0; off + len <= LEN; len++) {
			rsd_csum_t sum = rsd_chain_sum(m, off, len, 0x1234);
			uint16_t want = rsd_slow_sum(counting + off, len, 0x3412);

			if (rte_be_to_cpu_16(rsd_csum_fold(sum)) != want)
				RSD_CHECK(0, "%u bytes from %u, cut at %u, %u", len, off, cut[0],
					cut[1]);
		}
	rte_pktmbuf_free(m);
}

static void
sum(void)
{
	uint32_t i;

	for (i = 0; i < LEN; i++)
		counting[i] = (uint8_t)i;
	each_shape(sum_every_piece);
	RSD_CHECK_EQ(rsd_test_failures(), 0);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "any number of bytes is brought into the first segment, and no more", pullup },
		{ "what does not fit, or is not there, leaves the chain as it was",
			pullup_refused },
		{ "a chain is cut to any length", trim },
		{ "a chain is not cut to more than it has", trim_refused },
		{ "segments cut off are home at once", trim_frees },
		{ "any piece of a chain sums as it does in one piece", sum },
	};

	rsd_fixture_start();
	return rsd_test_run("chain", tests, RTE_DIM(tests));
}
