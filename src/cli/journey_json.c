/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside journey --json`. docs/journey.md names every field. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/journey.h"

/* Addresses are text: they are larger than what many readers of JSON keep exactly. */
static json_t *
address(uint64_t addr)
{
	char text[24];

	if (addr == 0)
		return json_null();
	snprintf(text, sizeof(text), "0x%" PRIx64, addr);
	return json_string(text);
}

static json_t *
us(int64_t ns, bool is_known)
{
	return is_known ? json_real((double)ns / 1000) : json_null();
}

static json_t *
count(int n)
{
	return n < 0 ? json_null() : json_integer(n);
}

static json_t *
step(const struct rsd_journey_step *s)
{
	json_t *o = json_object();

	json_object_set_new(o, "part", json_string(rsd_journey_part_name(s->part)));
	json_object_set_new(o, "us", us(s->ns, s->has_ns));
	json_object_set_new(o, "what", json_string(s->what));
	json_object_set_new(o, "more", json_string(s->more));
	json_object_set_new(o, "thing", s->thing[0] != '\0' ? json_string(s->thing) : json_null());
	json_object_set_new(o, "address", address(s->addr));
	json_object_set_new(o, "bytes", s->bytes != 0 ? json_integer(s->bytes) : json_null());
	json_object_set_new(o, "of_peer", json_boolean(s->is_peer));
	json_object_set_new(o, "system_call", json_boolean(s->is_call));
	json_object_set_new(o, "context_switch", json_boolean(s->is_switch));
	json_object_set_new(o, "copies", json_integer(s->copies));
	if (s->copies != 0) {
		json_object_set_new(
			o, "copied_by", json_string(rsd_journey_copier_name(s->copier)));
		json_object_set_new(o, "observed", json_boolean(s->proof != RSD_JOURNEY_KNOWN));
		json_object_set_new(o, "how", json_string(rsd_journey_proof_name(s->proof)));
	}
	return o;
}

/* Those that a way can have; the driver's null when unknown. */
static json_t *
copies(const struct rsd_journey *j)
{
	const struct rsd_journey_sums *s = &j->sum;
	json_t *o = json_object();

	if (rsd_journey_is_kernel(j->way)) {
		json_object_set_new(o, "send", json_integer(s->copies[RSD_JOURNEY_ON_SEND]));
		json_object_set_new(o, "receive", json_integer(s->copies[RSD_JOURNEY_ON_RECEIVE]));
	} else {
		json_object_set_new(o, "driver_rx", count(s->driver_rx));
		json_object_set_new(o, "engine", json_integer(s->copies[RSD_JOURNEY_ENGINE]));
		json_object_set_new(o, "driver_tx", count(s->driver_tx));
		json_object_set_new(o, "peer", json_integer(s->copies[RSD_JOURNEY_PEER]));
	}
	json_object_set_new(o, "observed", json_integer(s->copies_seen));
	return o;
}

static json_t *
sum(const struct rsd_journey *j)
{
	const struct rsd_journey_sums *s = &j->sum;
	unsigned int i, seen = 0;
	json_t *o = json_object();

	for (i = 0; i < j->nb_places; i++)
		seen += j->place[i].seen;
	json_object_set_new(o, "copies", copies(j));
	json_object_set_new(o, "places", json_integer(j->nb_places));
	json_object_set_new(o, "places_observed", json_integer(seen));
	json_object_set_new(
		o, "payload_memory_bytes", json_integer((json_int_t)j->nb_places * j->bytes));
	json_object_set_new(
		o, "set_aside_bytes", s->set_aside != 0 ? json_integer(s->set_aside) : json_null());
	json_object_set_new(o, "system_calls", count(s->calls));
	json_object_set_new(o, "peer_system_calls", count(s->peer_calls));
	json_object_set_new(o, "system_calls_observed", json_boolean(s->calls_seen));
	json_object_set_new(o, "context_switches", count(s->switches));
	json_object_set_new(o, "peer_context_switches", count(s->peer_switches));
	json_object_set_new(o, "context_switches_observed", json_boolean(s->switches_seen));
	json_object_set_new(o, "there_us", us(s->there_ns, s->there_ns >= 0));
	json_object_set_new(o, "there_unwatched_us", us(s->there_plain_ns, s->there_plain_ns >= 0));
	json_object_set_new(o, "back_us", us(s->back_ns, s->back_ns >= 0));
	json_object_set_new(o, "back_unwatched_us", us(s->back_plain_ns, s->back_plain_ns >= 0));
	json_object_set_new(o, "same_skb", json_boolean(s->same_skb));
	json_object_set_new(o, "skb", address(s->skb));
	return o;
}

static json_t *
journey(const struct rsd_journey *j)
{
	json_t *o = json_object(), *steps = json_array(), *places = json_array(),
	       *notes = json_array(), *place;
	unsigned int i;

	json_object_set_new(o, "way", json_string(rsd_journey_way_name(j->way)));
	json_object_set_new(o, "kernel", json_boolean(rsd_journey_is_kernel(j->way)));
	json_object_set_new(o, "bytes", json_integer(j->bytes));
	json_object_set_new(o, "done", json_boolean(j->done));
	json_object_set_new(o, "why", j->why[0] == '\0' ? json_null() : json_string(j->why));
	for (i = 0; i < j->nb_steps; i++)
		json_array_append_new(steps, step(&j->step[i]));
	for (i = 0; i < j->nb_places; i++) {
		place = json_object();
		json_object_set_new(place, "what", json_string(j->place[i].what));
		json_object_set_new(place, "address", address(j->place[i].addr));
		json_object_set_new(place, "observed", json_boolean(j->place[i].seen));
		json_array_append_new(places, place);
	}
	for (i = 0; i < j->nb_notes; i++)
		json_array_append_new(notes, json_string(j->note[i]));
	json_object_set_new(o, "steps", steps);
	json_object_set_new(o, "places", places);
	json_object_set_new(o, "not_observed", notes);
	json_object_set_new(o, "sum", j->done ? sum(j) : json_null());
	return o;
}

json_t *
rsd_journey_json(const struct rsd_journeys *all)
{
	json_t *o = json_object(), *journeys = json_array();
	unsigned int i;

	for (i = 0; i < all->nb; i++)
		json_array_append_new(journeys, journey(&all->journey[i]));
	json_object_set_new(o, "schema", json_integer(1));
	json_object_set_new(o, "journeys", journeys);
	return o;
}
