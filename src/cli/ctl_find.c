/* SPDX-License-Identifier: BSD-3-Clause */
/* Which engines run here: every instance has a directory, and in it a socket that answers. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "cli/ctl.h"
#include "control/runtime_dir.h"

#define LIST_TIMEOUT_S 0.3

bool
rsd_ctl_is_name(const char *text)
{
	const char *p;

	for (p = text; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~' || *p == '/')
			return false;
	return text[0] != '\0' && text[0] != '.' && p - text <= NAME_MAX;
}

enum rsd_exit
rsd_ctl_find_base(struct rsd_ctl *c, const char *dir)
{
	int ret = 0;

	if (dir == NULL)
		ret = rsd_runtime_dir("", c->base, sizeof(c->base));
	else if (snprintf(c->base, sizeof(c->base), "%s", dir) >= (int)sizeof(c->base))
		ret = -ENAMETOOLONG;
	if (ret == -ENOENT)
		return rsd_ctl_fail(c, RSD_EXIT_NOT_READY,
			"XDG_RUNTIME_DIR is not set: give --dir, or for an engine of root's: "
			"sudo ringside ctl ...");
	if (ret != 0)
		return rsd_ctl_fail(c, RSD_EXIT_USAGE, "--dir: longer than a path can be");
	if (dir == NULL)
		c->base[strlen(c->base) - 1] = '\0'; /* the slash before the name */
	return RSD_EXIT_OK;
}

/* Is it an engine of ours, and not another DPDK program or a socket left behind? */
static bool
answers(const struct rsd_ctl *like, const char *name)
{
	struct rsd_ctl c = { .name = name, .quiet = true, .timeout_s = LIST_TIMEOUT_S, .fd = -1 };
	json_t *info;

	memcpy(c.base, like->base, sizeof(c.base));
	if (rsd_ctl_open(&c) != RSD_EXIT_OK)
		return false;
	info = rsd_ctl_ask(&c, "info", NULL, RSD_CTL_NONE);
	rsd_ctl_close(&c);
	json_decref(info);
	return info != NULL;
}

void
rsd_ctl_list(const struct rsd_ctl *c, char *names, size_t size)
{
	DIR *dir = opendir(c->base);
	size_t used = 0;
	struct dirent *e;

	names[0] = '\0';
	if (dir == NULL)
		return;
	while ((e = readdir(dir)) != NULL) {
		if (!rsd_ctl_is_name(e->d_name) || !answers(c, e->d_name))
			continue;
		used += (size_t)snprintf(
			names + used, size - used, "%s%s", used != 0 ? ", " : "", e->d_name);
		if (used >= size)
			break;
	}
	closedir(dir);
}
