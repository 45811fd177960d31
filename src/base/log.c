/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"

static void
log_line(FILE *f, const char *mark, const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	fprintf(f, "ringside: %s%s\n", mark, text);
	fflush(f);
}

void
rsd_say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(stdout, "", fmt, ap);
	va_end(ap);
}

void
rsd_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(stderr, "warning: ", fmt, ap);
	va_end(ap);
}
