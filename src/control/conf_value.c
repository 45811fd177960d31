/* SPDX-License-Identifier: BSD-3-Clause */
/* Readers of single values: numbers, choices, names, lists of cores, keys. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "control/options.h"

#define NS_PER_S 1000000000ull
#define FOR_MAX  31536000ull /* a year, in seconds */

/* Every driver of DPDK takes 40 bytes or more; shorter ones are refused by all. */
#define RSS_KEY_MIN 40

int
rsd_why(struct rsd_why *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static void *
dest(const struct rsd_option *opt, struct rsd_conf *conf)
{
	return (char *)conf + opt->at;
}

int
rsd_read_switch(
	const struct rsd_option *opt, const char *text, struct rsd_conf *conf, struct rsd_why *why)
{
	bool on = text == NULL || strcmp(text, "yes") == 0;

	if (!on && strcmp(text, "no") != 0)
		return rsd_why(why, "is '%s', expected yes or no", text);
	*(bool *)dest(opt, conf) = on;
	return 0;
}

int
rsd_number(const char *text, size_t len, uint64_t min, uint64_t max, uint64_t *out,
	struct rsd_why *why)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned int digit = (unsigned char)text[i] - '0';

		if (digit > 9)
			break;
		v = v > (UINT64_MAX - digit) / 10 ? UINT64_MAX : v * 10 + digit;
	}
	if (len == 0 || i < len)
		return rsd_why(why, "'%.*s' is not a number, expected %" PRIu64 " to %" PRIu64,
			(int)len, text, min, max);
	if (v < min || v > max)
		return rsd_why(why, "%.*s is out of range, expected %" PRIu64 " to %" PRIu64,
			(int)len, text, min, max);
	*out = v;
	return 0;
}

int
rsd_read_number(
	const struct rsd_option *opt, const char *text, struct rsd_conf *conf, struct rsd_why *why)
{
	void *at = dest(opt, conf);
	uint64_t v;

	if (rsd_number(text, strlen(text), opt->min, opt->max, &v, why) != 0)
		return -EINVAL;
	if (opt->size == sizeof(uint16_t))
		*(uint16_t *)at = (uint16_t)v;
	else if (opt->size == sizeof(uint32_t))
		*(uint32_t *)at = (uint32_t)v;
	else
		*(uint64_t *)at = v;
	return 0;
}

int
rsd_read_choice(
	const struct rsd_option *opt, const char *text, struct rsd_conf *conf, struct rsd_why *why)
{
	char list[128] = "";
	size_t used = 0;
	int i;

	for (i = 0; opt->words[i] != NULL; i++) {
		if (strcmp(opt->words[i], text) == 0) {
			*(int *)dest(opt, conf) = opt->first + i;
			return 0;
		}
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
			i == 0 ? "" : ", ", opt->words[i]);
	}
	return rsd_why(why, "'%s' is not known, expected one of %s", text, list);
}

int
rsd_read_name(
	const struct rsd_option *opt, const char *text, struct rsd_conf *conf, struct rsd_why *why)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	/* It becomes a directory and part of file names. */
	if (strlen(text) >= opt->size || strspn(text, allowed) != strlen(text) ||
		!isalnum((unsigned char)text[0]))
		return rsd_why(why,
			"'%s' cannot be a name, expected 1 to %zu letters, digits, '.', '_' or "
			"'-', the first a "
			"letter or digit",
			text, opt->size - 1);
	snprintf(dest(opt, conf), opt->size, "%s", text);
	return 0;
}

int
rsd_read_seconds(
	const struct rsd_option *opt, const char *text, struct rsd_conf *conf, struct rsd_why *why)
{
	size_t whole = strspn(text, "0123456789"), frac = 0, i;
	uint64_t s = 0, ns = 0, unit = NS_PER_S;

	if (text[whole] == '.')
		frac = strspn(text + whole + 1, "0123456789");
	if (whole + frac == 0 || text[whole + (text[whole] == '.') + frac] != '\0')
		return rsd_why(why, "'%s' is not a time, expected seconds such as 10 or 0.5", text);
	if (whole != 0 && rsd_number(text, whole, 0, FOR_MAX, &s, why) != 0)
		return -EINVAL;
	for (i = 0; i < frac && i < 9; i++) {
		unit /= 10;
		ns += (uint64_t)(text[whole + 1 + i] - '0') * unit;
	}
	ns += s * NS_PER_S;
	if (ns == 0)
		return rsd_why(why, "%s is no time at all, expected more than 0 seconds", text);
	*(uint64_t *)dest(opt, conf) = ns;
	return 0;
}

static int
add_core(struct rsd_conf *conf, uint64_t core, struct rsd_why *why)
{
	unsigned int i;

	for (i = 0; i < conf->nb_cores; i++)
		if (conf->cores[i] == core)
			return rsd_why(
				why, "core %" PRIu64 " is listed twice, expected each once", core);
	if (conf->nb_cores == RTE_DIM(conf->cores))
		return rsd_why(why, "too many cores, expected at most %zu", RTE_DIM(conf->cores));
	conf->cores[conf->nb_cores++] = (uint16_t)core;
	return 0;
}

int
rsd_read_cores(
	const struct rsd_option *opt, const char *text, struct rsd_conf *conf, struct rsd_why *why)
{
	const char *p = text;

	conf->nb_cores = 0;
	for (;;) {
		size_t len = strspn(p, "0123456789");
		uint64_t lo, hi;

		if (rsd_number(p, len, opt->min, opt->max, &lo, why) != 0)
			break;
		p += len;
		hi = lo;
		if (*p == '-') {
			len = strspn(++p, "0123456789");
			if (rsd_number(p, len, opt->min, opt->max, &hi, why) != 0)
				break;
			p += len;
		}
		if (hi < lo)
			return rsd_why(why,
				"range %" PRIu64 "-%" PRIu64 " runs backwards, expected the lower "
				"core first",
				lo, hi);
		for (; lo <= hi; lo++)
			if (add_core(conf, lo, why) != 0)
				return -EINVAL;
		if (*p == '\0')
			return 0;
		if (*p++ != ',')
			break;
	}
	return rsd_why(why,
		"'%s' is not a list of cores, expected one such as 0,2-3 of cores %" PRIu64
		" to %" PRIu64,
		text, opt->min, opt->max);
}

int
rsd_read_rss_key(
	const struct rsd_option *opt, const char *text, struct rsd_conf *conf, struct rsd_why *why)
{
	unsigned int nb = 0, any = 0;
	const char *p = text;

	(void)opt;
	while (isxdigit((unsigned char)p[0]) && isxdigit((unsigned char)p[1]) &&
		nb < sizeof(conf->rss_key)) {
		const char digits[3] = { p[0], p[1], '\0' };

		conf->rss_key[nb] = (uint8_t)strtoul(digits, NULL, 16);
		any |= conf->rss_key[nb++];
		p += 2;
		if (*p == ':' && p[1] != '\0')
			p++;
	}
	if (*p != '\0' || nb < RSS_KEY_MIN)
		return rsd_why(why, "not a key, expected %u to %zu bytes as pairs of hex digits",
			RSS_KEY_MIN, sizeof(conf->rss_key));
	if (any == 0)
		return rsd_why(
			why, "a key of zeros puts every flow on one queue, expected a random one");
	conf->rss_key_len = nb;
	return 0;
}
