/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RSD_TESTS_ORACLE_OPTIONS_H
#define RSD_TESTS_ORACLE_OPTIONS_H

#include "oracle/oracle.h"

extern struct oc_options {
	uint64_t sets, seed, first, differences;
	unsigned int seconds;
	const char *cases, *replay;
	bool json, table_only, early_demux, quiet, no_spread;
} oc_opt;

void oc_usage(FILE *f);
bool oc_options_parse(int argc, char **argv);
void oc_summary(const struct oc_count *n, double seconds, bool same);

#endif
