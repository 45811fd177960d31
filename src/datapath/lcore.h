/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All that one polling core owns. Control fills it before launch; afterwards the core is its only
 * writer, and control speaks to it through the published table, the stop flag and the return ring.
 */
#ifndef RSD_DATAPATH_LCORE_H
#define RSD_DATAPATH_LCORE_H

#include <stdbool.h>

#include <rte_mbuf.h>
#include <rte_rcu_qsbr.h>
#include <rte_ring.h>

#include "base/bigmem.h"
#include "ledger/custody.h"
#include "stats/core_stats.h"
#include "table/sock_lookup.h"
#include "wire/local.h"

#define RSD_BURST_MAX    256
#define RSD_LCORE_QUEUES 8 /* one queue of every port */

/* Who checks a received UDP checksum. */
enum rsd_csum_mode {
	RSD_CSUM_VERIFY, /* the engine, always */
	RSD_CSUM_NIC,    /* the device where it gave a verdict, else the engine */
	RSD_CSUM_SKIP,   /* nobody */
};
#define RSD_CSUM_MODES (RSD_CSUM_SKIP + 1)

struct rsd_lcore;
struct rsd_queue;

/*
 * The first look at lc->b.pkt[0..nb), frames from q (datapath/look.h): sets b.udp of those that are
 * datagrams in normal form for us beyond doubt, and notes where their payload lies; NULL of the
 * others. true: there are none of these.
 */
typedef bool (*rsd_look_fn)(struct rsd_lcore *lc, const struct rsd_queue *q, unsigned int nb);

/* A port as the datapath sees it: shared by all cores, read-only after start. */
struct rsd_port {
	struct rsd_wire_local wire;
	rsd_look_fn look; /* rsd_look_choose() for csum */
	uint16_t port_id;
	enum rsd_csum_mode csum;
	bool csum_partial_ok; /* a local kernel may leave the UDP sum to a NIC that does not exist
			       */
	bool tx_segments;     /* sends chains */
	bool tx_udp_csum;     /* computes UDP sums on transmit without a copy */
} __rte_cache_aligned;

/* A receive queue, and the transmit queue of the same number, served by one core. */
struct rsd_queue {
	const struct rsd_port *port;
	uint16_t port_id;
	uint16_t queue_id;
	uint32_t hold_mark; /* rsd_hold_mark() of this core and queue */
	uint64_t rx_frames;
	uint64_t rx_bytes;
	uint64_t rx_full; /* bursts that came back full: more may be waiting */
	uint64_t tx_frames;
	uint64_t sample_at; /* rsd_pipeline_sampled: rx_frames at which a burst is watched again */
	uint64_t tx_bytes;  /* not beside tx_frames: gcc would add both at once, in six instructions
			     */
};

/* Counters of one socket on one core, one cache line. held - returned are out with its owner. */
struct rsd_sock_stats {
	uint64_t rx;
	uint64_t answered;
	uint64_t delivered;
	uint64_t dropped;    /* for whatever reason; queue_full among them */
	uint64_t held;       /* kept by the handler, or put into the socket's queue */
	uint64_t returned;   /* held ones that came back; each is in one of the three as well */
	uint64_t queue_full; /* refused: queue and readers had as many as they may have */
} __rte_cache_aligned;

/*
 * A burst on its way through the stages. Stages work in place: entry j of the output replaces an
 * entry i >= j of the input.
 */
struct rsd_burst {
	struct rte_mbuf *pkt[RSD_BURST_MAX] __rte_cache_aligned;
	uint8_t *udp[RSD_BURST_MAX] __rte_cache_aligned; /* UDP header; IPv4 header 20 bytes before
							  */
	const struct rsd_bind *bind[RSD_BURST_MAX] __rte_cache_aligned; /* who gets it */
	uint8_t rest[RSD_BURST_MAX] __rte_cache_aligned; /* look-up: those a port did not decide */
	uint8_t verdict[RSD_BURST_MAX] __rte_cache_aligned;
	bool mixed;   /* more than one socket among them */
	bool chained; /* packets of several segments may be among them */
};

struct rsd_guard_core;

/* The stages a core runs, from the queue to the device. Returns the number of frames taken. */
typedef uint16_t (*rsd_pipeline_fn)(struct rsd_lcore *lc, struct rsd_queue *q);

struct rsd_lcore {
	/* Read every turn of the loop. */
	rsd_pipeline_fn pipeline;
	void (*idle)(struct rsd_lcore *lc); /* called when no queue had anything; NULL: spin */
	const struct rsd_sock_table *table; /* the engine's; what it leads to is for this turn */
	struct rte_rcu_qsbr *qsbr;
	struct rte_ring *returns; /* held packets coming back; written by any thread */
	uint32_t stop;            /* set by control, read once a turn */
	uint16_t burst;
	uint16_t nb_queues;
	struct rsd_custody *custody;  /* NULL: nothing is sampled */
	struct rsd_guard_core *guard; /* NULL: payloads can be read */

