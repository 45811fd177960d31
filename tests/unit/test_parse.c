/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "support/cunit_runner.h"
#include "support/packet_builder.h"
#include "support/wire_hosts.h"

struct row {
	const char *sentence;
	const char *frame;
	enum rsd_wire_kind kind;
	enum rsd_counter reason; /* with RSD_WIRE_DROP */
	enum rsd_wire_host host;
};

#define UDP(sentence, frame)                                \
	{                                                   \
		sentence, frame, RSD_WIRE_UDP, RSD_C_MAX, 0 \
	}
#define MANY(reason, sentence, frame)                                 \
	{                                                             \
		sentence, frame, RSD_WIRE_UDP_MANY, RSD_C_##reason, 0 \
	}
#define DROP(reason, sentence, frame)                             \
	{                                                         \
		sentence, frame, RSD_WIRE_DROP, RSD_C_##reason, 0 \
	}

static const struct row rows[] = {
	UDP("a plain datagram", "udp"),
	UDP("an empty one", "udp len=0"),
	UDP("one with an odd payload", "udp len=33"),
	UDP("to our second address", "udp dst=us2"),
	UDP("to our third, in another network", "udp dst=us3"),
	UDP("as long as the MTU", "udp len=1472"),
	UDP("padded to 60 bytes", "udp len=1 pad=17"),
	UDP("padded beyond reason, but within the MTU", "udp len=1 pad=1000"),
	UDP("surplus behind the UDP length", "udp len=10 surplus=7"),
	UDP("TTL 0", "udp ttl=0"),
	UDP("don't fragment", "udp frag=0x4000"),
	UDP("the reserved flag", "udp frag=0x8000"),
	UDP("all of the TOS byte", "udp tos=255"),
	UDP("40 bytes of no-operation", "udp opts=0101010101010101010101010101010101010101010101"
					"01010101010101010101010101010101"
					"01"),
	UDP("an option nobody knows", "udp opts=5e040000"),
	UDP("an unknown option of length two that ends the header", "udp opts=01015e02"),
	UDP("end of options, then what looks like a bad one", "udp opts=00830000"),
	UDP("router alert", "udp opts=94040000"),
	UDP("checksum left out", "udp udpsum=zero"),
	UDP("checksum wrong, which is not the parser's to say", "udp udpsum=bad"),
	UDP("priority tag on an untagged port", "udp vlan=0"),
	UDP("priority tag with PCP and DEI", "udp tag=0x8100f000"),
	UDP("priority tag and a full MTU", "udp vlan=0 len=1472"),
	{ "our VLAN", "udp vlan=5", RSD_WIRE_UDP, 0, RSD_HOST_VLAN },
	{ "our VLAN, any PCP", "udp tag=0x8100b005", RSD_WIRE_UDP, 0, RSD_HOST_VLAN },
	{ "our VLAN and a full MTU", "udp vlan=5 len=1472", RSD_WIRE_UDP, 0, RSD_HOST_VLAN },
	{ "our only address", "udp", RSD_WIRE_UDP, 0, RSD_HOST_ONE },
	{ "a ping", "ping", RSD_WIRE_ICMP, 0, 0 },
	{ "a ping of eight bytes", "ping len=0", RSD_WIRE_ICMP, 0, 0 },
	{ "an ARP question", "arp", RSD_WIRE_ARP, 0, 0 },
	{ "an ARP question to us alone", "arp dmac=us", RSD_WIRE_ARP, 0, 0 },
	{ "an ARP question on our VLAN", "arp vlan=5", RSD_WIRE_ARP, 0, RSD_HOST_VLAN },

	DROP(eth_not_us, "a MAC that is not ours", "udp dmac=other"),
	DROP(eth_src_group, "a group as source", "udp smac=mcast"),
	DROP(eth_llc, "an 802.3 length", "eth type=0x05ff"),
	DROP(eth_llc, "a length of zero", "eth type=0 len=46"),
	DROP(eth_unknown_type, "the lowest EtherType", "eth type=0x0600"),
	DROP(eth_unknown_type, "an unknown EtherType", "eth type=0x9999"),
	DROP(ip6_unserved, "IPv6", "eth type=0x86dd len=60"),
	DROP(eth_oversize, "one byte above the MTU", "udp len=1473"),
	DROP(eth_oversize, "padding above the MTU", "udp len=1000 pad=473"),
	DROP(eth_oversize, "a priority tag and one byte above", "udp vlan=0 len=1473"),
	DROP(vlan_unknown, "a VLAN on an untagged port", "udp vlan=5"),
	DROP(vlan_unknown, "VLAN 4095", "udp vlan=4095"),
	DROP(vlan_unknown, "service tag", "udp tag=0x88a80005"),
	DROP(vlan_unknown, "two customer tags", "udp vlan=0 vlan=0"),
	DROP(vlan_unknown, "service and customer tag", "udp tag=0x88a80000 vlan=0"),
	{ "another VLAN", "udp vlan=6", RSD_WIRE_DROP, RSD_C_vlan_unknown, RSD_HOST_VLAN },
	{ "no tag on a tagged port", "udp", RSD_WIRE_DROP, RSD_C_vlan_unknown, RSD_HOST_VLAN },
	{ "priority tag on a tagged port", "udp vlan=0", RSD_WIRE_DROP, RSD_C_vlan_unknown,
		RSD_HOST_VLAN },
	{ "a second tag in ours", "udp vlan=5 vlan=5", RSD_WIRE_DROP, RSD_C_vlan_unknown,
		RSD_HOST_VLAN },
	{ "three tags", "udp vlan=5 vlan=5 vlan=5", RSD_WIRE_DROP, RSD_C_vlan_unknown,
		RSD_HOST_VLAN },
	DROP(l2_bcast_unicast_ip, "our address in a broadcast frame", "udp dmac=bcast"),
	DROP(l2_bcast_unicast_ip, "our address in a multicast frame", "udp dmac=mcast"),
	DROP(l2_bcast_unicast_ip, "a ping in a broadcast frame", "ping dmac=bcast"),
	DROP(ip4_hdr, "version 6 under IPv4's EtherType", "udp ver=6"),
	DROP(ip4_hdr, "version 0", "udp ver=0"),
	DROP(ip4_hdr, "a header of 0 bytes", "udp ihl=0"),
	DROP(ip4_hdr, "a header of 16 bytes", "udp ihl=4"),
	DROP(ip4_hdr, "a header beyond the frame", "udp len=0 ihl=15"),
	DROP(ip4_hdr, "a total length below the header", "udp iptotal=19"),
	DROP(ip4_hdr, "a total length below the options", "udp opts=01010101 iptotal=23"),
	DROP(ip4_hdr, "a total length of 0", "udp iptotal=0"),
	DROP(ip4_csum, "a wrong header checksum", "udp ipsum=bad"),
	DROP(ip4_csum, "no header checksum", "udp ipsum=zero"),
	DROP(ip4_csum, "ones for a header checksum", "udp ipsum=ffff"),
	DROP(ip4_trunc, "a total length one beyond the frame", "udp iptotal=47"),
	DROP(ip4_trunc, "a total length of 65,535", "udp iptotal=65535"),
	DROP(ip4_not_us, "another host", "udp dst=10.9.0.77"),
	DROP(ip4_not_us, "loopback as destination", "udp dst=127.0.0.1"),
	DROP(ip4_not_us, "zero as destination", "udp dst=0.0.0.0"),
	DROP(ip4_not_us, "another host's ping", "ping dst=10.9.0.77"),
	MANY(ip4_bcast, "limited broadcast", "udp dst=255.255.255.255 dmac=bcast"),
	MANY(ip4_bcast, "limited broadcast to our MAC", "udp dst=255.255.255.255"),
	MANY(ip4_bcast, "subnet broadcast", "udp dst=10.9.0.255 dmac=bcast"),
	MANY(ip4_bcast, "subnet broadcast of the small network", "udp dst=172.16.5.3 dmac=bcast"),
	DROP(ip4_bcast, "broadcast ping (smurf)", "ping dst=10.9.0.255 dmac=bcast"),
	MANY(ip4_mcast, "a group nobody joined", "udp dst=224.0.0.1 dmac=mcast"),
	MANY(ip4_mcast, "the last group", "udp dst=239.255.255.255 dmac=mcast"),
	DROP(ip4_martian_src, "source zero", "udp src=0.0.0.0"),
	DROP(ip4_martian_src, "source in network zero", "udp src=0.1.2.3"),
	DROP(ip4_martian_src, "source loopback", "udp src=127.0.0.1"),
	DROP(ip4_martian_src, "source all ones", "udp src=255.255.255.255"),
	DROP(ip4_martian_src, "source a group", "udp src=224.0.0.5"),
	DROP(ip4_martian_src, "source class E", "udp src=240.0.0.1"),
	DROP(ip4_martian_src, "source our subnet's broadcast", "udp src=10.9.0.255"),
	DROP(ip4_martian_src, "source the small network's broadcast", "udp src=172.16.5.3"),
	DROP(ip4_src_self, "source ourselves (LAND)", "udp src=us"),
	DROP(ip4_src_self, "source another address of ours", "udp src=us3"),
	DROP(ip4_source_route, "loose source route", "udp opts=830704c0000200"),
	DROP(ip4_source_route, "strict source route behind no-operations",
		"udp opts=0101890704c000020100"),
	DROP(ip4_options, "an option of length zero", "udp opts=5e000000"),
	DROP(ip4_options, "an option of length one", "udp opts=5e010000"),
	DROP(ip4_options, "an option past the header", "udp opts=5e050000"),
	DROP(ip4_options, "an option whose length is past the header", "udp opts=0101015e"),
	DROP(ip4_options, "a source route past the header", "udp opts=83ff0000"),
	DROP(ip4_frag, "a first fragment", "udp frag=0x2000"),
	DROP(ip4_frag, "a later fragment", "udp frag=0x0001"),
	DROP(ip4_frag, "the last fragment there can be", "udp frag=0x1fff"),
	DROP(ip4_frag, "a fragment too short for UDP", "ip proto=17 len=4 frag=0x2000"),
	DROP(ip4_frag, "a fragment of a ping", "ping frag=0x2000"),
	DROP(ip4_proto, "TCP", "ip proto=6"),
	DROP(ip4_proto, "UDP-Lite", "ip proto=136"),
	DROP(icmp_bad, "ICMP of seven bytes", "ip proto=1 len=7"),
	DROP(udp_len, "UDP of seven bytes", "ip proto=17 len=7"),
	DROP(udp_len, "no UDP at all", "ip proto=17 len=0"),
	DROP(udp_len, "UDP length 0", "udp udplen=0"),
	DROP(udp_len, "UDP length 7", "udp udplen=7"),
	DROP(udp_len, "UDP length one beyond the packet", "udp len=10 udplen=19"),
	DROP(udp_len, "UDP length one beyond the packet, into the padding",
		"udp len=1 udplen=10 pad=9"),
	DROP(udp_len, "UDP length 65,535", "udp udplen=65535"),
	DROP(eth_short, "nothing", "udp cut=0"),
	DROP(eth_short, "13 bytes", "udp cut=13"),
	DROP(eth_short, "the end inside a tag", "udp vlan=0 cut=17"),
	DROP(ip4_hdr, "the end behind a tag", "udp vlan=0 cut=18"),
	DROP(arp_bad, "half an ARP", "arp cut=41"),
};

