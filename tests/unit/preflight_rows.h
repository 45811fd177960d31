/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of preflight: options in, the lines of what is missing out. */
#ifndef RSD_TESTS_PREFLIGHT_ROWS_H
#define RSD_TESTS_PREFLIGHT_ROWS_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <rte_common.h>

#include "control/preflight.h"
#include "support/cunit_runner.h"

#define IP        "--ip 10.9.0.2/24 --name pft "
#define WORDS_MAX 64
#define LINES_MAX 16

static char tmp[64]; /* a directory of our own; %T in the rows */

/* -- the lines of one preflight ---------------------------------------------------------------- */

struct lines {
	char text[LINES_MAX][512];
	unsigned int nb;
};

static void
take_line(void *arg, const char *line)
{
	struct lines *l = arg;

	if (l->nb < LINES_MAX)
		snprintf(l->text[l->nb++], sizeof(l->text[0]), "%s", line);
}

static void
expand(const char *text, char *out, size_t len)
{
	size_t used = 0;

	for (; *text != '\0' && used + 1 < len; text++) {
		if (text[0] == '%' && text[1] == 'T') {
			used += (size_t)snprintf(out + used, len - used, "%s", tmp);
			text++;
		} else {
			out[used++] = *text;
		}
	}
	out[RTE_MIN(used, len - 1)] = '\0';
}

/* Fills conf, which points into words. */
static int
parse(const char *text, char *words, size_t len, struct rsd_conf *conf)
{
	char *argv[WORDS_MAX], *save, *word;
	static char *kept[WORDS_MAX]; /* conf refers to EAL's words */
	struct rsd_error err;
	int argc = 0;

	expand(text, words, len);
	for (word = strtok_r(words, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	memcpy(kept, argv, sizeof(kept));
	if (rsd_conf_parse(argc, kept, conf, &err) == 0)
		return 0;
	RSD_CHECK(0, "options refused: %s", err.text);
	return -1;
}

static void
look(const char *text, struct lines *l)
{
	static struct rsd_conf conf;
	unsigned int nb = 0;
	char words[1024];

	l->nb = 0;
	if (parse(text, words, sizeof(words), &conf) == 0)
		nb = rsd_preflight_each(&conf, take_line, l);
	RSD_CHECK_EQ(nb, l->nb);
}

struct row {
	const char *words;
	const char *want[3]; /* the lines, in order */
};

static void
check_rows(const struct row *rows, size_t nb)
{
	char want[512];
	struct lines l;
	unsigned int i;
	size_t r;

	for (r = 0; r < nb; r++) {
		rsd_test_row(rows[r].words);
		look(rows[r].words, &l);
		for (i = 0; i < RTE_DIM(rows[r].want); i++) {
			const char *got = i < l.nb ? l.text[i] : "nothing";

			expand(rows[r].want[i] != NULL ? rows[r].want[i] : "nothing", want,
				sizeof(want));
			RSD_CHECK(strcmp(got, want) == 0, "\n  said '%s'\n  not  '%s'", got, want);
		}
		RSD_CHECK(l.nb <= RTE_DIM(rows[r].want), "%u lines", l.nb);
	}
	rsd_test_row(NULL);
}

#define ROWS(rows) check_rows(rows, RTE_DIM(rows))

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

/* main() of the programs that run such rows: EAL's files would lie in a directory of our own. */
static int
run_tests(const char *suite, const struct rsd_test *tests, size_t nb)
{
	int ret;

	snprintf(tmp, sizeof(tmp), "/tmp/ringside-test-preflight.XXXXXX");
	if (mkdtemp(tmp) == NULL)
		rsd_test_skip("no directory can be made in /tmp");
	setenv("RUNTIME_DIRECTORY", tmp, 1);
	ret = rsd_test_run(suite, tests, nb);
	nftw(tmp, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return ret;
}

#endif
