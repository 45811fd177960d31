/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files of a run: one row on its way from the catalogue to the result. */
#ifndef RSD_BENCH_RUN_LANE_H
#define RSD_BENCH_RUN_LANE_H

#include "bench/dp.h"
#include "bench/run.h"
#include "bench/window.h"

#define RSD_RUN_PORT 9999

/* Rows of one kind of traffic, which stand beside one another. */
struct rsd_run_phase {
	enum rsd_bench_workload workload;
	enum rsd_bench_load load;
	enum rsd_bench_place place; /* of the kernel's receivers */
	bool has_latency, has_sweep;
};

/* Figures of which there are not as many as rounds, in the order they were taken. */
struct rsd_series {
	unsigned int nb;
	uint8_t start[RSD_RUN_MAX_ROUNDS]; /* of the row, that each is of */
};

struct rsd_lane {
	struct rsd_run_row row;
	size_t at;              /* its row in the result */
	struct rsd_arena arena; /* of a kernel's receiver */
	struct rsd_dp dp;       /* of a row that polls */
	bool is_open;           /* there is something to close */
	bool is_jumbo;          /* its cable is for the sizes of the sweep that need it */
	uint32_t payload;       /* what is sent now */
	uint8_t start;          /* how often it was started before: the pass */
	bool has_loss;
	bool runs;
	char why[256];
	/* The first why of all passes; late: after its windows, which count. */
	char failed[256];
	bool failed_late;
	/* Windows by round; those that were disturbed are not kept. */
	unsigned int nb_kept, nb_thrown;
	unsigned int kept_now, in_vain; /* of this start; in vain: nothing came of what was sent */
	bool kept[RSD_RUN_MAX_ROUNDS];
	uint8_t of[RSD_RUN_MAX_ROUNDS]; /* which start */
	double v[RSD_METRIC_NB][RSD_RUN_MAX_ROUNDS];
	double sender_ns[RSD_RUN_MAX_ROUNDS]; /* a datagram, taken off */
	uint64_t done, completions, copied;
	/* System calls, and of how many datagrams; of a row that polls, in windows for them alone.
	 */
	uint64_t calls[RSD_RX_NB_CALLS], calls_done;
	struct rsd_series counted;
	double calls_each[RSD_RUN_MAX_ROUNDS];
	/* Of the sweep and of latency. */
	struct rsd_series swept[RSD_BENCH_MAX_SIZES];
	double ns[RSD_BILL_NB][RSD_BENCH_MAX_SIZES][RSD_RUN_MAX_ROUNDS];
	struct rsd_series asked[RSD_AT_NB];
	double late[RSD_AT_NB][RSD_PCT_NB][RSD_RUN_MAX_ROUNDS];
	double late_pps[RSD_AT_NB][RSD_RUN_MAX_ROUNDS];
};

/* A phase of this run, from its first pass to the figures. */
struct rsd_run_part {
	const struct rsd_run_phase *phase;
	struct rsd_lane *lane;
	unsigned int nb_lanes;
};

#define RSD_RUN_MAX_PARTS 8

struct rsd_run {
	const struct rsd_run_conf *conf;
	struct rsd_bench_result *result;
	struct rsd_run_row rows[RSD_RUN_MAX_ROWS];
	unsigned int nb_rows;
	struct rsd_run_part part[RSD_RUN_MAX_PARTS];
	unsigned int nb_parts;
	uint32_t pass;
	/* Of the part that is under way. */
	const struct rsd_run_phase *phase;
	struct rsd_lane *lane;
	unsigned int nb_lanes;
	uint64_t begun_ns;
	unsigned int nb_huge, nb_plain;        /* starts of rows that poll, by their memory */
	double planned_s, done_s;              /* of windows and starts, by the plan */
	struct rsd_net drop;                   /* where the sender's own cost is measured */
	double sender_ns[RSD_BENCH_MAX_SIZES]; /* by place in conf->size; as last measured */
};

/* Which of so many rounds are of the pass under way. */
struct rsd_run_share {
	uint32_t from, to;
};

static inline struct rsd_run_share
rsd_run_share(const struct rsd_run *run, uint32_t rounds)
{
	const uint32_t passes = run->conf->passes;

	return (struct rsd_run_share){ .from = rounds * run->pass / passes,
		.to = rounds * (run->pass + 1) / passes };
}

/* -- run_ready.c ------------------------------------------------------------------------------- */

/* What is measured and stated before any row. Returns 0, or -errno with why. */
int rsd_run_ready(struct rsd_run *run, char why[256]);

/*
 * What a datagram of conf->size[size] costs by being sent: measured again and again, for it drifts
 * as everything does. What was known stays when it cannot be. Returns 0, or -errno.
 */
