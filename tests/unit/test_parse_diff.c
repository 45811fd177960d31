/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Millions of frames, most of them a datagram with something changed, put through the fast checks
 * and through the parser that looks at everything: they must agree about every one.
 */
#include <stdio.h>
#include <string.h>

#include "support/cunit_runner.h"
#include "support/packet_builder.h"
#include "support/random.h"
#include "support/wire_hosts.h"

#define ROUNDS    4000000
#define FRAME_MAX 1700

struct frame {
	uint8_t b[FRAME_MAX + 16];
	uint32_t len;
	uint32_t l2_len; /* where the IPv4 header was put */
};

static struct {
	unsigned int exact, fast, datagrams, other;
} seen;

/* Addresses at which opinions might differ. */
static const uint32_t addresses[] = { RSD_TEST_IP_US, RSD_TEST_IP_US2, RSD_TEST_IP_US3,
	RSD_TEST_IP_PEER, 0x0a0900ff, 0xac100503, 0xac100500, 0, 0x00000001, 0xffffffff, 0x7f000001,
	0x7effffff, 0x80000000, 0xdfffffff, 0xe0000000, 0xefffffff, 0xf0000000, 0x0a090077,
	0x01000000, 0xc6122103 };

static const char *const seeds[] = { "udp", "udp len=0", "udp len=1472", "udp dst=us2 len=100",
	"udp dst=us3 len=3", "udp len=1 pad=17", "udp vlan=5", "udp vlan=5 len=1472 dst=us2",
	"udp vlan=0", "udp opts=01010101", "udp surplus=4", "ping", "arp",
	"udp frag=0x4000 ttl=1" };

static void
put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/* One change somewhere a decision hangs on. */
static void
change(struct frame *f, struct rsd_random *r)
{
	uint8_t *ip = f->b + f->l2_len;

	switch (rsd_random_below(r, 10)) {
	case 0:
		f->b[rsd_random_below(r, 46)] ^= (uint8_t)(1 << rsd_random_below(r, 8));
		break;
	case 1:
		f->b[rsd_random_below(r, 46)] = (uint8_t)rsd_random(r);
		break;
	case 2:
		put32(ip + 12, addresses[rsd_random_below(r, RTE_DIM(addresses))]);
		break;
	case 3:
		put32(ip + 16, addresses[rsd_random_below(r, RTE_DIM(addresses))]);
		break;
	case 4: /* both lengths together, somewhere near the frame's */
		put16(ip + 2, f->len - f->l2_len - 4 + rsd_random_below(r, 8));
		put16(ip + 24, (uint32_t)(ip[2] << 8 | ip[3]) - 20);
		break;
	case 5:
		put16(ip + 2, rsd_random(r));
		break;
	case 6:
		put16(ip + 24, rsd_random_below(r, 40));
		break;
	case 7:
		f->len = rsd_random_below(r, f->len + 1);
		break;
	case 8:
		f->len = RTE_MIN(f->len + rsd_random_below(r, 64), (uint32_t)FRAME_MAX);
		break;
	default:
		put32(ip + 20, rsd_random(r) & (rsd_random(r) % 2 ? 0xffff : 0xffff0000));
		break;
	}
}

/* Otherwise nearly everything would end at the checksum. */
static void
mend_sum(struct frame *f)
{
	uint8_t *ip = f->b + f->l2_len;
	uint32_t hdr = (ip[0] & 15) * 4u;

	put16(ip + 10, 0);
	put16(ip + 10, (uint16_t)~rsd_slow_sum(ip, hdr, 0));
}

static void
mutate(struct frame *f, struct rsd_random *r)
{
	static struct rsd_frame made[RTE_DIM(seeds)];
	uint32_t seed = rsd_random_below(r, RTE_DIM(seeds)), nb = rsd_random_below(r, 4);

	if (made[seed].data == NULL)
		made[seed] = rsd_frame_make(seeds[seed]);
	memset(f->b, 0, 128);
	memcpy(f->b, made[seed].data, made[seed].len);
	f->len = made[seed].len;
	f->l2_len = f->b[12] == 0x81 ? 18 : 14;
	while (nb-- != 0)
		change(f, r);
	if (rsd_random_below(r, 8) != 0)
		mend_sum(f);
}

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
	for (i = 0; i < ROUNDS / RSD_HOST_MAX && nb_wrong < 5; i++) {
		static struct frame f;
		struct rsd_frame exact_size;

		mutate(&f, &r);
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
