/* SPDX-License-Identifier: BSD-3-Clause */
/* A case, step by step, in Linux and in the table. */
#include <errno.h>
#include <string.h>

#include "oracle/oracle.h"
#include "table/sock_table.h"

/* What is open while a case runs. */
struct state {
	const struct oc_case *c;
	struct oc_run *run;
	bool open[OC_SOCKS];
	bool ephemeral[OC_SOCKS];
	uint16_t port[OC_SOCKS];  /* in Linux */
	unsigned int sent;        /* datagrams before this step have been read */
	bool connected[OC_SOCKS]; /* now or before */
	bool by_chance;           /* two share a port that neither asked for */
	bool one_by_one;          /* see note_connect() */
};

static void
count(struct oc_run *run, const struct oc_step *st, const struct oc_result *r)
{
	struct oc_count *n = run->count;

	if (n == NULL)
		return;
	switch (st->kind) {
	case OC_OPEN:
		n->opens++;
		n->opens6 += st->family == AF_INET6;
		n->in_use += r->err == EADDRINUSE;
		n->ephemeral += st->port == 0;
		break;
	case OC_CONNECT:
		n->connects++;
		break;
	case OC_DISCONNECT:
		n->disconnects++;
		break;
	case OC_CLOSE:
		n->closes++;
		break;
	case OC_SEND:
		n->sends++;
		n->sends6 += st->family == AF_INET6;
		n->to_all += oc_to_all(&st->dst);
		n->got_none += r->who == 0;
		n->got_one += __builtin_popcount(r->who) == 1;
		n->got_many += __builtin_popcount(r->who) > 1;
		break;
	}
}

static enum oc_verdict
differs(struct state *s, unsigned int i, const char *remark)
{
	struct oc_diff *d = &s->run->diff;

	d->step = i;
	d->theirs = s->run->theirs[i];
	d->ours = s->run->ours[i];
	d->remark = remark;
	return OC_DIFFERENT;
}

/* The port a step means: in Linux, or in the table. They differ when nobody asked for one. */
static uint16_t
port_of(const struct state *s, const struct oc_step *st, bool theirs)
{
	if (st->port_of < 0)
		return st->kind == OC_SEND ? st->dport : st->port;
	return theirs && s->run->kernel ? s->port[st->port_of] : oc_ours_port(st->port_of);
}

static bool
ephemeral(uint16_t port)
{
	return port >= RSD_PORT_EPHEMERAL_MIN && port <= RSD_PORT_EPHEMERAL_MAX;
}

/* The same flow twice in a row while nothing is opened or closed: the same socket. */
static bool
is_same_flow(const struct oc_step *a, const struct oc_step *b)
{
	return a->kind == OC_SEND && b->kind == OC_SEND && memcmp(a, b, sizeof(*a)) == 0;
}

static enum oc_verdict
compare_send(struct state *s, unsigned int i)
{
	const struct oc_step *st = &s->c->step[i];
	struct oc_run *run = s->run;
	uint32_t theirs = run->theirs[i].who, ours;
	uint16_t port = port_of(s, st, false);

	ours = run->ours[i].who = oc_ours_find(st, port);
	if (i > 0 && is_same_flow(st, st - 1)) {
		if (ours != run->ours[i - 1].who || oc_ours_find(st, port) != ours)
			return differs(s, i, "ours went to another socket the time before");
		if (theirs != run->theirs[i - 1].who)
			return differs(s, i, "Linux's went to another socket the time before");
	}
	if (!oc_ours_head_agrees(st, port))
		return differs(s, i, "the head of the port decides otherwise than the look-up");
	if (run->count != NULL && oc_ours_in_group(ours))
		run->count->by_group++;
	if (theirs == ours)
		return OC_SAME;
	if (!oc_to_all(&st->dst) && (oc_ours_in_group(ours) || oc_ours_in_group(theirs)) &&
		oc_ours_could_be(st, port, theirs))
		return OC_SAME;
	return differs(s, i, oc_ours_in_group(ours) ? "whatever the group's hash" : NULL);
}

