/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Four frames at once, of which mostly one is a datagram with something changed: what is said of
 * all four must be what is true of each, by the check of single frames and by a slow UDP sum.
 *
 * The frames lie on heap blocks of their size, where AddressSanitizer sees what is read beside
 * them, or end where memory does, since it does not see loads under a mask. With such an end after
 * the headers, too: without sums nothing behind them may be read.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "support/cunit_runner.h"
#include "support/fence.h"
#include "support/four.h"
#include "support/mutate.h"
#include "support/wire_hosts.h"
#include "table/cpu.h"

#define ROUNDS     300000 /* for each host */
#define FENCED     16     /* one round of so many; a load under a mask is slow there */
#define LENGTHS    24
#define PER_LENGTH 3

/* A frame and what is true of it. */
struct known {
	struct rsd_frame f;
	bool exact;
	bool sound; /* and has a UDP sum that holds */
};

static struct known good[LENGTHS * PER_LENGTH];
static unsigned int nb_good, nb_brief; /* the brief ones are first */

static struct {
	unsigned int odd, plain, sound, brief_odd, brief_plain, brief_sound;
} seen;

/* -- what is true ---------------------------------------------------------------------------- */

/* Of an exact frame. */
static bool
sum_holds(const struct rsd_wire_local *w, const struct rsd_frame *f)
{
	const uint8_t *udp = f->data + w->l2_len + RSD_WIRE_IP4_LEN;
	uint32_t len = f->len - w->l2_len - RSD_WIRE_IP4_LEN;

	return (udp[6] != 0 || udp[7] != 0) &&
	       rsd_slow_sum(udp, len, rsd_slow_sum(udp - 8, 8, 17 + len)) == UINT16_MAX;
}

static struct known
know(const struct rsd_wire_local *w, struct rsd_frame f)
{
	struct known k = { .f = f, .exact = rsd_wire_is_exact(w, f.data, f.len) };

	k.sound = k.exact && sum_holds(w, &f);
	return k;
}

static enum rsd_four_said
truth(const struct known *const four[4])
{
	bool exact = true, sound = true;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		exact &= four[i]->exact;
		sound &= four[i]->sound;
	}
	return !exact ? RSD_SAID_ODD : sound ? RSD_SAID_SOUND : RSD_SAID_PLAIN;
}

/* -- what is said ---------------------------------------------------------------------------- */

static void
report(const struct known *const four[4], bool sums, bool is_brief, enum rsd_four_said said)
{
	char text[4 * (3 * 64 + 64)] = "";
	unsigned int i, k, at = 0;

	for (i = 0; i < 4; i++) {
		const struct rsd_frame *f = &four[i]->f;

		at += (unsigned int)snprintf(text + at, sizeof(text) - at,
			"\n    %u bytes%s%s:", f->len, four[i]->exact ? ", exact" : "",
			four[i]->sound ? ", sound" : "");
		for (k = 0; k < f->len && k < 64; k++)
			at += (unsigned int)snprintf(
				text + at, sizeof(text) - at, " %02x", f->data[k]);
	}
	RSD_CHECK(0, "with%s sums,%s brief: %u instead of %u%s", sums ? "" : "out",
		is_brief ? "" : " not", said, truth(four), text);
}

static void
check_way(const struct rsd_wire_local *w, const struct known *const four[4],
	const struct rsd_four_frames *f, bool sums, bool is_brief)
{
	enum rsd_four_said said = rsd_four_look(w, f, sums, is_brief), want = truth(four);

	if (!sums && want == RSD_SAID_SOUND)
		want = RSD_SAID_PLAIN;
	if (said != want)
		report(four, sums, is_brief, said);
}

/* The first nb bytes of each, with nothing behind them. */
static void
put_at_fences(struct rsd_four_frames *f, uint32_t nb)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		f->eth[i] = rsd_fence_put(i, f->eth[i], RTE_MIN(f->len[i], nb));
}

static bool
all_brief(const struct rsd_four_frames *f)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (f->len[i] > RSD_FOUR_BRIEF)
			return false;
	return true;
}

static void
count(enum rsd_four_said want, bool is_brief)
{
	seen.odd += want == RSD_SAID_ODD;
	seen.plain += want == RSD_SAID_PLAIN;
	seen.sound += want == RSD_SAID_SOUND;
	seen.brief_odd += is_brief && want == RSD_SAID_ODD;
	seen.brief_plain += is_brief && want == RSD_SAID_PLAIN;
	seen.brief_sound += is_brief && want == RSD_SAID_SOUND;
}

