/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of slope.c: ways a datagram may take, and what is said of their cost. */
#ifndef RSD_PERF_SLOPE_H
#define RSD_PERF_SLOPE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/fit.h"
#include "bench/machine.h"
#include "planted/plant.h"

#define SLOPE_SIZES      8
#define SLOPE_FRAMES     512 /* that go round */
#define SLOPE_BURST      32
#define SLOPE_ROUNDS_MAX 2000

enum slope_way_id {
	SLOPE_MEMCPY, /* no stages: every frame that was received is copied once, and sent */
	SLOPE_ECHO,
	SLOPE_PARSE,
	SLOPE_LOOKUP,
	SLOPE_SERVICE,
	SLOPE_TX,
	SLOPE_QUEUED, /* held in the queue of a socket, answered by who reads it */
	SLOPE_QUEUE,
	SLOPE_VERIFY, /* UDP checksum verified: a read of every byte, no copy */
	SLOPE_WAYS,
};

struct slope_way {
	const char *name, *what;
	enum rsd_plant plant;    /* needs a program with a fault in it, unless none */
	enum slope_way_id clean; /* the same way without the fault; itself: it has none */
};

extern const struct slope_way slope_ways[SLOPE_WAYS];
bool slope_runs(enum slope_way_id way);

/* The rings, the engine's core and its sockets. Once; ends the program when that cannot be done. */
void slope_open(void);

/* From now on frames with so many bytes of payload go round. */
void slope_size(uint32_t payload);

/* All frames once round: TSC cycles that the way took for each. */
double slope_lap(enum slope_way_id way);

/* Are all frames and buffers where they should be? Ends the program when not. */
void slope_close(void);

/* What was found of a way. */
struct slope_figure {
	bool runs;
	double cycles[SLOPE_SIZES]; /* a datagram */
	struct rsd_fit fit;         /* in cycles and bytes of payload */
	struct rsd_measure copies;  /* fit.b in copies */
	struct rsd_measure raised;  /* the same above what the clean way has */
};

struct slope_result {
	struct rsd_machine machine;
	uint32_t size[SLOPE_SIZES];
	unsigned int rounds;
	struct slope_figure way[SLOPE_WAYS];
	double hot; /* cycles a byte of a copy within the nearest cache */
};

void slope_print(const struct slope_result *r, FILE *to);
int slope_print_json(const struct slope_result *r, FILE *to);

/* Bounds that figures are held to, and a line for each that does not hold. Returns how many. */
unsigned int slope_judge(const struct slope_result *r, bool strict, FILE *to);

#endif
