/* SPDX-License-Identifier: BSD-3-Clause */
/* A datagram answered by an engine. This process is for it alone: DPDK starts once in a process. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>

#include <rte_cycles.h>

#include <ringside/engine.h>
#include <ringside/sock.h>

#include "base/err.h"
#include "journey/build.h"
#include "journey/engine_path.h"
#include "journey/own_net.h"

#define TRAIL_MS 1000
#define WARM_UPS 50
#define ROUNDS   10 /* the quickest is shown: others run on this machine, too */

static volatile sig_atomic_t asked_to_end;

static void
on_signal(int sig)
{
	(void)sig;
	asked_to_end = 1;
}

/* The service: an echo that writes down where it was shown the payload. On the engine's core. */
static void
handle(struct rsd_sock *s, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	struct rsd_engine_path *p = arg;

	(void)s;
	if (p->worker == 0)
		p->worker = gettid(); /* once, for the first one to warm up */
	p->handler_at = (uintptr_t)rsd_pkt_data(pkts[0]);
	memset(verdicts, RSD_ANSWER_SAME, nb);
}

/* -- from custody's trail ---------------------------------------------------------------------- */

/* The engine's clock is the TSC; one look at both clocks sets it against the other. */
static uint64_t
to_ns(uint64_t tsc, uint64_t now_tsc, uint64_t now_ns)
{
	return now_ns - (uint64_t)((double)(now_tsc - tsc) * 1e9 / (double)rte_get_tsc_hz());
}

static void
take_notes(const struct rsd_trail *t, struct rsd_engine_round *r)
{
	uint64_t now_ns = rsd_engine_now_ns(), now_tsc = rte_rdtsc();
	unsigned int place;

	for (place = 0; place < RSD_PLACES; place++) {
		const struct rsd_trail_note *n = &t->note[place];

		if (n->tsc == 0)
			continue;
		r->note[place].ns = to_ns(n->tsc, now_tsc, now_ns);
		r->note[place].mbuf = (uintptr_t)n->mbuf;
		r->note[place].payload = (uintptr_t)n->payload;
	}
}

/* The answer may be here before the engine's core has put its notes away. */
static void
take_trail(struct rsd_engine_path *p, struct rsd_engine_round *r, uint64_t since_tsc)
{
	const struct timespec moment = { .tv_nsec = 50000 };
	uint64_t end = rsd_engine_now_ns() + TRAIL_MS * 1000000ull;
	struct rsd_trail *t = calloc(RSD_TRAILS, sizeof(*t));
	const struct rsd_custody *custody = p->eng->lcores[0]->custody;
	unsigned int i, nb;

	while (t != NULL && custody != NULL && !r->has_trail) {
		nb = rsd_custody_trails(custody, t);
		for (i = 0; i < nb && !r->has_trail; i++)
			r->has_trail = t[i].dport == RSD_ENGINE_PORT &&
				       t[i].note[RSD_PLACE_DRIVER_RX].tsc > since_tsc;
		if (r->has_trail)
			take_notes(&t[i - 1], r);
		else if (rsd_engine_now_ns() > end)
			break;
		else
			nanosleep(&moment, NULL);
	}
	free(t);
}

/* -- rounds ------------------------------------------------------------------------------------ */

/*
 * A peer that has rested runs at once when its time has come; one that spins all the time is put
 * aside by others just when the engine's core is there.
 */
static void
rest(void)
{
	const struct timespec moment = { .tv_nsec = 500000 };

	nanosleep(&moment, NULL);
}

static int
one_round(struct rsd_engine_path *p, struct rsd_engine_round *r)
{
	uint64_t since_tsc;
	int ret;

	rest();
	since_tsc = rte_rdtsc();
	*r = (struct rsd_engine_round){ .peer = gettid(), .worker = p->worker };
	ret = asked_to_end ? -EINTR : rsd_engine_peer_exchange(p, r);
	r->handler_at = p->handler_at;
	r->buf_bytes =
		p->eng->pool->header_size + p->eng->pool->elt_size + p->eng->pool->trailer_size;
	if (ret == 0)
		take_trail(p, r, since_tsc);
	return ret;
}

static const struct rsd_engine_round *
quickest(const struct rsd_engine_round *r, unsigned int nb)
{
	const struct rsd_engine_round *best = r;
	unsigned int i;

	for (i = 1; i < nb; i++)
		if (r[i].back_ns - r[i].send_ns < best->back_ns - best->send_ns)
			best = &r[i];
	return best;
}

/*
 * Buffers that earlier rounds used, and that are free by now, still have the payload: it would be
 * found there as if it had been copied. The engine writes nothing of them; what it or a driver
 * copied anywhere else stays to be found.
 */
static void
wipe_others(const struct rsd_engine_round *r, unsigned int nb, const struct rsd_engine_round *shown,
	uint32_t bytes)
{
	unsigned int i;

	for (i = 0; i < nb; i++) {
		uint64_t at = r[i].note[RSD_PLACE_DRIVER_RX].payload;

		if (at != 0 && at != shown->note[RSD_PLACE_DRIVER_RX].payload)
			memset((void *)(uintptr_t)at, 0, bytes);
	}
}

