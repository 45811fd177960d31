/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What our table makes of the datagram. Every score, reason and winner is asked of the functions
 * the look-up itself is made of; here they are only put beside one another.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cli/explain_table.h"
#include "table/sock_score.h"

/* One explanation: the datagram, the table, the port's record. */
struct look {
	const struct rsd_explain *x;
	struct rsd_explain_table b;
	struct rsd_tuple d;
	const struct rsd_port_rec *rec;
	const struct rsd_bind *winner;
};

static void
set_tuple(const struct rsd_explain *x, struct rsd_tuple *d)
{
	*d = (struct rsd_tuple){
		.family = x->to.family,
		.dport = rte_cpu_to_be_16(x->to.port),
		.sport = rte_cpu_to_be_16(x->from.port),
		.dev = x->dev,
		.cpu = x->cpu,
		.src = x->from.ip,
		.dst = x->to.ip,
	};
}

/* What a socket is called in the answer. */
static json_t *
id_json(const struct look *l, uint32_t id)
{
	return json_integer(l->x->spec[l->b.spec_of[id]].id);
}

static json_t *
id_or_null(const struct look *l, const struct rsd_bind *b)
{
	return b != NULL && b->sock != NULL ? id_json(l, b->sock->id) : json_null();
}

/* A socket as listings show it: what it is bound to now, and how it was asked for. */
static json_t *
sock_json(const struct look *l, uint32_t id)
{
	const struct rsd_spec *spec = &l->x->spec[l->b.spec_of[id]];
	const struct rsd_sock *s = &l->b.sock[l->b.spec_of[id]];
	struct rsd_end local = { s->local, s->family, s->port };
	struct rsd_end peer = { s->peer, s->family, s->peer_port };
	char text[RSD_END_TEXT], peer_text[RSD_END_TEXT];

	return json_pack("{s:I,s:s,s:s,s:s,s:o}", "id", (json_int_t)spec->id, "name", spec->name,
		"spec", spec->text, "local", rsd_end_text(&local, text), "peer",
		s->peer_port != 0 ? json_string(rsd_end_text(&peer, peer_text)) : json_null());
}

/* How the points add up: what the score loses when the socket does without each of them. */
static json_t *
points_json(const struct rsd_cand *c, const struct rsd_tuple *d, const union rsd_ip *at)
{
	int score = rsd_cand_score(c, d, at), rest = score, cpu, dev, peer;
	struct rsd_cand less = *c;

	less.cpu = 0;
	cpu = rest - rsd_cand_score(&less, d, at);
	rest -= cpu;
	less.dev = 0;
	dev = rest - rsd_cand_score(&less, d, at);
	rest -= dev;
	less.peer_port = 0;
	peer = rest - rsd_cand_score(&less, d, at);
	rest -= peer;
	return json_pack(
		"{s:i,s:i,s:i,s:i}", "family", rest, "peer", peer, "device", dev, "cpu", cpu);
}

/* Why a socket bound to that address does not hear the datagram. */
static const char *
why_not(const struct look *l, const struct rsd_cand *c)
{
	if (!rsd_cand_hears(c, &l->d))
		return l->x->from.family == 0 ? "hears its peer only; no source was given"
					      : "hears its peer only, and that is another";
	if (!rsd_cand_device(c, &l->d))
		return l->d.dev == 0 ? "bound to a device; none was given (--dev)"
				     : "bound to another device";
	return "an IPv4 socket, and this is IPv6";
}

static json_t *
cand_json(const struct look *l, const struct rsd_cand *c, const union rsd_ip *at)
{
	json_t *o = sock_json(l, c->id);
	int score = rsd_cand_score(c, &l->d, at);

	json_object_set_new(o, "group", c->group != 0 ? json_integer(c->group - 1) : json_null());
	if (score == RSD_SCORE_NONE) {
		json_object_set_new(o, "score", json_null());
		json_object_set_new(o, "excluded", json_string(why_not(l, c)));
	} else {
		json_object_set_new(o, "score", json_integer(score));
		json_object_set_new(o, "points", points_json(c, &l->d, at));
	}
	return o;
}

