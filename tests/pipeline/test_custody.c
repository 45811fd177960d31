/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Custody: the payload of every datagram lies at one address from receive to transmit, on every way
 * through the engine; and one that is moved is noticed, at the place that moved it and at no other.
 */
#include <string.h>

#include <ringside/buf.h>
#include <ringside/recv.h>

#include "ledger/custody.h"
#include "pipeline/script.h"
#include "support/rows.h"
#include "support/small_engine.h"

static const struct rsd_fixture_conf watched = { .pipeline = rsd_pipeline_watched };

static struct rsd_custody_totals
totals(const struct rsd_fixture *f)
{
	struct rsd_custody_totals t = { 0 };

	rsd_custody_add_totals(f->lc->custody, &t);
	return t;
}

/* samples of parse, lookup, service, queue and tx, in a row. */
static void
check_samples(const struct rsd_fixture *f, const char *want)
{
	struct rsd_custody_totals t = totals(f);
	char got[128];

	snprintf(got, sizeof(got), "%u %u %u %u %u", (unsigned int)t.place[RSD_PLACE_PARSE].samples,
		(unsigned int)t.place[RSD_PLACE_LOOKUP].samples,
		(unsigned int)t.place[RSD_PLACE_SERVICE].samples,
		(unsigned int)t.place[RSD_PLACE_QUEUE].samples,
		(unsigned int)t.place[RSD_PLACE_TX].samples);
	RSD_CHECK(strcmp(got, want) == 0, "samples are %s, not %s", got, want);
	RSD_CHECK_EQ(t.missed, 0);
}

/* What was moved, by place; nothing anywhere else. */
static void
check_moved(const struct rsd_fixture *f, enum rsd_place place, unsigned int nb, uint64_t bytes)
{
	struct rsd_custody_totals t = totals(f);
	unsigned int p;

	for (p = 0; p < RSD_PLACES; p++) {
		RSD_CHECK(t.place[p].moved == (p == place ? nb : 0), "%s: %u moved",
			rsd_place_name(p), (unsigned int)t.place[p].moved);
		RSD_CHECK_EQ(t.place[p].remapped, 0);
	}
	RSD_CHECK_EQ(t.place[place].moved_bytes, bytes);
}

static struct rsd_trail
last_trail(const struct rsd_fixture *f)
{
	struct rsd_trail t[RSD_TRAILS] = { 0 };

	RSD_CHECK(rsd_custody_trails(f->lc->custody, t) != 0, "no trail");
	return t[0];
}

/* Where it came, mbuf and payload were the same; nowhere else it came. */
static void
check_trail(const struct rsd_trail *t, const struct rte_mbuf *m, const uint8_t *payload,
	const char *places)
{
	unsigned int p;

	for (p = 0; p < RSD_PLACES; p++) {
		bool came = strstr(places, rsd_place_name(p)) != NULL;

		RSD_CHECK((t->note[p].tsc != 0) == came, "%s: %s", rsd_place_name(p),
			came ? "did not come there" : "came there");
		if (!came)
			continue;
		RSD_CHECK(t->note[p].mbuf == m, "%s: another mbuf", rsd_place_name(p));
		RSD_CHECK(t->note[p].payload == payload, "%s: payload at %p, not %p",
			rsd_place_name(p), (const void *)t->note[p].payload, (const void *)payload);
	}
	RSD_CHECK(!t->moved, "moved");
}

static struct rte_mbuf *
push(struct rsd_fixture *f, const char *text)
{
	struct rsd_frame frame = rsd_frame_make(text);
	struct rsd_spec spec;
	struct rte_mbuf *m;

	rsd_spec_parse(text, &spec);
	m = rsd_fixture_mbuf(f, &frame, &spec, "frame");
	rsd_fixture_push(f, 0, m);
	rsd_frame_free(&frame);
	return m;
}

#define ALL_THE_WAY "driver_rx parse lookup service tx driver_tx"

/* -- ways through the engine ----------------------------------------------------------------- */

