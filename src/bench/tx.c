/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <rte_cycles.h>
#include <rte_pause.h>

#include "bench/gap.h"
#include "bench/sink.h"
#include "bench/tx.h"
#include "wire/csum.h"

#define HEADERS    42
#define GIVE_UP_NS 50000000
#define DRAIN_NS   20000000
#define OWN_NS     300000000
/* Two readings of the clock in the waiting loop lie further apart only if something came between.
 */
#define TURN_NS 1000

struct rsd_tx {
	struct rsd_net *net;
	struct rsd_tx_conf conf;
	int fd;
	bool has_sink;
	struct rsd_sink sink;
	uint64_t next;  /* number */
	rsd_csum_t sum; /* of a frame's UDP, but for its number and its source port */
	double ns_per_cycle;
	uint8_t *frames;
	uint32_t frame_bytes, slot_bytes;
	struct mmsghdr msg[RSD_TX_BATCH];
	struct iovec iov[RSD_TX_BATCH];
};

static uint64_t
clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int
fail(struct rsd_net *n, int err, const char *what)
{
	snprintf(n->why, sizeof(n->why), "%s: %s", what, strerror(err));
	return -err;
}

static void
put16(uint8_t *p, uint16_t v)
{
	rsd_store16(p, rte_cpu_to_be_16(v));
}

/* All but MACs, number, source port and UDP checksum. */
static void
write_template(struct rsd_tx *tx, uint8_t *f)
{
	const uint16_t udp_len = (uint16_t)(tx->conf.payload + 8);
	uint8_t *ip = f + 14, *udp = ip + 20;
	uint32_t i;

	put16(f + 12, ETHERTYPE_IP);
	put16(ip, 0x4500);
	put16(ip + 2, (uint16_t)(udp_len + 20));
	put16(ip + 6, 0x4000); /* DF: the identification is free (RFC 6864) */
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	rsd_store32(ip + 12, inet_addr(RSD_NET_CLIENT_IP));
	rsd_store32(ip + 16, inet_addr(RSD_NET_SERVER_IP));
	rsd_store16(ip + 10, (uint16_t)~rsd_csum_fold(rsd_csum_ip4_header(ip)));
	put16(udp + 2, tx->conf.port);
	put16(udp + 4, udp_len);
	for (i = 8; i < tx->conf.payload; i++)
		udp[8 + i] = (uint8_t)i;
	tx->sum = rsd_csum_bytes(udp, udp_len, rsd_csum_udp4_pseudo(udp));
}

static void
number_frame(struct rsd_tx *tx, uint8_t *f, uint64_t number)
{
	const uint32_t run = tx->conf.run != 0 ? tx->conf.run : 1;
	uint8_t *udp = f + 34;
	uint16_t source, sum;

	source = rte_cpu_to_be_16((uint16_t)(RSD_TX_FIRST_PORT + number / run % tx->conf.flows));
	rsd_store16(udp, source);
	rsd_store64(udp + 8, number);
	sum = (uint16_t)~rsd_csum_fold(rsd_csum_add(rsd_csum_add(tx->sum, number), source));
	rsd_store16(udp + 6, sum != 0 ? sum : 0xffff);
}

static int
make_frames(struct rsd_tx *tx, const uint8_t *to, const uint8_t *from)
{
	uint32_t i;
	uint8_t *f;

	tx->frame_bytes = HEADERS + tx->conf.payload;
	tx->slot_bytes = ((tx->frame_bytes + 63) / 64 | 1) * 64;
	tx->frames = aligned_alloc(64, (size_t)RSD_TX_BATCH * tx->slot_bytes);
	if (tx->frames == NULL)
		return -ENOMEM;
	memset(tx->frames, 0, (size_t)RSD_TX_BATCH * tx->slot_bytes);
	for (i = 0; i < RSD_TX_BATCH; i++) {
		f = tx->frames + (size_t)i * tx->slot_bytes;
		memcpy(f, to, 6);
		memcpy(f + 6, from, 6);
		write_template(tx, f);
		tx->iov[i] = (struct iovec){ .iov_base = f, .iov_len = tx->frame_bytes };
		tx->msg[i].msg_hdr.msg_iov = &tx->iov[i];
		tx->msg[i].msg_hdr.msg_iovlen = 1;
	}
	return 0;
}

