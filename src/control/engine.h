/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine as the control path sees it. Control thread only, unless a field says otherwise. */
#ifndef RSD_CONTROL_ENGINE_H
#define RSD_CONTROL_ENGINE_H

#include <pthread.h>
#include <stdbool.h>

#include <sys/queue.h>

#include <rte_mempool.h>

#include "control/conf.h"
#include "datapath/lcore.h"
#include "ledger/driver_facts.h"
#include "ledger/guard.h"

#define RSD_WORKERS_MAX 64

/* A port as it was set up: what was asked of the device, what it granted, what it is known to copy.
 */
struct rsd_port_info {
	uint16_t port_id;
	char driver[32];          /* as the device calls it: net_tap, net_af_packet, ... */
	char spec[RSD_CONF_TEXT]; /* as the user wrote it, or the device name EAL gave it */
	uint8_t mac[6];
	uint16_t mtu;
	uint16_t nb_queues;
	uint16_t rx_desc, tx_desc;
	uint64_t rx_asked, tx_asked;       /* offloads asked for */
	uint64_t rx_offloads, tx_offloads; /* granted */
	const char *spreading; /* who spreads frames over queues, in words; NULL: one queue */
	bool rss;              /* key and table below were read back from the device */
	uint8_t rss_key[128];
	unsigned int rss_key_len;
	unsigned int rss_reta_size;
	uint64_t rss_hf;
	const char *csum;                     /* who checks a received UDP checksum, in words */
	const struct rsd_driver_facts *facts; /* of the driver; once probed, port_facts */
	struct rsd_driver_facts port_facts;   /* what this port copies, as far as it shows */
};

struct rsd_engine {
	struct rsd_conf conf;
	struct rsd_port_info port_info[RSD_CONF_PORTS];
	struct rsd_port *ports; /* nb_ports of them, read by the cores */
	unsigned int nb_ports;
	char device[RSD_CONF_PORTS][RSD_CONF_TEXT]; /* EAL's name of each configured port, or "" */

	struct rsd_lcore *lcores[RSD_WORKERS_MAX];
	unsigned int nb_workers;
	unsigned int queues; /* of every port, one a worker */

	struct rsd_guard *guard;    /* --guard; NULL: none */
	struct rte_mempool *pool;   /* every mbuf of the engine with room of its own */
	unsigned int pool_spare;    /* of them, what is needed nowhere else */
	unsigned int pool_promised; /* of those, to queues of sockets; under sock_lock */
	struct rte_mempool
		*buf_pool; /* segments that stand for a struct rsd_buf; NULL: no such yet */
	struct rte_rcu_qsbr *qsbr;

	/* Sockets. The lock orders those who change the table; the cores read without. */
	pthread_mutex_t sock_lock;
	struct rsd_sock_table *table;
	SLIST_HEAD(, rsd_sock) lingering; /* closed, and some of their packets are still out */

	unsigned int nb_steps; /* of coming up that are done */
	bool started, stopped, serve_asked;
	int stop_fd;       /* eventfd: written to ask for a stop; any thread, signal handlers */
	uint64_t start_ns; /* CLOCK_MONOTONIC at start */
	char runtime_dir[RSD_CONF_TEXT];
};

/* port.c: find, configure, start, stop, close the ports. All undo what they did when they fail. */
int rsd_ports_probe(struct rsd_engine *eng, struct rsd_error *err);
/* How many queues, and so workers, given that many worker cores; says what it changed. */
int rsd_ports_settle_queues(struct rsd_engine *eng, unsigned int workers, struct rsd_error *err);
int rsd_ports_setup(struct rsd_engine *eng, struct rsd_error *err);
int rsd_ports_start(struct rsd_engine *eng, struct rsd_error *err);
void rsd_ports_stop(struct rsd_engine *eng);
void rsd_ports_close(struct rsd_engine *eng);

/* port_say.c */
void rsd_ports_say(const struct rsd_engine *eng);

/*
 * rss.c: ask for RSS on the UDP 4-tuple; on the started port, give it a table of all queues and
 * read back what the device made of both.
 */
struct rte_eth_conf;
struct rte_eth_dev_info;
void rsd_rss_request(const struct rsd_engine *eng, struct rsd_port_info *info,
	const struct rte_eth_dev_info *dev, struct rte_eth_conf *conf);
void rsd_rss_settle(struct rsd_port_info *info, const struct rte_eth_dev_info *dev);

/* pool.c */
unsigned int rsd_pool_size(const struct rsd_conf *conf, unsigned int nb_ports, unsigned int queues);
unsigned int rsd_pool_mib(const struct rsd_conf *conf, unsigned int nb_mbufs);
int rsd_pool_create(struct rsd_engine *eng, struct rsd_error *err);

/*
 * guard.c: the pool of --guard, once the ports are known; the queues under it, once they are set
 * up; and not any more, before the ports are closed.
 */
int rsd_guard_pool_create(struct rsd_engine *eng, unsigned int nb, int node, struct rsd_error *err);
int rsd_guard_up(struct rsd_engine *eng, struct rsd_error *err);
void rsd_guard_down(struct rsd_engine *eng);

/* sock.c: a closed socket whose packets are all back: its id and counters are free for another. */
void rsd_sock_free(struct rsd_engine *eng, struct rsd_sock *s);

/*
 * held.c: m was held and comes back, to the core it came from, through entry (itself, or the
 * segment with its answer) and with a verdict as lcore.h has it. 0; -EAGAIN the core's ring is
 * full.
 */
int rsd_held_return(struct rsd_engine *eng, const struct rte_mbuf *m, const struct rte_mbuf *entry,
	unsigned int verdict);

/* lcore_plan.c: which core polls which queue. */
int rsd_lcore_plan(struct rsd_engine *eng, struct rsd_error *err);
void rsd_lcore_plan_free(struct rsd_engine *eng);

/* The CPU an lcore is pinned to, the first one when it may run on several. */
int rsd_lcore_cpu(unsigned int lcore_id);

/* idle.c: what a core does when nothing came; NULL for spin. */
void (*rsd_idle_fn(enum rsd_idle idle))(struct rsd_lcore *lc);

/* telemetry.c: the commands of `ringside ctl`. Callbacks run on EAL's telemetry threads. */
int rsd_telemetry_start(struct rsd_engine *eng);
void rsd_telemetry_stop(struct rsd_engine *eng);

#endif
