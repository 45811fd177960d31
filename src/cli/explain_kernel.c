/* SPDX-License-Identifier: BSD-3-Clause */
/* The datagram's destination as numbers, and what Linux's hash makes of them. */
#include <stdio.h>
#include <string.h>

#include "cli/explain.h"

/* "7f 00 00 01" */
static json_t *
bytes_json(const void *bytes, size_t len)
{
	char text[3 * RSD_TUPLE_KEY_MAX + 1] = "";
	size_t i;

	for (i = 0; i < len; i++)
		snprintf(text + 3 * i, 4, i + 1 < len ? "%02x " : "%02x",
			((const uint8_t *)bytes)[i]);
	return json_string(text);
}

/* Four bytes as a number: a load on x86, and the order the network means. */
static uint32_t
load_little(const uint8_t *b)
{
	return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

static uint32_t
load_big(const uint8_t *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

typedef uint32_t (*load_fn)(const uint8_t *b);

/* The words that are hashed: of an IPv6 address four, of an IPv4 address in disguise one. */
static unsigned int
load_words(const struct rsd_end *end, load_fn load, uint32_t *word)
{
	unsigned int nb = rsd_ip_is_v4(&end->ip) ? 1 : 4, i;

	for (i = 0; i < nb; i++)
		word[i] = load(end->ip.b + 16 - 4 * (nb - i));
	return nb;
}

static json_t *
words_json(const struct rsd_end *end, load_fn load)
{
	json_t *list = json_array();
	uint32_t word[4];
	unsigned int nb = load_words(end, load, word), i;

	for (i = 0; i < nb; i++)
		json_array_append_new(list, json_integer(word[i]));
	return list;
}

static json_t *
end_json(const struct rsd_end *end)
{
	uint8_t port[4] = { 0, 0, (uint8_t)(end->port >> 8), (uint8_t)end->port };
	size_t len = end->family == AF_INET ? 4 : 16;
	char text[RSD_END_TEXT];

	return json_pack("{s:s,s:s,s:i,s:o,s:o,s:o,s:o,s:i,s:i}", "text", rsd_end_text(end, text),
		"family", end->family == AF_INET ? "IPv4" : "IPv6", "port", end->port,
		"address_bytes", bytes_json(end->ip.b + 16 - len, len), "port_bytes",
		bytes_json(port + 2, 2), "address_as_it_lies", words_json(end, load_little),
		"address_host_order", words_json(end, load_big), "port_as_it_lies",
		(int)(load_little(port) >> 16), "port_host_order", (int)load_big(port));
}

json_t *
rsd_explain_ends(const struct rsd_explain *x)
{
	return json_pack("{s:o,s:o}", "destination", end_json(&x->to), "source",
		x->from.family != 0 ? end_json(&x->from) : json_null());
}

static json_t *
steps_json(const struct rsd_hash_trace *trace)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < trace->nb; i++)
		json_array_append_new(list, json_pack("{s:s,s:I}", "step", trace->step[i].what,
						    "value", (json_int_t)trace->step[i].value));
	return list;
}

/* The hash of one reading of the address, and the slot it leads to. */
static json_t *
reading_json(const struct rsd_explain *x, const char *what, bool linux_does, load_fn load)
{
	uint32_t word[4], jhash, hash;
	unsigned int nb = load_words(&x->to, load, word);
	struct rsd_hash_trace trace;

	jhash = rsd_hash_trace(word, nb, x->seed, &trace);
	hash = jhash ^ x->to.port;
	return json_pack("{s:s,s:b,s:o,s:o,s:I,s:I,s:I}", "address", what, "linux_does_this",
		linux_does, "words", words_json(&x->to, load), "steps", steps_json(&trace), "jhash",
		(json_int_t)jhash, "hash", (json_int_t)hash, "slot",
		(json_int_t)(hash & (x->slots - 1)));
}

/* Where Linux looks when nothing in the first slot fits: the same with address any. */
static json_t *
any_json(const struct rsd_explain *x)
{
	static const uint32_t zero;
	struct rsd_hash_trace trace;
	uint32_t hash = rsd_hash_trace(&zero, 1, x->seed, &trace) ^ x->to.port;

	return json_pack(
		"{s:I,s:I}", "hash", (json_int_t)hash, "slot", (json_int_t)(hash & (x->slots - 1)));
}

json_t *
rsd_explain_kernel(const struct rsd_explain *x)
{
	return json_pack("{s:s,s:I,s:I,s:I,s:[o,o],s:o}", "function",
		rsd_ip_is_v4(&x->to.ip) ? "jhash_1word(address, seed) ^ port"
					: "jhash2(address, 4, seed) ^ port",
		"seed", (json_int_t)x->seed, "slots", (json_int_t)x->slots, "mask",
		(json_int_t)(x->slots - 1), "readings",
		reading_json(x, "as it lies in memory", true, load_little),
		reading_json(x, "in host order", false, load_big), "any", any_json(x));
}
