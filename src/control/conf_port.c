/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading --port. */
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include <rte_common.h>

#include "control/conf_port.h"
#include "control/nearest.h"
#include "control/options.h"

#define EXPECTED "expected tap[:IFACE], afpacket:IFACE, pci:BDF or another SPEC of --help"

static const struct rsd_port_row rows[] = {
	{
		.kind = RSD_PORT_TAP,
		.word = "tap",
		.form = "tap[:IFACE]",
		.takes = RSD_ARG_NEW_IFACE,
		.driver = "net_tap",
		.key = "iface",
		.queues = 16,
		/* Kernels without the multiq qdisc: only flow rules are lost, which we do not use.
		 */
		.quiet = "pmd.net.tap",
		.kernel = true,
	},
	{
		.kind = RSD_PORT_AFPACKET,
		.word = "afpacket",
		.form = "afpacket:IFACE",
		.takes = RSD_ARG_IFACE,
		.driver = "net_af_packet",
		.key = "iface",
		.queues = 16,
		.kernel = true,
	},
	{
		.kind = RSD_PORT_AFXDP,
		.word = "afxdp",
		.form = "afxdp:IFACE",
		.takes = RSD_ARG_IFACE,
		.driver = "net_af_xdp",
		.key = "iface",
		.kernel = true,
	},
	{
		.kind = RSD_PORT_VIRTIO_USER,
		.word = "virtio-user",
		.form = "virtio-user:SOCKET",
		.takes = RSD_ARG_SOCKET,
		.driver = "net_virtio_user",
		.key = "path",
		.queues = 8,
	},
	{
		.kind = RSD_PORT_VHOST,
		.word = "vhost",
		.form = "vhost:SOCKET",
		.takes = RSD_ARG_SOCKET,
		.driver = "net_vhost",
		.key = "iface",
		.queues = 64,
	},
	{
		.kind = RSD_PORT_MEMIF,
		.word = "memif",
		.form = "memif:SOCKET[,server]",
		.takes = RSD_ARG_SOCKET,
		.driver = "net_memif",
		.key = "socket",
		.queues = 64,
	},
	{
		.kind = RSD_PORT_RING,
		.word = "ring",
		.form = "ring",
		.driver = "net_ring",
		.queues = 16,
	},
	{
		.kind = RSD_PORT_NULL,
		.word = "null",
		.form = "null",
		.driver = "net_null",
		.queues = 64,
	},
	{
		.kind = RSD_PORT_PCAP,
		.word = "pcap",
		.form = "pcap:IN[,OUT]",
		.takes = RSD_ARG_FILE,
		.driver = "net_pcap",
		.key = "rx_pcap",
		.queues = 1,
	},
	{
		.kind = RSD_PORT_PCI,
		.word = "pci",
		.form = "pci:BDF",
		.takes = RSD_ARG_PCI,
	},
	{
		.kind = RSD_PORT_DEVARGS,
		.form = "net_DRIVERn,key=value,...",
		.takes = RSD_ARG_DEVARGS,
	},
};

const struct rsd_port_row *
rsd_port_row(enum rsd_port_kind kind)
{
	return &rows[kind];
}

const char *
rsd_port_kind_name(enum rsd_port_kind kind)
{
	return rows[kind].word != NULL ? rows[kind].word : "devargs";
}

bool
rsd_port_from_devargs(const char *devargs, struct rsd_conf_port *port)
{
	size_t i, name_len = strcspn(devargs, ",");

	for (i = 0; i < RTE_DIM(rows); i++) {
		const struct rsd_port_row *row = &rows[i];
		size_t driver_len = row->driver != NULL ? strlen(row->driver) : 0;
		char key[32];
		const char *arg;

		if (driver_len == 0 || driver_len > name_len ||
			strncmp(devargs, row->driver, driver_len) ||
			strspn(devargs + driver_len, "0123456789") != name_len - driver_len)
			continue;
		memset(port, 0, sizeof(*port));
		port->kind = row->kind;
		snprintf(port->spec, sizeof(port->spec), "%s", devargs);
		if (row->key == NULL)
			return true;
		snprintf(key, sizeof(key), ",%s=", row->key);
		arg = strstr(devargs, key);
		if (arg == NULL)
			return true;
		arg += strlen(key);
		snprintf(port->arg, sizeof(port->arg), "%.*s", (int)strcspn(arg, ","), arg);
		if (strstr(devargs, ",role=server") != NULL)
			snprintf(port->arg2, sizeof(port->arg2), "server");
		return true;
	}
	return false;
}

