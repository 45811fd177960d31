/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/cunit_runner.h"
#include "support/rows.h"

#define TEXT_MAX 4096

static uint64_t seen[RSD_C_MAX];

uint64_t
rsd_rows_seen(enum rsd_counter c)
{
	return seen[c];
}

/* -- sockets --------------------------------------------------------------------------------- */

/* arg: an int, what to add to the length; halving when it is zero. */
static void
answer_of_other_length(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts,
	uint16_t nb, void *arg)
{
	int more = *(const int *)arg;
	uint16_t i;

	(void)sock;
	for (i = 0; i < nb; i++) {
		uint16_t len = rsd_pkt_len(pkts[i]);
		uint16_t want = (uint16_t)(more == 0 ? len / 2 : len + more), k;

		verdicts[i] = RSD_ANSWER;
		RSD_CHECK_EQ(rsd_pkt_set_len(pkts[i], want), 0);
		for (k = len; k < want && rsd_pkt_is_linear(pkts[i]); k++)
			((uint8_t *)rsd_pkt_data(pkts[i]))[k] = rsd_spec_payload(0x41, k);
	}
}

void
rsd_rows_open_socks(struct rsd_fixture *f)
{
	static enum rsd_verdict same = RSD_ANSWER_SAME, anew = RSD_ANSWER, done = RSD_DONE,
				drop = RSD_DROP, wrong = (enum rsd_verdict)9;
	static int more = 18, half = 0;
	rsd_handler_t h = rsd_fixture_verdict, len = answer_of_other_length;

	rsd_fixture_sock(f, 0, 7777, 0, h, &same);
	rsd_fixture_sock(f, 0, 7778, 0, h, &anew);
	rsd_fixture_sock(f, 0, 7779, RSD_SOCK_SILENT, h, &done);
	rsd_fixture_sock(f, RSD_TEST_IP_US2, 7780, 0, h, &same);
	rsd_fixture_sock(f, 0, 7781, 0, h, &drop);
	rsd_fixture_sock(f, 0, 7782, 0, h, &wrong);
	rsd_fixture_sock(f, 0, 7783, 0, len, &more);
	rsd_fixture_sock(f, 0, 7784, RSD_SOCK_MAY_AMPLIFY, len, &more);
	rsd_fixture_sock(f, 0, 7785, 0, len, &half);
	rsd_fixture_sock(f, 0, 7786, RSD_SOCK_NO_LOOP_GUARD, h, &same);
}

/* -- frames in ------------------------------------------------------------------------------- */

static void
vary(struct rsd_spec *s, const struct rsd_row_variant *v)
{
	uint32_t i;

	if (s->nb_split == 0)
		for (i = 0; i < RTE_DIM(v->split) && v->split[i] != 0; i++)
			s->split[s->nb_split++] = v->split[i];
	if (s->nic == RSD_NIC_UNKNOWN)
		s->nic = v->nic;
}

static void
push_all(struct rsd_fixture *f, const struct rsd_row *row, const struct rsd_row_variant *v)
{
	char copy[TEXT_MAX], *one, *save = NULL;
	struct rsd_frame frame;
	struct rsd_spec s;
	uint32_t i;

	snprintf(copy, sizeof(copy), "%s", row->in);
	for (one = strtok_r(copy, ";", &save); one != NULL; one = strtok_r(NULL, ";", &save)) {
		rsd_spec_parse(one, &s);
		vary(&s, v);
		frame = rsd_spec_build(&s);
		for (i = 0; i < s.times; i++)
			rsd_fixture_push(f, 0, rsd_fixture_mbuf(f, &frame, &s, row->sentence));
		rsd_frame_free(&frame);
	}
}

/* -- frames out ------------------------------------------------------------------------------ */

static void
hex(char *to, const struct rsd_frame *f, uint32_t from)
{
	uint32_t i;

	*to = '\0';
	for (i = from; i < f->len && i < from + 24; i++)
		to += snprintf(to, 4, "%02x ", f->data[i]);
}

