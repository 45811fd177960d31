/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside ctl ledger`: what its files share. The JSON object is made first, the rest is read from
 * it. */
#ifndef RSD_CLI_CTL_LEDGER_H
#define RSD_CLI_CTL_LEDGER_H

#include "cli/ctl.h"

/* ctl_ledger_json.c: from the engine's answers: the totals; one trail. NULL: no memory. */
json_t *rsd_ctl_ledger_json(const char *name, const json_t *totals);
json_t *rsd_ctl_trail_json(const json_t *trail, uint64_t tsc_hz);

/* ctl_ledger_text.c: for a person. */
void rsd_ctl_ledger_text(const json_t *ledger);

/* ctl_ledger_metrics.c: OpenMetrics. */
void rsd_ctl_ledger_metrics(const json_t *ledger);

#endif
