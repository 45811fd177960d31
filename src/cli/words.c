/* SPDX-License-Identifier: BSD-3-Clause */
#include <signal.h>
#include <string.h>

#include "cli/words.h"

const char *
rsd_word_value(int argc, char **argv, int *i, bool takes_one)
{
	const char *equals = strchr(argv[*i - 1], '=');

	if (equals != NULL)
		return equals + 1;
	if (takes_one && *i < argc && strncmp(argv[*i], "--", 2) != 0)
		return argv[(*i)++];
	return NULL;
}

bool
rsd_word_value_fits(const char *arg, const char *value, struct rsd_why *why)
{
	if (arg == NULL && value != NULL)
		rsd_why(why, "has the value '%.40s', expected none", value);
	else if (arg != NULL && (value == NULL || value[0] == '\0'))
		rsd_why(why, "has no value, expected %s", arg);
	else
		return true;
	return false;
}

void
rsd_catch_signals(void (*handler)(int number))
{
	struct sigaction sa = { .sa_handler = handler };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}
