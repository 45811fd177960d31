/* SPDX-License-Identifier: BSD-3-Clause */
/* One phase of load after the other: hello, warm-up, trials. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "load/phase.h"

#define WATCH_NS     5000000 /* how often the watching thread looks */
#define PROGRESS_NS  200000000
#define HELLO_TRIES  5
#define HELLO_NS     200000000 /* how long one of them waits */
#define LINGER_NS    10000000  /* a duplicate may come after the last answer */
#define CATCH_UP_NS  10000000  /* a sender that was held up may still send what it owes */
#define BEGIN_NS     1000000   /* time for threads to get going */
#define SILENCES_MAX 3

static volatile sig_atomic_t interrupted;

void
rsd_load_interrupt(void)
{
	interrupted = 1;
}

bool
rsd_load_interrupted(void)
{
	return interrupted != 0;
}

int
rsd_load_open(struct rsd_load *load, const struct rsd_load_conf *conf, struct rsd_error *err)
{
	int ret;

	memset(load, 0, sizeof(*load));
	load->conf = conf;
	load->side = conf->port != NULL ? &rsd_load_port : &rsd_load_sock;
	load->tag = (uint8_t)time(NULL); /* answers to an earlier run are none to this one */
	load->late = malloc(sizeof(*load->late));
	load->src.sent_flow = calloc(conf->flows, sizeof(*load->src.sent_flow));
	if (load->late == NULL || load->src.sent_flow == NULL ||
		rsd_track_init(&load->track, conf->flows, &conf->mix) != 0) {
		rsd_load_close(load);
		return rsd_err(
			err, RSD_EXIT_INTERNAL, -ENOMEM, "no memory for %u flows", conf->flows);
	}
	ret = load->side->open(load, err);
	if (ret != 0) {
		load->side = NULL;
		rsd_load_close(load);
	}
	return ret;
}

void
rsd_load_close(struct rsd_load *load)
{
	if (load->side != NULL && load->side_data != NULL)
		load->side->close(load);
	rsd_track_free(&load->track);
	free(load->late);
	free(load->src.sent_flow);
	memset(load, 0, sizeof(*load));
}

/* -- what the threads of both sides ask -------------------------------------------------------- */

bool
rsd_phase_sending_over(const struct rsd_load *load, uint64_t now_ns)
{
	return rsd_source_done(&load->src, now_ns) ||
	       __atomic_load_n(&load->stop, __ATOMIC_RELAXED);
}

/*
 * In a closed loop what is lost would occupy its place for ever: given up is what a whole window of
 * later ones has overtaken, and everything after a silence.
 */
void
rsd_phase_settle(struct rsd_load *load, uint64_t now_ns, unsigned int received)
{
	struct rsd_track *t = &load->track;
	uint64_t behind = 2 * load->src.window + RSD_LOAD_BATCH;
	uint64_t sent = __atomic_load_n(&load->sent_now, __ATOMIC_ACQUIRE);

	if (received != 0) {
		load->heard_ns = now_ns;
		load->silences = 0;
	}
	if (load->src.window != 0 && t->mix->min >= RSD_STAMP_SEQ && t->next > behind)
		rsd_track_give_up(t, t->next - behind);
	if (load->src.window != 0 && rsd_track_settled(t) < sent && now_ns > load->heard_ns &&
		now_ns - load->heard_ns >= load->wait_ns) {
		rsd_track_give_up(t, sent);
		load->heard_ns = now_ns;
		if (++load->silences == SILENCES_MAX)
			__atomic_store_n(&load->stop, true, __ATOMIC_RELAXED);
	}
	__atomic_store_n(&load->settled, rsd_track_settled(t), __ATOMIC_RELAXED);
}

bool
rsd_phase_receiving_over(const struct rsd_load *load, uint64_t now_ns)
{
	uint64_t sent, last;

	if (!__atomic_load_n(&load->sender_done, __ATOMIC_ACQUIRE))
		return false;
	if (load->conf->one_way)
		return true;
	sent = load->src.seq;
	last = RTE_MAX(load->heard_ns, load->src.last_ns);
	if (now_ns <= last)
		return false;
	return now_ns - last >= (load->track.answered >= sent ? LINGER_NS : load->wait_ns);
}

/* -- phases ------------------------------------------------------------------------------------ */

