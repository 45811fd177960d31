/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "support/cunit_runner.h"
#include "support/packet_builder.h"
#include "support/random.h"
#include "wire/csum.h"
#include "wire/local.h"

static const uint8_t mac[6] = RSD_TEST_MAC_US;

static bool
is_member(const rte_be32_t *members, unsigned int nb, rte_be32_t addr)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		if (members[i] == addr)
			return true;
	return false;
}

/*
 * All members are in the set, and nothing else. Only what stands in a slot can be found, so asking
 * for the contents of every slot is asking for everything that could be a false member.
 */
static void
check_set(const struct rsd_wire_set *set, const rte_be32_t *members, unsigned int nb)
{
	unsigned int i, found = 0;

	for (i = 0; i < nb; i++)
		RSD_CHECK(rsd_wire_set_has(set, members[i]), "member %u of %u is missing", i, nb);
	for (i = 0; i < RSD_WIRE_SLOTS; i++) {
		rte_be32_t there = set->slot[i];

		if (!rsd_wire_set_has(set, there))
			continue;
		found++;
		RSD_CHECK(is_member(members, nb, there), "%08x is in a set of %u", there, nb);
	}
	RSD_CHECK(found <= nb, "%u found in a set of %u", found, nb);
	RSD_CHECK(!rsd_wire_set_has(set, 0), "zero is in a set of %u", nb);
}

/* RFC 919: all host bits one; RFC 3021: not with 31 or 32 bits of prefix. Bit by bit. */
static bool
slow_bcast(const struct rsd_wire_addr *a, rte_be32_t *out)
{
	uint32_t addr = rte_be_to_cpu_32(a->addr);
	int bit;

	for (bit = 0; bit < 32 - a->len; bit++)
		addr |= UINT32_C(1) << bit;
	*out = rte_cpu_to_be_32(addr);
	return a->len < 31;
}

static void
check_addresses(const struct rsd_wire_addr *addr, unsigned int nb)
{
	rte_be32_t own[RSD_WIRE_ADDR_MAX], banned[2 * RSD_WIRE_ADDR_MAX], bcast;
	unsigned int i, nb_banned = 0;
	struct rsd_wire_local w;

	RSD_CHECK_EQ(rsd_wire_local_init(&w, mac, 0, 1500, addr, nb), 0);
	for (i = 0; i < nb; i++) {
		own[i] = banned[nb_banned++] = addr[i].addr;
		if (!slow_bcast(&addr[i], &bcast))
			continue;
		banned[nb_banned++] = bcast;
		RSD_CHECK(rsd_wire_is_subnet_bcast(&w, bcast), "broadcast of /%u", addr[i].len);
	}
	check_set(&w.own, own, nb);
	check_set(&w.banned, banned, nb_banned);
}

/* Addresses as people give them out: one after another, every 256th, one in each network. */
static rte_be32_t
pick(unsigned int shape, unsigned int i, struct rsd_random *r)
{
	switch (shape) {
	case 0:
		return rte_cpu_to_be_32(0x0a000001 + i);
	case 1:
		return rte_cpu_to_be_32(0xc0a80001 + (i << 8));
	case 2:
		return rte_cpu_to_be_32(0x0a000001 + (i << 16));
	case 3:
		return rte_cpu_to_be_32(0x01010101 + (i << 24));
	default:
		return rte_cpu_to_be_32(0x01000000 + rsd_random_below(r, 0xdf000000 - 0x01000000));
	}
}

static void
sets_of_any_size(void)
{
	struct rsd_wire_addr addr[RSD_WIRE_ADDR_MAX];
	struct rsd_random r = { 5 };
	unsigned int nb, shape, i;

	for (nb = 0; nb <= RSD_WIRE_ADDR_MAX; nb++)
		for (shape = 0; shape < 6; shape++) {
			for (i = 0; i < nb; i++) {
				addr[i].addr = pick(shape, i, &r);
				addr[i].len =
					(uint8_t)(shape == 5 ? 1 + rsd_random_below(&r, 32) : 24);
			}
			check_addresses(addr, nb);
		}
}

static void
same_address_twice(void)
{
	struct rsd_wire_addr addr[3] = { { RTE_BE32(0x0a000001), 24 }, { RTE_BE32(0x0a000001), 24 },
		{ RTE_BE32(0x0a000001), 8 } };

	check_addresses(addr, 3);
}

