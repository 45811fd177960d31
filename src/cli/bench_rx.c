/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `ringside bench-rx`: one receiver of `ringside bench`, which starts it as a child. It is not in
 * the list of commands, for by itself it is half of a measurement.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>

#include <ringside/engine.h>

#include "bench/rx_child.h"
#include "bench/rx_pass.h"
#include "cli/cli.h"
#include "control/nearest.h"

#define MAX_CPUS 16

struct args {
	struct rsd_rx_conf conf;
	int cpus[MAX_CPUS];
	unsigned int nb_cpus;
};

static void
usage(FILE *f)
{
	fputs("usage: ringside bench-rx NAME --dev IFACE --addr ADDR --port PORT [options]\n"
	      "       ringside bench-rx peer-xdp --dev IFACE\n"
	      "       ringside bench-rx --list\n"
	      "\n"
	      "One receiver of `ringside bench`. It reads lines, \"mark\" and \"stop\", and writes "
	      "JSON.\n"
	      "peer-xdp keeps an XDP program on the far end of a veth, which XDP_TX needs.\n"
	      "\n"
	      "  --workload echo|rx  answer, or only see the payload (echo)\n"
	      "  --cpus LIST         the CPUs of its threads\n"
	      "  --batch N           datagrams a system call (64)\n"
	      "  --max-payload N     the largest datagram (1472)\n"
	      "  --plant-spin NS     waste this much CPU time on every datagram\n"
	      "  --plant-copy N      copy every payload so many times more\n",
		f);
}

static const struct option options[] = {
	{ "dev", required_argument, NULL, 'd' },
	{ "addr", required_argument, NULL, 'a' },
	{ "port", required_argument, NULL, 'p' },
	{ "workload", required_argument, NULL, 'w' },
	{ "cpus", required_argument, NULL, 'c' },
	{ "batch", required_argument, NULL, 'b' },
	{ "max-payload", required_argument, NULL, 'm' },
	{ "plant-spin", required_argument, NULL, 's' },
	{ "plant-copy", required_argument, NULL, 'y' },
	{ "list", no_argument, NULL, 'l' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* Returns 0, or -1 when it is not a number from min to max. */
static int
number(const char *text, uint32_t min, uint32_t max, uint32_t *value)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || n < min || n > max)
		return -1;
	*value = (uint32_t)n;
	return 0;
}

static int
take_cpus(const char *text, struct args *a)
{
	char copy[64], *word, *rest = copy;
	uint32_t cpu;

	if (strlen(text) >= sizeof(copy))
		return -1;
	strcpy(copy, text);
	while ((word = strsep(&rest, ",")) != NULL) {
		if (a->nb_cpus == MAX_CPUS || number(word, 0, CPU_SETSIZE - 1, &cpu) < 0)
			return -1;
		a->cpus[a->nb_cpus++] = (int)cpu;
	}
	return 0;
}

static int
take_dev(const char *name, struct rsd_rx_conf *conf)
{
	conf->ifindex = if_nametoindex(name);
	if (conf->ifindex == 0)
		return -1;
	snprintf(conf->dev, sizeof(conf->dev), "%s", name);
	return 0;
}

static int
take_workload(const char *word, struct rsd_rx_conf *conf)
{
	conf->workload = strcmp(word, "rx") == 0 ? RSD_RX_SINK : RSD_RX_ECHO;
	return conf->workload == RSD_RX_SINK || strcmp(word, "echo") == 0 ? 0 : -1;
}

/* Returns 0, or -1 when the value is wrong. */
static int
take(int opt, const char *arg, struct args *a)
{
	uint32_t port;

	switch (opt) {
	case 'd':
		return take_dev(arg, &a->conf);
	case 'a':
		return inet_pton(AF_INET, arg, &a->conf.addr.sin_addr) == 1 ? 0 : -1;
	case 'p':
		if (number(arg, 1, UINT16_MAX, &port) < 0)
			return -1;
		a->conf.addr.sin_port = htons((uint16_t)port);
		return 0;
	case 'w':
		return take_workload(arg, &a->conf);
	case 'c':
		return take_cpus(arg, a);
	case 'b':
		return number(arg, 1, RSD_RX_MAX_BATCH, &a->conf.batch);
	case 'm':
		return number(arg, 0, RSD_RX_MAX_PAYLOAD, &a->conf.max_payload);
	case 's':
		return number(arg, 0, 1000000, &a->conf.spin_ns);
	default: /* 'y', the only one left */
		return number(arg, 1, 1000000, &a->conf.copies);
	}
}

static int
wrong(const char *fmt, const char *a, const char *b)
{
	fputs("ringside bench-rx: ", stderr);
	fprintf(stderr, fmt, a, b);
	fputc('\n', stderr);
	return RSD_EXIT_USAGE;
}

static int
no_such(const char *name)
{
	struct rsd_nearest n = { .word = name, .len = strlen(name) };
	unsigned int i;

	for (i = 0; rsd_rx_rows[i] != NULL; i++)
		rsd_nearest(&n, rsd_rx_rows[i]->name);
	return wrong("%s: there is no such receiver, did you mean %s?", name,
		n.best != NULL ? n.best : "one of --list");
}

static int
start(const char *name, const struct args *a)
{
	const struct rsd_rx *rx = rsd_rx_find(name);

	if (a->conf.ifindex == 0)
		return wrong("--%s is missing%s", "dev", "");
	if (strcmp(name, "peer-xdp") == 0)
		return rsd_rx_pass(a->conf.dev, a->conf.ifindex, STDIN_FILENO, stdout);
	if (rx == NULL)
		return no_such(name);
	if (a->conf.addr.sin_addr.s_addr == 0 || a->conf.addr.sin_port == 0)
		return wrong("--%s is missing%s", a->conf.addr.sin_port == 0 ? "port" : "addr", "");
	return rsd_rx_child(rx, &a->conf, a->cpus, a->nb_cpus, STDIN_FILENO, stdout);
}

int
rsd_cmd_bench_rx(int argc, char **argv)
{
	struct args a = { .conf = {
				  .addr.sin_family = AF_INET, .batch = 64, .max_payload = 1472 } };
	int opt, row = 0;

	/* getopt looks for options after the word in front of them: the name of the command */
	argc++;
	argv--;
	while ((opt = getopt_long(argc, argv, "h", options, &row)) != -1) {
		if (opt == 'h' || opt == 'l') {
			if (opt == 'h')
				usage(stdout);
			else
				rsd_rx_print_rows(stdout);
			return RSD_EXIT_OK;
		}
		if (opt == '?')
			return RSD_EXIT_USAGE;
		if (take(opt, optarg, &a) < 0)
			return wrong(
				"--%s: wrong value '%s', see --help", options[row].name, optarg);
	}
	if (argc - optind != 1)
		return wrong("expected the name of one receiver, see --%s%s", "help", "");
	return start(argv[optind], &a);
}
