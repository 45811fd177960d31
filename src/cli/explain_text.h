/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files that print the explanation for people share. 80 columns at most. */
#ifndef RSD_CLI_EXPLAIN_TEXT_H
#define RSD_CLI_EXPLAIN_TEXT_H

#include <string.h>

#include "cli/ctl.h"
#include "cli/explain.h"

/* The next section's heading; its number counts up. */
void rsd_explain_heading(const char *what);

/* explain_text_table.c: the sections on ringside's table, and the verdict. */
void rsd_explain_text_table(const json_t *whole);

/* Fields of the JSON object. */
static inline json_t *
at(const json_t *o, const char *field)
{
	return json_object_get(o, field);
}

static inline bool
is_true(const json_t *o, const char *field)
{
	return json_is_true(at(o, field));
}

static inline unsigned int
number(const json_t *o, const char *field)
{
	return (unsigned int)rsd_ctl_u64(o, field);
}

static inline bool
is_v6(const json_t *end)
{
	return strcmp(rsd_ctl_str(end, "family"), "IPv6") == 0;
}

#endif