/* Who got what was sent since last time. */
static enum oc_verdict
collect(struct state *s, unsigned int end)
{
	struct oc_run *run = s->run;
	unsigned int i;
	uint32_t n;

	for (i = 0; run->kernel && i < OC_SOCKS; i++) {
		while (s->open[i] && oc_kernel_receive(i, &n) == 0) {
			if (n < s->sent || n >= end) {
				fprintf(stderr, "oracle: datagram %u came late\n", n);
				return OC_BROKEN;
			}
			/* Twice is a bit that is never ours. */
			run->theirs[n].who |=
				run->theirs[n].who >> i & 1 ? 1u << (OC_SOCKS + 1) : 1u << i;
			if (s->one_by_one)
				oc_kernel_restore_cpu(i);
		}
	}
	for (; s->sent < end; s->sent++) {
		const struct oc_step *st = &s->c->step[s->sent];
		enum oc_verdict v;

		if (st->kind != OC_SEND || !run->theirs[s->sent].done)
			continue;
		count(run, st, &run->theirs[s->sent]);
		v = compare_send(s, s->sent);
		if (v != OC_SAME)
			return v;
	}
	return OC_SAME;
}

static enum oc_verdict
do_send(struct state *s, unsigned int i)
{
	const struct oc_step *st = &s->c->step[i];
	int err;

	if (st->port_of >= 0 && !s->open[st->port_of])
		return OC_SAME;
	s->run->ours[i].done = true;
	if (!s->run->kernel) {
		s->run->theirs[i] = s->c->expect[i];
		return OC_SAME;
	}
	s->run->theirs[i].done = true;
	err = oc_kernel_send(st, port_of(s, st, true), i);
	if (err != 0) {
		fprintf(stderr, "oracle: a datagram cannot be sent: %s\n", strerror(err));
		return OC_BROKEN;
	}
	return OC_SAME;
}

/* Those that may share a port may be given the same one: then chance decides who gets what. */
static bool
shares_port(const struct state *s, unsigned int sock)
{
	unsigned int i;

	for (i = 0; i < OC_SOCKS; i++) {
		if (i != sock && s->open[i] &&
			(oc_ours_port(i) == oc_ours_port(sock) ||
				(s->run->kernel && s->port[i] == s->port[sock])))
			return true;
	}
	return false;
}

static enum oc_verdict
do_open(struct state *s, unsigned int i)
{
	const struct oc_step *st = &s->c->step[i];
	struct oc_run *run = s->run;
	union rsd_ip ip;

	if (st->port_of >= 0 && !s->open[st->port_of])
		return OC_SAME;
	run->ours[i].done = true;
	run->ours[i].err = oc_ours_open(st, port_of(s, st, false));
	if (run->kernel)
		run->theirs[i].err = oc_kernel_open(st, port_of(s, st, true));
	else if (s->c->expect[i].done)
		run->theirs[i] = s->c->expect[i];
	else
		run->theirs[i] = run->ours[i];
	run->theirs[i].done = true;
	count(run, st, &run->theirs[i]);
	if (run->theirs[i].err == 0 && run->kernel) {
		s->open[st->sock] = true;
		oc_kernel_local(st->sock, &ip, &s->port[st->sock]);
	}
	if (run->theirs[i].err != run->ours[i].err)
		return differs(s, i, NULL);
	if (run->ours[i].err != 0)
		return OC_SAME;
	s->open[st->sock] = true;
	s->by_chance |= st->port == 0 && st->port_of < 0 && shares_port(s, st->sock);
	if (st->port == 0 && st->port_of < 0 && !ephemeral(oc_ours_port(st->sock)))
		return differs(s, i, "ours is a port outside of the range");
	if (st->port == 0 && st->port_of < 0 && run->kernel && !ephemeral(s->port[st->sock]))
		return differs(s, i, "Linux's is a port outside of the range");
	return OC_SAME;
}

