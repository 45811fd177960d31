/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Captures of the world's odd and broken packets, through the whole pipeline: nothing crashes,
 * nothing is read past its end, every frame is in exactly one counter and every buffer comes home.
 * Most captures are not for us, so each frame is also played with its addresses made ours, in
 * segments, and with bytes of it changed.
 */
#define _GNU_SOURCE /* nftw() */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz/pcap_read.h"
#include "support/cunit_runner.h"
#include "support/random.h"
#include "support/rows.h"

#define FRAME_MAX 16000
#define BATCH     100 /* frames pushed before the loop turns */
#define PATHS_MAX 20000

static char *paths[PATHS_MAX];
static unsigned int nb_paths;

static struct {
	uint64_t frames, answered, host;
} seen;

static struct rsd_random rnd = { 41 };

/* -- what is done to a frame before it is played ---------------------------------------------- */

static void
set16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static uint32_t
ip_offset(const uint8_t *b, uint32_t len)
{
	if (len >= 18 && b[12] == 0x81 && b[13] == 0)
		return 18;
	return 14;
}

static void
sum_ip(uint8_t *ip, uint32_t room)
{
	uint32_t hdr = (ip[0] & 15) * 4u;

	if (hdr < 20 || hdr > room)
		return;
	set16(ip + 10, 0);
	set16(ip + 10, (uint16_t)~rsd_slow_sum(ip, hdr, 0));
}

/* To our MAC and address; a question of ARP is for us. */
static void
make_ours(uint8_t *b, uint32_t len)
{
	static const uint8_t mac[6] = RSD_TEST_MAC_US, ip[4] = { 10, 9, 0, 2 };
	uint32_t at = ip_offset(b, len);

	if (len < 14)
		return;
	memcpy(b, mac, 6);
	b[6] &= 0xfe;
	if (len >= at + 28 && b[at - 2] == 0x08 && b[at - 1] == 0x06)
		memcpy(b + at + 24, ip, 4);
	if (len < at + 20 || b[at - 2] != 0x08 || b[at - 1] != 0x00)
		return;
	memcpy(b + at + 16, ip, 4);
	sum_ip(b + at, len - at);
}

/* UDP goes to our echo, without a checksum; whatever else it is stays. */
static void
make_echo(uint8_t *b, uint32_t len)
{
	uint32_t at = ip_offset(b, len), hdr;

	make_ours(b, len);
	if (len < at + 20 || b[at + 9] != 17)
		return;
	hdr = (b[at] & 15) * 4u;
	if (len < at + hdr + 8)
		return;
	set16(b + at + hdr + 2, RSD_TEST_PORT);
	set16(b + at + hdr + 6, 0);
}

static void
change_bytes(uint8_t *b, uint32_t len)
{
	uint32_t nb = 1 + rsd_random_below(&rnd, 4);

	make_echo(b, len);
	while (len != 0 && nb-- != 0)
		b[rsd_random_below(&rnd, RTE_MIN(len, 80u))] = (uint8_t)rsd_random(&rnd);
	if (len >= 34 && rsd_random_below(&rnd, 2) != 0)
		sum_ip(b + ip_offset(b, len), len - ip_offset(b, len));
}

static void
leave(uint8_t *b, uint32_t len)
{
	(void)b;
	(void)len;
}

/* -- playing ---------------------------------------------------------------------------------- */

struct way {
	void (*change)(uint8_t *b, uint32_t len);
	bool split;
	struct rsd_fixture_conf conf;
};

static struct rte_mbuf *
prepare(struct rsd_fixture *f, const struct way *way, const uint8_t *frame, size_t frame_len,
	const char *path)
{
	uint32_t len = (uint32_t)RTE_MIN(frame_len, (size_t)FRAME_MAX);
	struct rsd_frame copy = rsd_frame_copy(frame, len);
	struct rte_mbuf *m;
	struct rsd_spec s;

	way->change(copy.data, len);
	rsd_spec_parse("eth", &s);
	while (way->split && s.nb_split < 4) {
		s.split[s.nb_split] = s.nb_split == 0 ? 0 : s.split[s.nb_split - 1];
		s.split[s.nb_split++] += rsd_random_below(&rnd, 30);
	}
	m = rsd_fixture_mbuf(f, &copy, &s, path);
	rsd_frame_free(&copy);
	return m;
}

/* Whatever came in, what goes out is well formed, from us, and sums up. */
static void
check_sent(const struct rte_mbuf *m)
{
	static const uint8_t mac[6] = RSD_TEST_MAC_US;
	struct rsd_frame out = rsd_fixture_flat(m);
	const char *why;

	RSD_CHECK(rte_mbuf_check(m, 1, &why) == 0, "a broken chain: %s", why);
	RSD_CHECK(out.len == m->pkt_len && out.len >= 42, "%u bytes sent", out.len);
	RSD_CHECK(memcmp(out.data + 6, mac, 6) == 0, "not from our MAC");
	if (out.len >= 42 && out.data[12] == 0x08 && out.data[13] == 0x00)
		RSD_CHECK_EQ(rsd_slow_sum(out.data + 14, 20, 0), 0xffff);
	rsd_frame_free(&out);
}

