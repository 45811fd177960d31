/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "bench/dp_state.h"

/* As for an arena. */
#define STOLEN_SHARE 0.005
#define HOLE_NS      1000000

#define PEER "the peer"

/* The error's text is added where there is no colon yet: a cause behind one says more. */
int
rsd_dp_fail(struct rsd_dp_state *s, int err, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(s->why, sizeof(((struct rsd_dp *)0)->why), fmt, ap);
	va_end(ap);
	if (len > 0 && strchr(s->why, ':') == NULL &&
		(size_t)len < sizeof(((struct rsd_dp *)0)->why))
		snprintf(s->why + len, sizeof(((struct rsd_dp *)0)->why) - (size_t)len, ": %s",
			strerror(err));
	return -err;
}

/* -- programs ---------------------------------------------------------------------------------- */

int
rsd_dp_launch(
	struct rsd_dp_state *s, struct rsd_proc *p, const struct rsd_dp_words *w, const char *what)
{
	const enum rsd_net_end end = s->row->device->placed
					     ? RSD_NET_SERVER
					     : RSD_NET_CLIENT; /* a tap is the client's */
	int ret;

	if (w->is_full)
		return rsd_dp_fail(s, E2BIG, "the command line of %s", what);
	ret = rsd_proc_start(p, s->has_net ? s->net.ns[end] : -1, (char *const *)w->argv);
	return ret < 0 ? rsd_dp_fail(s, -ret, "%s cannot be started", what) : 0;
}

int
rsd_dp_wait_line(
	struct rsd_dp_state *s, struct rsd_proc *p, const char *holds, char *line, const char *what)
{
	char own[RSD_PROC_LINE], words[200];
	int ret;

	do {
		ret = rsd_proc_line(p, own, RSD_DP_ANSWER_MS);
	} while (ret == 0 && strstr(own, holds) == NULL);
	if (ret == 0) {
		if (line != NULL)
			memcpy(line, own, sizeof(own));
		return 0;
	}
	if (ret == -EINTR)
		return rsd_dp_fail(s, EINTR, "%s", what);
	rsd_proc_last_words(p, words, sizeof(words));
	return rsd_dp_fail(s, -ret, "%s %s: %s", what,
		ret == -EPIPE ? "ended by itself" : "does not answer",
		words[0] != '\0' ? words : strerror(-ret));
}

/* -- the peer ---------------------------------------------------------------------------------- */

static int
command_peer(struct rsd_dp_state *s, const char *text, const char *expected, char *line)
{
	char own[RSD_PROC_LINE];
	int ret = rsd_proc_say(&s->peer, text);

	if (ret < 0)
		return rsd_dp_fail(s, -ret, PEER " does not listen");
	ret = rsd_dp_wait_line(s, &s->peer, "", own, PEER);
	if (ret == 0 && strncmp(own, expected, strlen(expected)) != 0)
		return rsd_dp_fail(
			s, EIO, PEER " has nobody at the other end: its link is %s", own);
	if (ret == 0 && line != NULL)
		memcpy(line, own, sizeof(own));
	return ret;
}

static int
start_peer(struct rsd_dp_state *s)
{
	struct rsd_dp_words w;
	int ret;

	rsd_dp_words_peer(&w, s->row, &s->conf, &s->place);
	ret = rsd_dp_launch(s, &s->peer, &w, PEER);
	return ret != 0 ? ret : rsd_dp_wait_line(s, &s->peer, "ready", NULL, PEER);
}

static int
load_peer(struct rsd_dp_state *s)
{
	char text[64];

	snprintf(text, sizeof(text), "load %" PRIu32 " %" PRIu32 "\n", s->load.payload,
		s->load.flows);
	return command_peer(s, text, "ok", NULL);
}

static int
run_peer(struct rsd_dp_state *s, uint64_t for_ns, struct rsd_tx_result *r)
{
	char text[96], line[RSD_PROC_LINE];
	int ret;

	snprintf(text, sizeof(text), "run %" PRIu64 " %" PRIu32 " %" PRIu32 " %d\n", for_ns,
		s->load.outstanding, s->load.rate, s->conf.workload == RSD_WORK_ECHO);
	ret = command_peer(s, text, "ran", line);
	if (ret == 0 && rsd_dp_take_peer(line, r) != 0)
		ret = rsd_dp_fail(s, EBADMSG, PEER " says what it should not");
	return ret;
}

/* -- open and close ---------------------------------------------------------------------------- */

bool
rsd_dp_huge_fit(unsigned int nb_programs)
{
	FILE *f = fopen("/proc/meminfo", "r");
	unsigned long free = 0, kib = 0;
	char line[128];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "HugePages_Free: %lu", &free) != 1)
			(void)!sscanf(line, "Hugepagesize: %lu", &kib);
	if (f != NULL)
		fclose(f);
	return free * kib / 1024 >= (unsigned long)nb_programs * RSD_DP_HUGE_MIB;
}

