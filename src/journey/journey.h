/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One datagram on its way, stage by stage, as it was seen in this run: through the kernel's sockets
 * or through an engine in this process. What was not seen says so.
 */
#ifndef RSD_JOURNEY_JOURNEY_H
#define RSD_JOURNEY_JOURNEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RSD_JOURNEY_STEPS  48
#define RSD_JOURNEY_PLACES 12
#define RSD_JOURNEY_NOTES  6
#define RSD_JOURNEY_TEXT   112

#define RSD_JOURNEY_MARKER  16   /* bytes a payload begins with: HELLO_SEND_TRACE */
#define RSD_JOURNEY_PAYLOAD 1472 /* the largest: what Ethernet takes in one frame */

enum rsd_journey_way {
	RSD_JOURNEY_LO,   /* kernel sockets over loopback */
	RSD_JOURNEY_VETH, /* kernel sockets over a cable between two namespaces */
	RSD_JOURNEY_RING, /* the engine on a ring of pointers in memory */
	RSD_JOURNEY_TAP,  /* the engine on a TAP interface, a kernel socket as its peer */
	RSD_JOURNEY_WAYS
};

/* Parts of the way that every way has, in order: what stands side by side. */
enum rsd_journey_part {
	RSD_JOURNEY_SEND,
	RSD_JOURNEY_DEVICE,
	RSD_JOURNEY_FIND,
	RSD_JOURNEY_PROGRAM,
	RSD_JOURNEY_ANSWER,
	RSD_JOURNEY_PARTS
};

/* How something is known. */
enum rsd_journey_proof {
	RSD_JOURNEY_KNOWN,      /* from how the kernel or the driver works; not observed here */
	RSD_JOURNEY_BYTES,      /* observed: the same bytes lie at another address than before */
	RSD_JOURNEY_TRACEPOINT, /* observed: a tracepoint on the copy told of it */
	RSD_JOURNEY_PROBE,      /* observed: a kprobe on the copy routine told of it */
};

/* Who copies. */
enum rsd_journey_copier {
	RSD_JOURNEY_NOBODY,
	RSD_JOURNEY_ON_SEND,    /* kernel: out of the sender's memory */
	RSD_JOURNEY_ON_RECEIVE, /* kernel: into the receiver's memory */
	RSD_JOURNEY_DRIVER_RX,
	RSD_JOURNEY_ENGINE,
	RSD_JOURNEY_DRIVER_TX,
	RSD_JOURNEY_PEER, /* the kernel, on behalf of the engine's peer */
	RSD_JOURNEY_COPIERS
};

struct rsd_journey_step {
	enum rsd_journey_part part;
	bool has_ns;
	int64_t ns; /* since the sender began; below 0: before that */
	char what[32];
	char thing[8]; /* what lies at addr: data (payload), skb, mbuf; "" when there is none */
	uint64_t addr;
	uint32_t bytes;                 /* of what lies there; 0: not told */
	bool is_peer;                   /* what the engine's peer does, or the kernel for it */
	bool is_call;                   /* a system call was begun here */
	bool is_switch;                 /* another program runs from here */
	enum rsd_journey_copier copier; /* a copy was made here, by whom */
	unsigned int copies;            /* how many; usually 1 */
	enum rsd_journey_proof proof;   /* of the copies */
	char more[RSD_JOURNEY_TEXT];    /* a second line; "" */
};

/* Somewhere in RAM that had the payload. */
struct rsd_journey_place {
	char what[40];
	uint64_t addr; /* 0: not seen */
	bool seen;
};

struct rsd_journey_sums {
	unsigned int copies[RSD_JOURNEY_COPIERS];
	unsigned int copies_seen;         /* of all of them, observed */
	int driver_rx, driver_tx;         /* what the driver is known to copy; -1: unknown */
	int calls, peer_calls;            /* system calls; -1: not counted */
	int switches, peer_switches;      /* context switches; -1: not counted */
	bool calls_seen, switches_seen;   /* counted from what the kernel told */
	uint32_t set_aside;               /* bytes of the skb or mbuf in all; 0: unknown */
	int64_t there_ns, there_plain_ns; /* until the program has it, watched and not; -1 */
	int64_t back_ns, back_plain_ns;   /* until its answer is back, likewise; -1: none */
	bool same_skb;                    /* what was sent and received had one address */
	uint64_t skb;                     /* that address */
};

struct rsd_journey {
	enum rsd_journey_way way;
	uint32_t bytes; /* of payload */
	bool done;      /* false: why */
	bool broken;    /* done, but the engine found its own books wrong at the end: why */
	char why[256];
	unsigned int nb_steps, nb_places, nb_notes;
	struct rsd_journey_step step[RSD_JOURNEY_STEPS];
	struct rsd_journey_place place[RSD_JOURNEY_PLACES];
	char note[RSD_JOURNEY_NOTES][RSD_JOURNEY_TEXT * 2]; /* what could not be observed */
	struct rsd_journey_sums sum;
};

/*
 * Make the journey, in a process and in network namespaces of its own that are gone afterwards,
 * however it ends. Seconds at most. Returns 0 when j tells of it (j->done); -EINTR a signal came
 * and rsd_journey_interrupt() was called; or -errno with j->why.
 */
int rsd_journey_make(enum rsd_journey_way way, uint32_t bytes, struct rsd_journey *j);

/* For a signal handler. */
void rsd_journey_interrupt(void);

/* "lo", "veth", "ring", "tap"; and in words, for a heading. */
const char *rsd_journey_way_name(enum rsd_journey_way way);
const char *rsd_journey_way_title(enum rsd_journey_way way);
static inline bool
rsd_journey_is_kernel(enum rsd_journey_way way)
{
	return way == RSD_JOURNEY_LO || way == RSD_JOURNEY_VETH;
}

const char *rsd_journey_part_name(enum rsd_journey_part part);
const char *rsd_journey_copier_name(enum rsd_journey_copier copier);
const char *rsd_journey_proof_name(enum rsd_journey_proof proof);

/* Write the marker, which this program's text does not contain: where it lies can be found. */
void rsd_journey_payload(uint8_t *payload, uint32_t bytes);

#endif
