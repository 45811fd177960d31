/* SPDX-License-Identifier: BSD-3-Clause */
/* The pipelines on net_ring as a program of their own, for tests/perf/compare. */
#include "bench/dp_ring.h"

int
main(int argc, char **argv)
{
	return rsd_dp_ring_main(argc, argv);
}
