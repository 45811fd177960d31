/* SPDX-License-Identifier: BSD-3-Clause */
/* The sockets of a running engine, on the port in question. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cli/ctl.h"
#include "cli/explain.h"

#define TIMEOUT_S 5.0

static void
read_ip(const json_t *s, const char *field, uint16_t family, union rsd_ip *ip)
{
	struct in_addr v4;

	memset(ip, 0, sizeof(*ip));
	if (family == AF_INET6)
		inet_pton(AF_INET6, rsd_ctl_str(s, field), ip->b);
	else if (inet_pton(AF_INET, rsd_ctl_str(s, field), &v4) == 1)
		rsd_ip_set_v4(ip, v4.s_addr);
}

static void
read_flags(const json_t *s, struct rsd_spec *spec)
{
	const char *text = rsd_ctl_str(s, "flags");

	spec->flags |= strstr(text, "reuseport") != NULL ? RSD_SOCK_REUSEPORT : 0;
	spec->flags |= strstr(text, "reuseaddr") != NULL ? RSD_SOCK_REUSEADDR : 0;
	spec->flags |= strstr(text, "v6only") != NULL ? RSD_SOCK_V6ONLY : 0;
}

/* 1 + a number that need not be there. */
static uint16_t
read_index(const json_t *s, const char *field)
{
	return json_is_integer(json_object_get(s, field)) ? (uint16_t)(rsd_ctl_u64(s, field) + 1)
							  : 0;
}

static int64_t
read_order(const json_t *s, const char *field)
{
	return strtoll(rsd_ctl_str(s, field), NULL, 10);
}

/* What it was bound to, and to whom it was connected since: the way to the state it is in now. */
static void
read_sock(const json_t *s, uint32_t id, struct rsd_spec *spec)
{
	uint16_t family = rsd_ctl_u64(s, "family") == 6 ? AF_INET6 : AF_INET;

	memset(spec, 0, sizeof(*spec));
	spec->id = id;
	snprintf(spec->name, sizeof(spec->name), "%s", rsd_ctl_str(s, "name"));
	spec->local.family = family;
	spec->local.port = (uint16_t)rsd_ctl_u64(s, "port");
	read_ip(s, "local", family, &spec->local.ip);
	spec->dev = read_index(s, "dev");
	spec->cpu = read_index(s, "core");
	spec->owner = (uint32_t)rsd_ctl_u64(s, "owner");
	spec->bound_at = 2 * read_order(s, "bound_at");
	read_flags(s, spec);
	rsd_end_text(&spec->local, spec->text);
	if (json_object_get(s, "peer") == NULL)
		return;
	spec->peer.family = family;
	spec->peer.port = (uint16_t)rsd_ctl_u64(s, "peer_port");
	read_ip(s, "peer", family, &spec->peer.ip);
	spec->source = spec->local;
	/* Connecting moves a socket that was bound to any to the front of the list: its place there
	 * says when that was. For others it makes no difference when. */
	spec->connected_at = spec->bound_at + 1;
	if (rsd_ctl_u64(s, "bound_any") == 0)
		return;
	rsd_ip_any_of(&spec->local.ip, family);
	spec->connected_at = 2 * read_order(s, "listed_at") + 1;
}

/* One page into x. The id to go on with, -1 at the end; -2 when memory is short. */
static long
take_page(struct rsd_explain *x, const json_t *page, long start)
{
	const json_t *list = json_object_get(page, "sockets"), *s;
	long next = (long)json_integer_value(json_object_get(page, "next"));
	struct rsd_spec *grown;
	const char *id;

	grown = realloc(x->spec, (x->nb_spec + json_object_size(list) + 1) * sizeof(*grown));
	if (grown == NULL)
		return -2;
	x->spec = grown;
	json_object_foreach((json_t *)(uintptr_t)list, id, s)
		read_sock(s, (uint32_t)strtoul(id, NULL, 10), &grown[x->nb_spec++]);
	return next > start ? next : -1; /* pages go up; another order would never end */
}

int
rsd_explain_ask_engine(struct rsd_explain *x, struct rsd_error *err)
{
	struct rsd_ctl c = { .name = x->engine, .timeout_s = TIMEOUT_S, .fd = -1 };
	long start = 0;

	err->text[0] = '\0'; /* rsd_ctl_fail() tells what is wrong itself */
	if (rsd_ctl_find_base(&c, NULL) == RSD_EXIT_OK && rsd_ctl_open(&c) == RSD_EXIT_OK)
		while (start >= 0 && c.exit == RSD_EXIT_OK) {
			json_t *page = rsd_ctl_ask_sockets(&c, start, x->to.port);

			start = page != NULL ? take_page(x, page, start) : -1;
			json_decref(page);
			if (start == -2)
				rsd_ctl_fail(&c, RSD_EXIT_INTERNAL, "no memory");
		}
	rsd_ctl_close(&c);
	err->code = c.exit;
	return c.exit == RSD_EXIT_OK ? 0 : -EIO;
}
