/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the facts say of drivers that live on the kernel's network, each against what one frame was
 * seen to do. Runs in a network namespace of its own, with a cable or TAP interface in it; the far
 * end is a packet socket. Needs root.
 *
 * A copy into memory that this program can see is one more place of the payload. One by the kernel
 * out of it is seen otherwise: the bytes are changed right after the burst, and what arrives is
 * what they were before, or else it is not.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_ethdev.h>

#include "support/cunit_runner.h"
#include "support/observe.h"

#define QUEUE  "dev rsobs1 root tbf"
#define SUM_AT 40 /* of the UDP checksum in a frame */
#define PI     4  /* bytes the tun driver puts in front of each frame */

static bool
ran(const char *command)
{
	return system(command) == 0;
}

static bool
own_network(void)
{
	int fd;

	if (unshare(CLONE_NEWNET) != 0)
		return false;
	fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (write(fd, "1", 1) != 1)
			fprintf(stderr, "observe: IPv6 may disturb\n");
		close(fd);
	}
	return true;
}

/* The far end. */
static int
far_end(const char *iface)
{
	struct timeval patience = { .tv_sec = 10 };
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(iface) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL)), on = 1;

	if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0)
		RSD_CHECK(false, "%s: %s", iface, strerror(errno));
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

static void
far_send(int fd, const struct rsd_obs *o)
{
	uint8_t frame[RSD_OBS_FRAME];

	rsd_obs_fill(o, frame);
	RSD_CHECK_EQ(send(fd, frame, sizeof(frame), 0), sizeof(frame));
	explicit_bzero(frame, sizeof(frame));
}

/* Does the next frame of ours that arrives have the marker? And what is its UDP checksum? */
static bool
far_has_sum(int fd, const struct rsd_obs *o, uint16_t *sum)
{
	uint8_t frame[2048];
	bool has = false;
	ssize_t n;

	do {
		n = recv(fd, frame, sizeof(frame), 0);
	} while (n > 0 && (n < SUM_AT + 2 || frame[6] != 2));
	RSD_CHECK(n == RSD_OBS_FRAME, "%zd bytes arrived", n);
	memcpy(sum, frame + SUM_AT, sizeof(*sum));
	if (n > 0)
		has = rsd_obs_has(o, frame, (size_t)n);
	explicit_bzero(frame, sizeof(frame));
	return has;
}

static bool
far_has(int fd, const struct rsd_obs *o)
{
	uint16_t sum;

	return far_has_sum(fd, o, &sum);
}

static void
test_tap(void)
{
	int port = rsd_obs_port("net_tap0,iface=rsobs0"), fd;
	struct rsd_obs_calls in, out;
	struct rsd_obs rx, tx;
	struct rte_mbuf *m;

	if (port < 0 || !ran("ip link set rsobs0 up"))
		return;
	fd = far_end("rsobs0");
	rsd_obs_new(&rx);
	far_send(fd, &rx);
	m = rsd_obs_rx_counted(port, &in);
	RSD_CHECK(rsd_obs_mbuf_has(&rx, m), "not what was sent");
	rsd_obs_look(&rx);
	RSD_CHECK(rsd_obs_in_mbuf(&rx, m) != NULL, "elsewhere: %s", rsd_obs_text(&rx));
	rte_pktmbuf_free(m);
	rsd_obs_new(&tx);
	rsd_obs_tx_counted(port, rsd_obs_mbuf(&tx), &out);
	rsd_obs_look(&tx);
	RSD_CHECK(far_has(fd, &tx), "not what was sent arrived");
	/* Each byte crossed the kernel's border once, and lies nowhere else here. */
	RSD_CHECK(in.known && in.nr[SYS_readv] >= 1 && in.read == RSD_OBS_FRAME + PI,
		"%u readv, %lu bytes", in.nr[SYS_readv], (unsigned long)in.read);
	RSD_CHECK(out.known && out.nr[SYS_writev] == 1 && out.all == 1 &&
			  out.written == RSD_OBS_FRAME + PI,
		"%u writev of %u calls, %lu bytes", out.nr[SYS_writev], out.all,
		(unsigned long)out.written);
	rsd_obs_facts(port, (int)(in.read / RSD_OBS_FRAME) + rx.nb - 1,
		(int)(out.written / RSD_OBS_FRAME) + tx.nb - 1);
	close(fd);
	rsd_obs_port_close(port);
}