static void
echo(void)
{
	struct rte_mbuf *in, *out;
	struct rsd_fixture f;
	struct rsd_trail t;

	rsd_fixture_open(&f, &watched);
	rsd_rows_open_socks(&f);
	in = push(&f, "udp len=100");
	rsd_fixture_turn(&f);
	out = rsd_fixture_pull(&f, 0);
	RSD_CHECK(out == in, "another buffer");
	t = last_trail(&f);
	check_trail(&t, in, rte_pktmbuf_mtod_offset(in, uint8_t *, 42), ALL_THE_WAY);
	RSD_CHECK_EQ(t.end, RSD_TRAIL_SENT);
	RSD_CHECK_EQ(t.number, 1);
	RSD_CHECK_EQ(t.worker, f.lc->worker);
	RSD_CHECK_EQ(t.port_id, f.port[0].port_id);
	RSD_CHECK_EQ(t.burst, 1);
	RSD_CHECK_EQ(t.frame_len, 142);
	RSD_CHECK_EQ(t.headers, 42);
	RSD_CHECK_EQ(t.src, rte_cpu_to_be_32(RSD_TEST_IP_PEER));
	RSD_CHECK_EQ(t.dst, rte_cpu_to_be_32(RSD_TEST_IP_US));
	RSD_CHECK_EQ(t.sport, RSD_TEST_SPORT);
	RSD_CHECK_EQ(t.dport, RSD_TEST_PORT);
	RSD_CHECK(t.buf_addr == in->buf_addr && t.shared == NULL, "another buffer");
	RSD_CHECK_EQ(t.buf_iova, rte_mbuf_iova_get(in));
	RSD_CHECK(strcmp(t.pool, in->pool->name) == 0, "pool %s", t.pool);
	RSD_CHECK_EQ(t.nb_segs, 1);
	RSD_CHECK(t.note[RSD_PLACE_DRIVER_RX].tsc < t.note[RSD_PLACE_PARSE].tsc &&
			  t.note[RSD_PLACE_SERVICE].tsc < t.note[RSD_PLACE_TX].tsc,
		"the clock goes backwards");
	check_samples(&f, "1 1 1 0 1");
	rte_pktmbuf_free(out);
	rsd_fixture_close(&f);
}

/*
 * Options, padding, split headers: headers move, payload does not. The other tests of pipelines
 * are run watched, too, and have every form there is.
 */
static void
every_form(void)
{
	struct rsd_fixture f;
	struct rte_mbuf *m;
	unsigned int nb = 0;

	rsd_fixture_open(&f, &watched);
	rsd_rows_open_socks(&f);
	rsd_fixture_push_text(&f, 0,
		"udp len=1 pad=17;udp len=0 pad=18;udp len=0;udp len=50 opts=01010101;"
		"udp len=50 split=20;udp len=50 split=42;udp len=50 split=43;udp len=60 split=60;"
		"udp len=9 opts=01010101 split=30,44;udp dport=7779 len=3;udp dport=7781;"
		"udp dport=1;arp;ping;udp udpsum=bad;udp dport=7778;udp dport=7784 len=10;"
		"udp dport=7785 len=90 split=50,60,70,80,90,100;udp dport=7785 len=1 split=42");
	rsd_fixture_turn(&f);
	for (; (m = rsd_fixture_pull(&f, 0)) != NULL; nb++)
		rte_pktmbuf_free(m);
	RSD_CHECK_EQ(nb, 15); /* arp and ping among them */
	check_samples(&f, "16 15 13 0 13");
	check_moved(&f, RSD_PLACE_PARSE, 0, 0);
	rsd_fixture_close(&f);
}

static void
chain(void)
{
	struct rte_mbuf *in, *out;
	struct rsd_fixture f;
	struct rsd_trail t;

	rsd_fixture_open(&f, &watched);
	rsd_rows_open_socks(&f);
	in = push(&f, "udp len=900 split=42,300,500");
	rsd_fixture_turn(&f);
	out = rsd_fixture_pull(&f, 0);
	RSD_CHECK(out == in && out->nb_segs == 4, "another chain");
	t = last_trail(&f);
	check_trail(&t, in, rte_pktmbuf_mtod(in->next, uint8_t *), ALL_THE_WAY);
	RSD_CHECK_EQ(t.nb_segs, 4);
	RSD_CHECK(t.seg[0] == rte_pktmbuf_mtod(in, uint8_t *) &&
			  t.seg[3] == rte_pktmbuf_mtod(in->next->next->next, uint8_t *),
		"other segments");
	rte_pktmbuf_free(out);
	rsd_fixture_close(&f);
}