static int
check_iface(const char *name, struct rsd_why *why)
{
	size_t len = strlen(name);

	if (len == 0 || len >= IFNAMSIZ || strpbrk(name, "/:, \t[]%\"'") != NULL ||
		strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return rsd_why(why,
			"'%s' cannot be an interface, expected a name of 1 to %d characters", name,
			IFNAMSIZ - 1);
	return 0;
}

/* A path goes into devargs, where commas and brackets mean something else. */
static int
check_path(const char *path, size_t max, struct rsd_why *why)
{
	if (path[0] == '\0')
		return rsd_why(why, "no path given, expected one after the colon");
	if (strpbrk(path, ",[]\"'") != NULL)
		return rsd_why(
			why, "path '%s' has a comma, bracket or quote, expected one without", path);
	if (strlen(path) > max)
		return rsd_why(
			why, "path '%s' is too long, expected at most %zu characters", path, max);
	return 0;
}

/* [DDDD:]BB:DD.F[,key=value...], kept with its domain, as EAL names the device. */
static int
read_pci(const char *text, struct rsd_conf_port *port, struct rsd_why *why)
{
	unsigned int domain = 0, bus, dev, fn;
	int end = -1;

	if (sscanf(text, "%4x:%2x:%2x.%1x%n", &domain, &bus, &dev, &fn, &end) != 4) {
		domain = 0;
		end = -1;
		if (sscanf(text, "%2x:%2x.%1x%n", &bus, &dev, &fn, &end) != 3)
			end = -1;
	}
	if (end < 0 || strspn(text, "0123456789abcdefABCDEF:.") != (size_t)end ||
		(text[end] != '\0' && text[end] != ',') || dev > 31 || fn > 7)
		return rsd_why(
			why, "'%s' is not a PCI address, expected one such as 0000:03:00.0", text);
	snprintf(port->arg, sizeof(port->arg), "%.4x:%.2x:%.2x.%x", domain, bus, dev, fn);
	snprintf(port->arg2, sizeof(port->arg2), "%s", text[end] == ',' ? text + end + 1 : "");
	return 0;
}

/* arg2 is what stands after the first comma. */
static void
split_second(struct rsd_conf_port *port)
{
	char *comma = strchr(port->arg, ',');

	if (comma == NULL)
		return;
	snprintf(port->arg2, sizeof(port->arg2), "%s", comma + 1);
	*comma = '\0';
}

static int
read_arg(const struct rsd_port_row *row, const char *text, struct rsd_conf *conf,
	struct rsd_conf_port *port, struct rsd_why *why)
{
	if (row->takes == RSD_ARG_NEW_IFACE && text == NULL) {
		snprintf(port->arg, sizeof(port->arg), "ringside%u", conf->nb_ports);
		return 0;
	}
	if ((row->takes == RSD_ARG_NONE) != (text == NULL))
		return rsd_why(why, "'%s' has the wrong form, expected %s", port->spec, row->form);
	if (row->takes == RSD_ARG_NONE)
		return 0;
	if (row->takes == RSD_ARG_PCI)
		return read_pci(text, port, why);
	snprintf(port->arg, sizeof(port->arg), "%s", text);
	if (row->takes == RSD_ARG_IFACE || row->takes == RSD_ARG_NEW_IFACE)
		return check_iface(port->arg, why);
	split_second(port);
	if (row->takes == RSD_ARG_SOCKET) {
		if (port->arg2[0] != '\0' &&
			(row->kind != RSD_PORT_MEMIF || strcmp(port->arg2, "server") != 0))
			return rsd_why(
				why, "'%s' after the path, expected %s", port->arg2, row->form);
		return check_path(port->arg, sizeof(((struct sockaddr_un *)0)->sun_path) - 1, why);
	}
	if (port->arg2[0] != '\0' && check_path(port->arg2, RSD_CONF_TEXT - 1, why) != 0)
		return -EINVAL;
	return check_path(port->arg, RSD_CONF_TEXT - 1, why);
}

static const struct rsd_port_row *
row_of_word(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < RTE_DIM(rows); i++)
		if (rows[i].word != NULL && strlen(rows[i].word) == len &&
			strncmp(rows[i].word, word, len) == 0)
			return &rows[i];
	return NULL;
}

static int
unknown_word(const char *text, size_t len, struct rsd_why *why)
{
	struct rsd_nearest n = { .word = text, .len = len };
	size_t i;

	for (i = 0; i < RTE_DIM(rows); i++)
		if (rows[i].word != NULL)
			rsd_nearest(&n, rows[i].word);
	if (n.best != NULL)
		return rsd_why(why, "there is no kind of port '%.*s', did you mean '%s'?", (int)len,
			text, n.best);
	return rsd_why(why, "there is no kind of port '%.*s', " EXPECTED, (int)len, text);
}

static bool
same_device(const struct rsd_conf_port *a, const struct rsd_conf_port *b)
{
	size_t len;

	if (a->kind != b->kind || a->kind == RSD_PORT_RING || a->kind == RSD_PORT_NULL)
		return false;
	if (a->kind != RSD_PORT_DEVARGS)
		return strcmp(a->arg, b->arg) == 0;
	len = strcspn(a->arg, ",");
	return len == strcspn(b->arg, ",") && strncmp(a->arg, b->arg, len) == 0;
}

int
rsd_read_port(
	const struct rsd_option *opt, const char *text, struct rsd_conf *conf, struct rsd_why *why)
{
	struct rsd_conf_port *port = &conf->ports[conf->nb_ports];
	size_t len = strcspn(text, ":,");
	const struct rsd_port_row *row = row_of_word(text, len);
	unsigned int i;

	(void)opt;
	memset(port, 0, sizeof(*port));
	if (strlen(text) >= sizeof(port->spec))
		return rsd_why(
			why, "too long, expected at most %zu characters", sizeof(port->spec) - 1);
	snprintf(port->spec, sizeof(port->spec), "%s", text);
	if (row != NULL) {
		port->kind = row->kind;
		if (text[len] == ',')
			return rsd_why(
				why, "'%s' has a comma too early, expected %s", text, row->form);
		if (read_arg(row, text[len] == ':' ? text + len + 1 : NULL, conf, port, why) != 0)
			return -EINVAL;
	} else if (strncmp(text, "net_", 4) == 0) {
		port->kind = RSD_PORT_DEVARGS;
		snprintf(port->arg, sizeof(port->arg), "%s", text);
	} else if (isxdigit((unsigned char)text[0]) && read_pci(text, port, why) == 0) {
		port->kind = RSD_PORT_PCI;
	} else {
		return unknown_word(text, len, why);
	}
	for (i = 0; i < conf->nb_ports; i++)
		if (same_device(&conf->ports[i], port))
			return rsd_why(why, "'%s' is given twice, expected each device once", text);
	conf->nb_ports++;
	return 0;
}
