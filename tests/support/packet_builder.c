/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/packet_builder.h"

#define FRAME_MAX 70000

/* A frame under construction. */
struct build {
	const struct rsd_spec *s;
	uint8_t b[FRAME_MAX];
	uint32_t len;
};

static void
put8(struct build *f, uint32_t v)
{
	f->b[f->len++] = (uint8_t)v;
}

static void
put16(struct build *f, uint32_t v)
{
	put8(f, v >> 8);
	put8(f, v);
}

static void
put32(struct build *f, uint32_t v)
{
	put16(f, v >> 16);
	put16(f, v);
}

static void
put(struct build *f, const void *p, uint32_t len)
{
	memcpy(f->b + f->len, p, len);
	f->len += len;
}

static void
set16(struct build *f, uint32_t at, uint32_t v)
{
	f->b[at] = (uint8_t)(v >> 8);
	f->b[at + 1] = (uint8_t)v;
}

static uint32_t
or_auto(uint32_t v, uint32_t right)
{
	return v == RSD_SPEC_AUTO ? right : v;
}

uint16_t
rsd_slow_sum(const uint8_t *p, uint32_t len, uint32_t start)
{
	uint32_t sum = start, i;

	for (i = 0; i < len; i++) {
		sum += (i & 1) == 0 ? (uint32_t)p[i] << 8 : p[i];
		while (sum > UINT16_MAX)
			sum = (sum & UINT16_MAX) + (sum >> 16);
	}
	return (uint16_t)sum;
}

/* The field for the sum over the rest. */
static uint32_t
sum_field(uint32_t how, uint16_t sum, uint16_t pseudo, bool zero_means_none)
{
	uint16_t good = (uint16_t)~sum;

	if (zero_means_none && good == 0)
		good = UINT16_MAX;
	switch (how) {
	case RSD_SUM_BAD:
		return good ^ 0x0400u;
	case RSD_SUM_ZERO:
		return 0;
	case RSD_SUM_PARTIAL:
		return pseudo;
	case RSD_SUM_FFFF:
		return UINT16_MAX;
	default:
		return good;
	}
}

uint8_t
rsd_spec_payload(uint32_t fill, uint32_t i)
{
	return (uint8_t)(fill + i * 37 + (i >> 8));
}

static void
put_payload(struct build *f)
{
	uint32_t i;

	for (i = 0; i < f->s->len; i++)
		put8(f, rsd_spec_payload(f->s->fill, i));
}

static void
put_ethernet(struct build *f)
{
	uint32_t i;

	put(f, f->s->dmac, 6);
	put(f, f->s->smac, 6);
	for (i = 0; i < f->s->nb_tags; i++)
		put32(f, f->s->tag[i]);
	put16(f, f->s->type);
}

/* Lengths and sum are written by finish_ip() when the payload is there. */
static uint32_t
put_ip(struct build *f)
{
	const struct rsd_spec *s = f->s;
	uint32_t at = f->len, hdr = 20 + (s->nb_opts + 3) / 4 * 4;

	put8(f, s->ver << 4 | or_auto(s->ihl, hdr / 4));
	put8(f, s->tos);
	put16(f, 0);
	put16(f, s->id);
	put16(f, s->frag);
	put8(f, s->ttl);
	put8(f, s->proto);
	put16(f, 0);
	put32(f, s->src);
	put32(f, s->dst);
	put(f, s->opts, s->nb_opts);
	while (f->len < at + hdr)
		put8(f, 0);
	return at;
}

static void
finish_ip(struct build *f, uint32_t at)
{
	const struct rsd_spec *s = f->s;
	uint32_t hdr = or_auto(s->ihl, 5 + (s->nb_opts + 3) / 4) * 4;
	uint16_t sum;

	set16(f, at + 2, or_auto(s->iptotal, f->len - at));
	sum = rsd_slow_sum(f->b + at, hdr, 0);
	set16(f, at + 10, sum_field(s->ipsum, sum, sum, false));
}

