/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames for tests, right and wrong on purpose, written as one readable line:
 *
 *	"udp len=1 pad=17"		a datagram with one byte of payload and Ethernet padding
 *	"answer len=1"			what an echo of it looks like
 *	"udp vlan=5 ttl=0 opts=01010101 udpsum=bad"
 *	"arp tpa=10.9.0.77", "ping len=56 split=14,34"
 *
 * Everything not mentioned is right: addresses, lengths, checksums. All sums are made by a slow
 * routine of the tests' own, never by the code under test. The keys are in packet_text.c.
 */
#ifndef RSD_TESTS_PACKET_BUILDER_H
#define RSD_TESTS_PACKET_BUILDER_H

#include <stdint.h>

#define RSD_SPEC_AUTO   UINT32_MAX /* the right value */
#define RSD_SPEC_TAGS   3
#define RSD_SPEC_SPLITS 8

/* The hosts of the tests. us and us2 share a /24, us3 is alone in 172.16.5.0/30. */
#define RSD_TEST_MAC_US                            \
	{                                          \
		0x02, 0x72, 0x73, 0x64, 0x00, 0x01 \
	}
#define RSD_TEST_MAC_PEER                          \
	{                                          \
		0x02, 0x72, 0x73, 0x64, 0x00, 0x02 \
	}
#define RSD_TEST_IP_US   0x0a090002u /* 10.9.0.2 */
#define RSD_TEST_IP_US2  0x0a090003u
#define RSD_TEST_IP_US3  0xac100501u /* 172.16.5.1 */
#define RSD_TEST_IP_PEER 0x0a090001u
#define RSD_TEST_PORT    7777  /* where the tests' echo listens */
#define RSD_TEST_SPORT   40000 /* where the tests' peer speaks from */

enum rsd_spec_kind {
	RSD_SPEC_UDP,
	RSD_SPEC_ICMP,
	RSD_SPEC_ARP,
	RSD_SPEC_IP,  /* IPv4 with len bytes of payload of protocol proto */
	RSD_SPEC_ETH, /* Ethernet with len bytes of payload of type type */
};

/* How a checksum field is filled. */
enum rsd_spec_sum {
	RSD_SUM_GOOD,
	RSD_SUM_BAD,     /* one bit off */
	RSD_SUM_ZERO,    /* none made */
	RSD_SUM_PARTIAL, /* the pseudo header's only, as a kernel leaves it to a NIC */
	RSD_SUM_FFFF,    /* ones */
};

/* What a device says about a received checksum. */
enum rsd_spec_nic {
	RSD_NIC_UNKNOWN,
	RSD_NIC_GOOD,
	RSD_NIC_BAD,
	RSD_NIC_NONE,
};

/* Plain numbers are in host order. */
struct rsd_spec {
	enum rsd_spec_kind kind;
	uint32_t times; /* as many of them */

	uint8_t dmac[6], smac[6];
	uint32_t nb_tags, tag[RSD_SPEC_TAGS]; /* TPID << 16 | TCI, outermost first */
	uint32_t type;

	uint32_t ver, ihl, tos, iptotal, id, frag, ttl, proto, ipsum;
	uint32_t src, dst;
	uint8_t opts[40];
	uint32_t nb_opts;

	uint32_t sport, dport, udplen, udpsum;
	uint32_t icmptype, icmpcode, icmpid, seq, icmpsum;
	uint32_t len;     /* payload bytes */
	uint32_t fill;    /* the payload's first byte; the others follow from it */
	uint32_t zerosum; /* the payload's last two bytes make the UDP checksum come out as zero */

	uint32_t htype, ptype, hlen, plen, op, spa, tpa;
	uint8_t sha[6], tha[6];

	uint32_t surplus; /* bytes of IP payload behind the end of the UDP datagram */
	uint32_t pad;     /* bytes of frame behind the end of the IP packet */
	uint32_t padbyte;
	uint32_t cut; /* the frame ends after that many bytes */

	uint32_t nic;      /* enum rsd_spec_nic, for UDP */
	uint32_t strip;    /* the device took this tag (TCI) out of the frame */
	uint32_t headroom; /* bytes of buffer in front of the frame */
	uint32_t room;     /* bytes of buffer from the frame's start on, in the first segment */
	uint32_t nb_split; /* where one segment ends and the next begins */
	uint32_t split[RSD_SPEC_SPLITS];
};

/* A frame on the heap, exactly as long as it is, so that a sanitizer sees every byte too far. */
struct rsd_frame {
	uint8_t *data;
	uint32_t len;
};

/* A mistake in the text ends the program: it is the test that is wrong. */
void rsd_spec_parse(const char *text, struct rsd_spec *s);

/* What kind means when nothing else is said: udp, answer, ping, pong, arp, arpreply, ip, eth. */
int rsd_spec_default(const char *kind, struct rsd_spec *s);

struct rsd_frame rsd_spec_build(const struct rsd_spec *s);
struct rsd_frame rsd_frame_make(const char *text);
struct rsd_frame rsd_frame_copy(const uint8_t *data, uint32_t len);
void rsd_frame_free(struct rsd_frame *f);

/* The Internet checksum as RFC 1071 words it: 16-bit big-endian words, every carry brought round
 * at once. start and the result are sums, not yet inverted. */
uint16_t rsd_slow_sum(const uint8_t *p, uint32_t len, uint32_t start);

/* The payload byte at offset i for a fill. */
uint8_t rsd_spec_payload(uint32_t fill, uint32_t i);

#endif