static void
parse(const struct row *row, const struct rsd_frame *f, struct rsd_wire_view *v)
{
	rsd_wire_parse(rsd_wire_host(row->host), f->data, f->len, f->len, v);
}

static void
check_lengths(const struct rsd_spec *s, const struct rsd_wire_view *v)
{
	uint32_t hdr = 20 + (s->nb_opts + 3) / 4 * 4;

	RSD_CHECK_EQ(v->l2_len, 14 + 4 * s->nb_tags);
	if (v->kind == RSD_WIRE_ARP)
		return;
	RSD_CHECK_EQ(v->ip_len, hdr);
	RSD_CHECK_EQ(v->ip_total, hdr + 8 + s->len + s->surplus);
	if (v->kind == RSD_WIRE_UDP || v->kind == RSD_WIRE_UDP_MANY)
		RSD_CHECK_EQ(v->udp_len, 8 + s->len);
}

static void
verdicts(void)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		struct rsd_frame f = rsd_frame_make(rows[i].frame);
		struct rsd_wire_view v;
		struct rsd_spec s;

		rsd_test_row(rows[i].sentence);
		rsd_spec_parse(rows[i].frame, &s);
		parse(&rows[i], &f, &v);
		RSD_CHECK_EQ(v.kind, rows[i].kind);
		if (v.kind == RSD_WIRE_DROP || v.kind == RSD_WIRE_UDP_MANY)
			RSD_CHECK(v.reason == rows[i].reason, "%s instead of %s",
				rsd_counter_info(v.reason)->name,
				rsd_counter_info(rows[i].reason)->name);
		if (v.kind != RSD_WIRE_DROP)
			check_lengths(&s, &v);
		rsd_frame_free(&f);
	}
}

