/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/syscall.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_pause.h>

#include "bench/dp.h"
#include "bench/dp_parse.h"
#include "bench/dp_peer.h"
#include "bench/gap.h"
#include "wire/csum.h"

#define HEADERS    42
#define BATCH      32
#define BUFFERS    4095
#define CACHE      256
#define GIVE_UP_MS 50
#define SILENCE_MS 100
#define LINK_S     10
#define NUMBERS    65536u /* remembered at a time: more than can be under way */

struct peer {
	struct rte_mempool *in, *out; /* buffers that come and ones that hold a payload already */
	uint16_t port_id, port;
	uint16_t payload, flows;
	rsd_csum_t sum; /* of UDP, but for number and source port */
	uint64_t next;
	uint8_t headers[HEADERS];
	uint32_t under_way[NUMBERS]; /* by number: its lower half and IS_OUT; 0: it came back */
};

#define IS_OUT (UINT32_C(1) << 31)

static struct peer peer;

static int
fail(const char *what)
{
	fprintf(stderr, "%s\n", what);
	return 1;
}

/* -- frames ------------------------------------------------------------------------------------ */

static void
put16(uint8_t *p, uint16_t v)
{
	rsd_store16(p, rte_cpu_to_be_16(v));
}

static void
write_headers(struct peer *p)
{
	static const uint8_t macs[12] = { 0x02, 0x00, 0x00, 0x96, 0x00, 0x02, 0x02, 0x00, 0x00,
		0x96, 0x00, 0x01 };
	uint8_t *f = p->headers, *ip = f + 14, *udp = ip + 20, number[8] = { 0 };
	const uint16_t udp_len = (uint16_t)(p->payload + 8);
	uint32_t i;

	memset(f, 0, HEADERS);
	memcpy(f, macs, sizeof(macs));
	put16(f + 12, RTE_ETHER_TYPE_IPV4);
	put16(ip, 0x4500);
	put16(ip + 2, (uint16_t)(udp_len + 20));
	put16(ip + 6, 0x4000);
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	rsd_store32(ip + 12, inet_addr(RSD_NET_CLIENT_IP));
	rsd_store32(ip + 16, inet_addr(RSD_NET_SERVER_IP));
	rsd_store16(ip + 10, (uint16_t)~rsd_csum_fold(rsd_csum_ip4_header(ip)));
	put16(udp + 2, p->port);
	put16(udp + 4, udp_len);
	p->sum = rsd_csum_bytes(udp, 8, rsd_csum_udp4_pseudo(udp));
	p->sum = rsd_csum_bytes(number, sizeof(number), p->sum);
	for (i = 8; i < p->payload; i++)
		p->sum = rsd_csum_add(
			p->sum, i % 2 == 0 ? rte_cpu_to_be_16((uint16_t)((i & 0xff) << 8))
					   : rte_cpu_to_be_16((uint16_t)(i & 0xff)));
}

/* The payload behind the number never changes, so it is written once. */
static void
write_payload(struct rte_mempool *mp, void *arg, void *obj, unsigned int at)
{
	struct rte_mbuf *m = obj;
	uint8_t *payload = (uint8_t *)m->buf_addr + RTE_PKTMBUF_HEADROOM + HEADERS;
	uint32_t i;

	(void)mp, (void)arg, (void)at;
	for (i = 0; i + HEADERS + RTE_PKTMBUF_HEADROOM < m->buf_len; i++)
		payload[i] = (uint8_t)i;
}

static void
build(struct peer *p, struct rte_mbuf *m, uint64_t number)
{
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *), *udp = f + 34;
	uint16_t source = rte_cpu_to_be_16((uint16_t)(RSD_TX_FIRST_PORT + number % p->flows)), sum;

	memcpy(f, p->headers, HEADERS);
	rsd_store16(udp, source);
	rsd_store64(udp + 8, number);
	sum = (uint16_t)~rsd_csum_fold(rsd_csum_add(rsd_csum_add(p->sum, number), source));
	rsd_store16(udp + 6, sum != 0 ? sum : 0xffff);
	m->data_len = (uint16_t)(HEADERS + p->payload);
	m->pkt_len = m->data_len;
	p->under_way[number % NUMBERS] = (uint32_t)number | IS_OUT;
}

