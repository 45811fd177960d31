/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Custody: where the payload of a sampled datagram lies at each place on its way, so that a copy is
 * seen as what it is, an address that changed.
 *
 * A sampled burst is written down when it has been received: of every packet the mbuf, the address
 * of its first payload byte and of every segment behind. After each stage every packet that is
 * still there must be one of those, with its payload where it was. One that is not was *moved* by
 * that stage. Payload bytes are never read here; headers are.
 *
 * One core's struct rsd_custody is written by that core only; totals and trails are read by any
 * thread. Packets that are kept by the program are followed until they come back: a tag in
 * hash.fdir.lo says which entry of out[] is theirs, so one that comes back in another mbuf, or with
 * its payload elsewhere, is seen as well.
 */
#ifndef RSD_LEDGER_CUSTODY_H
#define RSD_LEDGER_CUSTODY_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

/* Places where a payload could be copied, in the order of a datagram. */
enum rsd_place {
	RSD_PLACE_DRIVER_RX, /* from the device to the first look of the engine */
	RSD_PLACE_PARSE,
	RSD_PLACE_LOOKUP,
	RSD_PLACE_SERVICE,   /* the handler, and what the stage respond makes of its verdict */
	RSD_PLACE_QUEUE,     /* kept by the program, or in the queue of its socket */
	RSD_PLACE_TX,        /* the engine's transmit tail */
	RSD_PLACE_DRIVER_TX, /* from there to the device */
	RSD_PLACES,
};

/* "driver_rx", "parse", ...; NULL past the last one. The same in every output. */
const char *rsd_place_name(unsigned int place);

#define RSD_CUSTODY_PKTS  256  /* the longest burst */
#define RSD_CUSTODY_SEGS  1024 /* segments behind the first ones, of a whole burst */
#define RSD_CUSTODY_OUT   63   /* followed while they are kept; tags 1 to 63 */
#define RSD_TRAILS        16   /* the last ones of a core */
#define RSD_TRAIL_SEGS    8    /* segments whose addresses a trail names */
#define RSD_TAG_SHIFT     2    /* in hash.fdir.lo of a packet that is kept */
#define RSD_TAG_MASK      0x3fu
#define RSD_TAG_OF(owner) ((owner) >> RSD_TAG_SHIFT & RSD_TAG_MASK)

/* What was seen at a place, of all sampled packets that came there. */
struct rsd_custody_place {
	uint64_t samples;     /* packets compared */
	uint64_t moved;       /* of those: payload at another address */
	uint64_t remapped;    /* another mbuf, but the payload at the address it had: not moved */
	uint64_t moved_bytes; /* payload of those moved */
};

struct rsd_custody_totals {
	uint64_t bursts;  /* sampled */
	uint64_t samples; /* packets in them */
	uint64_t missed;  /* segments and kept packets there was no room to follow */
	struct rsd_custody_place place[RSD_PLACES];
};

/* Where the packet of a trail was when a place was done with it. tsc 0: it did not come there. */
struct rsd_trail_note {
	uint64_t tsc;
	const struct rte_mbuf *mbuf;
	const uint8_t *payload;
};

/* How a trail ended. */
enum rsd_trail_end {
	RSD_TRAIL_KEPT, /* with the program, or in the queue of its socket: to be continued */
	RSD_TRAIL_SENT, /* given to the device */
	RSD_TRAIL_LEFT, /* consumed, dropped, or the host part's, at the place after the last note
			 */
};

/* One packet of a sampled burst, the whole way. Addresses are this process's. */
struct rsd_trail {
	uint64_t number; /* of the sampled burst, from 1 */
	uint32_t worker;
	uint16_t port_id, queue_id;
	uint16_t burst;    /* packets received with it */
	uint16_t position; /* among them, from 0 */
	enum rsd_trail_end end;
	bool moved;              /* somewhere on its way */
	enum rsd_place moved_at; /* the first such place */
	rte_be32_t src, dst;     /* as they lay in the frame; 0 when it was not IPv4 */
	uint16_t sport, dport;   /* host order */
	uint32_t frame_len;      /* bytes received, all segments */
	uint32_t headers;        /* of those, bytes before the payload */
	const void *buf_addr;    /* of the first segment: where the buffer begins */
	rte_iova_t buf_iova;     /* the same as the device addresses it */
	const void *shared;      /* attached memory of somebody else's; NULL: the mbuf's own */
	char pool[32];           /* of the first segment */
	uint16_t nb_segs;        /* seg[] has the first RSD_TRAIL_SEGS of them */
	const uint8_t *seg[RSD_TRAIL_SEGS];
	struct rsd_trail_note note[RSD_PLACES];
};

/* A packet of the burst in hand, as it was last seen. */
struct rsd_custody_pkt {
	const struct rte_mbuf *mbuf;
	const uint8_t *payload;
	uint32_t bytes; /* of payload, and padding behind it, when it came */
	uint32_t flow;  /* of its addresses and ports, the same in both directions */
	uint16_t seg;   /* its first in segs[]: those behind the one with the first payload byte */
	uint16_t nb_segs; /* how many */
	uint16_t pass;    /* the last comparison it was found in */
};