int rsd_run_weigh_sender(struct rsd_run *run, unsigned int size);

/* -- run_progress.c ---------------------------------------------------------------------------- */

uint64_t rsd_run_now_ns(void);

/* So many seconds of the plan are over; what comes next. */
void rsd_run_step(struct rsd_run *run, double seconds, const char *what, const char *row);

/* A quick run has no time left for what is not the main question. */
bool rsd_run_is_late(const struct rsd_run *run);
void rsd_run_clear_line(const struct rsd_run *run);

/* -- run_lane.c -------------------------------------------------------------------------------- */

/* Can this row be part of that phase? */
bool rsd_lane_suits(const struct rsd_run_row *row, const struct rsd_run_phase *phase);

/* Describe it in the result and start it, for the first size. Sets runs, or why. */
void rsd_lane_open(struct rsd_run *run, struct rsd_lane *lane);
void rsd_lane_close(struct rsd_lane *lane);

/*
 * Is it sent over a cable of its own in the sweep? Not those that all windows are of: XDP is not to
 * be had on jumbo frames, and the cable's figures at ordinary sizes would not be those of others.
 */
bool rsd_size_is_apart(const struct rsd_run_conf *conf, unsigned int size);

/* Start it once more, with a cable for jumbo frames. Sets runs, or why. */
void rsd_lane_open_jumbo(struct rsd_run *run, struct rsd_lane *lane);

/* It does not run, or no longer: why, unless it is Ctrl-C that ended it. */
void rsd_lane_cannot(struct rsd_lane *lane, const char *why);

/* Send datagrams of this size from now on. */
void rsd_lane_load(struct rsd_run *run, struct rsd_lane *lane, uint32_t payload);

/*
 * Warm up, and one window that was not disturbed; it is tried three times, and thrown counts those
 * that were. Returns true when w is such a window.
 */
bool rsd_lane_window(struct rsd_run *run, struct rsd_lane *lane, uint64_t for_ns,
	struct rsd_window *w, unsigned int *thrown);

/* What sending a datagram of what it is sent now costs the machine by itself, in ns. */
double rsd_lane_sender_ns(const struct rsd_run *run, const struct rsd_lane *lane);

/* Does it get its traffic over an interface of the kernel's? */
bool rsd_lane_is_of_kernel(const struct rsd_lane *lane);

/* -- run_dp.c: the same for a row that polls --------------------------------------------------- */

bool rsd_lane_dp_suits(const struct rsd_dp_row *dp, const struct rsd_run_phase *phase);
void rsd_lane_dp_describe(
	const struct rsd_run *run, const struct rsd_lane *lane, struct rsd_bench_row *out);
int rsd_lane_dp_open(struct rsd_run *run, struct rsd_lane *lane);
int rsd_lane_dp_load(struct rsd_run *run, struct rsd_lane *lane);
int rsd_lane_dp_window(
	struct rsd_run *run, struct rsd_lane *lane, uint64_t for_ns, struct rsd_window *w);

/* Count its system calls, in one of conf->calls_rounds windows that are used for nothing else, and
 * so long. */
uint64_t rsd_lane_calls_ns(const struct rsd_run_conf *conf);
void rsd_lane_dp_calls(struct rsd_run *run, struct rsd_lane *lane);

/* Ask it, as rsd_dp_let_ask(). */
int rsd_lane_dp_ask(struct rsd_lane *lane, void (*ask)(void *arg), void *arg);

/* -- run_take.c -------------------------------------------------------------------------------- */

void rsd_lane_take(
	struct rsd_lane *lane, uint32_t round, const struct rsd_window *w, double sender_ns);

/* Of a window in which the kernel counted its system calls. */
void rsd_lane_take_calls(struct rsd_lane *lane, const struct rsd_window *w);

/* One more of a series. Returns where it goes, or RSD_RUN_MAX_ROUNDS: there is no room. */
unsigned int rsd_series_add(struct rsd_series *s, const struct rsd_lane *lane);

/* When it has a why: keep that; unless it is late, windows of this start are none. */
void rsd_lane_settle(struct rsd_lane *lane, bool late);

/* From the windows of all lanes to figures and ratios in the result. Returns 0 or -ENOMEM. */
int rsd_run_figures(struct rsd_run *run);

/* -- run_latency.c, run_sweep.c ---------------------------------------------------------------- */

double rsd_run_latency_s(const struct rsd_run_conf *conf, unsigned int nb_lanes);
void rsd_run_latency(struct rsd_run *run);
int rsd_run_latency_figures(struct rsd_run *run);
double rsd_run_sweep_s(const struct rsd_run_conf *conf, unsigned int nb_lanes);
void rsd_run_sweep(struct rsd_run *run);
int rsd_run_sweep_figures(struct rsd_run *run);

#endif
