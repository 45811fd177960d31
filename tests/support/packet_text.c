/* SPDX-License-Identifier: BSD-3-Clause */
/* One line of words to a struct rsd_spec. */
#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "support/packet_builder.h"

struct key {
	const char *name;
	void (*set)(struct rsd_spec *s, void *field, const char *value);
	size_t field;
};

static void
mistake(const char *what, const char *where)
{
	fprintf(stderr, "packet text: %s: '%s'\n", what, where);
	abort();
}

static uint32_t
number(const char *value)
{
	char *end;
	unsigned long v = strtoul(value, &end, 0);

	if (end == value || *end != '\0' || v > UINT32_MAX)
		mistake("not a number", value);
	return (uint32_t)v;
}

static void
set_num(struct rsd_spec *s, void *field, const char *value)
{
	(void)s;
	*(uint32_t *)field = number(value);
}

static void
set_ip(struct rsd_spec *s, void *field, const char *value)
{
	static const struct {
		const char *name;
		uint32_t addr;
	} known[] = { { "us", RSD_TEST_IP_US }, { "us2", RSD_TEST_IP_US2 },
		{ "us3", RSD_TEST_IP_US3 }, { "peer", RSD_TEST_IP_PEER } };
	struct in_addr a;
	unsigned int i;

	(void)s;
	for (i = 0; i < RTE_DIM(known); i++)
		if (strcmp(value, known[i].name) == 0) {
			*(uint32_t *)field = known[i].addr;
			return;
		}
	if (inet_pton(AF_INET, value, &a) != 1)
		mistake("not an address", value);
	*(uint32_t *)field = ntohl(a.s_addr);
}

