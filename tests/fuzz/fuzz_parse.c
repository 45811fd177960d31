/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes at all through the parser, on heap blocks of their exact size, so that a sanitizer sees
 * the first byte read too far. What must hold for every input is in the hold() lines.
 *
 * An input is two bytes of control and a frame. The parser wants addresses and checksums right
 * before it looks deeper, which no fuzzer finds by chance: by control they are made right first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz_parse.h"
#include "fuzz/ways.h"
#include "wire/parse.h"
#include "wire/turn.h"

#define FRAME_MAX 65600 /* an IPv4 packet cannot be longer */
#define NEED_MAX  (18 + 60 + 8)

static const uint8_t our_mac[6] = { 0x02, 0x72, 0x73, 0x64, 0x00, 0x01 };
static const struct rsd_wire_addr our_addrs[] = {
	{ RTE_BE32(0x0a630002), 24 }, /* 10.99.0.2 */
	{ RTE_BE32(0xc0000201), 32 }, /* 192.0.2.1 */
};

static const char *const drop_rows[RSD_C_MAX] = {
#define RSD_COUNTER(name, unit, kind, sentence) [RSD_C_##name] = #kind,
#include <ringside/counters.def>
#undef RSD_COUNTER
};

static unsigned long kinds_seen[RSD_FUZZ_KINDS];

static void
broken(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

#define hold(cond) ((cond) ? (void)0 : broken(#cond, __FILE__, __LINE__))

static uint8_t *
exact_copy(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);

	hold(copy != NULL);
	memcpy(copy, data, len);
	return copy;
}

/* The locals are the same for every input and dear to build. */
static const struct rsd_wire_local *
local_of(uint8_t control)
{
	static struct rsd_wire_local w[8];
	static bool built;
	unsigned int i;

	for (i = 0; !built && i < RTE_DIM(w); i++)
		hold(rsd_wire_local_init(&w[i], our_mac, i & 1 ? 42 : 0, i & 2 ? 9000 : 1500,
			     our_addrs, i & 4 ? 1 : RTE_DIM(our_addrs)) == 0);
	built = true;
	return &w[control & 7];
}

/* Sources worth a look: ours, our broadcast, and one of each kind that no host has. */
static const rte_be32_t sources[16] = {
	RTE_BE32(0x0a630001),
	RTE_BE32(0x0a630002),
	RTE_BE32(0x0a6300ff),
	RTE_BE32(0x0a630000),
	RTE_BE32(0xc0000201),
	RTE_BE32(0xc0000202),
	RTE_BE32(0x7f000001),
	RTE_BE32(0x00000000),
	RTE_BE32(0x00000001),
	RTE_BE32(0xffffffff),
	RTE_BE32(0xe0000001),
	RTE_BE32(0xf0000001),
	RTE_BE32(0xdfffffff),
	RTE_BE32(0x01000000),
	RTE_BE32(0x7effffff),
	RTE_BE32(0x80000000),
};

static void
make_ours_eth(const struct rsd_wire_local *w, uint8_t *eth)
{
	memcpy(eth, our_mac, 6);
	eth[6] &= 0xfe;
	if (w->vlan == 0)
		return;
	rsd_store16(eth + 12, RTE_BE16(0x8100));
	rsd_store16(eth + 14, rte_cpu_to_be_16(w->vlan));
}

/* A datagram that fills the frame. */
static void
make_ours_udp(uint8_t *ip, size_t room)
{
	if (room < RSD_WIRE_HDRS || room > UINT16_MAX)
		return;
	ip[0] = 0x45;
	ip[9] = 17;
	rsd_store16(ip + 2, rte_cpu_to_be_16((uint16_t)room));
	rsd_store16(ip + 6, RTE_BE16(0x4000));
	rsd_store16(ip + 24, rte_cpu_to_be_16((uint16_t)(room - RSD_WIRE_IP4_LEN)));
}

static void
make_ours_sum(uint8_t *ip, size_t room)
{
	uint32_t len = (ip[0] & 15) * 4u;

	if (len < RSD_WIRE_IP4_LEN || len > room)
		return;
	rsd_store16(ip + 10, 0);
	rsd_store16(ip + 10, (uint16_t)~rsd_csum_fold(rsd_csum_bytes(ip, len, 0)));
}

