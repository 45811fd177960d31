/* SPDX-License-Identifier: BSD-3-Clause */
/* Connecting: where a 4-tuple stands, and what follows from a socket's moving. */
#include <errno.h>
#include <stdlib.h>

#include "table/conn_table.h"
#include "table/sock_writer.h"

static void
free_conn(void *what)
{
	rsd_conn_free(what);
}

static struct rsd_conn_table **
conn_of(struct rsd_sock_writer *w, const struct rsd_sock *s)
{
	return rsd_ip_is_v4(&s->local) ? &w->t.conn4 : &w->t.conn6;
}

/* The 4-tuple of what is sent to s by its peer. */
static void
key_of(uint8_t *key, const struct rsd_sock *s)
{
	const struct rsd_tuple d = {
		.family = rsd_ip_is_v4(&s->local) ? AF_INET : AF_INET6,
		.sport = rte_cpu_to_be_16(s->peer_port),
		.dport = rte_cpu_to_be_16(s->port),
		.src = s->peer,
		.dst = s->local,
	};

	rsd_tuple_key(key, &d);
}

static int
conn_grow(struct rsd_sock_writer *w, struct rsd_conn_table **slot)
{
	struct rsd_limbo *l = malloc(sizeof(*l));
	struct rsd_conn_table *old = *slot, *more;

	if (l == NULL)
		return -ENOMEM;
	more = rsd_conn_grow(old);
	if (more == NULL) {
		free(l);
		return -ENOSPC;
	}
	__atomic_store_n(slot, more, __ATOMIC_RELEASE);
	rsd_sock_retire(w, l, old, free_conn);
	w->grown++;
	return 0;
}

/* 0; -EEXIST the 4-tuple is there already. */
static int
conn_insert(struct rsd_sock_writer *w, const struct rsd_sock *s)
{
	struct rsd_conn_table **slot = conn_of(w, s);
	uint8_t key[RSD_TUPLE_KEY_MAX];
	int ret;

	key_of(key, s);
	while ((ret = rsd_conn_insert(*slot, key, s->id)) == -ENOSPC) {
		ret = conn_grow(w, slot);
		if (ret != 0)
			return ret;
	}
	return ret;
}

static void
conn_delete(struct rsd_sock_writer *w, const struct rsd_sock *s)
{
	uint8_t key[RSD_TUPLE_KEY_MAX];

	key_of(key, s);
	rsd_conn_delete(*conn_of(w, s), key);
}

static void
count_conn(struct rsd_sock_port *p, struct rsd_sock *s, bool in)
{
	uint32_t *nb = rsd_ip_is_v4(&s->local) ? &p->nb_conn4 : &p->nb_conn6;

	*nb = in ? *nb + 1 : *nb - 1;
	s->in_conn = in;
}

static struct rsd_sock *
holder(struct rsd_sock_writer *w, const struct rsd_sock *s)
{
	uint8_t key[RSD_TUPLE_KEY_MAX];
	uint32_t id;

	key_of(key, s);
	id = rsd_conn_lookup(*conn_of(w, s), key);
	return id == RSD_CONN_NONE ? NULL : w->t.bind[id].sock;
}

static bool
listed_twin(const struct rsd_sock_port *p, const struct rsd_sock *s)
{
	const struct rsd_sock *o;

	TAILQ_FOREACH (o, &p->conns, cand_entry)
		if (o != s && o->peer_port == s->peer_port && rsd_ip_equal(&o->peer, &s->peer) &&
			rsd_ip_equal(&o->local, &s->local))
			return true;
	return false;
}

/*
 * Connected to another peer than the one it was first connected to, on the same address: Linux does
 * not hash it anew, so that it is found by scoring, after those that are in the table.
 */
static bool
scored(const struct rsd_sock *s)
{
	return s->peer_port == 0 || s->peer_port != s->tuple_port ||
	       !rsd_ip_equal(&s->peer, &s->tuple_peer);
}

/*
 * Where is s to stand? In the table when its 4-tuple is its alone and needs no other test;
 * otherwise in the port's list, and whoever has that 4-tuple in the table comes to it.
 */
static int
place(struct rsd_sock_writer *w, struct rsd_sock_port *p, struct rsd_sock *s,
	struct rsd_sock **evicted)
{
	int ret;

	*evicted = NULL;
	if (scored(s)) {
		rsd_sock_port_list(p, s);
		return 0;
	}
	if (s->dev == 0 && !s->to_many && !listed_twin(p, s)) {
		ret = conn_insert(w, s);
		if (ret == 0) {
			count_conn(p, s, true);
			return 0;
		}
		if (ret != -EEXIST)
			return ret;
	}
	if (!s->to_many)
		*evicted = holder(w, s);
	if (*evicted != NULL) {
		count_conn(p, *evicted, false);
		rsd_sock_port_list_conn(p, *evicted);
	}
	rsd_sock_port_list_conn(p, s);
	return 0;
}

/* After readers have been shown the list. */
static void
evict(struct rsd_sock_writer *w, struct rsd_sock *s)
{
	if (s != NULL)
		conn_delete(w, s);
}

/* Out of whichever list it stands in; a table entry is left for after publication. */
void
rsd_sock_displace(struct rsd_sock_port *p, struct rsd_sock *s)
{
	if (s->in_conn)
		count_conn(p, s, false);
	else if (!scored(s))
		rsd_sock_port_unlist_conn(p, s);
	else
		rsd_sock_port_unlist(p, s);
}