/* Nobody watched those that came before. */
static void
take_plain(struct rsd_journey *j, const struct rsd_engine_round *r)
{
	uint64_t seen = r->note[RSD_PLACE_SERVICE].ns;

	j->sum.there_plain_ns = r->has_trail && seen != 0 ? (int64_t)(seen - r->send_ns) : -1;
	j->sum.back_plain_ns = (int64_t)(r->back_ns - r->send_ns);
}

/* The peer spins as well: not where the engine's core does. */
static void
make_room(const struct rsd_engine_path *p)
{
	int taken = rsd_lcore_cpu(p->eng->lcores[0]->lcore_id);
	cpu_set_t set;

	if (taken < 0 || sched_getaffinity(0, sizeof(set), &set) < 0)
		return;
	CPU_CLR((unsigned int)taken, &set);
	if (CPU_COUNT(&set) != 0)
		(void)sched_setaffinity(0, sizeof(set), &set);
}

static int
travel(struct rsd_engine_path *p)
{
	struct rsd_engine_round r[WARM_UPS + ROUNDS];
	const uint8_t *marker = p->send_buf;
	const struct rsd_engine_round *shown;
	struct rsd_trace t;
	unsigned int i;
	int ret = 0;

	make_room(p);
	for (i = 0; ret == 0 && i < WARM_UPS; i++)
		ret = one_round(p, &r[i]);
	if (marker == NULL)
		marker = (const uint8_t *)(uintptr_t)r[0].received_at;
	if (ret == 0) {
		const pid_t threads[2] = { gettid(), p->worker };

		rsd_trace_open(&t, marker, threads, 2);
		rsd_trace_start(&t);
		for (; ret == 0 && i < WARM_UPS + ROUNDS; i++)
			ret = one_round(p, &r[i]);
		rsd_trace_stop(&t);
		if (ret == 0) {
			shown = quickest(&r[WARM_UPS], ROUNDS);
			rsd_engine_steps(p->j, shown, &p->facts, &t);
			take_plain(p->j, quickest(r, WARM_UPS));
			rsd_journey_note_trace(p->j, &t);
			wipe_others(r, WARM_UPS + ROUNDS, shown, p->j->bytes);
			rsd_journey_user_places(p->j);
		}
		rsd_trace_close(&t);
	}
	if (ret != 0)
		snprintf(p->j->why, sizeof(p->j->why), "the answer did not come: %s",
			strerror(-ret));
	return ret;
}

/* -- the engine -------------------------------------------------------------------------------- */

static int
told(struct rsd_engine_path *p, const struct rsd_error *err)
{
	snprintf(p->j->why, sizeof(p->j->why), "%.255s", err->text);
	return -EIO;
}

static int
create(struct rsd_engine_path *p, struct rsd_error *err)
{
	static char name[32];
	char port[] = "tap:" RSD_ENGINE_IFACE, ring[] = "ring", ip[] = RSD_ENGINE_IP "/24";
	char o_port[] = "--port", o_ip[] = "--ip", o_name[] = "--name", o_queues[] = "--queues",
	     o_ledger[] = "--ledger", o_rx[] = "--rx-desc", o_tx[] = "--tx-desc", one[] = "1",
	     few[] = "64";
	char *argv[] = { o_port, p->j->way == RSD_JOURNEY_RING ? ring : port, o_ip, ip, o_name,
		name, o_queues, one, o_ledger, one, o_rx, few, o_tx, few };

	snprintf(name, sizeof(name), RSD_JOURNEY_NAME, (int)getpid());
	return rsd_engine_create(RTE_DIM(argv), argv, &p->eng, err);
}

static int
open_service(struct rsd_engine_path *p, struct rsd_error *err)
{
	const struct rsd_sock_conf conf = {
		.name = "journey", .local.port = RSD_ENGINE_PORT, .handler = handle, .arg = p
	};
	struct rsd_sock *s;
	int ret = rsd_sock_open(p->eng, &conf, &s);

	return ret == 0 ? 0 : rsd_err(err, RSD_EXIT_INTERNAL, ret, "a socket: %s", strerror(-ret));
}

static int
run(struct rsd_engine_path *p, struct rsd_error *err)
{
	int ret = create(p, err);

	if (ret == 0)
		ret = open_service(p, err);
	if (ret != 0)
		return told(p, err);
	rsd_driver_facts_of(p->eng->port_info[0].port_id, &p->facts);
	ret = rsd_engine_peer_open(p);
	if (ret == 0 && rsd_engine_start(p->eng, err) != 0)
		ret = told(p, err);
	if (ret == 0)
		ret = travel(p);
	return ret;
}

static void
catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGTERM, &sa, NULL);
}

int
rsd_journey_engine(struct rsd_journey *j)
{
	struct rsd_engine_path p = { .j = j, .fd = -1 };
	struct rsd_error err = { .code = RSD_EXIT_OK };
	int ret;

	catch_signals();
	ret = rsd_own_net(j->why, sizeof(j->why));
	if (ret == 0)
		ret = run(&p, &err);
	/* What is left in the ring or out with the peer has to come home before it is counted. */
	if (p.eng != NULL)
		rsd_engine_peer_close(&p);
	if (p.eng != NULL && rsd_engine_stop(p.eng, &err) != 0 && ret == 0) {
		told(&p, &err);
		j->broken = true;
	}
	rsd_engine_destroy(p.eng);
	return ret;
}
