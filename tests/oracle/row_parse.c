/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cases as text. A row is steps with ';' between them:
 *
 *	open A v4 10.1.0.1:7001 dev1 reuseaddr reuseport v6only cpu1 owner1
 *	open B v6 [::]:0             a free port; that port in later steps: @B
 *	connect A 10.1.0.9:9001
 *	disconnect A
 *	close A
 *	send dev1 10.1.0.9:9001 > 10.1.0.1:7001
 *
 * and after any of them, what Linux makes of it: = ok, = in-use, = A,B (who gets it), = - (nobody).
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "oracle/row.h"

const struct oc_flag_word oc_flag_words[OC_FLAG_WORDS] = {
	{ "reuseaddr", RSD_SOCK_REUSEADDR },
	{ "reuseport", RSD_SOCK_REUSEPORT },
	{ "v6only", RSD_SOCK_V6ONLY },
};

static bool
parse_name(const char *word, uint8_t *sock)
{
	if (word == NULL || word[0] < 'A' || word[0] >= 'A' + OC_SOCKS || word[1] != '\0')
		return false;
	*sock = (uint8_t)(word[0] - 'A');
	return true;
}

/* a.b.c.d:port, [v6]:port; for port also @A. */
static bool
parse_addr(char *word, union rsd_ip *ip, uint16_t *port, int8_t *port_of)
{
	char *colon = word == NULL ? NULL : strrchr(word, ':');
	struct in_addr v4;
	uint8_t sock;

	if (colon == NULL)
		return false;
	*colon++ = '\0';
	if (colon[0] == '@' && port_of != NULL && parse_name(colon + 1, &sock))
		*port_of = (int8_t)sock;
	else if (isdigit((unsigned char)colon[0]))
		*port = (uint16_t)strtoul(colon, NULL, 10);
	else
		return false;
	if (word[0] == '[' && colon[-2] == ']') {
		colon[-2] = '\0';
		return inet_pton(AF_INET6, word + 1, ip->b) == 1;
	}
	if (inet_pton(AF_INET, word, &v4) != 1)
		return false;
	rsd_ip_set_v4(ip, v4.s_addr);
	return true;
}

static bool
parse_number(const char *word, const char *prefix, uint8_t *value)
{
	size_t n = strlen(prefix);

	if (strncmp(word, prefix, n) != 0 || !isdigit((unsigned char)word[n]) ||
		word[n + 1] != '\0')
		return false;
	*value = (uint8_t)(word[n] - '0');
	return true;
}

static bool
parse_open(struct oc_step *st, char **save)
{
	char *word = strtok_r(NULL, " ", save);
	unsigned int i;

	if (!parse_name(word, &st->sock))
		return false;
	word = strtok_r(NULL, " ", save);
	if (word == NULL || (strcmp(word, "v4") != 0 && strcmp(word, "v6") != 0))
		return false;
	st->family = word[1] == '4' ? AF_INET : AF_INET6;
	if (!parse_addr(strtok_r(NULL, " ", save), &st->addr, &st->port, &st->port_of))
		return false;
	while ((word = strtok_r(NULL, " ", save)) != NULL) {
		if (parse_number(word, "dev", &st->dev) || parse_number(word, "cpu", &st->cpu) ||
			parse_number(word, "owner", &st->owner))
			continue;
		for (i = 0; i < OC_FLAG_WORDS && strcmp(word, oc_flag_words[i].word) != 0; i++)
			;
		if (i == OC_FLAG_WORDS)
			return false;
		st->flags |= oc_flag_words[i].flag;
	}
	return st->dev <= OC_DEVS;
}

static bool
parse_send(struct oc_step *st, char **save)
{
	char *word = strtok_r(NULL, " ", save), *arrow;

	if (word == NULL || !parse_number(word, "dev", &st->dev) || st->dev == 0 ||
		st->dev > OC_DEVS)
		return false;
	if (!parse_addr(strtok_r(NULL, " ", save), &st->addr, &st->port, NULL))
		return false;
	arrow = strtok_r(NULL, " ", save);
	if (arrow == NULL || strcmp(arrow, ">") != 0)
		return false;
	st->family = rsd_ip_is_v4(&st->addr) ? AF_INET : AF_INET6;
	return parse_addr(strtok_r(NULL, " ", save), &st->dst, &st->dport, &st->port_of) &&
	       rsd_ip_is_v4(&st->dst) == (st->family == AF_INET);
}

static bool
parse_result(char *text, struct oc_result *r)
{
	char *save = NULL, *word = strtok_r(text, " ,", &save);
	uint8_t sock;

	r->done = true;
	if (word == NULL)
		return false;
	if (strcmp(word, "ok") == 0 || strcmp(word, "-") == 0)
		return true;
	if (strcmp(word, "in-use") == 0) {
		r->err = EADDRINUSE;
		return true;
	}
	for (; word != NULL; word = strtok_r(NULL, " ,", &save)) {
		if (!parse_name(word, &sock))
			return false;
		r->who |= 1u << sock;
	}
	return true;
}

static bool
parse_step(char *text, struct oc_step *st, struct oc_result *expect)
{
	char *equals = strchr(text, '='), *save = NULL, *word;

	memset(st, 0, sizeof(*st));
	memset(expect, 0, sizeof(*expect));
	st->port_of = -1;
	if (equals != NULL) {
		*equals = '\0';
		if (!parse_result(equals + 1, expect))
			return false;
	}
	word = strtok_r(text, " ", &save);
	if (word == NULL)
		return false;
	if (strcmp(word, "open") == 0) {
		st->kind = OC_OPEN;
		return parse_open(st, &save);
	}
	if (strcmp(word, "send") == 0) {
		st->kind = OC_SEND;
		return parse_send(st, &save);
	}
	if (!parse_name(strtok_r(NULL, " ", &save), &st->sock))
		return false;
	st->kind = strcmp(word, "connect") == 0      ? OC_CONNECT
		   : strcmp(word, "disconnect") == 0 ? OC_DISCONNECT
						     : OC_CLOSE;
	if (st->kind == OC_CLOSE && strcmp(word, "close") != 0)
		return false;
	return st->kind != OC_CONNECT ||
	       parse_addr(strtok_r(NULL, " ", &save), &st->addr, &st->port, NULL);
}

bool
oc_row_parse(const char *text, struct oc_case *c, char *why, size_t size)
{
	char *copy = strdup(text), *save = NULL, *part, shown[128];
	bool good = copy != NULL;

	c->nb = 0;
	for (part = strtok_r(copy, ";\n", &save); good && part != NULL;
		part = strtok_r(NULL, ";\n", &save)) {
		snprintf(shown, sizeof(shown), "%s", part);
		good = c->nb < OC_STEPS && parse_step(part, &c->step[c->nb], &c->expect[c->nb]);
		if (!good)
			snprintf(why, size, "not understood: %s", shown);
		c->nb++;
	}
	free(copy);
	if (good && !oc_valid(c)) {
		snprintf(why, size, "steps that make no sense together");
		good = false;
	}
	return good;
}
