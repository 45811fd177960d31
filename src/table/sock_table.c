/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writer side: sockets come, connect and go while cores look them up. Memory for a change is taken
 * before anything is changed, so that a change either fails at once or cannot fail.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include <rte_rcu_qsbr.h>

#include "base/bigmem.h"
#include "table/conn_table.h"
#include "table/sock_writer.h"

/* Responders every host has had at some time: echo, daytime, qotd, chargen, time (CA-1996-01). */
static const uint16_t known_responders[] = { 7, 13, 17, 19, 37 };

/* More than this on one port, not connected, would make its look-ups crawl. */
#define PORT_CANDS_MAX 4096

#define CONN_FIRST 1024 /* connected sockets there is room for at first; the tables grow */

static int
take_id(struct rsd_sock_writer *w, uint32_t *id)
{
	if (w->nb_free_id != 0)
		*id = w->free_id[--w->nb_free_id];
	else if (w->id_end < w->max_socks)
		*id = w->id_end++;
	else
		return -ENOSPC;
	return 0;
}

void
rsd_sock_table_forget_id(struct rsd_sock_table *t, uint32_t id)
{
	t->bind[id].sock = NULL;
}

void
rsd_sock_table_free_id(struct rsd_sock_table *t, uint32_t id)
{
	struct rsd_sock_writer *w = rsd_sock_writer_of(t);

	rsd_sock_table_forget_id(t, id);
	w->free_id[w->nb_free_id++] = id;
}

static bool
guarded(const struct rsd_sock *s)
{
	return (s->flags & (RSD_SOCK_NO_LOOP_GUARD | RSD_SOCK_SILENT)) == 0;
}

void
rsd_sock_write_bind(struct rsd_sock_writer *w, struct rsd_sock *s)
{
	bool v4 = rsd_ip_is_v4(&s->local), any = rsd_ip_is_any(&s->local);
	struct rsd_bind *b = &w->t.bind[s->id];

	/* Readers of the old address may be under way: they do not look at addr and mask here. */
	b->addr = v4 && !any ? s->local.w[3] : 0;
	b->mask = any ? 0 : UINT32_MAX;
	b->refuse = guarded(s) ? &w->t.loops : &w->t.zero;
	b->sock = s;
}

static void
set_loop(struct rsd_sock_writer *w, uint16_t number, bool answering)
{
	uint16_t port = rte_cpu_to_be_16(number);
	uint64_t *word = &w->t.loops.word[port >> 6], bit = UINT64_C(1) << (port & 63);
	unsigned int i;

	for (i = 0; i < RTE_DIM(known_responders); i++)
		answering |= number == known_responders[i];
	__atomic_store_n(word, answering ? *word | bit : *word & ~bit, __ATOMIC_RELAXED);
}

static void
count_answering(
	struct rsd_sock_writer *w, struct rsd_sock_port *p, const struct rsd_sock *s, int by)
{
	if ((s->flags & RSD_SOCK_SILENT) != 0)
		return;
	p->nb_answering = (uint32_t)((int)p->nb_answering + by);
	set_loop(w, p->number, p->nb_answering != 0);
}

/* Front of the lists, but reuseport IPv6 sockets when bound: Linux puts them at the end. */
static int64_t
stamp_bound(struct rsd_sock_writer *w, const struct rsd_sock *s)
{
	if (s->family == AF_INET6 && (s->flags & RSD_SOCK_REUSEPORT) != 0)
		return --w->back;
	return rsd_sock_stamp_front(w);
}

/* xorshift64*: good enough to spread ports; what must be secret is in flow_key. */
static uint32_t
draw(struct rsd_sock_writer *w, uint32_t below)
{
	w->random ^= w->random >> 12;
	w->random ^= w->random << 25;
	w->random ^= w->random >> 27;
	return (uint32_t)(((w->random * UINT64_C(0x2545f4914f6cdd1d) >> 32) * below) >> 32);
}

/* A free port: from a random one on, every one of the range is tried. */
static int
choose_port(struct rsd_sock_writer *w, struct rsd_sock *s)
{
	const uint32_t range = RSD_PORT_EPHEMERAL_MAX - RSD_PORT_EPHEMERAL_MIN + 1;
	uint32_t first = draw(w, range), i;

	for (i = 0; i < range; i++) {
		uint16_t number = (uint16_t)(RSD_PORT_EPHEMERAL_MIN + (first + i) % range);

		if (!rsd_sock_port_conflict(w->port[number], s)) {
			s->port = number;
			return 0;
		}
	}
	return -EADDRINUSE;
}