/* Kept by a handler, brought back, kept again, and then answered. */
static void
hold_and_answer(void)
{
	struct script s = { .verdict = { RSD_HOLD, RSD_HOLD, RSD_HOLD } };
	struct rsd_engine *eng;
	struct rte_mbuf *in, *out;
	struct rsd_fixture f;
	struct rsd_trail t;

	rsd_fixture_open(&f, &watched);
	eng = small_engine_open(&f, 0);
	rsd_fixture_sock(&f, 0, RSD_TEST_PORT, RSD_SOCK_MAY_AMPLIFY, play, &s);
	in = push(&f, "udp len=80 split=60");
	rsd_fixture_turn(&f);
	t = last_trail(&f);
	check_trail(&t, in, rte_pktmbuf_mtod_offset(in, uint8_t *, 42),
		"driver_rx parse lookup service");
	RSD_CHECK_EQ(t.end, RSD_TRAIL_KEPT);
	check_samples(&f, "1 1 1 0 0");

	RSD_CHECK_EQ(rsd_held_return(eng, in, in, RSD_HOLD), 0);
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(last_trail(&f).end, RSD_TRAIL_KEPT);
	RSD_CHECK_EQ(rsd_pkt_answer(eng, s.pkt[0], RSD_ANSWER_SAME), 0);
	rsd_fixture_turn(&f);
	out = rsd_fixture_pull(&f, 0);
	RSD_CHECK(out == in, "another buffer");
	t = last_trail(&f);
	check_trail(&t, in, rte_pktmbuf_mtod_offset(in, uint8_t *, 42), ALL_THE_WAY " queue");
	RSD_CHECK_EQ(t.end, RSD_TRAIL_SENT);
	check_samples(&f, "1 1 1 2 1");
	RSD_CHECK_EQ(f.lc->custody->nb_out, 0);
	rte_pktmbuf_free(out);
	rsd_fixture_close(&f);
}

/* Through the queue of a socket: answered, released, answered from memory of the program's own. */
static void
socket_queue(void)
{
	struct rsd_engine *eng;
	struct rsd_sock *sock;
	struct rsd_pkt *pkt[8];
	struct rte_mbuf *out;
	struct rsd_buf *buf;
	struct rsd_fixture f;
	unsigned int i;

	rsd_fixture_open(&f, &watched);
	eng = small_engine_open(&f, 64);
	sock = small_engine_sock(&f, RSD_TEST_PORT, 8);
	RSD_CHECK_EQ(rsd_buf_create(eng, 100, NULL, NULL, &buf), 0);
	rsd_fixture_push_text(
		&f, 0, "udp len=80;udp len=90 split=42;udp len=5;udp len=70 split=50");
	rsd_fixture_turn(&f);
	check_samples(&f, "4 4 4 0 0");
	RSD_CHECK_EQ(f.lc->custody->nb_out, 4);
	RSD_CHECK_EQ(rsd_sock_recv_burst(sock, pkt, 8), 4);
	RSD_CHECK_EQ(rsd_pkt_answer(eng, pkt[0], RSD_ANSWER), 0);
	RSD_CHECK_EQ(rsd_pkt_release(eng, pkt[2]), 0);
	RSD_CHECK_EQ(rsd_pkt_answer_buf(eng, pkt[3], buf, 10, 70), 0);
	RSD_CHECK_EQ(rsd_pkt_answer(eng, pkt[1], RSD_ANSWER_SAME), 0);
	rsd_fixture_turn(&f);
	check_samples(&f, "4 4 4 4 3");
	check_moved(&f, RSD_PLACE_QUEUE, 0, 0);
	RSD_CHECK_EQ(f.lc->custody->nb_out, 0);
	RSD_CHECK_EQ(f.lc->custody->nb_back, 0);
	for (i = 0; i < 3; i++) {
		out = rsd_fixture_pull(&f, 0);
		RSD_CHECK(out == rsd_pkt_mbuf(pkt[i == 0 ? 0 : i == 1 ? 3 : 1]), "answer %u", i);
		rte_pktmbuf_free(out);
	}
	RSD_CHECK_EQ(rsd_buf_destroy(buf), 0);
	rsd_sock_queue_destroy(eng, sock);
	rsd_fixture_close(&f);
}

