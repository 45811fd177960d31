/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdio.h>

#include "base/err.h"

int
rsd_err(struct rsd_error *err, enum rsd_exit code, int ret, const char *fmt, ...)
{
	va_list ap;

	if (err == NULL)
		return ret;
	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return ret;
}
