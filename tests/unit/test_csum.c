/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "support/csum_check.h"
#include "support/cunit_runner.h"
#include "support/packet_builder.h"
#include "support/random.h"
#include "wire/csum.h"

#define LEN_MAX 2048

/* A sum as the slow routine gives it: big-endian words. */
static uint16_t
as_be(rsd_csum_t sum)
{
	return rte_be_to_cpu_16(rsd_csum_fold(sum));
}

static void
fill(uint8_t *p, uint32_t len, struct rsd_random *r)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		p[i] = (uint8_t)rsd_random(r);
}

static void
all_lengths(void)
{
	struct rsd_random r = { 1 };
	uint32_t len, align;

	for (len = 0; len <= LEN_MAX; len++)
		for (align = 0; align < 8; align++) {
			/* The end of the bytes is the end of the block: one too far is seen. */
			uint8_t *block = malloc(align + len + 1), *p = block + align + 1;
			uint16_t want;

			fill(p, len, &r);
			want = rsd_slow_sum(p, len, 0);
			if (as_be(rsd_csum_bytes(p, len, 0)) != want)
				RSD_CHECK(0, "%u bytes at alignment %u", len, align + 1);
			free(block);
		}
	RSD_CHECK_EQ(rsd_test_failures(), 0);
}

/* 0xffff and 0x0000 are the same number to a ones-complement sum, but not the same field. */
static void
extreme_bytes(void)
{
	static uint8_t ones[65536], zeros[65536];
	uint32_t len;

	memset(ones, 0xff, sizeof(ones));
	for (len = 1; len <= sizeof(ones); len = len * 3 / 2 + 1) {
		RSD_CHECK_EQ(as_be(rsd_csum_bytes(ones, len, 0)), rsd_slow_sum(ones, len, 0));
		RSD_CHECK_EQ(as_be(rsd_csum_bytes(zeros, len, 0)), 0);
		RSD_CHECK_EQ(as_be(rsd_csum_bytes(ones, len, UINT64_MAX)),
			rsd_slow_sum(ones, len, UINT16_MAX));
	}
}

static void
sum_goes_on(void)
{
	struct rsd_random r = { 2 };
	uint8_t p[301];
	uint32_t cut;

	fill(p, sizeof(p), &r);
	for (cut = 0; cut <= sizeof(p); cut++) {
		rsd_csum_t sum = rsd_csum_bytes(p, cut, 0);

		sum = (cut & 1) != 0 ? rsd_csum_bytes_odd(p + cut, sizeof(p) - cut, sum)
				     : rsd_csum_bytes(p + cut, sizeof(p) - cut, sum);
		RSD_CHECK(as_be(sum) == rsd_slow_sum(p, sizeof(p), 0), "cut at %u", cut);
	}
}

static void
fold_is_modulo(void)
{
	static const uint64_t edge[] = { 0, 1, 0xffff, 0x10000, 0x1fffe, 0xffffffff, 0x100000000,
		0xffff0000ffff0000, 0x0000ffffffff0000, 0x8000000000000000, UINT64_MAX - 1,
		UINT64_MAX };
	struct rsd_random r = { 3 };
	uint32_t i;

	for (i = 0; i < 1000000; i++) {
		uint64_t v = i < RTE_DIM(edge) ? edge[i]
					       : (uint64_t)rsd_random(&r) << 32 | rsd_random(&r);
		/* 2^16 is 1 modulo 65535, so the folded sum is the remainder; 0 only for 0. */
		uint16_t want = (uint16_t)(v % 65535);

		if (want == 0 && v != 0)
			want = 65535;
		if (rsd_csum_fold(v) != want)
			RSD_CHECK(0, "fold of %llx is %x", (unsigned long long)v, rsd_csum_fold(v));
	}
	RSD_CHECK_EQ(rsd_test_failures(), 0);
}

static void
add_keeps_the_carry(void)
{
	RSD_CHECK_EQ(rsd_csum_add(UINT64_MAX, 1), 1);
	RSD_CHECK(rsd_csum_add(UINT64_MAX, UINT64_MAX) == UINT64_MAX, "all ones twice");
	RSD_CHECK_EQ(rsd_csum_add(0, 0), 0);
	RSD_CHECK(rsd_csum_add(UINT64_C(1) << 63, UINT64_C(1) << 63) == 1, "top bits");
}