/* More are kept than can be followed: the others are counted as missed, and serve as well. */
static void
more_than_followed(void)
{
	struct script s;
	struct rsd_engine *eng;
	struct rsd_fixture f;
	unsigned int i;

	memset(&s, 0, sizeof(s));
	memset(s.verdict, RSD_HOLD, sizeof(s.verdict));
	rsd_fixture_open(&f, &watched);
	eng = small_engine_open(&f, 0);
	rsd_fixture_sock(&f, 0, RSD_TEST_PORT, 0, play, &s);
	rsd_fixture_push_text(&f, 0, "udp times=64");
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(f.lc->custody->nb_out, RSD_CUSTODY_OUT);
	RSD_CHECK_EQ(totals(&f).missed, 1);
	for (i = 0; i < 64; i++)
		RSD_CHECK_EQ(rsd_pkt_answer(eng, s.pkt[i], RSD_ANSWER_SAME), 0);
	rsd_fixture_turn(&f);
	RSD_CHECK_EQ(totals(&f).place[RSD_PLACE_QUEUE].samples, RSD_CUSTODY_OUT);
	RSD_CHECK_EQ(f.lc->custody->nb_out, 0);
	rsd_rows_check_out(&f, 0, "answer times=64");
	rsd_fixture_close(&f);
}

/* -- how often, and how much is remembered ----------------------------------------------------- */

/* Every burst when it is 1; else a burst of n is paid for by n * every datagrams. */
static void
sampled(uint32_t every, unsigned int bursts, unsigned int of, unsigned int want)
{
	struct rsd_fixture_conf conf = { .pipeline = rsd_pipeline_watched };
	struct rsd_fixture f;
	unsigned int i;

	rsd_fixture_open(&f, &conf);
	rsd_rows_open_socks(&f);
	f.lc->pipeline = rsd_pipeline_sampled;
	f.lc->custody->every = every;
	for (i = 0; i < bursts; i++) {
		char text[64], out[64];

		snprintf(text, sizeof(text), "udp times=%u", of);
		snprintf(out, sizeof(out), "answer times=%u", of);
		rsd_fixture_push_text(&f, 0, text);
		rsd_fixture_turn(&f);
		rsd_rows_check_out(&f, 0, out);
	}
	RSD_CHECK(totals(&f).samples == want, "1/%u of %u: %u samples", every, bursts * of,
		(unsigned int)totals(&f).samples);
	RSD_CHECK_EQ(totals(&f).bursts * of, want);
	rsd_fixture_close(&f);
}

static void
one_in_n(void)
{
	sampled(1, 10, 32, 320);
	sampled(2, 10, 32, 160);
	sampled(10, 20, 32, 64);
	sampled(10, 100, 1, 10);
	sampled(1024, 100, 32, 32);
}