/* Returns how many the device took; what it did not take was not sent. */
static uint32_t
send_some(struct peer *p, uint32_t n, struct rsd_tx_result *r)
{
	struct rte_mbuf *m[BATCH];
	uint32_t i;
	uint16_t sent;

	if (unlikely(rte_pktmbuf_alloc_bulk(p->out, m, n) != 0)) {
		r->refused++;
		return 0;
	}
	for (i = 0; i < n; i++)
		build(p, m[i], p->next + i);
	sent = rte_eth_tx_burst(p->port_id, 0, m, (uint16_t)n);
	if (unlikely(sent < n)) {
		r->refused += sent == 0;
		rte_pktmbuf_free_bulk(&m[sent], n - sent);
	}
	for (i = sent; i < n; i++)
		p->under_way[(p->next + i) % NUMBERS] = 0;
	p->next += sent;
	r->sent += sent;
	return sent;
}

static void
take(struct peer *p, const struct rte_mbuf *m, struct rsd_tx_result *r)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	uint64_t number;

	if (unlikely(m->data_len != HEADERS + p->payload ||
		     rsd_load16(f + 12) != RTE_BE16(RTE_ETHER_TYPE_IPV4) || f[23] != IPPROTO_UDP))
		return; /* somebody asks by ARP, say */
	number = rsd_load64(f + HEADERS);
	if (likely(p->under_way[number % NUMBERS] == ((uint32_t)number | IS_OUT))) {
		p->under_way[number % NUMBERS] = 0;
		r->answered++;
	} else {
		r->again++;
	}
}

static uint32_t
receive(struct peer *p, struct rsd_tx_result *r)
{
	struct rte_mbuf *m[BATCH];
	uint16_t n = rte_eth_rx_burst(p->port_id, 0, m, BATCH), i;

	for (i = 0; i < n; i++)
		rte_prefetch0(rte_pktmbuf_mtod(m[i], void *));
	for (i = 0; i < n; i++)
		take(p, m[i], r);
	rte_pktmbuf_free_bulk(m, n);
	return n;
}

/* -- a run ------------------------------------------------------------------------------------- */

struct run {
	uint64_t length; /* TSC cycles */
	uint32_t outstanding, rate;
	bool is_answered;
	uint64_t begin, heard; /* TSC: when something came last */
};

static uint32_t
room(const struct run *run, struct rsd_tx_result *r, uint64_t now)
{
	const uint64_t hz = rte_get_tsc_hz();
	uint64_t due, gone, out;

	if (run->rate != 0) {
		due = (uint64_t)((double)(now - run->begin) * run->rate / (double)hz);
		return due > r->sent ? (uint32_t)RTE_MIN(due - r->sent, (uint64_t)BATCH) : 0;
	}
	if (run->outstanding == 0 || !run->is_answered)
		return BATCH;
	gone = RTE_MIN(r->answered + r->given_up, r->sent);
	out = r->sent - gone;
	if (out >= run->outstanding && now - run->heard > hz / 1000 * GIVE_UP_MS) {
		r->given_up += out;
		return BATCH;
	}
	return out >= run->outstanding ? 0
				       : (uint32_t)RTE_MIN(run->outstanding - out, (uint64_t)BATCH);
}

static void
drain(struct peer *p, const struct run *run, struct rsd_tx_result *r)
{
	uint64_t heard = rte_rdtsc();

	while (run->is_answered && r->answered < r->sent &&
		rte_rdtsc() - heard < rte_get_tsc_hz() / 1000 * SILENCE_MS)
		if (receive(p, r) != 0)
			heard = rte_rdtsc();
}

static void
run_for(struct peer *p, struct run *run, struct rsd_tx_result *r)
{
	const double ns = 1e9 / (double)rte_get_tsc_hz();
	struct rsd_gap gap = rsd_gap_begin(rte_get_tsc_hz());
	uint64_t now = rte_rdtsc();
	uint32_t n;

	*r = (struct rsd_tx_result){ 0 };
	run->begin = run->heard = now;
	for (; now - run->begin < run->length; now = rte_rdtsc()) {
		rsd_gap_turn(&gap, now);
		n = room(run, r, now);
		if (n != 0)
			send_some(p, n, r);
		if (receive(p, r) != 0)
			run->heard = now;
	}
	r->wall_ns = (uint64_t)((double)(now - run->begin) * ns);
	r->gaps = gap.nb;
	r->longest_gap_ns = (uint64_t)((double)gap.longest * ns);
	drain(p, run, r);
}

/* -- the process ------------------------------------------------------------------------------- */

