/* SPDX-License-Identifier: BSD-3-Clause */
/* Options and report of the verifying client. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "udp_client.h"

#define PROGRESS_NS 200000000ULL

volatile sig_atomic_t client_stop;

static void
on_signal(int sig)
{
	(void)sig;
	client_stop = 1;
}

void
client_progress(const struct client_conf *conf, const struct client_result *r, uint64_t ns)
{
	static uint64_t shown_at;

	if (!conf->progress || ns - shown_at < PROGRESS_NS)
		return;
	shown_at = ns;
	fprintf(stderr, "\r  %" PRIu64 " sent, %" PRIu64 " answered and verified, %.0f k/s   ",
		r->sent, r->answered, (double)r->answered * 1e6 / (double)ns);
}

static void
report_json(const struct client_conf *conf, const struct client_result *r, double seconds)
{
	printf("{\"schema\":1,\"to\":\"%s\",\"flows\":%u,\"window\":%" PRIu64 ",\"sizes\":[",
		conf->to.text, conf->flows, conf->window);
	for (unsigned int i = 0; i < conf->nb_sizes; i++)
		printf("%s%u", i ? "," : "", conf->sizes[i]);
	printf("],\"sent\":%" PRIu64 ",\"answered\":%" PRIu64 ",\"lost\":%" PRIu64
	       ",\"duplicates\":%" PRIu64 ",\"corrupt\":%" PRIu64 ",\"wrong_length\":%" PRIu64
	       ",\"reordered\":%" PRIu64 ",\"late\":%" PRIu64 ",\"refused\":%" PRIu64,
		r->sent, r->answered, r->sent - r->answered, r->duplicates, r->corrupt,
		r->wrong_length, r->reordered, r->late, r->refused);
	printf(",\"wall_s\":%.6f,\"datagrams_per_s\":%.1f,\"rtt_us\":{\"p50\":%" PRIu64
	       ",\"p99\":%" PRIu64 ",\"max\":%" PRIu64 "},\"cpu_ns_per_datagram\":%.1f}\n",
		seconds, (double)r->answered / seconds, hist_share(&r->rtt_us, 0.5),
		hist_share(&r->rtt_us, 0.99), r->rtt_us.max,
		(double)r->cpu_ns / (r->answered ? (double)r->answered : 1));
}

static void
report_text(const struct client_conf *conf, const struct client_result *r, double seconds)
{
	printf("udp_client %s: %" PRIu64 " sent, %" PRIu64 " answered, %" PRIu64 " lost, %" PRIu64
	       " duplicates, %" PRIu64 " corrupt, %" PRIu64 " of wrong length, %" PRIu64
	       " reordered, %" PRIu64 " late, %" PRIu64 " refused\n",
		conf->to.text, r->sent, r->answered, r->sent - r->answered, r->duplicates,
		r->corrupt, r->wrong_length, r->reordered, r->late, r->refused);
	printf("%.3f s, %.0f datagrams/s, round trip p50 %" PRIu64 " us, p99 %" PRIu64
	       " us, max %" PRIu64 " us, CPU %.0f ns a datagram\n",
		seconds, (double)r->answered / seconds, hist_share(&r->rtt_us, 0.5),
		hist_share(&r->rtt_us, 0.99), r->rtt_us.max,
		(double)r->cpu_ns / (r->answered ? (double)r->answered : 1));
}

static int
run(const struct client_conf *conf)
{
	struct client_result *r = calloc(1, sizeof(*r));
	struct sigaction sa = { .sa_handler = on_signal };
	double seconds;
	int ret;

	if (r == NULL)
		return 1;
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	ret = client_run(conf, r);
	if (conf->progress)
		fprintf(stderr, "\r%70s\r", "");
	if (ret < 0)
		fprintf(stderr, "udp_client: %s: %s\n", conf->to.text, strerror(errno));
	seconds = r->wall_ns ? (double)r->wall_ns / 1e9 : 1e-9;
	if (conf->json)
		report_json(conf, r, seconds);
	else
		report_text(conf, r, seconds);
	if (r->sent == 0 || r->answered != r->sent || r->duplicates + r->corrupt + r->wrong_length)
		ret = -1;
	free(r);
	return ret < 0 ? 1 : 0;
}

static void
usage(void)
{
	fputs("usage: udp_client --to ADDR:PORT [--count 200000] [--sizes 18,64,512,1472]\n"
	      "                  [--window 256] [--flows 16] [--timeout SECONDS] [--for SECONDS]\n"
	      "                  [--json] [--progress]\n"
	      "Sends numbered datagrams to a UDP echo service and verifies every byte that comes\n"
	      "back. --window is how many are under way at a time, --flows how many source ports\n"
	      "are used, --timeout (1) how long a silence means loss. Sizes are payload bytes, 0 "
	      "to\n"
	      "65507; below 18 there is no room for a number, so those are only counted.\n"
	      "Exit: 0 all answered once and intact, 1 not so, 2 usage.\n",
		stdout);
}

static int
parse_sizes(const char *arg, struct client_conf *conf)
{
	char copy[512], *save = NULL, *word;
	uint64_t value;

	if (strlen(arg) >= sizeof(copy))
		return -1;
	strcpy(copy, arg);
	conf->nb_sizes = 0;
	for (word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		if (conf->nb_sizes == CLIENT_MAX_SIZES || ex_parse_uint(word, 0, 65507, &value) < 0)
			return -1;
		conf->sizes[conf->nb_sizes++] = (uint16_t)value;
	}
	return conf->nb_sizes > 0 ? 0 : -1;
}

/* Returns 0, or -1 when the option is unknown or its value is wrong. */
static int
take_option(int opt, const char *arg, struct client_conf *conf)
{
	uint64_t flows;

	switch (opt) {
	case 't':
		return ex_parse_addr(arg, &conf->to);
	case 'c':
		return ex_parse_uint(arg, 1, 1ULL << 32, &conf->count);
	case 's':
		return parse_sizes(arg, conf);
	case 'w':
		return ex_parse_uint(arg, 1, 65536, &conf->window);
	case 'f':
		if (ex_parse_uint(arg, 1, CLIENT_MAX_FLOWS, &flows) < 0)
			return -1;
		conf->flows = (unsigned int)flows;
		return 0;
	case 'o':
		return ex_parse_seconds(arg, &conf->timeout_ns);
	case 'F':
		return ex_parse_seconds(arg, &conf->for_ns);
	case 'j':
		conf->json = true;
		return 0;
	case 'p':
		conf->progress = true;
		return 0;
	default:
		return -1;
	}
}

