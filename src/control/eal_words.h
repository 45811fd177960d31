/* SPDX-License-Identifier: BSD-3-Clause */
/* The EAL options a user wrote before "--". */
#ifndef RSD_CONTROL_EAL_WORDS_H
#define RSD_CONTROL_EAL_WORDS_H

#include <stdbool.h>

#include "control/conf.h"

/*
 * Next EAL option of that name in conf->eal_argv from *i on: long_name without dashes, also
 * abbreviated as EAL allows, empty for none; short_name a letter or 0. Returns its value, "" when
 * it has none, and moves *i past it; NULL when there is none left.
 */
const char *rsd_eal_next(
	const struct rsd_conf *conf, int *i, const char *long_name, char short_name);

/* The value of the last one given; NULL when it was not given. */
const char *rsd_eal_value(const struct rsd_conf *conf, const char *long_name, char short_name);

/* Is a device on the PCI bus asked for, by a port or by a word of EAL's? */
bool rsd_eal_has_pci(const struct rsd_conf *conf);

/* Did the user choose cores? */
bool rsd_eal_has_cores(const struct rsd_conf *conf);

#endif
