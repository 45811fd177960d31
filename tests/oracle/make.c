/* SPDX-License-Identifier: BSD-3-Clause */
/* Random cases: few addresses and ports, so that sockets get in each other's way. */
#include <arpa/inet.h>
#include <string.h>

#include "oracle/oracle.h"

#define PORT_FIRST 7001
#define PEER_FIRST 9001

/* What a set is fond of: per cent. */
struct taste {
	unsigned int nb_ports;
	unsigned int v6, any, mapped, odd; /* odd: bound to a group or broadcast address */
	unsigned int reuseaddr, reuseport, v6only, dev, cpu, owner, ephemeral;
	unsigned int connect, disconnect, close;
	unsigned int flags; /* as the socket before */
};

static const char *const local4[] = { "10.1.0.1", "10.1.0.2", "10.2.0.1" };
static const char *const local6[] = { "fd01::1", "fd02::1" };
static const char *const odd4[] = { "239.1.2.3", "255.255.255.255", "10.1.255.255" };
static const char *const odd6[] = { "ff05::1234" };
static const char *const peer4[] = { "10.1.0.9", "10.2.0.9", "10.1.0.10" };
static const char *const peer6[] = { "fd01::9", "fd02::9", "fd01::a" };

static void
set_ip(union rsd_ip *ip, const char *text)
{
	struct in_addr v4;

	if (inet_pton(AF_INET, text, &v4) == 1)
		rsd_ip_set_v4(ip, v4.s_addr);
	else
		inet_pton(AF_INET6, text, ip->b);
}

static void
pick_ip(union rsd_ip *ip, struct rsd_random *rnd, const char *const *list, unsigned int nb)
{
	set_ip(ip, list[rsd_random_below(rnd, nb)]);
}

#define PICK(ip, rnd, list) pick_ip(ip, rnd, list, RTE_DIM(list))

static bool
chance(struct rsd_random *rnd, unsigned int percent)
{
	return rsd_random_below(rnd, 100) < percent;
}

static unsigned int
fondness(struct rsd_random *rnd)
{
	static const uint8_t some[] = { 0, 0, 10, 30, 60, 95 };

	return some[rsd_random_below(rnd, RTE_DIM(some))];
}

static void
choose_taste(struct taste *t, struct rsd_random *rnd)
{
	memset(t, 0, sizeof(*t));
	t->nb_ports = 1 + rsd_random_below(rnd, 3);
	t->v6 = 10 + rsd_random_below(rnd, 80);
	t->any = 10 + rsd_random_below(rnd, 80);
	t->mapped = rsd_random_below(rnd, 60);
	t->odd = chance(rnd, 30) ? 30 : 3;
	t->reuseaddr = fondness(rnd);
	t->reuseport = fondness(rnd);
	t->v6only = fondness(rnd);
	t->dev = fondness(rnd);
	t->cpu = fondness(rnd);
	t->owner = chance(rnd, 20) ? 30 : 0;
	t->ephemeral = chance(rnd, 20) ? 20 : 0;
	t->connect = fondness(rnd);
	t->disconnect = chance(rnd, 40) ? 30 : 0;
	t->close = fondness(rnd) / 3;
}

bool
oc_to_all(const union rsd_ip *ip)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(odd4) + RTE_DIM(odd6); i++) {
		union rsd_ip odd;

		set_ip(&odd, i < RTE_DIM(odd4) ? odd4[i] : odd6[i - RTE_DIM(odd4)]);
		if (rsd_ip_equal(ip, &odd))
			return true;
	}
	return false;
}

static void
make_local(struct oc_step *st, const struct taste *t, struct rsd_random *rnd)
{
	bool v4 = st->family == AF_INET || chance(rnd, t->mapped);

	if (chance(rnd, t->any))
		set_ip(&st->addr,
			v4 && (st->family == AF_INET || chance(rnd, 10)) ? "0.0.0.0" : "::");
	else if (chance(rnd, t->odd) && v4)
		PICK(&st->addr, rnd, odd4);
	else if (chance(rnd, t->odd))
		PICK(&st->addr, rnd, odd6);
	else if (v4)
		PICK(&st->addr, rnd, local4);
	else
		PICK(&st->addr, rnd, local6);
}

static void
make_open(struct oc_step *st, const struct taste *t, struct rsd_random *rnd, unsigned int sock)
{
	memset(st, 0, sizeof(*st));
	st->kind = OC_OPEN;
	st->sock = (uint8_t)sock;
	st->port_of = -1;
	st->family = chance(rnd, t->v6) ? AF_INET6 : AF_INET;
	make_local(st, t, rnd);
	st->port = (uint16_t)(PORT_FIRST + rsd_random_below(rnd, t->nb_ports));
	if (chance(rnd, t->ephemeral))
		st->port = 0;
	else if (t->ephemeral != 0 && chance(rnd, 20))
		st->port_of = (int8_t)rsd_random_below(rnd, OC_SOCKS);
	if (chance(rnd, t->reuseaddr))
		st->flags |= RSD_SOCK_REUSEADDR;
	if (chance(rnd, t->reuseport))
		st->flags |= RSD_SOCK_REUSEPORT;
	if (st->family == AF_INET6 && chance(rnd, t->v6only))
		st->flags |= RSD_SOCK_V6ONLY;
	if (chance(rnd, t->dev))
		st->dev = (uint8_t)(1 + rsd_random_below(rnd, OC_DEVS));
	if (chance(rnd, t->cpu))
		st->cpu = (uint8_t)(1 + rsd_random_below(rnd, 2));
	st->owner = chance(rnd, t->owner);
}