static void
ring_of_trails(void)
{
	struct rsd_trail t[RSD_TRAILS];
	struct rsd_fixture f;
	unsigned int i, nb;

	rsd_fixture_open(&f, &watched);
	rsd_rows_open_socks(&f);
	RSD_CHECK_EQ(rsd_custody_trails(f.lc->custody, t), 0);
	for (i = 0; i < RSD_TRAILS + 5; i++) {
		rsd_fixture_push_text(&f, 0, i % 2 != 0 ? "arp" : "udp dport=7779;udp dport=7779");
		rsd_fixture_turn(&f);
		nb = rsd_custody_trails(f.lc->custody, t);
		RSD_CHECK_EQ(nb, RTE_MIN(i + 1, (unsigned int)RSD_TRAILS));
		RSD_CHECK_EQ(t[0].number, i + 1);
		RSD_CHECK_EQ(t[nb - 1].number, i + 2 - nb);
		RSD_CHECK_EQ(t[0].end, RSD_TRAIL_LEFT);
		RSD_CHECK(t[0].note[RSD_PLACE_PARSE].tsc == 0 || i % 2 == 0, "ARP is parsed");
		RSD_CHECK(t[0].note[RSD_PLACE_LOOKUP].tsc != 0 || i % 2 != 0, "not looked up");
		RSD_CHECK_EQ(t[0].note[RSD_PLACE_SERVICE].tsc, 0);
		RSD_CHECK(t[0].position < t[0].burst, "position %u", t[0].position);
	}
	rsd_rows_check_out(&f, 0, "arpreply times=10");
	rsd_fixture_close(&f);
}

/* -- what is moved is noticed ------------------------------------------------------------------ */

#define NB 6

/* A burst that goes through stages of the test's own. */
struct burst {
	struct rsd_fixture f;
	struct rsd_custody *c;
	struct rte_mbuf *pkt[NB + 1]; /* the last one is in nobody's hands */
};

static void
burst_open(struct burst *b, bool one_flow)
{
	char text[64];
	unsigned int i;

	rsd_fixture_open(&b->f, &watched);
	b->c = b->f.lc->custody;
	for (i = 0; i <= NB; i++) {
		struct rsd_frame frame;
		struct rsd_spec spec;

		snprintf(text, sizeof(text), "udp len=50 sport=%u", one_flow ? 5000 : 5000 + i);
		frame = rsd_frame_make(text);
		rsd_spec_parse(text, &spec);
		b->pkt[i] = rsd_fixture_mbuf(&b->f, &frame, &spec, "burst");
		rsd_frame_free(&frame);
	}
	rsd_custody_begin(b->c, b->f.port[0].port_id, 0, 42);
	rsd_custody_taken(b->c, b->pkt, NB);
}

static void
burst_close(struct burst *b)
{
	struct rsd_findings x;
	unsigned int i;

	rsd_custody_end(b->c);
	for (i = 0; i <= NB; i++)
		rte_pktmbuf_free(b->pkt[i]);
	rsd_fixture_findings(&b->f, &x);
	RSD_CHECK_EQ(x.pool.absent, 0);
}

/*
 * What a stage does that puts each packet into a fresh buffer and frees the old one: the next fresh
 * one is the one just freed.
 */
static void
copy_all(struct burst *b)
{
	struct rte_mbuf *fresh = b->pkt[NB];
	unsigned int i;

	for (i = 0; i < NB; i++) {
		struct rte_mbuf *old = b->pkt[i];

		memcpy(rte_pktmbuf_mtod(fresh, void *), rte_pktmbuf_mtod(old, void *),
			old->data_len);
		b->pkt[i] = fresh;
		fresh = old;
	}
	b->pkt[NB] = fresh;
}

/* Nothing is moved but at that place. */
static void
copied_at(enum rsd_place place, bool one_flow)
{
	enum rsd_place p;
	struct burst b;

	burst_open(&b, one_flow);
	for (p = RSD_PLACE_PARSE; p <= RSD_PLACE_SERVICE; p++) {
		if (p == place)
			copy_all(&b);
		RSD_CHECK_EQ(b.c->place, p);
		rsd_custody_note(b.c, p, b.pkt, NB);
	}
	RSD_CHECK_EQ(b.c->place, RSD_PLACE_TX);
	if (place == RSD_PLACE_TX)
		copy_all(&b);
	rsd_custody_sent(b.c, b.pkt, NB);
	check_samples(&b.f, "6 6 6 0 6");
	check_moved(&b.f, place, NB, NB * 50);
	RSD_CHECK(last_trail(&b.f).moved, "its trail does not say so");
	RSD_CHECK_EQ(last_trail(&b.f).moved_at, place);
	burst_close(&b);
}