static void
check_four(const struct rsd_wire_local *w, const struct known *const four[4], bool fenced)
{
	struct rsd_four_frames f;
	bool is_brief;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		f.eth[i] = four[i]->f.data;
		f.len[i] = four[i]->f.len;
	}
	is_brief = all_brief(&f);
	if (fenced)
		put_at_fences(&f, UINT32_MAX);
	check_way(w, four, &f, true, false);
	if (is_brief)
		check_way(w, four, &f, true, true);
	if (fenced)
		put_at_fences(&f, w->l2_len + RSD_WIRE_HDRS);
	check_way(w, four, &f, false, false);
	if (is_brief)
		check_way(w, four, &f, false, true);
	count(truth(four), is_brief);
}

/* -- frames ---------------------------------------------------------------------------------- */

/* With an end of the frame at, before and behind a multiple of 64 bytes, tagged and not. */
static const uint32_t lengths[LENGTHS] = { 0, 1, 2, 3, 7, 17, 18, 19, 21, 22, 23, 36, 37, 81, 82,
	83, 85, 86, 87, 100, 213, 1000, 1471, 1472 };
static const uint32_t jumbo_lengths[] = { 1473, 4000, 8000, 9173, 9174 };

static struct rsd_frame
make(enum rsd_wire_host host, uint32_t len, unsigned int i)
{
	static const char *const dst[] = { "us", "us2", "us3" };
	char text[128];

	snprintf(text, sizeof(text), "udp len=%u dst=%s fill=%u%s", len,
		dst[host == RSD_HOST_ONE ? 0 : i], i * 101 + len % 256,
		host == RSD_HOST_VLAN ? " vlan=5" : "");
	return rsd_frame_make(text);
}

static uint32_t
length_at(enum rsd_wire_host host, unsigned int i)
{
	const unsigned int nb = RTE_DIM(jumbo_lengths);

	return host == RSD_HOST_JUMBO && i >= LENGTHS - nb ? jumbo_lengths[i - (LENGTHS - nb)]
							   : lengths[i];
}

static void
forget_good(void)
{
	while (nb_good != 0)
		rsd_frame_free(&good[--nb_good].f);
	nb_brief = 0;
}

static void
make_good(enum rsd_wire_host host)
{
	const struct rsd_wire_local *w = rsd_wire_host(host);
	unsigned int i;

	forget_good();
	for (i = 0; i < RTE_DIM(good); i++) {
		struct known *k = &good[nb_good++];

		*k = know(w, make(host, length_at(host, i / PER_LENGTH), i % PER_LENGTH));
		RSD_CHECK(k->sound, "%u bytes: not right to begin with", k->f.len);
		nb_brief += k->f.len <= RSD_FOUR_BRIEF;
	}
}

static const struct known *
any_good(struct rsd_random *r, bool is_brief)
{
	return &good[rsd_random_below(r, is_brief ? nb_brief : nb_good)];
}

/* On the heap; the caller frees it. */
static struct rsd_frame
any_mutant(struct rsd_random *r, enum rsd_wire_host host)
{
	static struct rsd_mutant f;

	if (host != RSD_HOST_JUMBO || rsd_random_below(r, 4) != 0)
		rsd_mutate(&f, r);
	else
		rsd_mutate_seed(&f, r, &any_good(r, false)->f);
	rsd_mutate_udp_sum(&f, r);
	return rsd_frame_copy(f.b, f.len);
}

/* One of four is a mutant, of every eight rounds all of them in one. */
static void
round_of(enum rsd_wire_host host, struct rsd_random *r)
{
	const struct rsd_wire_local *w = rsd_wire_host(host);
	bool is_brief = rsd_random_below(r, 2) == 0, all = rsd_random_below(r, 8) == 0;
	unsigned int i, place = rsd_random_below(r, 4);
	const struct known *four[4];
	struct known mutant[4];

	for (i = 0; i < 4; i++) {
		mutant[i] = (struct known){ 0 };
		four[i] = any_good(r, is_brief);
		if (i != place && !all)
			continue;
		mutant[i] = know(w, any_mutant(r, host));
		four[i] = &mutant[i];
	}
	check_four(w, four, rsd_random_below(r, FENCED) == 0);
	for (i = 0; i < 4; i++)
		rsd_frame_free(&mutant[i].f);
}

/* -- tests ----------------------------------------------------------------------------------- */

static void
mutants(enum rsd_wire_host host)
{
	struct rsd_random r = { 23 + host };
	unsigned int i;

	memset(&seen, 0, sizeof(seen));
	make_good(host);
	for (i = 0; i < ROUNDS && rsd_test_failures() < 5; i++)
		round_of(host, &r);
	forget_good();
	/* A comparison of nothing but odd ones would prove little. */
	RSD_CHECK(seen.odd > i / 4, "%u of %u odd", seen.odd, i);
	RSD_CHECK(seen.plain > i / 100, "%u of %u without a right sum", seen.plain, i);
	RSD_CHECK(seen.sound > i / 40, "%u of %u sound", seen.sound, i);
	RSD_CHECK(
		seen.brief_odd > i / 20 && seen.brief_plain > i / 500 && seen.brief_sound > i / 200,
		"of %u brief %u odd, %u without a right sum, %u sound", i, seen.brief_odd,
		seen.brief_plain, seen.brief_sound);
}

