/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "base/err.h"
#include "base/log.h"
#include "control/conf_port.h"
#include "control/eal_args.h"
#include "control/eal_words.h"

#define WORDS_MAX 64    /* of our own */
#define TEXT_MAX  32768 /* all of them together */

static const char too_long[] = "the EAL arguments do not fit, expected fewer or shorter options";

void
rsd_eal_add(struct rsd_eal_args *args, const char *fmt, ...)
{
	unsigned int room = TEXT_MAX - args->text_used;
	char *word = args->text + args->text_used;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(word, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (unsigned int)n >= room) {
		args->failed = 1;
		return;
	}
	args->text_used += (unsigned int)n + 1;
	args->argv[args->argc++] = word;
}

/* -- memory ------------------------------------------------------------------------------------ */

/* A vhost-user peer maps our memory: few large files, not one for every page. */
static bool
shares_memory(const struct rsd_conf *conf)
{
	struct rsd_conf_port found;
	unsigned int i;

	for (i = 0; i < conf->nb_ports; i++)
		if (conf->ports[i].kind == RSD_PORT_VIRTIO_USER ||
			(conf->ports[i].kind == RSD_PORT_DEVARGS &&
				rsd_port_from_devargs(conf->ports[i].arg, &found) &&
				found.kind == RSD_PORT_VIRTIO_USER))
			return true;
	return false;
}

static int
refuse_without_hugepages(
	const struct rsd_eal_host *host, unsigned int mem_mib, struct rsd_error *err)
{
	unsigned int page_kib = host->huge_page_kib != 0 ? host->huge_page_kib : 2048;

	return rsd_err(err, RSD_EXIT_NOT_READY, -ENOMEM,
		"a PCI device needs %u MiB of hugepages, %u MiB are free; mkdir -p /dev/hugepages "
		"&& "
		"(mountpoint -q /dev/hugepages || mount -t hugetlbfs none /dev/hugepages) && "
		"sysctl "
		"vm.nr_hugepages=%u",
		mem_mib, host->huge_mib, (unsigned int)(((uint64_t)mem_mib << 10) / page_kib + 1));
}

/* Did the user write how memory is to be had? Then it is had so. */
static bool
user_chose_memory(const struct rsd_conf *conf)
{
	static const char *const words[] = { "no-huge", "huge-dir", "huge-unlink",
		"huge-worker-stack", "socket-mem", "socket-limit", "match-allocations" };
	unsigned int i;

	for (i = 0; i < RTE_DIM(words); i++)
		if (rsd_eal_value(conf, words[i], 0) != NULL)
			return true;
	return false;
}

static int
add_small_pages(const struct rsd_conf *conf, unsigned int mem_mib, struct rsd_eal_args *args)
{
	rsd_eal_add(args, "--no-huge");
	if (rsd_eal_value(conf, "", 'm') == NULL) {
		rsd_eal_add(args, "-m");
		rsd_eal_add(args, "%u", mem_mib);
	}
	return 0;
}

static int
add_memory(const struct rsd_eal_host *host, const struct rsd_conf *conf, unsigned int mem_mib,
	struct rsd_eal_args *args, struct rsd_error *err)
{
	if (user_chose_memory(conf))
		return 0;
	if (conf->guard) {
		rsd_say("memory: ordinary pages: the guard closes them one by one");
		return add_small_pages(conf, mem_mib, args);
	}
	if (host->huge_mib >= mem_mib) {
		/* Unlinked files leave nothing behind even after a crash, but EAL does not unlink
		 * files that it shares by the segment. */
		if (!conf->eal_style)
			rsd_eal_add(args, shares_memory(conf) ? "--single-file-segments"
							      : "--huge-unlink=always");
		return 0;
	}
	if (rsd_eal_has_pci(conf))
		return refuse_without_hugepages(host, mem_mib, err);
	rsd_say("memory: %u MiB of hugepages are free, %u are needed: running on ordinary pages",
		host->huge_mib, mem_mib);
	return add_small_pages(conf, mem_mib, args);
}

/* -- devices ----------------------------------------------------------------------------------- */

static bool
name_taken(const struct rsd_conf *conf, const struct rsd_eal_args *args, const char *name)
{
	size_t len = strlen(name);
	const char *vdev;
	unsigned int i;
	int at = 0;

	for (i = 0; i < conf->nb_ports; i++) {
		const char *arg = conf->ports[i].arg;

		if (strcmp(args->device[i], name) == 0)
			return true;
		if (conf->ports[i].kind == RSD_PORT_DEVARGS && strcspn(arg, ",") == len &&
			strncmp(arg, name, len) == 0)
			return true;
	}
	while ((vdev = rsd_eal_next(conf, &at, "vdev", 0)) != NULL)
		if (strcspn(vdev, ",") == len && strncmp(vdev, name, len) == 0)
			return true;
	return false;
}

static void
add_device(const struct rsd_eal_host *host, const struct rsd_conf *conf, unsigned int port,
	struct rsd_eal_args *args)
{
	const struct rsd_conf_port *p = &conf->ports[port];
	const struct rsd_port_row *row = rsd_port_row(p->kind);
	char *device = args->device[port], pairs[2 * RSD_CONF_TEXT + 64], name[64];
	unsigned int n = 0;

