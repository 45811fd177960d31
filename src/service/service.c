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

/* A spec taken apart, with the texts its conf points to. */
struct spec {
	struct rsd_sock_conf conf;
	char device[64];
};

/* ADDR:PORT of a peer. */
static const char *
read_peer(const char *text, struct rsd_sockaddr *peer)
{
	const char *colon = strchr(text, ':');
	char addr[INET_ADDRSTRLEN], *end;
	unsigned long port;

	if (colon == NULL || (size_t)(colon - text) >= sizeof(addr))
		return "expected peer=ADDR:PORT";
	snprintf(addr, sizeof(addr), "%.*s", (int)(colon - text), text);
	port = strtoul(colon + 1, &end, 10);
	if (inet_pton(AF_INET, addr, &peer->v4) != 1 || peer->v4 == 0 || colon[1] < '0' ||
		colon[1] > '9' || *end != '\0' || port == 0 || port > UINT16_MAX)
		return "expected peer=ADDR:PORT";
	peer->port = (uint16_t)port;
	return NULL;
}

static const char *
read_key(char *text, struct spec *s)
{
	char *value = strchr(text, '=');

	if (value == NULL)
		return "expected key=value after the comma";
	*value++ = '\0';
	if (strcmp(text, "peer") == 0)
		return read_peer(value, &s->conf.peer);
	if (strcmp(text, "device") == 0 && *value != '\0' && strlen(value) < sizeof(s->device)) {
		s->conf.device = strcpy(s->device, value);
		return NULL;
	}
	if (strcmp(text, "share") != 0)
		return "there is no such key, expected peer, device or share";
	if (strcmp(value, "reuseport") == 0)
		s->conf.flags |= RSD_SOCK_REUSEPORT;
	else if (strcmp(value, "reuseaddr") == 0)
		s->conf.flags |= RSD_SOCK_REUSEADDR;
	else
		return "expected share=reuseport or share=reuseaddr";
	return NULL;
}

/* NAME:PORT[@ADDR], keys cut off. Returns NULL, or what is wrong with it. */
static const char *
read_head(char *text, struct rsd_sock_conf *conf)
{
	char *colon = strchr(text, ':'), *end;
	const struct service *s;
	unsigned long port;

	if (colon == NULL)
		return "expected NAME:PORT[@ADDR]";
	s = find(text, (size_t)(colon - text));
	if (s == NULL)
		return "no such service; there are echo, discard, time and sockperf";
	port = strtoul(colon + 1, &end, 10);
	if (end == colon + 1 || port == 0 || port > UINT16_MAX || colon[1] < '0' || colon[1] > '9')
		return "expected a port of 1 to 65535";
	conf->name = s->name;
	conf->handler = s->handler;
	conf->flags = s->flags;
	conf->local.port = (uint16_t)port;
	if (*end == '@' && inet_pton(AF_INET, end + 1, &conf->local.v4) != 1)
		return "expected an IPv4 address after @";
	return *end != '@' && *end != '\0' ? "expected NAME:PORT[@ADDR]" : NULL;
}

/* NAME:PORT[@ADDR][,key=value...] */
static const char *
read_spec(const char *text, struct spec *s)
{
	char copy[256], *rest = copy, *word;
	const char *wrong;

	memset(s, 0, sizeof(*s));
	if (strlen(text) >= sizeof(copy))
		return "is too long";
	strcpy(copy, text);
	wrong = read_head(strsep(&rest, ","), &s->conf);
	while (wrong == NULL && (word = strsep(&rest, ",")) != NULL)
		wrong = read_key(word, s);
	return wrong;
}

int
rsd_service_check(const char *spec, struct rsd_sock_conf *conf, struct rsd_error *err)
{
	struct spec s;
	const char *wrong = read_spec(spec, &s);

	if (wrong != NULL)
		return fail(err, -EINVAL, spec, wrong);
	*conf = s.conf;
	conf->device = NULL;
	return 0;
}

int
rsd_service_open(struct rsd_engine *eng, const char *spec, struct rsd_error *err)
{
	struct spec s;
	const char *wrong = read_spec(spec, &s);
	struct rsd_sock *sock;
	int ret;

	if (wrong != NULL)
		return fail(err, -EINVAL, spec, wrong);
	ret = rsd_sock_open(eng, &s.conf, &sock);
	switch (ret) {
	case 0:
		return 0;
	case -EADDRINUSE:
		return fail(err, ret, spec, "the port is taken on that address or on any");
	case -EADDRNOTAVAIL:
		return fail(err, ret, spec, "the address is none of the engine's; see --ip");
	case -ENODEV:
		return fail(err, ret, spec, "there is no such port; see --port");
	default:
		return fail(err, ret, spec, strerror(-ret));
	}
}
