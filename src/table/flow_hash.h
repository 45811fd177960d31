/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keyed hash of a 4-tuple. The tuples come from the network, so whoever sends chooses them, and a
 * table must not let him choose the bucket, too. A CRC with a secret seed does not help: it is
 * affine, CRC(seed, a) ^ CRC(seed, b) does not depend on the seed, and keys that collide under one
 * seed collide under all. Toeplitz is linear in the tuple: its key can be solved for, and keys
 * whose difference it maps to zero are found at home. Hence a pseudorandom function: AES-128 where
 * the CPU has it, all ten rounds, else SipHash-1-3.
 */
#ifndef RSD_TABLE_FLOW_HASH_H
#define RSD_TABLE_FLOW_HASH_H

#include <stddef.h>
#include <stdint.h>

/* A key as it lies in a frame: source address, destination address, source port, destination port.
 */
#define RSD_FLOW_KEY4 12
#define RSD_FLOW_KEY6 36

/* Bytes that may be read from a 12-byte key on: the UDP header behind the ports, whose start they
 * are, is part of them. */
#define RSD_FLOW_KEY4_READ 16

enum rsd_flow_kind {
	RSD_FLOW_BEST,    /* AES when the CPU has it, else SIP */
	RSD_FLOW_AES,     /* IPv4: one block, zero padded; IPv6: CBC-MAC of three */
	RSD_FLOW_SIP,     /* SipHash-1-3 of the key's bytes */
	RSD_FLOW_GIVEN32, /* the caller brings 32 bits, from a NIC; see rsd_flow_given32() */
};

struct rsd_flow_hash;

/* h[i] = hash of the key at keys[i], any number of them. */
typedef void (*rsd_flow_burst_fn)(
	const struct rsd_flow_hash *f, const uint8_t *const keys[], unsigned int nb, uint64_t h[]);

struct rsd_flow_hash {
	uint8_t round[11][16]; /* AES round keys */
	uint64_t sip[2];
	uint64_t mul[2];          /* odd */
	rsd_flow_burst_fn burst4; /* RSD_FLOW_KEY4_READ readable bytes at each key */
	rsd_flow_burst_fn burst6;
	enum rsd_flow_kind kind; /* never BEST */
	const char *variant;     /* "vaes", "aesni", "portable" */
} __attribute__((aligned(64)));

/*
 * Make ready for use. key: 16 secret bytes. variant: one of the names above for tests, NULL for the
 * fastest this CPU has. 0; -ENOTSUP this CPU, or this build, has no such kind or variant; -EINVAL
 * an unknown one.
 */
int rsd_flow_hash_init(struct rsd_flow_hash *f, enum rsd_flow_kind kind, const uint8_t key[16],
	const char *variant);

/*
 * 64 bits of the 32 that a NIC gives. Spreads them under the secret, but cannot part tuples the NIC
 * does not part: its key must be random and secret, and whoever learns it can fill a bucket.
 */
static inline uint64_t
rsd_flow_given32(const struct rsd_flow_hash *f, uint32_t given)
{
	uint64_t h = (given + f->sip[0]) * f->mul[0];

	return (h ^ h >> 32) * f->mul[1];
}

/* One key. Not for RSD_FLOW_GIVEN32. */
static inline uint64_t
rsd_flow_hash4(const struct rsd_flow_hash *f, const uint8_t *key)
{
	uint64_t h;

	f->burst4(f, &key, 1, &h);
	return h;
}

static inline uint64_t
rsd_flow_hash6(const struct rsd_flow_hash *f, const uint8_t *key)
{
	uint64_t h;

	f->burst6(f, &key, 1, &h);
	return h;
}

/* SipHash with c rounds a word and d at the end: 2 and 4 are the published ones. */
uint64_t rsd_siphash(
	const uint64_t key[2], const void *data, size_t len, unsigned int c, unsigned int d);

/* With 1 and 3: enough for a table, whose hashes nobody is shown. */
uint64_t rsd_siphash13(const uint64_t key[2], const void *data, size_t len);

/* The variants, by file. */
void rsd_flow_aesni_expand(struct rsd_flow_hash *f, const uint8_t key[16]);
void rsd_flow_aesni_burst4(
	const struct rsd_flow_hash *f, const uint8_t *const keys[], unsigned int nb, uint64_t h[]);
void rsd_flow_aesni_burst6(
	const struct rsd_flow_hash *f, const uint8_t *const keys[], unsigned int nb, uint64_t h[]);
void rsd_flow_vaes_burst4(
	const struct rsd_flow_hash *f, const uint8_t *const keys[], unsigned int nb, uint64_t h[]);
void rsd_flow_vaes_burst6(
	const struct rsd_flow_hash *f, const uint8_t *const keys[], unsigned int nb, uint64_t h[]);

#endif