static int
settle_port(struct rsd_sock_writer *w, struct rsd_sock *s)
{
	const struct rsd_sock_port *p;

	if (s->port == 0)
		return choose_port(w, s);
	p = w->port[s->port];
	if (rsd_sock_port_conflict(p, s))
		return -EADDRINUSE;
	return p != NULL && p->nb_cand + p->nb_conn >= PORT_CANDS_MAX ? -ENOSPC : 0;
}

/* On the port, not yet in any list that readers see. */
static int
enter(struct rsd_sock_writer *w, struct rsd_sock_change *ch, struct rsd_sock *s)
{
	s->bind_stamp = stamp_bound(w, s);
	s->list_stamp = s->bind_stamp;
	rsd_sock_port_classify(ch->port, s, &ch->class);
	if ((s->flags & RSD_SOCK_REUSEPORT) != 0 && rsd_sock_port_join(ch->port, s) != 0) {
		rsd_sock_port_declassify(ch->port, s);
		return -ENOMEM;
	}
	return 0;
}

int
rsd_sock_table_bind(struct rsd_sock_table *t, struct rsd_sock *s)
{
	struct rsd_sock_writer *w = rsd_sock_writer_of(t);
	uint16_t asked = s->port;
	struct rsd_sock_change ch;
	int ret;

	/* ::ffff:0.0.0.0 is an address to Linux: what connect makes of it stays. */
	s->bound_any =
		rsd_ip_is_any(&s->local) && (s->family == AF_INET || !rsd_ip_is_v4(&s->local));
	s->hashed = false;
	ret = settle_port(w, s);
	if (ret != 0)
		return ret;
	ret = take_id(w, &s->id);
	if (ret != 0)
		goto no_id;
	ret = rsd_sock_groups_join(w, &s->local);
	if (ret != 0)
		goto no_group;
	ret = rsd_sock_change_begin(w, s->port, &ch);
	if (ret != 0)
		goto no_memory;
	ret = enter(w, &ch, s);
	if (ret != 0) {
		rsd_sock_change_abort(w, &ch);
		goto no_memory;
	}
	rsd_sock_write_bind(w, s);
	rsd_sock_port_list(ch.port, s);
	count_answering(w, ch.port, s, 1);
	w->nb_socks++;
	rsd_sock_change_end(w, &ch);
	return 0;
no_memory:
	rsd_sock_groups_leave(w, &s->local);
no_group:
	rsd_sock_table_free_id(t, s->id);
no_id:
	s->port = asked;
	return ret;
}

int
rsd_sock_table_close(struct rsd_sock_table *t, struct rsd_sock *s)
{
	const struct rsd_sock was = *s;
	struct rsd_sock_writer *w = rsd_sock_writer_of(t);
	struct rsd_sock_change ch;

	if (rsd_sock_change_begin(w, s->port, &ch) != 0)
		return -ENOMEM;
	rsd_sock_displace(ch.port, s);
	rsd_sock_port_declassify(ch.port, s);
	rsd_sock_port_leave(ch.port, s);
	rsd_sock_groups_leave(w, &s->local);
	count_answering(w, ch.port, s, -1);
	w->nb_socks--;
	rsd_sock_change_end(w, &ch);
	rsd_sock_forget_tuple(w, &was);
	return 0;
}

static struct rsd_conn_table *
create_conn(uint16_t family, unsigned int max, const uint8_t *key)
{
	const struct rsd_conn_conf conf = {
		.family = family,
		.capacity = RTE_MIN(max, (unsigned int)CONN_FIRST),
		.max_capacity = max,
		.key = key,
	};

	return rsd_conn_create(&conf);
}

