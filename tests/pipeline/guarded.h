/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An engine under the guard, for the cases of test_guard.c. Its stages are the real ones, linked
 * with -Wl,--wrap: a case can plant the read of one payload byte behind one of them (before it, for
 * tx).
 */
#ifndef RSD_TESTS_GUARDED_H
#define RSD_TESTS_GUARDED_H

#include "control/engine.h"
#include "datapath/stages.h"
#include "ledger/custody.h"
#include "ledger/guard.h"
#include "pipeline/script.h"

#define GUARDED_BUFS    64
#define GUARDED_HEADERS 42
#define GUARDED_WORKER  5 /* the fixture's */
#define GUARDED_PORT    3 /* as the guard is told to call it */

struct guarded {
	struct rsd_fixture f;
	struct rsd_guard *guard;
	struct rsd_engine *eng;
};

extern struct guarded g;

void guarded_open(enum rsd_csum_mode csum, uint16_t vlan);
void guarded_open_echo(void); /* with the sockets of rows.h */
void guarded_close(void);

/* A frame where the guard wants it, as a device that receives into its pool would have it. */
struct rte_mbuf *guarded_push(const char *text);

/* A socket whose packets can be kept, and one with a queue of four. */
void guarded_sock(rsd_handler_t handler, void *arg);
struct rsd_sock *guarded_queue(void);

void guarded_check_totals(uint64_t closed, uint64_t open, uint64_t handed);

/* Read that byte of the payload of that packet of a burst in that stage. */
void guarded_plant(enum rsd_place place, unsigned int packet, unsigned int byte);

/* In RSD_PLACE_QUEUE: of this one, when the core is about to bring home what has been given back.
 */
void guarded_plant_held(const struct rsd_pkt *p);

/* Reads all of a packet's payload, for pthread_create(), and leaves the sum. */
void *guarded_sum_up(void *pkt);
extern volatile uintptr_t guarded_sum;

/* A case is a process of its own. */
struct guard_case {
	const char *name;
	void (*fn)(void);
	const char *says; /* its last words, as a regular expression; NULL: it lives */
};

extern const struct guard_case guard_live[], guard_dead[];
extern const unsigned int nb_guard_live, nb_guard_dead;

/* Ends by a fault of its own. */
void guard_elsewhere(void);

#endif
