/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE /* sched_getaffinity() */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_eal.h>
#include <rte_errno.h>

#include "support/eal_fixture.h"

/* One lcore, free to run on any CPU this program may use: "0@(0,1)". */
static void
lcore_option(char *text, size_t size)
{
	cpu_set_t set;
	size_t at;
	int cpu;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		exit(EXIT_FAILURE);
	at = (size_t)snprintf(text, size, "--lcores=0@(");
	for (cpu = 0; cpu < CPU_SETSIZE && at + 8 < size; cpu++)
		if (CPU_ISSET(cpu, &set))
			at += (size_t)snprintf(text + at, size - at, "%d,", cpu);
	text[at - 1] = ')';
}

void
rsd_fixture_start_eal(void)
{
	static char words[][24] = { "test", "--no-huge", "-m", "64", "--no-pci", "--no-telemetry",
		"--no-shconf", "--log-level=error" };
	static char prefix[48], lcores[512];
	char *argv[RTE_DIM(words) + 2];
	unsigned int i;

	for (i = 0; i < RTE_DIM(words); i++)
		argv[i] = words[i];
	snprintf(prefix, sizeof(prefix), "--file-prefix=rsd-test-%d", (int)getpid());
	argv[i++] = prefix;
	lcore_option(lcores, sizeof(lcores));
	argv[i++] = lcores;
	if (rte_eal_init((int)i, argv) >= 0) {
		rmdir(rte_eal_get_runtime_dir()); /* it is empty, and nobody else would */
		return;
	}
	fprintf(stderr, "fixture: EAL did not start: %s\n", rte_strerror(rte_errno));
	exit(EXIT_FAILURE);
}
