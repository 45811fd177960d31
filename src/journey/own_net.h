/* SPDX-License-Identifier: BSD-3-Clause */
/* The network namespace of a journey: this process's own, gone with it. */
#ifndef RSD_JOURNEY_OWN_NET_H
#define RSD_JOURNEY_OWN_NET_H

#include <stddef.h>

/* Be in a new, empty one, with its loopback up. 0, or -errno and a line in why. */
int rsd_own_net(char *why, size_t size);

/* Give an interface of it an IPv4 address, "10.97.0.1", of a /24, and set it up. Likewise. */
int rsd_own_net_addr(const char *dev, const char *addr, char *why, size_t size);

#endif