/* A reuseport group that leads decides at once: how many candidates are looked at until then. */
static uint32_t
nb_asked(const struct look *l, const union rsd_ip *at)
{
	int best = l->d.family == AF_INET ? 0 : RSD_SCORE_NONE;
	uint32_t i;

	for (i = 0; i < l->rec->nb_cand; i++) {
		const struct rsd_cand *c = &l->rec->cand[i];
		int score = rsd_cand_score(c, &l->d, at);

		if (score <= best)
			continue;
		best = score;
		if (c->peer_port == 0 && c->group != 0 && l->rec->group[c->group - 1].nb != 0 &&
			!l->rec->group[c->group - 1].has_conns)
			return i + 1;
	}
	return i;
}

/* The candidates on one address, in the order they are looked at; and who wins among them. */
static json_t *
stage_json(const struct look *l, const char *what, const union rsd_ip *at, bool reached)
{
	const struct rsd_bind *best = rsd_sock_walk(l->b.t, l->rec, &l->d, at);
	char text[RSD_END_TEXT];
	uint32_t asked = nb_asked(l, at), i;
	json_t *list = json_array();

	for (i = 0; i < l->rec->nb_cand; i++) {
		json_t *o;

		if (!rsd_cand_is_on(&l->rec->cand[i], at))
			continue;
		o = cand_json(l, &l->rec->cand[i], at);
		json_object_set_new(o, "asked", json_boolean(i < asked));
		json_array_append_new(list, o);
	}
	return json_pack("{s:s,s:s,s:b,s:o,s:o}", "what", what, "address",
		rsd_ip_text(at, l->d.family, text), "reached", reached, "candidates", list,
		"winner", id_or_null(l, best));
}

static json_t *
stages_json(const struct look *l, bool connected)
{
	const struct rsd_bind *exact = rsd_sock_walk(l->b.t, l->rec, &l->d, &l->d.dst);
	union rsd_ip any;

	rsd_ip_any_of(&any, l->d.family);
	return json_pack("[o,o]",
		stage_json(l, "bound to the destination address", &l->d.dst, !connected),
		stage_json(l, "bound to any address", &any, !connected && exact == NULL));
}

/* Neither on that address nor on any: not looked at at all. */
static json_t *
elsewhere_json(const struct look *l)
{
	json_t *list = json_array();
	union rsd_ip any;
	uint32_t i;

	rsd_ip_any_of(&any, l->d.family);
	for (i = 0; i < l->rec->nb_cand; i++)
		if (!rsd_cand_is_on(&l->rec->cand[i], &l->d.dst) &&
			!rsd_cand_is_on(&l->rec->cand[i], &any))
			json_array_append_new(list, sock_json(l, l->rec->cand[i].id));
	return list;
}

/* Sockets of this port that are connected and found by their 4-tuple. */
static json_t *
connected_json(const struct look *l)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < l->x->nb_spec; i++) {
		const struct rsd_sock *s = &l->b.sock[i];
		json_t *o;

		if (s->peer_port == 0 || s->port != l->x->to.port)
			continue;
		o = sock_json(l, s->id);
		json_object_set_new(o, "in_table", json_boolean(s->in_conn));
		json_object_set_new(o, "matches",
			json_boolean(s->peer_port == l->x->from.port &&
				     rsd_ip_equal(&s->peer, &l->d.src) &&
				     rsd_ip_equal(&s->local, &l->d.dst) &&
				     (s->dev == 0 || s->dev == l->d.dev)));
		json_array_append_new(list, o);
	}
	return list;
}

/* What the table of connected sockets is asked, when it is known who sends. */
static json_t *
tuple_json(const struct look *l)
{
	if (l->x->from.family == 0)
		return json_null();
	return rsd_explain_tuple(
		l->x, &l->b, &l->d, l->d.family == AF_INET ? l->rec->conn4 : l->rec->conn6);
}

