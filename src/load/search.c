/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "load/search.h"

#define RATE_MIN 10.0 /* a peer that cannot hold that is not looked at any closer */

struct seeker {
	const struct rsd_search_ops *ops;
	struct rsd_search *s;
	struct rsd_load_result *best, *good, *now; /* of the rate held; of the step; the last */
	uint64_t trial_ns;
	double lo, hi; /* held, not held */
};

static int
one_trial(struct seeker *k, struct rsd_search_step *step, bool *held)
{
	const struct rsd_load_trial t = { step->rate, UINT64_MAX, k->trial_ns };
	int ret = k->ops->trial(k->ops->arg, &t, k->now);
	double loss;

	if (ret != 0)
		return ret;
	loss = rsd_load_loss(k->now);
	step->kept_up = rsd_load_kept_up(k->now);
	step->sent_rate = rsd_load_sent_rate(k->now);
	step->loss = step->trials == 0 ? loss : fmin(step->loss, loss);
	step->trials++;
	*held = loss <= k->s->limit && step->kept_up && k->now->sent != 0;
	step->held += *held;
	return 0;
}

static void
swap(struct rsd_load_result **a, struct rsd_load_result **b)
{
	struct rsd_load_result *was = *a;

	*a = *b;
	*b = was;
}

/* Two of three decide. */
static int
decide(struct seeker *k, double rate, unsigned int trials_max, bool *held)
{
	struct rsd_search_step *step = &k->s->step[k->s->nb_steps++];
	unsigned int need = trials_max / 2 + 1;
	bool good;
	int ret;

	*step = (struct rsd_search_step){ .rate = rate };
	while (step->held < need && step->trials - step->held < need) {
		if (k->ops->interrupted())
			return -EINTR;
		ret = one_trial(k, step, &good);
		if (ret != 0)
			return ret;
		if (good)
			swap(&k->good, &k->now);
	}
	*held = step->held >= need;
	if (*held)
		swap(&k->best, &k->good);
	if (k->ops->told != NULL)
		k->ops->told(k->ops->arg, k->s);
	return 0;
}

/* Flat out: what the sender can do at most, and about what the peer can. */
static int
begin(struct seeker *k, double max, double *guess)
{
	struct rsd_search_step *first = &k->s->step[0];
	bool held;
	int ret = decide(k, max, max > 0 ? RSD_SEARCH_TRIALS : 1, &held);

	if (ret != 0)
		return ret;
	k->hi = max > 0 ? max : first->sent_rate;
	*guess = k->hi * (1 - first->loss);
	if (held) { /* nothing above was tried */
		k->lo = k->hi;
		k->s->settled = true;
		return 0;
	}
	k->s->lost_from = k->hi;
	return 0;
}

static double
next_rate(const struct seeker *k, double guess)
{
	if (k->lo > 0)
		return k->hi > 2 * k->lo ? sqrt(k->lo * k->hi) : (k->lo + k->hi) / 2;
	/* An overloaded peer answers about what it can bear, or less. */
	if (k->s->nb_steps == 1 && guess > RATE_MIN && guess < 0.95 * k->hi)
		return guess;
	return k->hi / 2;
}

static int
narrow(struct seeker *k, double precision, double guess)
{
	while (k->s->nb_steps <= RSD_SEARCH_STEPS) {
		double rate = next_rate(k, guess);
		bool held;
		int ret;

		k->s->settled = k->lo > 0 && k->hi - k->lo <= precision * k->hi;
		if (k->s->settled || rate < RATE_MIN)
			return 0;
		ret = decide(k, rate, RSD_SEARCH_TRIALS, &held);
		if (ret != 0)
			return ret;
		if (held) {
			k->lo = rate;
			continue;
		}
		k->hi = k->s->lost_from = rate;
	}
	return 0;
}

int
rsd_search_run(const struct rsd_search_ops *ops, double limit, double precision, double max,
	uint64_t trial_ns, struct rsd_search *s, struct rsd_load_result *r)
{
	struct seeker k = { .ops = ops, .s = s, .best = r, .trial_ns = trial_ns };
	struct rsd_load_result *others = calloc(2, sizeof(*others));
	double guess = 0;
	int ret;

	memset(s, 0, sizeof(*s));
	memset(r, 0, sizeof(*r));
	if (others == NULL)
		return -ENOMEM;
	s->limit = limit;
	k.good = &others[0];
	k.now = &others[1];
	ret = begin(&k, max, &guess);
	if (ret == 0 && !s->settled)
		ret = narrow(&k, precision, guess);
	s->rate = k.lo;
	if (k.best != r)
		*r = *k.best;
	free(others);
	return ret == -EINTR ? 0 : ret;
}