/* Can this reason be what is wrong with a frame that has merely been cut short? */
static bool
is_of_shortness(enum rsd_counter reason, enum rsd_counter whole)
{
	return reason == whole || reason == RSD_C_eth_short || reason == RSD_C_ip4_hdr ||
	       reason == RSD_C_ip4_trunc || reason == RSD_C_arp_bad;
}

/* On the heap, each exactly as long as it is: a sanitizer sees a look beyond the end. */
static void
truncations(void)
{
	unsigned int i;
	uint32_t cut;

	for (i = 0; i < RTE_DIM(rows); i++) {
		struct rsd_frame f = rsd_frame_make(rows[i].frame);

		rsd_test_row(rows[i].sentence);
		for (cut = 0; cut < f.len; cut++) {
			struct rsd_frame part = rsd_frame_copy(f.data, cut);
			struct rsd_wire_view v;

			parse(&rows[i], &part, &v);
			RSD_CHECK(v.kind != RSD_WIRE_DROP ||
					  is_of_shortness(v.reason, rows[i].reason) ||
					  v.reason == RSD_C_udp_len,
				"cut at %u: %s", cut, rsd_counter_info(v.reason)->name);
			if (v.kind != RSD_WIRE_DROP && v.kind != RSD_WIRE_ARP)
				RSD_CHECK((uint32_t)v.l2_len + v.ip_total <= cut,
					"cut at %u, yet %u bytes", cut, v.l2_len + v.ip_total);
			rsd_frame_free(&part);
		}
		rsd_frame_free(&f);
	}
}

