/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "control/telemetry.h"

#define TEXT_LEN RTE_TEL_MAX_STRING_LEN

long
rsd_tel_param(const char *params, unsigned long limit)
{
	unsigned long n = 0;
	const char *p;

	if (params == NULL || *params == '\0')
		return RSD_TEL_NONE;
	for (p = params; *p != '\0'; p++) {
		if (*p < '0' || *p > '9')
			return RSD_TEL_BAD;
		n = 10 * n + (unsigned long)(*p - '0');
		if (n >= limit)
			return RSD_TEL_BAD;
	}
	return (long)n;
}

/*
 * The library's JSON writer takes a byte beyond ASCII for an index into a table of 32, and drops
 * control characters.
 */
static void
make_plain(char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

void
rsd_tel_error(struct rte_tel_data *d, const char *fmt, ...)
{
	char text[TEXT_LEN];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	make_plain(text);
	rte_tel_data_add_dict_string(d, "error", text);
}

void
rsd_tel_text(struct rte_tel_data *d, const char *name, const char *text)
{
	char plain[TEXT_LEN];

	if (snprintf(plain, sizeof(plain), "%s", text) >= (int)sizeof(plain))
		snprintf(plain + sizeof(plain) - 4, 4, "...");
	make_plain(plain);
	rte_tel_data_add_dict_string(d, name, plain);
}

struct rte_tel_data *
rsd_tel_dict(void)
{
	struct rte_tel_data *d = rte_tel_data_alloc();

	if (d != NULL)
		rte_tel_data_start_dict(d);
	return d;
}

struct rte_tel_data *
rsd_tel_list(enum rte_tel_value_type type)
{
	struct rte_tel_data *d = rte_tel_data_alloc();

	if (d != NULL)
		rte_tel_data_start_array(d, type);
	return d;
}

int
rsd_tel_put(struct rte_tel_data *d, const char *name, struct rte_tel_data *val)
{
	if (val == NULL)
		return -ENOMEM;
	if (rte_tel_data_add_dict_container(d, name, val, 0) == 0)
		return 0;
	rte_tel_data_free(val);
	return -ENOSPC;
}

int
rsd_tel_put_nth(struct rte_tel_data *d, unsigned int n, struct rte_tel_data *val)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", n);
	return rsd_tel_put(d, name, val);
}
