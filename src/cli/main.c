/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside`: find the subcommand. */
#include <stdio.h>
#include <string.h>

#include <rte_common.h>
#include <rte_version.h>

#include <ringside/engine.h>

#include "cli/cli.h"
#include "control/nearest.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help; /* NULL: not for the list */
} commands[] = {
	{ "run", rsd_cmd_run, "poll ports and answer what is for us" },
	{ "load", rsd_cmd_load, "send datagrams to an echo service and tell what became of them" },
	{ "bench", rsd_cmd_bench, "what receiving a datagram costs, every way this machine has" },
	{ "ctl", rsd_cmd_ctl,
		"ask a running engine for its counters, ports and sockets, or stop it" },
	{ "explain", rsd_cmd_explain,
		"every step of a socket look-up, Linux's hash and ours, scores and winner" },
	{ "journey", rsd_cmd_journey,
		"one datagram through the kernel and through the engine, stage by stage" },
	{ "bench-dp", rsd_cmd_bench_dp, NULL }, /* for other commands to start */
	{ "bench-rx", rsd_cmd_bench_rx, NULL }, /* for other commands to start */
};

static void
print_usage(FILE *f)
{
	unsigned int i;

	fprintf(f, "usage: ringside COMMAND [options]\n"
		   "       ringside COMMAND --help\n"
		   "       ringside --version\n"
		   "\n"
		   "A UDP engine at the NIC's receive ring.\n"
		   "\n");
	for (i = 0; i < RTE_DIM(commands); i++)
		if (commands[i].help != NULL)
			fprintf(f, "  %-8s %s\n", commands[i].name, commands[i].help);
}

static int
unknown(const char *word)
{
	struct rsd_nearest n = { .word = word, .len = strlen(word) };
	unsigned int i;

	for (i = 0; i < RTE_DIM(commands); i++)
		rsd_nearest(&n, commands[i].name);
	if (n.best != NULL)
		fprintf(stderr, "ringside: %s: there is no such command, did you mean %s?\n", word,
			n.best);
	else
		fprintf(stderr,
			"ringside: %s: there is no such command, expected one of `ringside "
			"--help`\n",
			word);
	return RSD_EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	unsigned int i;

	if (word == NULL) {
		print_usage(stderr);
		return RSD_EXIT_USAGE;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		print_usage(stdout);
		return RSD_EXIT_OK;
	}
	if (strcmp(word, "--version") == 0) {
		printf("ringside %s, on %s\n", rsd_version(), rte_version());
		return RSD_EXIT_OK;
	}
	for (i = 0; i < RTE_DIM(commands); i++)
		if (strcmp(word, commands[i].name) == 0)
			return commands[i].run(argc - 2, argv + 2);
	return unknown(word);
}
