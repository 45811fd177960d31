/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the client's engine (udp_client.c) and its face (udp_client_main.c). */
#ifndef UDP_CLIENT_H
#define UDP_CLIENT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "ex_util.h"
#include "udp_payload.h"

#define CLIENT_MAX_SIZES 64
#define CLIENT_MAX_FLOWS 16384

struct client_conf {
	struct ex_addr to;
	uint64_t count; /* datagrams to send at most */
	uint64_t window;
	uint64_t timeout_ns; /* of silence, after which what is under way counts as lost */
	uint64_t for_ns;     /* stop sending after this; 0: only after count */
	unsigned int flows;
	unsigned int nb_sizes;
	uint16_t sizes[CLIENT_MAX_SIZES]; /* used in turn */
	bool json, progress;
};

struct client_result {
	uint64_t sent, answered;
	uint64_t duplicates, corrupt, wrong_length;
	uint64_t reordered; /* behind a later one of the same flow */
	uint64_t late;      /* answered, but after they had been written off */
	uint64_t refused;   /* ICMP port unreachable */
	uint64_t wall_ns;   /* from the first datagram to the last answer */
	uint64_t cpu_ns;
	struct hist rtt_us;
};

/* Set by a signal: stop sending and report. */
extern volatile sig_atomic_t client_stop;

/* Send, receive and verify. Returns 0, or -1 and errno when sockets fail. */
int client_run(const struct client_conf *conf, struct client_result *r);

/* Called often; shows how far things are, a few times a second. */
void client_progress(const struct client_conf *conf, const struct client_result *r, uint64_t ns);

#endif