static void
drain(struct rsd_fixture *f)
{
	struct rte_mbuf *m;

	rsd_fixture_turn(f);
	while ((m = rsd_fixture_pull(f, 0)) != NULL) {
		check_sent(m);
		rte_pktmbuf_free(m);
	}
}

static void
play_capture(const struct way *way, const char *path, const uint8_t *data, size_t len)
{
	struct rsd_fixture f;
	struct rsd_pcap p;
	const uint8_t *frame;
	size_t frame_len;

	if (!rsd_pcap_open(&p, data, len))
		return;
	rsd_test_row(path);
	rsd_fixture_open(&f, &way->conf);
	rsd_rows_open_socks(&f);
	while (rsd_pcap_next(&p, &frame, &frame_len)) {
		rsd_fixture_push(&f, 0, prepare(&f, way, frame, frame_len, path));
		if (f.nb_pushed % BATCH == 0)
			drain(&f);
	}
	drain(&f);
	RSD_CHECK_EQ(rsd_fixture_count(&f, RSD_C_rx_frames), f.nb_pushed);
	seen.frames += f.nb_pushed;
	seen.answered += rsd_fixture_count(&f, RSD_C_answered);
	seen.host += rsd_fixture_count(&f, RSD_C_host_answered);
	rsd_fixture_close(&f);
}

static void
play_file(const struct way *way, const char *path)
{
	FILE *file = fopen(path, "rb");
	struct stat st;
	uint8_t *data;

	if (!RSD_CHECK(file != NULL && fstat(fileno(file), &st) == 0, "%s cannot be read", path))
		return;
	data = malloc((size_t)st.st_size + 1);
	if (data != NULL && fread(data, 1, (size_t)st.st_size, file) == (size_t)st.st_size)
		play_capture(way, path, data, (size_t)st.st_size);
	else
		RSD_CHECK(0, "%s cannot be read", path);
	free(data);
	fclose(file);
}

static void
play_all(const struct way *way)
{
	unsigned int i;

	memset(&seen, 0, sizeof(seen));
	for (i = 0; i < nb_paths; i++)
		play_file(way, paths[i]);
	rsd_test_row(NULL);
	RSD_CHECK(seen.frames != 0, "no frame in %u files", nb_paths);
	printf("%llu frames, %llu answered, %llu by the host part\n",
		(unsigned long long)seen.frames, (unsigned long long)seen.answered,
		(unsigned long long)seen.host);
}

static void
as_they_are(void)
{
	const struct way way = { leave, false, { .forbid_tail = true } };

	play_all(&way);
}

static void
made_ours(void)
{
	const struct way way = { make_ours, false, { .mtu = 9000 } };

	play_all(&way);
	RSD_CHECK(seen.host != 0, "the host part had nothing to answer");
}

static void
made_echo(void)
{
	const struct way way = { make_echo, false, { .mtu = 9000 } };

	play_all(&way);
	RSD_CHECK(seen.answered != 0, "the echo had nothing to answer");
}

static void
in_segments(void)
{
	const struct way way = { make_echo, true, { .mtu = 9000 } };
	uint64_t linear;

	made_echo();
	linear = seen.answered;
	play_all(&way);
	RSD_CHECK_EQ(seen.answered, linear);
}

static void
changed(void)
{
	const struct way way = { change_bytes, false, { .mtu = 9000 } };

	play_all(&way);
}

/* -- where they are --------------------------------------------------------------------------- */

static int
add_path(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type == FTW_F && nb_paths < PATHS_MAX)
		paths[nb_paths++] = strdup(path);
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
find_captures(void)
{
	const char *given = getenv("RINGSIDE_CORPUS"), *source = getenv("RINGSIDE_SOURCE");
	char dir[1024];

	if (given != NULL && given[0] != '\0')
		snprintf(dir, sizeof(dir), "%s", given);
	else
		snprintf(dir, sizeof(dir), "%s/../shared/corpus", source == NULL ? "." : source);
	nftw(dir, add_path, 16, FTW_PHYS);
	if (nb_paths == 0)
		rsd_test_skip("no captures in %s; RINGSIDE_CORPUS names a folder of them", dir);
	qsort(paths, nb_paths, sizeof(paths[0]), by_name);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "captures as they are", as_they_are },
		{ "captures with their addresses made ours", made_ours },
		{ "captures sent to the echo, in one piece and in segments, with the same result",
			in_segments },
		{ "captures sent to the echo with bytes changed", changed },
	};
	int ret;

	find_captures();
	rsd_fixture_start();
	ret = rsd_test_run("corpus", tests, RTE_DIM(tests));
	while (nb_paths-- != 0)
		free(paths[nb_paths]);
	return ret;
}
