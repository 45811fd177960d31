/* SPDX-License-Identifier: BSD-3-Clause */
/* Between sock.c, which opens sockets and threads, and sock_run.c, which is what they do. */
#ifndef RSD_LOAD_SOCK_H
#define RSD_LOAD_SOCK_H

#include <pthread.h>
#include <sys/uio.h>
#include <time.h>

#include "load/phase.h"

struct rsd_sock_batch {
	struct mmsghdr msg[RSD_LOAD_BATCH];
	struct iovec iov[RSD_LOAD_BATCH];
	uint8_t *bytes;
	size_t each; /* bytes of room for one datagram */
};

struct rsd_sock_side {
	int *fd; /* one connected socket a flow */
	uint32_t nb_fds;
	int epoll;
	unsigned int rx_batch; /* no more can be waiting, or as many as fit */
	struct timespec epoch;
	unsigned int threads;  /* 1: one sends and receives; 2: one for each */
	unsigned int launched; /* of them */
	unsigned int over;     /* that have ended; written by them */
	pthread_t thread[2];
	uint64_t drops_before;
	struct rsd_sock_batch tx __rte_cache_aligned;
	struct rsd_sock_batch rx __rte_cache_aligned;
};

static inline uint64_t
rsd_sock_now(const struct rsd_sock_side *side)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)(ts.tv_sec - side->epoch.tv_sec) * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* What a thread does; arg is the struct rsd_load. */
void *rsd_sock_both(void *arg);
void *rsd_sock_sender(void *arg);
void *rsd_sock_receiver(void *arg);

#endif
