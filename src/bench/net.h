/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a measurement takes place: two network namespaces of its own with a cable (veth) between
 * them, the sender at one end, the receiver at the other. The namespaces have no names: they are
 * held by two descriptors and are gone when those are, also after kill -9.
 */
#ifndef RSD_BENCH_NET_H
#define RSD_BENCH_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <net/if.h>

#define RSD_NET_CLIENT_IP "10.96.0.1"
#define RSD_NET_SERVER_IP "10.96.0.2"
/* What frames are addressed to when the host is not to see them. */
#define RSD_NET_OTHER_MAC "02:00:00:96:00:02"
#define RSD_NET_OTHER_MAC_BYTES                    \
	{                                          \
		0x02, 0x00, 0x00, 0x96, 0x00, 0x02 \
	}

enum rsd_net_end {
	RSD_NET_CLIENT,
	RSD_NET_SERVER,
	RSD_NET_NB_ENDS
};

struct rsd_net {
	int ns[RSD_NET_NB_ENDS]; /* -1: none */
	char dev[RSD_NET_NB_ENDS][IF_NAMESIZE];
	char why[256]; /* one line, after an error */
};

/* Where frames are taken off the cable, at the server's end. */
enum rsd_net_place {
	RSD_NET_ON_SENDER, /* veth as it is: in the sender's system call, on the sender's core */
	RSD_NET_ON_SERVER, /* in a thread of the server's end (NAPI), on a core of choice */
};

/*
 * Interfaces that are made in this thread's namespace from now on have no IPv6, whose neighbour
 * discovery would be noise. Nothing to do when the kernel has none.
 */
void rsd_net_no_ipv6(void);

/*
 * All functions that follow return 0, or -errno with a line in n->why. On success the namespaces
 * are to be given back by rsd_net_close(), which may also be called after an error, and twice.
 */
int rsd_net_open(struct rsd_net *n, uint32_t mtu);
void rsd_net_close(struct rsd_net *n);

/* Is the sender to make checksums and cut what is large by itself, as if it had no NIC that does?
 */
int rsd_net_sums(struct rsd_net *n, enum rsd_net_end end);

/* Address frames for the server's IP to this MAC; NULL: ask by ARP again. */
int rsd_net_neighbour(struct rsd_net *n, const char *mac);

/* GRO, at the receiving end: with it veth has NAPI. */
int rsd_net_gro(struct rsd_net *n, enum rsd_net_end end, bool on);

/*
 * Where the receive work of the server's end is done. RSD_NET_ON_SERVER turns GRO on there, cutting
 * off at the sender, and puts the thread on the CPU given.
 */
int rsd_net_place(struct rsd_net *n, enum rsd_net_place place, int cpu);

/* Give the server's end NAPI, which a socket can poll. */
int rsd_net_napi(struct rsd_net *n);

/* An interface at the client's end that drops all it is given to send, at once. */
#define RSD_NET_DROP "drop0"
int rsd_net_add_drop(struct rsd_net *n);

/*
 * Be in the namespace of an end for a while, this thread only. enter returns what leave needs, or
 * -errno; whoever cannot leave must not go on.
 */
int rsd_net_enter(struct rsd_net *n, enum rsd_net_end end);
int rsd_net_leave(struct rsd_net *n, int back);

struct rsd_net_counts {
	uint64_t rx_packets, rx_errors, rx_dropped, tx_packets, tx_errors, tx_dropped;
};

/* What the kernel counted at one end since it was made. */
int rsd_net_counts(struct rsd_net *n, enum rsd_net_end end, struct rsd_net_counts *c);

#endif
