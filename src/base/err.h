/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors as one line for a person, with the exit code they lead to. */
#ifndef RSD_BASE_ERR_H
#define RSD_BASE_ERR_H

#include <ringside/engine.h>

/*
 * Fill err (may be NULL) and return ret, so that a failing function can end in
 *	return rsd_err(err, RSD_EXIT_USAGE, -EINVAL, "port 0: ...");
 */
int rsd_err(struct rsd_error *err, enum rsd_exit code, int ret, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