static void
copied(void)
{
	static const enum rsd_place places[] = { RSD_PLACE_PARSE, RSD_PLACE_LOOKUP,
		RSD_PLACE_SERVICE, RSD_PLACE_TX };
	unsigned int i;

	for (i = 0; i < RTE_DIM(places); i++) {
		copied_at(places[i], false);
		copied_at(places[i], true);
	}
}

/* Some leave at the stage that copies the others. */
static void
copied_and_dropped(void)
{
	struct rte_mbuf *left[3];
	struct burst b;

	burst_open(&b, false);
	copy_all(&b);
	left[0] = b.pkt[1];
	left[1] = b.pkt[3];
	left[2] = b.pkt[4];
	rsd_custody_note(b.c, RSD_PLACE_PARSE, left, 3);
	check_moved(&b.f, RSD_PLACE_PARSE, 3, 150);
	rsd_custody_note(b.c, RSD_PLACE_LOOKUP, left + 1, 2);
	check_moved(&b.f, RSD_PLACE_PARSE, 3, 150);
	burst_close(&b);
}

/* Another order, or fewer of them, is no move. */
static void
reordered(void)
{
	struct rte_mbuf *other[NB - 1];
	struct burst b;
	unsigned int i;

	burst_open(&b, true);
	for (i = 0; i < NB - 1; i++)
		other[i] = b.pkt[NB - 1 - i];
	rsd_custody_note(b.c, RSD_PLACE_PARSE, other, NB - 1);
	rsd_custody_note(b.c, RSD_PLACE_LOOKUP, b.pkt + 2, NB - 2);
	check_moved(&b.f, RSD_PLACE_PARSE, 0, 0);
	check_samples(&b.f, "5 4 0 0 0");
	burst_close(&b);
}

/* Another mbuf that points to the same bytes: remapped, not moved. */
static void
remapped(void)
{
	struct rte_mbuf *clone, *pkt[NB];
	struct rsd_custody_totals t;
	struct burst b;

	burst_open(&b, false);
	memcpy(pkt, b.pkt, sizeof(pkt));
	clone = rsd_pool_take("clone", 0);
	rte_pktmbuf_attach(clone, pkt[2]);
	pkt[2] = clone;
	rsd_custody_note(b.c, RSD_PLACE_PARSE, pkt, NB);
	rsd_custody_note(b.c, RSD_PLACE_LOOKUP, pkt, NB);
	t = totals(&b.f);
	RSD_CHECK_EQ(t.place[RSD_PLACE_PARSE].remapped, 1);
	RSD_CHECK_EQ(t.place[RSD_PLACE_PARSE].moved, 0);
	RSD_CHECK_EQ(t.place[RSD_PLACE_LOOKUP].remapped, 0);
	RSD_CHECK_EQ(t.place[RSD_PLACE_LOOKUP].moved, 0);
	rte_pktmbuf_free(clone);
	burst_close(&b);
}

/* A queue that was to take it was full after all: it is not waited for. */
static void
not_kept(void)
{
	struct burst b;
	unsigned int i;

	burst_open(&b, false);
	rsd_custody_note(b.c, RSD_PLACE_PARSE, b.pkt, NB);
	rsd_custody_note(b.c, RSD_PLACE_LOOKUP, b.pkt, NB);
	for (i = 0; i < NB; i++) {
		b.pkt[i]->hash.fdir.lo = 0;
		rsd_custody_held(b.c, b.pkt[i]);
		RSD_CHECK(RSD_TAG_OF(b.pkt[i]->hash.fdir.lo) != 0, "no tag");
	}
	RSD_CHECK_EQ(last_trail(&b.f).end, RSD_TRAIL_KEPT);
	for (i = 0; i < NB; i++)
		rsd_custody_not_held(b.c, b.pkt[i]);
	RSD_CHECK_EQ(last_trail(&b.f).end, RSD_TRAIL_LEFT);
	RSD_CHECK_EQ(b.c->nb_out, 0);
	rsd_custody_back(b.c, b.pkt[0], RSD_TAG_OF(b.pkt[0]->hash.fdir.lo), false);
	check_samples(&b.f, "6 6 6 0 0");
	burst_close(&b);
}

