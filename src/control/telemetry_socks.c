/* SPDX-License-Identifier: BSD-3-Clause */
/* /ringside/sockets: a page of the open sockets, in the order of their ids. */
#include <errno.h>
#include <stdio.h>

#include "control/telemetry.h"
#include "table/sock_table.h"

/*
 * Room for sockets in one answer, and what one takes at worst: its names and texts, and for every
 * worker four numbers of twenty digits. Pages go by id, since that is stable while others close.
 * The library takes 66 KiB for every list, so a page is short besides.
 */
#define PAGE_BYTES   14000
#define SOCK_BYTES   320
#define WORKER_BYTES (4 * 21)
#define PAGE_MAX     16

enum field {
	F_RX,
	F_ANSWERED,
	F_DELIVERED,
	F_DROPPED,
	F_MAX
};

static const char *const field_names[F_MAX] = { "rx", "answered", "delivered", "dropped" };

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

/* One number a worker; ctl adds them up. */
static int
put_field(const struct rsd_engine *eng, const struct rsd_sock *s, enum field f,
	struct rte_tel_data *d)
{
	struct rte_tel_data *list = rsd_tel_list(RSD_TEL_UINT_VAL);
	unsigned int w;

	for (w = 0; list != NULL && w < eng->nb_workers; w++)
		rsd_tel_array_uint(list, read_field(&eng->lcores[w]->sock_stats[s->id], f));
	return rsd_tel_put(d, field_names[f], list);
}

static int
put_sock(const struct rsd_engine *eng, const struct rsd_sock *s, struct rte_tel_data *socks)
{
	const uint8_t *a = &s->local.b[12];
	struct rte_tel_data *d = rsd_tel_dict();
	char local[16];
	int f, ret = 0;

	if (d == NULL)
		return -ENOMEM;
	snprintf(local, sizeof(local), "%u.%u.%u.%u", a[0], a[1], a[2], a[3]);
	rsd_tel_text(d, "name", s->name);
	rsd_tel_text(d, "local", local);
	rsd_tel_dict_uint(d, "port", s->port);
	for (f = 0; f < F_MAX && ret == 0; f++)
		ret = put_field(eng, s, (enum field)f, d);
	return rsd_tel_put_nth(socks, s->id, d) != 0 ? -ENOMEM : ret;
}

/* Sockets from id first on, a page of them. *next: id to go on with, -1 when there is none. */
static int
fill_page(const struct rsd_engine *eng, unsigned int first, struct rte_tel_data *socks, int *next)
{
	unsigned int room = PAGE_BYTES / (SOCK_BYTES + eng->nb_workers * WORKER_BYTES), id;

	room = RTE_MAX(RTE_MIN(room, PAGE_MAX), 1u);
	*next = -1;
	for (id = first; id < rsd_sock_table_id_end(eng->table); id++) {
		const struct rsd_sock *s = rsd_sock_table_get(eng->table, id);
		int ret;

		if (s == NULL)
			continue;
		if (room-- == 0) {
			*next = (int)id;
			return 0;
		}
		ret = put_sock(eng, s, socks);
		if (ret != 0)
			return ret;
	}
	return 0;
}

int
rsd_tel_socks(struct rsd_engine *eng, const char *params, struct rte_tel_data *d)
{
	long start = rsd_tel_param(params, RSD_SOCK_MAX);
	struct rte_tel_data *socks;
	unsigned int total;
	int ret, next;

	if (start == RSD_TEL_BAD) {
		rsd_tel_error(
			d, "no such id: expected nothing, or a number 0 to %u", RSD_SOCK_MAX - 1);
		return 0;
	}
	socks = rsd_tel_dict();
	if (socks == NULL)
		return -ENOMEM;
	pthread_mutex_lock(&eng->sock_lock);
	total = rsd_sock_table_count(eng->table);
	ret = fill_page(eng, start == RSD_TEL_NONE ? 0 : (unsigned int)start, socks, &next);
	pthread_mutex_unlock(&eng->sock_lock);
	rte_tel_data_add_dict_int(d, "start", (int)start);
	rsd_tel_text(d, "name", eng->conf.name);
	rsd_tel_dict_uint(d, "workers", eng->nb_workers);
	rsd_tel_dict_uint(d, "total", total);
	rte_tel_data_add_dict_int(d, "next", next);
	return rsd_tel_put(d, "sockets", socks) != 0 ? -ENOMEM : ret;
}
