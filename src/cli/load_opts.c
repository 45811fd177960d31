/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line of `ringside load`. The help is printed from the rows of load_values.c. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include <rte_common.h>

#include "base/err.h"
#include "cli/load.h"
#include "cli/words.h"
#include "control/nearest.h"

void
rsd_load_usage(void)
{
	unsigned int i;

	printf("usage: ringside load ADDR:PORT [options]\n"
	       "\n"
	       "Sends numbered, time-stamped datagrams to an echo service and tells what became "
	       "of\n"
	       "them: loss, duplicates, reordering, and latency from when each was due.\n"
	       "\n");
	for (i = 0; i < rsd_nb_load_options; i++) {
		char head[40];

		snprintf(head, sizeof(head), "--%s%s%s", rsd_load_options[i].name,
			rsd_load_options[i].arg != NULL ? " " : "",
			rsd_load_options[i].arg != NULL ? rsd_load_options[i].arg : "");
		printf("  %-20s %s\n", head, rsd_load_options[i].help);
	}
	printf("\nExit: 0 done, 1 nothing came back or sending failed, 2 usage, 3 the machine is "
	       "not ready.\n");
}

/* -- words ------------------------------------------------------------------------------------- */

static int
fail(struct rsd_error *err, const char *name, const char *what)
{
	char *c;

	rsd_err(err, RSD_EXIT_USAGE, -EINVAL, "--%s: %s", name, what);
	for (c = err->text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ')
			*c = '?';
	return -EINVAL;
}

static const struct rsd_load_option *
find(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < rsd_nb_load_options; i++)
		if (strlen(rsd_load_options[i].name) == len &&
			strncmp(rsd_load_options[i].name, name, len) == 0)
			return &rsd_load_options[i];
	return NULL;
}

static int
unknown(const char *name, size_t len, struct rsd_error *err)
{
	struct rsd_nearest n = { .word = name, .len = len };
	char shown[64];
	struct rsd_why why;
	unsigned int i;

	for (i = 0; i < rsd_nb_load_options; i++)
		rsd_nearest(&n, rsd_load_options[i].name);
	snprintf(shown, sizeof(shown), "%.*s", (int)RTE_MIN(len, sizeof(shown) - 1), name);
	if (n.best != NULL)
		rsd_why(&why, "there is no such option, did you mean --%s?", n.best);
	else
		rsd_why(&why, "there is no such option, expected one of `ringside load --help`");
	return fail(err, shown, why.text);
}

/* ADDR or [ADDR6], len characters of it. */
static bool
read_address(struct rsd_load_conf *conf, const char *text, size_t len, uint16_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&conf->to;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&conf->to;
	char addr[INET6_ADDRSTRLEN + 2];

	if (len == 0 || len >= sizeof(addr))
		return false;
	snprintf(addr, sizeof(addr), "%.*s", (int)len, text);
	if (inet_pton(AF_INET, addr, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		conf->to_len = sizeof(*v4);
		return true;
	}
	if (addr[0] != '[' || addr[len - 1] != ']')
		return false;
	addr[len - 1] = '\0';
	if (inet_pton(AF_INET6, addr + 1, &v6->sin6_addr) != 1)
		return false;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	conf->to_len = sizeof(*v6);
	return true;
}

static int
take_target(struct rsd_load_conf *conf, const char *text, struct rsd_error *err)
{
	const char *colon = strrchr(text, ':');
	struct rsd_why why;
	uint64_t port = 0;

	if (conf->to_len != 0)
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"%.70s: a second destination, expected one ADDR:PORT", text);
	if (colon == NULL ||
		rsd_number(colon + 1, strlen(colon + 1), 1, UINT16_MAX, &port, &why) != 0 ||
		!read_address(conf, text, (size_t)(colon - text), (uint16_t)port))
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"%.70s: not understood, expected ADDR:PORT such as 10.0.0.2:7 or "
			"[fd00::2]:7",
			text);
	snprintf(conf->to_text, sizeof(conf->to_text), "%s", text);
	return 0;
}