static void
make_ours(const struct rsd_wire_local *w, uint8_t *eth, size_t len, const uint8_t *control)
{
	uint8_t *ip = eth + w->l2_len;

	if (len < (size_t)w->l2_len + RSD_WIRE_IP4_LEN)
		return;
	if (control[1] & RSD_FUZZ_OUR_MAC)
		make_ours_eth(w, eth);
	if (control[1] & RSD_FUZZ_OUR_ADDR) {
		rsd_store16(ip - 2, RTE_BE16(0x0800));
		rsd_store32(ip + 16, our_addrs[control[1] & 1].addr);
	}
	if (control[0] & RSD_FUZZ_SOURCE)
		rsd_store32(ip + 12, sources[control[1] & 15]);
	if (control[0] & RSD_FUZZ_UDP_FILLS)
		make_ours_udp(ip, len - w->l2_len);
	if (control[1] & RSD_FUZZ_OUR_SUM)
		make_ours_sum(ip, len - w->l2_len);
}

/* The bytes the parser wants in one piece, as a host with a chain of segments asks for them. */
static uint32_t
header_need(const uint8_t *frame, uint32_t len)
{
	uint32_t have = 0, need = rsd_wire_header_need(frame, 0);
	unsigned int calls = 0;

	while (need > have && have < len) {
		uint8_t *piece;

		have = need < len ? need : len;
		piece = exact_copy(frame, have);
		need = rsd_wire_header_need(piece, have);
		free(piece);
		hold(need <= NEED_MAX);
		hold(++calls <= 8);
	}
	return have;
}

static void
check_view(const struct rsd_wire_view *v, uint32_t len)
{
	switch (v->kind) {
	case RSD_WIRE_DROP:
		hold(v->reason < RSD_C_MAX && strcmp(drop_rows[v->reason], "DROP") == 0);
		return;
	case RSD_WIRE_ARP:
		hold((uint32_t)v->l2_len + 28 <= len);
		break;
	case RSD_WIRE_UDP:
	case RSD_WIRE_UDP_MANY:
		hold(v->udp_len >= RSD_WIRE_UDP_LEN);
		hold(v->ip_len + v->udp_len <= v->ip_total);
		/* fallthrough */
	case RSD_WIRE_ICMP:
		hold(v->ip_len >= RSD_WIRE_IP4_LEN && v->ip_len <= 60 && v->ip_len % 4 == 0);
		hold(v->ip_total >= v->ip_len + 8);
		hold((uint32_t)v->l2_len + v->ip_total <= len);
		break;
	default:
		hold(!"a kind that there is");
	}
	hold(v->l2_len == 14 || v->l2_len == 18);
}

static bool
same_view(const struct rsd_wire_view *a, const struct rsd_wire_view *b)
{
	return a->kind == b->kind && a->reason == b->reason && a->l2_len == b->l2_len &&
	       a->ip_len == b->ip_len && a->ip_total == b->ip_total && a->udp_len == b->udp_len &&
	       a->prio_tagged == b->prio_tagged;
}

/* A frame that came through is turned round: still right, and back where it came from. */
static void
check_turn(const struct rsd_wire_local *w, uint8_t *eth)
{
	uint8_t *ip = eth + w->l2_len;
	rte_be32_t src = rsd_load32(ip + 12), dst = rsd_load32(ip + 16);
	uint32_t ports = rsd_load32(ip + 20);
	uint8_t from[6];

	memcpy(from, eth + 6, 6);
	rsd_turn_eth(w, eth);
	rsd_turn_ip4(ip, rsd_load16(ip + 2));
	rsd_turn_udp_ports(ip + 20);
	hold(memcmp(eth, from, 6) == 0 && memcmp(eth + 6, our_mac, 6) == 0);
	hold(rsd_load32(ip + 12) == dst && rsd_load32(ip + 16) == src);
	hold(rsd_load32(ip + 20) == (ports >> 16 | ports << 16));
	hold(rsd_csum_fold(rsd_csum_ip4_header(ip)) == UINT16_MAX);
	hold(ip[8] == RSD_TURN_TTL && ip[0] == 0x45);
}

