/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bursts of one to nine frames, of which one is not like the others, at every place: the first look
 * may take several at once, and whatever it makes of the odd one must not change what becomes of
 * the others. Under every look that this CPU has.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/look.h"
#include "support/cunit_runner.h"
#include "support/rows.h"

#define BURST_MAX 9

/* What becomes of an odd frame in each enum rsd_csum_mode. */
struct end {
	const char *out;   /* NULL: no answer */
	const char *count; /* a counter of its own besides answered, one a frame; NULL: none */
	unsigned int verified;
};

struct odd {
	const char *in;
	bool host; /* its answer leaves before those of the others */
	struct end end[RSD_CSUM_MODES];
};

#define SAME(...)                                 \
	{                                         \
		{ __VA_ARGS__ }, { __VA_ARGS__ }, \
		{                                 \
			__VA_ARGS__               \
		}                                 \
	}
/* Right, but nobody says so: looked at by whoever looks at all. */
#define SUMMED(out, count)                            \
	{                                             \
		{ out, count, 1 }, { out, count, 1 }, \
		{                                     \
			out, count, 0                 \
		}                                     \
	}

static const struct odd odds[] = {
	{ "arp", true, SAME("arpreply", "host_answered", 0) },
	{ "ping", true, SAME("pong", "host_answered", 0) },
	{ "eth", false, SAME(NULL, "eth_unknown_type", 0) },
	{ "udp udpsum=bad", false,
		{ { NULL, "udp_csum", 1 }, { NULL, "udp_csum", 1 },
			{ "answer udpsum=bad", NULL, 0 } } },
	{ "udp udpsum=bad nic=good", false,
		{ { NULL, "udp_csum", 1 }, { "answer udpsum=bad", NULL, 0 },
			{ "answer udpsum=bad", NULL, 0 } } },
	{ "udp udpsum=bad nic=bad len=600", false,
		{ { NULL, "udp_csum", 1 }, { NULL, "udp_csum", 1 },
			{ "answer udpsum=bad len=600", NULL, 0 } } },
	{ "udp udpsum=zero", false,
		{ { "answer udpsum=zero", "udp_no_csum", 0 },
			{ "answer udpsum=zero", "udp_no_csum", 0 },
			{ "answer udpsum=zero", NULL, 0 } } },
	{ "udp udpsum=partial len=77", false,
		{ { "answer len=77", "udp_csum_partial", 1 },
			{ "answer len=77", "udp_csum_partial", 1 },
			{ "answer len=77 udpsum=partial", NULL, 0 } } },
	{ "udp zerosum=1", false, SUMMED("answer zerosum=1", NULL) },
	{ "udp", false, SUMMED("answer", NULL) },
	{ "udp nic=none", false, SUMMED("answer", NULL) },
	{ "udp split=50", false, SUMMED("answer", NULL) },
	{ "udp split=20 len=300", false, SUMMED("answer len=300", NULL) },
	{ "udp split=42", false, SUMMED("answer", NULL) },
	{ "udp pad=9 split=60", false, SUMMED("answer", "eth_padding") },
	{ "udp strip=0", false, SUMMED("answer", NULL) },
	{ "udp strip=5", false, SAME(NULL, "vlan_unknown", 0) },
	{ "udp vlan=0", false, SUMMED("answer", NULL) },
	{ "udp len=1 pad=17", false, SUMMED("answer len=1", "eth_padding") },
	{ "udp len=1472", false, SUMMED("answer len=1472", NULL) },
	{ "udp len=1473", false, SAME(NULL, "eth_oversize", 0) },
	{ "udp cut=0", false, SAME(NULL, "eth_short", 0) },
	{ "udp cut=33", false, SAME(NULL, "ip4_hdr", 0) },
	{ "udp cut=41", false, SAME(NULL, "ip4_trunc", 0) },
	{ "udp ipsum=bad", false, SAME(NULL, "ip4_csum", 0) },
	{ "udp src=us", false, SAME(NULL, "ip4_src_self", 0) },
	{ "udp src=10.9.0.255", false, SAME(NULL, "ip4_martian_src", 0) },
	{ "udp dst=10.9.0.77", false, SAME(NULL, "ip4_not_us", 0) },
	{ "udp dmac=other", false, SAME(NULL, "eth_not_us", 0) },
	{ "udp opts=01010101", false, SUMMED("answer", NULL) },
	{ "udp dport=9", false, SUMMED(NULL, "udp_no_socket") },
};

static const char *look;
static const char *ips; /* of the port; NULL: three */

/* The frames of all bursts so far. */
static struct {
	unsigned int odd, others;
} played;

/* -- one burst ------------------------------------------------------------------------------- */

/* How the frames of a burst are. */
struct shape {
	const char *name;
	bool brief; /* all but the odd one are short, or they are of every length */
	bool anew;  /* to the socket whose answers are made anew */
};

static const struct shape shapes[] = {
	{ "short", true, false },
	{ "long", false, false },
	{ "short, answered anew,", true, true },
	{ "long, answered anew,", false, true },
};

/* A frame in or out, to or from the socket of the shape: what frame says of ports is the last word,
 * but no answer that is made anew has any sum but a right one. */
static void
add(char *text, size_t size, const struct shape *shape, const char *frame)
{
	size_t kind = strcspn(frame, " "), at = strlen(text);
	bool out = strncmp(frame, "answer", kind) == 0;
	const char *port = out ? " sport=7778" : " dport=7778";

	snprintf(text + at, size - at, "%.*s%s%s%s;", (int)kind, frame, shape->anew ? port : "",
		frame + kind, shape->anew && out ? " udpsum=good" : "");
}

