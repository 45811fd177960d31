/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/flow_hash.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include "table/cpu.h"
#include "wire/csum.h"

static __rte_always_inline uint64_t
rotate(uint64_t x, unsigned int by)
{
	return x << by | x >> (64 - by);
}

static __rte_always_inline void
sip_rounds(uint64_t v[4], unsigned int nb)
{
	while (nb-- > 0) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

static __rte_always_inline uint64_t
sip(const uint64_t key[2], const uint8_t *p, size_t len, unsigned int c, unsigned int d)
{
	uint64_t v[4] = {
		key[0] ^ UINT64_C(0x736f6d6570736575),
		key[1] ^ UINT64_C(0x646f72616e646f6d),
		key[0] ^ UINT64_C(0x6c7967656e657261),
		key[1] ^ UINT64_C(0x7465646279746573),
	};
	uint64_t last = (uint64_t)len << 56, word;
	size_t i;

	for (; len >= 8; p += 8, len -= 8) {
		word = rte_le_to_cpu_64(rsd_load64(p));
		v[3] ^= word;
		sip_rounds(v, c);
		v[0] ^= word;
	}
	for (i = 0; i < len; i++)
		last |= (uint64_t)p[i] << (8 * i);
	v[3] ^= last;
	sip_rounds(v, c);
	v[0] ^= last;
	v[2] ^= 0xff;
	sip_rounds(v, d);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t
rsd_siphash(const uint64_t key[2], const void *data, size_t len, unsigned int c, unsigned int d)
{
	return sip(key, data, len, c, d);
}

uint64_t
rsd_siphash13(const uint64_t key[2], const void *data, size_t len)
{
	return sip(key, data, len, 1, 3);
}

static void
sip_burst4(
	const struct rsd_flow_hash *f, const uint8_t *const keys[], unsigned int nb, uint64_t h[])
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		h[i] = sip(f->sip, keys[i], RSD_FLOW_KEY4, 1, 3);
}

static void
sip_burst6(
	const struct rsd_flow_hash *f, const uint8_t *const keys[], unsigned int nb, uint64_t h[])
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		h[i] = sip(f->sip, keys[i], RSD_FLOW_KEY6, 1, 3);
}

static bool
named(const char *variant, const char *name)
{
	return variant == NULL || strcmp(variant, name) == 0;
}

#if defined(RTE_ARCH_X86)
static bool
init_aes(struct rsd_flow_hash *f, const uint8_t key[16], const char *variant)
{
	if (!rsd_cpu_has_aes())
		return false;
	rsd_flow_aesni_expand(f, key);
	f->kind = RSD_FLOW_AES;
	if (rsd_cpu_has_vaes() && named(variant, "vaes")) {
		f->burst4 = rsd_flow_vaes_burst4;
		f->burst6 = rsd_flow_vaes_burst6;
		f->variant = "vaes";
		return true;
	}
	f->burst4 = rsd_flow_aesni_burst4;
	f->burst6 = rsd_flow_aesni_burst6;
	f->variant = "aesni";
	return named(variant, f->variant);
}
#else
static bool
init_aes(struct rsd_flow_hash *f, const uint8_t key[16], const char *variant)
{
	(void)f;
	(void)key;
	(void)variant;
	return false;
}
#endif

/* What the secret is stretched to: unlike the hashes of tuples, by its length. */
static uint64_t
derive(const uint64_t sip_key[2], uint8_t what)
{
	return sip(sip_key, &what, 1, 2, 4);
}

int
rsd_flow_hash_init(struct rsd_flow_hash *f, enum rsd_flow_kind kind, const uint8_t key[16],
	const char *variant)
{
	if (kind > RSD_FLOW_GIVEN32)
		return -EINVAL;
	*f = (struct rsd_flow_hash){ .kind = kind };
	f->sip[0] = rte_le_to_cpu_64(rsd_load64(key));
	f->sip[1] = rte_le_to_cpu_64(rsd_load64(key + 8));
	f->mul[0] = derive(f->sip, 0) | 1;
	f->mul[1] = derive(f->sip, 1) | 1;
	if (kind <= RSD_FLOW_AES) {
		if (init_aes(f, key, variant))
			return 0;
		if (kind == RSD_FLOW_AES)
			return -ENOTSUP;
	}
	if (kind != RSD_FLOW_GIVEN32)
		f->kind = RSD_FLOW_SIP;
	f->burst4 = sip_burst4;
	f->burst6 = sip_burst6;
	f->variant = "portable";
	return named(variant, f->variant) ? 0 : -ENOTSUP;
}