static void
make_peer(union rsd_ip *ip, uint16_t *port, bool v4, struct rsd_random *rnd)
{
	/* Mostly the same one or two: that is where there is something to decide. */
	unsigned int nb = chance(rnd, 85) ? 2 : 3;

	pick_ip(ip, rnd, v4 ? peer4 : peer6, nb);
	*port = (uint16_t)(PEER_FIRST + (chance(rnd, 30) ? 1 : 0));
}

static void
make_send(struct oc_step *st, const struct taste *t, struct rsd_random *rnd)
{
	bool v4 = !chance(rnd, t->v6), all = chance(rnd, 10 + t->odd);

	memset(st, 0, sizeof(*st));
	st->kind = OC_SEND;
	st->family = v4 ? AF_INET : AF_INET6;
	st->dev = (uint8_t)(1 + rsd_random_below(rnd, OC_DEVS));
	make_peer(&st->addr, &st->port, v4, rnd);
	if (all && v4)
		PICK(&st->dst, rnd, odd4);
	else if (all)
		PICK(&st->dst, rnd, odd6);
	else if (v4)
		PICK(&st->dst, rnd, local4);
	else
		PICK(&st->dst, rnd, local6);
	st->dport = (uint16_t)(PORT_FIRST + rsd_random_below(rnd, t->nb_ports));
	st->port_of = -1;
}

static const struct oc_step *
any_open(const struct oc_case *c, struct rsd_random *rnd)
{
	unsigned int i = rsd_random_below(rnd, c->nb), n;

	for (n = 0; n < c->nb; n++, i = (i + 1) % c->nb) {
		if (c->step[i].kind == OC_OPEN)
			return &c->step[i];
	}
	return NULL;
}

/* At a socket that is there: where it was bound, mostly from whom it was connected to. */
static void
aim(struct oc_step *st, const struct oc_case *c, struct rsd_random *rnd)
{
	const struct oc_step *at = any_open(c, rnd);
	bool v4 = at != NULL && rsd_ip_is_v4(&at->addr);
	unsigned int i;

	if (at == NULL || (!rsd_ip_is_any(&at->addr) && v4 != (st->family == AF_INET)))
		return;
	st->dport = at->port;
	st->port_of = at->port == 0 ? (int8_t)at->sock : at->port_of;
	if (!rsd_ip_is_any(&at->addr))
		st->dst = at->addr;
	for (i = 0; i < c->nb; i++) {
		const struct oc_step *con = &c->step[i];

		if (con->kind != OC_CONNECT || con->sock != at->sock || chance(rnd, 30) ||
			rsd_ip_is_v4(&con->addr) != (st->family == AF_INET))
			continue;
		st->addr = con->addr;
		st->port = con->port;
		/* Bound to any, it was given the address of the net of its peer, mostly. */
		if (!oc_to_all(&st->dst) && rsd_ip_is_any(&at->addr))
			set_ip(&st->dst, st->family == AF_INET
						 ? st->addr.b[13] == 1 ? local4[0] : local4[2]
						 : local6[st->addr.b[1] - 1]);
	}
}

/* A step that changes a socket that is there. */
static void
make_change(struct oc_step *st, const struct taste *t, struct rsd_random *rnd, unsigned int nb)
{
	memset(st, 0, sizeof(*st));
	st->sock = (uint8_t)rsd_random_below(rnd, nb);
	st->port_of = -1;
	if (chance(rnd, t->close)) {
		st->kind = OC_CLOSE;
	} else if (chance(rnd, t->disconnect)) {
		st->kind = OC_DISCONNECT;
	} else {
		st->kind = OC_CONNECT;
		make_peer(&st->addr, &st->port, !chance(rnd, t->v6), rnd);
	}
}

static void
add(struct oc_case *c, const struct oc_step *st)
{
	if (c->nb == OC_STEPS)
		return;
	c->step[c->nb++] = *st;
	if (!oc_valid(c))
		c->nb--;
}

static void
add_sends(struct oc_case *c, const struct taste *t, struct rsd_random *rnd, unsigned int nb)
{
	struct oc_step st;

	while (nb-- > 0) {
		make_send(&st, t, rnd);
		if (chance(rnd, 80))
			aim(&st, c, rnd);
		add(c, &st);
		/* The same flow again: the same socket. */
		if (chance(rnd, 10))
			add(c, &st);
	}
}

void
oc_make(struct oc_case *c, struct rsd_random *rnd)
{
	unsigned int nb = 1 + rsd_random_below(rnd, OC_SOCKS), i = 0, changes;
	struct oc_step st;
	struct taste t;

	choose_taste(&t, rnd);
	c->nb = 0;
	changes = t.connect + t.disconnect + t.close == 0 ? 0 : rsd_random_below(rnd, 2 * nb);
	while (i < nb || changes > 0) {
		if (i < nb && (changes == 0 || i == 0 || chance(rnd, 60))) {
			make_open(&st, &t, rnd, i++);
			add(c, &st);
			if (t.connect == 0 || !chance(rnd, t.connect))
				continue;
		} else {
			changes--;
		}
		make_change(&st, &t, rnd, i);
		add(c, &st);
		if (chance(rnd, 10))
			add_sends(c, &t, rnd, 4);
	}
	add_sends(c, &t, rnd, 8 + rsd_random_below(rnd, 24));
	memset(c->expect, 0, sizeof(c->expect));
}
