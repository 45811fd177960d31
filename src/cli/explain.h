/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `ringside explain`: what its files share. The JSON object is made first, and the text is read
 * from it, so that both say the same.
 */
#ifndef RSD_CLI_EXPLAIN_H
#define RSD_CLI_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include <ringside/engine.h>

#include "control/options.h"
#include "table/sock_lookup.h"

#define RSD_EXPLAIN_SCHEMA 1

/* An end of a datagram's way. Of a socket, the address may be any, of either family. */
struct rsd_end {
	union rsd_ip ip;
	uint16_t family; /* AF_INET or AF_INET6; 0: not given */
	uint16_t port;   /* host order */
};

#define RSD_END_TEXT 56 /* "[ffff:...:255.255.255.255]:65535" */

/* A socket to be opened for the explanation. */
struct rsd_spec {
	char text[RSD_CONF_TEXT]; /* as it was written */
	char name[RSD_SOCK_NAME_MAX];
	struct rsd_end local;
	struct rsd_end peer;   /* family 0: not connected */
	struct rsd_end source; /* what connecting makes of any; family 0: the destination */
	uint32_t flags;        /* RSD_SOCK_... */
	uint32_t owner;
	uint16_t dev;                   /* 1 + port of the engine; 0: all */
	uint16_t cpu;                   /* 1 + worker; 0: none */
	uint32_t id;                    /* as it is called in the answer */
	int64_t bound_at, connected_at; /* order in which it came about */
};

/* explain_spec.c: ADDR:PORT or [ADDR]:PORT; any is 0.0.0.0. 0, or -EINVAL with why filled. */
int rsd_end_read(const char *text, struct rsd_end *end, struct rsd_why *why);

/* The other way round; buf has RSD_END_TEXT bytes. Returns buf. */
const char *rsd_end_text(const struct rsd_end *end, char *buf);
const char *rsd_ip_text(const union rsd_ip *ip, uint16_t family, char *buf);

/* ADDR:PORT[,key[=value]]...: 0, or -EINVAL with why filled. */
int rsd_spec_read(const char *text, struct rsd_spec *spec, struct rsd_why *why);

/* NAME:PORT[@ADDR], as --serve of `ringside run`. 0, or -EINVAL with why filled. */
int rsd_spec_read_serve(const char *text, struct rsd_spec *spec, struct rsd_why *why);

/* One step of the kernel's hash. */
struct rsd_hash_step {
	const char *what;
	uint32_t value;
};

#define RSD_HASH_STEPS_MAX 24

/* The kernel's jhash over 32-bit words, step by step; the last step's value is the hash. */
struct rsd_hash_trace {
	struct rsd_hash_step step[RSD_HASH_STEPS_MAX];
	unsigned int nb;
};

/* explain_hash.c: nb is 1 (jhash_1word) or 4 (jhash2 over an IPv6 address). Returns the hash. */
uint32_t rsd_hash_trace(
	const uint32_t *word, unsigned int nb, uint32_t seed, struct rsd_hash_trace *trace);

/* The question as a whole. */
struct rsd_explain {
	struct rsd_end to;
	struct rsd_end from; /* family 0: not given */
	uint32_t seed;       /* of the kernel's hash */
	uint32_t slots;      /* of the kernel's table, a power of two */
	uint8_t key[16];     /* of our table */
	bool key_given;
	uint16_t dev; /* 1 + port it comes in on */
	uint16_t cpu; /* 1 + worker that looks */
	struct rsd_spec *spec;
	unsigned int nb_spec;
	const char *engine; /* --name: whose sockets they are; NULL: those given */
};

/*
 * explain_engine.c: the sockets of x->engine on the port of x->to, into x->spec. 0; or -EIO with
 * err->code filled, when what is wrong has been told.
 */
int rsd_explain_ask_engine(struct rsd_explain *x, struct rsd_error *err);

/* explain_kernel.c, explain_table.c: sections of the answer. NULL: no memory, or err is filled. */
json_t *rsd_explain_ends(const struct rsd_explain *x);
json_t *rsd_explain_kernel(const struct rsd_explain *x);
json_t *rsd_explain_table(const struct rsd_explain *x, struct rsd_error *err);

/* explain_text.c: for people, at most 80 columns. */
void rsd_explain_text(const json_t *whole);

#endif