static bool
link_comes_up(const struct peer *p)
{
	const uint64_t end = rte_rdtsc() + rte_get_tsc_hz() * LINK_S;
	struct rte_eth_link link = { 0 };

	do {
		if (rte_eth_link_get_nowait(p->port_id, &link) == 0 &&
			link.link_status == RTE_ETH_LINK_UP)
			return true;
		rte_delay_us_sleep(1000);
	} while (rte_rdtsc() < end);
	return false;
}

static int
answer(struct peer *p, const char *line)
{
	uint64_t ns;
	uint32_t outstanding, rate, answered;
	struct rsd_tx_result r;
	char text[256];

	if (strcmp(line, "link\n") == 0) {
		puts(link_comes_up(p) ? "up" : "down");
	} else if (sscanf(line, "load %" SCNu16 " %" SCNu16, &p->payload, &p->flows) == 2) {
		if (p->payload < RSD_TX_MIN_PAYLOAD || p->flows == 0)
			return fail("a load that cannot be");
		write_headers(p);
		puts("ok");
	} else if (sscanf(line, "run %" SCNu64 " %" SCNu32 " %" SCNu32 " %" SCNu32, &ns,
			   &outstanding, &rate, &answered) == 4) {
		struct run run = {
			.length = (uint64_t)((double)ns * (double)rte_get_tsc_hz() / 1e9),
			.outstanding = outstanding,
			.rate = rate,
			.is_answered = answered != 0,
		};

		run_for(p, &run, &r);
		rsd_dp_tell_peer(text, sizeof(text), &r);
		puts(text);
	} else {
		return fail("a command that is not known");
	}
	return fflush(stdout) == 0 ? 0 : 1;
}

static bool
start(struct peer *p)
{
	const struct rte_eth_conf conf = { 0 };
	const int node = SOCKET_ID_ANY;
	uint16_t nb_rx = RSD_DP_RING, nb_tx = RSD_DP_RING;

	if (rte_eth_dev_count_avail() != 1)
		return false;
	p->port_id = (uint16_t)rte_eth_find_next(0);
	p->in = rte_pktmbuf_pool_create("in", BUFFERS, CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE, node);
	p->out = rte_pktmbuf_pool_create("out", BUFFERS, CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE, node);
	if (p->in == NULL || p->out == NULL)
		return false;
	rte_mempool_obj_iter(p->out, write_payload, NULL);
	return rte_eth_dev_configure(p->port_id, 1, 1, &conf) == 0 &&
	       rte_eth_dev_adjust_nb_rx_tx_desc(p->port_id, &nb_rx, &nb_tx) == 0 &&
	       rte_eth_rx_queue_setup(p->port_id, 0, nb_rx, 0, NULL, p->in) == 0 &&
	       rte_eth_tx_queue_setup(p->port_id, 0, nb_tx, 0, NULL) == 0 &&
	       rte_eth_dev_start(p->port_id) == 0;
}

static void
on_wake(int number)
{
	(void)number;
}

/*
 * The thread of DPDK 22.11's vhost library waits, a second at a time, for a set of sockets that
 * ours was not in yet when it began to: a signal lets it look again. Later ones wake it themselves,
 * and have another name for it.
 */
static void
wake_vhost(void)
{
	const struct sigaction wake = { .sa_handler = on_wake };
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;
	char path[64], name[32];
	FILE *f;

	sigaction(SIGUSR1, &wake, NULL);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "/proc/self/task/%.20s/comm", entry->d_name);
		f = fopen(path, "r");
		if (f == NULL)
			continue;
		if (fgets(name, sizeof(name), f) != NULL && strcmp(name, "vhost-events\n") == 0)
			syscall(SYS_tgkill, getpid(), atoi(entry->d_name), SIGUSR1);
		fclose(f);
	}
	if (dir != NULL)
		closedir(dir);
}

int
rsd_dp_peer_main(int argc, char **argv)
{
	int used = rte_eal_init(argc, argv), status = 0;
	char line[128];

	if (used < 0)
		return fail("EAL did not start");
	peer.port = (uint16_t)(argc > used + 1 ? atoi(argv[used + 1]) : 0);
	if (peer.port == 0 || !start(&peer))
		return fail("the port of the peer does not start");
	wake_vhost();
	puts("ready");
	fflush(stdout);
	while (status == 0 && fgets(line, sizeof(line), stdin) != NULL)
		status = answer(&peer, line);
	rte_eth_dev_stop(peer.port_id);
	rte_eth_dev_close(peer.port_id);
	rte_eal_cleanup();
	return status;
}
