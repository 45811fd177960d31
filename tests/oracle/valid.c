/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which cases make sense: what is outside the table (mixed families, addresses nobody has) is
 * refused before it is asked, by Linux and by us, and is no question of look-up.
 */
#include <string.h>

#include "oracle/oracle.h"

/* What is known of a socket without asking anybody. */
struct known {
	bool opened, closed, v6, v6only, ephemeral, connected;
	bool deaf;                /* IPv6 that was disconnected: see valid_step() */
	bool bound_v4, bound_any; /* to an IPv4 address; to :: or 0.0.0.0 */
	union rsd_ip peer;
	uint16_t peer_port;
	const struct oc_step *open;
};

static bool
valid_open(const struct known *k, const struct oc_step *st, struct known *s)
{
	bool v4 = rsd_ip_is_v4(&st->addr);

	if (s->opened || (st->family == AF_INET && !v4))
		return false;
	if (st->family == AF_INET && (st->flags & RSD_SOCK_V6ONLY) != 0)
		return false;
	/* Linux: EINVAL, whatever else is open. */
	if (v4 && (st->flags & RSD_SOCK_V6ONLY) != 0)
		return false;
	if (st->port_of >= 0 &&
		(!k[st->port_of].opened || !k[st->port_of].ephemeral || st->port_of == st->sock))
		return false;
	s->opened = true;
	s->v6 = st->family == AF_INET6;
	s->v6only = (st->flags & RSD_SOCK_V6ONLY) != 0;
	s->ephemeral = st->port == 0 && st->port_of < 0;
	s->bound_v4 = v4;
	s->bound_any = rsd_ip_is_any(&st->addr);
	s->open = st;
	return true;
}

static bool
valid_connect(const struct oc_step *st, struct known *s)
{
	bool v4 = rsd_ip_is_v4(&st->addr);

	if (st->port == 0)
		return false;
	/* From an address that cannot be a source: no route, if the socket is IPv6. */
	if (s->v6 && s->bound_v4 && oc_to_all(&s->open->addr))
		return false;
	/* Once connected it stands on an address of that family, until it is disconnected. */
	if (s->connected && v4 != rsd_ip_is_v4(&s->peer))
		return false;
	if (v4 ? s->v6 && (s->v6only || (!s->bound_any && !s->bound_v4)) : !s->v6 || s->bound_v4)
		return false;
	s->connected = true;
	s->deaf = false;
	s->peer = st->addr;
	s->peer_port = st->port;
	return true;
}

static bool
any_deaf(const struct known *k)
{
	unsigned int i;

	for (i = 0; i < OC_SOCKS; i++) {
		if (k[i].deaf)
			return true;
	}
	return false;
}

/*
 * An IPv6 socket of Linux that was disconnected goes on hearing no other address than its last
 * peer's, from any port: a slip of Linux, and not one to repeat. So nobody asks.
 */
static bool
valid_step(struct known *k, const struct oc_step *st)
{
	struct known *s = &k[st->sock];

	if (st->kind == OC_SEND && st->family == AF_INET6 && any_deaf(k))
		return false;
	if (st->kind == OC_SEND)
		return st->port_of < 0 || (k[st->port_of].opened && k[st->port_of].ephemeral);
	if (st->kind == OC_OPEN)
		return valid_open(k, st, s);
	if (!s->opened || s->closed)
		return false;
	switch (st->kind) {
	case OC_CONNECT:
		return valid_connect(st, s);
	case OC_DISCONNECT:
		/* In Linux that takes a port that was not asked for away again. */
		if (!s->connected || s->ephemeral)
			return false;
		s->connected = false;
		s->deaf = s->v6;
		return true;
	default:
		s->closed = true;
		s->deaf = false;
		return true;
	}
}

bool
oc_valid(const struct oc_case *c)
{
	struct known k[OC_SOCKS];
	unsigned int i;

	memset(k, 0, sizeof(k));
	for (i = 0; i < c->nb; i++) {
		const struct oc_step *st = &c->step[i];

		if (st->sock >= OC_SOCKS || st->port_of >= OC_SOCKS || !valid_step(k, st))
			return false;
	}
	return true;
}

/*
 * Before 6.13 Linux had no table of 4-tuples: it answers otherwise when two sockets on a port are
 * connected to one peer, a connected socket stays in its reuseport group, and 6.1 asks for no CPU
 * when a group chooses.
 */
bool
oc_needs_new_kernel(const struct oc_case *c)
{
	struct known k[OC_SOCKS];
	unsigned int i, j;

	memset(k, 0, sizeof(k));
	for (i = 0; i < c->nb; i++) {
		const struct oc_step *st = &c->step[i];

		valid_step(k, st);
		if (st->kind == OC_OPEN && st->cpu != 0 && (st->flags & RSD_SOCK_REUSEPORT) != 0)
			return true;
		if (st->kind != OC_CONNECT)
			continue;
		if ((k[st->sock].open->flags & RSD_SOCK_REUSEPORT) != 0)
			return true;
		for (j = 0; j < OC_SOCKS; j++) {
			if (j != st->sock && k[j].connected && !k[j].closed &&
				k[j].open->port == k[st->sock].open->port &&
				rsd_ip_equal(&k[j].peer, &st->addr))
				return true;
		}
	}
	return false;
}
