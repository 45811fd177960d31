/* SPDX-License-Identifier: BSD-3-Clause */
/* The sender, between the file that opens it and the one that sends. */
#ifndef RSD_BENCH_TX_STATE_H
#define RSD_BENCH_TX_STATE_H

#include <sys/socket.h>

#include "bench/sink.h"
#include "bench/tx.h"
#include "wire/csum.h"

struct rsd_tx {
	struct rsd_net *net;
	struct rsd_tx_conf conf;
	int fd;
	bool has_sink;
	struct rsd_sink sink;
	uint64_t next;  /* number */
	rsd_csum_t sum; /* of a frame's UDP, but for its number and its source port */
	double ns_per_cycle;
	uint8_t *frames;
	uint32_t frame_bytes, slot_bytes;
	struct mmsghdr msg[RSD_TX_BATCH];
	struct iovec iov[RSD_TX_BATCH];
};

/* n->why from an errno and a few words; returns -err. */
int rsd_tx_fail(struct rsd_net *n, int err, const char *what);

/* As rsd_tx_open(), on any interface of the client's namespace. */
int rsd_tx_open_on(
	struct rsd_tx **out, struct rsd_net *n, const struct rsd_tx_conf *conf, const char *dev);

#endif
