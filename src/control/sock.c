/* SPDX-License-Identifier: BSD-3-Clause */
/* Sockets as the application sees them: open, close, and packets coming back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ethdev.h>

#include "control/engine.h"
#include "control/sock_queue.h"
#include "table/sock_score.h"
#include "table/sock_table.h"

#define KNOWN_FLAGS                                                                             \
	(RSD_SOCK_NO_LOOP_GUARD | RSD_SOCK_MAY_AMPLIFY | RSD_SOCK_SILENT | RSD_SOCK_REUSEPORT | \
		RSD_SOCK_REUSEADDR | RSD_SOCK_V6ONLY)

/* --- addresses ------------------------------------------------------------------------------- */

static uint16_t
family_of(const struct rsd_sockaddr *a)
{
	return a->family == 0 ? AF_INET : a->family;
}

static union rsd_ip
ip_of(const struct rsd_sockaddr *a)
{
	union rsd_ip ip;

	if (family_of(a) == AF_INET)
		rsd_ip_set_v4(&ip, a->v4);
	else
		memcpy(ip.b, a->v6, sizeof(ip.b));
	return ip;
}

/* A group or a broadcast address of one of our networks. */
static bool
is_to_many(const struct rsd_engine *eng, const union rsd_ip *ip)
{
	unsigned int p;

	if (rsd_ip_is_group(ip))
		return true;
	if (!rsd_ip_is_v4(ip))
		return false;
	if (ip->w[3] == UINT32_MAX)
		return true;
	for (p = 0; p < eng->nb_ports; p++)
		if (rsd_wire_is_subnet_bcast(&eng->ports[p].wire, ip->w[3]))
			return true;
	return false;
}

static bool
is_ours(const struct rsd_engine *eng, const union rsd_ip *ip)
{
	unsigned int p;

	for (p = 0; p < eng->nb_ports; p++)
		if (rsd_ip_is_v4(ip) && rsd_wire_set_has(&eng->ports[p].wire.own, ip->w[3]))
			return true;
	return false;
}

static bool
on_link(const struct rsd_conf_ip *c, rte_be32_t peer)
{
	return rte_be_to_cpu_32(c->addr.s_addr ^ peer) >> (32 - c->len) == 0;
}

/* Our address to a peer: the one on its network, else the first. */
static int
source_for(const struct rsd_engine *eng, const union rsd_ip *peer, union rsd_ip *source)
{
	const struct rsd_conf *conf = &eng->conf;
	const struct rsd_conf_ip *best = &conf->ips[0];
	unsigned int i;

	if (!rsd_ip_is_v4(peer) || conf->nb_ips == 0)
		return -ENETUNREACH;
	for (i = conf->nb_ips; i-- > 0;)
		if (on_link(&conf->ips[i], peer->w[3]))
			best = &conf->ips[i];
	rsd_ip_set_v4(source, best->addr.s_addr);
	return 0;
}

/* 1 + the port a device name means: its number, or the interface behind it. */
static int
find_device(const struct rsd_engine *eng, const char *name)
{
	char number[12];
	unsigned int p;

	for (p = 0; p < eng->nb_ports; p++) {
		const char *spec = eng->port_info[p].spec, *colon = strchr(spec, ':');

		snprintf(number, sizeof(number), "%u", p);
		if (strcmp(name, number) == 0 || strcmp(name, spec) == 0 ||
			(colon != NULL && strcmp(name, colon + 1) == 0))
			return (int)p + 1;
	}
	return -ENODEV;
}

/* --- opening --------------------------------------------------------------------------------- */

static int
check(const struct rsd_engine *eng, const struct rsd_sock_conf *conf)
{
	uint16_t family = family_of(&conf->local);
	union rsd_ip local = ip_of(&conf->local);

	if ((conf->flags & ~KNOWN_FLAGS) != 0)
		return -EINVAL;
	if ((conf->handler == NULL) == (conf->queue_len == 0))
		return -EINVAL;
	if (family != AF_INET && family != AF_INET6)
		return -EAFNOSUPPORT;
	if (conf->cpu > eng->nb_workers)
		return -EINVAL;
	if (!rsd_ip_is_any(&local) && !is_ours(eng, &local) && !is_to_many(eng, &local))
		return -EADDRNOTAVAIL;
	return 0;
}

/* A peer this socket may have? */
static int
check_peer(const struct rsd_sock *s, const struct rsd_sockaddr *peer)
{
	union rsd_ip ip = ip_of(peer);
	bool local4 = rsd_ip_is_v4(&s->local);

	if (peer->port == 0 || family_of(peer) != s->family || rsd_ip_is_any(&ip))
		return -EINVAL;
	if (rsd_ip_is_v4(&ip) && (s->flags & RSD_SOCK_V6ONLY) != 0 && s->family == AF_INET6)
		return -ENETUNREACH;
	/* A dual socket on :: may turn to either family; one on an address is bound to it. */
	if (rsd_ip_is_v4(&ip) != local4 && (local4 || !s->bound_any))
		return -EINVAL;
	return 0;
}

