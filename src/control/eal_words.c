/* SPDX-License-Identifier: BSD-3-Clause */
#include <stddef.h>
#include <string.h>

#include "control/eal_words.h"

const char *
rsd_eal_next(const struct rsd_conf *conf, int *i, const char *long_name, char short_name)
{
	while (*i < conf->eal_argc) {
		const char *word = conf->eal_argv[(*i)++];
		const char *follows = *i < conf->eal_argc ? conf->eal_argv[*i] : "";
		size_t len;

		if (word[0] != '-')
			continue;
		if (word[1] != '-') {
			if (short_name != 0 && word[1] == short_name)
				return word[2] != '\0' ? word + 2 : follows;
			continue;
		}
		len = strcspn(word + 2, "=");
		if (len == 0 || strncmp(long_name, word + 2, len) != 0)
			continue;
		return word[2 + len] == '=' ? word + 2 + len + 1 : follows;
	}
	return NULL;
}

const char *
rsd_eal_value(const struct rsd_conf *conf, const char *long_name, char short_name)
{
	const char *value, *last = NULL;
	int i = 0;

	while ((value = rsd_eal_next(conf, &i, long_name, short_name)) != NULL)
		last = value;
	return last;
}

bool
rsd_eal_has_cores(const struct rsd_conf *conf)
{
	return rsd_eal_value(conf, "lcores", 'l') != NULL || rsd_eal_value(conf, "", 'c') != NULL;
}

bool
rsd_eal_has_pci(const struct rsd_conf *conf)
{
	unsigned int i;

	for (i = 0; i < conf->nb_ports; i++)
		if (conf->ports[i].kind == RSD_PORT_PCI)
			return true;
	return rsd_eal_value(conf, "allow", 'a') != NULL ||
	       rsd_eal_value(conf, "block", 'b') != NULL;
}
