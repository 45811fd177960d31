/* SPDX-License-Identifier: BSD-3-Clause */
/* Parts of the program `lookup`; lookup.c says what it measures. */
#ifndef RSD_TESTS_PERF_LOOKUP_H
#define RSD_TESTS_PERF_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#define QUERIES   (1u << 20) /* a window */
#define PARTS     256        /* of it, timed one by one */
#define FRAMES    (QUERIES / PARTS)
#define BURST_MAX 64 /* of rte_hash */

enum mix {
	MIX_HIT,
	MIX_MISS,
	MIX_HALF,
	MIX_ZIPF,
	MIX_COUNT,
};

/* One table under test: so many slots, filled so far, keys of this length. */
struct setup {
	uint32_t slots, load, nb_keys; /* load in percent */
	bool v6;
};

/* --- lookup_keys.c --------------------------------------------------------------------------- */

/*
 * What is looked up, and the frames it lies in: as with a NIC, a few thousand frames are in use, a
 * line of each is read, and their contents come and go.
 */
struct queries {
	const struct setup *s;
	uint32_t *answer;     /* which key; with MISS set, one that differs from it a little */
	uint8_t (*frame)[64]; /* FRAMES */
	const uint8_t **key;  /* in the frames */
	uint32_t *hash;       /* as given by a NIC; here the CRC that rte_hash uses */
};

#define MISS 0x80000000u

/* The i-th key stored: 12 or 36 bytes to out. */
void lookup_key(const struct setup *s, uint32_t i, uint8_t *out);

struct queries lookup_queries(const struct setup *s, enum mix mix);
void lookup_queries_free(struct queries *q);

/* Put the queries of a part into the frames. */
void lookup_receive(struct queries *q, unsigned int part);

/* What must be found in frame i of a part: RSD_CONN_NONE, nothing. */
uint32_t lookup_answer(const struct queries *q, unsigned int part, unsigned int i);

/* --- lookup_sides.c -------------------------------------------------------------------------- */

enum side {
	OURS,        /* hash inside */
	OURS_GIVEN,  /* hash given */
	OURS_SINGLE, /* one key a call */
	BULK,
	BULK_GIVEN,
	SINGLE,
	BULK_LF,
	BULK_GIVEN_LF,
	SINGLE_LF,
	SIDES,
};

struct tables;

const char *lookup_side_name(enum side side);

/* All tables filled alike; ends the program when one cannot be. Says what memory they got. */
struct tables *lookup_tables(
	const struct setup *s, const char *hash_variant, const char *find_variant);
void lookup_tables_free(struct tables *t);
const char *lookup_memory(const struct tables *t);

/* Every answer of a side; ends the program if one is wrong. */
void lookup_check(const struct tables *t, enum side side, struct queries *q, unsigned int burst);

/*
 * All queries once: cycles a key, the median over the parts, so that a part in which the core was
 * taken away does not count.
 */
double lookup_window(const struct tables *t, enum side side, struct queries *q, unsigned int burst);

_Noreturn void lookup_die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
