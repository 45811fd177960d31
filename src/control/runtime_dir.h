/* SPDX-License-Identifier: BSD-3-Clause */
/* The directory where EAL keeps the files of one instance, and who holds it. */
#ifndef RSD_CONTROL_RUNTIME_DIR_H
#define RSD_CONTROL_RUNTIME_DIR_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Where EAL will put the files of that instance name. Returns 0; -ENOENT an unprivileged process
 * has no XDG_RUNTIME_DIR, and EAL would fall back to /tmp; -ENAMETOOLONG.
 */
int rsd_runtime_dir(const char *name, char *path, size_t len);

/*
 * The process that has the instance name in use, 0 when it cannot be seen from here (another PID
 * namespace), or -ENOENT when nobody has. Must not be called while this process runs EAL under that
 * name: looking would give up EAL's own lock.
 */
pid_t rsd_runtime_dir_owner(const char *name);

/*
 * Remove what EAL leaves behind: the files and sockets it made in its directory, the directory, and
 * the hugepage files of the instance, whose name is the last part of the path. Only after
 * rte_eal_cleanup(). Leaves everything alone that EAL does not make, and everything when another
 * process has the name in use.
 *
 * Returns 0 when nothing of it is left; -EBUSY the name is in use; -ENOTEMPTY something foreign is
 * in the directory; another -errno.
 */
int rsd_runtime_dir_remove(const char *path);

#endif
