/* SPDX-License-Identifier: BSD-3-Clause */
/* What kinds of port there are: the words of --port and DPDK's words for the same thing. */
#ifndef RSD_CONTROL_CONF_PORT_H
#define RSD_CONTROL_CONF_PORT_H

#include "control/conf.h"

enum rsd_port_arg {
	RSD_ARG_NONE,
	RSD_ARG_IFACE,     /* a network interface */
	RSD_ARG_NEW_IFACE, /* one that will be made; may be left out */
	RSD_ARG_SOCKET,    /* path of a UNIX socket */
	RSD_ARG_FILE,
	RSD_ARG_PCI,
	RSD_ARG_DEVARGS,
};

struct rsd_port_row {
	enum rsd_port_kind kind;
	const char *word; /* of --port, before the colon; NULL: there is none */
	const char *form; /* how it is written */
	enum rsd_port_arg takes;
	const char *driver;  /* a device is called this and a number; NULL: not a virtual device */
	const char *key;     /* of the devargs pair that holds conf_port.arg */
	unsigned int queues; /* as many as the driver can have; 0: the device says */
	/*
	 * A log type whose error lines tell of things that do no harm, and nothing that preflight
	 * did not say before; NULL: none.
	 */
	const char *quiet;
	bool kernel; /* its frames come from and go to interfaces of this network namespace */
};

/* The row of a kind; there is one for each. */
const struct rsd_port_row *rsd_port_row(enum rsd_port_kind kind);

/*
 * Find out what a DPDK devargs string opens, so that it can be checked like a port of our own
 * words. Fills port with the kind and the first argument and returns true; false when it is none we
 * know.
 */
bool rsd_port_from_devargs(const char *devargs, struct rsd_conf_port *port);

#endif
