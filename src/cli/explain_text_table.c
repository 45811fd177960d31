/* SPDX-License-Identifier: BSD-3-Clause */
/* The explanation for people: what ringside's table does, and who gets the datagram. */
#include <stdio.h>

#include "cli/explain_text.h"

#define LABEL_MIN 28 /* columns of a socket's label, so that lists line up */
#define LIST_MAX  24 /* lines of a list; more are counted */

/* "#3 10.0.0.1:9999 echo" */
static int
label(char *buf, size_t size, const json_t *s)
{
	const char *name = rsd_ctl_str(s, "name");

	return snprintf(buf, size, "#%u %s%s%s", number(s, "id"), rsd_ctl_str(s, "local"),
		name[0] != '\0' ? " " : "", name);
}

static int
label_width(const json_t *list)
{
	int width = LABEL_MIN, len;
	const json_t *s;
	char text[128];
	size_t i;

	json_array_foreach(list, i, s)
	{
		len = label(text, sizeof(text), s);
		width = len > width ? len : width;
	}
	return width;
}

static void
text_more(const json_t *list)
{
	if (json_array_size(list) > LIST_MAX)
		printf("   ... and %zu more (all of them: --json)\n",
			json_array_size(list) - LIST_MAX);
}

static void
text_directory(const json_t *r)
{
	const json_t *d = at(r, "directory"), *alone = at(d, "decides_alone");
	unsigned int listed = number(d, "candidates");
	size_t conn = json_array_size(at(r, "connected"));

	rsd_explain_heading("ringside: the port, by direct index");
	printf("   No hash: one of %u pointers, by the port as it lies in the frame.\n\n",
		number(d, "entries"));
	printf("   %-22s %u not connected, %zu connected\n", "open on it", listed, conn);
	printf("   %-22s [0x%04x] -> ", "directory", number(d, "index"));
	if (listed + conn == 0)
		printf("nobody\n");
	else if (json_is_integer(alone))
		printf("socket #%u, which alone can be meant:\n   %-22s one load and a compare, "
		       "and the look-up is done\n",
			(unsigned int)json_integer_value(alone), "");
	else
		printf("a list: more than one thing is to be asked\n");
}

/* The key in its four parts. */
static void
text_key(const json_t *tuple, bool v6)
{
	static const char *const part[] = { "source", "destination", "source port",
		"destination port" };
	const char *key = rsd_ctl_str(tuple, "key");
	int len = v6 ? 16 : 4, i;

	for (i = 0; i < 4; i++) {
		int bytes = i < 2 ? len : 2;

		printf("   %-3s %-18s %.*s\n", i == 0 ? "key" : "", part[i], 3 * bytes - 1, key);
		key += 3 * bytes;
	}
}

/* Its hash, and the two buckets it can be in. */
static void
text_buckets(const json_t *tuple)
{
	const json_t *found = at(tuple, "found");
	unsigned int nb = number(tuple, "buckets");

	printf("   %-22s %s\n", "keyed hash", rsd_ctl_str(tuple, "hash_kind"));
	printf("   %-22s %s\n", "secret", rsd_ctl_str(tuple, "secret"));
	if (!is_true(tuple, "secret_is_the_tables"))
		printf("   %-22s (drawn for this; the engine's is another, and secret)\n", "");
	printf("   %-22s %s\n", "hash", rsd_ctl_str(tuple, "hash"));
	printf("   %-22s %u of %u = low half * %u >> 32\n", "first bucket", number(tuple, "first"),
		nb, nb);
	printf("   %-22s %u = first + 1 + (high half * %u >> 32)\n", "second bucket",
		number(tuple, "second"), nb - 1);
	if (json_is_object(found))
		printf("   %-22s in bucket %u, place %u of %u\n", "found", number(found, "bucket"),
			number(found, "place"), number(tuple, "bucket_places"));
	else
		printf("   %-22s no\n", "found");
}

static void
text_connected_list(const json_t *list)
{
	int width = label_width(list);
	const json_t *s;
	char text[128];
	size_t i;

	json_array_foreach(list, i, s)
	{
		if (i == LIST_MAX)
			break;
		label(text, sizeof(text), s);
		printf("   %-*s %s peer %s%s\n", width, text, is_true(s, "matches") ? "<-" : "  ",
			rsd_ctl_str(s, "peer"),
			is_true(s, "in_table") ? "" : " (in the port's list)");
	}
	text_more(list);
}

static void
text_connected(const json_t *whole)
{
	const json_t *r = at(whole, "ringside"), *list = at(r, "connected");
	const json_t *tuple = at(r, "tuple");

	if (json_array_size(list) == 0 && !json_is_object(tuple))
		return;
	rsd_explain_heading("ringside: connected sockets, by the whole 4-tuple");
	if (!json_is_object(tuple)) {
		printf("   Each hears one peer only; as no source is given, none of them is "
		       "asked.\n\n");
	} else {
		printf("   The key is all four numbers of the flow, as they lie in the frame; one "
		       "that\n"
		       "   matches beats every socket that is not connected.\n\n");
		text_key(tuple, is_v6(at(whole, "source")));
		printf("\n");
	}
	if (json_is_object(tuple) && is_true(tuple, "asked"))
		text_buckets(tuple);
	if (json_array_size(list) == 0)
		printf("   No socket of the port is connected: the table is not asked.\n");
	else
		printf("\n   Connected sockets of the port:\n");
	text_connected_list(list);
}

