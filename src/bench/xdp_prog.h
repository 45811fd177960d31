/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The eBPF programs of the XDP receivers. They are written in instructions, with the address, the
 * port and the map put in as constants when they are loaded: neither a compiler for BPF nor an
 * object file is needed, to build or to run.
 *
 * All programs leave what is not a whole IPv4 UDP datagram to our address and port to the kernel.
 */
#ifndef RSD_BENCH_XDP_PROG_H
#define RSD_BENCH_XDP_PROG_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

enum rsd_xdp_verdict {
	RSD_XDP_PASS,     /* everything to the kernel */
	RSD_XDP_REDIRECT, /* ours to the AF_XDP socket in the map, by queue */
	RSD_XDP_TX,       /* ours checked, counted, turned round and sent back */
	RSD_XDP_DROP,     /* ours checked, counted and gone */
};

/* One for each CPU, in the counters' map at key 0. */
struct rsd_xdp_counts {
	uint64_t datagrams, bytes, last_bytes, refused;
};

/* A program on an interface; gone when link_fd is closed, however the process ends. */
struct rsd_xdp {
	int prog_fd, map_fd, link_fd;
};

/*
 * Load the program and attach it in the driver (native mode). addr may be NULL for RSD_XDP_PASS.
 * On success all that *x holds is released by rsd_xdp_detach(); otherwise nothing is kept, -errno
 * is returned and *what says in a few words what could not be done.
 */
int rsd_xdp_attach(struct rsd_xdp *x, unsigned int ifindex, enum rsd_xdp_verdict verdict,
	const struct sockaddr_in *addr, const char **what);
void rsd_xdp_detach(struct rsd_xdp *x);

/* Sum of all CPUs; -errno when the map cannot be read. */
int rsd_xdp_read(const struct rsd_xdp *x, struct rsd_xdp_counts *sum);

#endif
