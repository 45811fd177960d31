/* SPDX-License-Identifier: BSD-3-Clause */
/* /ringside/table: how full the tables behind the look-up are. */
#include <errno.h>

#include "control/telemetry.h"
#include "table/conn_table.h"
#include "table/sock_table.h"

/* What stands in the port directory. */
struct ports {
	unsigned int used;
	unsigned int direct; /* one socket may be meant, and the head of the record says so */
	uint32_t most;       /* candidates of one port */
};

static void
count_ports(const struct rsd_sock_table *t, struct ports *p)
{
	unsigned int i;

	*p = (struct ports){ 0 };
	for (i = 0; i <= UINT16_MAX; i++) {
		const struct rsd_port_rec *rec = t->dir[i];

		if (rec->nb_cand == 0 && rec->nb_conn == 0 && !rec->conn4 && !rec->conn6)
			continue;
		p->used++;
		p->direct += rec->head.sock != NULL;
		p->most = RTE_MAX(p->most, rec->nb_cand + rec->nb_conn);
	}
}

static int
put_list(struct rte_tel_data *d, const char *name, const uint64_t *n, unsigned int nb)
{
	struct rte_tel_data *list = rsd_tel_list(RSD_TEL_UINT_VAL);
	unsigned int i;

	for (i = 0; list != NULL && i < nb; i++)
		rsd_tel_array_uint(list, n[i]);
	return rsd_tel_put(d, name, list);
}

static int
put_conn(struct rte_tel_data *d, const char *name, const struct rsd_conn_stats *st)
{
	struct rte_tel_data *o = rsd_tel_dict();
	int ret;

	if (o == NULL)
		return -ENOMEM;
	rsd_tel_dict_uint(o, "entries", st->entries);
	rsd_tel_dict_uint(o, "slots", st->slots);
	rsd_tel_dict_uint(o, "buckets", st->buckets);
	rsd_tel_dict_uint(o, "in_second", st->in_second);
	rsd_tel_dict_uint(o, "moves", st->moves);
	rsd_tel_dict_uint(o, "failed", st->failed);
	rsd_tel_dict_uint(o, "worst_search", st->worst_search);
	rsd_tel_dict_uint(o, "bytes", st->bytes);
	rsd_tel_dict_uint(o, "bytes_read", st->bytes_read);
	rsd_tel_text(o, "memory", rsd_bigmem_kind_name(st->memory));
	rsd_tel_text(o, "hash", st->hash_kind);
	rsd_tel_text(o, "hash_variant", st->hash_variant);
	rsd_tel_text(o, "find_variant", st->find_variant);
	ret = put_list(o, "fill", st->fill, RTE_DIM(st->fill));
	if (ret == 0)
		ret = put_list(o, "lines", st->lines, RTE_DIM(st->lines));
	return rsd_tel_put(d, name, o) != 0 ? -ENOMEM : ret;
}

/*
 * Every bucket is looked at, so who opens and closes sockets waits that long: with millions of them
 * tenths of a second. The polling cores do not.
 */
int
rsd_tel_table(struct rsd_engine *eng, const char *params __rte_unused, struct rte_tel_data *d)
{
	struct rsd_conn_stats v4, v6;
	struct ports ports;
	unsigned int open, grown;
	int ret;

	pthread_mutex_lock(&eng->sock_lock);
	open = rsd_sock_table_count(eng->table);
	grown = rsd_sock_table_grown(eng->table);
	count_ports(eng->table, &ports);
	rsd_conn_stats(eng->table->conn4, &v4);
	rsd_conn_stats(eng->table->conn6, &v6);
	pthread_mutex_unlock(&eng->sock_lock);
	rsd_tel_text(d, "name", eng->conf.name);
	rsd_tel_dict_uint(d, "open", open);
	rsd_tel_dict_uint(d, "limit", RSD_SOCK_MAX);
	rsd_tel_dict_uint(d, "ports", ports.used);
	rsd_tel_dict_uint(d, "ports_direct", ports.direct);
	rsd_tel_dict_uint(d, "most_on_a_port", ports.most);
	rsd_tel_dict_uint(d, "grown", grown);
	ret = put_conn(d, "v4", &v4);
	return ret != 0 ? ret : put_conn(d, "v6", &v6);
}
