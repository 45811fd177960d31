/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside explain ADDR:PORT [PEER:PORT]`: every step of a socket look-up. No EAL, no root. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/ctl.h"
#include "cli/explain_table.h"

#define SLOTS_DEFAULT 256 /* the fewest that Linux gives its UDP table */
#define SLOTS_MAX     (1u << 31)
#define SPECS_MAX     65536 /* sockets given on the command line */

static void
usage(void)
{
	printf("Usage: ringside explain [options] ADDR:PORT [PEER:PORT]\n\n"
	       "Prints every step of the look-up that finds the socket for a datagram to\n"
	       "ADDR:PORT (from PEER:PORT): Linux's hash and ringside's, candidates with their\n"
	       "scores, the winner. IPv6 as [ADDR]:PORT. Needs neither root nor a running engine.\n"
	       "\nWhich sockets are open (none: it says what happens then)\n"
	       "  --socket SPEC    repeatable, opened in this order: ADDR:PORT[,key...] with ADDR\n"
	       "                   an address, any or [::]; keys peer=ADDR:PORT, reuseport,\n"
	       "                   reuseaddr, v6only, dev=PORT, cpu=WORKER, owner=N, name=TEXT\n"
	       "  --serve SPEC     repeatable: NAME:PORT[@ADDR], as for ringside run\n"
	       "  --config FILE    those that ringside run would open with that file\n"
	       "  --name NAME      those of the running engine of that name\n"
	       "\nOther options\n"
	       "  --seed N         of Linux's hash, decimal or 0x... (default: 0)\n"
	       "  --slots N        of Linux's table, a power of two (default: %u)\n"
	       "  --key HEX        of ringside's hashes, 32 hex digits (default: random)\n"
	       "  --dev PORT       the engine's port the datagram comes in on, from 0\n"
	       "  --cpu WORKER     the worker that looks, from 0\n"
	       "  --json           one JSON object\n"
	       "  --help           this text\n"
	       "\nExit: 0 done; 1 internal error; 2 wrong usage; 3 no such engine runs.\n",
		SLOTS_DEFAULT);
}

/* What was written, before it is known to make sense. */
struct words {
	struct rsd_explain x;
	const char *end[2];
	unsigned int nb_end;
	const char *config;
	bool json, help;
	struct rsd_error err;
};

static int
fail(struct words *w, const char *fmt, ...)
{
	char text[sizeof(w->err.text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return rsd_err(&w->err, RSD_EXIT_USAGE, -EINVAL, "%s", text);
}

/* Room for one socket more, all zero; NULL and an error otherwise. */
static struct rsd_spec *
add_spec(struct words *w)
{
	struct rsd_explain *x = &w->x;
	struct rsd_spec *grown;

	if (x->nb_spec == SPECS_MAX) {
		fail(w, "more than %u sockets", SPECS_MAX);
		return NULL;
	}
	grown = realloc(x->spec, (x->nb_spec + 1) * sizeof(*grown));
	if (grown == NULL) {
		rsd_err(&w->err, RSD_EXIT_INTERNAL, -ENOMEM, "no memory");
		return NULL;
	}
	x->spec = grown;
	return &grown[x->nb_spec];
}

static int
take_spec(struct words *w, const char *option, const char *text,
	int (*read)(const char *, struct rsd_spec *, struct rsd_why *))
{
	struct rsd_spec *spec = add_spec(w);
	struct rsd_why why;

	if (spec == NULL)
		return -EINVAL;
	if (read(text, spec, &why) != 0)
		return fail(w, "%s: %s", option, why.text);
	spec->id = w->x.nb_spec;
	spec->bound_at = 2 * (int64_t)w->x.nb_spec;
	spec->connected_at = spec->bound_at + 1;
	w->x.nb_spec++;
	return 0;
}

static int
take_config(struct words *w)
{
	char *argv[] = { (char *)(uintptr_t) "--config", (char *)(uintptr_t)w->config };
	struct rsd_conf *conf = calloc(1, sizeof(*conf));
	unsigned int i;
	int ret;

	if (conf == NULL)
		return rsd_err(&w->err, RSD_EXIT_INTERNAL, -ENOMEM, "no memory");
	ret = rsd_conf_parse(2, argv, conf, &w->err);
	for (i = 0; ret == 0 && i < conf->nb_serves; i++)
		ret = take_spec(w, w->config, conf->serves[i], rsd_spec_read_serve);
	free(conf);
	return ret;
}

static int
take_seed(struct words *w, const char *text)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 0);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || n > UINT32_MAX)
		return fail(w, "--seed: '%s', expected a number from 0 to 0xffffffff", text);
	w->x.seed = (uint32_t)n;
	return 0;
}

static int
take_slots(struct words *w, const char *text)
{
	struct rsd_why why;
	uint64_t n;

	if (rsd_number(text, strlen(text), 1, SLOTS_MAX, &n, &why) != 0)
		return fail(w, "--slots: %s", why.text);
	if ((n & (n - 1)) != 0)
		return fail(w, "--slots: %s is no power of two, expected one such as 256", text);
	w->x.slots = (uint32_t)n;
	return 0;
}

static int
take_key(struct words *w, const char *text)
{
	unsigned int i, byte;

	if (strlen(text) != 32 || strspn(text, "0123456789abcdefABCDEF") != 32)
		return fail(w, "--key: '%s', expected 32 hex digits", text);
	for (i = 0; i < 16 && sscanf(text + 2 * i, "%2x", &byte) == 1; i++)
		w->x.key[i] = (uint8_t)byte;
	w->x.key_given = true;
	return 0;
}

static int
take_index(struct words *w, const char *option, const char *text, uint64_t max, uint16_t *to)
{
	struct rsd_why why;
	uint64_t n;

	if (rsd_number(text, strlen(text), 0, max, &n, &why) != 0)
		return fail(w, "--%s: %s", option, why.text);
	*to = (uint16_t)(n + 1);
	return 0;
}

static int
take_engine(struct words *w, const char *name)
{
	if (!rsd_ctl_is_name(name))
		return fail(w, "--name: '%s', expected a name without '/' and blanks", name);
	w->x.engine = name;
	return 0;
}

static int
take_end(struct words *w, const char *text)
{
	if (w->nb_end == 2)
		return fail(w, "'%s': one word too many, expected ADDR:PORT [PEER:PORT]", text);
	w->end[w->nb_end++] = text;
	return 0;
}

static int
take_option(struct words *w, int option, const char *word)
{
	switch (option) {
	case 1:
		return take_end(w, optarg);
	case 's':
		return take_spec(w, "--socket", optarg, rsd_spec_read);
	case 'v':
		return take_spec(w, "--serve", optarg, rsd_spec_read_serve);
	case 'f':
		w->config = optarg;
		return 0;
	case 'n':
		return take_engine(w, optarg);
	case 'e':
		return take_seed(w, optarg);
	case 'l':
		return take_slots(w, optarg);
	case 'k':
		return take_key(w, optarg);
	case 'd':
		return take_index(w, "dev", optarg, RSD_CONF_PORTS - 1, &w->x.dev);
	case 'c':
		return take_index(w, "cpu", optarg, RSD_CPU_MAX, &w->x.cpu);
	case 'j':
		w->json = true;
		return 0;
	case 'h':
		w->help = true;
		return 0;
	case ':':
		return fail(w, "%s: a value must follow", word);
	default:
		return fail(w, "%s: no such option; see ringside explain --help", word);
	}
}

/* argv[0] stands for the command, as getopt wants it. */
static int
take_words(struct words *w, int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "serve", required_argument, NULL, 'v' },
		{ "config", required_argument, NULL, 'f' },
		{ "name", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 'e' },
		{ "slots", required_argument, NULL, 'l' },
		{ "key", required_argument, NULL, 'k' },
		{ "dev", required_argument, NULL, 'd' },
		{ "cpu", required_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option, ret = 0;

	opterr = 0;
	optind = 0; /* GNU: begin anew, whoever used it before */
	while (ret == 0 && !w->help &&
		(option = getopt_long(argc, argv, "-:h", options, NULL)) != -1)
		ret = take_option(w, option, optind > 0 ? argv[optind - 1] : "");
	for (; ret == 0 && !w->help && optind < argc; optind++)
		ret = take_end(w, argv[optind]);
	return ret;
}

static int
read_end(struct words *w, const char *text, struct rsd_end *end)
{
	struct rsd_why why;

	if (rsd_end_read(text, end, &why) != 0)
		return fail(w, "%s", why.text);
	if (rsd_ip_is_any(&end->ip))
		return fail(w, "'%s': no datagram has that address, expected one of a host", text);
	if (end->family == AF_INET6 && rsd_ip_is_v4(&end->ip))
		return fail(w, "'%s': IPv4 in disguise, expected it as a.b.c.d:PORT", text);
	return 0;
}

static int
check(struct words *w)
{
	if (w->nb_end == 0)
		return fail(w, "explain: where does the datagram go? Expected ADDR:PORT such as "
			       "127.0.0.1:9999");
	if (read_end(w, w->end[0], &w->x.to) != 0)
		return -EINVAL;
	if (w->nb_end == 2 && read_end(w, w->end[1], &w->x.from) != 0)
		return -EINVAL;
	if (w->nb_end == 2 && w->x.from.family != w->x.to.family)
		return fail(
			w, "'%s' and '%s' are of two families, expected one", w->end[0], w->end[1]);
	if (w->x.engine != NULL && (w->x.nb_spec != 0 || w->config != NULL))
		return fail(w, "--name: asks a running engine, expected no --socket, --serve or "
			       "--config beside it");
	if (w->config != NULL && take_config(w) != 0)
		return -EINVAL;
	if (!w->x.key_given && getrandom(w->x.key, sizeof(w->x.key), 0) != sizeof(w->x.key))
		return rsd_err(&w->err, RSD_EXIT_INTERNAL, -EIO, "no random numbers");
	return 0;
}

static int
print(struct words *w, json_t *whole)
{
	int bad = 0;

	if (w->json)
		bad = json_dumpf(whole, stdout, JSON_INDENT(2)) != 0 || putchar('\n') == EOF;
	else
		rsd_explain_text(whole);
	if (fflush(stdout) != 0 || bad)
		return rsd_err(
			&w->err, RSD_EXIT_INTERNAL, -EIO, "cannot be printed: %s", strerror(errno));
	return 0;
}

static int
explain(struct words *w)
{
	json_t *whole = rsd_explain_ends(&w->x), *ours, *o;

	ours = whole != NULL ? rsd_explain_table(&w->x, &w->err) : NULL;
	if (ours == NULL) {
		json_decref(whole);
		return -EINVAL;
	}
	o = json_pack("{s:i,s:o,s:o}", "schema", RSD_EXPLAIN_SCHEMA, "linux",
		rsd_explain_kernel(&w->x), "ringside", ours);
	if (o == NULL || json_object_update(o, whole) != 0) {
		json_decref(o);
		json_decref(whole);
		return rsd_err(&w->err, RSD_EXIT_INTERNAL, -ENOMEM, "no memory");
	}
	json_decref(whole);
	print(w, o);
	json_decref(o);
	return 0;
}

int
rsd_cmd_explain(int argc, char **argv)
{
	struct words w = { .x = { .slots = SLOTS_DEFAULT }, .err = { .code = RSD_EXIT_OK } };
	char **words = calloc((size_t)argc + 2, sizeof(*words));
	static char command[] = "explain";

	if (words == NULL) {
		fprintf(stderr, "ringside: no memory\n");
		return RSD_EXIT_INTERNAL;
	}
	words[0] = command;
	memcpy(words + 1, argv, (size_t)argc * sizeof(*words));
	if (take_words(&w, argc + 1, words) == 0) {
		if (w.help)
			usage();
		else if (check(&w) == 0 &&
			 (w.x.engine == NULL || rsd_explain_ask_engine(&w.x, &w.err) == 0))
			explain(&w);
	}
	if (w.err.code != RSD_EXIT_OK && w.err.text[0] != '\0')
		fprintf(stderr, "ringside: %s\n", w.err.text);
	free(w.x.spec);
	free(words);
	return (int)w.err.code;
}
