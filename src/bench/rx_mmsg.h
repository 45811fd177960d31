/* SPDX-License-Identifier: BSD-3-Clause */
/* What the receivers over kernel sockets share: the socket, and batches of messages. */
#ifndef RSD_BENCH_RX_MMSG_H
#define RSD_BENCH_RX_MMSG_H

#include <sys/socket.h>

#include "bench/rx.h"

/* Bytes the kernel may keep for us: enough for a burst of the sender while we do not run. */
#define RSD_MMSG_SOCKBUF (4 << 20)

/* A bound UDP socket with large buffers. Returns the descriptor, or -errno with ctx->why filled. */
int rsd_rx_udp_socket(struct rsd_rx_ctx *ctx, bool reuseport);

/* setsockopt() of an int; 0 or -errno with ctx->why naming what. */
int rsd_rx_set(struct rsd_rx_ctx *ctx, int fd, int level, int option, int value, const char *what);

/* One socket and its batch; every slot holds one message with its peer. */
struct rsd_mmsg {
	int fd;
	uint32_t nb, slot_bytes, control_bytes;
	struct mmsghdr msg[RSD_RX_MAX_BATCH];
	struct iovec iov[RSD_RX_MAX_BATCH];
	struct sockaddr_in peer[RSD_RX_MAX_BATCH];
	uint8_t *slots, *control;
};

/*
 * Open the socket and make conf->batch slots of slot_bytes each, with control_bytes for ancillary
 * data. On success ctx->state is it, to be given back by rsd_mmsg_close(); otherwise nothing is
 * kept. Returns 0 or -errno.
 */
int rsd_mmsg_open(
	struct rsd_rx_ctx *ctx, bool reuseport, uint32_t slot_bytes, uint32_t control_bytes);
void rsd_mmsg_close(struct rsd_rx_ctx *ctx);

/* Make the first nb messages ready to receive again. */
void rsd_mmsg_arm(struct rsd_mmsg *m, uint32_t nb);

/* Send the first nb messages as they stand; datagrams[i] of them in message i, or NULL for one. */
void rsd_mmsg_send(
	struct rsd_rx_ctx *ctx, struct rsd_mmsg *m, uint32_t nb, const uint16_t *datagrams);

/* Receive a batch and answer it, until stopped: the loop of recvmmsg and sendmmsg. */
int rsd_mmsg_run(struct rsd_rx_ctx *ctx);

/* A slot for one ordinary datagram. An odd number of cache lines, so that slots do not fall on the
 * same cache sets. */
uint32_t rsd_mmsg_slot(const struct rsd_rx_conf *conf);

#endif
