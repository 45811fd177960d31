/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looking at what a driver does to one frame: its payload is a string of bytes that exists nowhere
 * else, which is looked for in all of the program's memory before and after a burst; the system
 * calls of a burst are counted by the kernel.
 *
 * One frame of RSD_OBS_FRAME bytes at a time; its marker lies behind room for Ethernet, IPv4 and
 * UDP headers.
 */
#ifndef RSD_TESTS_OBSERVE_H
#define RSD_TESTS_OBSERVE_H

#include <stdbool.h>

#include <rte_mbuf.h>

#include "ledger/driver_facts.h"
#include "ledger/places.h"

#define RSD_OBS_HEADERS 42
/*
 * Longer than what registers hold side by side in the middle of a copy: the dynamic linker saves
 * them to the stack, and a shorter marker is then found there.
 */
#define RSD_OBS_MARKER 192
#define RSD_OBS_FRAME  600
#define RSD_OBS_PLACES 16

struct rsd_obs {
	uint8_t marker[RSD_OBS_MARKER]; /* of the frame under observation */
	int nb;                         /* places, as rsd_places_find() counts them, but for: */
	int on_stack;                   /* those on the stack */
	unsigned int nb_told;
	struct rsd_memory_place place[RSD_OBS_PLACES];
};

/* EAL for these tests: no hugepages, no PCI, no files. Ends the program when it cannot be had. */
void rsd_obs_start(void);

/* A port with one queue each way, started; devargs with the name in front. -1: a check failed. */
int rsd_obs_port(const char *devargs);
int rsd_obs_port_with(const char *devargs, uint64_t tx_offloads);
void rsd_obs_port_close(int port);

/* A new marker. */
void rsd_obs_new(struct rsd_obs *o);

/*
 * An mbuf whose frame has that marker, of a pool that nothing else comes from: freed, it stays as
 * it is. The second is of the pool that ports receive into.
 */
struct rte_mbuf *rsd_obs_mbuf(const struct rsd_obs *o);
struct rte_mbuf *rsd_obs_rx_mbuf(const struct rsd_obs *o);
void rsd_obs_fill(const struct rsd_obs *o, uint8_t frame[RSD_OBS_FRAME]);

/* Is the marker whole in these bytes of a frame? */
bool rsd_obs_has(const struct rsd_obs *o, const uint8_t *frame, size_t len);
bool rsd_obs_mbuf_has(const struct rsd_obs *o, const struct rte_mbuf *m);

/* Search all memory. Returns o->nb. */
int rsd_obs_look(struct rsd_obs *o);

/* The place that is this mbuf's, or lies in a mapping with these words in its name; or NULL. */
const struct rsd_memory_place *rsd_obs_in_mbuf(const struct rsd_obs *o, const struct rte_mbuf *m);
const struct rsd_memory_place *rsd_obs_in(const struct rsd_obs *o, const char *mapping);

/* All places as text, for a failure's report. */
const char *rsd_obs_text(const struct rsd_obs *o);

/* Change a byte of a place's marker, behind the driver's back. */
void rsd_obs_spoil(const struct rsd_memory_place *place);

/* Give a frame to the port, or take the next from it; for at most ten seconds. */
bool rsd_obs_tx(int port, struct rte_mbuf *m);
struct rte_mbuf *rsd_obs_rx(int port);

/* System calls a thread made while it called a function, by number, and what it read and wrote. */
#define RSD_OBS_CALLS 512

struct rsd_obs_calls {
	bool known; /* this kernel can count */
	unsigned int all, nr[RSD_OBS_CALLS];
	uint64_t read, written; /* bytes, by read() and write() and what is like them */
};

void rsd_obs_count(void (*fn)(void *arg), void *arg, struct rsd_obs_calls *calls);

/* The same for a burst of one frame. */
bool rsd_obs_tx_counted(int port, struct rte_mbuf *m, struct rsd_obs_calls *calls);
struct rte_mbuf *rsd_obs_rx_counted(int port, struct rsd_obs_calls *calls);

/*
 * Check that the facts of the port say so much, and that they say how it is known. Words of the
 * report are the device's name.
 */
void rsd_obs_facts(int port, int rx_copies, int tx_copies);

#endif
