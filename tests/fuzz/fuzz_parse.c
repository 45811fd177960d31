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
#include "fuzz/ours.h"
#include "fuzz/ways.h"
#include "wire/parse.h"
#include "wire/turn.h"

#define FRAME_MAX 65600 /* an IPv4 packet cannot be longer */
#define NEED_MAX  (18 + 60 + 8)

static const char *const drop_rows[RSD_C_MAX] = {
#define RSD_COUNTER(name, unit, kind, sentence) [RSD_C_##name] = #kind,
#include <ringside/counters.def>
#undef RSD_COUNTER
};

static unsigned long kinds_seen[RSD_FUZZ_KINDS];

void
rsd_fuzz_broken(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

static uint8_t *
exact_copy(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);

	hold(copy != NULL);
	memcpy(copy, data, len);
	return copy;
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
	hold(memcmp(eth, from, 6) == 0 && memcmp(eth + 6, rsd_fuzz_mac, 6) == 0);
	hold(rsd_load32(ip + 12) == dst && rsd_load32(ip + 16) == src);
	hold(rsd_load32(ip + 20) == (ports >> 16 | ports << 16));
	hold(rsd_csum_fold(rsd_csum_ip4_header(ip)) == UINT16_MAX);
	hold(ip[8] == RSD_TURN_TTL && ip[0] == 0x45);
}

static const struct rsd_fuzz_way *const ways[] = {
	&rsd_fuzz_way_simd,
	&rsd_fuzz_way_generic,
#if defined(RTE_ARCH_X86)
	&rsd_fuzz_way_four,
#endif
};

static bool
runs(const struct rsd_fuzz_way *way)
{
	return way->runs == NULL || way->runs();
}

const char *
rsd_fuzz_way_name(unsigned int i, bool *here)
{
	if (i >= RTE_DIM(ways))
		return NULL;
	*here = runs(ways[i]);
	return ways[i]->name;
}

/* The same frame as check_turn() makes it, but that it may keep its identification. */
static void
check_turn_same(const struct rsd_wire_local *w, const uint8_t *frame, uint32_t len)
{
	uint8_t *turned[RTE_DIM(ways)] = { NULL }, *ip;
	unsigned int i;

	for (i = 0; i < RTE_DIM(ways); i++) {
		if (ways[i]->turn_same == NULL)
			continue;
		turned[i] = exact_copy(frame, len);
		ways[i]->turn_same(w, turned[i]);
		hold(memcmp(turned[i], turned[0], len) == 0);
	}
	ip = turned[0] + w->l2_len;
	hold(memcmp(turned[0], frame + 6, 6) == 0 && memcmp(turned[0] + 6, rsd_fuzz_mac, 6) == 0);
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

/* Of an exact frame: is there a UDP sum, and does it hold? */
static bool
sum_holds(const struct rsd_wire_local *w, const uint8_t *frame, uint32_t len)
{
	const uint8_t *udp = frame + w->l2_len + RSD_WIRE_IP4_LEN;
	uint32_t udp_len = len - w->l2_len - RSD_WIRE_IP4_LEN;

	return rsd_load16(udp + 6) != 0 &&
	       rsd_csum_is_full(rsd_csum_bytes(udp, udp_len, rsd_csum_udp4_pseudo(udp)));
}

/* Exact is fast without padding, up to the length its table reaches. */
static void
check_exact(const struct rsd_wire_local *w, const uint8_t *frame, uint32_t len, bool fast,
	const struct rsd_wire_view *v)
{
	bool want = fast && (uint32_t)v->l2_len + v->ip_total == len && len <= RSD_WIRE_JUMBO;
	bool sound = want && sum_holds(w, frame, len);
	unsigned int i;

	for (i = 0; i < RTE_DIM(ways); i++) {
		if (!runs(ways[i]))
			continue;
		hold(ways[i]->exact(w, frame, len) == want);
		hold(ways[i]->sound(w, frame, len) == sound);
	}
	if (!want)
		return;
	kinds_seen[RSD_FUZZ_EXACT]++;
	kinds_seen[RSD_FUZZ_SOUND] += sound;
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
	w = rsd_fuzz_local(data[0]);
	hold(w != NULL);
	len = (uint32_t)size - RSD_FUZZ_CONTROL;
	frame = exact_copy(data + RSD_FUZZ_CONTROL, len);
	rsd_fuzz_make_ours(w, frame, len, data);

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