bool
rsd_dp_is_huge(const struct rsd_dp *d)
{
	return d->state != NULL && d->state->conf.huge;
}

static const struct rsd_dp_side *
side_of(const struct rsd_dp_row *row)
{
	if (row->group == RSD_GROUP_TESTPMD)
		return &rsd_dp_testpmd;
	return strcmp(row->device->name, "ring") == 0 ? &rsd_dp_ring : &rsd_dp_engine;
}

static int
start_all(struct rsd_dp_state *s)
{
	const enum rsd_dp_from from = s->row->device->from;
	int ret = rsd_dp_make_place(s);

	if (ret == 0 && from == RSD_DP_FROM_PEER)
		ret = start_peer(s);
	if (ret == 0)
		ret = s->side->start(s);
	if (ret == 0 && from == RSD_DP_FROM_PEER)
		ret = command_peer(s, "link\n", "up", NULL);
	if (ret == 0)
		ret = rsd_dp_settle(s);
	if (ret == 0 && from == RSD_DP_FROM_PEER)
		ret = load_peer(s);
	if (ret == 0 && from == RSD_DP_FROM_KERNEL)
		ret = rsd_dp_open_sender(s);
	if (ret == 0)
		rsd_proc_pause(&s->proc, true);
	return ret;
}

static void
stop_all(struct rsd_dp_state *s)
{
	if (s->tx != NULL)
		rsd_tx_close(s->tx);
	s->tx = NULL;
	if (s->proc.pid != 0) {
		rsd_proc_pause(&s->proc, false);
		s->side->leave(s);
	}
	rsd_proc_end(&s->proc, RSD_DP_GRACE_MS);
	rsd_proc_end(&s->peer, RSD_DP_GRACE_MS);
	if (s->ctl >= 0)
		close(s->ctl);
	s->ctl = -1;
	rsd_dp_clear_place(s);
}

int
rsd_dp_open(struct rsd_dp *d, const struct rsd_dp_row *row, const struct rsd_dp_conf *conf,
	const struct rsd_dp_load *load)
{
	struct rsd_dp_state *s;
	int ret;

	*d = (struct rsd_dp){ .row = row };
	if (!row->works[conf->workload]) {
		snprintf(d->why, sizeof(d->why), "this row only sends back what it receives");
		return -ENOTSUP;
	}
	s = calloc(1, sizeof(*s));
	if (s == NULL) {
		snprintf(d->why, sizeof(d->why), "no memory");
		return -ENOMEM;
	}
	*s = (struct rsd_dp_state){ .row = row,
		.side = side_of(row),
		.conf = *conf,
		.load = *load,
		.ctl = -1,
		.why = d->why };
	d->state = s;
	ret = start_all(s);
	if (ret != 0)
		stop_all(s);
	return ret;
}

void
rsd_dp_close(struct rsd_dp *d)
{
	if (d->state == NULL)
		return;
	stop_all(d->state);
	free(d->state);
	d->state = NULL;
}

int
rsd_dp_load(struct rsd_dp *d, const struct rsd_dp_load *load)
{
	struct rsd_dp_state *s = d->state;
	const bool same = load->payload == s->load.payload && load->flows == s->load.flows;

	s->load = *load;
	if (s->row->device->from == RSD_DP_FROM_KERNEL)
		return rsd_dp_open_sender(s);
	if (s->row->device->from == RSD_DP_FROM_PEER)
		return load_peer(s);
	if (same)
		return 0;
	stop_all(s);
	return start_all(s);
}

/* -- a window ---------------------------------------------------------------------------------- */

struct moment {
	struct rsd_cpu_sample cpu;
	uint64_t wall_ns, tsc, proc_ns, peer_ns;
};