static void
set_up(struct rsd_load *load, const struct rsd_load_trial *trial, uint64_t wait_ns)
{
	const struct rsd_load_conf *conf = load->conf;
	uint64_t start = load->side->now(load) + BEGIN_NS;
	struct rsd_source *s = &load->src;

	s->tag = ++load->tag;
	s->mix = &conf->mix;
	s->nb_flows = conf->flows;
	s->window = conf->outstanding;
	s->interval_fp = 0;
	s->count = trial->count;
	s->end_ns = trial->for_ns == 0 ? UINT64_MAX : start + trial->for_ns;
	if (trial->rate > 0) {
		double due = ceil(trial->rate * (double)trial->for_ns / 1e9);

		s->interval_fp = (uint64_t)llround(1e9 * (1 << RSD_FP_BITS) / trial->rate);
		if (trial->for_ns != 0 && due < (double)s->count)
			s->count = (uint64_t)due;
		if (trial->for_ns != 0)
			s->end_ns += CATCH_UP_NS;
	}
	s->seq = s->bytes = s->last_ns = s->limit = 0;
	s->next_fp = start << RSD_FP_BITS;
	s->flow = 0;
	memset(s->sent_flow, 0, conf->flows * sizeof(*s->sent_flow));
	load->start_ns = start;
	load->wait_ns = wait_ns;
	load->settled = load->sent_now = load->silences = 0;
	load->refused = load->send_waits = load->own_drops = load->bad_sums = 0;
	load->sending_ns = 0;
	load->heard_ns = start;
	load->sender_done = load->stop = false;
	rsd_hist_init(load->late);
	rsd_track_begin(&load->track, s->tag, &s->limit);
}

static void
watch(struct rsd_load *load)
{
	const struct timespec nap = { .tv_nsec = WATCH_NS };
	uint64_t shown = load->start_ns, now;

	while (!load->side->finished(load)) {
		nanosleep(&nap, NULL);
		if (interrupted != 0)
			__atomic_store_n(&load->stop, true, __ATOMIC_RELAXED);
		now = load->side->now(load);
		if (load->progress == NULL || now < shown + PROGRESS_NS)
			continue;
		shown = now;
		load->progress(load->progress_arg, load, now - load->start_ns);
	}
}

static int
phase(struct rsd_load *load, const struct rsd_load_trial *trial, uint64_t wait_ns,
	struct rsd_error *err)
{
	int ret;

	set_up(load, trial, wait_ns);
	ret = load->side->start(load, err);
	if (ret != 0)
		return ret;
	watch(load);
	load->side->join(load);
	if (!load->failed)
		return 0;
	*err = load->err;
	return -EIO;
}

static int
say_hello(struct rsd_load *load, struct rsd_error *err)
{
	const struct rsd_load_trial one = { .count = 1 };
	unsigned int i;
	int ret;

	for (i = 0; i < HELLO_TRIES && interrupted == 0; i++) {
		ret = phase(load, &one, HELLO_NS, err);
		if (ret != 0)
			return ret;
		if (load->conf->one_way || load->track.answered != 0 || load->track.stale != 0)
			return 0;
	}
	if (interrupted != 0)
		return 0;
	return rsd_err(err, RSD_EXIT_INTERNAL, -EIO,
		"%s: no proper answer to %d datagrams%s; start an echo service there, or give "
		"--one-way",
		load->conf->to_text, HELLO_TRIES,
		load->refused != 0 ? ": nobody listens on that port"
		: load->track.wrong + load->track.corrupt != 0
			? ": what came back is not what was sent"
			: "");
}

int
rsd_load_warm_up(struct rsd_load *load, const struct rsd_load_trial *trial, struct rsd_error *err)
{
	struct rsd_load_trial warm = *trial;
	void (*progress)(void *, const struct rsd_load *, uint64_t) = load->progress;
	int ret;

	load->progress = NULL;
	ret = say_hello(load, err);
	if (ret == 0 && load->conf->warmup_ns != 0 && interrupted == 0) {
		warm.count = UINT64_MAX;
		warm.for_ns = load->conf->warmup_ns;
		/* What is late is told by its tag: no need to wait for it. */
		ret = phase(load, &warm, RTE_MIN(load->conf->wait_ns, UINT64_C(50000000)), err);
	}
	load->progress = progress;
	return ret;
}

