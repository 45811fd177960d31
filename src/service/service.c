/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ringside/engine.h>
#include <ringside/service.h>

#include "service/services.h"

static const struct service {
	const char *name;
	rsd_handler_t handler;
	uint32_t flags;
} services[] = {
	{ "echo", rsd_echo, 0 },
	{ "discard", rsd_discard, RSD_SOCK_SILENT },
	{ "time", rsd_time, 0 },
	{ "sockperf", rsd_sockperf, 0 },
};

const char *
rsd_service_name(unsigned int i)
{
	return i < RTE_DIM(services) ? services[i].name : NULL;
}

static int
fail(struct rsd_error *err, int ret, const char *spec, const char *why)
{
	if (err != NULL) {
		err->code = RSD_EXIT_USAGE;
		snprintf(err->text, sizeof(err->text), "serve: %s: %s", spec, why);
	}
	return ret;
}

static const struct service *
find(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(services); i++)
		if (strlen(services[i].name) == len && strncmp(services[i].name, name, len) == 0)
			return &services[i];
	return NULL;
}

/* NAME:PORT[@ADDR]. Returns NULL, or what is wrong with it. */
static const char *
read_spec(const char *spec, struct rsd_sock_conf *conf)
{
	const char *colon = strchr(spec, ':');
	const struct service *s;
	unsigned long port;
	char *end;

	if (colon == NULL)
		return "expected NAME:PORT[@ADDR]";
	s = find(spec, (size_t)(colon - spec));
	if (s == NULL)
		return "no such service; there are echo, discard, time and sockperf";
	port = strtoul(colon + 1, &end, 10);
	if (end == colon + 1 || port == 0 || port > UINT16_MAX || colon[1] < '0' || colon[1] > '9')
		return "expected a port of 1 to 65535";
	conf->name = s->name;
	conf->handler = s->handler;
	conf->flags = s->flags;
	conf->local.port = (uint16_t)port;
	if (*end == '@') {
		if (inet_pton(AF_INET, end + 1, &conf->local.v4) != 1)
			return "expected an IPv4 address after @";
	} else if (*end == ',') {
		return "this service takes no key=value";
	} else if (*end != '\0') {
		return "expected NAME:PORT[@ADDR]";
	}
	return NULL;
}

int
rsd_service_open(struct rsd_engine *eng, const char *spec, struct rsd_error *err)
{
	struct rsd_sock_conf conf = { 0 };
	const char *wrong = read_spec(spec, &conf);
	struct rsd_sock *sock;
	int ret;

	if (wrong != NULL)
		return fail(err, -EINVAL, spec, wrong);
	ret = rsd_sock_open(eng, &conf, &sock);
	switch (ret) {
	case 0:
		return 0;
	case -EADDRINUSE:
		return fail(err, ret, spec, "the port is taken on that address or on any");
	case -EADDRNOTAVAIL:
		return fail(err, ret, spec, "the address is none of the engine's; see --ip");
	default:
		return fail(err, ret, spec, strerror(-ret));
	}
}