static uint64_t
cpu_of(const struct rsd_proc *p)
{
	struct timespec t;
	clockid_t clock;

	if (p->pid == 0 || clock_getcpuclockid(p->pid, &clock) != 0 || clock_gettime(clock, &t) < 0)
		return 0;
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int
look(struct rsd_dp_state *s, struct moment *m)
{
	struct timespec t;

	if (rsd_cpu_now(&m->cpu) < 0)
		return rsd_dp_fail(s, EIO, "/proc/stat cannot be read");
	clock_gettime(CLOCK_MONOTONIC, &t);
	m->wall_ns = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
	m->tsc = rte_rdtsc();
	m->proc_ns = cpu_of(&s->proc);
	m->peer_ns = cpu_of(&s->peer);
	return 0;
}

static int
send_for(struct rsd_dp_state *s, uint64_t for_ns, struct rsd_tx_result *r)
{
	const struct timespec t = { .tv_sec = (time_t)(for_ns / 1000000000),
		.tv_nsec = (long)(for_ns % 1000000000) };
	int ret;

	switch (s->row->device->from) {
	case RSD_DP_FROM_KERNEL:
		ret = rsd_tx_run(s->tx, for_ns, r);
		return ret < 0 ? rsd_dp_fail(s, -ret, "%s", s->net.why) : 0;
	case RSD_DP_FROM_PEER:
		return run_peer(s, for_ns, r);
	default:
		return nanosleep(&t, NULL) == 0 ? 0 : rsd_dp_fail(s, EINTR, "a window");
	}
}

/* How many, at which rate, and what was lost. */
static void
count(const struct rsd_dp_state *s, const struct rsd_dp_counts *c, struct rsd_dp_window *d)
{
	struct rsd_window *w = &d->w;
	double seconds;

	d->has_loss = s->row->device->from != RSD_DP_FROM_ITSELF;
	if (!d->has_loss) {
		w->tx.sent = w->tx.answered = c->packets;
		w->tx.wall_ns = w->rx.wall_ns;
	}
	w->done = s->conf.workload == RSD_WORK_ECHO ? w->tx.answered : c->seen;
	w->rx.datagrams = c->seen;
	w->rx.unsent = c->unsent;
	seconds = (double)w->tx.wall_ns / 1e9;
	w->pps = seconds > 0 ? (double)w->done / seconds : 0;
	w->offered_pps = seconds > 0 ? (double)w->tx.sent / seconds : 0;
	w->loss = w->tx.sent > w->done ? (double)(w->tx.sent - w->done) / (double)w->tx.sent : 0;
}

/* What each cost: of the program, the cycles of polls that found something, as time; of the system,
 * all that was busy without sender, peer and empty polls. */
static void
charge(const struct rsd_dp_counts *c, double sender_ns, uint64_t peer_ns, struct rsd_dp_window *d)
{
	struct rsd_window *w = &d->w;
	const double per_tsc = w->rx.tsc != 0 ? (double)w->rx.wall_ns / (double)w->rx.tsc : 0;
	const double worked = (double)c->cycles * per_tsc;
	double others = (double)w->tx.waited_ns + sender_ns * (double)w->tx.sent + (double)peer_ns;
	double each;

	d->busy_cycles = c->cycles;
	d->polled = c->packets;
	d->spun_ns = (double)w->rx.cpu_ns > worked ? (double)w->rx.cpu_ns - worked : 0;
	others += d->spun_ns;
	w->is_disturbed = w->cpu.stolen_ns > STOLEN_SHARE * (double)w->cpu.wall_ns ||
			  w->tx.longest_gap_ns > HOLE_NS;
	if (w->done == 0)
		return;
	each = 1 / (double)w->done;
	w->process_ns = worked * each;
	w->cycles = (double)c->cycles * each;
	w->busy_ns = w->cpu.busy_ns * each;
	w->softirq_ns = w->cpu.softirq_ns * each;
	/* /proc/stat is coarse: what the program counted itself is the least. */
	w->system_ns = (w->cpu.busy_ns > others ? w->cpu.busy_ns - others : 0) * each;
	if (w->system_ns < w->process_ns)
		w->system_ns = w->process_ns;
}

int
rsd_dp_window(struct rsd_dp *d, uint64_t for_ns, double sender_ns, struct rsd_dp_window *w)
{
	struct rsd_dp_state *s = d->state;
	struct rsd_dp_counts c = { 0 };
	struct moment from = { 0 }, to = { 0 };
	int ret;

	*w = (struct rsd_dp_window){ 0 };
	rsd_proc_pause(&s->proc, false);
	ret = s->side->begin(s, for_ns);
	if (ret == 0)
		ret = look(s, &from);
	if (s->calls != NULL)
		rsd_calls_count(s->calls, true);
	if (ret == 0)
		ret = send_for(s, for_ns, &w->w.tx);
	if (s->calls != NULL)
		rsd_calls_count(s->calls, false);
	if (ret == 0)
		ret = look(s, &to);
	if (ret == 0)
		ret = s->side->end(s, &c);
	rsd_proc_pause(&s->proc, true);
	if (ret != 0)
		return ret;
	w->w.cpu = rsd_cpu_between(&from.cpu, &to.cpu);
	w->w.rx.wall_ns = to.wall_ns - from.wall_ns;
	w->w.rx.tsc = to.tsc - from.tsc;
	w->w.rx.cpu_ns = to.proc_ns - from.proc_ns;
	count(s, &c, w);
	charge(&c, sender_ns, to.peer_ns - from.peer_ns, w);
	return 0;
}
