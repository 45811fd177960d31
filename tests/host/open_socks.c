/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An engine with sockets of any kind, for the host tests: open_socks SPEC... -- RUN-OPTION...
 * SPEC as `ringside explain --socket` takes it, and echoes; or many=N: N of them on 10.0.0.1:1000,
 * connected to N peers; or queue=N: on port 4444, with a queue of N that nobody reads.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ip.h>

#include "cli/explain.h"

static struct rsd_engine *engine;

static void
echo(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	(void)sock;
	(void)pkts;
	(void)arg;
	memset(verdicts, RSD_ANSWER_SAME, nb);
}

static void
on_signal(int sig)
{
	(void)sig;
	rsd_engine_request_stop(engine);
}

static struct rsd_sockaddr
address(const struct rsd_end *end)
{
	struct rsd_sockaddr a = { .family = end->family, .port = end->port };

	if (end->family == AF_INET)
		a.v4 = end->ip.w[3];
	else
		memcpy(a.v6, end->ip.b, sizeof(a.v6));
	return a;
}

static int
open_spec(const struct rsd_spec *spec)
{
	char dev[8];
	const struct rsd_sock_conf conf = {
		.name = spec->name[0] != '\0' ? spec->name : NULL,
		.local = address(&spec->local),
		.peer = address(&spec->peer),
		.device = spec->dev != 0 ? dev : NULL,
		.cpu = spec->cpu,
		.owner = spec->owner,
		.flags = spec->flags,
		.handler = echo,
	};
	struct rsd_sock *sock;

	snprintf(dev, sizeof(dev), "%u", spec->dev - 1u);
	return rsd_sock_open(engine, &conf, &sock);
}

static int
open_many(unsigned long nb)
{
	struct rsd_spec spec = { .local = { .family = AF_INET, .port = 1000 },
		.peer = { .family = AF_INET },
		.flags = RSD_SOCK_REUSEADDR,
		.name = "many" };
	unsigned long i;
	int ret = 0;

	rsd_ip_set_v4(&spec.local.ip, RTE_BE32(RTE_IPV4(10, 0, 0, 1)));
	for (i = 0; i < nb && ret == 0; i++) {
		rsd_ip_set_v4(&spec.peer.ip,
			rte_cpu_to_be_32(RTE_IPV4(10, 1, 0, 0) + (uint32_t)(i / 50000)));
		spec.peer.port = (uint16_t)(1000 + i % 50000);
		ret = open_spec(&spec);
	}
	return ret;
}

static int
open_queue(unsigned long len)
{
	const struct rsd_sock_conf conf = {
		.name = "queue", .local.port = 4444, .queue_len = (unsigned int)len
	};
	struct rsd_sock *sock;

	return rsd_sock_open(engine, &conf, &sock);
}

static int
open_word(const char *word)
{
	struct rsd_spec spec;
	struct rsd_why why;
	int ret;

	if (strncmp(word, "many=", 5) == 0)
		ret = open_many(strtoul(word + 5, NULL, 10));
	else if (strncmp(word, "queue=", 6) == 0)
		ret = open_queue(strtoul(word + 6, NULL, 10));
	else if (rsd_spec_read(word, &spec, &why) == 0)
		ret = open_spec(&spec);
	else
		return fprintf(stderr, "%s: %s\n", word, why.text);
	if (ret != 0)
		fprintf(stderr, "%s: %s\n", word, strerror(-ret));
	return ret;
}

int
main(int argc, char **argv)
{
	struct rsd_error err = { .code = RSD_EXIT_OK };
	int words = 1, i;

	while (words < argc && strcmp(argv[words], "--") != 0)
		words++;
	if (words == argc)
		return RSD_EXIT_USAGE;
	if (rsd_engine_create(argc - words - 1, argv + words + 1, &engine, &err) != 0)
		goto out;
	signal(SIGTERM, on_signal);
	for (i = 1; i < words; i++)
		if (open_word(argv[i]) != 0)
			goto out;
	if (rsd_engine_start(engine, &err) != 0)
		goto out;
	puts("ready");
	fflush(stdout);
	rsd_engine_wait(engine);
	rsd_engine_stop(engine, &err);
out:
	rsd_engine_destroy(engine);
	if (err.code != RSD_EXIT_OK)
		fprintf(stderr, "%s\n", err.text);
	return (int)err.code;
}
