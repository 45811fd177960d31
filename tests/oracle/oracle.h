/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The oracle: the same sockets in Linux and in our table, the same datagrams to both, and every
 * answer compared. A set of sockets and what is done with them is a case; a case has a text, a row.
 */
#ifndef RSD_TESTS_ORACLE_H
#define RSD_TESTS_ORACLE_H

#include <stdio.h>

#include "support/random.h"
#include "table/sock_lookup.h"

#define OC_SOCKS 10 /* beyond ten on a port Linux looks for conflicts in another way */
#define OC_STEPS 96
#define OC_DEVS  2

enum oc_kind {
	OC_OPEN,
	OC_CONNECT,
	OC_DISCONNECT,
	OC_CLOSE,
	OC_SEND
};

/* A step of a case. IPv4 addresses are written as ::ffff:a.b.c.d throughout. */
struct oc_step {
	enum oc_kind kind;
	uint8_t sock;      /* all but OC_SEND: which */
	uint16_t family;   /* OC_OPEN: of the socket; OC_SEND: of the datagram */
	uint8_t dev;       /* 1 or 2; OC_OPEN: 0 is all */
	uint8_t cpu;       /* OC_OPEN: 1 the one that receives, 2 another, 0 none */
	uint8_t owner;     /* OC_OPEN: user id */
	uint32_t flags;    /* OC_OPEN: RSD_SOCK_... */
	union rsd_ip addr; /* local address, peer, or source */
	uint16_t port;     /* host order; OC_OPEN: 0 is any free one */
	union rsd_ip dst;
	uint16_t dport;
	int8_t port_of; /* OC_OPEN port, OC_SEND dport: that which this socket was given; or -1 */
};

/* What became of a step. */
struct oc_result {
	bool done;    /* false: its socket was not open */
	int err;      /* errno; 0 */
	uint32_t who; /* OC_SEND: a bit for each socket that got it */
};

struct oc_case {
	unsigned int nb;
	struct oc_step step[OC_STEPS];
	struct oc_result expect[OC_STEPS]; /* what the row says; done false: it says nothing */
};

enum oc_verdict {
	OC_SAME,
	OC_DIFFERENT,
	OC_BROKEN, /* the oracle itself failed and has said why */
};

/* Where Linux and we part. */
struct oc_diff {
	unsigned int step;
	struct oc_result theirs, ours;
	const char *remark; /* or NULL */
};

/* How often what was seen. */
struct oc_count {
	uint64_t sets, left_out, not_repeated;
	uint64_t opens, opens6, in_use, ephemeral, connects, disconnects, closes;
	uint64_t sends, sends6, got_none, got_one, got_many, by_group, by_dual, to_all;
};

/* row_parse.c, row_print.c */
bool oc_row_parse(const char *text, struct oc_case *c, char *why, size_t size);
void oc_row_print(FILE *f, const struct oc_case *c, const struct oc_result *results);
void oc_case_print(FILE *f, const struct oc_case *c, const struct oc_diff *diff);
const char *oc_ip_text(const union rsd_ip *ip, uint16_t family, char *buf, size_t size);

/* make.c */
void oc_make(struct oc_case *c, struct rsd_random *rnd);
bool oc_valid(const struct oc_case *c);
bool oc_to_all(const union rsd_ip *ip); /* a group or broadcast address */
bool oc_needs_new_kernel(const struct oc_case *c);

/* kernel.c: Linux. The errno of what was asked, 0 when it succeeded. */
int oc_kernel_begin(bool early_demux, char *why, size_t size); /* a namespace of our own */
void oc_kernel_end(void);
int oc_kernel_open(const struct oc_step *st, uint16_t port);
int oc_kernel_connect(const struct oc_step *st);
int oc_kernel_disconnect(const struct oc_step *st);
int oc_kernel_close(unsigned int sock);
int oc_kernel_local(unsigned int sock, union rsd_ip *ip, uint16_t *port);
int oc_kernel_send(const struct oc_step *st, uint16_t dport, uint32_t number);
void oc_kernel_restore_cpu(unsigned int sock);
int oc_kernel_receive(unsigned int sock, uint32_t *number);

/* ours.c: the table. As kernel.c. */
int oc_ours_begin(void);
void oc_ours_end(void);
int oc_ours_open(const struct oc_step *st, uint16_t port);
int oc_ours_connect(const struct oc_step *st, const union rsd_ip *source);
int oc_ours_disconnect(const struct oc_step *st);
int oc_ours_close(unsigned int sock);
uint16_t oc_ours_port(unsigned int sock);
uint32_t oc_ours_find(const struct oc_step *st, uint16_t dport);
bool oc_ours_head_agrees(const struct oc_step *st, uint16_t dport);
bool oc_ours_could_be(const struct oc_step *st, uint16_t dport, uint32_t who);
bool oc_ours_in_group(uint32_t who);
const union rsd_ip *oc_ours_source(const struct oc_step *st);
unsigned int oc_ours_left(void);

/* run.c */
struct oc_run {
	bool kernel;            /* false: against what the row expects */
	struct oc_count *count; /* or NULL */
	struct oc_result theirs[OC_STEPS], ours[OC_STEPS];
	struct oc_diff diff;
};
enum oc_verdict oc_run(const struct oc_case *c, struct oc_run *run);

/* shrink.c: to the smallest case that still differs. */
void oc_shrink(struct oc_case *c, struct oc_run *run);

/* spread.c: a group's choice: evenly, always the same, few flows elsewhere when one leaves. */
bool oc_spread(FILE *f, struct rsd_random *rnd, bool kernel);

#endif
