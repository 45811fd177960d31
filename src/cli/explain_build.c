/* SPDX-License-Identifier: BSD-3-Clause */
/* A socket table of the real code's, filled with the sockets in question, in this process. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cli/explain_table.h"

/* Sockets were bound and connected in an order, and that order decides among equals. */
struct event {
	int64_t at;
	unsigned int spec;
	bool connect;
};

static int
event_order(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

bool
rsd_ip_is_many(const union rsd_ip *ip)
{
	if (rsd_ip_is_v4(ip))
		return ip->b[12] >> 4 == 14 || ip->w[3] == UINT32_MAX;
	return ip->b[0] == 0xff;
}

static int
fail_bind(const struct rsd_spec *spec, int ret, struct rsd_error *err)
{
	if (ret == -EADDRINUSE)
		return rsd_err(err, RSD_EXIT_USAGE, ret,
			"'%s': that address and port are taken by a socket given before it, and "
			"bind() would say EADDRINUSE; reuseport on both shares them",
			spec->text);
	return rsd_err(err, RSD_EXIT_INTERNAL, ret, "'%s': cannot be opened: %s", spec->text,
		strerror(-ret));
}

static int
bind_one(struct rsd_explain_table *b, const struct rsd_explain *x, unsigned int i,
	struct rsd_error *err)
{
	const struct rsd_spec *spec = &x->spec[i];
	struct rsd_sock *s = &b->sock[i];
	int ret;

	s->flags = spec->flags;
	s->owner = spec->owner;
	s->family = spec->local.family;
	s->local = spec->local.ip;
	s->port = spec->local.port;
	s->dev = spec->dev;
	s->cpu = spec->cpu;
	s->to_many = rsd_ip_is_many(&spec->local.ip);
	memcpy(s->name, spec->name, sizeof(s->name));
	ret = rsd_sock_table_bind(b->t, s);
	if (ret != 0)
		return fail_bind(spec, ret, err);
	b->spec_of[s->id] = i;
	return 0;
}

/* Bound to any, a socket takes the address that reaches its peer: here the one in question. */
static int
connect_one(struct rsd_explain_table *b, const struct rsd_explain *x, unsigned int i,
	struct rsd_error *err)
{
	const struct rsd_spec *spec = &x->spec[i];
	struct rsd_sock *s = &b->sock[i];
	const union rsd_ip *source = spec->source.family != 0 ? &spec->source.ip : &x->to.ip;
	int ret;

	if (rsd_ip_is_any(&s->local) && rsd_ip_is_v4(&spec->peer.ip) != rsd_ip_is_v4(source))
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"'%s': connecting gives it an address of its own that only the routes "
			"know, expected that address in place of any",
			spec->text);
	ret = rsd_sock_table_connect(b->t, s, &spec->peer.ip, spec->peer.port, source);
	if (ret != 0)
		return rsd_err(err, RSD_EXIT_INTERNAL, ret, "'%s': cannot be connected: %s",
			spec->text, strerror(-ret));
	return 0;
}

static unsigned int
list_events(const struct rsd_explain *x, struct event *event)
{
	unsigned int nb = 0, i;

	for (i = 0; i < x->nb_spec; i++) {
		event[nb++] = (struct event){ x->spec[i].bound_at, i, false };
		if (x->spec[i].peer.family != 0)
			event[nb++] = (struct event){ x->spec[i].connected_at, i, true };
	}
	qsort(event, nb, sizeof(*event), event_order);
	return nb;
}

static int
open_all(struct rsd_explain_table *b, const struct rsd_explain *x, struct rsd_error *err)
{
	struct event *event = calloc(2 * (size_t)x->nb_spec + 1, sizeof(*event));
	unsigned int nb, i;
	int ret = 0;

	if (event == NULL)
		return rsd_err(err, RSD_EXIT_INTERNAL, -ENOMEM, "no memory");
	nb = list_events(x, event);
	for (i = 0; i < nb && ret == 0; i++)
		ret = event[i].connect ? connect_one(b, x, event[i].spec, err)
				       : bind_one(b, x, event[i].spec, err);
	free(event);
	return ret;
}

int
rsd_explain_build(struct rsd_explain_table *b, const struct rsd_explain *x, struct rsd_error *err)
{
	struct rsd_sock_table_conf conf = { .max_socks = x->nb_spec + 1, .key = x->key };

	memset(b, 0, sizeof(*b));
	b->t = rsd_sock_table_create(&conf);
	b->sock = calloc((size_t)x->nb_spec + 1, sizeof(*b->sock));
	b->spec_of = calloc((size_t)x->nb_spec + 1, sizeof(*b->spec_of));
	if (b->t == NULL || b->sock == NULL || b->spec_of == NULL)
		return rsd_err(err, RSD_EXIT_INTERNAL, -ENOMEM, "no memory");
	return open_all(b, x, err);
}

void
rsd_explain_unbuild(struct rsd_explain_table *b)
{
	if (b->t != NULL)
		rsd_sock_table_destroy(b->t);
	free(b->sock);
	free(b->spec_of);
}
