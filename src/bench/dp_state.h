/* SPDX-License-Identifier: BSD-3-Clause */
/* A polling row that is open, between the files that make it up. */
#ifndef RSD_BENCH_DP_STATE_H
#define RSD_BENCH_DP_STATE_H

#include "bench/calls.h"
#include "bench/dp.h"
#include "bench/dp_parse.h"
#include "bench/dp_words.h"

#define RSD_DP_ANSWER_MS 20000 /* a program that takes longer hangs */
#define RSD_DP_GRACE_MS  3000

struct rsd_dp_state;

/* How a kind of program is started, set going, stopped and asked. All return 0, or -errno and why.
 */
struct rsd_dp_side {
	int (*start)(struct rsd_dp_state *s);
	int (*begin)(struct rsd_dp_state *s, uint64_t for_ns);
	int (*end)(struct rsd_dp_state *s, struct rsd_dp_counts *c);
	void (*leave)(struct rsd_dp_state *s); /* ask it to end, in its own way */
};

extern const struct rsd_dp_side rsd_dp_testpmd; /* dp_testpmd.c */
extern const struct rsd_dp_side rsd_dp_engine;  /* dp_engine.c */
extern const struct rsd_dp_side rsd_dp_ring;    /* dp_engine.c */

struct rsd_dp_state {
	const struct rsd_dp_row *row;
	const struct rsd_dp_side *side;
	struct rsd_dp_conf conf;
	struct rsd_dp_load load;
	struct rsd_dp_place place;
	struct rsd_proc proc, peer; /* pid 0: none */
	bool has_net;
	bool is_client_made; /* the client's end is as a socket needs it */
	struct rsd_net net;
	struct rsd_tx *tx; /* NULL: none */
	char dir[64];      /* "": none */
	uint8_t mac[6];    /* of the server's end of the cable, as it was made */
	int ctl;           /* an engine's telemetry; -1: none */
	struct rsd_dp_counts before;
	struct rsd_calls *calls; /* NULL: they are not counted */
	char *why;               /* of struct rsd_dp */
};

int rsd_dp_fail(struct rsd_dp_state *s, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Start a program in the namespace of its device. */
int rsd_dp_launch(
	struct rsd_dp_state *s, struct rsd_proc *p, const struct rsd_dp_words *w, const char *what);

/* Read what it writes up to a line that holds this; line may be NULL. 0, or -errno and why. */
int rsd_dp_wait_line(struct rsd_dp_state *s, struct rsd_proc *p, const char *holds, char *line,
	const char *what);

/* dp_place.c: what a row needs before its programs: directory, cable, addresses, capture. */
int rsd_dp_make_place(struct rsd_dp_state *s);

/* dp_place.c: once the programs run: nobody else answers; nothing is left on disk. */
int rsd_dp_settle(struct rsd_dp_state *s);
void rsd_dp_clear_place(struct rsd_dp_state *s);

/* dp_ask.c: do its answers have the addresses and ports of what it got, exchanged? */
bool rsd_dp_exchanges(const struct rsd_dp_row *row);

/* dp_place.c: the sender as the load asks for it; where one is of ours. */
int rsd_dp_open_sender(struct rsd_dp_state *s);

#endif
