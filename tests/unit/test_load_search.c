/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <string.h>

#include <rte_common.h>

#include "load/search.h"
#include "support/cunit_runner.h"

/* A peer that answers so many a second, and a sender that can send so many. */
struct peer {
	double answers, sends;
	unsigned int hiccup, offset; /* every such trial loses more, whatever the rate; 0: none */
	unsigned int trials, stop_at;
};

static struct peer peer;
static struct rsd_search search;
static struct rsd_load_result result;

static int
trial(void *arg, const struct rsd_load_trial *t, struct rsd_load_result *r)
{
	struct peer *p = arg;
	double rate = t->rate > 0 ? fmin(t->rate, p->sends) : p->sends;
	double seconds = (double)t->for_ns / 1e9;

	memset(r, 0, sizeof(*r));
	p->trials++;
	r->rate = t->rate;
	r->send_ns = t->for_ns;
	r->sent = (uint64_t)llround(rate * seconds);
	r->answered = (uint64_t)llround(fmin(rate, p->answers) * seconds);
	if (p->hiccup != 0 && p->trials % p->hiccup == p->offset)
		r->answered -= r->answered / 10;
	r->lost = r->sent - r->answered;
	return 0;
}

static int
broken_trial(void *arg, const struct rsd_load_trial *t, struct rsd_load_result *r)
{
	(void)arg, (void)t, (void)r;
	return -EIO;
}

static bool
interrupted(void)
{
	return peer.stop_at != 0 && peer.trials >= peer.stop_at;
}

static int
look(double limit, double max)
{
	const struct rsd_search_ops ops = {
		.trial = trial, .interrupted = interrupted, .arg = &peer
	};

	return rsd_search_run(&ops, limit, 0.01, max, 1000000000, &search, &result);
}

static void
found(double want)
{
	RSD_CHECK(search.rate <= want * 1.0001 && search.rate >= want * 0.985,
		"found %.0f, there is %.0f", search.rate, want);
	RSD_CHECK(search.settled, "not settled");
	RSD_CHECK(search.lost_from > search.rate, "lost from %.0f", search.lost_from);
	RSD_CHECK(rsd_load_loss(&result) <= search.limit, "the trial shown lost more");
	RSD_CHECK(fabs(result.rate - search.rate) < 1, "the trial shown is of another rate");
	RSD_CHECK(peer.trials <= 60, "%u trials", peer.trials);
}

static void
ndr(void)
{
	static const double answers[] = { 1000, 149999, 500000, 990000 };
	unsigned int i;

	for (i = 0; i < RTE_DIM(answers); i++) {
		peer = (struct peer){ .answers = answers[i], .sends = 1e6 };
		RSD_CHECK_EQ(look(0, 0), 0);
		found(answers[i]);
	}
}

static void
pdr(void)
{
	peer = (struct peer){ .answers = 200000, .sends = 1e6 };
	RSD_CHECK_EQ(look(RSD_PDR_LOSS, 0), 0);
	found(200000 / 0.995);
}

/* A bad trial in three or more must not decide anything, wherever it falls. */
static void
hiccups(void)
{
	unsigned int every, offset;

	for (every = 3; every <= 7; every++)
		for (offset = 0; offset < every; offset++) {
			peer = (struct peer){
				.answers = 200000, .sends = 1e6, .hiccup = every, .offset = offset
			};
			RSD_CHECK_EQ(look(0, 0), 0);
			found(200000);
		}
}

static void
sender_is_the_limit(void)
{
	peer = (struct peer){ .answers = 2e6, .sends = 1e6 };
	RSD_CHECK_EQ(look(0, 0), 0);
	RSD_CHECK_EQ(search.rate, 1000000);
	RSD_CHECK(search.lost_from == 0, "nothing was lost");
	RSD_CHECK_EQ(peer.trials, 1);
	/* Asked for more than it can send, what it did not send was not held. */
	peer.trials = 0;
	RSD_CHECK_EQ(look(0, 4e6), 0);
	RSD_CHECK(search.rate <= 1.011e6 && search.rate > 0.98e6, "found %.0f", search.rate);
}

static void
from_a_given_rate(void)
{
	peer = (struct peer){ .answers = 200000, .sends = 1e6 };
	RSD_CHECK_EQ(look(0, 100000), 0);
	RSD_CHECK_EQ(search.rate, 100000); /* held, and more was not asked for */
	RSD_CHECK_EQ(look(0, 400000), 0);
	RSD_CHECK(search.rate <= 200000 && search.rate > 197000, "found %.0f", search.rate);
}

static void
nothing_is_held(void)
{
	peer = (struct peer){ .answers = 1, .sends = 1e6 };
	RSD_CHECK_EQ(look(0, 0), 0);
	RSD_CHECK(search.rate == 0, "found %.0f", search.rate);
	RSD_CHECK(!search.settled, "settled");
	RSD_CHECK(peer.trials < 80, "%u trials", peer.trials);
}

static void
stopped(void)
{
	const struct rsd_search_ops ops = { .trial = broken_trial, .interrupted = interrupted };

	peer = (struct peer){ .answers = 200000, .sends = 1e6, .stop_at = 6 };
	RSD_CHECK_EQ(look(0, 0), 0);
	RSD_CHECK_EQ(peer.trials, 6);
	RSD_CHECK(!search.settled, "settled");
	peer.stop_at = 0;
	RSD_CHECK_EQ(rsd_search_run(&ops, 0, 0.01, 0, 1, &search, &result), -EIO);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "the highest rate without loss is found", ndr },
		{ "the highest rate with 0.5 % loss is found", pdr },
		{ "a bad trial now and then decides nothing", hiccups },
		{ "a sender that is slower than its peer is the limit", sender_is_the_limit },
		{ "a search can begin at a rate", from_a_given_rate },
		{ "a peer that holds no rate is given up", nothing_is_held },
		{ "a search that is stopped tells what it has", stopped },
	};

	return rsd_test_run("load_search", tests, RTE_DIM(tests));
}