	if (p->kind == RSD_PORT_PCI) {
		snprintf(device, RSD_CONF_TEXT, "%s", p->arg);
		rsd_eal_add(args, "-a");
		rsd_eal_add(args, "%s%s%s", p->arg, p->arg2[0] != '\0' ? "," : "", p->arg2);
		return;
	}
	if (p->kind == RSD_PORT_DEVARGS) {
		snprintf(device, RSD_CONF_TEXT, "%.*s", (int)strcspn(p->arg, ","), p->arg);
		rsd_eal_add(args, "--vdev");
		rsd_eal_add(args, "%s", p->arg);
		return;
	}
	do {
		snprintf(name, sizeof(name), "%s%u", row->driver, n++);
	} while (name_taken(conf, args, name));
	snprintf(device, RSD_CONF_TEXT, "%s", name);
	rsd_vdev_pairs(conf, port, args->queues, host->mac, pairs, sizeof(pairs));
	rsd_eal_add(args, "--vdev");
	rsd_eal_add(args, "%s%s", device, pairs);
}

/* Keep a kind's driver from telling what it takes for an error; once a log type. */
static void
add_quiet(struct rsd_eal_args *args, enum rsd_port_kind kind)
{
	const char *quiet = rsd_port_row(kind)->quiet;
	char level[64];
	int i;

	if (quiet == NULL)
		return;
	snprintf(level, sizeof(level), "--log-level=%s:critical", quiet);
	for (i = 0; i < args->argc; i++)
		if (strcmp(args->argv[i], level) == 0)
			return;
	rsd_eal_add(args, "%s", level);
}

/* EAL's errors get through, its notices do not. */
static void
add_log_levels(const struct rsd_conf *conf, struct rsd_eal_args *args)
{
	struct rsd_conf_port found;
	const char *vdev;
	unsigned int i;
	int at = 0;

	rsd_eal_add(args, "--log-level=error");
	for (i = 0; i < conf->nb_ports; i++)
		if (conf->ports[i].kind != RSD_PORT_DEVARGS)
			add_quiet(args, conf->ports[i].kind);
		else if (rsd_port_from_devargs(conf->ports[i].arg, &found))
			add_quiet(args, found.kind);
	while ((vdev = rsd_eal_next(conf, &at, "vdev", 0)) != NULL)
		if (rsd_port_from_devargs(vdev, &found))
			add_quiet(args, found.kind);
}

static int
add_all(const struct rsd_eal_host *host, const struct rsd_conf *conf, unsigned int mem_mib,
	struct rsd_eal_args *args, struct rsd_error *err)
{
	unsigned int i;

	if (rsd_eal_value(conf, "file-prefix", 0) == NULL) {
		rsd_eal_add(args, "--file-prefix");
		rsd_eal_add(args, "%s", conf->name);
	}
	if (!rsd_eal_has_cores(conf) && rsd_eal_add_lcores(host, conf, args, err) != 0)
		return -EINVAL;
	rsd_eal_choose_queues(host, conf, args);
	/* A run on virtual devices must never touch the machine's own NIC. */
	if (!rsd_eal_has_pci(conf)) {
		if (rsd_eal_value(conf, "no-pci", 0) == NULL)
			rsd_eal_add(args, "--no-pci");
		/* In virtual addresses a pool is one piece, as AF_XDP wants it. */
		if (!conf->eal_style)
			rsd_eal_add(args, "--iova-mode=va");
	}
	if (add_memory(host, conf, mem_mib, args, err) != 0)
		return -ENOMEM;
	if (rsd_eal_value(conf, "log-level", 0) == NULL)
		add_log_levels(conf, args);
	for (i = 0; i < conf->nb_ports; i++)
		add_device(host, conf, i, args);
	return args->failed ? rsd_err(err, RSD_EXIT_USAGE, -EINVAL, "%s", too_long) : 0;
}

int
rsd_eal_args_build_on(const struct rsd_eal_host *host, const struct rsd_conf *conf,
	unsigned int mem_mib, struct rsd_eal_args *args, struct rsd_error *err)
{
	int i, ret;

	memset(args, 0, sizeof(*args));
	args->text = malloc(TEXT_MAX);
	args->argv = calloc((size_t)conf->eal_argc + WORDS_MAX, sizeof(char *));
	if (args->text == NULL || args->argv == NULL) {
		rsd_eal_args_free(args);
		return rsd_err(err, RSD_EXIT_INTERNAL, -ENOMEM, "no memory for the EAL arguments");
	}
	rsd_eal_add(args, "ringside");
	for (i = 0; i < conf->eal_argc; i++)
		args->argv[args->argc++] = conf->eal_argv[i];
	ret = add_all(host, conf, mem_mib, args, err);
	if (ret != 0)
		rsd_eal_args_free(args);
	return ret;
}

int
rsd_eal_args_build(const struct rsd_conf *conf, unsigned int mem_mib, struct rsd_eal_args *args,
	struct rsd_error *err)
{
	struct rsd_eal_host host;

	rsd_eal_host_read(conf, &host);
	return rsd_eal_args_build_on(&host, conf, mem_mib, args, err);
}

void
rsd_eal_args_free(struct rsd_eal_args *args)
{
	free(args->text);
	free(args->argv);
	args->text = NULL;
	args->argv = NULL;
	args->argc = 0;
}

/* A line of the log has an end; a long command line goes on in the next, as in a shell. */
void
rsd_eal_args_say(const struct rsd_eal_args *args)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-";
	char line[800] = "";
	size_t used = 0;
	int i;

	for (i = 1; i < args->argc; i++) {
		const char *word = args->argv[i];
		const char *quote =
			strspn(word, plain) == strlen(word) && word[0] != '\0' ? "" : "'";

		if (used != 0 && used + strlen(word) + 8 > sizeof(line)) {
			rsd_say("eal:%s \\", line);
			used = 0;
		}
		used += (size_t)snprintf(
			line + used, sizeof(line) - used, " %s%s%s", quote, word, quote);
		used = RTE_MIN(used, sizeof(line) - 1);
	}
	rsd_say("eal:%s", line);
}
