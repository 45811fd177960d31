/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rte_common.h>

#include "control/runtime_dir.h"

#define LOCK_FILE "config" /* EAL holds a lock on it while it runs */

int
rsd_runtime_dir(const char *name, char *path, size_t len)
{
	/* The order in which EAL looks; without the last one it would use /tmp, where anybody could
	 * have put a directory of that name before. */
	const char *base = getenv("RUNTIME_DIRECTORY");
	int n;

	if (base == NULL)
		base = getuid() == 0 ? "/var/run" : getenv("XDG_RUNTIME_DIR");
	if (base == NULL)
		return -ENOENT;
	n = snprintf(path, len, "%s/dpdk/%s", base, name);
	return n < 0 || (size_t)n >= len ? -ENAMETOOLONG : 0;
}

pid_t
rsd_runtime_dir_owner(const char *name)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char dir[PATH_MAX], path[PATH_MAX + sizeof(LOCK_FILE) + 1];
	pid_t owner = -ENOENT;
	int fd;

	if (rsd_runtime_dir(name, dir, sizeof(dir)) != 0)
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/" LOCK_FILE, dir);
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -ENOENT;
	if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
		owner = lock.l_pid < 0 ? 0 : lock.l_pid;
	close(fd);
	return owner;
}

/* Names EAL gives to what it makes in its directory. */
static bool
is_eal_file(const char *name)
{
	static const char *const whole[] = { "hugepage_info", "hugepage_data" };
	static const char *const begin[] = { "fbarray_", "mp_socket", "dpdk_telemetry." };
	unsigned int i;

	for (i = 0; i < RTE_DIM(whole); i++)
		if (strcmp(name, whole[i]) == 0)
			return true;
	for (i = 0; i < RTE_DIM(begin); i++)
		if (strncmp(name, begin[i], strlen(begin[i])) == 0)
			return true;
	return false;
}

static void
unlink_eal_files(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	struct stat st;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(dir)) != NULL)
		if (is_eal_file(e->d_name) &&
			fstatat(dir_fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			(S_ISREG(st.st_mode) || S_ISSOCK(st.st_mode)))
			unlinkat(dir_fd, e->d_name, 0);
	closedir(dir);
}

/* Is it "<name>map_<digits>", as EAL calls a hugepage file? */
static bool
is_hugepage_file(const char *file, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(file, name, len) != 0 || strncmp(file + len, "map_", 4) != 0)
		return false;
	file += len + 4;
	return *file != '\0' && strspn(file, "0123456789") == strlen(file);
}

static void
unlink_hugepage_files_in(const char *path, const char *name)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	if (dir == NULL)
		return;
	while ((e = readdir(dir)) != NULL) {
		int fd;

		if (!is_hugepage_file(e->d_name, name))
			continue;
		fd = openat(dirfd(dir), e->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		/* A process that uses the file holds a shared lock on it. */
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
			unlinkat(dirfd(dir), e->d_name, 0);
		if (fd >= 0)
			close(fd);
	}
	closedir(dir);
}

static void
unlink_hugepage_files(const char *name)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent *m;

	if (mounts == NULL)
		return;
	while ((m = getmntent(mounts)) != NULL)
		if (strcmp(m->mnt_type, "hugetlbfs") == 0)
			unlink_hugepage_files_in(m->mnt_dir, name);
	endmntent(mounts);
}

/* Holding EAL's lock ourselves keeps a newcomer from moving in while we clear out. */
static int
lock_name(int dir_fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = openat(dir_fd, LOCK_FILE, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : -errno;
	if (fcntl(fd, F_SETLK, &lock) == 0)
		return fd;
	close(fd);
	return -EBUSY;
}

int
rsd_runtime_dir_remove(const char *path)
{
	const char *slash = strrchr(path, '/');
	int dir_fd, lock_fd, ret;

	if (slash == NULL || slash[1] == '\0')
		return -EINVAL;
	dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir_fd < 0)
		return errno == ENOENT ? 0 : -errno;
	lock_fd = lock_name(dir_fd);
	if (lock_fd >= 0 || lock_fd == -ENOENT) {
		unlink_hugepage_files(slash + 1);
		unlink_eal_files(dir_fd);
		/* Last: once it is gone, another process may take the name. */
		if (lock_fd >= 0)
			unlinkat(dir_fd, LOCK_FILE, 0);
		ret = rmdir(path) == 0 || errno == ENOENT ? 0 : -errno;
	} else {
		ret = lock_fd;
	}
	if (lock_fd >= 0)
		close(lock_fd);
	close(dir_fd);
	return ret;
}