static void
too_many(void)
{
	struct rsd_wire_addr addr[RSD_WIRE_ADDR_MAX + 1];
	struct rsd_wire_local w;
	unsigned int i;

	for (i = 0; i <= RSD_WIRE_ADDR_MAX; i++)
		addr[i] = (struct rsd_wire_addr){ rte_cpu_to_be_32(0x0a000001 + i), 24 };
	RSD_CHECK(rsd_wire_local_init(&w, mac, 0, 1500, addr, RSD_WIRE_ADDR_MAX + 1) < 0,
		"65 addresses were taken");
}

static void
every_prefix(void)
{
	uint8_t len;

	for (len = 1; len <= 32; len++) {
		struct rsd_wire_addr a = { RTE_BE32(0x0a0b0c05), len };
		struct rsd_wire_local w;
		rte_be32_t bcast;
		bool has = slow_bcast(&a, &bcast);

		RSD_CHECK_EQ(rsd_wire_local_init(&w, mac, 0, 1500, &a, 1), 0);
		RSD_CHECK(rsd_wire_is_subnet_bcast(&w, bcast) == has, "/%u", len);
		RSD_CHECK(!rsd_wire_is_subnet_bcast(&w, bcast ^ RTE_BE32(1)), "/%u", len);
		RSD_CHECK(
			rsd_wire_set_has(&w.banned, bcast) == (has || bcast == a.addr), "/%u", len);
	}
}

/* The words the fast check compares with, against what they stand for. */
static void
words_to_compare(void)
{
	static const uint8_t to_us[16] = { 0x02, 0x72, 0x73, 0x64, 0, 1, 0x02 };
	struct rsd_wire_addr a = { RTE_BE32(0x0a000001), 24 };
	struct rsd_wire_local w;
	uint8_t eth[16];
	unsigned int i;

	RSD_CHECK_EQ(rsd_wire_local_init(&w, mac, 0, 9000, &a, 1), 0);
	RSD_CHECK_EQ(w.l2_len, 14);
	RSD_CHECK_EQ(w.max_frame, 9014);
	RSD_CHECK_EQ(w.tag_mask, 0);
	RSD_CHECK(((rsd_load64(to_us) ^ w.mac_want) & w.mac_mask) == 0, "our MAC is not ours");
	for (i = 0; i < 48 + 1; i++) {
		memcpy(eth, to_us, sizeof(eth));
		eth[i / 8] ^= (uint8_t)(1 << i % 8);
		RSD_CHECK(((rsd_load64(eth) ^ w.mac_want) & w.mac_mask) != 0, "bit %u is free", i);
	}
	RSD_CHECK_EQ(rsd_wire_local_init(&w, mac, 4094, 1500, &a, 1), 0);
	RSD_CHECK_EQ(w.l2_len, 18);
	RSD_CHECK_EQ(w.max_frame, 1518);
	for (i = 0; i < 65536; i++) {
		uint8_t tag[4] = { 0x81, 0, (uint8_t)(i >> 8), (uint8_t)i };
		bool ours = ((rsd_load32(tag) ^ w.tag_want) & w.tag_mask) == 0;

		if (ours != ((i & 0x0fff) == 4094))
			RSD_CHECK(0, "TCI %04x", i);
	}
}

static void
octets(void)
{
	struct rsd_wire_addr a = { RTE_BE32(0x0a000001), 24 };
	struct rsd_wire_local w;
	unsigned int i;

	RSD_CHECK_EQ(rsd_wire_local_init(&w, mac, 0, 1500, &a, 1), 0);
	for (i = 0; i < 256; i++)
		RSD_CHECK((w.bad_octet[i] != 0) == (i == 0 || i == 127 || i >= 224), "octet %u", i);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "sets of 0 to 64 addresses have all members and no other", sets_of_any_size },
		{ "an address given twice is one member", same_address_twice },
		{ "more than 64 addresses are refused", too_many },
		{ "every prefix has its broadcast address, 31 and 32 have none", every_prefix },
		{ "MAC and tag words match ours and nothing else", words_to_compare },
		{ "source octets 0, 127 and 224 up are nobody's", octets },
	};

	return rsd_test_run("local", tests, RTE_DIM(tests));
}