static void
text_candidate(const json_t *s, int width, bool leads)
{
	const json_t *points = at(s, "points");
	char text[128], group[16] = "-";

	label(text, sizeof(text), s);
	if (json_is_integer(at(s, "group")))
		snprintf(group, sizeof(group), "%u", number(s, "group"));
	if (!json_is_integer(at(s, "score")))
		printf("   %-*s    %s\n", width, text, rsd_ctl_str(s, "excluded"));
	else
		printf("   %-*s %s %6u %4u %6u %3u %5u  %s\n", width, text, leads ? "<-" : "  ",
			number(points, "family"), number(points, "peer"), number(points, "device"),
			number(points, "cpu"), number(s, "score"), group);
}

static void
text_stage(const json_t *stage)
{
	const json_t *list = at(stage, "candidates"), *winner = at(stage, "winner"), *s;
	int width = label_width(list);
	bool asked = true;
	size_t i;

	printf("\n   %s, %s%s\n", rsd_ctl_str(stage, "what"), rsd_ctl_str(stage, "address"),
		is_true(stage, "reached") ? "" : ": not asked any more");
	if (json_array_size(list) == 0) {
		printf("   none\n");
		return;
	}
	printf("   %-*s    %6s %4s %6s %3s %5s  %s\n", width, "", "family", "peer", "device", "cpu",
		"score", "group");
	json_array_foreach(list, i, s)
	{
		if (i == LIST_MAX)
			break;
		if (asked && !is_true(s, "asked"))
			printf("   the group above decides at once; these are not asked:\n");
		asked = is_true(s, "asked");
		text_candidate(s, width,
			is_true(stage, "reached") && json_is_integer(winner) &&
				json_integer_value(winner) == (json_int_t)number(s, "id"));
	}
	text_more(list);
}

static void
text_elsewhere(const json_t *r)
{
	const json_t *list = at(r, "elsewhere"), *s;
	char text[128];
	size_t i;

	if (json_array_size(list) == 0)
		return;
	printf("\n   bound to other addresses: not for them\n");
	json_array_foreach(list, i, s)
	{
		if (i == LIST_MAX)
			break;
		label(text, sizeof(text), s);
		printf("   %s\n", text);
	}
	text_more(list);
}

static void
text_scores(const json_t *r)
{
	const json_t *stage;
	size_t i;

	if (number(at(r, "directory"), "candidates") == 0)
		return;
	rsd_explain_heading("ringside: sockets that are not connected, by score");
	printf("   As Linux's compute_score(): the best wins, the first of equals. Those on\n"
	       "   exactly the destination address are asked first, and beat all on any.\n");
	json_array_foreach(at(r, "stages"), i, stage) text_stage(stage);
	text_elsewhere(r);
}

/* A reuseport group: who of it, and why. */
static void
text_choice(const json_t *c, bool source)
{
	size_t nb = json_array_size(at(c, "members")), i;
	const json_t *id;

	printf("   %s of a reuseport group of %zu:",
		json_is_integer(at(c, "index")) ? "It is one" : "One", nb);
	json_array_foreach(at(c, "members"), i, id)
	{
		if (i == 8)
			break;
		printf(" #%u", (unsigned int)json_integer_value(id));
	}
	printf("%s\n", nb > 8 ? " ..." : "");
	if (json_is_integer(at(c, "index")))
		printf("   flow hash 0x%08x * %zu >> 32 = %u: the member at that place\n",
			number(c, "flow_hash"), nb, number(c, "index"));
	else if (source)
		printf("   Which one, the flow's hash decides, under a key that only the engine "
		       "knows.\n");
	else
		printf("   Which one, the source decides by its hash: give it as PEER:PORT.\n");
}

static void
text_copies(const json_t *list)
{
	const json_t *s;
	char text[128];
	size_t i;

	printf("   To a group or to everyone: each socket that matches gets a copy, %zu here.\n",
		json_array_size(list));
	json_array_foreach(list, i, s)
	{
		if (i == LIST_MAX)
			break;
		label(text, sizeof(text), s);
		printf("   %s\n", text);
	}
	text_more(list);
}

static void
text_winner(const json_t *r)
{
	const json_t *w = at(r, "winner"), *choice = at(r, "choice");
	char text[128];

	rsd_explain_heading("Who gets it");
	if (is_true(r, "to_many")) {
		text_copies(at(r, "copies"));
		return;
	}
	if (json_is_object(w)) {
		label(text, sizeof(text), w);
		printf("   %s%s%s\n", text, json_is_string(at(w, "peer")) ? ", connected to " : "",
			rsd_ctl_str(w, "peer"));
	} else if (!json_is_object(choice)) {
		printf("   Nobody: no socket fits. It is dropped, counted as udp_no_socket, and\n"
		       "   answered with ICMP port unreachable.\n");
	}
	if (json_array_size(at(choice, "members")) > 1)
		text_choice(choice, json_is_object(at(r, "tuple")));
}

void
rsd_explain_text_table(const json_t *whole)
{
	const json_t *r = at(whole, "ringside");

	text_directory(r);
	text_connected(whole);
	text_scores(r);
	text_winner(r);
}
