/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside run --help`, made from the option table. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "control/options.h"

#define INDENT  8
#define COLUMNS 88

/* Print text, broken at blanks, every line indented. */
static void
print_wrapped(const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		if (column == 0 || column + 1 + len > COLUMNS) {
			printf("%s%*s", column == 0 ? "" : "\n", INDENT, "");
			column = INDENT;
		} else {
			putchar(' ');
			column++;
		}
		printf("%.*s", (int)len, text);
		column += len;
		text += len + strspn(text + len, " ");
	}
	putchar('\n');
}

static void
print_option(const struct rsd_option *opt)
{
	char text[640];
	int n = snprintf(text, sizeof(text), "%s", opt->help);

	if (opt->read == rsd_read_number && opt->max < UINT64_MAX - 1)
		n += snprintf(text + n, sizeof(text) - (size_t)n, ", %" PRIu64 " to %" PRIu64,
			opt->min, opt->max);
	if (opt->nb_at != 0)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "; may be repeated");
	if (opt->def != NULL)
		snprintf(text + n, sizeof(text) - (size_t)n, " (default: %s)", opt->def);
	else if (opt->unset != NULL)
		snprintf(text + n, sizeof(text) - (size_t)n, " (default: %s)", opt->unset);
	printf("  --%s%s%s\n", opt->name, opt->arg != NULL ? " " : "",
		opt->arg != NULL ? opt->arg : "");
	print_wrapped(text);
}

void
rsd_conf_usage(void)
{
	unsigned int i;

	printf("usage: ringside run [options]\n"
	       "       ringside run [EAL options] -- [options]\n"
	       "\n"
	       "Poll ports, answer what is for us. Without a word `--` the EAL options are chosen "
	       "for\n"
	       "you and printed. An option is written --NAME VALUE or --NAME=VALUE.\n"
	       "\n");
	for (i = 0; i < rsd_nb_options; i++)
		print_option(&rsd_options[i]);
	printf("\n"
	       "Exit status: 0 done, 1 internal error or books that do not balance, 2 an option or "
	       "the\n"
	       "configuration is wrong, 3 the machine lacks something.\n");
}