/* The verdict on a chain whose first piece is just as long as the parser asks for. */
static void
least_pieces(void)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		struct rsd_frame f = rsd_frame_make(rows[i].frame), piece;
		uint32_t have = 0, need;
		struct rsd_wire_view whole, part;

		rsd_test_row(rows[i].sentence);
		for (;; have = need) {
			piece = rsd_frame_copy(f.data, have);
			need = RTE_MIN(rsd_wire_header_need(piece.data, have), f.len);
			if (need <= have)
				break;
			rsd_frame_free(&piece);
		}
		parse(&rows[i], &f, &whole);
		rsd_wire_parse(rsd_wire_host(rows[i].host), piece.data, piece.len, f.len, &part);
		RSD_CHECK_EQ(part.kind, whole.kind);
		RSD_CHECK_EQ(part.reason, whole.reason);
		RSD_CHECK_EQ(part.l2_len, whole.l2_len);
		RSD_CHECK_EQ(part.ip_total, whole.ip_total);
		RSD_CHECK_EQ(part.udp_len, whole.udp_len);
		/* No more than headers: whatever is asked for is copied. */
		RSD_CHECK(have <= 18 + 60 + 8 && have <= RTE_MAX(f.len, 14u), "%u asked for", have);
		rsd_frame_free(&piece);
		rsd_frame_free(&f);
	}
}

/* Every version and header length there is, right total length and checksum. */
static void
all_first_bytes(void)
{
	unsigned int first;

	for (first = 0; first < 256; first++) {
		unsigned int ver = first >> 4, hdr = (first & 15) * 4;
		struct rsd_wire_view v;
		struct rsd_frame f;
		struct rsd_spec s;

		rsd_spec_parse("udp len=20", &s);
		s.ver = ver;
		if (hdr >= 20) {
			memset(s.opts, 1, sizeof(s.opts));
			s.nb_opts = hdr - 20;
		} else {
			s.ihl = first & 15;
		}
		f = rsd_spec_build(&s);
		rsd_wire_parse(rsd_wire_host(RSD_HOST_THREE), f.data, f.len, f.len, &v);
		if (ver == 4 && hdr >= 20)
			RSD_CHECK(v.kind == RSD_WIRE_UDP && v.ip_len == hdr, "0x%02x", first);
		else
			RSD_CHECK(v.kind == RSD_WIRE_DROP && v.reason == RSD_C_ip4_hdr, "0x%02x",
				first);
		rsd_frame_free(&f);
	}
}

