/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Millions of frames, most of them a datagram with something changed, put through the fast checks
 * and through the parser that looks at everything: they must agree about every one.
 */
#include <stdio.h>
#include <string.h>

#include "support/cunit_runner.h"
#include "support/mutate.h"
#include "support/wire_hosts.h"

#define ROUNDS 800000 /* for each host */

static struct {
	unsigned int exact, fast, datagrams, other;
} seen;

/* True when they agree. */
static bool
compare(const struct rsd_wire_local *w, const struct rsd_frame *f)
{
	bool exact = rsd_wire_is_exact(w, f->data, f->len);
	bool fast = rsd_wire_fast(w, f->data, f->len);
	struct rsd_wire_view v;
	bool normal, whole;

	rsd_wire_parse(w, f->data, f->len, f->len, &v);
	normal = rsd_wire_is_normal(w, &v);
	whole = normal && (uint32_t)v.l2_len + v.ip_total == f->len;
	seen.exact += exact;
	seen.fast += fast;
	seen.datagrams += v.kind == RSD_WIRE_UDP;
	seen.other += v.kind == RSD_WIRE_ICMP || v.kind == RSD_WIRE_ARP;
	return exact == whole && fast == normal;
}

static void
report(const struct rsd_frame *f, unsigned int round)
{
	char hex[3 * 64 + 1] = "";
	uint32_t i;

	for (i = 0; i < f->len && i < 64; i++)
		snprintf(hex + 3 * i, 4, "%02x ", f->data[i]);
	RSD_CHECK(0, "round %u, %u bytes: %s", round, f->len, hex);
}

static void
run(enum rsd_wire_host host)
{
	struct rsd_random r = { 11 + host };
	unsigned int i, nb_wrong = 0;

	memset(&seen, 0, sizeof(seen));
	for (i = 0; i < ROUNDS && nb_wrong < 5; i++) {
		static struct rsd_mutant f;
		struct rsd_frame exact_size;

		rsd_mutate(&f, &r);
		exact_size = rsd_frame_copy(f.b, f.len);
		if (!compare(rsd_wire_host(host), &exact_size)) {
			report(&exact_size, i);
			nb_wrong++;
		}
		rsd_frame_free(&exact_size);
	}
	/* A comparison of nothing but drops would prove little. */
	RSD_CHECK(seen.exact > i / 30, "%u of %u frames exact", seen.exact, i);
	RSD_CHECK(seen.fast > seen.exact, "none padded");
	RSD_CHECK(seen.datagrams > seen.fast || host == RSD_HOST_VLAN, "none odd");
	RSD_CHECK(seen.datagrams < i / 2, "hardly any broken");
	RSD_CHECK(seen.other > 0 || host == RSD_HOST_VLAN, "neither ICMP nor ARP");
}

static void
three_addresses(void)
{
	run(RSD_HOST_THREE);
}

static void
one_address(void)
{
	run(RSD_HOST_ONE);
}

static void
tagged_port(void)
{
	run(RSD_HOST_VLAN);
}

static void
most_addresses(void)
{
	run(RSD_HOST_MANY);
}

static void
nested_networks(void)
{
	run(RSD_HOST_NESTED);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "the fast checks and the parser agree with three addresses", three_addresses },
		{ "the fast checks and the parser agree with one address", one_address },
		{ "the fast checks and the parser agree on a tagged port", tagged_port },
		{ "the fast checks and the parser agree with 64 addresses", most_addresses },
		{ "the fast checks and the parser agree when an address of ours is a broadcast",
			nested_networks },
	};

	return rsd_test_run("parse_diff", tests, RTE_DIM(tests));
}