/* What lies before the marker becomes IPv4 and UDP, without a sum. */
static void
make_datagram(struct rte_mbuf *m)
{
	const uint8_t header[RSD_OBS_HEADERS - 12] = { 8, 0, 0x45, 0, (RSD_OBS_FRAME - 14) >> 8,
		(RSD_OBS_FRAME - 14) & 0xff, 0, 1, 0, 0, 64, 17, 0, 0, 10, 9, 0, 2, 10, 9, 0, 1, 1,
		1, 2, 2, (RSD_OBS_FRAME - 34) >> 8, (RSD_OBS_FRAME - 34) & 0xff, 0, 0 };

	memcpy(rte_pktmbuf_mtod_offset(m, uint8_t *, 12), header, sizeof(header));
	m->l2_len = 14;
	m->l3_len = 20;
	m->l4_len = 8;
	m->ol_flags |= RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_UDP_CKSUM;
}

/*
 * Asked to sum, the driver does so in a copy of the headers: the sum arrives, and the mbuf is as it
 * was. The payload is not copied for that.
 */
static void
test_tap_sums(void)
{
	int port = rsd_obs_port_with("net_tap1,iface=rsobs3",
		    RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM),
	    fd;
	uint16_t arrived = 0, *own;
	struct rte_mbuf *m;
	struct rsd_obs o;

	if (port < 0 || !ran("ip link set rsobs3 up"))
		return;
	fd = far_end("rsobs3");
	rsd_obs_new(&o);
	m = rsd_obs_mbuf(&o);
	make_datagram(m);
	own = rte_pktmbuf_mtod_offset(m, uint16_t *, SUM_AT);
	rsd_obs_tx(port, m);
	rsd_obs_look(&o);
	RSD_CHECK(o.nb == 1, "the payload was copied: %s", rsd_obs_text(&o));
	RSD_CHECK(far_has_sum(fd, &o, &arrived), "not what was sent arrived");
	RSD_CHECK(arrived != 0 && *own == 0, "sums: %#x arrived, %#x in the mbuf", arrived, *own);
	close(fd);
	rsd_obs_port_close(port);
}

/* A frame in: places. */
static int
receive(int port, int fd, struct rsd_obs *o)
{
	struct rte_mbuf *m;

	rsd_obs_new(o);
	far_send(fd, o);
	m = rsd_obs_rx(port);
	RSD_CHECK(rsd_obs_mbuf_has(o, m), "not what was sent");
	rsd_obs_look(o);
	RSD_CHECK(rsd_obs_in_mbuf(o, m) != NULL, "not in the mbuf: %s", rsd_obs_text(o));
	rte_pktmbuf_free(m);
	return o->nb;
}

/* Every place a sent frame has. */
static void
spoil(const struct rsd_obs *o)
{
	unsigned int i;

	for (i = 0; i < o->nb_told; i++)
		if (!o->place[i].again)
			rsd_obs_spoil(&o->place[i]);
}

/* Spoil it and see what arrives: 1 when the kernel had copied it by then, 0 when it had not. */
static int
kernel_had_it(int fd, const struct rsd_obs *o)
{
	spoil(o);
	return far_has(fd, o);
}

static void
test_af_packet(void)
{
	int port = rsd_obs_port("net_af_packet0,iface=rsobs1,qpairs=1,blocksz=65536,"
				"framesz=2048,framecnt=256,qdisc_bypass=1");
	struct rsd_obs_calls calls;
	struct rsd_obs rx, tx;
	int fd, in;

	if (port < 0)
		return;
	fd = far_end("rsobs2");
	in = receive(port, fd, &rx);
	RSD_CHECK(rsd_obs_in(&rx, "socket:[") != NULL, "not in the ring: %s", rsd_obs_text(&rx));
	rsd_obs_new(&tx);
	rsd_obs_tx_counted(port, rsd_obs_mbuf(&tx), &calls);
	rsd_obs_look(&tx);
	RSD_CHECK(rsd_obs_in(&tx, "socket:[") != NULL, "not in the ring: %s", rsd_obs_text(&tx));
	RSD_CHECK(calls.known && calls.nr[SYS_sendto] == 1 && calls.all == 1,
		"%u sendto of %u calls", calls.nr[SYS_sendto], calls.all);
	/* The kernel's copy in is the ring, the driver's the mbuf; and back. */
	rsd_obs_facts(port, in, tx.nb - 1 + kernel_had_it(fd, &tx));
	close(fd);
	rsd_obs_port_close(port);
}

/*
 * Through a queue that holds a frame back: it arrives as the ring was changed meanwhile. So the
 * kernel sends the ring's own pages, and its copy is made further on, towards somebody in this
 * machine.
 */
