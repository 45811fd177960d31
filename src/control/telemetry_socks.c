/* SPDX-License-Identifier: BSD-3-Clause */
/* /ringside/sockets: a page of the open sockets, in the order of their ids. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "control/sock_queue.h"
#include "control/telemetry.h"
#include "table/sock_port.h"
#include "table/sock_table.h"

/*
 * What fits into one answer of 16 KiB, its head aside; and into a dictionary. Pages go by id, since
 * that is stable while others close. Who opens and closes sockets waits while a page is put
 * together, and a table can be large and nearly empty: so no more ids than that are looked at.
 */
#define PAGE_BYTES 15500
#define PAGE_SOCKS 250
#define PAGE_IDS   65536

enum field {
	F_RX,
	F_ANSWERED,
	F_DELIVERED,
	F_DROPPED,
	F_MAX
};

static const char *const field_names[F_MAX] = { "rx", "answered", "delivered", "dropped" };

/* A socket's dictionary and how long its JSON will be. */
struct entry {
	struct rte_tel_data *d;
	size_t bytes;
	uint64_t worker[RSD_WORKERS_MAX][F_MAX];
};

static size_t
digits(uint64_t n)
{
	size_t nb = 1;

	while ((n /= 10) != 0)
		nb++;
	return nb;
}

static void
say_text(struct entry *e, const char *name, const char *text)
{
	rsd_tel_text(e->d, name, text);
	e->bytes += strlen(name) + 2 * strlen(text) + 6; /* quotes in it are doubled */
}

static void
say_uint(struct entry *e, const char *name, uint64_t n)
{
	rsd_tel_dict_uint(e->d, name, n);
	e->bytes += strlen(name) + 4 + digits(n);
}

/* A signed number of 64 bits, for which 22.11 has no type. */
static void
say_order(struct entry *e, const char *name, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIi64, n);
	say_text(e, name, text);
}

static uint64_t
read_field(const struct rsd_sock_stats *s, enum field f)
{
	switch (f) {
	case F_RX:
		return __atomic_load_n(&s->rx, __ATOMIC_RELAXED);
	case F_ANSWERED:
		return __atomic_load_n(&s->answered, __ATOMIC_RELAXED);
	case F_DELIVERED:
		return __atomic_load_n(&s->delivered, __ATOMIC_RELAXED);
	default:
		return __atomic_load_n(&s->dropped, __ATOMIC_RELAXED);
	}
}

static void
say_sums(const struct rsd_engine *eng, const struct rsd_sock *s, struct entry *e)
{
	unsigned int w, f;

	for (f = 0; f < F_MAX; f++) {
		uint64_t sum = 0;

		for (w = 0; w < eng->nb_workers; w++) {
			uint64_t n = read_field(&eng->lcores[w]->sock_stats[s->id], (enum field)f);

			e->worker[w][f] = n;
			sum += n;
			e->bytes += digits(n) + 1;
		}
		say_uint(e, field_names[f], sum);
	}
}

/* When there are several workers, each one's share of the sums: four numbers a worker. */
static int
put_workers(const struct rsd_engine *eng, struct entry *e)
{
	struct rte_tel_data *list;
	unsigned int w, f;

	if (eng->nb_workers == 1)
		return 0;
	list = rsd_tel_list(RSD_TEL_UINT_VAL);
	for (w = 0; list != NULL && w < eng->nb_workers; w++)
		for (f = 0; f < F_MAX; f++)
			rsd_tel_array_uint(list, e->worker[w][f]);
	return rsd_tel_put(e->d, "per_worker", list);
}

/* "0.0.0.0", "::1" */
static void
say_ip(struct entry *e, const char *name, const union rsd_ip *ip, uint16_t family)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(family, family == AF_INET ? (const void *)&ip->w[3] : ip->b, text, sizeof(text));
	say_text(e, name, text);
}

static void
say_flags(struct entry *e, uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} names[] = {
		{ RSD_SOCK_REUSEPORT, "reuseport" },
		{ RSD_SOCK_REUSEADDR, "reuseaddr" },
		{ RSD_SOCK_V6ONLY, "v6only" },
		{ RSD_SOCK_SILENT, "silent" },
		{ RSD_SOCK_NO_LOOP_GUARD, "no_loop_guard" },
		{ RSD_SOCK_MAY_AMPLIFY, "may_amplify" },
	};
	char text[80] = "";
	unsigned int i;

	for (i = 0; i < RTE_DIM(names); i++)
		if ((flags & names[i].flag) != 0)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
				text[0] != '\0' ? "," : "", names[i].name);
	if (text[0] != '\0')
		say_text(e, "flags", text);
}

/* A socket with a queue: how much waits in it, how much may, and what found it full. */
static void
say_queue(const struct rsd_engine *eng, const struct rsd_sock *s, struct entry *e)
{
	unsigned int limit, w;
	uint64_t full = 0;

	if (s->queue == NULL)
		return;
	for (w = 0; w < eng->nb_workers; w++)
		full += __atomic_load_n(
			&eng->lcores[w]->sock_stats[s->id].queue_full, __ATOMIC_RELAXED);
	say_uint(e, "queue_fill", rsd_sock_queue_fill(s, &limit));
	say_uint(e, "queue_limit", limit);
	say_uint(e, "queue_full", full);
}

