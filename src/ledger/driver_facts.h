/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What each driver does to a frame before the engine sees it and after the engine let go of it. The
 * engine copies nothing; a driver may, and a figure that hid that would be a lie.
 *
 * Counted are CPU copies of a whole frame between the device and the engine's buffer, whoever makes
 * them: the driver, a library of its, or the kernel on its behalf. The device is the far end: the
 * kernel's own buffer of tap, AF_PACKET and AF_XDP, memory shared with a peer, a file's page cache.
 * docs/drivers.md has the same as a table, with what was observed and by which test.
 */
#ifndef RSD_LEDGER_DRIVER_FACTS_H
#define RSD_LEDGER_DRIVER_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger/xdp_mode.h"

#define RSD_COPIES_SAY 512 /* bytes that hold any text of rsd_copies_say() */
#define RSD_COPY_WORDS 64  /* and of rsd_copy_words() */

struct rsd_driver_facts {
	const char *driver;              /* as ethdev names it */
	int rx_copies, tx_copies;        /* a frame; -1: not known */
	int rx_kernel, tx_kernel;        /* of them, by the kernel; -1: not known */
	int rx_dma, tx_dma;              /* times a device moves a frame by itself; -1: not known */
	int rx_remaps, tx_remaps;        /* times memory changes hands instead; -1: not known */
	bool peer_copies;                /* a peer, acting as the NIC, copies on its side */
	const char *rx_how, *tx_how;     /* who copies, from where to where */
	const char *rx_calls, *tx_calls; /* system calls of the core that polls */
	const char *known;               /* how all this is known */
	const char *spreading;           /* who spreads frames over several queues, in words */
	bool rss;                        /* RSS can be asked of it and works on a stock kernel */
	bool software_csum;              /* what it calls checksum offload is the CPU's work */
	bool partial_csum;    /* frames of a local kernel may come with unfinished UDP checksums */
	bool all_queues_live; /* frames come on every queue it was made with, polled or not */
	unsigned int keeps;   /* buffers a queue never gives back, even when closed */
};

/*
 * Never NULL: a driver nobody has looked into is described as unknown, not as copying nothing. Of a
 * driver that can be made in several ways, the way it is made when nothing is asked of it.
 */
const struct rsd_driver_facts *rsd_driver_facts(const char *driver);

/*
 * The same of a device made with these devargs ("rx_pcap=a,infinite_rx=1", a name in front does no
 * harm; NULL: none).
 */
void rsd_driver_facts_for(const char *driver, const char *devargs, struct rsd_driver_facts *f);

/*
 * The same of a port, with what can be read of it as it runs: devargs, bus, interface, and
 * XDP_OPTIONS of AF_XDP sockets, which exist once its queues are set up. Control thread only.
 */
void rsd_driver_facts_of(uint16_t port_id, struct rsd_driver_facts *f);

/* What that mode means for net_af_xdp; nothing is changed when it says nothing. */
void rsd_driver_facts_set_xdp(
	struct rsd_driver_facts *f, enum rsd_xdp_mode mode, const char *known);

/* "receive: ...; transmit: ...": who copies. Returns text. */
const char *rsd_copies_say(const struct rsd_driver_facts *f, char *text, size_t size);

/*
 * A frame's copies in a word or two: "1 in, 1 out". The one place that ever prints "zero-copy", and
 * it does so only when nobody copies, neither on this side nor at a peer that acts as the NIC.
 * Returns text.
 */
const char *rsd_copy_words(const struct rsd_driver_facts *f, char *text, size_t size);

#endif
