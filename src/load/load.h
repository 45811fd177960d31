/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The load generator: what to send where, one trial of it, and what came back. A trial runs over
 * kernel sockets (sock.c) or over a DPDK port (port.c), and nothing above them knows which.
 */
#ifndef RSD_LOAD_LOAD_H
#define RSD_LOAD_LOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <ringside/engine.h>

#include "load/mix.h"
#include "load/source.h"
#include "load/track.h"

#define RSD_LOAD_FLOWS_SOCK 16384
#define RSD_LOAD_FLOWS_PORT 1000000
#define RSD_LOAD_BATCH      64
#define RSD_LOAD_IPS        64
#define RSD_LOAD_CORES      2

enum rsd_load_search {
	RSD_SEARCH_NONE,
	RSD_SEARCH_NDR, /* not one lost */
	RSD_SEARCH_PDR, /* at most 0.5 % lost */
};

struct rsd_load_conf {
	struct sockaddr_storage to;
	socklen_t to_len;
	char to_text[80];

	double rate; /* datagrams a second; 0: flat out */
	bool rate_given;
	struct rsd_mix mix;
	uint32_t flows;
	uint64_t count;       /* 0: until for_ns */
	uint64_t for_ns;      /* 0: until count */
	uint64_t warmup_ns;   /* the same load before anything counts */
	uint64_t outstanding; /* 0: open loop */
	uint64_t wait_ns;     /* how long an answer may take */
	unsigned int batch;   /* datagrams in one system call or one burst */
	bool one_way;         /* nothing comes back */
	bool nonblock;        /* poll instead of sleeping */
	unsigned int threads; /* of the socket side; 0: as many CPUs as there are, 2 at most */
	uint16_t cores[RSD_LOAD_CORES];
	unsigned int nb_cores;

	enum rsd_load_search search;
	double precision; /* share of the rate that two neighbouring trials may differ by */

	const char *port; /* NULL: kernel sockets */
	const char *ips[RSD_LOAD_IPS];
	unsigned int nb_ips;
	const char *gateway;
	bool has_peer_mac;
	uint8_t peer_mac[6];
};

/* One trial: what is asked of it. */
struct rsd_load_trial {
	double rate;    /* 0: flat out, or as the window lets it */
	uint64_t count; /* UINT64_MAX: no limit */
	uint64_t for_ns;
};

/* What came of it. */
struct rsd_load_result {
	double rate;    /* that was asked for; 0: none */
	uint64_t asked; /* datagrams due by the schedule, where there is one; 0: none */
	uint64_t sent, answered, lost;
	uint64_t bytes; /* of payload sent */
	uint64_t duplicates, reordered, unnumbered, stale, wrong, corrupt, forgotten;
	uint64_t refused;    /* sends that an ICMP error answered */
	uint64_t send_waits; /* times the kernel or the device took nothing */
	uint64_t sending_ns; /* over a port: in turns of the loop that sent something */
	uint64_t own_drops;  /* answers that reached us and found our own queue full; unknown: 0 */
	uint64_t bad_sums;   /* answers with a wrong checksum */
	uint64_t send_ns;    /* from the first due time to the last sending */
	uint64_t answer_ns;  /* from the first due time to the last answer */
	uint64_t cpu_ns;     /* of this process, warm-up not counted */
	uint64_t system_ns;  /* of all CPUs meanwhile, whoever used them; 0: not known */
	uint32_t nb_flows, flows_with_loss, worst_flow;
	struct rsd_hist latency; /* from when it was due to when the answer was read */
	struct rsd_hist late;    /* from when it was due to when it was sent */
	uint64_t *flow_sent;     /* by flow; valid until the next trial */
	const struct rsd_track_flow *flow;
};

/* Shared between the thread that sends, the one that receives, and the one that watches. */
struct rsd_load {
	const struct rsd_load_conf *conf;
	const struct rsd_load_side *side;
	void *side_data;

	uint64_t start_ns, wait_ns; /* of the phase */
	uint64_t own_drops;         /* found after it */

	struct rsd_source src __rte_cache_aligned; /* the sender's, with the next four */
	struct rsd_hist *late;
	uint64_t refused, send_waits, sending_ns;

	struct rsd_track track __rte_cache_aligned; /* the receiver's, with the next three */
	uint64_t heard_ns;                          /* when something came last */
	uint64_t silences;                          /* in a row */
	uint64_t bad_sums;

	uint64_t settled __rte_cache_aligned;  /* written by the receiver */
	uint64_t sent_now __rte_cache_aligned; /* seq, written by the sender */
	bool sender_done;
	bool stop __rte_cache_aligned; /* written by whoever wants it to end */
	bool failed;
	struct rsd_error err;

	uint8_t tag;
	void (*progress)(void *arg, const struct rsd_load *load, uint64_t gone_ns);
	void *progress_arg;
};

/* Where traffic goes out and comes in. */
struct rsd_load_side {
	const char *name;
	int (*open)(struct rsd_load *load, struct rsd_error *err);
	void (*close)(struct rsd_load *load);
	/* The clock of stamps and schedule, ns. Called from any thread. */
	uint64_t (*now)(const struct rsd_load *load);
	/* Start and end the threads that run one phase, which is set up in load. */
	int (*start)(struct rsd_load *load, struct rsd_error *err);
	bool (*finished)(struct rsd_load *load);
	void (*join)(struct rsd_load *load);
};

extern const struct rsd_load_side rsd_load_sock;
extern const struct rsd_load_side rsd_load_port;

/* Set by a signal: the phase under way ends, and what it found so far is reported. */
void rsd_load_interrupt(void);
bool rsd_load_interrupted(void);

/* Open sockets or the port. On success rsd_load_close() must be called. */
int rsd_load_open(struct rsd_load *load, const struct rsd_load_conf *conf, struct rsd_error *err);
void rsd_load_close(struct rsd_load *load);

/* Warm up, then one trial. Returns 0; -EIO nothing answers; another -errno. */
int rsd_load_warm_up(
	struct rsd_load *load, const struct rsd_load_trial *trial, struct rsd_error *err);
int rsd_load_trial(struct rsd_load *load, const struct rsd_load_trial *trial,
	struct rsd_load_result *r, struct rsd_error *err);

double rsd_load_loss(const struct rsd_load_result *r);
double rsd_load_sent_rate(const struct rsd_load_result *r);
double rsd_load_answer_rate(const struct rsd_load_result *r);

/* Did the sender itself keep to the schedule, within a hundredth? */
bool rsd_load_kept_up(const struct rsd_load_result *r);

#endif
