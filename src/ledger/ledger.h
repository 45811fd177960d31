/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ledger: by place, how many frames came there and how often each was copied. Three kinds of
 * evidence, never mixed:
 *   - declared   counted by the engine at the line that copies (kind COPY in counters.def)
 *   - known      what is known of a driver, times the frames of its port; unknown stays unknown
 *   - observed   what custody saw of sampled datagrams
 * Plain numbers in, plain numbers out: no device is asked here.
 */
#ifndef RSD_LEDGER_LEDGER_H
#define RSD_LEDGER_LEDGER_H

#include <ringside/stats.h>

#include "ledger/custody.h"
#include "ledger/driver_facts.h"

#define RSD_LEDGER_PORTS 8
#define RSD_LEDGER_ROWS  (RSD_PLACES - 2 + 2 * RSD_LEDGER_PORTS)

/* What went through a port, as the engine counted it. */
struct rsd_ledger_port {
	uint16_t port_id;
	const struct rsd_driver_facts *facts;
	uint64_t rx_frames, rx_bytes;
	uint64_t tx_frames, tx_bytes;
};

/* A number of which it may be said that nobody knows it. */
struct rsd_ledger_number {
	bool known;
	uint64_t n;
};

/* A place; a driver's place of one port. */
struct rsd_ledger_row {
	enum rsd_place place;
	const struct rsd_ledger_port *port; /* NULL: the engine's own */
	uint64_t frames;                    /* that came there */
	int each;                           /* driver: CPU copies of a frame; -1: not known */
	struct rsd_ledger_number copies;    /* of frames: known of the driver, or declared */
	struct rsd_ledger_number bytes;     /* of them */
	struct rsd_ledger_number dma;       /* moved by a device: no CPU took part */
	struct rsd_ledger_number remaps;    /* memory changed hands: no byte was moved */
	struct rsd_custody_place seen;      /* engine: of sampled datagrams */
};

struct rsd_ledger {
	uint32_t every; /* one of so many is sampled; 0: none */
	bool stages; /* the pipeline has parse, look-up and service; else frames go straight on */
	unsigned int nb_ports;
	struct rsd_ledger_port port[RSD_LEDGER_PORTS];
	struct rsd_custody_totals custody;
	unsigned int nb_rows; /* in the order of a datagram */
	struct rsd_ledger_row row[RSD_LEDGER_ROWS];
};

/* Copies of a datagram that was answered on the port it came by. */
struct rsd_ledger_sum {
	int driver_rx, driver_tx; /* -1: not known */
	double engine;            /* declared, and seen; no whole number if only some are copied */
};

/* Fill row[] of l, which points into l, from its other fields and the sum of all cores' counters.
 */
void rsd_ledger_make(struct rsd_ledger *l, const struct rsd_stats *sum);

void rsd_ledger_sum(const struct rsd_ledger *l, unsigned int port, struct rsd_ledger_sum *sum);

/* Copies of a frame at a row; below zero: not known. */
double rsd_ledger_each(const struct rsd_ledger_row *row);

/* The first place where something was seen to move that nobody declared; NULL: none. */
const struct rsd_ledger_row *rsd_ledger_broken(const struct rsd_ledger *l);

#endif
