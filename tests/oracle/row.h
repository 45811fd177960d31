/* SPDX-License-Identifier: BSD-3-Clause */
/* What reading and printing rows share. */
#ifndef RSD_TESTS_ORACLE_ROW_H
#define RSD_TESTS_ORACLE_ROW_H

#include "oracle/oracle.h"

#define OC_FLAG_WORDS 3

extern const struct oc_flag_word {
	const char *word;
	uint32_t flag;
} oc_flag_words[OC_FLAG_WORDS];

#endif