/* A packet that is out: kept, or on its way back. */
struct rsd_custody_out {
	struct rsd_custody_pkt pkt; /* its segs are not followed beyond the first eight */
	const uint8_t *seg[RSD_TRAIL_SEGS];
	uint64_t trail;     /* number of its trail; 0: it has none */
	uint16_t sending;   /* its place in the burst being sent */
	uint8_t state;      /* enum in custody.c */
	bool other_payload; /* answered from memory of the program's own */
};

/* A trail in the ring: seq is odd while it is written. */
struct rsd_custody_slot {
	uint32_t seq;
	struct rsd_trail trail;
};

struct rsd_custody {
	/*
	 * Where the burst in hand is: the stage that is running now, RSD_PLACES between bursts. A
	 * signal handler on the core itself may read it, and pkt[0..nb) with it.
	 */
	volatile uint8_t place;
	uint32_t every; /* a datagram of so many is sampled */
	uint32_t worker;

	/* The burst in hand. */
	uint16_t port_id, queue_id;
	uint16_t headers; /* bytes before the payload of a datagram in normal form */
	uint16_t nb;      /* packets received: pkt[0..nb), in their order */
	uint16_t nb_now;  /* those still there: pkt[order[0..nb_now)] */
	uint16_t cursor;  /* where a search in order[] begins */
	uint16_t pass;
	uint16_t nb_segs;       /* in segs[] */
	uint16_t nb_out;        /* entries of out[] in use */
	uint16_t nb_back;       /* of those, back and not sent yet */
	uint16_t next_out;      /* where a search for a free one begins */
	int traced;             /* index in pkt[] of the one with a trail; -1: it has left */
	struct rsd_trail trail; /* being written */
	struct rsd_custody_pkt pkt[RSD_CUSTODY_PKTS];
	uint16_t order[RSD_CUSTODY_PKTS];
	const uint8_t *segs[RSD_CUSTODY_SEGS];

	struct rsd_custody_out out[RSD_CUSTODY_OUT];
	struct rsd_custody_totals totals;
	struct rsd_custody_slot ring[RSD_TRAILS];
	uint64_t nb_trails;
};

/* Control: one for a core on that NUMA node; NULL when there is no memory. */
struct rsd_custody *rsd_custody_create(uint32_t every, uint32_t worker, int node);
void rsd_custody_free(struct rsd_custody *c);

/* -- on the polling core, in this order for each burst that is watched ------------------------- */

/* A burst is about to be taken from a queue. headers: of a datagram in normal form there. */
void rsd_custody_begin(
	struct rsd_custody *c, uint16_t port_id, uint16_t queue_id, uint16_t headers);

/* It has been: write down where everything lies. The stage parse begins. */
void rsd_custody_taken(struct rsd_custody *c, struct rte_mbuf *const *pkt, unsigned int nb);

/* A stage (parse, lookup, service) is done, and these are left: compare. The next one begins. */
void rsd_custody_note(
	struct rsd_custody *c, enum rsd_place place, struct rte_mbuf *const *pkt, unsigned int nb);

/*
 * The transmit tail is done. pkt has what it was given; the packets are the device's, so only the
 * pointers are compared.
 */
void rsd_custody_sent(struct rsd_custody *c, struct rte_mbuf *const *pkt, unsigned int nb);

/* The burst is done with. */
void rsd_custody_end(struct rsd_custody *c);

/* -- on the polling core, for packets that are kept ---------------------------------------------
 */

/*
 * m is kept from now on. Its hash.fdir.lo, where its owner stands already, is written: so before
 * another thread may have it. Does nothing but for a watched burst.
 */
void rsd_custody_held(struct rsd_custody *c, struct rte_mbuf *m);

/* It is not, after all, and leaves. */
void rsd_custody_not_held(struct rsd_custody *c, struct rte_mbuf *m);

/*
 * m is back; its hash.fdir.lo has that tag. other_payload: the answer's bytes are not the
 * datagram's.
 */
void rsd_custody_back(
	struct rsd_custody *c, struct rte_mbuf *m, unsigned int tag, bool other_payload);

/* Packets that are back, and perhaps others, are about to be sent; then, they have been. */
void rsd_custody_back_sending(struct rsd_custody *c, struct rte_mbuf *const *pkt, unsigned int nb);
void rsd_custody_back_sent(struct rsd_custody *c, struct rte_mbuf *const *pkt, unsigned int nb);

/* Those that came back and were not sent have left. */
void rsd_custody_back_end(struct rsd_custody *c);

/* -- any thread -----------------------------------------------------------------------------------
 */

/* Add what c has seen to t. */
void rsd_custody_add_totals(const struct rsd_custody *c, struct rsd_custody_totals *t);

/* The last trails, newest first; returns how many. One that is being written is left out. */
unsigned int rsd_custody_trails(const struct rsd_custody *c, struct rsd_trail out[RSD_TRAILS]);

#endif