/* A flipped bit of the header must never go unnoticed, and never be taken by the fast check. */
static void
all_flipped_bits(void)
{
	uint32_t bit;

	for (bit = 0; bit < 20 * 8; bit++) {
		struct rsd_frame f = rsd_frame_make("udp");
		const struct rsd_wire_local *w = rsd_wire_host(RSD_HOST_THREE);
		struct rsd_wire_view v;

		f.data[14 + bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		rsd_wire_parse(w, f.data, f.len, f.len, &v);
		RSD_CHECK_EQ(v.kind, RSD_WIRE_DROP);
		RSD_CHECK(v.reason == RSD_C_ip4_csum || v.reason == RSD_C_ip4_hdr, "bit %u: %s",
			bit, rsd_counter_info(v.reason)->name);
		RSD_CHECK(!rsd_wire_fast(w, f.data, f.len), "bit %u is fast", bit);
		RSD_CHECK(!rsd_wire_is_exact(w, f.data, f.len), "bit %u is exact", bit);
		rsd_frame_free(&f);
	}
}

/* The fast checks know the plain rows and none of the others. */
static void
fast_rows(void)
{
	unsigned int i, nb_fast = 0;

	for (i = 0; i < RTE_DIM(rows); i++) {
		struct rsd_frame f = rsd_frame_make(rows[i].frame);
		const struct rsd_wire_local *w = rsd_wire_host(rows[i].host);
		struct rsd_wire_view v;
		bool normal, whole;

		rsd_test_row(rows[i].sentence);
		rsd_wire_parse(w, f.data, f.len, f.len, &v);
		normal = rsd_wire_is_normal(w, &v);
		whole = normal && (uint32_t)v.l2_len + v.ip_total == f.len;
		RSD_CHECK_EQ(rsd_wire_fast(w, f.data, f.len), normal);
		RSD_CHECK_EQ(rsd_wire_is_exact(w, f.data, f.len), whole);
		nb_fast += normal;
		rsd_frame_free(&f);
	}
	RSD_CHECK(nb_fast > 10, "only %u rows are fast", nb_fast);
}

/* Every length up to the longest packet there is; the exact check knows those of jumbo frames. */
static void
all_lengths(void)
{
	static const uint8_t mac[6] = RSD_TEST_MAC_US;
	static struct rsd_wire_local w;
	struct rsd_wire_addr a = { RTE_BE32(RSD_TEST_IP_US), 24 };
	uint32_t len;

	RSD_CHECK_EQ(rsd_wire_local_init(&w, mac, 0, UINT16_MAX, &a, 1), 0);
	for (len = 0; len <= 65507; len += len < 9200 || len > 9300 ? 131 : 1) {
		struct rsd_wire_view v;
		struct rsd_frame f;
		struct rsd_spec s;

		rsd_spec_parse("udp", &s);
		s.len = len;
		f = rsd_spec_build(&s);
		rsd_wire_parse(&w, f.data, f.len, f.len, &v);
		RSD_CHECK(v.kind == RSD_WIRE_UDP && v.udp_len == 8 + len, "%u bytes", len);
		RSD_CHECK(rsd_wire_fast(&w, f.data, f.len), "%u bytes are not fast", len);
		RSD_CHECK(rsd_wire_is_exact(&w, f.data, f.len) == (f.len <= RSD_WIRE_JUMBO),
			"%u bytes of frame", f.len);
		RSD_CHECK(!rsd_wire_is_exact(&w, f.data, f.len - 1), "%u bytes, one cut off", len);
		rsd_frame_free(&f);
	}
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "every kind of frame is what it is, or is dropped for its reason", verdicts },
		{ "a frame cut anywhere is never more than what is left of it", truncations },
		{ "the headers asked for are enough for the same verdict", least_pieces },
		{ "every version and header length is right or ip4_hdr", all_first_bytes },
		{ "every flipped bit of an IPv4 header is noticed", all_flipped_bits },
		{ "datagrams of any length are taken", all_lengths },
		{ "the fast checks take datagrams in normal form, and them alone", fast_rows },
	};

	return rsd_test_run("parse", tests, RTE_DIM(tests));
}
