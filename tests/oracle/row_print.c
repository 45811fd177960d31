/* SPDX-License-Identifier: BSD-3-Clause */
/* A case as a row that can be run again, and as a table to look at. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "oracle/row.h"

const char *
oc_ip_text(const union rsd_ip *ip, uint16_t family, char *buf, size_t size)
{
	char text[INET6_ADDRSTRLEN];

	if (family == AF_INET)
		return inet_ntop(AF_INET, &ip->w[3], buf, (socklen_t)size);
	inet_ntop(AF_INET6, ip->b, text, sizeof(text));
	snprintf(buf, size, "[%s]", text);
	return buf;
}

static void
print_port(FILE *f, uint16_t port, int port_of)
{
	if (port_of >= 0)
		fprintf(f, ":@%c", 'A' + port_of);
	else
		fprintf(f, ":%u", port);
}

static void
print_flags(FILE *f, const struct oc_step *st)
{
	unsigned int i;

	if (st->dev != 0)
		fprintf(f, " dev%u", st->dev);
	for (i = 0; i < OC_FLAG_WORDS; i++) {
		if ((st->flags & oc_flag_words[i].flag) != 0)
			fprintf(f, " %s", oc_flag_words[i].word);
	}
	if (st->cpu != 0)
		fprintf(f, " cpu%u", st->cpu);
	if (st->owner != 0)
		fprintf(f, " owner%u", st->owner);
}

static void
print_step(FILE *f, const struct oc_step *st)
{
	bool v4 = rsd_ip_is_v4(&st->addr);
	char buf[64];

	switch (st->kind) {
	case OC_OPEN:
		fprintf(f, "open %c %s %s", 'A' + st->sock, st->family == AF_INET ? "v4" : "v6",
			oc_ip_text(&st->addr, st->family, buf, sizeof(buf)));
		print_port(f, st->port, st->port_of);
		print_flags(f, st);
		break;
	case OC_CONNECT:
		fprintf(f, "connect %c %s:%u", 'A' + st->sock,
			oc_ip_text(&st->addr, v4 ? AF_INET : AF_INET6, buf, sizeof(buf)), st->port);
		break;
	case OC_DISCONNECT:
		fprintf(f, "disconnect %c", 'A' + st->sock);
		break;
	case OC_CLOSE:
		fprintf(f, "close %c", 'A' + st->sock);
		break;
	case OC_SEND:
		fprintf(f, "send dev%u %s:%u > ", st->dev,
			oc_ip_text(&st->addr, st->family, buf, sizeof(buf)), st->port);
		fprintf(f, "%s", oc_ip_text(&st->dst, st->family, buf, sizeof(buf)));
		print_port(f, st->dport, st->port_of);
		break;
	}
}

static void
print_result(FILE *f, const struct oc_step *st, const struct oc_result *r)
{
	const char *comma = "";
	unsigned int i;

	if (!r->done) {
		fprintf(f, "not open");
	} else if (r->err != 0) {
		fprintf(f, "%s", r->err == EADDRINUSE ? "in-use" : strerrorname_np(r->err));
	} else if (st->kind != OC_SEND) {
		fprintf(f, "ok");
	} else if (r->who == 0) {
		fprintf(f, "-");
	} else {
		for (i = 0; i < OC_SOCKS; i++) {
			if ((r->who >> i & 1) == 0)
				continue;
			fprintf(f, "%s%c", comma, 'A' + i);
			comma = ",";
		}
	}
}

void
oc_row_print(FILE *f, const struct oc_case *c, const struct oc_result *results)
{
	unsigned int i;

	for (i = 0; i < c->nb; i++) {
		if (i > 0)
			fprintf(f, "; ");
		print_step(f, &c->step[i]);
		if (results != NULL && results[i].done) {
			fprintf(f, " = ");
			print_result(f, &c->step[i], &results[i]);
		}
	}
}

/* What was done to a socket after it was opened. */
static void
print_later(FILE *f, const struct oc_case *c, unsigned int sock, unsigned int end)
{
	const char *comma = "";
	unsigned int i;
	char buf[64];

	for (i = 0; i < end; i++) {
		const struct oc_step *st = &c->step[i];
		bool v4 = rsd_ip_is_v4(&st->addr);

		if (st->kind == OC_OPEN || st->kind == OC_SEND || st->sock != sock)
			continue;
		fprintf(f, "%s", comma);
		if (st->kind == OC_CONNECT)
			fprintf(f, "%s:%u",
				oc_ip_text(&st->addr, v4 ? AF_INET : AF_INET6, buf, sizeof(buf)),
				st->port);
		else
			fprintf(f, "%s", st->kind == OC_CLOSE ? "closed" : "disconnected");
		comma = ", ";
	}
}

static void
print_sock(FILE *f, const struct oc_case *c, const struct oc_step *st, unsigned int end)
{
	static const char *const dev[] = { "all", "1", "2" }, *const cpu[] = { "-", "this",
		"other" };
	char buf[64], port[16], local[96], flags[64] = "";
	unsigned int i;

	oc_ip_text(&st->addr, st->family, buf, sizeof(buf));
	snprintf(port, sizeof(port), st->port_of >= 0 ? "@%c" : "%u",
		st->port_of >= 0 ? 'A' + st->port_of : st->port);
	snprintf(local, sizeof(local), "%s:%s", buf, port);
	for (i = 0; i < OC_FLAG_WORDS; i++) {
		if ((st->flags & oc_flag_words[i].flag) != 0)
			snprintf(flags + strlen(flags), sizeof(flags) - strlen(flags), "%s%s",
				flags[0] == '\0' ? "" : ",", oc_flag_words[i].word);
	}
	fprintf(f, "  %c  %-6s  %-24s  %-6s  %-5s  %-5u  %-26s  ", 'A' + st->sock,
		st->family == AF_INET ? "v4" : "v6", local, dev[st->dev], cpu[st->cpu], st->owner,
		flags[0] == '\0' ? "-" : flags);
	print_later(f, c, st->sock, end);
	fprintf(f, "\n");
}

/* A line a socket, then the step where they part, and who said what. */
void
oc_case_print(FILE *f, const struct oc_case *c, const struct oc_diff *diff)
{
	const struct oc_step *st = &c->step[diff->step];
	unsigned int i;

	fprintf(f, "     %-6s  %-24s  %-6s  %-5s  %-5s  %-26s  %s\n", "family", "local", "device",
		"cpu", "owner", "flags", "connected to");
	for (i = 0; i < diff->step; i++) {
		if (c->step[i].kind == OC_OPEN)
			print_sock(f, c, &c->step[i], diff->step);
	}
	fprintf(f, "  ");
	print_step(f, st);
	fprintf(f, "\n    Linux: ");
	print_result(f, st, &diff->theirs);
	fprintf(f, "\n    ours:  ");
	print_result(f, st, &diff->ours);
	fprintf(f, "\n");
	if (diff->remark != NULL)
		fprintf(f, "    %s\n", diff->remark);
}
