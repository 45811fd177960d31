/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's tracefs, and other small files. */
#ifndef RSD_JOURNEY_TRACE_FS_H
#define RSD_JOURNEY_TRACE_FS_H

#include <stddef.h>

/*
 * A descriptor of tracefs' root: where it is mounted, else of a mount of our own that has no place
 * in the file system and is gone with the descriptor. -errno when there is none.
 */
int rsd_trace_fs_open(void);

/* A whole small file below a directory (or AT_FDCWD) as text, on the heap; NULL and errno. */
char *rsd_trace_fs_read(int dir, const char *path);

#endif
