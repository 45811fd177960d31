/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An engine around a fixture's core, as far as queues, held packets and buffers of one's own ask
 * for one: for tests of the public calls that take a struct rsd_engine. It was never started, so
 * the test thread is its only core.
 */
#ifndef RSD_TESTS_SMALL_ENGINE_H
#define RSD_TESTS_SMALL_ENGINE_H

#include "control/engine.h"
#include "control/sock_queue.h"
#include "support/cunit_runner.h"
#include "support/eal_fixture.h"

static struct rsd_engine small_engine;

static inline struct rsd_engine *
small_engine_open(struct rsd_fixture *f, unsigned int spare)
{
	struct rsd_engine *eng = &small_engine;
	unsigned int w;

	pthread_mutex_init(&eng->sock_lock, NULL);
	for (w = 0; w < RSD_WORKERS_MAX; w++)
		eng->lcores[w] = NULL;
	eng->lcores[f->lc->worker] = f->lc;
	eng->lcores[0] = f->lc; /* the one of all those there are */
	eng->nb_workers = 1;
	eng->pool = rsd_pool_get();
	eng->pool_spare = spare;
	eng->pool_promised = 0;
	eng->ports = f->port;
	eng->nb_ports = f->conf.ports;
	eng->conf.tx_desc = 512;
	return eng;
}

/* A silent socket with a queue on a port of the fixture. */
static inline struct rsd_sock *
small_engine_sock(struct rsd_fixture *f, uint16_t port, unsigned int len)
{
	struct rsd_sock *s =
		rsd_fixture_sock(f, 0, port, RSD_SOCK_MAY_AMPLIFY, rsd_fixture_verdict, NULL);

	s->eng = &small_engine;
	RSD_CHECK_EQ(rsd_sock_queue_create(&small_engine, s, len), 0);
	return s;
}

#endif
