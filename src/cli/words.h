/* SPDX-License-Identifier: BSD-3-Clause */
/* What subcommands with options of their own share. */
#ifndef RSD_CLI_WORDS_H
#define RSD_CLI_WORDS_H

#include <stdbool.h>

#include "control/options.h"

/*
 * argv[*i - 1] is an option, --NAME or --NAME=VALUE; takes_one: it has a value. That, also from the
 * next word, which is then taken; NULL: there is none.
 */
const char *rsd_word_value(int argc, char **argv, int *i, bool takes_one);

/* Is there a value if, and only if, there is to be one? arg: what it is to be, NULL: none.
 * Otherwise false, and why. */
bool rsd_word_value_fits(const char *arg, const char *value, struct rsd_why *why);

/* What a user or a terminal ends a program with calls handler; a pipe that is closed ends nothing.
 */
void rsd_catch_signals(void (*handler)(int number));

#endif
