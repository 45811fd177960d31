/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <sched.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_pause.h>

#include "bench/gap.h"
#include "bench/stat.h"
#include "bench/tx_state.h"

#define GIVE_UP_NS 50000000
#define SILENCE_NS 100000000
#define OWN_NS     50000000
#define OWN_LOOKS  3
#define LOOK_NS    1000
/* Two readings of the clock in the waiting loop lie further apart only if something came between.
 */
#define TURN_NS 1000

static uint64_t
clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
number_frame(struct rsd_tx *tx, uint8_t *f, uint64_t number)
{
	const uint32_t run = tx->conf.run != 0 ? tx->conf.run : 1;
	uint8_t *udp = f + 34;
	uint16_t source, sum;

	source = rte_cpu_to_be_16((uint16_t)(RSD_TX_FIRST_PORT + number / run % tx->conf.flows));
	rsd_store16(udp, source);
	rsd_store64(udp + 8, number);
	sum = (uint16_t)~rsd_csum_fold(rsd_csum_add(rsd_csum_add(tx->sum, number), source));
	rsd_store16(udp + 6, sum != 0 ? sum : 0xffff);
}

/* A planted fault: how many frames there are up to the next that is not sent. 0: it is this one. */
static uint32_t
until_drop(const struct rsd_tx *tx)
{
	uint64_t every = tx->conf.drop_every;

	return every == 0 ? RSD_TX_BATCH : (uint32_t)(every - 1 - tx->next % every);
}

/* Send n frames; fewer when the device has no room. Returns how many, or -errno. */
static int
send_some(struct rsd_tx *tx, uint32_t n, struct rsd_tx_result *r)
{
	uint32_t i;
	int sent;

	n = RTE_MIN(n, until_drop(tx));
	if (n == 0) {
		if (tx->has_sink)
			rsd_sink_forget(&tx->sink, tx->next);
		tx->next++;
		r->sent++;
		return 1;
	}
	for (i = 0; i < n; i++)
		number_frame(tx, tx->iov[i].iov_base, tx->next + i);
	sent = sendmmsg(tx->fd, tx->msg, n, 0);
	if (sent < 0) {
		if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			return -errno;
		r->refused++;
		return 0;
	}
	for (i = 0; i < (uint32_t)sent && tx->has_sink; i++)
		rsd_sink_forget(&tx->sink, tx->next + i);
	tx->next += (uint32_t)sent;
	r->sent += (uint32_t)sent;
	return sent;
}

struct pace {
	uint64_t answers, since;        /* answers there were, and when that changed: TSC */
	uint64_t begin, patience, turn; /* TSC cycles */
	uint64_t look;                  /* between two looks at the answers */
	double per_cycle;               /* frames due, at a rate */
	struct rsd_gap gap;
	uint64_t waited;
};

/*
 * As many as are free, but not a few: what sending costs was measured with whole batches, and is
 * taken off as if all were. Otherwise whoever answers slowly, one by one, would be charged for a
 * system call of the sender's each time.
 */
static uint32_t
whole_batch(uint32_t outstanding, uint64_t free)
{
	const uint32_t least = RTE_MIN((uint32_t)RSD_TX_BATCH, (outstanding + 1) / 2);

	return free < least ? 0 : (uint32_t)RTE_MIN((uint64_t)RSD_TX_BATCH, free);
}

/* How many may be sent now. Answers that are missing for too long are not waited for any more. */
static uint32_t
room(struct rsd_tx *tx, struct pace *p, struct rsd_tx_result *r, uint64_t before)
{
	uint64_t now = rte_rdtsc(), answers, gone, due;

	if (tx->conf.rate != 0) {
		due = (uint64_t)((double)(now - p->begin) * p->per_cycle);
		return (uint32_t)RTE_MIN((uint64_t)RSD_TX_BATCH, due > r->sent ? due - r->sent : 0);
	}
	if (tx->conf.outstanding == 0)
		return RSD_TX_BATCH;
	answers = rsd_sink_new(&tx->sink) - before;
	if (answers != p->answers) {
		p->answers = answers;
		p->since = now;
	}
	gone = answers + r->given_up;
	gone = gone < r->sent ? gone : r->sent;
	if (r->sent - gone >= tx->conf.outstanding && now - p->since > p->patience) {
		r->given_up += r->sent - gone;
		p->since = now;
		return RSD_TX_BATCH;
	}
	return whole_batch(tx->conf.outstanding,
		tx->conf.outstanding - RTE_MIN(r->sent - gone, tx->conf.outstanding));
}

/* A turn in which nothing could be sent. What the kernel did in between is its work, not waiting.
 */
static void
wait_turn(struct pace *p)
{
	uint64_t last = p->gap.last, now = rte_rdtsc();

	if (last != 0 && now - last < p->turn)
		p->waited += now - last;
	rsd_gap_turn(&p->gap, now);
	rte_pause();
}

/*
 * The answers' count is written by the core that is measured, at each of them: a look takes the
 * line away from it. So they are far apart.
 */
static void
wait_until_look(struct pace *p)
{
	const uint64_t begin = rte_rdtsc();

	do
		wait_turn(p);
	while (rte_rdtsc() - begin < p->look);
}