	/* What it writes: nobody else does. */
	struct rsd_core_stats *stats __rte_cache_aligned;
	struct rsd_sock_stats *sock_stats; /* by socket id */
	struct rsd_bigmem sock_stats_mem;
	uint64_t last_tsc;
	uint64_t idle_mark; /* the idle functions' own */
	uint32_t idle_turns;
	bool idle_armed;
	uint32_t worker; /* 0 to number of workers - 1 */
	unsigned int lcore_id;
	struct rsd_queue queue[RSD_LCORE_QUEUES];
	struct rsd_burst b;
} __rte_cache_aligned;

/*
 * Returns of held packets: what is to become of one rides in the low bits of its aligned mbuf
 * pointer, as an enum rsd_verdict or one of these.
 */
#define RSD_RETURN_VERDICT ((uintptr_t)7)
#define RSD_RETURN_BUF                                                            \
	5 /* the pointer is to a segment to be sent as the payload; next: request \
	   */
#define RSD_RETURN_CLOSED 6 /* it waited in the queue of a socket that is no more */

/*
 * How a held packet finds its way back is written where it lies, above the payload's offset in
 * hash.fdir.hi: worker and queue. It is there before a handler sees the packet, so another thread
 * may bring it back while the handler still runs.
 */
#define RSD_HOLD_QUEUE_BITS  3
#define RSD_HOLD_WORKER_BITS 6

_Static_assert(RSD_LCORE_QUEUES <= 1 << RSD_HOLD_QUEUE_BITS, "queue index must fit");
_Static_assert(RSD_PKT_OFFSET_BITS + RSD_HOLD_QUEUE_BITS + RSD_HOLD_WORKER_BITS == 16,
	"offset, queue and worker share the lower half of hash.fdir.hi");

static inline uint32_t
rsd_hold_mark(uint32_t worker, uint32_t queue)
{
	return (worker << RSD_HOLD_QUEUE_BITS | queue) << RSD_PKT_OFFSET_BITS;
}

static inline uint32_t
rsd_hold_worker(const struct rte_mbuf *m)
{
	return (uint16_t)m->hash.fdir.hi >> (RSD_PKT_OFFSET_BITS + RSD_HOLD_QUEUE_BITS);
}

static inline uint32_t
rsd_hold_queue(const struct rte_mbuf *m)
{
	return m->hash.fdir.hi >> RSD_PKT_OFFSET_BITS & ((1u << RSD_HOLD_QUEUE_BITS) - 1);
}

/*
 * And whose it was, in hash.fdir.lo: socket id, the flags that settling looks at, and room for the
 * tag of a packet that is followed (ledger/custody.h), 0 of one that is not. Written and read by
 * the polling core only.
 */
#define RSD_HOLD_FLAG_BITS 8
#define RSD_HOLD_FLAGS     ((1u << RSD_TAG_SHIFT) - 1)

static inline uint32_t
rsd_hold_owner(uint32_t sock_id, uint32_t sock_flags)
{
	return sock_id << RSD_HOLD_FLAG_BITS | (sock_flags & RSD_HOLD_FLAGS);
}

static inline uint32_t
rsd_hold_sock_id(uint32_t owner)
{
	return owner >> RSD_HOLD_FLAG_BITS;
}

_Static_assert(RSD_SOCK_MAX <= 1u << (32 - RSD_HOLD_FLAG_BITS), "socket id must fit");
_Static_assert((RSD_SOCK_MAY_AMPLIFY & RSD_HOLD_FLAGS) != 0, "flags must fit");
_Static_assert((RSD_TAG_MASK << RSD_TAG_SHIFT) >> RSD_HOLD_FLAG_BITS == 0, "tag must fit");
_Static_assert(RSD_BURST_MAX <= RSD_CUSTODY_PKTS, "a burst can be watched");

/* Entry of a worker lcore; arg is its struct rsd_lcore. */
int rsd_lcore_main(void *arg);

/* One turn of the loop: every queue once. Returns the number of frames taken. */
uint16_t rsd_lcore_turn(struct rsd_lcore *lc);

/* The pipelines, for rsd_lcore.pipeline. */
uint16_t rsd_pipeline_respond(struct rsd_lcore *lc, struct rsd_queue *q);
uint16_t rsd_pipeline_sink(struct rsd_lcore *lc, struct rsd_queue *q);
uint16_t rsd_pipeline_bounce(struct rsd_lcore *lc, struct rsd_queue *q);
uint16_t rsd_pipeline_swap(struct rsd_lcore *lc, struct rsd_queue *q);
/* respond, with notes of where every packet lies; and that for some bursts. Both need custody. */
uint16_t rsd_pipeline_watched(struct rsd_lcore *lc, struct rsd_queue *q);
uint16_t rsd_pipeline_sampled(struct rsd_lcore *lc, struct rsd_queue *q);

#endif
