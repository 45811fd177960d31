/* SPDX-License-Identifier: BSD-3-Clause */
/* What the two kernel-socket programs share: addresses, numbers, clocks. Nothing of DPDK in it. */
#ifndef EX_UTIL_H
#define EX_UTIL_H

#include <stdint.h>
#include <sys/socket.h>

/* Room for "[address]:port" of either family. */
#define EX_ADDR_TEXT 64

struct ex_addr {
	struct sockaddr_storage sa;
	socklen_t len;
	char text[EX_ADDR_TEXT]; /* as it was written */
};

/* "192.0.2.1:7" or "[2001:db8::1]:7", numbers only. Returns 0, or -1 when text is neither. */
int ex_parse_addr(const char *text, struct ex_addr *addr);

/* A whole decimal number between min and max. Returns 0, or -1. */
int ex_parse_uint(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/* Seconds with a fraction, above 0 and at most a day, in nanoseconds. Returns 0, or -1. */
int ex_parse_seconds(const char *text, uint64_t *ns);

/* A UDP socket with buffers of about four megabytes each way. Returns it, or -1 and errno. */
int ex_udp_socket(int family);

/* Monotonic time. */
uint64_t ex_now_ns(void);

/* CPU time of this process, user and system together. */
uint64_t ex_cpu_ns(void);

/* The time-stamp counter; nanoseconds where there is none. */
uint64_t ex_cycles(void);

#endif
