/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows that poll: testpmd and ringside on the same DPDK devices, each in processes of its own.
 * One row is opened, loaded, run for windows with those of other rows in between, and closed, just
 * as an arena of window.h is; and a window comes to the same figures.
 *
 * Who sends depends on the device. Over tap, af_packet and af_xdp the benchmark's own sender (tx.h)
 * does, as it does to the kernel's receivers. Over memory shared with a peer (virtio-user, memif) a
 * peer of ours on the other core does, the same for all rows. On ring and pcap nobody does: frames
 * go round in the process, or come out of a file that never ends.
 *
 * A program that polls is busy all the time. It is charged the cycles of polls that found
 * something, as it counts them itself, and never those of empty ones; process_ns and system_ns are
 * made so.
 */
#ifndef RSD_BENCH_DP_H
#define RSD_BENCH_DP_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/result.h"
#include "bench/window.h"

enum rsd_dp_from {
	RSD_DP_FROM_KERNEL, /* tx.h, over a kernel interface; conf.place says where it is received
			     */
	RSD_DP_FROM_PEER,   /* a process of ours at the other end of shared memory */
	RSD_DP_FROM_ITSELF, /* nobody: what is lost cannot be seen, nor a rate be asked for */
};

struct rsd_dp_device {
	const char *name; /* "virtio-user" */
	/* For rsd_bench_copies_of_driver(): the driver, and what of its devargs matters to it. */
	const char *driver, *devargs;
	enum rsd_dp_from from;
	bool placed;          /* conf.place means something */
	uint32_t max_payload; /* bytes of UDP payload that its frames hold */
	const char *note;     /* what a reader must know of figures on it; NULL: nothing */
};

struct rsd_dp_row {
	const char *name;                   /* "testpmd-5tswap", "ringside" */
	const struct rsd_dp_device *device; /* name and device together are unique */
	enum rsd_bench_group group;
	const char *what;   /* one line */
	const char *checks; /* what is verified before a datagram counts, and by whom */
	const char *mode;   /* testpmd's forwarding mode, or ringside's --udp-checksum */
	bool works[RSD_WORK_NB];
};

extern const struct rsd_dp_row rsd_dp_rows[];
extern const unsigned int rsd_dp_nb_rows;
const struct rsd_dp_row *rsd_dp_find(const char *name, const char *device);

/* The same for both sides, to be stated beside the figures. */
#define RSD_DP_BURST   32
#define RSD_DP_RING    1024
#define RSD_DP_BUFFERS 8192
#define RSD_DP_IN_RING 512 /* frames that go round where nobody sends */

struct rsd_dp_conf {
	const char *exe; /* this program's own path */
	enum rsd_bench_workload workload;
	int server_cpu, client_cpu; /* of what is measured, and of whoever sends to it */
	enum rsd_net_place place;   /* where device->placed */
	int napi_cpu;
	uint32_t mtu; /* of the cable */
	uint16_t port;
	bool huge; /* memory in huge pages, for all of them; see rsd_dp_huge_fit() */
};

/*
 * Are there huge pages enough for so many programs at a time? A row has one, and a peer besides
 * where device->from is RSD_DP_FROM_PEER. All rows that are compared have to have the same.
 */
bool rsd_dp_huge_fit(unsigned int nb_programs);

/* What is sent. payload is from RSD_TX_MIN_PAYLOAD to device->max_payload. */
struct rsd_dp_load {
	uint32_t payload, flows;
	uint32_t outstanding; /* 0: a flood, or at the rate */
	uint32_t rate;        /* a second; 0: none */
};

struct rsd_dp_window {
	struct rsd_window w;  /* of rx: datagrams, cpu_ns, wall_ns and tsc */
	uint64_t busy_cycles; /* TSC, of polls that found something; the program counts them */
	uint64_t polled;      /* frames that these polls brought */
	double spun_ns;       /* CPU of the program that went into empty polls: charged to nobody */
	bool has_loss;        /* w.loss and w.offered_pps are known */
	bool has_calls;       /* w.rx.calls and w.calls: of rsd_dp_count_calls() only */
};

struct rsd_dp {
	const struct rsd_dp_row *row;
	struct rsd_dp_state *state; /* NULL: nothing is open */
	char why[256];              /* one line, after an error */
};

/*
 * Start the row with this load; it stands still afterwards and takes no CPU. Returns 0; -ENOTSUP
 * when this machine or this program cannot run it; else -errno; then d->why says why. To be given
 * back by rsd_dp_close() in every case; whatever was started ends with this process, however that
 * ends.
 */
int rsd_dp_open(struct rsd_dp *d, const struct rsd_dp_row *row, const struct rsd_dp_conf *conf,
	const struct rsd_dp_load *load);
void rsd_dp_close(struct rsd_dp *d);

/* Of a row that was opened: conf.huge. */
bool rsd_dp_is_huge(const struct rsd_dp *d);

/* Another load for the same programs, where they can; else they start anew. 0 or -errno, d->why. */
int rsd_dp_load(struct rsd_dp *d, const struct rsd_dp_load *load);

/*
 * Let it run. sender_ns is rsd_tx_own_cost() of the same load, where device->from is
 * RSD_DP_FROM_KERNEL; 0 otherwise. Returns 0 or -errno with d->why.
 */
int rsd_dp_window(struct rsd_dp *d, uint64_t for_ns, double sender_ns, struct rsd_dp_window *w);

/*
 * A window in which the kernel counts the program's system calls, empty polls' too. Counting slows
 * it down: its other figures are not to be used. has_calls is false when this kernel cannot.
 */
int rsd_dp_count_calls(struct rsd_dp *d, uint64_t for_ns, struct rsd_dp_window *w);

/* Can a socket at the client's end ask it, and do its answers come back to that socket? */
bool rsd_dp_can_be_asked(const struct rsd_dp_row *row);

/*
 * Let it run while ask is called in the client's namespace, where a socket reaches it at
 * RSD_NET_SERVER_IP. The sender makes way: rsd_dp_load() before the next window. Returns 0 or
 * -errno with d->why.
 */
int rsd_dp_let_ask(struct rsd_dp *d, void (*ask)(void *arg), void *arg);

#endif
