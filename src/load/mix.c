/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "load/mix.h"

/* IP packets of 46, 576 and 1,500 bytes, 7 to 4 to 1: the smallest frame is filled up to the 18
 * bytes that a stamp needs. */
#define IMIX "18:7,548:4,1472:1"

static int fail(char *why, size_t len, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static int
fail(char *why, size_t len, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, len, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* Digits up to a number of at most max; moves *text behind them. -1: none such. */
static long
take_number(const char **text, long max)
{
	char *end;
	long v;

	if (**text < '0' || **text > '9')
		return -1;
	v = strtol(*text, &end, 10);
	*text = end;
	return v > max ? -1 : v;
}

static int
read_one(struct rsd_mix *mix, const char **text, char *why, size_t len)
{
	const char *from = *text;
	long size = take_number(text, RSD_PAYLOAD_MAX), weight = 1;

	if (size < 0)
		return fail(why, len,
			"'%.40s' is no payload size, expected 0 to %d bytes, SIZE:WEIGHT,... or "
			"imix",
			from, RSD_PAYLOAD_MAX);
	if (**text == ':') {
		++*text;
		weight = take_number(text, RSD_MIX_ROUND);
	}
	if (weight < 1 || (**text != '\0' && **text != ','))
		return fail(why, len,
			"'%.40s' has no proper weight, expected SIZE:WEIGHT with a weight of 1 to "
			"%d",
			from, RSD_MIX_ROUND);
	if (mix->nb == RSD_MIX_SIZES || mix->round + (unsigned int)weight > RSD_MIX_ROUND)
		return fail(why, len,
			"the mix is too big, expected at most %d sizes and weights of %d in all",
			RSD_MIX_SIZES, RSD_MIX_ROUND);
	mix->size[mix->nb] = (uint16_t)size;
	mix->weight[mix->nb++] = (uint16_t)weight;
	mix->round += (unsigned int)weight;
	return 0;
}

/* Each place goes to the size that is furthest behind its share: smooth weighted round robin. */
static void
deal(struct rsd_mix *mix)
{
	int credit[RSD_MIX_SIZES] = { 0 };
	unsigned int at, i, best;

	for (at = 0; at < mix->round; at++) {
		best = 0;
		for (i = 0; i < mix->nb; i++) {
			credit[i] += mix->weight[i];
			if (credit[i] > credit[best])
				best = i;
		}
		credit[best] -= (int)mix->round;
		mix->order[at] = (uint8_t)best;
	}
}

int
rsd_mix_read(struct rsd_mix *mix, const char *text, char *why, size_t len)
{
	unsigned int i;

	memset(mix, 0, sizeof(*mix));
	if (strcmp(text, "imix") == 0)
		text = IMIX;
	for (;;) {
		if (read_one(mix, &text, why, len) != 0)
			return -EINVAL;
		if (*text == '\0')
			break;
		text++;
	}
	mix->min = mix->max = mix->size[0];
	for (i = 1; i < mix->nb; i++) {
		mix->min = RTE_MIN(mix->min, mix->size[i]);
		mix->max = RTE_MAX(mix->max, mix->size[i]);
	}
	deal(mix);
	return 0;
}

double
rsd_mix_mean(const struct rsd_mix *mix)
{
	double sum = 0;
	unsigned int i;

	for (i = 0; i < mix->nb; i++)
		sum += (double)mix->size[i] * mix->weight[i];
	return sum / mix->round;
}
