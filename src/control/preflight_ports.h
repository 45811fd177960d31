/* SPDX-License-Identifier: BSD-3-Clause */
/* What a port of each kind needs from the machine. */
#ifndef RSD_CONTROL_PREFLIGHT_PORTS_H
#define RSD_CONTROL_PREFLIGHT_PORTS_H

#include "control/preflight.h"

struct rsd_preflight {
	const struct rsd_conf *conf;
	rsd_missing_fn missing;
	void *arg;
	unsigned int nb_missing;
};

/* Report one missing thing. */
void rsd_missing(struct rsd_preflight *pf, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Check one port. */
void rsd_preflight_port(struct rsd_preflight *pf, const struct rsd_conf_port *port);

/* Say what is not wrong, yet surprises. */
void rsd_preflight_hint(const struct rsd_conf_port *port);

/* Remove the socket of a port that makes its own, when nobody listens on it. */
void rsd_preflight_dead_socket(const struct rsd_conf_port *port);

#endif