static int
create_parts(struct rsd_sock_writer *w, const struct rsd_sock_table_conf *conf)
{
	uint8_t secret[40];

	if (getrandom(secret, sizeof(secret), 0) != sizeof(secret))
		return -errno;
	memcpy(&w->random, secret + 32, sizeof(w->random));
	w->random |= 1;
	if (conf->key != NULL)
		memcpy(secret, conf->key, 16);
	memcpy(w->t.flow_key, secret + (conf->key != NULL ? 0 : 16), sizeof(w->t.flow_key));
	if (rsd_bigmem_alloc(&w->bind_mem, (size_t)w->max_socks * sizeof(w->t.bind[0]),
		    RSD_BIGMEM_LAZY) != 0 ||
		rsd_bigmem_alloc(&w->free_id_mem, (size_t)w->max_socks * sizeof(w->free_id[0]),
			RSD_BIGMEM_LAZY) != 0)
		return -ENOMEM;
	w->t.bind = w->bind_mem.addr;
	w->free_id = w->free_id_mem.addr;
	w->t.conn4 = create_conn(AF_INET, w->max_socks, secret);
	w->t.conn6 = create_conn(AF_INET6, w->max_socks, secret);
	return w->t.bind != NULL && w->free_id != NULL && w->t.conn4 != NULL && w->t.conn6 != NULL
		       ? 0
		       : -ENOMEM;
}

static void
init_readers_part(struct rsd_sock_writer *w)
{
	unsigned int i;

	w->nobody.head.mask = UINT32_MAX; /* address 0 is nobody's */
	w->nobody.head.refuse = &w->t.zero;
	for (i = 0; i <= UINT16_MAX; i++)
		w->t.dir[i] = &w->nobody;
	rsd_port_set_add(&w->t.zero, 0);
	rsd_port_set_add(&w->t.loops, 0);
	for (i = 0; i < RTE_DIM(known_responders); i++)
		rsd_port_set_add(&w->t.loops, rte_cpu_to_be_16(known_responders[i]));
}

struct rsd_sock_table *
rsd_sock_table_create(const struct rsd_sock_table_conf *conf)
{
	struct rsd_sock_writer *w;
	struct rsd_bigmem mem;
	int ret;

	if (rsd_bigmem_alloc(&mem, sizeof(*w), 0) != 0) {
		errno = ENOMEM;
		return NULL;
	}
	w = mem.addr;
	w->self_mem = mem;
	STAILQ_INIT(&w->limbo);
	w->qsbr = conf->qsbr;
	w->max_socks = conf->max_socks;
	init_readers_part(w);
	ret = create_parts(w, conf);
	if (ret != 0) {
		rsd_sock_table_destroy(&w->t);
		errno = -ret;
		return NULL;
	}
	return &w->t;
}

static void
forget_port(struct rsd_sock_writer *w, struct rsd_sock_port *p)
{
	struct rsd_sock_class *c;
	struct rsd_sock *s;

	while ((c = TAILQ_FIRST(&p->classes)) != NULL) {
		s = TAILQ_FIRST(&c->socks);
		rsd_sock_port_leave(p, s);
		rsd_sock_port_declassify(p, s);
	}
	free((void *)(uintptr_t)w->t.dir[rte_cpu_to_be_16(p->number)]);
	rsd_sock_port_free(p);
}

void
rsd_sock_table_destroy(struct rsd_sock_table *t)
{
	struct rsd_sock_writer *w = rsd_sock_writer_of(t);
	struct rsd_bigmem mem;
	unsigned int i;

	if (w == NULL)
		return;
	rsd_sock_reclaim(w, true);
	for (i = 0; i <= UINT16_MAX; i++)
		if (w->port[i] != NULL)
			forget_port(w, w->port[i]);
	free((void *)(uintptr_t)w->t.joined);
	rsd_conn_free(w->t.conn4);
	rsd_conn_free(w->t.conn6);
	rsd_bigmem_free(&w->bind_mem);
	rsd_bigmem_free(&w->free_id_mem);
	mem = w->self_mem; /* it lies in what is freed */
	rsd_bigmem_free(&mem);
}

unsigned int
rsd_sock_table_count(const struct rsd_sock_table *t)
{
	return rsd_sock_writer_of(t)->nb_socks;
}

unsigned int
rsd_sock_table_grown(const struct rsd_sock_table *t)
{
	return rsd_sock_writer_of(t)->grown;
}

uint32_t
rsd_sock_table_id_end(const struct rsd_sock_table *t)
{
	return rsd_sock_writer_of(t)->id_end;
}

struct rsd_sock *
rsd_sock_table_get(const struct rsd_sock_table *t, uint32_t id)
{
	return id < rsd_sock_writer_of(t)->id_end ? t->bind[id].sock : NULL;
}
