/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is ours on a port, in the shape the fast check wants it: words to compare and two small
 * perfect hash tables. Built once by rsd_wire_local_init(), read-only afterwards.
 */
#ifndef RSD_WIRE_LOCAL_H
#define RSD_WIRE_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#define RSD_WIRE_ADDR_MAX 64   /* addresses a port can have */
#define RSD_WIRE_JUMBO    9216 /* longest frame the exact check knows the length words of */
#define RSD_WIRE_SLOTS                                                            \
	1024 /* each of them needs two at most: itself and its subnet's broadcast \
	      */

/* First octets that unicast sources have: 1 to this one, but for that of the loopback network. */
#define RSD_WIRE_NET_MAX  223
#define RSD_WIRE_NET_LOOP 127

/* An address of ours and its prefix. */
struct rsd_wire_addr {
	rte_be32_t addr;
	uint8_t len; /* 1 to 32 */
};

/* What the two length fields of a frame without padding must say, as they lie in it. */
struct rsd_wire_lengths {
	rte_be16_t ip, udp;
};

/* A set of addresses: slot = (address * mul) >> 22; no two members share one. */
struct rsd_wire_set {
	uint32_t mul;
	rte_be32_t slot[RSD_WIRE_SLOTS];
};

/* A frame's first 16 bytes, 16 from the EtherType on, 16 from the source address on: what must
 * stand there. */
struct rsd_wire_pattern {
	uint8_t want[3][16];
	uint8_t mask[3][16];
} __rte_aligned(16);

/*
 * The same for those who load 64 bytes at once, and what its sums are made of (four_avx512.h).
 * Words are of 16 bits.
 */
struct rsd_wire_wide {
	uint8_t want[64], mask[64]; /* but for the two lengths */
	uint8_t lengths[64];        /* all ones where those stand */
	uint16_t sign[32];          /* 0x8000 */
	uint16_t in_ip[32];         /* 1: this word is in the sum of the IPv4 header */
	uint16_t in_udp[32];        /* ... in the UDP sum, up to the 64th byte */
	uint32_t to_add[4];         /* to these sums, in turn */
	rte_be32_t banned[2];       /* of a single address: itself, its subnet's broadcast */
} __rte_aligned(64);

struct rsd_wire_local {
	struct rsd_wire_pattern pattern;
	struct rsd_wire_wide wide;
	uint8_t bad_octet[256];      /* first octets no unicast source has (RFC 1122 3.2.1.3) */
	uint64_t mac_want, mac_mask; /* frame bytes 0 to 7 */
	uint32_t tag_want, tag_mask; /* frame bytes 12 to 15: our VLAN tag, or nothing to compare */
	uint64_t mac;                /* our MAC in the low 48 bits, as it lies in memory */
	uint16_t l2_len;             /* 14, or 18 on a tagged port */
	uint16_t vlan;               /* 0 untagged */
	uint32_t max_frame;          /* longest frame the MTU allows, Ethernet header included */
	uint32_t nb_addr;
	struct rsd_wire_addr addr[RSD_WIRE_ADDR_MAX];
	struct rsd_wire_set own;                             /* our addresses */
	struct rsd_wire_lengths lengths[RSD_WIRE_JUMBO + 1]; /* by bytes of frame */
	struct rsd_wire_set banned; /* sources that no frame to us may have: ours, and our subnets'
				       broadcasts */
};

/* Is addr in the set? Zero never is. */
static __rte_always_inline bool
rsd_wire_set_has(const struct rsd_wire_set *set, rte_be32_t addr)
{
	return set->slot[(uint32_t)(addr * set->mul) >> 22] == addr;
}

/*
 * Fill w. mac: six bytes; vlan: 0 or 1 to 4094; mtu: bytes of IP packet; addr: nb addresses.
 * Returns 0, or -EINVAL when there are more than RSD_WIRE_ADDR_MAX.
 */
int rsd_wire_local_init(struct rsd_wire_local *w, const uint8_t *mac, uint16_t vlan, uint16_t mtu,
	const struct rsd_wire_addr *addr, unsigned int nb);

/* Is addr the broadcast address of one of our subnets? Prefixes of 31 and 32 have none (RFC 3021).
 */
bool rsd_wire_is_subnet_bcast(const struct rsd_wire_local *w, rte_be32_t addr);

#endif
