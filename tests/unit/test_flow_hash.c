/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include "support/cunit_runner.h"
#include "support/random.h"
#include "table/flow_hash.h"
#include "wire/csum.h"

#define BURST 70

/* --- AES-128, from FIPS 197, one byte after the other ---------------------------------------- */

static uint8_t
times2(uint8_t x)
{
	return (uint8_t)(x << 1 ^ (x & 0x80 ? 0x1b : 0));
}

static uint8_t
times(uint8_t x, uint8_t y)
{
	uint8_t sum = 0;

	for (; y != 0; y >>= 1, x = times2(x))
		sum ^= y & 1 ? x : 0;
	return sum;
}

/* The inverse in the field, x^254, and the affine map (FIPS 197, 5.1.1). */
static uint8_t
substitute_slowly(uint8_t x)
{
	uint8_t inverse = 1, out = 0x63;
	unsigned int i;

	for (i = 0; i < 254; i++)
		inverse = times(inverse, x);
	for (i = 0; i < 5; i++)
		out ^= (uint8_t)(inverse << i | inverse >> (8 - i));
	return out;
}

static uint8_t sbox[256];

static uint8_t
substitute(uint8_t x)
{
	if (sbox[0] == 0)
		for (unsigned int i = 0; i < 256; i++)
			sbox[i] = substitute_slowly((uint8_t)i);
	return sbox[x];
}

static void
aes_keys(const uint8_t key[16], uint8_t round[176])
{
	uint8_t constant = 1, word[4], first;
	unsigned int i, j;

	memcpy(round, key, 16);
	for (i = 16; i < 176; i += 4) {
		memcpy(word, round + i - 4, 4);
		if (i % 16 == 0) {
			first = word[0];
			for (j = 0; j < 3; j++)
				word[j] = substitute(word[j + 1]);
			word[3] = substitute(first);
			word[0] ^= constant;
			constant = times2(constant);
		}
		for (j = 0; j < 4; j++)
			round[i + j] = round[i + j - 16] ^ word[j];
	}
}

static void
aes_round(uint8_t s[16], const uint8_t round[16], bool last)
{
	uint8_t t[16];
	unsigned int i, c, r;

	for (c = 0; c < 4; c++)
		for (r = 0; r < 4; r++)
			t[4 * c + r] = substitute(s[4 * ((c + r) % 4) + r]);
	for (i = 0; i < 16; i++) {
		c = i & ~3u;
		s[i] = last ? t[i]
			    : times2(t[i]) ^ times2(t[c + (i + 1) % 4]) ^ t[c + (i + 1) % 4] ^
				       t[c + (i + 2) % 4] ^ t[c + (i + 3) % 4];
		s[i] ^= round[i];
	}
}

static void
aes(const uint8_t round[176], uint8_t s[16])
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		s[i] ^= round[i];
	for (i = 1; i <= 10; i++)
		aes_round(s, round + 16 * i, i == 10);
}

/* CBC-MAC of the key's bytes in zero padded blocks, low half. */
static uint64_t
aes_hash(const uint8_t round[176], const uint8_t *key, unsigned int len)
{
	uint8_t s[16] = { 0 };
	unsigned int i;

	for (i = 0; i < len; i++) {
		if (i != 0 && i % 16 == 0)
			aes(round, s);
		s[i % 16] ^= key[i];
	}
	aes(round, s);
	return rte_le_to_cpu_64(rsd_load64(s));
}

/* --- tests ----------------------------------------------------------------------------------- */

static uint8_t keys[BURST][48];
static const uint8_t *at[BURST];

static void
make_keys(void)
{
	struct rsd_random r = { 3 };
	unsigned int i, j;

	for (i = 0; i < BURST; i++) {
		for (j = 0; j < sizeof(keys[i]); j++)
			keys[i][j] = (uint8_t)rsd_random(&r);
		at[i] = keys[i] + i % 8; /* at any alignment */
	}
}

