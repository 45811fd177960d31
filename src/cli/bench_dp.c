/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `ringside bench-dp`: programs that `ringside bench` starts, with an EAL of their own. It is not
 * in the list of commands, for by itself it is part of a measurement.
 */
#include <stdio.h>
#include <string.h>

#include <ringside/engine.h>

#include "bench/dp_peer.h"
#include "bench/dp_ring.h"
#include "cli/cli.h"

int
rsd_cmd_bench_dp(int argc, char **argv)
{
	if (argc > 0 && strcmp(argv[0], "peer") == 0)
		return rsd_dp_peer_main(argc, argv);
	if (argc > 0 && strcmp(argv[0], "ring") == 0)
		return rsd_dp_ring_main(argc, argv);
	fputs("ringside bench-dp: expected peer or ring, and the options of EAL\n", stderr);
	return RSD_EXIT_USAGE;
}
