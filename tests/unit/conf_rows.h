/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of options and config files: words in, fields or one error line out. */
#ifndef RSD_TESTS_CONF_ROWS_H
#define RSD_TESTS_CONF_ROWS_H

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_common.h>

#include "control/options.h"
#include "support/cunit_runner.h"

#define WORDS_MAX 64
#define IP        "--ip 10.0.0.2/24 "
#define KEY40     "000102030405060708090a0b0c0d0e0f1011121314151617"

/* The config file of a row; %F in its words and errors stands for the path. */
static char file_path[64];

static void
write_file(const char *text, size_t len)
{
	FILE *f = fopen(file_path, "w");

	if (f == NULL || fwrite(text, 1, len, f) != len || fclose(f) != 0)
		CU_FAIL_FATAL("the config file cannot be written");
}

/* text with every %F replaced by the path of the file. */
static void
expand(const char *text, char *out, size_t len)
{
	size_t used = 0;

	while (*text != '\0' && used + 1 < len) {
		if (strncmp(text, "%F", 2) == 0) {
			used += (size_t)snprintf(out + used, len - used, "%s", file_path);
			text += 2;
		} else {
			out[used++] = *text++;
		}
	}
	out[RTE_MIN(used, len - 1)] = '\0';
}

static int
split(char *text, char **argv)
{
	char *save, *word;
	int argc = 0;

	for (word = strtok_r(text, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	return argc;
}

/* conf as text, so that a row can say what it expects of it. */
struct text {
	char s[2048];
	size_t used;
};

static void put(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void
put(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	t->used += (size_t)vsnprintf(t->s + t->used, sizeof(t->s) - t->used, fmt, ap);
	va_end(ap);
	t->used = RTE_MIN(t->used, sizeof(t->s) - 1);
}

static void
put_addr(struct text *t, struct in_addr addr)
{
	char a[INET_ADDRSTRLEN];

	put(t, "%s", inet_ntop(AF_INET, &addr, a, sizeof(a)));
}

static void
describe(const struct rsd_conf *conf, struct text *t)
{
	unsigned int i;

	t->used = 0;
	put(t, " name=%s%s", conf->name, conf->name_given ? "!" : "");
	for (i = 0; i < conf->nb_ports; i++)
		put(t, " port%u=%s(%s)(%s)", i, rsd_port_kind_name(conf->ports[i].kind),
			conf->ports[i].arg, conf->ports[i].arg2);
	for (i = 0; i < conf->nb_ips; i++) {
		put(t, " ip%u=", i);
		put_addr(t, conf->ips[i].addr);
		put(t, "/%u@%d", conf->ips[i].len, conf->ips[i].port);
	}
	for (i = 0; i < conf->nb_vlans; i++)
		put(t, " vlan%u=%u@%d", i, conf->vlans[i].id, conf->vlans[i].port);
	for (i = 0; i < conf->nb_serves; i++)
		put(t, " serve%u=%s%s", i, conf->serves[i], conf->serve_given ? "!" : "");
	if (conf->has_gateway) {
		put(t, " gateway=");
		put_addr(t, conf->gateway);
	}
	for (i = 0; i < conf->nb_cores; i++)
		put(t, " core%u=%u", i, conf->cores[i]);
	put(t, " queues=%u burst=%u mbufs=%u", conf->queues, conf->burst, conf->mbufs);
	put(t, " rx=%u%s tx=%u%s", conf->rx_desc, conf->rx_desc_given ? "!" : "", conf->tx_desc,
		conf->tx_desc_given ? "!" : "");
	put(t, " pipeline=%s idle=%s csum=%d", rsd_pipeline_name(conf->pipeline),
		rsd_idle_name(conf->idle), (int)conf->udp_checksum);
	put(t, " guard=%d ledger=%u", conf->guard, conf->ledger);
	put(t, " for=%" PRIu64 " count=%" PRIu64, conf->for_ns, conf->count);
	put(t, " key=%u", conf->has_rss_key ? conf->rss_key_len : 0);
	put(t, " eal=%d/%d check=%d help=%d ports=%u ips=%u serves=%u ", conf->eal_style,
		conf->eal_argc, conf->check, conf->help, conf->nb_ports, conf->nb_ips,
		conf->nb_serves);
}

struct row {
	const char *words;
	const char *file;  /* text of the config file, or NULL: none is given */
	const char *want;  /* fields of the description above, separated by blanks, or */
	const char *error; /* the whole error line */
};

static void
check_row(const struct row *row)
{
	char words[1024], want[1024], *argv[WORDS_MAX];
	struct rsd_error err = { .code = RSD_EXIT_OK };
	static struct rsd_conf conf;
	struct text got;
	int ret;

	if (row->file != NULL)
		write_file(row->file, strlen(row->file));
	expand(row->words, words, sizeof(words));
	ret = rsd_conf_parse(split(words, argv), argv, &conf, &err);
	if (row->error != NULL) {
		expand(row->error, want, sizeof(want));
		RSD_CHECK(ret == -EINVAL, "it was accepted");
		RSD_CHECK_EQ(err.code, RSD_EXIT_USAGE);
		RSD_CHECK(strcmp(err.text, want) == 0, "said '%s', not '%s'", err.text, want);
		return;
	}
	RSD_CHECK(ret == 0, "refused: %s", err.text);
	if (ret != 0)
		return;
	describe(&conf, &got);
	snprintf(want, sizeof(want), "%s", row->want);
	for (ret = split(want, argv) - 1; ret >= 0; ret--) {
		char field[256];

		snprintf(field, sizeof(field), " %s ", argv[ret]);
		RSD_CHECK(strstr(got.s, field) != NULL, "no '%s' in '%s'", argv[ret], got.s);
	}
}

static void
check_rows(const struct row *rows, size_t nb)
{
	size_t i;

	for (i = 0; i < nb; i++) {
		rsd_test_row(rows[i].words);
		check_row(&rows[i]);
	}
	rsd_test_row(NULL);
}

#define ROWS(rows) check_rows(rows, RTE_DIM(rows))

/* main() of the programs that run such rows. */
static int
run_tests(const char *suite, const struct rsd_test *tests, size_t nb)
{
	int fd, ret;

	snprintf(file_path, sizeof(file_path), "/tmp/ringside-test-conf.XXXXXX");
	fd = mkstemp(file_path);
	if (fd < 0)
		rsd_test_skip("no file can be made in /tmp");
	close(fd);
	ret = rsd_test_run(suite, tests, nb);
	unlink(file_path);
	return ret;
}

#endif
