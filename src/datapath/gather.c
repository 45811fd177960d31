/* SPDX-License-Identifier: BSD-3-Clause */
/* A burst for several sockets: each one's packets together, since a handler is called once. */
#include "datapath/stages.h"

#define CHAINS 64 /* a power of two */
#define NONE   UINT16_MAX

/* A socket of this burst: its packets, from the first to the last. */
struct group {
	const struct rsd_sock *sock;
	uint16_t first, last;
	uint16_t next; /* group in the same chain */
};

struct groups {
	struct group group[RSD_BURST_MAX];
	uint16_t chain[CHAINS];       /* by a hash of the socket's address */
	uint16_t link[RSD_BURST_MAX]; /* next packet of the same socket */
	unsigned int nb;
};

static unsigned int
chain_of(const struct rsd_sock *s)
{
	uintptr_t p = (uintptr_t)s;

	return (unsigned int)((p >> 5 ^ p >> 11) & (CHAINS - 1));
}

static void
add(struct groups *g, const struct rsd_sock *s, uint16_t packet)
{
	uint16_t *head = &g->chain[chain_of(s)], i;

	g->link[packet] = NONE;
	for (i = *head; i != NONE; i = g->group[i].next) {
		if (g->group[i].sock != s)
			continue;
		g->link[g->group[i].last] = packet;
		g->group[i].last = packet;
		return;
	}
	rte_prefetch0(s);
	g->group[g->nb] = (struct group){ s, packet, packet, *head };
	*head = (uint16_t)g->nb++;
}

/* Write the burst anew: sockets in the order of their first packets. */
static void
rewrite(struct rsd_burst *b, const struct groups *g, unsigned int nb)
{
	const struct rsd_bind *bind[RSD_BURST_MAX];
	struct rte_mbuf *pkt[RSD_BURST_MAX];
	uint8_t *udp[RSD_BURST_MAX];
	unsigned int i, out = 0;
	uint16_t p;

	for (i = 0; i < g->nb; i++)
		for (p = g->group[i].first; p != NONE; p = g->link[p], out++) {
			bind[out] = b->bind[p];
			pkt[out] = b->pkt[p];
			udp[out] = b->udp[p];
		}
	for (i = 0; i < nb; i++) {
		b->bind[i] = bind[i];
		b->pkt[i] = pkt[i];
		b->udp[i] = udp[i];
	}
}

void
rsd_gather(struct rsd_burst *b, unsigned int nb)
{
	struct groups g;
	unsigned int i;

	g.nb = 0;
	for (i = 0; i < CHAINS; i++)
		g.chain[i] = NONE;
	for (i = 0; i < nb; i++)
		add(&g, b->bind[i]->sock, (uint16_t)i);
	rewrite(b, &g, nb);
}
