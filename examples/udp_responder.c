/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A whole UDP service of one's own: it answers every datagram with its payload in upper case, in
 * the very buffer it arrived in.
 *
 *	sudo ./udp_responder --port tap:rs0 --ip 10.99.0.2/24
 *	sudo ip addr add 10.99.0.1/24 dev rs0
 *	echo hello | nc -u -w1 10.99.0.2 7777
 *
 * All options of `ringside run` work, and `ringside ctl stats` watches it.
 */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>

#include <ringside/engine.h>
#include <ringside/sock.h>

#define PORT 7777

static struct rsd_engine *engine;

/* Runs on a polling core, with all datagrams of one burst. The packets are lent, not given. */
static void
shout(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts, uint16_t nb, void *arg)
{
	(void)sock;
	(void)arg;
	for (uint16_t i = 0; i < nb; i++) {
		unsigned char *payload = rsd_pkt_data(pkts[i]);

		if (!rsd_pkt_is_linear(pkts[i]))
			continue; /* verdicts begin as RSD_DROP */
		for (uint16_t k = 0; k < rsd_pkt_len(pkts[i]); k++)
			payload[k] = (unsigned char)toupper(payload[k]);
		verdicts[i] = RSD_ANSWER; /* bytes changed: a new checksum, please */
	}
}

static void
on_signal(int sig)
{
	signal(sig, SIG_DFL); /* a second one ends the process at once */
	rsd_engine_request_stop(engine);
}

static int
run(struct rsd_error *err)
{
	const struct rsd_sock_conf conf = { .name = "shout", .local.port = PORT, .handler = shout };
	struct rsd_sock *sock;

	if (rsd_sock_open(engine, &conf, &sock) != 0) {
		snprintf(err->text, sizeof(err->text), "port %d cannot be opened", PORT);
		err->code = RSD_EXIT_INTERNAL;
		return -1;
	}
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	if (rsd_engine_start(engine, err) != 0)
		return -1;
	rsd_engine_wait(engine);
	return rsd_engine_stop(engine, err);
}

int
main(int argc, char **argv)
{
	struct rsd_error err = { .code = RSD_EXIT_OK };

	if (rsd_engine_create(argc - 1, argv + 1, &engine, &err) == 0 && engine != NULL)
		run(&err);
	rsd_engine_destroy(engine);
	if (err.code != RSD_EXIT_OK)
		fprintf(stderr, "udp_responder: %s\n", err.text);
	return (int)err.code;
}