static void
header_sums(void)
{
	struct rsd_frame f;
	uint32_t len;

	for (len = 0; len < 300; len++) {
		struct rsd_spec s;

		rsd_spec_parse("udp", &s);
		s.len = len;
		s.fill = len * 5;
		f = rsd_spec_build(&s);
		RSD_CHECK_EQ(as_be(rsd_csum_ip4_header(f.data + 14)), 0xffff);
		RSD_CHECK_EQ(as_be(rsd_csum_bytes(
				     f.data + 34, 8 + len, rsd_csum_udp4_pseudo(f.data + 34))),
			0xffff);
		f.data[14 + len % 20] ^= 0x10;
		RSD_CHECK(as_be(rsd_csum_ip4_header(f.data + 14)) != 0xffff, "a flipped bit");
		rsd_frame_free(&f);
	}
}

/* The sum of a datagram in one piece, which loads bytes that end where the datagram does. */
static void
whole_datagrams(void)
{
	uint32_t len, byte;

	for (len = 0; len <= 65507; len += len < 600 ? 1 : 1777) {
		struct rsd_frame f;
		struct rsd_spec s;
		uint8_t *udp;

		rsd_spec_parse("udp", &s);
		s.len = len;
		f = rsd_spec_build(&s);
		udp = f.data + 34;
		RSD_CHECK_EQ(as_be(rsd_csum_udp4(udp, 8 + len)),
			as_be(rsd_csum_bytes(udp, 8 + len, rsd_csum_udp4_pseudo(udp))));
		RSD_CHECK(rsd_csum_is_full(rsd_csum_udp4(udp, 8 + len)), "%u bytes", len);
		byte = len * 7 % (8 + len);
		udp[byte] ^= 0x80;
		RSD_CHECK(!rsd_csum_is_full(rsd_csum_udp4(udp, 8 + len)), "%u bytes, byte %u wrong",
			len, byte);
		rsd_frame_free(&f);
	}
}

static void
largest_sum(void)
{
	static uint8_t ip[20 + 65535];
	uint8_t *udp = ip + 20;

	memset(ip, 0xff, sizeof(ip));
	RSD_CHECK_EQ(as_be(rsd_csum_udp4(udp, 65515)),
		as_be(rsd_csum_bytes(udp, 65515, rsd_csum_udp4_pseudo(udp))));
}

/* Exactly the sums that fold to ones. */
static void
full_sums(void)
{
	struct rsd_random r = { 4 };
	uint32_t i, nb_full = 0;

	for (i = 0; i < 1000000; i++) {
		uint64_t v = (uint64_t)rsd_random(&r) << 32 | rsd_random(&r);

		if (i % 4 == 0)
			v = v / 65535 * 65535;
		if (rsd_csum_is_full(v) != (rsd_csum_fold(v) == 0xffff))
			RSD_CHECK(0, "%llx", (unsigned long long)v);
		nb_full += rsd_csum_is_full(v);
	}
	RSD_CHECK(nb_full > 240000 && nb_full < 260000, "%u of a million", nb_full);
	RSD_CHECK(!rsd_csum_is_full(0), "nothing but zeros");
	RSD_CHECK(rsd_csum_is_full(0xffff), "ones");
	RSD_CHECK(rsd_csum_is_full(UINT64_MAX), "all ones");
}

static uint16_t
patch16(uint16_t csum, uint16_t from, uint16_t to)
{
	return rsd_csum_patch16(csum, from, to);
}

static uint16_t
patch64(uint16_t csum, uint64_t from, uint64_t to)
{
	return rsd_csum_patch64(csum, from, to);
}

static void
patches(void)
{
	RSD_CHECK_EQ(rsd_patch16_misses(patch16), 0);
	RSD_CHECK_EQ(rsd_patch64_misses(patch64), 0);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "sums of 0 to 2048 bytes at every alignment equal the slow sum", all_lengths },
		{ "all ones and all zeros sum right at any length", extreme_bytes },
		{ "a sum goes on after an even or odd number of bytes", sum_goes_on },
		{ "folding is the remainder modulo 65535, and zero only of zero", fold_is_modulo },
		{ "adding brings the carry round", add_keeps_the_carry },
		{ "IPv4 header and UDP pseudo header sums accept what is right only", header_sums },
		{ "the sum of a datagram in one piece is that of its bytes", whole_datagrams },
		{ "the largest sum there is loses no carry", largest_sum },
		{ "a sum is full when it folds to ones", full_sums },
		{ "patching equals a new sum for all 65,536 checksums (RFC 1624)", patches },
	};

	return rsd_test_run("csum", tests, RTE_DIM(tests));
}
