/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "control/conf_port.h"
#include "control/eal_words.h"
#include "control/netdev.h"
#include "control/preflight_ports.h"

void
rsd_missing(struct rsd_preflight *pf, const char *fmt, ...)
{
	char line[sizeof(((struct rsd_error *)0)->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	pf->nb_missing++;
	pf->missing(pf->arg, line);
}

/* A port as preflight sees it: devargs are looked into. NULL: nothing is known of it. */
static const struct rsd_conf_port *
known_port(const struct rsd_conf_port *port, struct rsd_conf_port *buf)
{
	if (port->kind != RSD_PORT_DEVARGS)
		return port;
	return rsd_port_from_devargs(port->arg, buf) ? buf : NULL;
}

/* Walk over the ports of --port and of the user's --vdev; *at begins as 0, EAL's place in *word. */
static const struct rsd_conf_port *
next_port(const struct rsd_conf *conf, unsigned int *at, int *word, struct rsd_conf_port *buf)
{
	const struct rsd_conf_port *port;
	const char *vdev;

	while (*at < conf->nb_ports) {
		port = known_port(&conf->ports[(*at)++], buf);
		if (port != NULL)
			return port;
	}
	while ((vdev = rsd_eal_next(conf, word, "vdev", 0)) != NULL)
		if (rsd_port_from_devargs(vdev, buf))
			return buf;
	return NULL;
}

static void
check_runtime_dir(struct rsd_preflight *pf)
{
	size_t tail = strlen("/dpdk/") + strlen(pf->conf->name);
	char path[PATH_MAX];

	if (rsd_runtime_dir(pf->conf->name, path, sizeof(path)) != 0) {
		rsd_missing(pf,
			"XDG_RUNTIME_DIR is not set, so there is no place for the instance's "
			"files; run as "
			"root, or: export XDG_RUNTIME_DIR=/run/user/%u",
			(unsigned int)getuid());
		return;
	}
	path[strlen(path) - tail] = '\0';
	if (access(path, W_OK | X_OK) != 0)
		rsd_missing(pf,
			"the instance's files cannot be put into %s: %s; run as root, or: export "
			"XDG_RUNTIME_DIR=DIRECTORY",
			path, strerror(errno));
}

static void
check_name(struct rsd_preflight *pf)
{
	const char *name = pf->conf->name;
	char path[64], comm[32] = "";
	pid_t owner;
	FILE *f;

	/* Without shared files EAL takes no lock. */
	if (rsd_eal_value(pf->conf, "in-memory", 0) != NULL ||
		rsd_eal_value(pf->conf, "no-shconf", 0) != NULL)
		return;
	owner = rsd_runtime_dir_owner(name);
	if (owner < 0)
		return;
	if (owner == 0) {
		rsd_missing(pf,
			"name %s is in use by a process that cannot be seen from here; give "
			"another "
			"--name",
			name);
		return;
	}
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)owner);
	f = fopen(path, "r");
	if (f != NULL) {
		if (fgets(comm, sizeof(comm), f) == NULL)
			comm[0] = '\0';
		comm[strcspn(comm, "\n")] = '\0';
		fclose(f);
	}
	rsd_missing(pf, "name %s is in use by process %d%s%s%s; give another --name, or: kill %d",
		name, (int)owner, comm[0] != '\0' ? " (" : "", comm, comm[0] != '\0' ? ")" : "",
		(int)owner);
}

static void
check_ports(struct rsd_preflight *pf)
{
	const struct rsd_conf_port *port;
	struct rsd_conf_port buf;
	unsigned int at = 0;
	int word = 0;

	while ((port = next_port(pf->conf, &at, &word, &buf)) != NULL)
		rsd_preflight_port(pf, port);
}

/* Where the kernel sees the same frames, an address of both would be answered by both. */
static void
check_addresses(struct rsd_preflight *pf)
{
	const struct rsd_conf_port *port;
	struct rsd_conf_port buf;
	unsigned int at = 0, i;
	bool kernel = false;
	int word = 0;

	while ((port = next_port(pf->conf, &at, &word, &buf)) != NULL)
		kernel |= rsd_port_row(port->kind)->kernel;
	for (i = 0; kernel && i < pf->conf->nb_ips; i++) {
		const struct rsd_conf_ip *ip = &pf->conf->ips[i];
		char text[INET_ADDRSTRLEN], name[IF_NAMESIZE];
		unsigned int prefix;

		if (rsd_netdev_of_addr(ip->addr, name, sizeof(name), &prefix) != 0)
			continue;
		inet_ntop(AF_INET, &ip->addr, text, sizeof(text));
		rsd_missing(pf,
			"address %s is the kernel's already, on %s, and both would answer; give "
			"another --ip, "
			"or: ip addr del %s/%u dev %s",
			text, name, text, prefix, name);
	}
}

unsigned int
rsd_preflight_each(const struct rsd_conf *conf, rsd_missing_fn missing, void *arg)
{
	struct rsd_preflight pf = { .conf = conf, .missing = missing, .arg = arg };

	check_runtime_dir(&pf);
	check_name(&pf);
	check_ports(&pf);
	check_addresses(&pf);
	return pf.nb_missing;
}

/* The first goes to the caller as the error, the rest to the terminal. */
static void
collect(void *arg, const char *line)
{
	struct rsd_error *err = arg;

	if (err->code == RSD_EXIT_OK)
		rsd_err(err, RSD_EXIT_NOT_READY, 0, "%s", line);
	else
		rsd_warn("also: %s", line);
}

int
rsd_preflight(const struct rsd_conf *conf, struct rsd_error *err)
{
	struct rsd_error first = { .code = RSD_EXIT_OK };
	const struct rsd_conf_port *port;
	struct rsd_conf_port buf;
	unsigned int at = 0;
	int word = 0;

	if (rsd_preflight_each(conf, collect, &first) != 0) {
		if (err != NULL)
			*err = first;
		return -ENODEV;
	}
	while ((port = next_port(conf, &at, &word, &buf)) != NULL) {
		rsd_preflight_dead_socket(port);
		rsd_preflight_hint(port);
	}
	return 0;
}
