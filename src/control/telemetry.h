/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How the answers are put together. Within what DPDK 22.11 can carry: dictionaries of 256 entries,
 * texts of 127 bytes, names of letters, digits and '_', lists of plain values only, signed numbers
 * of 32 bits, and 16 KiB an answer; what does not fit is left out by the library without a word.
 * Hence lists of things are dictionaries by number, and long ones are asked for page by page.
 */
#ifndef RSD_CONTROL_TELEMETRY_H
#define RSD_CONTROL_TELEMETRY_H

#include "base/dpdk_compat.h"
#include "control/engine.h"

#define RSD_TEL_SCHEMA 1

#define RSD_TEL_NONE (-1L) /* no parameter was given */
#define RSD_TEL_BAD  (-2L) /* one was given that is no number below the limit */

/* The parameter as a decimal number below limit, or one of the two above. */
long rsd_tel_param(const char *params, unsigned long limit);

/* Add to the answer d what went wrong; the rest of it is then not to be relied on. */
void rsd_tel_error(struct rte_tel_data *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A text: cut at 127 bytes, visibly; anything but printable ASCII becomes '?'. */
void rsd_tel_text(struct rte_tel_data *d, const char *name, const char *text);

/* A dictionary, or a list of one type of values, for rsd_tel_put(). NULL when memory is short. */
struct rte_tel_data *rsd_tel_dict(void);
struct rte_tel_data *rsd_tel_list(enum rte_tel_value_type type);

/*
 * Put val into d and give it away, whatever is returned. 0; -ENOMEM val is NULL; -ENOSPC d is full,
 * and val is freed.
 */
int rsd_tel_put(struct rte_tel_data *d, const char *name, struct rte_tel_data *val);
int rsd_tel_put_nth(struct rte_tel_data *d, unsigned int n, struct rte_tel_data *val);

/* What answers a command: fills the dictionary d. 0, or -errno when d could not be completed. */
typedef int (*rsd_tel_fn)(struct rsd_engine *eng, const char *params, struct rte_tel_data *d);

/* telemetry_ports.c, telemetry_socks.c, telemetry_table.c, telemetry_ledger.c: the answers that are
 * long. */
int rsd_tel_ports(struct rsd_engine *eng, const char *params, struct rte_tel_data *d);
int rsd_tel_socks(struct rsd_engine *eng, const char *params, struct rte_tel_data *d);
int rsd_tel_ledger(struct rsd_engine *eng, const char *params, struct rte_tel_data *d);
int rsd_tel_table(struct rsd_engine *eng, const char *params, struct rte_tel_data *d);

#endif