static const struct option options[] = {
	{ "to", required_argument, NULL, 't' },
	{ "count", required_argument, NULL, 'c' },
	{ "sizes", required_argument, NULL, 's' },
	{ "window", required_argument, NULL, 'w' },
	{ "flows", required_argument, NULL, 'f' },
	{ "timeout", required_argument, NULL, 'o' },
	{ "for", required_argument, NULL, 'F' },
	{ "json", no_argument, NULL, 'j' },
	{ "progress", no_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

int
main(int argc, char **argv)
{
	struct client_conf conf = {
		.count = 200000,
		.window = 256,
		.flows = 16,
		.timeout_ns = 1000000000,
		.nb_sizes = 4,
		.sizes = { 18, 64, 512, 1472 },
		.progress = isatty(STDERR_FILENO),
	};
	int opt, row = 0;

	while ((opt = getopt_long(argc, argv, "h", options, &row)) != -1) {
		if (opt == 'h') {
			usage();
			return 0;
		}
		if (take_option(opt, optarg, &conf) < 0) {
			if (opt != '?')
				fprintf(stderr, "udp_client: --%s: wrong value '%s', see --help\n",
					options[row].name, optarg);
			return 2;
		}
	}
	if (optind != argc || conf.to.len == 0) {
		fprintf(stderr, "udp_client: --to ADDR:PORT is needed and nothing beside options, "
				"see --help\n");
		return 2;
	}
	return run(&conf);
}
