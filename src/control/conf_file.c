/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The config file: INI, read by inih. inih neither says lines to its handler nor that it cut one,
 * so the reader below counts lines and refuses what does not fit.
 */
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "control/options.h"

#define SECTION "run"

struct source {
	struct rsd_parse *p;
	const char *path;
	FILE *f;
	unsigned int line;
	unsigned int fault_line; /* of the first fault; p->err holds it; 0: none */
};

static void
fault(struct source *s, const char *what)
{
	rsd_err(s->p->err, RSD_EXIT_USAGE, -EINVAL, "%s:%u: %s", s->path, s->line, what);
	s->fault_line = s->line;
}

/* Only [run] may stand in the file, and it may be left out. */
static void
check_section(struct source *s, const char *text)
{
	const char *end = strchr(text, ']');
	char what[128];

	if (text[0] != '[' || end == NULL) /* without an end inih complains */
		return;
	if ((size_t)(end - text - 1) == strlen(SECTION) &&
		memcmp(text + 1, SECTION, strlen(SECTION)) == 0)
		return;
	snprintf(what, sizeof(what),
		"[%.*s]: there is no such section, expected [" SECTION "] or none",
		(int)(end - text - 1), text + 1);
	fault(s, what);
}

/* As fgets, but blanks in front are dropped: to inih an indented line goes on with the one before.
 */
static char *
read_line(char *buf, int size, void *arg)
{
	struct source *s = arg;
	char what[96];
	int c, nb = 0;

	if (s->fault_line != 0)
		return NULL;
	s->line++;
	while ((c = getc(s->f)) != EOF && c != '\n') {
		if (nb == 0 && (c == ' ' || c == '\t'))
			continue;
		if (c == '\0') {
			fault(s, "has a zero byte, expected text");
			return NULL;
		}
		if (nb == size - 2) { /* room for the newline and the end */
			snprintf(what, sizeof(what),
				"too long, expected at most %d characters a line", size - 2);
			fault(s, what);
			return NULL;
		}
		buf[nb++] = (char)c;
	}
	if (ferror(s->f)) {
		fault(s, "cannot be read, expected a text file");
		return NULL;
	}
	if (c == EOF && nb == 0)
		return NULL;
	buf[nb++] = '\n';
	buf[nb] = '\0';
	check_section(s, buf);
	return s->fault_line != 0 ? NULL : buf;
}

static int
take_key(void *arg, const char *section, const char *name, const char *value)
{
	struct source *s = arg;

	if (s->fault_line != 0)
		return 1;
	/* One that hid behind a byte order mark. */
	if (section[0] != '\0' && strcmp(section, SECTION) != 0) {
		fault(s, "stands in another section, expected [" SECTION "] or none");
		return 1;
	}
	s->p->line = s->line;
	if (rsd_option_take(s->p, name, strlen(name), value) != 0)
		s->fault_line = s->line;
	return 1;
}

int
rsd_conf_file(struct rsd_parse *p, const char *path)
{
	struct source s = { .p = p, .path = path };
	int ret;

	s.f = fopen(path, "r");
	if (s.f == NULL)
		return rsd_err(p->err, RSD_EXIT_USAGE, -EINVAL,
			"--config: cannot read '%s': %s, expected a config file", path,
			strerror(errno));
	p->file = path;
	ret = ini_parse_stream(read_line, &s, take_key, &s);
	fclose(s.f);
	/* inih goes on after a line it did not understand and gives the number of the first. */
	if (ret > 0 && (s.fault_line == 0 || (unsigned int)ret < s.fault_line)) {
		s.line = (unsigned int)ret;
		fault(&s, "not understood, expected key = value");
	}
	if (ret < 0 && s.fault_line == 0)
		return rsd_err(p->err, RSD_EXIT_INTERNAL, -ENOMEM, "no memory to read '%s'", path);
	return s.fault_line == 0 ? 0 : -EINVAL;
}
