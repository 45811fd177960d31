/* SPDX-License-Identifier: BSD-3-Clause */
/* EAL's command line, made from ours. */
#ifndef RSD_CONTROL_EAL_ARGS_H
#define RSD_CONTROL_EAL_ARGS_H

#include <stdint.h>

#include "control/conf.h"

/* What the machine has. */
struct rsd_eal_host {
	uint16_t cpus[RSD_CPU_MAX + 1]; /* that this process may run on, ascending */
	unsigned int nb_cpus;
	unsigned int huge_mib;                    /* free, in pages that a hugetlbfs offers */
	unsigned int huge_page_kib;               /* the default size, 0: the kernel has none */
	unsigned int port_queues[RSD_CONF_PORTS]; /* of the interface behind an afxdp port; 0: no
						     limit */
	uint8_t mac[6]; /* a random one of our own, for devices that have none */
};

struct rsd_eal_args {
	int argc;
	char **argv;             /* NULL after the last; EAL may change the order */
	unsigned int nb_workers; /* worker cores EAL will have; 0: the user's EAL options decide */
	unsigned int queues;     /* of the devices made here */
	/* Of each conf port: what EAL will call the device, for rte_eth_dev_get_port_by_name(). */
	char device[RSD_CONF_PORTS][RSD_CONF_TEXT];
	char *text; /* our words; the user's stay where they are */
	unsigned int text_used;
	int failed; /* a word did not fit */
};

/*
 * Make EAL's arguments. mem_mib is what the engine will need in all, EAL itself included: enough
 * hugepages are used, else ordinary memory of that size, which is said; a PCI device needs
 * hugepages and is refused without.
 *
 * Returns 0, and rsd_eal_args_free() must be called after EAL has started; -EINVAL a core this
 * process may not use; -ENOMEM not enough hugepages for a PCI device, or no memory.
 */
int rsd_eal_args_build(const struct rsd_conf *conf, unsigned int mem_mib, struct rsd_eal_args *args,
	struct rsd_error *err);

/* The same for a machine described in host. */
int rsd_eal_args_build_on(const struct rsd_eal_host *host, const struct rsd_conf *conf,
	unsigned int mem_mib, struct rsd_eal_args *args, struct rsd_error *err);

/* Print the line, so that it can be pasted into a shell. */
void rsd_eal_args_say(const struct rsd_eal_args *args);

void rsd_eal_args_free(struct rsd_eal_args *args);

/* Append a word. */
void rsd_eal_add(struct rsd_eal_args *args, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* eal_cores.c: append --lcores and --main-lcore; then settle on args->queues. */
int rsd_eal_add_lcores(const struct rsd_eal_host *host, const struct rsd_conf *conf,
	struct rsd_eal_args *args, struct rsd_error *err);
void rsd_eal_choose_queues(
	const struct rsd_eal_host *host, const struct rsd_conf *conf, struct rsd_eal_args *args);

/* eal_host.c */
void rsd_eal_host_read(const struct rsd_conf *conf, struct rsd_eal_host *host);

/* vdev.c: what follows the device name in --vdev, beginning with a comma, or "". */
void rsd_vdev_pairs(const struct rsd_conf *conf, unsigned int port, unsigned int queues,
	const uint8_t mac[6], char *text, size_t len);

#endif
