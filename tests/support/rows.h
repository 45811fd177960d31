/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A test as a row: a sentence, frames in, frames out, counters. Rows are played on ring devices
 * and, since nothing in them depends on how a device delivers a frame, in variants of that too.
 *
 * Sockets that are open in every row:
 *	7777	answers with the bytes it got, RSD_ANSWER_SAME: the echo
 *	7778	the same through RSD_ANSWER: lengths and checksum are made anew
 *	7779	consumes, RSD_DONE, and never answers: RSD_SOCK_SILENT
 *	7780	echo on 10.9.0.3 (us2) alone
 *	7781	refuses, RSD_DROP
 *	7782	gives a verdict that does not exist
 *	7783	answers with 18 bytes more than it got
 *	7784	the same, and it may: RSD_SOCK_MAY_AMPLIFY
 *	7785	answers with the first half of what it got
 *	7786	echo without a loop guard: RSD_SOCK_NO_LOOP_GUARD
 */
#ifndef RSD_TESTS_ROWS_H
#define RSD_TESTS_ROWS_H

#include "support/eal_fixture.h"

struct rsd_row {
	const char *sentence;
	const char *in;  /* frames as in packet_builder.h, ';' between them */
	const char *out; /* likewise; empty: none */
	/*
	 * "answered=2 udp_csum=1": rows of the books not named must be zero. Events are checked
	 * when they are named.
	 */
	const char *counters;
	struct rsd_fixture_conf conf;
};

/* How the device delivers the frames. Zero is: in one piece, saying nothing about checksums. */
struct rsd_row_variant {
	const char *name;
	uint32_t split[3]; /* cut into segments there, unless the row says where; 0: not */
	uint32_t nic;      /* enum rsd_spec_nic, unless the row says */
};

void rsd_row_play(const struct rsd_row *row, const struct rsd_row_variant *variant);
void rsd_rows_play(const struct rsd_row *rows, size_t nb);

/* In every variant whose result must be the same: split at each offset up to max, NIC verdicts. */
void rsd_rows_play_split(const struct rsd_row *rows, size_t nb, uint32_t max);
void rsd_rows_play_nic(const struct rsd_row *rows, size_t nb);

/*
 * Those without an answer, with the buffer behind each frame forbidden to AddressSanitizer: no
 * reason to drop a frame is to be found behind its end.
 */
void rsd_rows_play_tail(const struct rsd_row *rows, size_t nb);

/* The sockets above. */
void rsd_rows_open_socks(struct rsd_fixture *f);

/* How often each counter was reached by all rows played so far. */
uint64_t rsd_rows_seen(enum rsd_counter c);

/* Compare with the frames out says; they are taken from port and freed. */
void rsd_rows_check_out(struct rsd_fixture *f, unsigned int port, const char *out);

/* Compare counters; loose: events that tell how a frame was delivered may be anything. */
void rsd_rows_check_counters(const struct rsd_fixture *f, const char *counters, bool loose);

#endif
