/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <linux/if_xdp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "ledger/xdp_mode.h"

static bool
is_xdp(int fd)
{
	int domain;
	socklen_t len = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 && domain == AF_XDP;
}

static enum rsd_xdp_mode
mode_of(int fd)
{
	struct xdp_options options;
	socklen_t len = sizeof(options);

	if (getsockopt(fd, SOL_XDP, XDP_OPTIONS, &options, &len) != 0)
		return RSD_XDP_UNKNOWN;
	return (options.flags & XDP_OPTIONS_ZEROCOPY) != 0 ? RSD_XDP_NO_COPY : RSD_XDP_COPIES;
}

enum rsd_xdp_mode
rsd_xdp_mode_get(void)
{
	enum rsd_xdp_mode all = RSD_XDP_NONE;
	struct dirent *entry;
	DIR *dir = opendir("/proc/self/fd");

	if (dir == NULL)
		return RSD_XDP_UNKNOWN;
	while ((entry = readdir(dir)) != NULL) {
		enum rsd_xdp_mode one;
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] == '.' || !is_xdp(fd))
			continue;
		one = mode_of(fd);
		if (all == RSD_XDP_NONE)
			all = one;
		else if (all != one)
			all = all == RSD_XDP_UNKNOWN || one == RSD_XDP_UNKNOWN ? RSD_XDP_UNKNOWN
									       : RSD_XDP_DISAGREE;
	}
	closedir(dir);
	return all;
}