static int
make(struct rsd_engine *eng, const struct rsd_sock_conf *conf, struct rsd_sock **sock)
{
	int dev = conf->device != NULL ? find_device(eng, conf->device) : 0;
	struct rsd_sock *s;

	if (dev < 0)
		return dev;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return -ENOMEM;
	s->handler = conf->handler;
	s->arg = conf->arg;
	s->flags = conf->flags;
	s->family = family_of(&conf->local);
	s->local = ip_of(&conf->local);
	s->port = conf->local.port;
	s->dev = (uint16_t)dev;
	s->cpu = (uint16_t)conf->cpu;
	s->owner = conf->owner;
	s->to_many = is_to_many(eng, &s->local);
	rsd_ip_any_of(&s->peer, s->family);
	s->eng = eng;
	snprintf(s->name, sizeof(s->name), "%s", conf->name != NULL ? conf->name : "user");
	*sock = s;
	return 0;
}

static int
connect_locked(struct rsd_sock *s, const struct rsd_sockaddr *peer)
{
	union rsd_ip ip = ip_of(peer), source = s->local;
	int ret = check_peer(s, peer);

	if (ret != 0)
		return ret;
	if (rsd_ip_is_any(&s->local))
		ret = source_for(s->eng, &ip, &source);
	if (ret != 0)
		return ret;
	return rsd_sock_table_connect(s->eng->table, s, &ip, peer->port, &source);
}

void
rsd_sock_free(struct rsd_engine *eng, struct rsd_sock *s)
{
	unsigned int i;

	for (i = 0; i < eng->nb_workers; i++)
		memset(&eng->lcores[i]->sock_stats[s->id], 0,
			sizeof(eng->lcores[i]->sock_stats[0]));
	rsd_sock_table_free_id(eng->table, s->id);
	rsd_sock_queue_destroy(eng, s);
	free(s);
}

/* Out of the table, when no core knows it any more. Its end is near: on success not the caller's.
 */
static int
leave_locked(struct rsd_engine *eng, struct rsd_sock *s)
{
	int ret = rsd_sock_table_close(eng->table, s);

	if (ret != 0)
		return ret;
	rsd_sock_table_wait(eng->table);
	rsd_sock_table_forget_id(eng->table, s->id);
	rsd_sock_queue_drain(eng, s);
	rsd_sock_linger(eng, s);
	return 0;
}

/* On failure s is gone. */
/* Devices filter groups by their MAC addresses: ask for all. Those that cannot say so show all. */
static void
hear_groups(const struct rsd_engine *eng)
{
	unsigned int p;

	for (p = 0; p < eng->nb_ports; p++)
		(void)rte_eth_allmulticast_enable(eng->port_info[p].port_id);
}

static int
open_locked(struct rsd_engine *eng, const struct rsd_sock_conf *conf, struct rsd_sock *s)
{
	int ret = 0;

	rsd_sock_reap(eng);
	if (conf->queue_len != 0)
		ret = rsd_sock_queue_create(eng, s, conf->queue_len);
	if (ret == 0)
		ret = rsd_sock_table_bind(eng->table, s);
	if (ret != 0) {
		rsd_sock_queue_destroy(eng, s);
		free(s);
	}
	if (ret == 0 && rsd_ip_is_group(&s->local))
		hear_groups(eng);
	if (ret != 0 || conf->peer.port == 0)
		return ret;
	ret = connect_locked(s, &conf->peer);
	if (ret != 0)
		leave_locked(eng, s);
	return ret;
}

int
rsd_sock_open(struct rsd_engine *eng, const struct rsd_sock_conf *conf, struct rsd_sock **sock)
{
	struct rsd_sock *s = NULL;
	int ret = check(eng, conf);

	if (ret == 0)
		ret = make(eng, conf, &s);
	if (ret != 0)
		return ret;
	pthread_mutex_lock(&eng->sock_lock);
	ret = open_locked(eng, conf, s);
	pthread_mutex_unlock(&eng->sock_lock);
	if (ret == 0)
		*sock = s;
	return ret;
}

int
rsd_sock_connect(struct rsd_sock *sock, const struct rsd_sockaddr *peer)
{
	struct rsd_engine *eng = sock->eng;
	int ret;

	pthread_mutex_lock(&eng->sock_lock);
	ret = peer != NULL ? connect_locked(sock, peer)
			   : rsd_sock_table_disconnect(eng->table, sock);
	pthread_mutex_unlock(&eng->sock_lock);
	return ret;
}

int
rsd_sock_close(struct rsd_sock *sock)
{
	struct rsd_engine *eng = sock->eng;
	int ret;

	pthread_mutex_lock(&eng->sock_lock);
	ret = leave_locked(eng, sock);
	pthread_mutex_unlock(&eng->sock_lock);
	return ret;
}

const char *
rsd_sock_name(const struct rsd_sock *sock)
{
	return sock->name;
}

void
rsd_sock_local(const struct rsd_sock *sock, struct rsd_sockaddr *local)
{
	*local = (struct rsd_sockaddr){ .family = sock->family, .port = sock->port };
	if (sock->family == AF_INET)
		local->v4 = sock->local.w[3];
	else
		memcpy(local->v6, sock->local.b, sizeof(local->v6));
}
