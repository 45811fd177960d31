/* SPDX-License-Identifier: BSD-3-Clause */
/* The command lines of the programs behind the polling rows. Pure: nothing is looked up here. */
#ifndef RSD_BENCH_DP_WORDS_H
#define RSD_BENCH_DP_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/dp.h"

#define RSD_DP_TAP "dp0"
/* Memory of one process: of huge pages more is had when needed, of others it is all there is. */
#define RSD_DP_HUGE_MIB 36
#define RSD_DP_MIB      128

struct rsd_dp_words {
	char *argv[64]; /* into text; NULL ends them */
	char text[4096];
	unsigned int nb, used;
	bool is_full; /* something did not fit: not to be run */
};

/* One more word, formatted. */
void rsd_dp_word(struct rsd_dp_words *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* What of a row differs from one start of it to the next. */
struct rsd_dp_place {
	const char *dir;   /* its own: EAL's files, sockets, the capture */
	const char *iface; /* that is there, of af_packet and af_xdp */
	char cpus[64];     /* where threads may be that only wait, as a list */
	bool huge;
};

/* DPDK's name and arguments for the device: the same for every program on it. */
void rsd_dp_devargs(
	const struct rsd_dp_device *device, const struct rsd_dp_place *p, char *text, size_t size);

void rsd_dp_words_testpmd(struct rsd_dp_words *w, const struct rsd_dp_row *row,
	const struct rsd_dp_conf *conf, const struct rsd_dp_load *load,
	const struct rsd_dp_place *p);
void rsd_dp_words_engine(struct rsd_dp_words *w, const struct rsd_dp_row *row,
	const struct rsd_dp_conf *conf, const struct rsd_dp_place *p);

/* The pipeline on a ring of this program's own; see dp_ring.h. */
void rsd_dp_words_ring(struct rsd_dp_words *w, const struct rsd_dp_conf *conf,
	const struct rsd_dp_load *load, const struct rsd_dp_place *p);

/* The other end of shared memory; see dp_peer.h. */
void rsd_dp_words_peer(struct rsd_dp_words *w, const struct rsd_dp_row *row,
	const struct rsd_dp_conf *conf, const struct rsd_dp_place *p);

#endif