/* Moves the payload within its buffer. */
static void
shift(struct rte_mbuf *m)
{
	uint8_t *from = rte_pktmbuf_mtod(m, uint8_t *);

	memmove(from + 16, from, m->data_len);
	m->data_off += 16;
}

static void
shifting(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb,
	void *arg)
{
	uint16_t i;

	(void)sock;
	(void)arg;
	for (i = 0; i < nb; i++)
		shift(rsd_pkt_mbuf(pkts[i]));
	memset(verdicts, RSD_ANSWER, nb);
}

static void
moved_by_handler(void)
{
	struct rsd_findings x;
	struct rsd_fixture f;

	rsd_fixture_open(&f, &watched);
	rsd_fixture_sock(&f, 0, RSD_TEST_PORT, 0, shifting, NULL);
	rsd_fixture_push_text(&f, 0, "udp len=70 times=5");
	rsd_fixture_turn(&f);
	rsd_rows_check_out(&f, 0, "answer len=70 times=5");
	check_moved(&f, RSD_PLACE_SERVICE, 5, 5 * 70);
	rsd_fixture_findings(&f, &x);
	RSD_CHECK_EQ(x.moved, 5); /* what other tests are failed for */
}

/* While it was kept: within its buffer, a segment behind the first, into another buffer. */
static void
moved_while_kept(void)
{
	struct script s = { .verdict = { RSD_HOLD, RSD_HOLD, RSD_HOLD, RSD_HOLD } };
	struct rte_mbuf *m[4], *other;
	struct rsd_engine *eng;
	struct rsd_findings x;
	struct rsd_fixture f;
	unsigned int i;

	rsd_fixture_open(&f, &watched);
	eng = small_engine_open(&f, 0);
	rsd_fixture_sock(&f, 0, RSD_TEST_PORT, 0, play, &s);
	rsd_fixture_push_text(&f, 0, "udp len=70 times=2;udp len=70 split=60;udp len=70");
	rsd_fixture_turn(&f);
	for (i = 0; i < 4; i++)
		m[i] = rsd_pkt_mbuf(s.pkt[i]);
	shift(m[1]);
	shift(m[2]->next);
	other = rte_pktmbuf_copy(m[3], m[3]->pool, 0, UINT32_MAX);
	rte_pktmbuf_free(m[3]);
	m[3] = other;
	for (i = 0; i < 4; i++)
		RSD_CHECK_EQ(rsd_held_return(eng, m[i], m[i], RSD_ANSWER), 0);
	rsd_fixture_turn(&f);
	rsd_rows_check_out(&f, 0, "answer len=70 times=4");
	check_samples(&f, "4 4 4 4 4");
	check_moved(&f, RSD_PLACE_QUEUE, 3, 3 * 70);
	RSD_CHECK_EQ(f.lc->custody->nb_out, 0);
	rsd_fixture_findings(&f, &x);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "echo: one address from receive to transmit, and all there is to know", echo },
		{ "every form a datagram can come in", every_form },
		{ "a chain: every segment stays where it is", chain },
		{ "hold, hold again and answer", hold_and_answer },
		{ "the queue of a socket", socket_queue },
		{ "more are kept than can be followed", more_than_followed },
		{ "about every n-th datagram is watched", one_in_n },
		{ "the last trails are remembered, newest first", ring_of_trails },
		{ "a copy is seen at the place that made it, and there only", copied },
		{ "a stage that copies some and drops others", copied_and_dropped },
		{ "another order is no move", reordered },
		{ "another mbuf with the same bytes is a remap, no move", remapped },
		{ "a packet that was to be kept and is not", not_kept },
		{ "a handler that moves the payload within its buffer", moved_by_handler },
		{ "moved while it was kept", moved_while_kept },
	};

	rsd_fixture_start();
	return rsd_test_run("custody", tests, RTE_DIM(tests));
}