static void
test_af_packet_queued(void)
{
	struct rsd_obs first, second, third;
	int port, fd, had;

	if (!ran("tc qdisc add " QUEUE " rate 160bit burst 700 limit 3000 2>/dev/null")) {
		printf("# this kernel has no tbf: not observed where the kernel copies\n");
		return;
	}
	port = rsd_obs_port("net_af_packet1,iface=rsobs1,qpairs=1,blocksz=65536,framesz=2048,"
			    "framecnt=256,qdisc_bypass=0");
	if (port < 0)
		return;
	fd = far_end("rsobs2");
	rsd_obs_new(&first);
	rsd_obs_tx(port, rsd_obs_mbuf(&first));
	rsd_obs_new(&second);
	rsd_obs_tx(port, rsd_obs_mbuf(&second));
	rsd_obs_look(&second);
	RSD_CHECK(far_has(fd, &first), "the first was held back, too");
	spoil(&second);
	/* Let it go: the queue looks at its new rate when another comes. */
	RSD_CHECK(ran("tc qdisc change " QUEUE " rate 100mbit burst 7000 limit 9000"), "no change");
	rsd_obs_new(&third);
	rsd_obs_tx(port, rsd_obs_mbuf(&third));
	had = far_has(fd, &second);
	RSD_CHECK(!had, "the kernel had copied it when it was queued");
	RSD_CHECK(far_has(fd, &third), "what followed is not whole");
	close(fd);
	rsd_obs_port_close(port);
	RSD_CHECK(ran("tc qdisc del dev rsobs1 root"), "the queue stays");
}

static void
test_af_xdp(void)
{
	int port = rsd_obs_port("net_af_xdp0,iface=rsobs1"), fd, in, by_kernel;
	struct rsd_driver_facts f;
	struct rsd_obs rx, tx;
	struct rte_mbuf *m;

	if (port < 0)
		return;
	rsd_driver_facts_of((uint16_t)port, &f);
	RSD_CHECK(rsd_xdp_mode_get() == RSD_XDP_COPIES, "veth has another mode than copy mode");
	RSD_CHECK(strstr(f.known, "XDP_OPTIONS") != NULL, "known: %s", f.known);
	fd = far_end("rsobs2");
	/* One place: the mbuf is where the kernel copied to, and nothing lies in the rings. */
	in = receive(port, fd, &rx);
	rsd_obs_new(&tx);
	m = rsd_obs_rx_mbuf(&tx);
	rsd_obs_tx(port, m);
	rsd_obs_look(&tx);
	RSD_CHECK(rsd_obs_in_mbuf(&tx, m) != NULL, "it was moved: %s", rsd_obs_text(&tx));
	by_kernel = kernel_had_it(fd, &tx);
	rsd_obs_facts(port, in, tx.nb - 1 + by_kernel);
	/* A frame from another pool than the port's has to be copied into it first. */
	rsd_obs_new(&tx);
	rsd_obs_tx(port, rsd_obs_mbuf(&tx));
	RSD_CHECK_EQ(rsd_obs_look(&tx), 2);
	close(fd);
	rsd_obs_port_close(port);
}

static void
test_pcap_iface(void)
{
	int port = rsd_obs_port("net_pcap0,iface=rsobs1"), fd, in;
	struct rsd_obs_calls calls;
	struct rsd_obs rx, tx;

	if (port < 0)
		return;
	fd = far_end("rsobs2");
	in = receive(port, fd, &rx);
	RSD_CHECK(rsd_obs_in(&rx, "socket:[") != NULL, "not in a ring: %s", rsd_obs_text(&rx));
	rsd_obs_new(&tx);
	rsd_obs_tx_counted(port, rsd_obs_mbuf(&tx), &calls);
	RSD_CHECK(calls.known && calls.all == 1, "%u calls to send", calls.all);
	rsd_obs_look(&tx);
	rsd_obs_facts(port, in, tx.nb - 1 + kernel_had_it(fd, &tx));
	close(fd);
	rsd_obs_port_close(port);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "net_tap: every byte through readv and writev once", test_tap },
		{ "net_tap: a sum costs the headers, not the payload", test_tap_sums },
		{ "net_af_packet: ring and mbuf, each way", test_af_packet },
		{ "net_af_packet: where the kernel copies out of the ring", test_af_packet_queued },
		{ "net_af_xdp: the kernel alone copies", test_af_xdp },
		{ "net_pcap on an interface: ring, libpcap, mbuf", test_pcap_iface },
	};

	if (geteuid() != 0)
		rsd_test_skip("needs root");
	if (access("/dev/net/tun", R_OK | W_OK) != 0)
		rsd_test_skip("needs /dev/net/tun");
	if (!own_network() ||
		!ran("ip link add rsobs1 type veth peer name rsobs2 && ip link set rsobs1 up && "
		     "ip link set rsobs2 up"))
		rsd_test_skip("no network namespace or veth can be made here");
	rsd_obs_start();
	return rsd_test_run("facts", tests, RTE_DIM(tests));
}
