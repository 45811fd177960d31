/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A polling core on the test thread: EAL without hugepages, PCI or privileges, ports made of two
 * rings each, a socket table, and an rsd_lcore put together by hand. Frames are pushed into the
 * receive ring, rsd_fixture_turn() runs turns of the loop, answers are pulled from the other ring.
 *
 * rsd_fixture_close() is where the promises are checked: every frame pushed is in exactly one
 * counter, the books balance, every buffer came home once.
 */
#ifndef RSD_TESTS_EAL_FIXTURE_H
#define RSD_TESTS_EAL_FIXTURE_H

#include <stdbool.h>

#include "datapath/lcore.h"
#include "support/checked_pool.h"
#include "support/packet_builder.h"

#define RSD_FIXTURE_PORTS 2
#define RSD_FIXTURE_SOCKS 64

/* Zero is the usual. */
struct rsd_fixture_conf {
	const char *ips; /* "10.9.0.2/24 10.9.0.3/24 172.16.5.1/30" */
	uint16_t vlan;   /* untagged */
	uint16_t mtu;    /* 1500 */
	uint16_t burst;  /* 32 */
	uint16_t ports;  /* 1 */
	uint32_t socks;  /* ids the table has: RSD_FIXTURE_SOCKS */
	enum rsd_csum_mode csum;
	bool partial_ok;  /* csum_partial_ok of the port */
	bool no_segments; /* not tx_segments of the port */
	bool udp_offload; /* tx_udp_csum of the port */
	bool unguarded;   /* touching a free buffer is allowed: for planted faults */
	bool forbid_tail; /* touching a byte behind the frame is not: for frames that get no answer
			   */
	unsigned int tx_room;  /* frames the device takes until it is drained; all */
	unsigned int tx_drain; /* with tx_room: places that get free each time it is offered some */
	/*
	 * rsd_pipeline_respond; with RSD_WATCHED in the environment the same, watched: then every
	 * test is one of custody, too.
	 */
	rsd_pipeline_fn pipeline;
	struct rte_rcu_qsbr *qsbr; /* the table's, when another thread turns the loop; NULL */
};

struct rsd_fixture {
	struct rsd_fixture_conf conf;
	struct rsd_lcore *lc;
	struct rsd_port *port; /* RSD_FIXTURE_PORTS of them */
	struct rsd_sock_table *table;
	struct rsd_sock *sock[RSD_FIXTURE_SOCKS];
	unsigned int nb_socks;
	unsigned int nb_pushed, nb_pulled;
	unsigned int nb_blocked; /* places of the transmit ring taken to leave tx_room */
	const struct rte_eth_rxtx_callback *drain;
};

/* What was wrong at the end. All zero is right. */
struct rsd_findings {
	int64_t gap;       /* of the books */
	int64_t uncounted; /* frames pushed that are in no counter; below zero: in several */
	uint64_t copied;   /* payload bytes copied */
	uint64_t moved;    /* payloads that were seen at another address, or in another mbuf */
	uint64_t left;     /* frames still in a receive or transmit ring */
	struct rsd_pool_report pool;
};

/*
 * Start EAL for the whole program, and end it at exit. Ends the program with a reason when that
 * cannot be done. Call before rsd_test_run().
 */
void rsd_fixture_start(void);

/* EAL alone: no hugepages, no PCI, no files, no privileges, one lcore. */
void rsd_fixture_start_eal(void);

void rsd_fixture_open(struct rsd_fixture *f, const struct rsd_fixture_conf *conf);

/* Bind. local 0 is any; addresses in host order. */
struct rsd_sock *rsd_fixture_sock(struct rsd_fixture *f, uint32_t local, uint16_t port,
	uint32_t flags, rsd_handler_t handler, void *arg);

/* Handlers for the usual verdicts: arg is a pointer to the enum rsd_verdict for every packet. */
void rsd_fixture_verdict(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts,
	uint16_t nb, void *arg);

/*
 * An mbuf (a chain when s says so) holding the frame, as a device would deliver it; not yet pushed.
 * what must live until close: it names the buffer when it is lost.
 */
struct rte_mbuf *rsd_fixture_mbuf(struct rsd_fixture *f, const struct rsd_frame *frame,
	const struct rsd_spec *s, const char *what);

/* Give an mbuf to the receive ring of port i. */
void rsd_fixture_push(struct rsd_fixture *f, unsigned int port, struct rte_mbuf *m);

/* The same from text: one line of packet_builder.h, or several with ';' between them. */
void rsd_fixture_push_text(struct rsd_fixture *f, unsigned int port, const char *text);

/* Turns of the loop until nothing is left to take. Returns the number of frames taken. */
unsigned int rsd_fixture_turn(struct rsd_fixture *f);

/* The next frame that was sent on port i, or NULL. The caller frees it. */
struct rte_mbuf *rsd_fixture_pull(struct rsd_fixture *f, unsigned int port);

/* The bytes of a frame, all segments, on the heap. */
struct rsd_frame rsd_fixture_flat(const struct rte_mbuf *m);

void rsd_fixture_stats(const struct rsd_fixture *f, struct rsd_stats *out);
uint64_t rsd_fixture_count(const struct rsd_fixture *f, enum rsd_counter c);

/* Close and say what was wrong; or check that nothing was. */
void rsd_fixture_findings(struct rsd_fixture *f, struct rsd_findings *out);
void rsd_fixture_close(struct rsd_fixture *f);

#endif