static int
take_option(struct rsd_load_opts *o, int argc, char **argv, int *i, struct rsd_error *err)
{
	const char *name = argv[(*i)++] + 2, *value;
	size_t len = strcspn(name, "=");
	const struct rsd_load_option *row = find(name, len);
	struct rsd_why why;

	if (row == NULL)
		return unknown(name, len, err);
	value = rsd_word_value(argc, argv, i, row->arg != NULL);
	if (rsd_word_value_fits(row->arg, value, &why) && row->read(o, value, &why) == 0)
		return 0;
	return fail(err, row->name, why.text);
}

/* -- what only all of them together tell ------------------------------------------------------- */

static int
check_port(const struct rsd_load_conf *conf, struct rsd_error *err)
{
	static const char needs[] = "is for --port, which is not given";

	if (conf->port == NULL) {
		if (conf->nb_ips != 0)
			return fail(err, "ip", needs);
		if (conf->gateway != NULL)
			return fail(err, "gateway", needs);
		if (conf->has_peer_mac)
			return fail(err, "peer-mac", needs);
		if (conf->flows > RSD_LOAD_FLOWS_SOCK)
			return fail(
				err, "flows", "more than 16384 sockets, expected fewer, or --port");
		return 0;
	}
	if (conf->to.ss_family != AF_INET)
		return fail(err, "port", "sends IPv4, expected an IPv4 destination");
	if (conf->nb_ips == 0)
		return fail(err, "ip",
			"missing, expected our address on the port, such as --ip 10.0.0.1/24");
	if (conf->threads != 0)
		return fail(err, "threads", "is for sockets; a port is worked by one");
	return 0;
}

static int
check(struct rsd_load_opts *o, struct rsd_error *err)
{
	struct rsd_load_conf *conf = &o->conf;

	if (conf->to_len == 0)
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"no destination, expected ADDR:PORT such as 10.0.0.2:7");
	if (conf->search != RSD_SEARCH_NONE) {
		if (conf->outstanding != 0)
			return fail(err, "search",
				"looks for a rate, expected it without --outstanding and "
				"--pingpong");
		if (conf->one_way)
			return fail(err, "search", "needs answers, expected it without --one-way");
		if (conf->count != 0)
			return fail(
				err, "search", "has trials of --for, expected it without --count");
		if (conf->mix.min < RSD_STAMP_SEQ)
			return fail(err, "search",
				"needs numbers in the datagrams, expected --size 8 or more");
	}
	if (conf->one_way && conf->outstanding != 0)
		return fail(err, "one-way",
			"has no answers to wait for, expected it without "
			"--outstanding and --pingpong");
	if (conf->threads == 2 && conf->outstanding != 0)
		return fail(err, "threads", "a closed loop is one thread's, expected 1");
	if (conf->rate_given && conf->rate == 0 && conf->outstanding != 0)
		return fail(err, "rate", "max contradicts a closed loop, expected one of them");
	return check_port(conf, err);
}

static void
defaults(struct rsd_load_opts *o)
{
	struct rsd_why why;

	memset(o, 0, sizeof(*o));
	o->conf.rate = 10000;
	o->conf.flows = 1;
	o->conf.warmup_ns = 500000000;
	o->conf.wait_ns = 500000000;
	o->conf.batch = 32;
	o->conf.precision = 0.02;
	rsd_mix_read(&o->conf.mix, "64", why.text, sizeof(why.text));
}

int
rsd_load_opts_parse(int argc, char **argv, struct rsd_load_opts *o, struct rsd_error *err)
{
	int i = 0, ret = 0;

	defaults(o);
	while (ret == 0 && i < argc && !o->help) {
		if (strcmp(argv[i], "-h") == 0)
			o->help = true;
		else if (strncmp(argv[i], "--", 2) == 0)
			ret = take_option(o, argc, argv, &i, err);
		else
			ret = take_target(&o->conf, argv[i++], err);
	}
	if (ret != 0 || o->help)
		return ret;
	if (o->conf.for_ns == 0 && (o->conf.count == 0 || o->conf.search != RSD_SEARCH_NONE))
		o->conf.for_ns = 5000000000;
	/* A closed loop or a search goes as fast as it goes, unless told otherwise. */
	if (!o->conf.rate_given && (o->conf.outstanding != 0 || o->conf.search != RSD_SEARCH_NONE))
		o->conf.rate = 0;
	return check(o, err);
}
