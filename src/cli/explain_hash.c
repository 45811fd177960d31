/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's jhash (Bob Jenkins, lookup3, 2006) with every value on its way. DPDK's rte_jhash has
 * the same bits and stands beside it in the tests.
 */
#include "cli/explain.h"

#define INITVAL 0xdeadbeefu

static uint32_t
rotate(uint32_t x, unsigned int by)
{
	return x << by | x >> (32 - by);
}

static uint32_t
say(struct rsd_hash_trace *t, const char *what, uint32_t value)
{
	t->step[t->nb].what = what;
	t->step[t->nb++].value = value;
	return value;
}

/* Three words into three, reversibly: only before the last words. v is a, b, c. */
static void
mix(struct rsd_hash_trace *t, uint32_t *v)
{
	static const struct {
		const char *what, *then;
		unsigned int to, from, by;
	} steps[] = {
		{ "a = (a - c) ^ rol(c, 4)", "c = c + b", 0, 2, 4 },
		{ "b = (b - a) ^ rol(a, 6)", "a = a + c", 1, 0, 6 },
		{ "c = (c - b) ^ rol(b, 8)", "b = b + a", 2, 1, 8 },
		{ "a = (a - c) ^ rol(c, 16)", "c = c + b", 0, 2, 16 },
		{ "b = (b - a) ^ rol(a, 19)", "a = a + c", 1, 0, 19 },
		{ "c = (c - b) ^ rol(b, 4)", "b = b + a", 2, 1, 4 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		uint32_t *to = &v[steps[i].to], *from = &v[steps[i].from];

		*to = say(t, steps[i].what, (*to - *from) ^ rotate(*from, steps[i].by));
		*from = say(t, steps[i].then, *from + v[3 - steps[i].to - steps[i].from]);
	}
}

/* Three words into one: every bit of them decides about every bit of c. */
static void
final(struct rsd_hash_trace *t, uint32_t *v)
{
	static const struct {
		const char *what;
		unsigned int to, from, by;
	} steps[] = {
		{ "c = (c ^ b) - rol(b, 14)", 2, 1, 14 },
		{ "a = (a ^ c) - rol(c, 11)", 0, 2, 11 },
		{ "b = (b ^ a) - rol(a, 25)", 1, 0, 25 },
		{ "c = (c ^ b) - rol(b, 16)", 2, 1, 16 },
		{ "a = (a ^ c) - rol(c, 4)", 0, 2, 4 },
		{ "b = (b ^ a) - rol(a, 14)", 1, 0, 14 },
		{ "c = (c ^ b) - rol(b, 24)", 2, 1, 24 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		uint32_t *to = &v[steps[i].to], from = v[steps[i].from];

		*to = say(t, steps[i].what, (*to ^ from) - rotate(from, steps[i].by));
	}
}

uint32_t
rsd_hash_trace(const uint32_t *word, unsigned int nb, uint32_t seed, struct rsd_hash_trace *t)
{
	uint32_t begin = INITVAL + (nb << 2) + seed, v[3] = { begin, begin, begin };

	t->nb = 0;
	say(t, nb == 1 ? "b = c = 0xdeadbeef + 4 + seed" : "a = b = c = 0xdeadbeef + 16 + seed",
		begin);
	if (nb == 4) {
		v[0] = say(t, "a = a + word 0", v[0] + word[0]);
		v[1] = say(t, "b = b + word 1", v[1] + word[1]);
		v[2] = say(t, "c = c + word 2", v[2] + word[2]);
		mix(t, v);
		v[0] = say(t, "a = a + word 3", v[0] + word[3]);
	} else {
		v[0] = say(t, "a = b + address", v[0] + word[0]);
	}
	final(t, v);
	return v[2];
}
