/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside bench` where the library is missing that its sender and its counting need. */
#include <stdio.h>

#include <ringside/engine.h>

#include "cli/cli.h"

int
rsd_cmd_bench(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	fputs("ringside: bench: built without libbpf: apt-get install libbpf-dev, then meson setup "
	      "--wipe and ninja\n",
		stderr);
	return RSD_EXIT_NOT_READY;
}