static void
every_host(void)
{
	static const char *const names[RSD_HOST_MAX] = {
		[RSD_HOST_THREE] = "three addresses",
		[RSD_HOST_ONE] = "one address",
		[RSD_HOST_VLAN] = "a tagged port",
		[RSD_HOST_MANY] = "64 addresses",
		[RSD_HOST_NESTED] = "an address of ours is a broadcast",
		[RSD_HOST_JUMBO] = "jumbo frames",
	};
	unsigned int host;

	for (host = 0; host < RSD_HOST_MAX; host++) {
		rsd_test_row(names[host]);
		mutants(host);
	}
	rsd_test_row(NULL);
}

static void
put_sum(uint8_t *at, uint32_t sum)
{
	at[0] = (uint8_t)(sum >> 8);
	at[1] = (uint8_t)sum;
}

/* A payload of the same byte all over has the largest sums; and every length has its turn. */
static struct rsd_frame
filled(enum rsd_wire_host host, uint32_t len, int byte)
{
	const uint32_t udp = rsd_wire_host(host)->l2_len + RSD_WIRE_IP4_LEN;
	struct rsd_frame f = make(host, len, 0);
	uint32_t sum;

	memset(f.data + udp + RSD_WIRE_UDP_LEN, byte, len);
	put_sum(f.data + udp + 6, 0);
	sum = rsd_slow_sum(f.data + udp - 8, f.len - udp + 8, 17 + RSD_WIRE_UDP_LEN + len);
	sum = sum == UINT16_MAX ? UINT16_MAX : UINT16_MAX - sum;
	put_sum(f.data + udp + 6, sum);
	return f;
}

static void
check_length(enum rsd_wire_host host, uint32_t len, int byte)
{
	const struct rsd_wire_local *w = rsd_wire_host(host);
	struct known k = know(w, filled(host, len, byte)), wrong;
	const struct known *const all[4] = { &k, &k, &k, &k };
	const struct known *one[4] = { &k, &k, &k, &k };

	RSD_CHECK(k.sound, "%u bytes of payload: not right to begin with", len);
	check_four(w, all, true);
	wrong = know(w, rsd_frame_copy(k.f.data, k.f.len));
	wrong.f.data[k.f.len - 1] ^= 1; /* the last byte of all, or of the sum */
	wrong.sound = sum_holds(w, &wrong.f);
	one[len % 4] = &wrong;
	check_four(w, one, true);
	rsd_frame_free(&wrong.f);
	rsd_frame_free(&k.f);
}

static void
every_length(void)
{
	static const int bytes[] = { 0x00, 0xff, 0x80, 0x7f };
	unsigned int i, host;
	uint32_t len;

	for (host = 0; host < RSD_HOST_MAX; host++)
		for (len = 0; len <= 1472; len++)
			check_length(host, len, bytes[len / 4 % RTE_DIM(bytes)]);
	for (i = 0; i < RTE_DIM(bytes); i++)
		for (len = 9174 - 130; len <= 9174; len++)
			check_length(RSD_HOST_JUMBO, len, bytes[i]);
}

/* Not even with lengths that stand, by chance, behind the last that is looked up. */
static void
too_long(void)
{
	const struct rsd_wire_local *w = rsd_wire_host(RSD_HOST_JUMBO);
	struct rsd_frame f = filled(RSD_HOST_JUMBO, 9175, 0);
	struct known k = know(w, f);
	const struct known *const four[4] = { &k, &k, &k, &k };
	const uint8_t *behind =
		(const uint8_t *)w + offsetof(struct rsd_wire_local, lengths) + sizeof(w->lengths);
	uint8_t *ip = f.data + w->l2_len;

	RSD_CHECK_EQ(f.len, RSD_WIRE_JUMBO + 1);
	RSD_CHECK(!k.exact, "longer than any that is looked up");
	check_four(w, four, true);
	memcpy(ip + 2, behind, 2);
	memcpy(ip + 24, behind + 2, 2);
	put_sum(ip + 10, 0);
	put_sum(ip + 10, UINT16_MAX - rsd_slow_sum(ip, RSD_WIRE_IP4_LEN, 0));
	k = know(w, f);
	check_four(w, four, true);
	rsd_frame_free(&f);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "four at once and one by one agree about mutants", every_host },
		{ "every length, with payloads of the smallest and largest sums", every_length },
		{ "a frame longer than any that is looked up is odd", too_long },
	};

	if (!rsd_cpu_has_avx512())
		rsd_test_skip("this CPU has no AVX-512");
	return rsd_test_run("parse_four", tests, RTE_DIM(tests));
}
