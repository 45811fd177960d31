/* SPDX-License-Identifier: BSD-3-Clause */
/* Ends and sockets as they are written. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <ringside/service.h>

#include "cli/explain.h"
#include "control/nearest.h"

#define END_EXPECTED "expected ADDR:PORT or [ADDR]:PORT"

static int
read_ip(const char *text, bool bracket, struct rsd_end *end, struct rsd_why *why)
{
	struct in_addr v4;

	end->family = bracket ? AF_INET6 : AF_INET;
	if (bracket && inet_pton(AF_INET6, text, end->ip.b) == 1)
		return 0;
	if (!bracket && strcmp(text, "any") == 0) {
		rsd_ip_set_v4(&end->ip, 0);
		return 0;
	}
	if (!bracket && inet_pton(AF_INET, text, &v4) == 1) {
		rsd_ip_set_v4(&end->ip, v4.s_addr);
		return 0;
	}
	if (!bracket && strchr(text, ':') != NULL)
		return rsd_why(why, "'%s' looks like IPv6, expected it in brackets: [%s]:PORT",
			text, text);
	return rsd_why(
		why, "'%s' is not an %s address, " END_EXPECTED, text, bracket ? "IPv6" : "IPv4");
}

int
rsd_end_read(const char *text, struct rsd_end *end, struct rsd_why *why)
{
	char addr[RSD_CONF_TEXT], *colon, *first = addr;
	bool bracket = text[0] == '[';
	uint64_t port;

	memset(end, 0, sizeof(*end));
	if (strlen(text) >= sizeof(addr))
		return rsd_why(why, "is too long, " END_EXPECTED);
	snprintf(addr, sizeof(addr), "%s", text);
	colon = strrchr(addr, ':');
	if (bracket) {
		char *close = strchr(addr, ']');

		if (close == NULL)
			return rsd_why(why, "'%s' has no closing bracket, " END_EXPECTED, text);
		colon = close[1] == ':' ? close + 1 : NULL;
		*close = '\0';
		first++;
	}
	if (colon == NULL)
		return rsd_why(why, "'%s' has no port, " END_EXPECTED, text);
	*colon++ = '\0';
	if (read_ip(first, bracket, end, why) != 0)
		return -EINVAL;
	if (rsd_number(colon, strlen(colon), 1, UINT16_MAX, &port, why) != 0) {
		struct rsd_why what = *why;

		return rsd_why(why, "port %.200s", what.text);
	}
	end->port = (uint16_t)port;
	return 0;
}

const char *
rsd_ip_text(const union rsd_ip *ip, uint16_t family, char *buf)
{
	char text[INET6_ADDRSTRLEN];
	bool v4 = family == AF_INET;

	inet_ntop(family, v4 ? (const void *)&ip->w[3] : ip->b, text, sizeof(text));
	snprintf(buf, RSD_END_TEXT, v4 ? "%s" : "[%s]", text);
	return buf;
}

const char *
rsd_end_text(const struct rsd_end *end, char *buf)
{
	size_t len = strlen(rsd_ip_text(&end->ip, end->family, buf));

	snprintf(buf + len, RSD_END_TEXT - len, ":%u", end->port);
	return buf;
}

static int
read_index(const char *value, uint64_t max, uint16_t *to, struct rsd_why *why)
{
	uint64_t n;

	if (rsd_number(value, strlen(value), 0, max, &n, why) != 0)
		return -EINVAL;
	*to = (uint16_t)(n + 1);
	return 0;
}

static int
read_name(const char *value, struct rsd_spec *spec, struct rsd_why *why)
{
	if (strlen(value) >= sizeof(spec->name))
		return rsd_why(why, "'%s' is too long, expected at most %zu characters", value,
			sizeof(spec->name) - 1);
	snprintf(spec->name, sizeof(spec->name), "%s", value);
	return 0;
}

static int
read_owner(const char *value, struct rsd_spec *spec, struct rsd_why *why)
{
	uint64_t n;

	if (rsd_number(value, strlen(value), 0, UINT32_MAX, &n, why) != 0)
		return -EINVAL;
	spec->owner = (uint32_t)n;
	return 0;
}

enum key {
	KEY_PEER,
	KEY_DEV,
	KEY_CPU,
	KEY_OWNER,
	KEY_NAME,
	KEY_REUSEPORT,
	KEY_REUSEADDR,
	KEY_V6ONLY,
	KEY_MAX
};

static const struct {
	const char *name;
	uint32_t flag; /* 0: a value follows */
} keys[KEY_MAX] = {
	[KEY_PEER] = { "peer", 0 },
	[KEY_DEV] = { "dev", 0 },
	[KEY_CPU] = { "cpu", 0 },
	[KEY_OWNER] = { "owner", 0 },
	[KEY_NAME] = { "name", 0 },
	[KEY_REUSEPORT] = { "reuseport", RSD_SOCK_REUSEPORT },
	[KEY_REUSEADDR] = { "reuseaddr", RSD_SOCK_REUSEADDR },
	[KEY_V6ONLY] = { "v6only", RSD_SOCK_V6ONLY },
};