/* What most sockets do not have is left out. */
static void
say_options(const struct rsd_sock *s, struct entry *e)
{
	if (s->dev != 0)
		say_uint(e, "dev", s->dev - 1u);
	if (s->cpu != 0)
		say_uint(e, "core", s->cpu - 1u);
	if (s->owner != 0)
		say_uint(e, "owner", s->owner);
	say_flags(e, s->flags);
	if (s->group != NULL && s->group->nb != 0) {
		say_uint(e, "group", s->group->member[0]->id);
		say_uint(e, "group_size", s->group->nb);
	}
}

static int
fill_entry(const struct rsd_engine *eng, const struct rsd_sock *s, struct entry *e)
{
	e->d = rsd_tel_dict();
	e->bytes = 32; /* its id, and the list's name */
	if (e->d == NULL)
		return -ENOMEM;
	say_text(e, "name", s->name);
	say_uint(e, "family", s->family == AF_INET ? 4 : 6);
	say_ip(e, "local", &s->local, s->family);
	say_uint(e, "port", s->port);
	say_uint(e, "bound_any", s->bound_any);
	say_order(e, "bound_at", s->bind_stamp);
	if (s->peer_port != 0) {
		say_ip(e, "peer", &s->peer, s->family);
		say_uint(e, "peer_port", s->peer_port);
		say_order(e, "listed_at", s->list_stamp);
	}
	say_options(s, e);
	say_uint(e, "held", rsd_sock_held(eng, s));
	say_queue(eng, s, e);
	say_sums(eng, s, e);
	return 0;
}

/* What is asked for: sockets from an id on, of one port or of all (0). */
struct ask {
	unsigned int start;
	uint16_t port;
};

/* Sockets from ask->start on, a page of them. *next: id to go on with, -1 when there is none. */
static int
fill_page(
	const struct rsd_engine *eng, const struct ask *ask, struct rte_tel_data *socks, int *next)
{
	uint32_t id = ask->start, end = rsd_sock_table_id_end(eng->table);
	uint32_t stop = RTE_MIN((uint64_t)end, (uint64_t)id + PAGE_IDS);
	unsigned int nb = 0;
	size_t bytes = 0;

	for (; id < stop && nb < PAGE_SOCKS; id++) {
		const struct rsd_sock *s = rsd_sock_table_get(eng->table, id);
		struct entry e;
		int ret;

		if (s == NULL || (ask->port != 0 && s->port != ask->port))
			continue;
		if (fill_entry(eng, s, &e) != 0)
			return -ENOMEM;
		bytes += e.bytes;
		if (nb != 0 && bytes > PAGE_BYTES) {
			rte_tel_data_free(e.d);
			break;
		}
		ret = put_workers(eng, &e);
		if (rsd_tel_put_nth(socks, id, e.d) != 0 || ret != 0)
			return -ENOMEM;
		nb++;
	}
	*next = id < end ? (int)id : -1;
	return 0;
}

/* "START" or "START,PORT" or nothing. */
static int
read_ask(const char *params, struct ask *ask)
{
	const char *comma = params != NULL ? strchr(params, ',') : NULL;
	long start, port = RSD_TEL_NONE;
	char first[16];

	snprintf(first, sizeof(first), "%.*s", comma != NULL ? (int)(comma - params) : 15,
		params != NULL ? params : "");
	start = rsd_tel_param(first, RSD_SOCK_MAX);
	if (comma != NULL) {
		port = rsd_tel_param(comma + 1, UINT16_MAX + 1);
		if (start == RSD_TEL_NONE || port <= 0)
			return -EINVAL;
	}
	if (start == RSD_TEL_BAD || (params != NULL && comma == NULL && strlen(params) > 15))
		return -EINVAL;
	ask->start = start == RSD_TEL_NONE ? 0 : (unsigned int)start;
	ask->port = port == RSD_TEL_NONE ? 0 : (uint16_t)port;
	return 0;
}

int
rsd_tel_socks(struct rsd_engine *eng, const char *params, struct rte_tel_data *d)
{
	bool none = params == NULL || params[0] == '\0';
	struct rte_tel_data *socks;
	unsigned int total;
	struct ask ask;
	int ret, next;

	if (read_ask(params, &ask) != 0) {
		rsd_tel_error(d,
			"expected nothing, or an id 0 to %u, or an id, a comma and a port 1 to "
			"65535",
			RSD_SOCK_MAX - 1);
		return 0;
	}
	socks = rsd_tel_dict();
	if (socks == NULL)
		return -ENOMEM;
	pthread_mutex_lock(&eng->sock_lock);
	total = rsd_sock_table_count(eng->table);
	ret = fill_page(eng, &ask, socks, &next);
	pthread_mutex_unlock(&eng->sock_lock);
	rte_tel_data_add_dict_int(d, "start", none ? -1 : (int)ask.start);
	rsd_tel_dict_uint(d, "port", ask.port);
	rsd_tel_text(d, "name", eng->conf.name);
	rsd_tel_dict_uint(d, "workers", eng->nb_workers);
	rsd_tel_dict_uint(d, "total", total);
	rte_tel_data_add_dict_int(d, "next", next);
	return rsd_tel_put(d, "sockets", socks) != 0 ? -ENOMEM : ret;
}
