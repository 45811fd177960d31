/* SPDX-License-Identifier: BSD-3-Clause */
/* What the kernel knows of a network interface of this namespace. Asks, changes nothing. */
#ifndef RSD_CONTROL_NETDEV_H
#define RSD_CONTROL_NETDEV_H

#include <stdbool.h>
#include <netinet/in.h>

struct rsd_netdev {
	bool up;
	char kind[16]; /* veth, tun, bridge, ...; empty for hardware */
	/* For kind tun: */
	bool tap;             /* frames, not packets */
	bool multi_queue;     /* made for more than one queue */
	unsigned int readers; /* queues that programs hold; 0: free. Known with multi_queue only */
};

/* Returns 0; -ENODEV no such interface; another -errno the kernel would not say. */
int rsd_netdev_get(const char *name, struct rsd_netdev *dev);

struct rsd_channels {
	unsigned int combined; /* that AF_XDP can bind to; 1 when the device does not say */
	unsigned int rx;       /* receive queues frames are spread over; 1 when it does not say */
};

void rsd_netdev_channels(const char *name, struct rsd_channels *ch);

/* Which interface has this address? Returns 0 with its name and prefix; -ENOENT none; another
 * -errno. */
int rsd_netdev_of_addr(struct in_addr addr, char *name, size_t len, unsigned int *prefix);

#endif
