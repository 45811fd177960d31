/* SPDX-License-Identifier: BSD-3-Clause */
/* The benchmark's latency, by the load generator. */
#include <arpa/inet.h>
#include <string.h>

#include "cli/bench.h"
#include "load/load.h"

#define FLOWS   16
#define BATCH   32
#define WAIT_NS 20000000
/* More than this lost, and the times are those of a queue that was full, not of the load asked for.
 */
#define MAX_LOSS 0.01

static const double pct[RSD_PCT_NB] = { 0.5, 0.99, 0.999 };

/* Large, and used by one trial at a time. */
static struct rsd_load load;
static struct rsd_load_result result;

static struct rsd_load_conf
conf_of(const struct rsd_run_ask *ask)
{
	const bool open_loop = ask->rate > 0;
	struct rsd_load_conf conf = {
		.to_len = sizeof(struct sockaddr_in),
		.rate = ask->rate,
		.rate_given = open_loop,
		.outstanding = open_loop ? 0 : 1,
		.flows = open_loop ? FLOWS : 1,
		.for_ns = ask->for_ns,
		.warmup_ns = ask->warmup_ns,
		.wait_ns = WAIT_NS,
		.batch = BATCH,
		.nonblock = true,
		.threads = 1,
		.cores = { (uint16_t)ask->cpu },
		.nb_cores = 1,
	};
	struct sockaddr_in *to = (struct sockaddr_in *)&conf.to;
	char size[16], why[128];

	to->sin_family = AF_INET;
	to->sin_port = htons(ask->port);
	inet_pton(AF_INET, ask->ip, &to->sin_addr);
	snprintf(conf.to_text, sizeof(conf.to_text), "%s:%u", ask->ip, ask->port);
	snprintf(size, sizeof(size), "%u", ask->payload);
	rsd_mix_read(&conf.mix, size, why, sizeof(why)); /* a number in range: it is one size */
	return conf;
}

bool
rsd_bench_ask(const struct rsd_run_ask *ask, double ns[RSD_PCT_NB])
{
	const struct rsd_load_conf conf = conf_of(ask);
	const struct rsd_load_trial trial = {
		.rate = conf.rate, .count = UINT64_MAX, .for_ns = conf.for_ns
	};
	struct rsd_error err;
	unsigned int p;
	bool good;

	memset(&load, 0, sizeof(load));
	if (rsd_load_open(&load, &conf, &err) != 0)
		return false;
	good = rsd_load_warm_up(&load, &trial, &err) == 0 &&
	       rsd_load_trial(&load, &trial, &result, &err) == 0 && result.answered != 0 &&
	       rsd_load_loss(&result) <= MAX_LOSS && (conf.rate <= 0 || rsd_load_kept_up(&result));
	for (p = 0; p < RSD_PCT_NB && good; p++)
		ns[p] = (double)rsd_hist_quantile(&result.latency, pct[p]);
	rsd_load_close(&load);
	return good;
}