static json_t *
directory_json(const struct look *l)
{
	const struct rsd_bind *head = &l->rec->head;
	bool alone =
		l->d.family == AF_INET && head->sock != NULL && rsd_bind_takes(head, l->d.dst.w[3]);

	return json_pack("{s:I,s:i,s:I,s:I,s:b,s:b,s:i,s:o}", "index", (json_int_t)l->d.dport,
		"entries", UINT16_MAX + 1, "candidates", (json_int_t)l->rec->nb_cand,
		"connected_listed", (json_int_t)l->rec->nb_conn, "connected_v4", l->rec->conn4,
		"connected_v6", l->rec->conn6, "groups", l->rec->nb_groups, "decides_alone",
		id_or_null(l, alone ? head : NULL));
}

/* The reuseport group that decided, when one did: the winner's. */
static const struct rsd_cand_group *
group_of(const struct look *l, const struct rsd_bind *winner, uint32_t *index)
{
	uint32_t g, i;

	for (g = 0; winner != NULL && g < l->rec->nb_groups; g++)
		for (i = 0; i < l->rec->group[g].nb; i++)
			if (&l->b.t->bind[l->rec->group[g].id[i]] == winner) {
				*index = i;
				return &l->rec->group[g];
			}
	return NULL;
}

/*
 * Who of the group it is cannot be told without the source, nor when the sockets are an engine's,
 * whose key is its secret.
 */
static bool
is_undecided(const struct look *l)
{
	uint32_t index;
	const struct rsd_cand_group *g = group_of(l, l->winner, &index);

	return g != NULL && g->nb > 1 && (l->x->from.family == 0 || l->x->engine != NULL);
}

static json_t *
choice_json(const struct look *l)
{
	uint32_t index, i;
	const struct rsd_cand_group *g = group_of(l, l->winner, &index);
	json_t *members;

	if (g == NULL)
		return json_null();
	members = json_array();
	for (i = 0; i < g->nb; i++)
		json_array_append_new(members, id_json(l, g->id[i]));
	if (is_undecided(l))
		return json_pack("{s:o,s:b,s:n,s:n}", "members", members, "had_connections",
			g->has_conns, "flow_hash", "index");
	return json_pack("{s:o,s:b,s:I,s:I}", "members", members, "had_connections", g->has_conns,
		"flow_hash", (json_int_t)rsd_flow_choice(l->b.t, &l->d), "index",
		(json_int_t)index);
}

/* Everyone who gets a copy of what goes to a group's address. */
static json_t *
copies_json(const struct look *l)
{
	const struct rsd_bind **all = calloc((size_t)l->x->nb_spec + 1, sizeof(*all));
	json_t *list = json_array();
	unsigned int nb, i;

	if (all == NULL) {
		json_decref(list);
		return NULL;
	}
	nb = rsd_sock_find_all(l->b.t, &l->d, all, l->x->nb_spec);
	for (i = 0; i < nb && i < l->x->nb_spec; i++)
		json_array_append_new(list, sock_json(l, all[i]->sock->id));
	free(all);
	return list;
}

static json_t *
winner_json(const struct look *l)
{
	return l->winner != NULL && !is_undecided(l) ? sock_json(l, l->winner->sock->id)
						     : json_null();
}

static json_t *
answer(struct look *l)
{
	bool many = rsd_ip_is_many(&l->d.dst), connected;
	struct rsd_sock *won;

	l->rec = l->b.t->dir[l->d.dport];
	l->winner = many ? NULL : rsd_sock_find(l->b.t, &l->d);
	won = l->winner != NULL ? l->winner->sock : NULL;
	if (won == NULL)
		l->winner = NULL;
	connected = won != NULL && won->peer_port != 0;
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:b,s:o,s:o}", "directory", directory_json(l),
		"tuple", tuple_json(l), "connected", connected_json(l), "stages",
		stages_json(l, connected || many), "elsewhere", elsewhere_json(l), "choice",
		choice_json(l), "to_many", many, "copies", many ? copies_json(l) : json_null(),
		"winner", winner_json(l));
}

json_t *
rsd_explain_table(const struct rsd_explain *x, struct rsd_error *err)
{
	struct look l = { .x = x };
	json_t *o = NULL;

	set_tuple(x, &l.d);
	if (rsd_explain_build(&l.b, x, err) == 0) {
		o = answer(&l);
		if (o == NULL)
			rsd_err(err, RSD_EXIT_INTERNAL, -ENOMEM, "no memory");
	}
	rsd_explain_unbuild(&l.b);
	return o;
}
