/* SPDX-License-Identifier: BSD-3-Clause */
/* Our side: the table, in this process, without an engine. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "oracle/oracle.h"
#include "table/sock_table.h"

#define THIS_CPU  1
#define OTHER_CPU 2
#define KEYS      512 /* secrets tried until a group's choice is the one that was seen */

static struct rsd_sock_table *table;
static struct rsd_sock socks[OC_SOCKS];
static bool is_open[OC_SOCKS];

int
oc_ours_begin(void)
{
	struct rsd_sock_table_conf conf = { .max_socks = 4 * OC_SOCKS };

	memset(is_open, 0, sizeof(is_open));
	table = rsd_sock_table_create(&conf);
	return table == NULL ? errno : 0;
}

void
oc_ours_end(void)
{
	rsd_sock_table_destroy(table);
	table = NULL;
}

int
oc_ours_open(const struct oc_step *st, uint16_t port)
{
	struct rsd_sock *s = &socks[st->sock];
	int err;

	memset(s, 0, sizeof(*s));
	s->flags = st->flags;
	s->owner = st->owner;
	s->dev = st->dev;
	s->cpu = st->cpu == 0 ? 0 : st->cpu == 1 ? THIS_CPU : OTHER_CPU;
	s->family = st->family;
	s->local = st->addr;
	s->to_many = oc_to_all(&st->addr);
	s->port = port;
	s->name[0] = (char)('A' + st->sock);
	err = -rsd_sock_table_bind(table, s);
	is_open[st->sock] = err == 0;
	return err;
}

int
oc_ours_connect(const struct oc_step *st, const union rsd_ip *source)
{
	return -rsd_sock_table_connect(table, &socks[st->sock], &st->addr, st->port, source);
}

int
oc_ours_disconnect(const struct oc_step *st)
{
	return -rsd_sock_table_disconnect(table, &socks[st->sock]);
}

int
oc_ours_close(unsigned int sock)
{
	int err = -rsd_sock_table_close(table, &socks[sock]);

	if (err != 0)
		return err;
	rsd_sock_table_wait(table);
	rsd_sock_table_free_id(table, socks[sock].id);
	is_open[sock] = false;
	return 0;
}

uint16_t
oc_ours_port(unsigned int sock)
{
	return socks[sock].port;
}

/* Sockets still in the table. */
unsigned int
oc_ours_left(void)
{
	return rsd_sock_table_count(table);
}

static void
fill_tuple(struct rsd_tuple *d, const struct oc_step *st, uint16_t dport)
{
	memset(d, 0, sizeof(*d));
	d->family = st->family;
	d->sport = htons(st->port);
	d->dport = htons(dport);
	d->dev = st->dev;
	d->cpu = THIS_CPU;
	d->src = st->addr;
	d->dst = st->dst;
}

static uint32_t
bit_of(const struct rsd_bind *b)
{
	return b == NULL ? 0 : 1u << (b->sock - socks);
}

uint32_t
oc_ours_find(const struct oc_step *st, uint16_t dport)
{
	const struct rsd_bind *all[OC_SOCKS];
	unsigned int nb, i;
	struct rsd_tuple d;
	uint32_t who = 0;

	fill_tuple(&d, st, dport);
	if (!oc_to_all(&st->dst))
		return bit_of(rsd_sock_find(table, &d));
	nb = rsd_sock_find_all(table, &d, all, OC_SOCKS);
	for (i = 0; i < nb && i < OC_SOCKS; i++) {
		/* Twice the same is a bit that is never Linux's. */
		who |= (who & bit_of(all[i])) != 0 ? 1u << OC_SOCKS : bit_of(all[i]);
	}
	return who;
}

/* What a core looks at first: where the head of a port takes an address, it must be right. */
bool
oc_ours_head_agrees(const struct oc_step *st, uint16_t dport)
{
	const struct rsd_bind *head = rsd_sock_first(table, htons(dport));
	struct rsd_tuple d;

	if (st->family != AF_INET || oc_to_all(&st->dst) || !rsd_bind_takes(head, st->dst.w[3]))
		return true;
	fill_tuple(&d, st, dport);
	return bit_of(head) == bit_of(rsd_sock_find(table, &d));
}

/*
 * Linux's hash of a flow is as secret as ours, so a group's choice differs. Is there a secret with
 * which we choose as Linux did?
 */
bool
oc_ours_could_be(const struct oc_step *st, uint16_t dport, uint32_t who)
{
	uint64_t kept[2] = { table->flow_key[0], table->flow_key[1] };
	bool found = false;
	unsigned int i;

	for (i = 0; i < KEYS && !found; i++) {
		table->flow_key[0]++;
		found = oc_ours_find(st, dport) == who;
	}
	table->flow_key[0] = kept[0];
	table->flow_key[1] = kept[1];
	return found;
}

bool
oc_ours_in_group(uint32_t who)
{
	unsigned int i;

	for (i = 0; i < OC_SOCKS; i++) {
		if (who >> i & 1)
			return is_open[i] && socks[i].group != NULL;
	}
	return false;
}

/* The address Linux takes in the oracle's namespace for a socket that is bound to any. */
const union rsd_ip *
oc_ours_source(const struct oc_step *st)
{
	static union rsd_ip ip;
	const struct rsd_sock *s = &socks[st->sock];
	bool v4 = rsd_ip_is_v4(&st->addr);
	unsigned int net = v4 ? st->addr.b[13] : st->addr.b[1];

	if (s->dev != 0)
		net = s->dev;
	memset(&ip, 0, sizeof(ip));
	if (v4) {
		rsd_ip_set_v4(&ip, htonl(0x0a000001 | net << 16));
		return &ip;
	}
	ip.b[0] = 0xfd;
	ip.b[1] = (uint8_t)net;
	ip.b[15] = 1;
	return &ip;
}
