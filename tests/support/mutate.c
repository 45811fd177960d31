/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <rte_common.h>

#include "support/mutate.h"

/* Bytes that may be added to the end of a frame, and how long one of the seeds may get. */
#define ROOM     64
#define SEED_MAX 1700

#define IP_LEN  20
#define UDP_LEN 8

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
change(struct rsd_mutant *f, struct rsd_random *r, uint32_t longest)
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
		f->len = RTE_MIN(f->len + rsd_random_below(r, ROOM), longest);
		break;
	default:
		put32(ip + 20, rsd_random(r) & (rsd_random(r) % 2 ? 0xffff : 0xffff0000));
		break;
	}
}

/* Otherwise nearly everything would end at the checksum. */
static void
mend_sum(struct rsd_mutant *f)
{
	uint8_t *ip = f->b + f->l2_len;
	uint32_t hdr = (ip[0] & 15) * 4u;

	put16(ip + 10, 0);
	put16(ip + 10, (uint16_t)~rsd_slow_sum(ip, hdr, 0));
}

void
rsd_mutate_seed(struct rsd_mutant *f, struct rsd_random *r, const struct rsd_frame *seed)
{
	uint32_t nb = rsd_random_below(r, 4), longest = RTE_MAX(seed->len + ROOM, SEED_MAX);

	memset(f->b, 0, 128);
	memcpy(f->b, seed->data, seed->len);
	f->len = seed->len;
	f->l2_len = f->b[12] == 0x81 ? 18 : 14;
	while (nb-- != 0)
		change(f, r, RTE_MIN(longest, (uint32_t)RSD_MUTANT_MAX));
	if (rsd_random_below(r, 8) != 0)
		mend_sum(f);
}

void
rsd_mutate(struct rsd_mutant *f, struct rsd_random *r)
{
	static struct rsd_frame made[RTE_DIM(seeds)];
	uint32_t seed = rsd_random_below(r, RTE_DIM(seeds));

	if (made[seed].data == NULL)
		made[seed] = rsd_frame_make(seeds[seed]);
	rsd_mutate_seed(f, r, &made[seed]);
}

/* Over the UDP datagram that the length field claims, or 0 if the frame has not that many bytes. */
static uint32_t
udp_bytes(const struct rsd_mutant *f)
{
	const uint8_t *udp = f->b + f->l2_len + IP_LEN;
	uint32_t len = (uint32_t)(udp[4] << 8 | udp[5]);

	return len >= UDP_LEN && f->l2_len + IP_LEN + len <= f->len ? len : 0;
}

/* The sum that a field of zero in the datagram must make full. */
static uint16_t
udp_sum(const uint8_t *udp, uint32_t len)
{
	return rsd_slow_sum(udp, len, rsd_slow_sum(udp - 8, 8, 17 + len));
}

void
rsd_mutate_udp_sum(struct rsd_mutant *f, struct rsd_random *r)
{
	uint8_t *udp = f->b + f->l2_len + IP_LEN;
	uint32_t len = udp_bytes(f), how = rsd_random_below(r, 16), at = 6, sum;

	if (len == 0 || how < 3)
		return;
	if (how < 5) {
		put16(udp + 6, how == 3 ? 0 : UINT16_MAX);
		at = 0;
	}
	put16(udp + at, 0);
	if (how == 5)
		return;
	sum = (uint16_t)~udp_sum(udp, len);
	put16(udp + at, at == 6 && sum == 0 ? UINT16_MAX : sum);
	if (how == 6 || how == 7)
		udp[rsd_random_below(r, len)] ^= (uint8_t)(1 << rsd_random_below(r, 8));
}