static int
send_for(struct rsd_tx *tx, uint64_t for_ns, struct rsd_tx_result *r, uint64_t before)
{
	const double hz = 1e9 / tx->ns_per_cycle;
	const uint64_t begin = rte_rdtsc(), length = (uint64_t)((double)for_ns * hz / 1e9);
	struct pace p = { .since = begin,
		.begin = begin,
		.per_cycle = (double)tx->conf.rate / hz,
		.patience = (uint64_t)(hz * GIVE_UP_NS / 1e9),
		.turn = (uint64_t)(hz * TURN_NS / 1e9),
		.look = tx->conf.rate == 0 ? (uint64_t)(hz * LOOK_NS / 1e9) : 0,
		.gap = rsd_gap_begin((uint64_t)hz) };
	uint32_t n;
	int ret;

	while (rte_rdtsc() - begin < length) {
		n = room(tx, &p, r, before);
		if (n == 0) {
			wait_until_look(&p);
			continue;
		}
		p.gap.last = 0; /* a system call is no gap */
		ret = send_some(tx, n, r);
		if (ret < 0)
			return ret;
	}
	r->waited_ns = (uint64_t)((double)p.waited * tx->ns_per_cycle);
	r->gaps = p.gap.nb;
	r->longest_gap_ns = (uint64_t)((double)p.gap.longest * tx->ns_per_cycle);
	return 0;
}

/* What is under way may take its time: wait as long as something comes. */
static void
drain(struct rsd_tx *tx, const struct rsd_tx_result *r, uint64_t before)
{
	const struct timespec moment = { .tv_nsec = 100000 };
	uint64_t since = clock_ns(CLOCK_MONOTONIC), had = 0, has;

	while ((has = rsd_sink_new(&tx->sink) - before) < r->sent &&
		clock_ns(CLOCK_MONOTONIC) - since < SILENCE_NS) {
		if (has != had)
			since = clock_ns(CLOCK_MONOTONIC);
		had = has;
		nanosleep(&moment, NULL);
	}
}

static double
measure_cycle(void)
{
	uint64_t ns = clock_ns(CLOCK_MONOTONIC_RAW), tsc = rte_rdtsc(), now;

	do
		now = clock_ns(CLOCK_MONOTONIC_RAW);
	while (now - ns < 5000000);
	return (double)(now - ns) / (double)(rte_rdtsc() - tsc);
}

int
rsd_tx_run(struct rsd_tx *tx, uint64_t for_ns, struct rsd_tx_result *r)
{
	uint64_t before = 0, again = 0;
	cpu_set_t home, here;
	int ret;

	*r = (struct rsd_tx_result){ 0 };
	if (tx->has_sink) {
		before = rsd_sink_new(&tx->sink);
		again = rsd_sink_again(&tx->sink);
	}
	if (tx->ns_per_cycle == 0)
		tx->ns_per_cycle = measure_cycle();
	sched_getaffinity(0, sizeof(home), &home);
	CPU_ZERO(&here);
	CPU_SET((unsigned int)(tx->conf.cpu >= 0 ? tx->conf.cpu : 0), &here);
	if (tx->conf.cpu >= 0 && sched_setaffinity(0, sizeof(here), &here) < 0)
		return rsd_tx_fail(tx->net, errno, "the sender's CPU");
	r->wall_ns = clock_ns(CLOCK_MONOTONIC);
	r->cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	ret = send_for(tx, for_ns, r, before);
	r->cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - r->cpu_ns;
	r->wall_ns = clock_ns(CLOCK_MONOTONIC) - r->wall_ns;
	sched_setaffinity(0, sizeof(home), &home);
	if (ret < 0)
		return rsd_tx_fail(tx->net, -ret, "sending frames");
	if (tx->has_sink) {
		drain(tx, r, before);
		r->answered = rsd_sink_new(&tx->sink) - before;
		r->again = rsd_sink_again(&tx->sink) - again;
	}
	return 0;
}

/* The median of a few looks: the first is cold, and one may be disturbed. */
static int
look_at_cost(struct rsd_net *n, struct rsd_tx *tx, double *ns)
{
	double look[OWN_LOOKS];
	struct rsd_tx_result r;
	unsigned int i;
	int ret;

	for (i = 0; i < OWN_LOOKS; i++) {
		ret = rsd_tx_run(tx, OWN_NS, &r);
		if (ret < 0)
			return ret;
		if (r.sent == 0)
			return rsd_tx_fail(n, EIO, "sending to an interface that drops");
		look[i] = (double)r.cpu_ns / (double)r.sent;
	}
	*ns = rsd_spread_of(look, OWN_LOOKS).median;
	return 0;
}

int
rsd_tx_own_cost(struct rsd_net *n, const struct rsd_tx_conf *conf, double *ns)
{
	struct rsd_tx_conf alone = *conf;
	struct rsd_tx *tx;
	int ret = rsd_net_add_drop(n);

	alone.no_sink = true;
	alone.outstanding = 0;
	if (ret == 0)
		ret = rsd_tx_open_on(&tx, n, &alone, RSD_NET_DROP);
	if (ret < 0)
		return ret;
	ret = look_at_cost(n, tx, ns);
	rsd_tx_close(tx);
	return ret;
}