static uint64_t
cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* What all CPUs were busy with since the machine started: their time, less idle and stolen. */
static uint64_t
busy_ns(void)
{
	uint64_t idle, iowait, stolen, tick = 1000000000 / (uint64_t)sysconf(_SC_CLK_TCK);
	FILE *f = fopen("/proc/stat", "re");
	struct timespec ts;
	int n = 0;

	if (f == NULL)
		return 0;
	n = fscanf(f, "cpu %*u %*u %*u %" SCNu64 " %" SCNu64 " %*u %*u %" SCNu64, &idle, &iowait,
		&stolen);
	clock_gettime(CLOCK_BOOTTIME, &ts);
	fclose(f);
	if (n != 3)
		return 0;
	return ((uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec) *
		       (uint64_t)sysconf(_SC_NPROCESSORS_ONLN) -
	       (idle + iowait + stolen) * tick;
}

static void
collect_flows(const struct rsd_load *load, struct rsd_load_result *r)
{
	uint64_t worst = 0, lost;
	uint32_t i;

	for (i = 0; i < r->nb_flows; i++) {
		lost = load->src.sent_flow[i] - load->track.flow[i].answered;
		if (lost == 0)
			continue;
		r->flows_with_loss++;
		if (lost > worst) {
			worst = lost;
			r->worst_flow = i;
		}
	}
}

static void
collect(const struct rsd_load *load, const struct rsd_load_trial *trial, struct rsd_load_result *r)
{
	const struct rsd_source *s = &load->src;
	const struct rsd_track *t = &load->track;
	uint64_t next_ns = s->interval_fp != 0 ? s->next_fp >> RSD_FP_BITS : 0;

	r->rate = trial->rate;
	r->asked = s->interval_fp != 0 && s->count != UINT64_MAX ? s->count : 0;
	r->sent = s->seq;
	r->bytes = s->bytes;
	r->answered = t->answered;
	r->lost = load->conf->one_way || r->answered > r->sent ? 0 : r->sent - r->answered;
	r->duplicates = t->duplicates;
	r->reordered = t->reordered;
	r->unnumbered = t->unnumbered;
	r->stale = t->stale;
	r->wrong = t->wrong;
	r->corrupt = t->corrupt;
	r->forgotten = t->forgotten;
	r->refused = load->refused;
	r->send_waits = load->send_waits;
	r->sending_ns = load->sending_ns;
	r->own_drops = load->own_drops;
	r->bad_sums = load->bad_sums;
	/* Ten datagrams at ten a second take a second, though the last one goes after 0.9. */
	r->send_ns = s->seq == 0 ? 0 : RTE_MAX(s->last_ns, next_ns) - load->start_ns;
	r->answer_ns = t->last_ns > load->start_ns ? t->last_ns - load->start_ns : 0;
	r->nb_flows = load->conf->flows;
	r->flows_with_loss = r->worst_flow = 0;
	r->latency = *t->latency;
	r->late = *load->late;
	r->flow_sent = s->sent_flow;
	r->flow = t->flow;
	if (!load->conf->one_way)
		collect_flows(load, r);
}

int
rsd_load_trial(struct rsd_load *load, const struct rsd_load_trial *trial, struct rsd_load_result *r,
	struct rsd_error *err)
{
	uint64_t cpu = cpu_ns(), busy = busy_ns();
	int ret = phase(load, trial, load->conf->wait_ns, err);

	if (ret != 0)
		return ret;
	collect(load, trial, r);
	r->cpu_ns = cpu_ns() - cpu;
	/* It is told in steps of 10 ms: of the two bills this process's own is the least. */
	r->system_ns = busy != 0 ? RTE_MAX(busy_ns() - busy, r->cpu_ns) : 0;
	return 0;
}

double
rsd_load_loss(const struct rsd_load_result *r)
{
	return r->sent == 0 ? 0 : (double)r->lost / (double)r->sent;
}

double
rsd_load_sent_rate(const struct rsd_load_result *r)
{
	return r->send_ns == 0 ? 0 : (double)r->sent * 1e9 / (double)r->send_ns;
}

double
rsd_load_answer_rate(const struct rsd_load_result *r)
{
	uint64_t ns = RTE_MAX(r->send_ns, r->answer_ns);

	return ns == 0 ? 0 : (double)r->answered * 1e9 / (double)ns;
}

bool
rsd_load_kept_up(const struct rsd_load_result *r)
{
	return r->rate <= 0 || rsd_load_sent_rate(r) >= 0.99 * r->rate;
}