/* As it stood before. Its list entries were not touched since it was displaced. */
static void
put_back(struct rsd_sock_port *p, struct rsd_sock *s, const struct rsd_sock *was)
{
	s->local = was->local;
	s->peer = was->peer;
	s->peer_port = was->peer_port;
	s->hashed = was->hashed;
	s->tuple_peer = was->tuple_peer;
	s->tuple_port = was->tuple_port;
	s->conn_stamp = was->conn_stamp;
	if (was->in_conn)
		count_conn(p, s, true);
	else if (!scored(s))
		rsd_sock_port_list_conn(p, s);
	else
		rsd_sock_port_list(p, s);
}

/* Drop the 4-tuple it had, now that no reader needs to come by it. */
void
rsd_sock_forget_tuple(struct rsd_sock_writer *w, const struct rsd_sock *was)
{
	if (was->in_conn)
		conn_delete(w, was);
}

/* It conflicts with others now: its address or device changed from what its class has. */
static void
reclassify(struct rsd_sock_change *ch, struct rsd_sock *s, const struct rsd_sock *was)
{
	union rsd_ip local = s->local;
	uint16_t dev = s->dev;

	if (rsd_ip_equal(&was->local, &local) && was->dev == dev)
		return;
	s->local = was->local;
	s->dev = was->dev;
	rsd_sock_port_declassify(ch->port, s);
	s->local = local;
	s->dev = dev;
	rsd_sock_port_classify(ch->port, s, &ch->class);
}

/*
 * A connected socket is in no reuseport group. Its group remembers, unless it left because its
 * address changed; and connected once more it stays, should it have come into one since.
 */
static void
leave_group(struct rsd_sock_port *p, struct rsd_sock *s, bool moved, bool again)
{
	if (s->group != NULL && !moved)
		s->group->has_conns = true;
	if (moved || !again)
		rsd_sock_port_leave(p, s);
}

static void
note_tuple(struct rsd_sock_writer *w, struct rsd_sock *s)
{
	s->hashed = true;
	s->tuple_peer = s->peer;
	s->tuple_port = s->peer_port;
	s->conn_stamp = ++w->newest;
}

/* To the peer it has: only a group that it came into since hears of that. */
static int
connect_again(struct rsd_sock_writer *w, struct rsd_sock *s)
{
	struct rsd_sock_change ch;

	if (s->group == NULL || s->group->has_conns)
		return 0;
	if (rsd_sock_change_begin(w, s->port, &ch) != 0)
		return -ENOMEM;
	s->group->has_conns = true;
	rsd_sock_change_end(w, &ch);
	return 0;
}

int
rsd_sock_table_connect(struct rsd_sock_table *t, struct rsd_sock *s, const union rsd_ip *peer,
	uint16_t port, const union rsd_ip *source)
{
	const struct rsd_sock was = *s;
	struct rsd_sock_writer *w = rsd_sock_writer_of(t);
	bool moves = rsd_ip_is_any(&s->local);
	struct rsd_sock *evicted;
	struct rsd_sock_change ch;
	int ret;

	if (s->peer_port == port && rsd_ip_equal(&s->peer, peer))
		return connect_again(w, s);
	ret = rsd_sock_change_begin(w, s->port, &ch);
	if (ret != 0)
		return ret;
	rsd_sock_displace(ch.port, s);
	s->peer = *peer;
	s->peer_port = port;
	if (moves)
		s->local = *source;
	if (moves || !was.hashed)
		note_tuple(w, s);
	ret = place(w, ch.port, s, &evicted);
	if (ret != 0) {
		put_back(ch.port, s, &was);
		rsd_sock_change_abort(w, &ch);
		return ret;
	}
	reclassify(&ch, s, &was);
	leave_group(ch.port, s, moves, was.hashed);
	if (moves)
		s->list_stamp = rsd_sock_stamp_front(w);
	rsd_sock_write_bind(w, s);
	rsd_sock_change_end(w, &ch);
	rsd_sock_forget_tuple(w, &was);
	evict(w, evicted);
	return 0;
}

/* As connect(2) to AF_UNSPEC: the address chosen by connect is given up, and so is the device. */
int
rsd_sock_table_disconnect(struct rsd_sock_table *t, struct rsd_sock *s)
{
	const struct rsd_sock was = *s;
	struct rsd_sock_writer *w = rsd_sock_writer_of(t);
	struct rsd_sock_change ch;

	if (s->peer_port == 0)
		return 0;
	if (rsd_sock_change_begin(w, s->port, &ch) != 0)
		return -ENOMEM;
	rsd_sock_displace(ch.port, s);
	rsd_ip_any_of(&s->peer, s->family);
	s->peer_port = 0;
	s->dev = 0;
	if (s->bound_any) {
		rsd_ip_any_of(&s->local, s->family);
		rsd_sock_port_leave(ch.port, s);
		s->list_stamp = rsd_sock_stamp_front(w);
	}
	reclassify(&ch, s, &was);
	rsd_sock_port_list(ch.port, s);
	rsd_sock_write_bind(w, s);
	rsd_sock_change_end(w, &ch);
	rsd_sock_forget_tuple(w, &was);
	return 0;
}
