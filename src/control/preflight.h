/* SPDX-License-Identifier: BSD-3-Clause */
/* Is the machine ready for this configuration? Asked before EAL starts. */
#ifndef RSD_CONTROL_PREFLIGHT_H
#define RSD_CONTROL_PREFLIGHT_H

#include "control/conf.h"
#include "control/runtime_dir.h"

/*
 * Called once for each thing that is missing, with one line: what it is, a semicolon, and the line
 * that mends it.
 */
typedef void (*rsd_missing_fn)(void *arg, const char *line);

/* Look, change nothing. Returns the number of things missing. */
unsigned int rsd_preflight_each(const struct rsd_conf *conf, rsd_missing_fn missing, void *arg);

/*
 * Look, print what will surprise later, and remove sockets that nobody listens on any more where a
 * port wants to make its own. Returns 0; or -ENODEV with the first missing thing in err, the others
 * as warnings.
 */
int rsd_preflight(const struct rsd_conf *conf, struct rsd_error *err);

#endif