static int
read_value(enum key k, const char *value, struct rsd_spec *spec, struct rsd_why *why)
{
	switch (k) {
	case KEY_PEER:
		return rsd_end_read(value, &spec->peer, why);
	case KEY_DEV:
		return read_index(value, RSD_CONF_PORTS - 1, &spec->dev, why);
	case KEY_CPU:
		return read_index(value, RSD_CPU_MAX, &spec->cpu, why);
	case KEY_OWNER:
		return read_owner(value, spec, why);
	default:
		return read_name(value, spec, why);
	}
}

/* What is wrong with a value, with its key before it. */
static int
why_key(struct rsd_why *why, const char *name)
{
	struct rsd_why what = *why;

	return rsd_why(why, "%s: %.380s", name, what.text);
}

static int
read_key(const char *word, struct rsd_spec *spec, struct rsd_why *why)
{
	struct rsd_nearest near = { .word = word, .len = strcspn(word, "=") };
	const char *value = word[near.len] == '=' ? word + near.len + 1 : NULL;
	unsigned int k;

	for (k = 0; k < KEY_MAX; k++) {
		rsd_nearest(&near, keys[k].name);
		if (strlen(keys[k].name) != near.len || strncmp(word, keys[k].name, near.len) != 0)
			continue;
		if (keys[k].flag == 0 && value == NULL)
			return rsd_why(why, "%s has no value, expected %s=...", keys[k].name,
				keys[k].name);
		if (keys[k].flag != 0 && value != NULL)
			return rsd_why(why, "'%s': %s takes no value", word, keys[k].name);
		spec->flags |= keys[k].flag;
		if (keys[k].flag != 0 || read_value((enum key)k, value, spec, why) == 0)
			return 0;
		return why_key(why, keys[k].name);
	}
	if (near.best != NULL)
		return rsd_why(why, "there is no key '%.*s', did you mean %s?", (int)near.len, word,
			near.best);
	return rsd_why(why,
		"there is no key '%.*s', expected peer, dev, cpu, owner, name, reuseport, "
		"reuseaddr or v6only",
		(int)near.len, word);
}

/* What no socket can be, whatever else is open. */
static int
check_spec(const struct rsd_spec *spec, struct rsd_why *why)
{
	bool mapped = rsd_ip_is_v4(&spec->local.ip);

	if ((spec->flags & RSD_SOCK_V6ONLY) != 0 && (spec->local.family != AF_INET6 || mapped))
		return rsd_why(why, "v6only is for sockets on an IPv6 address");
	if (spec->peer.family == 0)
		return 0;
	if (rsd_ip_is_any(&spec->peer.ip))
		return rsd_why(why, "peer: any cannot be connected to, expected an address");
	if (spec->peer.family != spec->local.family ||
		(rsd_ip_is_v4(&spec->peer.ip) != mapped && !rsd_ip_is_any(&spec->local.ip)))
		return rsd_why(why, "peer: is of another family than the socket's own address");
	return 0;
}

int
rsd_spec_read(const char *text, struct rsd_spec *spec, struct rsd_why *why)
{
	char words[RSD_CONF_TEXT], *rest = words, *word;

	memset(spec, 0, sizeof(*spec));
	if (strlen(text) >= sizeof(words))
		return rsd_why(why, "too long, expected at most %zu characters", sizeof(words) - 1);
	snprintf(words, sizeof(words), "%s", text);
	snprintf(spec->text, sizeof(spec->text), "%s", text);
	if (rsd_end_read(strsep(&rest, ","), &spec->local, why) != 0)
		return -EINVAL;
	while ((word = strsep(&rest, ",")) != NULL)
		if (read_key(word, spec, why) != 0)
			return -EINVAL;
	return check_spec(spec, why);
}

/* An IPv4 end as the API has it. */
static void
from_sockaddr(const struct rsd_sockaddr *a, struct rsd_end *end)
{
	end->family = AF_INET;
	end->port = a->port;
	rsd_ip_set_v4(&end->ip, a->v4);
}

/* The services' own reader takes the text apart, but for the device, which only an engine has. */
static int
read_service(const char *text, struct rsd_spec *spec, struct rsd_why *why)
{
	const char *device = strstr(text, ",device=");
	struct rsd_sock_conf conf;
	struct rsd_error err;
	char number[16];

	if (rsd_service_check(text, &conf, &err) != 0)
		return rsd_why(why, "%s", err.text);
	from_sockaddr(&conf.local, &spec->local);
	if (conf.peer.port != 0)
		from_sockaddr(&conf.peer, &spec->peer);
	spec->flags = conf.flags & (RSD_SOCK_REUSEPORT | RSD_SOCK_REUSEADDR);
	if (device == NULL)
		return 0;
	device += strlen(",device=");
	snprintf(number, sizeof(number), "%.*s", (int)strcspn(device, ","), device);
	return read_index(number, RSD_CONF_PORTS - 1, &spec->dev, why);
}

int
rsd_spec_read_serve(const char *text, struct rsd_spec *spec, struct rsd_why *why)
{
	struct rsd_serve serve;

	memset(spec, 0, sizeof(*spec));
	if (rsd_serve_split(text, &serve, why) != 0)
		return -EINVAL;
	snprintf(spec->text, sizeof(spec->text), "%s", text);
	snprintf(spec->name, sizeof(spec->name), "%.*s", (int)sizeof(spec->name) - 1, serve.name);
	return read_service(text, spec, why);
}