/* FIPS 197, appendix C.1: the reference is right, before anything is held against it. */
static void
test_reference(void)
{
	static const uint8_t want[16] = { 0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30, 0xd8,
		0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a };
	uint8_t key[16], s[16], round[176];
	unsigned int i;

	for (i = 0; i < 16; i++) {
		key[i] = (uint8_t)i;
		s[i] = (uint8_t)(i * 0x11);
	}
	aes_keys(key, round);
	aes(round, s);
	RSD_CHECK(memcmp(s, want, 16) == 0, "first byte 0x%02x", s[0]);
}

/* The same vector through the round keys of the instruction. */
static void
test_round_keys(void)
{
	uint8_t key[16], round[176];
	struct rsd_flow_hash f;
	unsigned int i;

	for (i = 0; i < 16; i++)
		key[i] = (uint8_t)i;
	if (rsd_flow_hash_init(&f, RSD_FLOW_AES, key, NULL) == -ENOTSUP)
		return; /* no AES here: the kind BEST is SIP, which test_kinds() sees */
	aes_keys(key, round);
	RSD_CHECK(memcmp(round, f.round, 176) == 0, "round keys differ");
}

static void
check_variant(const char *variant)
{
	static const uint8_t secret[16] = { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 11, 22, 33, 44, 55, 66 };
	unsigned int nb, i, wrong = 0;
	uint64_t h[BURST + 1];
	struct rsd_flow_hash f;
	uint8_t round[176];

	if (rsd_flow_hash_init(&f, RSD_FLOW_AES, secret, variant) == -ENOTSUP)
		return;
	RSD_CHECK(strcmp(f.variant, variant) == 0, "%s", f.variant);
	aes_keys(secret, round);
	for (nb = 1; nb <= BURST; nb++) {
		h[nb] = 77;
		f.burst4(&f, at, nb, h);
		for (i = 0; i < nb; i++)
			wrong += h[i] != aes_hash(round, at[i], RSD_FLOW_KEY4);
		f.burst6(&f, at, nb, h);
		for (i = 0; i < nb; i++)
			wrong += h[i] != aes_hash(round, at[i], RSD_FLOW_KEY6);
		RSD_CHECK_EQ(h[nb], 77);
	}
	RSD_CHECK(wrong == 0, "%s: %u", variant, wrong);
}

/* Every burst size, so that every remainder is met. */
static void
test_variants(void)
{
	check_variant("aesni");
	check_variant("vaes");
}

/* The paper's vector, and of the authors' list of 64 some lengths: key and input 00 01 02 ... */
static void
test_siphash(void)
{
	static const struct {
		unsigned int len;
		uint64_t want;
	} rows[] = {
		{ 0, UINT64_C(0x726fdb47dd0e0e31) },
		{ 1, UINT64_C(0x74f839c593dc67fd) },
		{ 2, UINT64_C(0x0d6c8009d9a94f5a) },
		{ 7, UINT64_C(0xab0200f58b01d137) },
		{ 8, UINT64_C(0x93f5f5799a932462) },
		{ 15, UINT64_C(0xa129ca6149be45e5) },
		{ 63, UINT64_C(0x958a324ceb064572) },
	};
	uint8_t key[16], data[64];
	uint64_t words[2];
	unsigned int i;

	for (i = 0; i < 64; i++)
		data[i] = (uint8_t)i;
	memcpy(key, data, 16);
	words[0] = rte_le_to_cpu_64(rsd_load64(key));
	words[1] = rte_le_to_cpu_64(rsd_load64(key + 8));
	for (i = 0; i < RTE_DIM(rows); i++)
		RSD_CHECK(rsd_siphash(words, data, rows[i].len, 2, 4) == rows[i].want,
			"%u bytes: %016llx", rows[i].len,
			(unsigned long long)rsd_siphash(words, data, rows[i].len, 2, 4));
	/* What a table uses is the same with 1 and 3. */
	RSD_CHECK(rsd_siphash13(words, data, 12) == rsd_siphash(words, data, 12, 1, 3), "1-3");
	RSD_CHECK(rsd_siphash13(words, data, 12) != rsd_siphash(words, data, 12, 2, 4), "2-4");
}

