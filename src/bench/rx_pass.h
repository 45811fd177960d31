/* SPDX-License-Identifier: BSD-3-Clause */
/* The far end of a veth takes frames sent by XDP_TX only while it has an XDP program itself. */
#ifndef RSD_BENCH_RX_PASS_H
#define RSD_BENCH_RX_PASS_H

#include <stdio.h>

/*
 * Keep a program that passes everything on an interface until in is closed or a signal comes; says
 * "ready" or "cannot" as a receiver does (rx_child.h). Returns the exit status of the process.
 */
int rsd_rx_pass(const char *dev, unsigned int ifindex, int in, FILE *out);

#endif
