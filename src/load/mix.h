/* SPDX-License-Identifier: BSD-3-Clause */
/* Payload sizes: one, or several by weight, dealt out evenly and always in the same order. */
#ifndef RSD_LOAD_MIX_H
#define RSD_LOAD_MIX_H

#include <stddef.h>
#include <stdint.h>

#define RSD_MIX_SIZES   16
#define RSD_MIX_ROUND   1024 /* datagrams after which the order begins again, at most */
#define RSD_PAYLOAD_MAX 65507

struct rsd_mix {
	unsigned int nb; /* sizes */
	uint16_t size[RSD_MIX_SIZES];
	uint16_t weight[RSD_MIX_SIZES];
	uint16_t min, max;
	unsigned int round; /* sum of the weights */
	uint8_t order[RSD_MIX_ROUND];
};

/*
 * Read "N", "N:WEIGHT,N:WEIGHT,..." or "imix". Returns 0; or -EINVAL with a sentence in why, "what
 * is wrong, what was expected".
 */
int rsd_mix_read(struct rsd_mix *mix, const char *text, char *why, size_t len);

/* Which of the sizes datagram number seq has. */
static inline unsigned int
rsd_mix_index(const struct rsd_mix *mix, uint64_t seq)
{
	return mix->nb == 1 ? 0 : mix->order[seq % mix->round];
}

static inline uint16_t
rsd_mix_size(const struct rsd_mix *mix, uint64_t seq)
{
	return mix->size[rsd_mix_index(mix, seq)];
}

double rsd_mix_mean(const struct rsd_mix *mix);

#endif