/* Frames that differ from one another. */
static void
add_other(char *in, char *out, size_t size, const struct shape *shape, unsigned int i)
{
	unsigned int len = shape->brief ? i * 2 : 11 + i * 181;
	char text[128];

	snprintf(text, sizeof(text), "udp nic=good len=%u fill=%u", len, i);
	add(in, size, shape, text);
	snprintf(text, sizeof(text), "answer len=%u fill=%u", len, i);
	add(out, size, shape, text);
}

static void
check_counters(const struct rsd_fixture *f, const struct end *end)
{
	char text[256];
	unsigned int verified = f->conf.csum == RSD_CSUM_VERIFY ? played.others : 0;
	unsigned int answered = played.others, host = 0;
	int at;

	if (end->count != NULL && strcmp(end->count, "host_answered") == 0)
		host = played.odd;
	else if (end->out != NULL)
		answered += played.odd;
	verified += end->verified * played.odd;
	at = snprintf(text, sizeof(text), "answered=%u udp_csum_verified=%u host_answered=%u",
		answered, verified, host);
	if (end->count != NULL && host == 0)
		at += snprintf(
			text + at, sizeof(text) - (size_t)at, " %s=%u", end->count, played.odd);
	if (end->count == NULL || strcmp(end->count, "udp_no_csum") != 0)
		snprintf(text + at, sizeof(text) - (size_t)at, " udp_no_csum=0");
	rsd_rows_check_counters(f, text, false);
}

static void
play_burst(struct rsd_fixture *f, const struct odd *odd, unsigned int nb, unsigned int place,
	const struct shape *shape)
{
	const struct end *end = &odd->end[f->conf.csum];
	char in[2048] = "", out[2048] = "", row[256];
	unsigned int i;

	snprintf(row, sizeof(row), "%s, '%s' at place %u of %u %s frames, checksum mode %u, %s",
		look, odd->in, place, nb, shape->name, f->conf.csum,
		ips == NULL ? "three addresses" : "one");
	rsd_test_row(row);
	if (odd->host)
		add(out, sizeof(out), shape, end->out);
	for (i = 0; i < nb; i++) {
		if (i != place) {
			add_other(in, out, sizeof(in), shape, i);
			continue;
		}
		add(in, sizeof(in), shape, odd->in);
		if (end->out != NULL && !odd->host)
			add(out, sizeof(out), shape, end->out);
	}
	played.odd++;
	played.others += nb - 1;
	rsd_fixture_push_text(f, 0, in);
	RSD_CHECK_EQ(rsd_fixture_turn(f), nb);
	rsd_rows_check_out(f, 0, out);
	check_counters(f, end);
	rsd_test_row(NULL);
}

/* -- all of them ----------------------------------------------------------------------------- */

static void
play(const struct odd *odd, enum rsd_csum_mode mode)
{
	const struct rsd_fixture_conf conf = { .ips = ips, .csum = mode, .partial_ok = true };
	unsigned int nb, place, i;
	struct rsd_fixture f;

	played.odd = played.others = 0;
	rsd_fixture_open(&f, &conf);
	rsd_rows_open_socks(&f);
	for (nb = 1; nb <= BURST_MAX; nb++)
		for (place = 0; place < nb && rsd_test_failures() == 0; place++)
			for (i = 0; i < RTE_DIM(shapes); i++)
				play_burst(&f, odd, nb, place, &shapes[i]);
	rsd_fixture_close(&f);
}

static void
play_all(const char *with_look, enum rsd_csum_mode mode)
{
	unsigned int i;

	look = with_look;
	setenv("RSD_TEST_LOOK", look, 1);
	for (i = 0; i < RTE_DIM(odds); i++) {
		ips = NULL;
		play(&odds[i], mode);
		ips = "10.9.0.2/24";
		play(&odds[i], mode);
	}
}

static void
plain_verify(void)
{
	play_all("plain", RSD_CSUM_VERIFY);
}

static void
plain_nic(void)
{
	play_all("plain", RSD_CSUM_NIC);
}

static void
plain_skip(void)
{
	play_all("plain", RSD_CSUM_SKIP);
}

static void
avx512_verify(void)
{
	play_all("avx512", RSD_CSUM_VERIFY);
}

static void
avx512_nic(void)
{
	play_all("avx512", RSD_CSUM_NIC);
}

static void
avx512_skip(void)
{
	play_all("avx512", RSD_CSUM_SKIP);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "an odd frame in a burst, one by one, sums verified", plain_verify },
		{ "an odd frame in a burst, one by one, sums left to the NIC", plain_nic },
		{ "an odd frame in a burst, one by one, sums not looked at", plain_skip },
		{ "an odd frame in a burst, four at once, sums verified", avx512_verify },
		{ "an odd frame in a burst, four at once, sums left to the NIC", avx512_nic },
		{ "an odd frame in a burst, four at once, sums not looked at", avx512_skip },
	};
	size_t nb = RTE_DIM(tests);

	if (rsd_look_choose("avx512", RSD_CSUM_VERIFY) == NULL) {
		nb = 3;
		printf("four at once: not on this CPU\n");
	}
	rsd_fixture_start();
	return rsd_test_run("bursts", tests, nb);
}