static const struct rsd_fuzz_way *const ways[] = { &rsd_fuzz_way_simd, &rsd_fuzz_way_generic };

/* The same frame as check_turn() makes it, but that it may keep its identification. */
static void
check_turn_same(const struct rsd_wire_local *w, const uint8_t *frame, uint32_t len)
{
	uint8_t *turned[RTE_DIM(ways)], *ip;
	unsigned int i;

	for (i = 0; i < RTE_DIM(ways); i++) {
		turned[i] = exact_copy(frame, len);
		ways[i]->turn_same(w, turned[i]);
		hold(memcmp(turned[i], turned[0], len) == 0);
	}
	ip = turned[0] + w->l2_len;
	hold(memcmp(turned[0], frame + 6, 6) == 0 && memcmp(turned[0] + 6, our_mac, 6) == 0);
	hold(rsd_load32(ip + 12) == rsd_load32(frame + w->l2_len + 16));
	hold(rsd_load32(ip + 16) == rsd_load32(frame + w->l2_len + 12));
	hold(rsd_load16(ip + 20) == rsd_load16(frame + w->l2_len + 22));
	hold(rsd_load16(ip + 22) == rsd_load16(frame + w->l2_len + 20));
	hold(memcmp(ip + 24, frame + w->l2_len + 24, len - w->l2_len - 24) == 0);
	hold(rsd_csum_fold(rsd_csum_ip4_header(ip)) == UINT16_MAX);
	hold(ip[8] == RSD_TURN_TTL && ip[0] == 0x45);
	for (i = 0; i < RTE_DIM(ways); i++)
		free(turned[i]);
}

/* Exact is fast without padding, up to the length its table reaches. */
static void
check_exact(const struct rsd_wire_local *w, const uint8_t *frame, uint32_t len, bool fast,
	const struct rsd_wire_view *v)
{
	bool want = fast && (uint32_t)v->l2_len + v->ip_total == len && len <= RSD_WIRE_JUMBO;
	unsigned int i;

	for (i = 0; i < RTE_DIM(ways); i++)
		hold(ways[i]->exact(w, frame, len) == want);
	if (!want)
		return;
	kinds_seen[RSD_FUZZ_EXACT]++;
	check_turn_same(w, frame, len);
}

static bool
is_normal(const struct rsd_wire_local *w, const struct rsd_wire_view *v)
{
	return v->kind == RSD_WIRE_UDP && v->l2_len == w->l2_len && !v->prio_tagged &&
	       v->ip_len == RSD_WIRE_IP4_LEN && v->udp_len == v->ip_total - RSD_WIRE_IP4_LEN;
}

static void
check_fast(
	const struct rsd_wire_local *w, uint8_t *frame, uint32_t len, const struct rsd_wire_view *v)
{
	bool fast = rsd_wire_fast(w, frame, len);

	hold(fast == is_normal(w, v));
	check_exact(w, frame, len, fast, v);
	if (!fast)
		return;
	kinds_seen[RSD_FUZZ_FAST]++;
	hold(len <= w->max_frame);
	check_turn(w, frame);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct rsd_wire_local *w;
	struct rsd_wire_view whole, part;
	uint8_t *frame, *piece;
	uint32_t len, need;

	if (size < RSD_FUZZ_CONTROL || size - RSD_FUZZ_CONTROL > FRAME_MAX)
		return 0;
	w = local_of(data[0]);
	len = (uint32_t)size - RSD_FUZZ_CONTROL;
	frame = exact_copy(data + RSD_FUZZ_CONTROL, len);
	make_ours(w, frame, len, data);

	rsd_wire_parse(w, frame, len, len, &whole);
	check_view(&whole, len);
	kinds_seen[whole.kind]++;

	/* The headers alone say as much as the whole frame. */
	need = header_need(frame, len);
	piece = exact_copy(frame, need);
	rsd_wire_parse(w, piece, need, len, &part);
	hold(same_view(&whole, &part));

	check_fast(w, frame, len, &whole);
	free(piece);
	free(frame);
	return 0;
}

unsigned long
rsd_fuzz_seen(enum rsd_fuzz_kind kind)
{
	return kinds_seen[kind];
}
