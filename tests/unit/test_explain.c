/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside explain`: sockets as they are written, and the kernel's hash step by step. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_jhash.h>

#include "cli/explain.h"
#include "support/cunit_runner.h"
#include "support/random.h"

/* A socket as one line, for comparing. */
static const char *
spec_text(const struct rsd_spec *s, char *buf, size_t size)
{
	char local[RSD_END_TEXT], peer[RSD_END_TEXT] = "-";

	rsd_end_text(&s->local, local);
	if (s->peer.family != 0)
		rsd_end_text(&s->peer, peer);
	snprintf(buf, size, "%s %s dev=%u cpu=%u owner=%u name=%s%s%s%s", local, peer, s->dev,
		s->cpu, s->owner, s->name, (s->flags & RSD_SOCK_REUSEPORT) != 0 ? " reuseport" : "",
		(s->flags & RSD_SOCK_REUSEADDR) != 0 ? " reuseaddr" : "",
		(s->flags & RSD_SOCK_V6ONLY) != 0 ? " v6only" : "");
	return buf;
}

static const struct {
	const char *text;
	const char *want;  /* what is read */
	const char *error; /* or what is said */
} spec_rows[] = {
	{ "any:9999", "0.0.0.0:9999 - dev=0 cpu=0 owner=0 name=", NULL },
	{ "0.0.0.0:1", "0.0.0.0:1 - dev=0 cpu=0 owner=0 name=", NULL },
	{ "127.0.0.1:65535", "127.0.0.1:65535 - dev=0 cpu=0 owner=0 name=", NULL },
	{ "[::]:9999,v6only", "[::]:9999 - dev=0 cpu=0 owner=0 name= v6only", NULL },
	{ "[2001:DB8::1]:7", "[2001:db8::1]:7 - dev=0 cpu=0 owner=0 name=", NULL },
	{ "[::ffff:10.0.0.1]:7", "[::ffff:10.0.0.1]:7 - dev=0 cpu=0 owner=0 name=", NULL },
	{ "10.0.0.1:9999,peer=10.0.0.2:5000,reuseport,dev=1",
		"10.0.0.1:9999 10.0.0.2:5000 dev=2 cpu=0 owner=0 name= reuseport", NULL },
	{ "any:5,cpu=0,owner=4294967295,name=x y,reuseaddr",
		"0.0.0.0:5 - dev=0 cpu=1 owner=4294967295 name=x y reuseaddr", NULL },
	{ "[::1]:5,peer=[::2]:6", "[::1]:5 [::2]:6 dev=0 cpu=0 owner=0 name=", NULL },
	{ "[::]:5,peer=[::ffff:10.0.0.2]:6",
		"[::]:5 [::ffff:10.0.0.2]:6 dev=0 cpu=0 owner=0 name=", NULL },
	{ "", NULL, "'' has no port, expected ADDR:PORT or [ADDR]:PORT" },
	{ "any", NULL, "'any' has no port, expected ADDR:PORT or [ADDR]:PORT" },
	{ "any:0", NULL, "port 0 is out of range, expected 1 to 65535" },
	{ "any:65536", NULL, "port 65536 is out of range, expected 1 to 65535" },
	{ "any:", NULL, "port '' is not a number, expected 1 to 65535" },
	{ "any:9x", NULL, "port '9x' is not a number, expected 1 to 65535" },
	{ "10.0.0.256:9", NULL,
		"'10.0.0.256' is not an IPv4 address, expected ADDR:PORT or [ADDR]:PORT" },
	{ "::1:9", NULL, "'::1' looks like IPv6, expected it in brackets: [::1]:PORT" },
	{ "[::1", NULL, "'[::1' has no closing bracket, expected ADDR:PORT or [ADDR]:PORT" },
	{ "[::1]9", NULL, "'[::1]9' has no port, expected ADDR:PORT or [ADDR]:PORT" },
	{ "[10.0.0.1]:9", NULL,
		"'10.0.0.1' is not an IPv6 address, expected ADDR:PORT or [ADDR]:PORT" },
	{ "any:9,", NULL,
		"there is no key '', expected peer, dev, cpu, owner, name, reuseport, reuseaddr or "
		"v6only" },
	{ "any:9,resueport", NULL, "there is no key 'resueport', did you mean reuseport?" },
	{ "any:9,dev", NULL, "dev has no value, expected dev=..." },
	{ "any:9,dev=8", NULL, "dev: 8 is out of range, expected 0 to 7" },
	{ "any:9,dev=eth0", NULL, "dev: 'eth0' is not a number, expected 0 to 7" },
	{ "any:9,reuseport=1", NULL, "'reuseport=1': reuseport takes no value" },
	{ "any:9,peer=10.0.0.2", NULL,
		"peer: '10.0.0.2' has no port, expected ADDR:PORT or [ADDR]:PORT" },
	{ "any:9,peer=any:5", NULL, "peer: any cannot be connected to, expected an address" },
	{ "any:9,peer=[::1]:5", NULL, "peer: is of another family than the socket's own address" },
	{ "[::1]:9,peer=[::ffff:10.0.0.2]:6", NULL,
		"peer: is of another family than the socket's own address" },
	{ "any:9,v6only", NULL, "v6only is for sockets on an IPv6 address" },
	{ "any:9,name=12345678901234567890123456789012", NULL,
		"name: '12345678901234567890123456789012' is too long, expected at most 31 "
		"characters" },
};

static void
test_specs(void)
{
	struct rsd_spec spec;
	struct rsd_why why;
	char have[256];
	size_t i;

	for (i = 0; i < RTE_DIM(spec_rows); i++) {
		const char *want =
			spec_rows[i].want != NULL ? spec_rows[i].want : spec_rows[i].error;
		int ret = rsd_spec_read(spec_rows[i].text, &spec, &why);

		RSD_CHECK_EQ(ret, spec_rows[i].want != NULL ? 0 : -EINVAL);
		if (ret == 0)
			spec_text(&spec, have, sizeof(have));
		RSD_CHECK(strcmp(ret == 0 ? have : why.text, want) == 0,
			"'%s': got \"%s\", expected \"%s\"", spec_rows[i].text,
			ret == 0 ? have : why.text, want);
	}
}

static void
test_serves(void)
{
	struct rsd_spec spec;
	struct rsd_why why;
	char have[256];

	RSD_CHECK_EQ(rsd_spec_read_serve("echo:7@10.0.0.2", &spec, &why), 0);
	CU_ASSERT_STRING_EQUAL(
		spec_text(&spec, have, sizeof(have)), "10.0.0.2:7 - dev=0 cpu=0 owner=0 name=echo");
	RSD_CHECK_EQ(rsd_spec_read_serve("discard:9", &spec, &why), 0);
	CU_ASSERT_STRING_EQUAL(spec_text(&spec, have, sizeof(have)),
		"0.0.0.0:9 - dev=0 cpu=0 owner=0 name=discard");
	RSD_CHECK_EQ(
		rsd_spec_read_serve("echo:7,share=reuseport,peer=10.0.0.9:5,device=1", &spec, &why),
		0);
	CU_ASSERT_STRING_EQUAL(spec_text(&spec, have, sizeof(have)),
		"0.0.0.0:7 10.0.0.9:5 dev=2 cpu=0 owner=0 name=echo reuseport");
	RSD_CHECK_EQ(rsd_spec_read_serve("eco:7", &spec, &why), -EINVAL);
}

/* Known values: 127.0.0.1:9999, seed 0; before the port comes in, after it, and the slot of 256. */
static void
test_golden(void)
{
	static const struct {
		uint32_t address, jhash, hash, slot;
	} rows[] = {
		{ 0x0100007F, 0x66cb9b0e, 0x66cbbc01, 1 },
		{ 0x7F000001, 0xa6caec6b, 0xa6cacb64, 100 },
	};
	struct rsd_hash_trace trace;
	size_t i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		uint32_t jhash = rsd_hash_trace(&rows[i].address, 1, 0, &trace);

		RSD_CHECK_EQ(jhash, rows[i].jhash);
		RSD_CHECK_EQ(jhash ^ 9999, rows[i].hash);
		RSD_CHECK_EQ((jhash ^ 9999) & 255, rows[i].slot);
	}
}

/* The last step shown is the hash, and DPDK's function, which is the kernel's, agrees. */
static void
test_against_dpdk(void)
{
	struct rsd_random r = { 1 };
	struct rsd_hash_trace trace;
	unsigned int i, k;

	for (i = 0; i < 20000; i++) {
		uint32_t seed = rsd_random(&r), word[4], hash;

		for (k = 0; k < 4; k++)
			word[k] = rsd_random(&r);
		hash = rsd_hash_trace(word, 1, seed, &trace);
		if (hash != rte_jhash_1word(word[0], seed) ||
			trace.step[trace.nb - 1].value != hash)
			RSD_CHECK(0, "jhash_1word of 0x%08x, seed 0x%08x", word[0], seed);
		hash = rsd_hash_trace(word, 4, seed, &trace);
		if (hash != rte_jhash_32b(word, 4, seed) || trace.step[trace.nb - 1].value != hash)
			RSD_CHECK(0, "jhash2 of 0x%08x..., seed 0x%08x", word[0], seed);
	}
	RSD_CHECK_EQ(rsd_test_failures(), 0);
}

/* A socket that shares its port, so that every set of them can be opened. */
static void
draw_spec(struct rsd_random *r, struct rsd_spec *spec, unsigned int i)
{
	static const char *const local[] = { "any:9999", "10.0.0.1:9999", "10.0.0.2:9999",
		"[::]:9999", "[::ffff:10.0.0.1]:9999", "[2001:db8::1]:9999", "any:9998" };
	static const char *const more[] = { "", ",dev=0", ",dev=1", ",cpu=0", ",cpu=1,dev=0" };
	static const char *const peer[] = { "", ",peer=10.0.0.9:5", ",peer=10.0.0.9:6" };
	const char *at = local[rsd_random_below(r, RTE_DIM(local))];
	struct rsd_why why = { "" };
	char text[256];

	snprintf(text, sizeof(text), "%s,reuseport%s%s", at,
		more[rsd_random_below(r, RTE_DIM(more))],
		at[0] == '[' ? "" : peer[rsd_random_below(r, RTE_DIM(peer))]);
	RSD_CHECK(rsd_spec_read(text, spec, &why) == 0, "%s: %s", text, why.text);
	spec->id = i;
	spec->bound_at = 2 * i;
	spec->connected_at = 2 * i + 1;
}

static json_int_t
field(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

/* Points add up to the score; the winner the text points at is the one the look-up finds. */
static void
check_table(const json_t *o)
{
	const json_t *stage, *c, *points, *s, *winner = json_object_get(o, "winner");
	const json_t *expected = json_null();
	size_t i, k;

	json_array_foreach(json_object_get(o, "stages"), i, stage)
	{
		json_array_foreach(json_object_get(stage, "candidates"), k, c)
		{
			points = json_object_get(c, "points");
			if (!json_is_object(points))
				continue;
			RSD_CHECK_EQ(field(points, "family") + field(points, "peer") +
					     field(points, "device") + field(points, "cpu"),
				field(c, "score"));
		}
		if (json_is_true(json_object_get(stage, "reached")) &&
			json_is_integer(json_object_get(stage, "winner")))
			expected = json_object_get(stage, "winner");
	}
	json_array_foreach(json_object_get(o, "connected"), i,
		s) if (json_is_true(json_object_get(s, "matches")) && json_is_null(expected))
		expected = json_object_get(winner, "id");
	RSD_CHECK_EQ(json_is_object(winner), json_is_integer(expected));
	if (json_is_integer(expected))
		RSD_CHECK_EQ(field(winner, "id"), json_integer_value(expected));
}

static void
test_table(void)
{
	struct rsd_explain x = { .slots = 256 };
	struct rsd_random r = { 7 };
	struct rsd_spec spec[12];
	struct rsd_error err = { .code = RSD_EXIT_OK };
	struct rsd_why why;
	unsigned int set, i;

	RSD_CHECK_EQ(rsd_end_read("10.0.0.1:9999", &x.to, &why), 0);
	for (set = 0; set < 2000; set++) {
		json_t *o;

		RSD_CHECK_EQ(
			rsd_end_read(set % 3 == 0 ? "10.0.0.9:5" : "10.0.0.9:7", &x.from, &why), 0);
		x.nb_spec = rsd_random_below(&r, RTE_DIM(spec) + 1);
		x.spec = spec;
		x.dev = (uint16_t)rsd_random_below(&r, 3);
		x.cpu = (uint16_t)rsd_random_below(&r, 3);
		for (i = 0; i < x.nb_spec; i++)
			draw_spec(&r, &spec[i], i);
		o = rsd_explain_table(&x, &err);
		RSD_CHECK(o != NULL, "set %u: %s", set, err.text);
		if (o != NULL)
			check_table(o);
		json_decref(o);
	}
	RSD_CHECK_EQ(rsd_test_failures(), 0);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "a socket is read as it is written, and what is wrong is said", test_specs },
		{ "a service is a socket", test_serves },
		{ "127.0.0.1:9999 has the known hashes and slots", test_golden },
		{ "every step of the kernel's hash leads to what DPDK's function says",
			test_against_dpdk },
		{ "points add up, and the winner shown is the one the table finds", test_table },
	};

	return rsd_test_run("explain", tests, RTE_DIM(tests));
}