static void
check_frame(const struct rsd_frame *got, const struct rsd_frame *want, unsigned int nb)
{
	char g[80], w[80];
	uint32_t i = 0;

	if (got->len == want->len && memcmp(got->data, want->data, want->len) == 0)
		return;
	while (i < got->len && i < want->len && got->data[i] == want->data[i])
		i++;
	hex(g, got, i);
	hex(w, want, i);
	RSD_CHECK(0, "frame %u differs at byte %u: %u bytes %s instead of %u bytes %s", nb, i,
		got->len, g, want->len, w);
}

/* The lengths of a chain must agree with one another, whatever is in it. */
static void
check_chain(const struct rte_mbuf *m)
{
	const char *why;

	if (rte_mbuf_check(m, 1, &why) != 0)
		RSD_CHECK(0, "a sent mbuf is not well formed: %s", why);
}

static void
check_one(struct rsd_fixture *f, unsigned int port, const struct rsd_frame *want, unsigned int nb)
{
	struct rte_mbuf *m = rsd_fixture_pull(f, port);
	struct rsd_frame got;

	if (m == NULL) {
		RSD_CHECK(0, "frame %u was not sent", nb);
		return;
	}
	check_chain(m);
	got = rsd_fixture_flat(m);
	check_frame(&got, want, nb);
	rsd_frame_free(&got);
	rte_pktmbuf_free(m);
}

void
rsd_rows_check_out(struct rsd_fixture *f, unsigned int port, const char *out)
{
	char copy[TEXT_MAX], *one, *save = NULL;
	unsigned int nb = 0, surplus = 0;
	struct rte_mbuf *m;
	uint32_t i;

	snprintf(copy, sizeof(copy), "%s", out);
	for (one = strtok_r(copy, ";", &save); one != NULL; one = strtok_r(NULL, ";", &save)) {
		struct rsd_frame want;
		struct rsd_spec s;

		rsd_spec_parse(one, &s);
		want = rsd_spec_build(&s);
		for (i = 0; i < s.times; i++)
			check_one(f, port, &want, ++nb);
		rsd_frame_free(&want);
	}
	for (; (m = rsd_fixture_pull(f, port)) != NULL; surplus++)
		rte_pktmbuf_free(m);
	RSD_CHECK(surplus == 0, "%u more frames were sent than %u", surplus, nb);
}

/* -- counters -------------------------------------------------------------------------------- */

/* Tells of the delivery, not of the frame. */
static bool
of_delivery(enum rsd_counter c)
{
	return c == RSD_C_host_frames || c == RSD_C_rx_segmented || c == RSD_C_hdr_copied ||
	       c == RSD_C_udp_csum_verified;
}

static bool
in_books(enum rsd_counter c)
{
	enum rsd_counter_kind kind = rsd_counter_info(c)->kind;

	return kind != RSD_KIND_EVENT && kind != RSD_KIND_COPY && kind != RSD_KIND_RX;
}

static void
parse_counters(const char *text, uint64_t *want, bool *named)
{
	char name[64];
	uint64_t value;
	unsigned int c;
	int used;

	for (; sscanf(text, " %63[a-z0-9_]=%" SCNu64 "%n", name, &value, &used) == 2;
		text += used) {
		for (c = 0; c < RSD_C_MAX; c++)
			if (strcmp(rsd_counter_info(c)->name, name) == 0)
				break;
		if (c == RSD_C_MAX) {
			fprintf(stderr, "no counter '%s'\n", name);
			abort();
		}
		want[c] = value;
		named[c] = true;
	}
	if (*text != '\0') {
		fprintf(stderr, "not a counter: '%s'\n", text);
		abort();
	}
}

void
rsd_rows_check_counters(const struct rsd_fixture *f, const char *counters, bool loose)
{
	uint64_t want[RSD_C_MAX] = { 0 };
	bool named[RSD_C_MAX] = { false };
	unsigned int c;

	want[RSD_C_rx_frames] = f->nb_pushed;
	named[RSD_C_rx_frames] = true;
	parse_counters(counters, want, named);
	for (c = 0; c < RSD_C_MAX; c++) {
		uint64_t got = rsd_fixture_count(f, c);

		seen[c] += got;
		if (!(named[c] || in_books(c)) || (loose && of_delivery(c)))
			continue;
		RSD_CHECK(got == want[c], "%s is %" PRIu64 " instead of %" PRIu64,
			rsd_counter_info(c)->name, got, want[c]);
	}
}

