/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "journey/build.h"
#include "ledger/places.h"

static const char *const way_names[RSD_JOURNEY_WAYS] = { "lo", "veth", "ring", "tap" };
static const char *const way_titles[RSD_JOURNEY_WAYS] = { "the kernel, over loopback",
	"the kernel, over a veth cable", "the engine, on a ring",
	"the engine, on a TAP interface" };

static const char *const part_names[RSD_JOURNEY_PARTS] = { "send", "device", "find", "program",
	"answer" };

static const char *const copier_names[RSD_JOURNEY_COPIERS] = {
	"nobody",
	"send",
	"receive",
	"driver_rx",
	"engine",
	"driver_tx",
	"peer",
};

static const char *const proof_names[] = {
	[RSD_JOURNEY_KNOWN] = "known, not observed",
	[RSD_JOURNEY_BYTES] = "seen: same bytes, new address",
	[RSD_JOURNEY_TRACEPOINT] = "seen: a tracepoint told",
	[RSD_JOURNEY_PROBE] = "seen: a kprobe told",
};

const char *
rsd_journey_way_name(enum rsd_journey_way way)
{
	return way_names[way];
}

const char *
rsd_journey_way_title(enum rsd_journey_way way)
{
	return way_titles[way];
}

const char *
rsd_journey_part_name(enum rsd_journey_part part)
{
	return part_names[part];
}

const char *
rsd_journey_copier_name(enum rsd_journey_copier copier)
{
	return copier_names[copier];
}

const char *
rsd_journey_proof_name(enum rsd_journey_proof proof)
{
	return proof_names[proof];
}

/* HELLO_SEND_TRACE, every byte with one bit turned, and then what counts up. */
void
rsd_journey_payload(uint8_t *payload, uint32_t bytes)
{
	static const uint8_t turned[RSD_JOURNEY_MARKER] = { 'h', 'e', 'l', 'l', 'o', 0x7f, 's', 'e',
		'n', 'd', 0x7f, 't', 'r', 'a', 'c', 'e' };
	volatile uint8_t bit = 0x20; /* or the compiler would do it, and the result be a place */
	uint32_t i;

	for (i = 0; i < bytes; i++)
		payload[i] = i < RSD_JOURNEY_MARKER ? (uint8_t)(turned[i] ^ bit) : (uint8_t)i;
}

struct rsd_journey_step *
rsd_journey_add(struct rsd_journey *j, enum rsd_journey_part part, const char *what, ...)
{
	struct rsd_journey_step *s;
	va_list ap;

	if (j->nb_steps == RSD_JOURNEY_STEPS) {
		j->nb_steps--;
		if (j->nb_notes == 0 || strncmp(j->note[j->nb_notes - 1], "more steps", 10) != 0)
			rsd_journey_note(j, "more steps than are shown here");
	}
	s = &j->step[j->nb_steps++];
	*s = (struct rsd_journey_step){ .part = part };
	va_start(ap, what);
	vsnprintf(s->what, sizeof(s->what), what, ap);
	va_end(ap);
	return s;
}

void
rsd_journey_at(struct rsd_journey_step *s, const char *thing, uint64_t addr, uint32_t bytes)
{
	snprintf(s->thing, sizeof(s->thing), "%s", addr != 0 ? thing : "");
	s->addr = addr;
	s->bytes = bytes;
}

void
rsd_journey_copied(struct rsd_journey_step *s, enum rsd_journey_copier copier, unsigned int copies,
	enum rsd_journey_proof proof)
{
	s->copier = copier;
	s->copies = copies;
	s->proof = proof;
}

void
rsd_journey_note(struct rsd_journey *j, const char *fmt, ...)
{
	va_list ap;

	if (j->nb_notes == RSD_JOURNEY_NOTES)
		return;
	va_start(ap, fmt);
	vsnprintf(j->note[j->nb_notes++], sizeof(j->note[0]), fmt, ap);
	va_end(ap);
}

void
rsd_journey_place(struct rsd_journey *j, const char *what, uint64_t addr)
{
	struct rsd_journey_place *p;
	unsigned int i;

	for (i = 0; i < j->nb_places; i++)
		if (addr != 0 && j->place[i].addr == addr)
			return;
	if (j->nb_places == RSD_JOURNEY_PLACES)
		return;
	p = &j->place[j->nb_places++];
	*p = (struct rsd_journey_place){ .addr = addr, .seen = addr != 0 };
	snprintf(p->what, sizeof(p->what), "%s", what);
}

void
rsd_journey_note_trace(struct rsd_journey *j, const struct rsd_trace *t)
{
	if (t->why[0] != '\0') {
		rsd_journey_note(j, "nothing inside the kernel could be observed: %s", t->why);
		return;
	}
	if (t->why_no_probes[0] != '\0')
		rsd_journey_note(
			j, "the kernel's copy routines cannot be watched: %s", t->why_no_probes);
	if (t->why_no_payload[0] != '\0')
		rsd_journey_note(j, "payload in the kernel's memory cannot be looked for: %s",
			t->why_no_payload);
	if (t->lost != 0)
		rsd_journey_note(j, "the kernel lost %llu records: steps may be missing",
			(unsigned long long)t->lost);
}

static bool
take_place(const struct rsd_memory_place *m, void *arg)
{
	struct rsd_journey *j = arg;
	const char *base = strrchr(m->name, '/');
	char what[40];

	if (m->again)
		return true;
	snprintf(what, sizeof(what), "user memory %.27s",
		base != NULL         ? base + 1
		: m->name[0] != '\0' ? m->name
				     : "(anonymous)");
	rsd_journey_place(j, what, m->addr);
	return true;
}

void
rsd_journey_user_places(struct rsd_journey *j)
{
	struct rsd_places_missed missed;
	uint8_t marker[RSD_JOURNEY_MARKER];
	int nb;

	rsd_journey_payload(marker, sizeof(marker));
	nb = rsd_places_find(marker, sizeof(marker), take_place, j, &missed);
	if (nb < 0)
		rsd_journey_note(
			j, "this process's memory could not be searched: %s", strerror(-nb));
	else if (missed.refused != 0)
		rsd_journey_note(
			j, "%u mappings of this process could not be searched", missed.refused);
}

void
rsd_journey_skb(struct rsd_journey_step *s, const struct rsd_trace_rec *rec)
{
	static const char *const texts[RSD_TRACE_KINDS] = {
		[RSD_TRACE_NET_DEV_QUEUE] = "headers are on, it is to be sent",
		[RSD_TRACE_NET_DEV_START_XMIT] = "given to the device",
		[RSD_TRACE_NETIF_RX] = "the device hands it in, as received",
		[RSD_TRACE_NETIF_RECEIVE_SKB] = "up through IP and UDP",
		[RSD_TRACE_SKB_COPY] = "its payload is copied to user memory",
		[RSD_TRACE_CONSUME_SKB] = "done with: its memory is given back",
		[RSD_TRACE_KFREE_SKB] = "dropped",
	};

	snprintf(s->what, sizeof(s->what), "%s", rsd_trace_kind_name(rec->kind));
	snprintf(s->more, sizeof(s->more), "%s%s%s", rec->dev, rec->dev[0] != '\0' ? ": " : "",
		texts[rec->kind] != NULL ? texts[rec->kind] : "");
	rsd_journey_at(s, "skb", rec->skb, rec->len);
}
