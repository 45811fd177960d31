/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>

#include "datapath/look.h"
#include "ledger/custody.h"
#include "stats/core_stats.h"
#include "support/cunit_runner.h"
#include "support/eal_fixture.h"
#include "table/sock_score.h"
#include "table/sock_table.h"

#define RING_SIZE 2048

static struct {
	struct rte_ring *rx, *tx;
	uint16_t id;
} dev[RSD_FIXTURE_PORTS];

static char blocker; /* its address takes places in a transmit ring */

_Noreturn static void
give_up(const char *what)
{
	fprintf(stderr, "fixture: %s: %s\n", what, rte_strerror(rte_errno));
	exit(EXIT_FAILURE);
}

static void *
aligned_zero(size_t size)
{
	void *p = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(size, RTE_CACHE_LINE_SIZE));

	if (p == NULL)
		give_up("memory");
	return memset(p, 0, RTE_ALIGN_CEIL(size, RTE_CACHE_LINE_SIZE));
}

/* -- once a program -------------------------------------------------------------------------- */

static struct rte_ring *
new_ring(const char *kind, unsigned int i)
{
	char name[RTE_RING_NAMESIZE];
	struct rte_ring *r;

	snprintf(name, sizeof(name), "rsd_test_%s%u", kind, i);
	r = rte_ring_create(name, RING_SIZE, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (r == NULL)
		give_up(name);
	return r;
}

static void
start_port(unsigned int i)
{
	struct rte_eth_conf conf;
	char name[32];
	int id;

	memset(&conf, 0, sizeof(conf));
	dev[i].rx = new_ring("rx", i);
	dev[i].tx = new_ring("tx", i);
	snprintf(name, sizeof(name), "rsd_test%u", i);
	id = rte_eth_from_rings(name, &dev[i].rx, 1, &dev[i].tx, 1, SOCKET_ID_ANY);
	if (id < 0)
		give_up(name);
	dev[i].id = (uint16_t)id;
	if (rte_eth_dev_configure(dev[i].id, 1, 1, &conf) != 0 ||
		rte_eth_rx_queue_setup(dev[i].id, 0, RING_SIZE, 0, NULL, rsd_pool_get()) != 0 ||
		rte_eth_tx_queue_setup(dev[i].id, 0, RING_SIZE, 0, NULL) != 0 ||
		rte_eth_dev_start(dev[i].id) != 0)
		give_up(name);
}

/* EAL leaves its directory behind, empty since nothing was shared. */
static void
end_eal(void)
{
	char dir[256];
	unsigned int i;

	snprintf(dir, sizeof(dir), "%s", rte_eal_get_runtime_dir());
	rsd_pool_unguard_all();
	for (i = 0; i < RSD_FIXTURE_PORTS; i++) {
		rte_eth_dev_stop(dev[i].id);
		rte_eth_dev_close(dev[i].id);
	}
	rte_eal_cleanup();
	rmdir(dir);
}

void
rsd_fixture_start(void)
{
	unsigned int i;

	rsd_fixture_start_eal();
	rsd_pool_get();
	for (i = 0; i < RSD_FIXTURE_PORTS; i++)
		start_port(i);
	atexit(end_eal);
}

/* -- once a case ----------------------------------------------------------------------------- */

static unsigned int
parse_ips(const char *text, struct rsd_wire_addr *addr)
{
	unsigned int nb = 0, len, a, b, c, d;
	int used;

	for (; sscanf(text, " %u.%u.%u.%u/%u%n", &a, &b, &c, &d, &len, &used) == 5; text += used) {
		addr[nb].addr = htonl(a << 24 | b << 16 | c << 8 | d);
		addr[nb++].len = (uint8_t)len;
	}
	return nb;
}

static void
setup_port(struct rsd_fixture *f, unsigned int i)
{
	static const uint8_t mac[6] = RSD_TEST_MAC_US;
	const struct rsd_fixture_conf *c = &f->conf;
	struct rsd_wire_addr addr[RSD_WIRE_ADDR_MAX];
	struct rsd_port *p = &f->port[i];
	unsigned int nb =
		parse_ips(c->ips == NULL ? "10.9.0.2/24 10.9.0.3/24 172.16.5.1/30" : c->ips, addr);

	if (rsd_wire_local_init(&p->wire, mac, c->vlan, c->mtu, addr, nb) != 0)
		give_up("local");
	p->port_id = dev[i].id;
	p->csum = c->csum;
	p->look = rsd_look_choose(getenv("RSD_TEST_LOOK"), c->csum);
	if (p->look == NULL)
		give_up("RSD_TEST_LOOK: this CPU has no such look");
	p->csum_partial_ok = c->partial_ok;
	p->tx_segments = !c->no_segments;
	p->tx_udp_csum = c->udp_offload;
}

static void
setup_lcore(struct rsd_fixture *f)
{
	struct rsd_lcore *lc = f->lc;
	unsigned int i;

	lc->pipeline = f->conf.pipeline;
	lc->table = f->table;
	lc->burst = f->conf.burst;
	lc->nb_queues = f->conf.ports;
	lc->worker = 5; /* not zero, so that losing it is noticed */
	lc->stats = aligned_zero(sizeof(*lc->stats));
	lc->sock_stats = aligned_zero(f->conf.socks * sizeof(*lc->sock_stats));
	lc->returns = rte_ring_create("rsd_test_returns", RING_SIZE, SOCKET_ID_ANY, RING_F_SC_DEQ);
	if (lc->returns == NULL)
		give_up("ring of returns");
	if (lc->pipeline == rsd_pipeline_watched) {
		lc->custody = rsd_custody_create(1, lc->worker, SOCKET_ID_ANY);
		if (lc->custody == NULL)
			give_up("custody");
	}
	for (i = 0; i < f->conf.ports; i++) {
		lc->queue[i].port = &f->port[i];
		lc->queue[i].port_id = dev[i].id;
		lc->queue[i].hold_mark = rsd_hold_mark(lc->worker, i);
	}
}

/* The other side of the transmit ring is at work: some of what blocks it goes. */
static uint16_t
drain_some(uint16_t port, uint16_t queue, struct rte_mbuf **pkts, uint16_t nb, void *arg)
{
	struct rsd_fixture *f = arg;
	unsigned int i;
	void *p;

	(void)port;
	(void)queue;
	(void)pkts;
	for (i = 0; i < f->conf.tx_drain && f->nb_blocked != 0; i++, f->nb_blocked--)
		rte_ring_dequeue(dev[0].tx, &p);
	return nb;
}

/* Leave tx_room places in the first port's transmit ring. */
static void
block_tx(struct rsd_fixture *f)
{
	if (f->conf.tx_drain != 0)
		f->drain = rte_eth_add_tx_callback(dev[0].id, 0, drain_some, f);
	if (f->conf.tx_room == 0)
		return;
	while (rte_ring_free_count(dev[0].tx) > f->conf.tx_room) {
		rte_ring_enqueue(dev[0].tx, &blocker);
		f->nb_blocked++;
	}
}

void
rsd_fixture_open(struct rsd_fixture *f, const struct rsd_fixture_conf *conf)
{
	unsigned int i;

	memset(f, 0, sizeof(*f));
	if (conf != NULL)
		f->conf = *conf;
	f->conf.mtu = f->conf.mtu == 0 ? 1500 : f->conf.mtu;
	f->conf.burst = f->conf.burst == 0 ? 32 : f->conf.burst;
	f->conf.ports = f->conf.ports == 0 ? 1 : f->conf.ports;
	f->conf.socks = f->conf.socks == 0 ? RSD_FIXTURE_SOCKS : f->conf.socks;
	if (f->conf.pipeline == NULL)
		f->conf.pipeline =
			getenv("RSD_WATCHED") != NULL ? rsd_pipeline_watched : rsd_pipeline_respond;
	rsd_pool_reset(!f->conf.unguarded);
	f->lc = aligned_zero(sizeof(*f->lc));
	f->port = aligned_zero(RSD_FIXTURE_PORTS * sizeof(*f->port));
	for (i = 0; i < f->conf.ports; i++)
		setup_port(f, i);
	f->table = rsd_sock_table_create(
		&(struct rsd_sock_table_conf){ .max_socks = f->conf.socks, .qsbr = f->conf.qsbr });
	if (f->table == NULL)
		give_up("socket table");
	setup_lcore(f);
	block_tx(f);
}

struct rsd_sock *
rsd_fixture_sock(struct rsd_fixture *f, uint32_t local, uint16_t port, uint32_t flags,
	rsd_handler_t handler, void *arg)
{
	struct rsd_sock *s = calloc(1, sizeof(*s));

	if (s == NULL || f->nb_socks == RSD_FIXTURE_SOCKS)
		give_up("socket");
	s->handler = handler;
	s->arg = arg;
	s->flags = flags;
	s->family = AF_INET;
	s->port = port;
	rsd_ip_set_v4(&s->local, htonl(local));
	rsd_ip_any_of(&s->peer, AF_INET);
	if (rsd_sock_table_bind(f->table, s) != 0)
		give_up("socket: port taken");
	f->sock[f->nb_socks++] = s;
	return s;
}

void
rsd_fixture_verdict(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts,
	uint16_t nb, void *arg)
{
	(void)sock;
	(void)pkts;
	memset(verdicts, *(const enum rsd_verdict *)arg, nb);
}

void
rsd_fixture_stats(const struct rsd_fixture *f, struct rsd_stats *out)
{
	rsd_core_stats_read(f->lc->stats, out);
}

uint64_t
rsd_fixture_count(const struct rsd_fixture *f, enum rsd_counter c)
{
	return f->lc->stats->counter[c];
}

unsigned int
rsd_fixture_turn(struct rsd_fixture *f)
{
	unsigned int taken = 0, nb;

	while ((nb = rsd_lcore_turn(f->lc)) != 0)
		taken += nb;
	return taken;
}

/* -- frames ---------------------------------------------------------------------------------- */

void
rsd_fixture_push(struct rsd_fixture *f, unsigned int port, struct rte_mbuf *m)
{
	if (rte_ring_enqueue(dev[port].rx, m) != 0)
		give_up("the receive ring is full");
	f->nb_pushed++;
}

struct rte_mbuf *
rsd_fixture_pull(struct rsd_fixture *f, unsigned int port)
{
	void *m;

	while (rte_ring_dequeue(dev[port].tx, &m) == 0) {
		if (m != &blocker) {
			f->nb_pulled++;
			return m;
		}
		f->nb_blocked--;
	}
	return NULL;
}

/* -- the end --------------------------------------------------------------------------------- */

static unsigned int
empty_rings(struct rsd_fixture *f)
{
	struct rte_mbuf *m;
	unsigned int i, nb = 0;
	void *p;

	for (i = 0; i < RSD_FIXTURE_PORTS; i++) {
		for (; (m = rsd_fixture_pull(f, i)) != NULL; nb++)
			rte_pktmbuf_free(m);
		for (; rte_ring_dequeue(dev[i].rx, &p) == 0; nb++)
			rte_pktmbuf_free(p);
	}
	for (; rte_ring_dequeue(f->lc->returns, &p) == 0; nb++)
		rte_pktmbuf_free((void *)((uintptr_t)p & ~RSD_RETURN_VERDICT));
	return nb;
}

static int64_t
frames_counted(const struct rsd_stats *st)
{
	int64_t nb = 0;
	unsigned int c;

	for (c = 0; c < RSD_C_MAX; c++) {
		enum rsd_counter_kind kind = rsd_counter_info(c)->kind;

		if (kind == RSD_KIND_END || kind == RSD_KIND_DROP || kind == RSD_KIND_IN)
			nb += (int64_t)st->counter[c];
		else if (kind == RSD_KIND_OUT)
			nb -= (int64_t)st->counter[c];
	}
	return nb;
}

static uint64_t
moved(const struct rsd_custody *c)
{
	struct rsd_custody_totals t = { 0 };
	uint64_t nb = 0;
	unsigned int p;

	rsd_custody_add_totals(c, &t);
	for (p = 0; p < RSD_PLACES; p++)
		nb += t.place[p].moved + t.place[p].remapped;
	return nb;
}

static void
release(struct rsd_fixture *f)
{
	unsigned int i;

	if (f->drain != NULL)
		rte_eth_remove_tx_callback(dev[0].id, 0, f->drain);
	rsd_sock_table_destroy(f->table);
	for (i = 0; i < f->nb_socks; i++)
		free(f->sock[i]);
	rte_ring_free(f->lc->returns);
	rsd_custody_free(f->lc->custody);
	free(f->lc->stats);
	free(f->lc->sock_stats);
	free(f->lc);
	free(f->port);
}

void
rsd_fixture_findings(struct rsd_fixture *f, struct rsd_findings *out)
{
	struct rsd_stats st;
	struct rsd_books books;

	memset(out, 0, sizeof(*out));
	rsd_fixture_stats(f, &st);
	rsd_books_from(&st, &books);
	out->gap = books.gap;
	out->uncounted = (int64_t)f->nb_pushed - frames_counted(&st);
	out->copied = st.counter[RSD_C_payload_copied];
	if (f->lc->custody != NULL)
		out->moved = moved(f->lc->custody);
	out->left = empty_rings(f);
	rsd_pool_check(&out->pool);
	release(f);
}

void
rsd_fixture_close(struct rsd_fixture *f)
{
	struct rsd_findings x;

	rsd_fixture_findings(f, &x);
	RSD_CHECK(x.gap == 0, "the books are off by %" PRId64, x.gap);
	RSD_CHECK(x.uncounted == 0, "%" PRId64 " frames in no counter", x.uncounted);
	RSD_CHECK(x.copied == 0, "%" PRIu64 " payload bytes copied", x.copied);
	RSD_CHECK(x.moved == 0, "%" PRIu64 " payloads moved", x.moved);
	RSD_CHECK(x.left == 0, "%" PRIu64 " frames left in a ring", x.left);
	RSD_CHECK(x.pool.absent + x.pool.freed_twice + x.pool.dirty == 0,
		"pool: %u absent, %u freed twice, %u dirty: %s", x.pool.absent, x.pool.freed_twice,
		x.pool.dirty, x.pool.first);
}