/* -- rows ------------------------------------------------------------------------------------ */

void
rsd_row_play(const struct rsd_row *row, const struct rsd_row_variant *variant)
{
	static const struct rsd_row_variant plain;
	const struct rsd_row_variant *v = variant == NULL ? &plain : variant;
	struct rsd_fixture f;
	char words[256];

	snprintf(words, sizeof(words), "%s%s%s", row->sentence, v->name == NULL ? "" : ", ",
		v->name == NULL ? "" : v->name);
	rsd_test_row(words);
	rsd_fixture_open(&f, &row->conf);
	rsd_rows_open_socks(&f);
	push_all(&f, row, v);
	rsd_fixture_turn(&f);
	rsd_rows_check_out(&f, 0, row->out);
	rsd_rows_check_counters(&f, row->counters, variant != NULL);
	rsd_fixture_close(&f);
	rsd_test_row(NULL);
}

void
rsd_rows_play(const struct rsd_row *rows, size_t nb)
{
	size_t i;

	for (i = 0; i < nb; i++)
		rsd_row_play(&rows[i], NULL);
}

void
rsd_rows_play_tail(const struct rsd_row *rows, size_t nb)
{
	static const struct rsd_row_variant v = { "no byte behind the frame may be touched" };
	size_t i;

	for (i = 0; i < nb; i++) {
		struct rsd_row row = rows[i];

		row.conf.forbid_tail = true;
		if (row.out[0] == '\0')
			rsd_row_play(&row, &v);
	}
}

/* Bytes of the longest frame that goes in: cut where that ends, or behind, all are in one piece. */
static uint32_t
longest_in(const struct rsd_row *row)
{
	char copy[TEXT_MAX], *one, *save = NULL;
	uint32_t longest = 0;

	snprintf(copy, sizeof(copy), "%s", row->in);
	for (one = strtok_r(copy, ";", &save); one != NULL; one = strtok_r(NULL, ";", &save)) {
		struct rsd_frame frame = rsd_frame_make(one);

		longest = RTE_MAX(longest, frame.len);
		rsd_frame_free(&frame);
	}
	return longest;
}

/* Two, three and four segments, of which the middle ones are empty or a byte long. */
void
rsd_rows_play_split(const struct rsd_row *rows, size_t nb, uint32_t max)
{
	char name[64];
	uint32_t at, end;
	size_t i;

	for (i = 0; i < nb; i++) {
		end = RTE_MIN(max + 1, longest_in(&rows[i]));
		for (at = 1; at < end; at++) {
			struct rsd_row_variant v = { name, { at }, 0 };

			snprintf(name, sizeof(name), "split at %u", at);
			rsd_row_play(&rows[i], &v);
			snprintf(name, sizeof(name), "split at %u, then an empty segment", at);
			v.split[1] = at;
			rsd_row_play(&rows[i], &v);
			snprintf(name, sizeof(name), "split at %u and on the next two bytes", at);
			v.split[1] = at + 1;
			v.split[2] = at + 2;
			rsd_row_play(&rows[i], &v);
		}
	}
}

void
rsd_rows_play_nic(const struct rsd_row *rows, size_t nb)
{
	static const struct rsd_row_variant variants[] = {
		{ "the NIC says bad", { 0 }, RSD_NIC_BAD },
		{ "the NIC says none", { 0 }, RSD_NIC_NONE },
		{ "the NIC says good", { 0 }, RSD_NIC_GOOD },
	};
	size_t i, k;

	for (i = 0; i < nb; i++)
		for (k = 0; k < RTE_DIM(variants); k++)
			rsd_row_play(&rows[i], &variants[k]);
}