/* What may lie behind a 12-byte key does not matter; every bit of it does. */
static void
check_bits(struct rsd_flow_hash *f, unsigned int len)
{
	uint64_t before, after, flipped = 0;
	unsigned int bit;
	uint8_t k[48];

	memcpy(k, keys[0], sizeof(k));
	before = len == RSD_FLOW_KEY4 ? rsd_flow_hash4(f, k) : rsd_flow_hash6(f, k);
	for (bit = 0; bit < (len + 4) * 8; bit++) {
		k[bit / 8] ^= (uint8_t)(1 << bit % 8);
		after = len == RSD_FLOW_KEY4 ? rsd_flow_hash4(f, k) : rsd_flow_hash6(f, k);
		k[bit / 8] ^= (uint8_t)(1 << bit % 8);
		RSD_CHECK((after == before) == (bit >= len * 8), "bit %u", bit);
		flipped += (unsigned int)__builtin_popcountll(after ^ before);
	}
	/* About half of 64 bits each. */
	RSD_CHECK(flipped > len * 8 * 28 && flipped < len * 8 * 36, "%llu of %u",
		(unsigned long long)flipped, len * 8 * 64);
}

static void
test_kinds(void)
{
	static const uint8_t secret[16] = "sixteen  letters";
	uint8_t other[16];
	struct rsd_flow_hash f, g;
	int ret;

	memcpy(other, secret, 16);
	other[15] ^= 1;
	RSD_CHECK_EQ(rsd_flow_hash_init(&f, RSD_FLOW_SIP, secret, NULL), 0);
	check_bits(&f, RSD_FLOW_KEY4);
	check_bits(&f, RSD_FLOW_KEY6);
	RSD_CHECK_EQ(rsd_flow_hash_init(&f, RSD_FLOW_BEST, secret, NULL), 0);
	check_bits(&f, RSD_FLOW_KEY4);
	check_bits(&f, RSD_FLOW_KEY6);
	ret = rsd_flow_hash_init(&g, RSD_FLOW_AES, other, NULL);
	RSD_CHECK_EQ(f.kind, ret == 0 ? RSD_FLOW_AES : RSD_FLOW_SIP);
	RSD_CHECK(ret != 0 || rsd_flow_hash4(&f, keys[0]) != rsd_flow_hash4(&g, keys[0]),
		"another secret, the same hash");
	RSD_CHECK_EQ(rsd_flow_hash_init(&f, (enum rsd_flow_kind)9, secret, NULL), -EINVAL);
	RSD_CHECK_EQ(rsd_flow_hash_init(&f, RSD_FLOW_AES, secret, "abacus"), -ENOTSUP);
	RSD_CHECK_EQ(rsd_flow_hash_init(&f, RSD_FLOW_SIP, secret, "vaes"), -ENOTSUP);
}

/* Given hashes that differ in one bit, or count up, land apart, and where depends on the secret. */
static void
test_given(void)
{
	static const uint8_t one[16] = { 1 }, two[16] = { 2 };
	unsigned int i, same = 0, hits[64] = { 0 };
	struct rsd_flow_hash f, g;

	RSD_CHECK_EQ(rsd_flow_hash_init(&f, RSD_FLOW_GIVEN32, one, NULL), 0);
	RSD_CHECK_EQ(rsd_flow_hash_init(&g, RSD_FLOW_GIVEN32, two, NULL), 0);
	for (i = 0; i < 64 * 1024; i++) {
		hits[(uint32_t)rsd_flow_given32(&f, i) >> 26]++;
		same += (uint32_t)rsd_flow_given32(&f, i) >> 20 ==
			(uint32_t)rsd_flow_given32(&g, i) >> 20;
	}
	for (i = 0; i < 64; i++)
		RSD_CHECK(hits[i] > 512 && hits[i] < 2048, "%u: %u", i, hits[i]);
	RSD_CHECK(same < 256, "%u of 65536 as under another secret", same);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "the reference is AES-128", test_reference },
		{ "round keys are those of FIPS 197", test_round_keys },
		{ "every variant of AES gives what the reference gives", test_variants },
		{ "SipHash-2-4 gives the published values", test_siphash },
		{ "every bit of a key counts, and none behind it", test_kinds },
		{ "given hashes are spread under the secret", test_given },
	};

	make_keys();
	return rsd_test_run("flow_hash", tests, RTE_DIM(tests));
}