static uint16_t
pseudo_sum(const struct rsd_spec *s, uint32_t udp_len)
{
	uint8_t p[12] = { (uint8_t)(s->src >> 24), (uint8_t)(s->src >> 16), (uint8_t)(s->src >> 8),
		(uint8_t)s->src, (uint8_t)(s->dst >> 24), (uint8_t)(s->dst >> 16),
		(uint8_t)(s->dst >> 8), (uint8_t)s->dst, 0, 17, (uint8_t)(udp_len >> 8),
		(uint8_t)udp_len };

	return rsd_slow_sum(p, sizeof(p), 0);
}

/* Payload whose sum makes the field zero, which is sent as ones (RFC 768). */
static void
aim_at_zero(struct build *f, uint32_t at, uint16_t pseudo)
{
	uint32_t last = f->len - 2;

	if (f->s->len < 2 || (f->s->len & 1) != 0) {
		fprintf(stderr, "zerosum needs an even len of 2 or more\n");
		abort();
	}
	set16(f, last, 0);
	set16(f, last, (uint16_t)~rsd_slow_sum(f->b + at, f->len - at, pseudo));
}

static void
put_udp(struct build *f)
{
	const struct rsd_spec *s = f->s;
	uint32_t at = f->len, udp_len = or_auto(s->udplen, 8 + s->len);
	uint16_t pseudo = pseudo_sum(s, udp_len);

	put16(f, s->sport);
	put16(f, s->dport);
	put16(f, udp_len);
	put16(f, 0);
	put_payload(f);
	if (s->zerosum != 0)
		aim_at_zero(f, at, pseudo);
	set16(f, at + 6,
		sum_field(s->udpsum, rsd_slow_sum(f->b + at, f->len - at, pseudo), pseudo, true));
}

static void
put_icmp(struct build *f)
{
	const struct rsd_spec *s = f->s;
	uint32_t at = f->len;

	put8(f, s->icmptype);
	put8(f, s->icmpcode);
	put16(f, 0);
	put16(f, s->icmpid);
	put16(f, s->seq);
	put_payload(f);
	set16(f, at + 2, sum_field(s->icmpsum, rsd_slow_sum(f->b + at, f->len - at, 0), 0, false));
}

static void
put_arp(struct build *f)
{
	const struct rsd_spec *s = f->s;

	put16(f, s->htype);
	put16(f, s->ptype);
	put8(f, s->hlen);
	put8(f, s->plen);
	put16(f, s->op);
	put(f, s->sha, 6);
	put32(f, s->spa);
	put(f, s->tha, 6);
	put32(f, s->tpa);
}

static void
put_fill(struct build *f, uint32_t byte, uint32_t nb)
{
	while (nb-- != 0)
		put8(f, byte);
}

static void
put_packet(struct build *f)
{
	uint32_t ip;

	if (f->s->kind == RSD_SPEC_ARP)
		return put_arp(f);
	if (f->s->kind == RSD_SPEC_ETH)
		return put_payload(f);
	ip = put_ip(f);
	if (f->s->kind == RSD_SPEC_UDP)
		put_udp(f);
	else if (f->s->kind == RSD_SPEC_ICMP)
		put_icmp(f);
	else
		put_payload(f);
	put_fill(f, 0xa5, f->s->surplus);
	finish_ip(f, ip);
}

struct rsd_frame
rsd_frame_copy(const uint8_t *data, uint32_t len)
{
	struct rsd_frame frame = { malloc(len == 0 ? 1 : len), len };

	if (frame.data == NULL)
		abort();
	if (len != 0)
		memcpy(frame.data, data, len);
	return frame;
}

struct rsd_frame
rsd_spec_build(const struct rsd_spec *s)
{
	static struct build f;

	f.s = s;
	f.len = 0;
	put_ethernet(&f);
	put_packet(&f);
	put_fill(&f, s->padbyte, s->pad);
	if (s->cut < f.len)
		f.len = s->cut;
	return rsd_frame_copy(f.b, f.len);
}

struct rsd_frame
rsd_frame_make(const char *text)
{
	struct rsd_spec s;

	rsd_spec_parse(text, &s);
	return rsd_spec_build(&s);
}

void
rsd_frame_free(struct rsd_frame *f)
{
	free(f->data);
	f->data = NULL;
	f->len = 0;
}