static void
set_mac(struct rsd_spec *s, void *field, const char *value)
{
	static const struct {
		const char *name;
		uint8_t mac[6];
	} known[] = { { "us", RSD_TEST_MAC_US }, { "peer", RSD_TEST_MAC_PEER }, { "zero", { 0 } },
		{ "bcast", { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
		{ "mcast", { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 } },
		{ "other", { 0x02, 0x72, 0x73, 0x64, 0x00, 0x09 } } };
	unsigned int i;

	(void)s;
	for (i = 0; i < RTE_DIM(known); i++)
		if (strcmp(value, known[i].name) == 0) {
			memcpy(field, known[i].mac, 6);
			return;
		}
	mistake("not a MAC address of the tests", value);
}

static void
set_sum(struct rsd_spec *s, void *field, const char *value)
{
	static const char *const known[] = { "good", "bad", "zero", "partial", "ffff" };
	uint32_t i;

	(void)s;
	for (i = 0; i < RTE_DIM(known); i++)
		if (strcmp(value, known[i]) == 0) {
			*(uint32_t *)field = i;
			return;
		}
	mistake("not a way to fill a checksum", value);
}

static void
set_nic(struct rsd_spec *s, void *field, const char *value)
{
	static const char *const known[] = { "unknown", "good", "bad", "none" };
	uint32_t i;

	(void)s;
	for (i = 0; i < RTE_DIM(known); i++)
		if (strcmp(value, known[i]) == 0) {
			*(uint32_t *)field = i;
			return;
		}
	mistake("not a verdict of a NIC", value);
}

static void
set_opts(struct rsd_spec *s, void *field, const char *value)
{
	unsigned int byte;
	int used;

	(void)field;
	for (s->nb_opts = 0; *value != '\0'; value += used) {
		if (s->nb_opts == sizeof(s->opts) || sscanf(value, "%2x%n", &byte, &used) != 1)
			mistake("not up to 40 bytes in hex", value);
		s->opts[s->nb_opts++] = (uint8_t)byte;
	}
}

/* vlan=ID for 0x8100, or tag=0xTTTTCCCC for any TPID and TCI; the first is the outermost. */
static void
add_tag(struct rsd_spec *s, void *field, const char *value)
{
	uint32_t v = number(value);

	if (s->nb_tags == RSD_SPEC_TAGS)
		mistake("too many tags", value);
	s->tag[s->nb_tags++] = field == &s->tag[1] ? v : 0x81000000u | v;
}

static void
set_split(struct rsd_spec *s, void *field, const char *value)
{
	char *end;

	(void)field;
	for (s->nb_split = 0; s->nb_split < RSD_SPEC_SPLITS; value = end + 1) {
		s->split[s->nb_split++] = (uint32_t)strtoul(value, &end, 0);
		if (*end == '\0')
			return;
	}
	mistake("too many splits", value);
}

#define NUM(name)                                               \
	{                                                       \
#name, set_num, offsetof(struct rsd_spec, name) \
	}
#define FIELD(name, set, field)                             \
	{                                                   \
		name, set, offsetof(struct rsd_spec, field) \
	}

static const struct key keys[] = {
	NUM(times),
	NUM(type),
	NUM(ver),
	NUM(ihl),
	NUM(tos),
	NUM(iptotal),
	NUM(id),
	NUM(frag),
	NUM(ttl),
	NUM(proto),
	NUM(sport),
	NUM(dport),
	NUM(udplen),
	NUM(icmptype),
	NUM(icmpcode),
	NUM(icmpid),
	NUM(seq),
	NUM(len),
	NUM(fill),
	NUM(zerosum),
	NUM(htype),
	NUM(ptype),
	NUM(hlen),
	NUM(plen),
	NUM(op),
	NUM(surplus),
	NUM(pad),
	NUM(padbyte),
	NUM(cut),
	NUM(strip),
	NUM(headroom),
	NUM(room),
	FIELD("src", set_ip, src),
	FIELD("dst", set_ip, dst),
	FIELD("spa", set_ip, spa),
	FIELD("tpa", set_ip, tpa),
	FIELD("dmac", set_mac, dmac),
	FIELD("smac", set_mac, smac),
	FIELD("sha", set_mac, sha),
	FIELD("tha", set_mac, tha),
	FIELD("ipsum", set_sum, ipsum),
	FIELD("udpsum", set_sum, udpsum),
	FIELD("icmpsum", set_sum, icmpsum),
	FIELD("nic", set_nic, nic),
	FIELD("opts", set_opts, opts),
	FIELD("vlan", add_tag, tag[0]),
	FIELD("tag", add_tag, tag[1]),
	FIELD("split", set_split, split),
};

static void
base(struct rsd_spec *s, enum rsd_spec_kind kind, uint32_t type, uint32_t proto)
{
	static const struct rsd_spec right = {
		.times = 1,
		.dmac = RSD_TEST_MAC_US,
		.smac = RSD_TEST_MAC_PEER,
		.ver = 4,
		.ihl = RSD_SPEC_AUTO,
		.iptotal = RSD_SPEC_AUTO,
		.id = 0x1234,
		.ttl = 61,
		.src = RSD_TEST_IP_PEER,
		.dst = RSD_TEST_IP_US,
		.sport = RSD_TEST_SPORT,
		.dport = RSD_TEST_PORT,
		.udplen = RSD_SPEC_AUTO,
		.icmptype = 8,
		.icmpid = 0xbeef,
		.seq = 7,
		.len = 18,
		.fill = 0x41,
		.htype = 1,
		.ptype = 0x0800,
		.hlen = 6,
		.plen = 4,
		.op = 1,
		.spa = RSD_TEST_IP_PEER,
		.tpa = RSD_TEST_IP_US,
		.sha = RSD_TEST_MAC_PEER,
		.padbyte = 0xee,
		.cut = RSD_SPEC_AUTO,
		.strip = RSD_SPEC_AUTO,
		.headroom = RSD_SPEC_AUTO,
		.room = RSD_SPEC_AUTO,
	};

	*s = right;
	s->kind = kind;
	s->type = type;
	s->proto = proto;
}

/* The other way round: what we send, as we send it. */
static void
from_us(struct rsd_spec *s)
{
	static const uint8_t us[6] = RSD_TEST_MAC_US, peer[6] = RSD_TEST_MAC_PEER;

	memcpy(s->dmac, peer, 6);
	memcpy(s->smac, us, 6);
	s->src = RSD_TEST_IP_US;
	s->dst = RSD_TEST_IP_PEER;
	s->sport = RSD_TEST_PORT;
	s->dport = RSD_TEST_SPORT;
	s->ttl = 64;
	s->id = 0;
	s->frag = 0x4000;
	s->icmptype = 0;
	s->padbyte = 0;
}

static void
arp(struct rsd_spec *s)
{
	static const uint8_t us[6] = RSD_TEST_MAC_US, peer[6] = RSD_TEST_MAC_PEER;

	if (s->icmptype != 0) { /* a question */
		memset(s->dmac, 0xff, 6);
		return;
	}
	s->op = 2;
	s->spa = RSD_TEST_IP_US;
	s->tpa = RSD_TEST_IP_PEER;
	memcpy(s->sha, us, 6);
	memcpy(s->tha, peer, 6);
	s->pad = 18;
}

int
rsd_spec_default(const char *kind, struct rsd_spec *s)
{
	static const struct {
		const char *name;
		enum rsd_spec_kind kind;
		uint16_t type;
		uint8_t proto, ours;
	} kinds[] = {
		{ "udp", RSD_SPEC_UDP, 0x0800, 17, 0 },
		{ "answer", RSD_SPEC_UDP, 0x0800, 17, 1 },
		{ "ping", RSD_SPEC_ICMP, 0x0800, 1, 0 },
		{ "pong", RSD_SPEC_ICMP, 0x0800, 1, 1 },
		{ "arp", RSD_SPEC_ARP, 0x0806, 0, 0 },
		{ "arpreply", RSD_SPEC_ARP, 0x0806, 0, 1 },
		{ "ip", RSD_SPEC_IP, 0x0800, 6, 0 },
		{ "eth", RSD_SPEC_ETH, 0x88b5, 0, 0 },
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(kinds); i++) {
		if (strcmp(kind, kinds[i].name) != 0)
			continue;
		base(s, kinds[i].kind, kinds[i].type, kinds[i].proto);
		if (kinds[i].ours)
			from_us(s);
		if (s->kind == RSD_SPEC_ARP)
			arp(s);
		return 0;
	}
	return -1;
}

static void
set_word(struct rsd_spec *s, char *word)
{
	char *value = strchr(word, '=');
	unsigned int i;

	if (value == NULL)
		mistake("no '='", word);
	*value++ = '\0';
	for (i = 0; i < RTE_DIM(keys); i++)
		if (strcmp(word, keys[i].name) == 0)
			return keys[i].set(s, (char *)s + keys[i].field, value);
	mistake("unknown key", word);
}

void
rsd_spec_parse(const char *text, struct rsd_spec *s)
{
	char copy[512], *word, *save = NULL;

	if (strlen(text) >= sizeof(copy))
		mistake("too long", text);
	strcpy(copy, text);
	word = strtok_r(copy, " ", &save);
	if (word == NULL || rsd_spec_default(word, s) != 0)
		mistake("unknown kind", text);
	while ((word = strtok_r(NULL, " ", &save)) != NULL)
		set_word(s, word);
}
