/* SPDX-License-Identifier: BSD-3-Clause */
/* What the threads of a phase ask of run.c, whichever side they work on. */
#ifndef RSD_LOAD_PHASE_H
#define RSD_LOAD_PHASE_H

#include "load/load.h"

/* Sender: has everything gone that is to go? */
bool rsd_phase_sending_over(const struct rsd_load *load, uint64_t now_ns);

/* Receiver: so many answers were just taken; tell the sender what is no longer under way. */
void rsd_phase_settle(struct rsd_load *load, uint64_t now_ns, unsigned int received);

/* Receiver: has everything come that can be expected? */
bool rsd_phase_receiving_over(const struct rsd_load *load, uint64_t now_ns);

#endif
