/* SPDX-License-Identifier: BSD-3-Clause */
/* Sockets as the application sees them: open, close, and packets coming back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/engine.h"
#include "table/sock_table.h"

#define KNOWN_FLAGS (RSD_SOCK_NO_LOOP_GUARD | RSD_SOCK_MAY_AMPLIFY | RSD_SOCK_SILENT)

static bool
is_ours(const struct rsd_engine *eng, rte_be32_t addr)
{
	unsigned int p;

	for (p = 0; p < eng->nb_ports; p++)
		if (rsd_wire_set_has(&eng->ports[p].wire.own, addr))
			return true;
	return false;
}

static int
check(const struct rsd_engine *eng, const struct rsd_sock_conf *conf)
{
	if (conf->port == 0 || conf->handler == NULL || (conf->flags & ~KNOWN_FLAGS) != 0)
		return -EINVAL;
	if (conf->local != 0 && !is_ours(eng, conf->local))
		return -EADDRNOTAVAIL;
	if (rsd_sock_in_use(eng->socks, eng->nb_socks, conf->local, conf->port))
		return -EADDRINUSE;
	return eng->nb_socks == RSD_SOCK_MAX ? -ENOSPC : 0;
}

/* Publish a table of the present sockets; when this returns, no core reads the old one any more. */
static int
publish(struct rsd_engine *eng)
{
	struct rsd_sock_table *fresh = rsd_sock_table_build(eng->socks, eng->nb_socks), *old;

	if (fresh == NULL)
		return -ENOMEM;
	old = __atomic_exchange_n(&eng->table, fresh, __ATOMIC_ACQ_REL);
	rte_rcu_qsbr_synchronize(eng->qsbr, RTE_QSBR_THRID_INVALID);
	rsd_sock_table_free(old);
	return 0;
}

static uint16_t
take_id(struct rsd_engine *eng)
{
	uint16_t id = 0;

	while ((eng->sock_ids[id / 64] >> (id % 64) & 1) != 0)
		id++;
	eng->sock_ids[id / 64] |= UINT64_C(1) << (id % 64);
	return id;
}

static void
give_id(struct rsd_engine *eng, uint16_t id)
{
	unsigned int i;

	eng->sock_ids[id / 64] &= ~(UINT64_C(1) << (id % 64));
	for (i = 0; i < eng->nb_workers; i++)
		memset(&eng->lcores[i]->sock_stats[id], 0, sizeof(eng->lcores[i]->sock_stats[id]));
}

static struct rsd_sock *
make(struct rsd_engine *eng, const struct rsd_sock_conf *conf)
{
	struct rsd_sock *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->handler = conf->handler;
	s->arg = conf->arg;
	s->flags = conf->flags;
	s->port = conf->port;
	s->local = conf->local;
	s->eng = eng;
	s->id = take_id(eng);
	snprintf(s->name, sizeof(s->name), "%s", conf->name != NULL ? conf->name : "user");
	return s;
}

static int
open_locked(struct rsd_engine *eng, const struct rsd_sock_conf *conf, struct rsd_sock **sock)
{
	int ret = check(eng, conf);
	struct rsd_sock *s;

	if (ret != 0)
		return ret;
	s = make(eng, conf);
	if (s == NULL)
		return -ENOMEM;
	eng->socks[eng->nb_socks++] = s;
	ret = publish(eng);
	if (ret != 0) {
		eng->nb_socks--;
		give_id(eng, s->id);
		free(s);
		return ret;
	}
	*sock = s;
	return 0;
}

int
rsd_sock_open(struct rsd_engine *eng, const struct rsd_sock_conf *conf, struct rsd_sock **sock)
{
	int ret;

	pthread_mutex_lock(&eng->sock_lock);
	ret = open_locked(eng, conf, sock);
	pthread_mutex_unlock(&eng->sock_lock);
	return ret;
}

static int
close_locked(struct rsd_engine *eng, struct rsd_sock *sock)
{
	struct rsd_sock *last = eng->socks[eng->nb_socks - 1];
	unsigned int i = 0;
	int ret;

	while (eng->socks[i] != sock)
		i++;
	eng->socks[i] = last;
	eng->nb_socks--;
	ret = publish(eng);
	if (ret != 0) {
		eng->socks[eng->nb_socks++] = last;
		eng->socks[i] = sock;
		return ret;
	}
	give_id(eng, sock->id);
	return 0;
}

int
rsd_sock_close(struct rsd_sock *sock)
{
	struct rsd_engine *eng = sock->eng;
	int ret;

	pthread_mutex_lock(&eng->sock_lock);
	ret = close_locked(eng, sock);
	pthread_mutex_unlock(&eng->sock_lock);
	if (ret == 0)
		free(sock);
	return ret;
}

const char *
rsd_sock_name(const struct rsd_sock *sock)
{
	return sock->name;
}

static int
give_back(struct rsd_engine *eng, struct rsd_pkt *p, enum rsd_verdict verdict)
{
	struct rte_mbuf *m = rsd_pkt_mbuf(p);
	void *tagged = (void *)((uintptr_t)m | (uintptr_t)verdict);

	return rte_ring_mp_enqueue(eng->lcores[rsd_hold_worker(m)]->returns, tagged) == 0 ? 0
											  : -EAGAIN;
}

int
rsd_pkt_answer(struct rsd_engine *eng, struct rsd_pkt *p, enum rsd_verdict verdict)
{
	if (verdict != RSD_ANSWER && verdict != RSD_ANSWER_SAME)
		return -EINVAL;
	return give_back(eng, p, verdict);
}

int
rsd_pkt_release(struct rsd_engine *eng, struct rsd_pkt *p)
{
	return give_back(eng, p, RSD_DONE);
}
