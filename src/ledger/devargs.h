/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading "NAME,key=value,key=value" as EAL's drivers do. */
#ifndef RSD_LEDGER_DEVARGS_H
#define RSD_LEDGER_DEVARGS_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Where the value of key begins; NULL: there is no such key. It ends at a comma. */
static inline const char *
rsd_devarg(const char *devargs, const char *key)
{
	size_t len = strlen(key);
	const char *p;

	for (p = devargs; p != NULL; p = strchr(p, ',')) {
		p += *p == ',';
		if (strncmp(p, key, len) == 0 && p[len] == '=')
			return p + len + 1;
	}
	return NULL;
}

static inline bool
rsd_devarg_has(const char *devargs, const char *key)
{
	return rsd_devarg(devargs, key) != NULL;
}

static inline bool
rsd_devarg_is(const char *devargs, const char *key, const char *value)
{
	const char *v = rsd_devarg(devargs, key);
	size_t len = strlen(value);

	return v != NULL && strncmp(v, value, len) == 0 && (v[len] == '\0' || v[len] == ',');
}

/* Off when it is not there or zero. */
static inline bool
rsd_devarg_on(const char *devargs, const char *key)
{
	const char *v = rsd_devarg(devargs, key);

	return v != NULL && strtol(v, NULL, 0) != 0;
}

#endif
