/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/mount.h>

#include <rte_common.h>

#include "journey/trace_fs.h"

#define PART 4096

/* Some distributions mount it, some only at the place it had within debugfs. */
static int
open_mounted(void)
{
	static const char *const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	unsigned int i;
	int fd;

	for (i = 0; i < RTE_DIM(places); i++) {
		fd = open(places[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		/* An empty directory is where it could be mounted. */
		if (fd >= 0 && faccessat(fd, "events", R_OK, 0) == 0)
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return -1;
}

int
rsd_trace_fs_open(void)
{
	int fs, mount = open_mounted(), err;

	if (mount >= 0)
		return mount;
	fs = fsopen("tracefs", FSOPEN_CLOEXEC);
	if (fs >= 0 && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		mount = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	err = errno;
	if (fs >= 0)
		close(fs);
	return mount >= 0 ? mount : -err;
}

char *
rsd_trace_fs_read(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC), err;
	char *text = NULL, *more;
	size_t len = 0;
	ssize_t n = 0;

	while (fd >= 0) {
		more = realloc(text, len + PART + 1);
		if (more == NULL)
			n = -1;
		text = more != NULL ? more : text;
		if (more != NULL)
			n = read(fd, text + len, PART);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	err = errno;
	if (fd >= 0)
		close(fd);
	if (fd < 0 || n < 0) {
		free(text);
		errno = err;
		return NULL;
	}
	text[len] = '\0';
	return text;
}
