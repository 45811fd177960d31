/* SPDX-License-Identifier: BSD-3-Clause */
/* What the engine tells the person who started it. Control path only, never a polling core. */
#ifndef RSD_BASE_LOG_H
#define RSD_BASE_LOG_H

/* A decision or an event, one line on stdout. */
void rsd_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Something to mend, one line on stderr. */
void rsd_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
