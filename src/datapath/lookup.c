/* SPDX-License-Identifier: BSD-3-Clause */
#include "datapath/drop.h"
#include "datapath/stages.h"
#include "wire/csum.h"

/* Why a datagram that found no taker leaves. ports: as in rsd_lookup(). */
static enum rsd_counter
refusal(const struct rsd_bind *bind, uint32_t ports)
{
	if ((uint16_t)ports == 0)
		return RSD_C_udp_sport0;
	if (ports >> 16 == 0)
		return RSD_C_udp_dport0;
	return bind == NULL ? RSD_C_udp_no_socket : RSD_C_udp_loop_guard;
}

static __rte_always_inline bool
takes(const struct rsd_bind *bind, const uint8_t *udp, uint32_t ports)
{
	return rsd_bind_takes(bind, rsd_load32(udp - 4)) &&
	       !rsd_port_set_has(bind->refuse, (rte_be16_t)ports);
}

static const struct rsd_port_rec *
record(const struct rsd_sock_table *t, const uint8_t *udp)
{
	return __atomic_load_n(&t->dir[rsd_load16(udp + 2)], __ATOMIC_ACQUIRE);
}

/* Ask the table of connected sockets about those of the rest whose port has any. */
static void
ask_connected(const struct rsd_sock_table *t, struct rsd_burst *b, unsigned int nb_rest)
{
	const uint8_t *key[RSD_BURST_MAX];
	uint32_t id[RSD_BURST_MAX];
	uint8_t at[RSD_BURST_MAX];
	unsigned int i, n = 0;

	for (i = 0; i < nb_rest; i++) {
		const uint8_t *udp = b->udp[b->rest[i]];

		key[n] = udp - 8; /* addresses and ports lie side by side */
		at[n] = b->rest[i];
		n += record(t, udp)->conn4;
	}
	if (n == 0)
		return;
	rsd_conn_lookup_burst(__atomic_load_n(&t->conn4, __ATOMIC_ACQUIRE), key, n, id);
	for (i = 0; i < n; i++) {
		if (id[i] == RSD_CONN_NONE)
			continue;
		b->bind[at[i]] = &t->bind[id[i]];
		rte_prefetch0(&t->bind[id[i]]);
	}
}

/* All rules, for what no table decided. */
static const struct rsd_bind *
ask_all(const struct rsd_lcore *lc, const struct rsd_queue *q, const uint8_t *udp)
{
	struct rsd_tuple d = {
		.family = AF_INET,
		.sport = rsd_load16(udp),
		.dport = rsd_load16(udp + 2),
		.dev = (uint16_t)(q - lc->queue + 1),
		.cpu = (uint16_t)(lc->worker + 1),
	};

	rsd_ip_set_v4(&d.src, rsd_load32(udp - 8));
	rsd_ip_set_v4(&d.dst, rsd_load32(udp - 4));
	return rsd_sock_find_rest(lc->table, record(lc->table, udp), &d);
}

/* Close up after datagrams have left: those without a bind. */
static unsigned int
close_up(struct rsd_burst *b, unsigned int nb)
{
	unsigned int i, nb_out = 0;

	for (i = 0; i < nb; i++) {
		if (b->bind[i] == NULL)
			continue;
		b->pkt[nb_out] = b->pkt[i];
		b->udp[nb_out] = b->udp[i];
		b->bind[nb_out++] = b->bind[i];
	}
	return nb_out;
}

/* Those that the head of their port did not decide; what nobody takes leaves. */
static __rte_noinline unsigned int
look_further(struct rsd_lcore *lc, struct rsd_queue *q, unsigned int nb, unsigned int nb_rest)
{
	struct rsd_burst *b = &lc->b;
	unsigned int i, left = 0;

	ask_connected(lc->table, b, nb_rest);
	for (i = 0; i < nb_rest; i++) {
		unsigned int at = b->rest[i];
		uint32_t ports = rsd_load32(b->udp[at]);

		if (b->bind[at] == NULL)
			b->bind[at] = ask_all(lc, q, b->udp[at]);
		if (likely(b->bind[at] != NULL &&
			    !rsd_port_set_has(b->bind[at]->refuse, (rte_be16_t)ports)))
			continue;
		rsd_drop(lc, b->pkt[at], refusal(b->bind[at], ports));
		b->bind[at] = NULL;
		left++;
	}
	b->mixed = true;
	return left != 0 ? close_up(b, nb) : nb;
}

/*
 * Is the whole burst to one address and port, whose head takes it from everyone who sent it? Most
 * bursts are; then one look is enough.
 */
static __rte_always_inline bool
one_takes_all(const struct rsd_bind *bind, const struct rsd_burst *b, unsigned int nb)
{
	const uint64_t first = rsd_load64(b->udp[0] - 4); /* destination; ports */
	uint64_t differ = 0, refused = 0;
	unsigned int i;

	for (i = 0; i < nb; i++) {
		uint64_t at = rsd_load64(b->udp[i] - 4);
		uint32_t sport = (uint16_t)(at >> 32);

		differ |= at ^ first;
		refused |= bind->refuse->word[sport >> 6] >> (sport & 63);
	}
	return (differ & ~(UINT64_C(0xffff) << 32)) == 0 && (refused & 1) == 0 &&
	       rsd_bind_takes(bind, (uint32_t)first);
}

/* One by one. Returns how many the heads of their ports did not decide. */
static __rte_noinline unsigned int
ask_heads(const struct rsd_sock_table *t, struct rsd_burst *b, unsigned int nb)
{
	const struct rsd_bind *before = NULL;
	unsigned int i, nb_rest = 0, changes = 0;

	for (i = 0; i < nb; i++) {
		const uint8_t *udp = b->udp[i];
		uint32_t ports =
			rsd_load32(udp); /* source in the low half, as they lie in memory */
		const struct rsd_bind *bind = rsd_sock_first(t, (rte_be16_t)(ports >> 16));

		if (unlikely(!takes(bind, udp, ports))) {
			b->rest[nb_rest++] = (uint8_t)i;
			bind = NULL;
		}
		b->bind[i] = bind;
		changes += bind != before;
		before = bind;
	}
	b->mixed = changes > 1;
	return nb_rest;
}

uint16_t
rsd_lookup(struct rsd_lcore *lc, struct rsd_queue *q, uint16_t nb)
{
	struct rsd_burst *b = &lc->b;
	const struct rsd_bind *bind;
	unsigned int i, nb_rest;

	b->mixed = false;
	if (unlikely(nb == 0))
		return 0;
	bind = rsd_sock_first(lc->table, rsd_load16(b->udp[0] + 2));
	if (likely(one_takes_all(bind, b, nb))) {
		for (i = 0; i < nb; i++)
			b->bind[i] = bind;
		return nb;
	}
	nb_rest = ask_heads(lc->table, b, nb);
	return (uint16_t)(unlikely(nb_rest != 0) ? look_further(lc, q, nb, nb_rest) : nb);
}