static int
mac_of(int fd, const char *dev, uint8_t mac[6])
{
	struct ifreq req = { 0 };

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", dev);
	if (ioctl(fd, SIOCGIFHWADDR, &req) < 0)
		return -errno;
	memcpy(mac, req.ifr_hwaddr.sa_data, 6);
	return 0;
}

/* In the client's namespace. */
static int
open_socket(struct rsd_tx *tx, const char *dev, uint8_t mac[6])
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	const int one = 1;

	tx->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (tx->fd < 0)
		return -errno;
	to.sll_ifindex = (int)if_nametoindex(dev);
	if (to.sll_ifindex == 0 ||
		setsockopt(tx->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) < 0 ||
		bind(tx->fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	return mac_of(tx->fd, dev, mac);
}

static int
open_sink(struct rsd_tx *tx, const char *dev, const char **what)
{
	const struct sockaddr_in from = { .sin_family = AF_INET,
		.sin_port = htons(tx->conf.port),
		.sin_addr.s_addr = inet_addr(RSD_NET_SERVER_IP) };
	int ret;

	if (tx->conf.no_sink)
		return 0;
	ret = rsd_sink_attach(&tx->sink, if_nametoindex(dev), tx->conf.xdp_sink, &from, what);
	tx->has_sink = ret == 0;
	return ret;
}

/* The MAC of the server's end, unless another was asked for. */
static int
target(struct rsd_net *n, const struct rsd_tx_conf *conf, uint8_t mac[6])
{
	static const uint8_t none[6];
	int back, fd, ret;

	memcpy(mac, conf->mac, 6);
	if (memcmp(mac, none, 6) != 0)
		return 0;
	back = rsd_net_enter(n, RSD_NET_SERVER);
	if (back < 0)
		return back;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ret = fd < 0 ? -errno : mac_of(fd, n->dev[RSD_NET_SERVER], mac);
	if (fd >= 0)
		close(fd);
	if (ret < 0)
		fail(n, -ret, "the MAC of the server's end");
	return rsd_net_leave(n, back) < 0 ? -EIO : ret;
}

static int
open_on(struct rsd_tx **out, struct rsd_net *n, const struct rsd_tx_conf *conf, const char *dev)
{
	const char *what = "a packet socket at the client's end";
	uint8_t to[6], from[6];
	struct rsd_tx *tx;
	int back, ret;

	if (conf->payload < RSD_TX_MIN_PAYLOAD || conf->payload > RSD_TX_MAX_PAYLOAD ||
		conf->flows == 0 || conf->flows > UINT16_MAX - RSD_TX_FIRST_PORT)
		return fail(n, EINVAL, "sizes or flows to send");
	ret = target(n, conf, to);
	tx = ret == 0 ? calloc(1, sizeof(*tx)) : NULL;
	if (tx == NULL)
		return ret < 0 ? ret : fail(n, ENOMEM, "a sender");
	tx->net = n;
	tx->conf = *conf;
	tx->fd = -1;
	back = rsd_net_enter(n, RSD_NET_CLIENT);
	ret = back < 0 ? back : open_socket(tx, dev, from);
	if (ret == 0)
		ret = make_frames(tx, to, from);
	if (ret == 0)
		ret = open_sink(tx, dev, &what);
	if (back >= 0 && ret < 0)
		fail(n, -ret, what);
	if (back >= 0 && rsd_net_leave(n, back) < 0)
		ret = -EIO;
	if (ret < 0)
		rsd_tx_close(tx);
	else
		*out = tx;
	return ret;
}

int
rsd_tx_open(struct rsd_tx **tx, struct rsd_net *n, const struct rsd_tx_conf *conf)
{
	return open_on(tx, n, conf, n->dev[RSD_NET_CLIENT]);
}

void
rsd_tx_close(struct rsd_tx *tx)
{
	int back;

	if (tx->has_sink) {
		back = rsd_net_enter(tx->net, RSD_NET_CLIENT);
		rsd_sink_detach(&tx->sink);
		if (back >= 0)
			rsd_net_leave(tx->net, back);
	}
	if (tx->fd >= 0)
		close(tx->fd);
	free(tx->frames);
	free(tx);
}

/* A planted fault: how many frames there are up to the next that is not sent. 0: it is this one. */
static uint32_t
until_drop(const struct rsd_tx *tx)
{
	uint64_t every = tx->conf.drop_every;

	return every == 0 ? RSD_TX_BATCH : (uint32_t)(every - 1 - tx->next % every);
}

/* Send n frames; fewer when the device has no room. Returns how many, or -errno. */
static int
send_some(struct rsd_tx *tx, uint32_t n, struct rsd_tx_result *r)
{
	uint32_t i;
	int sent;

	n = RTE_MIN(n, until_drop(tx));
	if (n == 0) {
		if (tx->has_sink)
			rsd_sink_forget(&tx->sink, tx->next);
		tx->next++;
		r->sent++;
		return 1;
	}
	for (i = 0; i < n; i++)
		number_frame(tx, tx->iov[i].iov_base, tx->next + i);
	sent = sendmmsg(tx->fd, tx->msg, n, 0);
	if (sent < 0) {
		if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			return -errno;
		r->refused++;
		return 0;
	}
	for (i = 0; i < (uint32_t)sent && tx->has_sink; i++)
		rsd_sink_forget(&tx->sink, tx->next + i);
	tx->next += (uint32_t)sent;
	r->sent += (uint32_t)sent;
	return sent;
}

/* How many may be sent now. Answers that are missing for too long are not waited for any more. */
struct pace {
	uint64_t answers, since; /* answers there were, and when that changed: TSC */
	uint64_t patience, turn; /* TSC cycles */
	struct rsd_gap gap;
	uint64_t waited;
};

static uint32_t
room(struct rsd_tx *tx, struct pace *p, struct rsd_tx_result *r, uint64_t before)
{
	uint64_t now = rte_rdtsc(), answers, gone;

	if (tx->conf.outstanding == 0)
		return RSD_TX_BATCH;
	answers = rsd_sink_new(&tx->sink) - before;
	if (answers != p->answers) {
		p->answers = answers;
		p->since = now;
	}
	gone = answers + r->given_up;
	gone = gone < r->sent ? gone : r->sent;
	if (r->sent - gone >= tx->conf.outstanding && now - p->since > p->patience) {
		r->given_up += r->sent - gone;
		p->since = now;
		return RSD_TX_BATCH;
	}
	return (uint32_t)RTE_MIN((uint64_t)RSD_TX_BATCH,
		tx->conf.outstanding - RTE_MIN(r->sent - gone, tx->conf.outstanding));
}

/* A turn in which nothing could be sent. What the kernel did in between is its work, not waiting.
 */
static void
wait_turn(struct pace *p)
{
	uint64_t last = p->gap.last, now = rte_rdtsc();

	if (last != 0 && now - last < p->turn)
		p->waited += now - last;
	rsd_gap_turn(&p->gap, now);
	rte_pause();
}

static int
send_for(struct rsd_tx *tx, uint64_t for_ns, struct rsd_tx_result *r, uint64_t before)
{
	const double hz = 1e9 / tx->ns_per_cycle;
	const uint64_t begin = rte_rdtsc(), length = (uint64_t)((double)for_ns * hz / 1e9);
	struct pace p = { .since = begin,
		.patience = (uint64_t)(hz * GIVE_UP_NS / 1e9),
		.turn = (uint64_t)(hz * TURN_NS / 1e9),
		.gap = rsd_gap_begin((uint64_t)hz) };
	uint32_t n;
	int ret;

	while (rte_rdtsc() - begin < length) {
		n = room(tx, &p, r, before);
		if (n == 0) {
			wait_turn(&p);
			continue;
		}
		p.gap.last = 0; /* a system call is no gap */
		ret = send_some(tx, n, r);
		if (ret < 0)
			return ret;
	}
	r->waited_ns = (uint64_t)((double)p.waited * tx->ns_per_cycle);
	r->gaps = p.gap.nb;
	r->longest_gap_ns = (uint64_t)((double)p.gap.longest * tx->ns_per_cycle);
	return 0;
}

static void
drain(struct rsd_tx *tx, const struct rsd_tx_result *r, uint64_t before)
{
	const struct timespec moment = { .tv_nsec = 100000 };
	uint64_t end = clock_ns(CLOCK_MONOTONIC) + DRAIN_NS;

	while (rsd_sink_new(&tx->sink) - before < r->sent && clock_ns(CLOCK_MONOTONIC) < end)
		nanosleep(&moment, NULL);
}

static double
measure_cycle(void)
{
	uint64_t ns = clock_ns(CLOCK_MONOTONIC_RAW), tsc = rte_rdtsc(), now;

	do
		now = clock_ns(CLOCK_MONOTONIC_RAW);
	while (now - ns < 5000000);
	return (double)(now - ns) / (double)(rte_rdtsc() - tsc);
}

int
rsd_tx_run(struct rsd_tx *tx, uint64_t for_ns, struct rsd_tx_result *r)
{
	uint64_t before = 0, again = 0;
	cpu_set_t home, here;
	int ret;

	*r = (struct rsd_tx_result){ 0 };
	if (tx->has_sink) {
		before = rsd_sink_new(&tx->sink);
		again = rsd_sink_again(&tx->sink);
	}
	if (tx->ns_per_cycle == 0)
		tx->ns_per_cycle = measure_cycle();
	sched_getaffinity(0, sizeof(home), &home);
	CPU_ZERO(&here);
	CPU_SET((unsigned int)(tx->conf.cpu >= 0 ? tx->conf.cpu : 0), &here);
	if (tx->conf.cpu >= 0 && sched_setaffinity(0, sizeof(here), &here) < 0)
		return fail(tx->net, errno, "the sender's CPU");
	r->wall_ns = clock_ns(CLOCK_MONOTONIC);
	r->cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	ret = send_for(tx, for_ns, r, before);
	r->cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - r->cpu_ns;
	r->wall_ns = clock_ns(CLOCK_MONOTONIC) - r->wall_ns;
	sched_setaffinity(0, sizeof(home), &home);
	if (ret < 0)
		return fail(tx->net, -ret, "sending frames");
	if (tx->has_sink) {
		drain(tx, r, before);
		r->answered = rsd_sink_new(&tx->sink) - before;
		r->again = rsd_sink_again(&tx->sink) - again;
	}
	return 0;
}

int
rsd_tx_own_cost(struct rsd_net *n, const struct rsd_tx_conf *conf, double *ns)
{
	struct rsd_tx_conf alone = *conf;
	struct rsd_tx_result r;
	struct rsd_tx *tx;
	int ret = rsd_net_add_drop(n);

	alone.no_sink = true;
	alone.outstanding = 0;
	if (ret == 0)
		ret = open_on(&tx, n, &alone, RSD_NET_DROP);
	if (ret < 0)
		return ret;
	ret = rsd_tx_run(tx, OWN_NS, &r);
	rsd_tx_close(tx);
	if (ret == 0 && r.sent == 0)
		return fail(n, EIO, "sending to an interface that drops");
	*ns = ret == 0 ? (double)r.cpu_ns / (double)r.sent : 0;
	return ret;
}