static int
connect_both(struct state *s, const struct oc_step *st, struct oc_result *theirs)
{
	union rsd_ip ip = *oc_ours_source(st);
	uint16_t port;

	/* Which address to connect from is a question of routes, and not ours. */
	if (s->run->kernel) {
		theirs->err = oc_kernel_connect(st);
		oc_kernel_local(st->sock, &ip, &port);
		if (rsd_ip_is_v4(&st->addr) && !rsd_ip_is_v4(&ip))
			ip = *oc_ours_source(st);
	}
	return oc_ours_connect(st, &ip);
}

/*
 * A second connect() leaves a socket to be scored, and then the CPU counts that Linux noted with
 * each datagram while it was connected.
 */
static void
note_connect(struct state *s, unsigned int sock)
{
	unsigned int i;

	if (s->connected[sock])
		s->one_by_one = true;
	s->connected[sock] = true;
	for (i = 0; s->one_by_one && s->run->kernel && i < OC_SOCKS; i++) {
		if (s->open[i])
			oc_kernel_restore_cpu(i);
	}
}

static enum oc_verdict
do_change(struct state *s, unsigned int i)
{
	const struct oc_step *st = &s->c->step[i];
	struct oc_result *theirs = &s->run->theirs[i], *ours = &s->run->ours[i];

	if (!s->open[st->sock])
		return OC_SAME;
	theirs->done = true;
	ours->done = true;
	if (st->kind == OC_CONNECT) {
		note_connect(s, st->sock);
		ours->err = connect_both(s, st, theirs);
	} else if (st->kind == OC_DISCONNECT) {
		ours->err = oc_ours_disconnect(st);
		if (s->run->kernel)
			theirs->err = oc_kernel_disconnect(st);
	} else {
		ours->err = oc_ours_close(st->sock);
		if (s->run->kernel)
			theirs->err = oc_kernel_close(st->sock);
		s->open[st->sock] = false;
	}
	count(s->run, st, theirs);
	return theirs->err == ours->err ? OC_SAME : differs(s, i, NULL);
}

static enum oc_verdict
run_steps(struct state *s)
{
	enum oc_verdict v = OC_SAME;
	unsigned int i;

	for (i = 0; i < s->c->nb && v == OC_SAME && !s->by_chance; i++) {
		if (s->c->step[i].kind == OC_SEND) {
			v = do_send(s, i);
			if (v == OC_SAME && s->one_by_one)
				v = collect(s, i + 1);
			continue;
		}
		v = collect(s, i);
		if (v == OC_SAME)
			v = s->c->step[i].kind == OC_OPEN ? do_open(s, i) : do_change(s, i);
	}
	return v == OC_SAME ? collect(s, i) : v;
}

enum oc_verdict
oc_run(const struct oc_case *c, struct oc_run *run)
{
	struct state s = { .c = c, .run = run };
	enum oc_verdict v;
	unsigned int i;
	int err = oc_ours_begin();

	if (err != 0) {
		fprintf(stderr, "oracle: no table: %s\n", strerror(err));
		return OC_BROKEN;
	}
	memset(run->theirs, 0, sizeof(run->theirs));
	memset(run->ours, 0, sizeof(run->ours));
	v = run_steps(&s);
	for (i = 0; i < OC_SOCKS; i++) {
		if (s.open[i] && run->kernel)
			oc_kernel_close(i);
		if (s.open[i] && v == OC_SAME)
			oc_ours_close(i);
	}
	if (v == OC_SAME && oc_ours_left() != 0) {
		fprintf(stderr, "oracle: %u sockets left in the table\n", oc_ours_left());
		v = OC_BROKEN;
	}
	oc_ours_end();
	return v;
}
