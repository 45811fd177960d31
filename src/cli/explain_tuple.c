/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of connected sockets: the key as it lies in the frame, its hash, its two buckets. */
#include <stdio.h>
#include <string.h>

#include "cli/explain_table.h"
#include "table/conn_layout.h"

/* "7f 00 00 01"; text has 3 * len bytes. */
static void
bytes_text(char *text, const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		snprintf(text + 3 * i, 4, i + 1 < len ? "%02x " : "%02x", bytes[i]);
}

static uint64_t
hash_of(const struct rsd_conn_table *t, const uint8_t *key)
{
	return t->v6 ? rsd_flow_hash6(&t->hash, key) : rsd_flow_hash4(&t->hash, key);
}

static json_t *
place_json(const struct rsd_conn_table *t, const uint8_t *key, uint64_t h)
{
	struct rsd_conn_slot s;

	if (!rsd_conn_find_slot(t, key, h, &s))
		return json_null();
	return json_pack("{s:I,s:i,s:b}", "bucket", (json_int_t)s.bucket, "place", (int)s.way,
		"second", s.bucket != rsd_conn_first(t->nb_buckets, h));
}

json_t *
rsd_explain_tuple(const struct rsd_explain *x, const struct rsd_explain_table *b,
	const struct rsd_tuple *d, bool asked)
{
	const struct rsd_conn_table *t = d->family == AF_INET ? b->t->conn4 : b->t->conn6;
	uint8_t key[RSD_TUPLE_KEY_MAX] = { 0 };
	char text[3 * RSD_TUPLE_KEY_MAX], secret[3 * 16], hash[24];
	struct rsd_conn_stats st;
	uint64_t h;

	rsd_tuple_key(key, d);
	h = hash_of(t, key);
	rsd_conn_stats(t, &st);
	bytes_text(text, key, t->key_len);
	bytes_text(secret, t->secret, sizeof(t->secret));
	snprintf(hash, sizeof(hash), "0x%016" PRIx64, h);
	return json_pack("{s:s,s:b,s:s,s:s,s:b,s:s,s:I,s:i,s:I,s:I,s:o}", "key", text, "asked",
		asked, "hash_kind", st.hash_kind, "secret", secret, "secret_is_the_tables",
		x->engine == NULL, "hash", hash, "buckets", (json_int_t)t->nb_buckets,
		"bucket_places", (int)t->ways, "first",
		(json_int_t)rsd_conn_first(t->nb_buckets, h), "second",
		(json_int_t)rsd_conn_second(t->nb_buckets, h), "found", place_json(t, key, h));
}
