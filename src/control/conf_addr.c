/* SPDX-License-Identifier: BSD-3-Clause */
/* Readers of addresses and of what is bound to them: --ip, --gateway, --vlan, --serve. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <ringside/engine.h>
#include <ringside/service.h>
#include <ringside/sock.h>

#include "control/nearest.h"
#include "control/options.h"

#define IP_EXPECTED "expected ADDR/LEN[@PORT] such as 10.0.0.2/24"

/* "TEXT@PORT": cut at the last '@'; port is -1 when there is none. */
static int
cut_port(char *text, int *port, struct rsd_why *why)
{
	char *at = strrchr(text, '@');
	uint64_t v;

	*port = -1;
	if (at == NULL)
		return 0;
	if (rsd_number(at + 1, strlen(at + 1), 0, RSD_CONF_PORTS - 1, &v, why) != 0)
		return -EINVAL;
	*port = (int)v;
	*at = '\0';
	return 0;
}

static int
read_addr(const char *text, struct in_addr *addr, struct rsd_why *why)
{
	struct in6_addr v6;

	if (inet_pton(AF_INET, text, addr) == 1)
		return 0;
	if (inet_pton(AF_INET6, text, &v6) == 1 || strchr(text, ':') != NULL)
		return rsd_why(
			why, "'%s': IPv6 addresses are not served, expected an IPv4 address", text);
	return rsd_why(
		why, "'%s' is not an address, expected an IPv4 address such as 10.0.0.2", text);
}

/* Why no host can have this address, or NULL. */
static const char *
not_a_host(uint32_t a, unsigned int len)
{
	uint32_t host_bits = len == 32 ? 0 : UINT32_MAX >> len;

	if (a >> 24 == 0)
		return "means this network";
	if (a >> 24 == 127)
		return "is a loopback address";
	if (a >> 28 == 14)
		return "is a multicast address";
	if (a >> 28 == 15)
		return "is reserved";
	if (len > 30) /* RFC 3021: both addresses of a /31 are hosts */
		return NULL;
	if ((a & host_bits) == 0)
		return "is the address of the network itself";
	if ((a & host_bits) == host_bits)
		return "is the broadcast address of its network";
	return NULL;
}

int
rsd_read_ip(
	const struct rsd_option *opt, const char *text, struct rsd_conf *conf, struct rsd_why *why)
{
	struct rsd_conf_ip *ip = &conf->ips[conf->nb_ips];
	char addr[RSD_CONF_TEXT], *slash;
	const char *fault;
	uint64_t len;

	(void)opt;
	snprintf(addr, sizeof(addr), "%s", text);
	if (cut_port(addr, &ip->port, why) != 0)
		return -EINVAL;
	slash = strchr(addr, '/');
	if (slash != NULL)
		*slash = '\0';
	if (read_addr(addr, &ip->addr, why) != 0)
		return -EINVAL;
	if (slash == NULL)
		return rsd_why(why, "'%s' has no prefix length, " IP_EXPECTED, text);
	if (rsd_number(slash + 1, strlen(slash + 1), 1, 32, &len, why) != 0)
		return rsd_why(why, "prefix length '%s' is wrong, expected 1 to 32", slash + 1);
	ip->len = (uint8_t)len;
	fault = not_a_host(ntohl(ip->addr.s_addr), ip->len);
	if (fault != NULL)
		return rsd_why(
			why, "%s/%u %s, expected the address of a host", addr, ip->len, fault);
	conf->nb_ips++;
	return 0;
}

int
rsd_read_gateway(
	const struct rsd_option *opt, const char *text, struct rsd_conf *conf, struct rsd_why *why)
{
	const char *fault;

	(void)opt;
	if (read_addr(text, &conf->gateway, why) != 0)
		return -EINVAL;
	fault = not_a_host(ntohl(conf->gateway.s_addr), 32);
	if (fault != NULL)
		return rsd_why(why, "%s %s, expected the address of a host", text, fault);
	conf->has_gateway = true;
	return 0;
}

int
rsd_read_vlan(
	const struct rsd_option *opt, const char *text, struct rsd_conf *conf, struct rsd_why *why)
{
	struct rsd_conf_vlan *vlan = &conf->vlans[conf->nb_vlans];
	char id[RSD_CONF_TEXT];
	uint64_t v;

	(void)opt;
	snprintf(id, sizeof(id), "%s", text);
	if (cut_port(id, &vlan->port, why) != 0 ||
		rsd_number(id, strlen(id), 1, 4094, &v, why) != 0)
		return -EINVAL;
	vlan->id = (uint16_t)v;
	conf->nb_vlans++;
	return 0;
}

static int
check_service_name(const char *name, struct rsd_why *why)
{
	struct rsd_nearest n = { .word = name, .len = strlen(name) };
	char list[128] = "";
	size_t used = 0;
	const char *known;
	unsigned int i;

	for (i = 0; (known = rsd_service_name(i)) != NULL; i++) {
		if (strcmp(known, name) == 0)
			return 0;
		rsd_nearest(&n, known);
		if (used < sizeof(list))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
				i == 0 ? "" : ", ", known);
	}
	if (n.best != NULL)
		return rsd_why(why, "there is no service '%s', did you mean '%s'?", name, n.best);
	return rsd_why(why, "there is no service '%s', expected one of %s", name, list);
}

/* What stands behind the first comma is the services' to read. */
static int
read_keys(const char *text, struct rsd_serve *serve, struct rsd_why *why)
{
	struct rsd_sock_conf conf;
	struct rsd_error err;

	if (strchr(text, ',') == NULL)
		return 0;
	if (rsd_service_check(text, &conf, &err) != 0)
		return rsd_why(why, "%s", err.text + strlen("serve: "));
	serve->share = conf.flags & (RSD_SOCK_REUSEPORT | RSD_SOCK_REUSEADDR);
	serve->device = strstr(text, ",device=") != NULL;
	return 0;
}

int
rsd_serve_split(const char *text, struct rsd_serve *serve, struct rsd_why *why)
{
	char head[RSD_CONF_TEXT], *colon, *at;
	uint64_t port;

	memset(serve, 0, sizeof(*serve));
	if (strlen(text) >= sizeof(head))
		return rsd_why(why, "too long, expected at most %zu characters", sizeof(head) - 1);
	snprintf(head, sizeof(head), "%.*s", (int)strcspn(text, ","), text);
	colon = strchr(head, ':');
	if (colon == NULL || colon == head || (size_t)(colon - head) >= sizeof(serve->name))
		return rsd_why(
			why, "'%s' names no service and port, expected NAME:PORT[@ADDR]", text);
	*colon++ = '\0';
	snprintf(serve->name, sizeof(serve->name), "%.*s", (int)sizeof(serve->name) - 1, head);
	at = strchr(colon, '@');
	if (at != NULL) {
		*at++ = '\0';
		serve->bound = true;
		if (read_addr(at, &serve->local, why) != 0)
			return -EINVAL;
	}
	if (check_service_name(serve->name, why) != 0 ||
		rsd_number(colon, strlen(colon), 1, UINT16_MAX, &port, why) != 0)
		return -EINVAL;
	serve->port = (uint16_t)port;
	return read_keys(text, serve, why);
}

int
rsd_read_serve(
	const struct rsd_option *opt, const char *text, struct rsd_conf *conf, struct rsd_why *why)
{
	struct rsd_serve serve;

	(void)opt;
	if (rsd_serve_split(text, &serve, why) != 0)
		return -EINVAL;
	snprintf(conf->serves[conf->nb_serves++], RSD_CONF_TEXT, "%s", text);
	return 0;
}
