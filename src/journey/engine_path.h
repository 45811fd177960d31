/* SPDX-License-Identifier: BSD-3-Clause */
/* An engine in this process, and its peer: what the files of the engine's journey share. */
#ifndef RSD_JOURNEY_ENGINE_PATH_H
#define RSD_JOURNEY_ENGINE_PATH_H

#include <netinet/in.h>

#include <rte_mbuf.h>
#include <rte_ring.h>

#include "control/engine.h"
#include "journey/engine_steps.h"

#define RSD_ENGINE_IP      "10.97.0.2"
#define RSD_ENGINE_PEER_IP "10.97.0.1"
#define RSD_ENGINE_IFACE   "journey0"
#define RSD_ENGINE_PORT    9999
#define RSD_ENGINE_FROM    10000
#define RSD_ENGINE_WAIT_MS 2000 /* for an answer */

struct rsd_engine_path {
	struct rsd_journey *j;
	struct rsd_engine *eng;
	struct rsd_driver_facts facts;

	/* The program on the engine; written on its core. */
	pid_t worker;
	uint64_t handler_at;

	/* A peer on a ring: where it puts frames, and where its answers come. */
	struct rte_ring *wire, *back;
	struct rte_mbuf *mbuf;

	/* A peer on a TAP interface. */
	int fd;
	struct sockaddr_in to;
	uint8_t *send_buf, *receive_buf;
};

uint64_t rsd_engine_now_ns(void);

/*
 * engine_peer.c: open before the engine is started. exchange sends one datagram, waits for its
 * answer, and writes down what the peer knows of both: 0 or -errno.
 */
int rsd_engine_peer_open(struct rsd_engine_path *p);
int rsd_engine_peer_exchange(struct rsd_engine_path *p, struct rsd_engine_round *r);
void rsd_engine_peer_close(struct rsd_engine_path *p);

#endif
