/* SPDX-License-Identifier: BSD-3-Clause */
/* The oracle's network namespace: devices o1 and o2 with a peer behind each that says anything. */
#ifndef RSD_TESTS_ORACLE_NETNS_H
#define RSD_TESTS_ORACLE_NETNS_H

#include "oracle/oracle.h"

#define OC_DEV_NAME "o%u"

/* A fresh one, in place of the last. -1: why says why. */
int oc_netns_begin(bool early_demux, char *why, size_t size);
void oc_netns_end(void);

/* Frames for device 1 or 2 are written here. */
int oc_netns_tap(unsigned int dev);

#endif
