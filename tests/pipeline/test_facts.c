/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the facts say of drivers that need neither privileges nor the kernel's network, each against
 * what one frame was seen to do: in how many places its payload lies before and after a burst.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_ethdev.h>

#include "support/cunit_runner.h"
#include "support/observe.h"

static char dir[] = "/tmp/ringside-facts.XXXXXX";

/* Devargs with the scratch directory in it, where there is a %s. */
static const char *
in_dir(const char *form)
{
	static char text[512];
	const char *at = form;
	size_t used = 0;

	for (; *at != '\0' && used + sizeof(dir) < sizeof(text); at++)
		if (*at == '@')
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s", dir);
		else
			text[used++] = *at;
	text[used] = '\0';
	return text;
}

static void
wait_for_link(int port)
{
	uint64_t end = rte_get_timer_cycles() + 20 * rte_get_timer_hz();
	struct rte_eth_link link = { .link_status = RTE_ETH_LINK_DOWN };

	while (port >= 0 && rte_eth_link_get_nowait((uint16_t)port, &link) == 0 &&
		link.link_status != RTE_ETH_LINK_UP && rte_get_timer_cycles() < end)
		;
	RSD_CHECK(link.link_status == RTE_ETH_LINK_UP, "port %d has no link", port);
}

#define PLACES(o, want) \
	RSD_CHECK((o)->nb == (want), "%d places, not %d: %s", (o)->nb, (want), rsd_obs_text(o))

static void
test_ring(void)
{
	int port = rsd_obs_port("net_ring0");
	struct rsd_driver_facts f;
	struct rte_mbuf *m, *got;
	struct rsd_obs o;

	if (port < 0)
		return;
	rsd_obs_new(&o);
	m = rsd_obs_mbuf(&o);
	rsd_obs_tx(port, m);
	got = rsd_obs_rx(port);
	RSD_CHECK(got == m, "%p came, %p was given", (void *)got, (void *)m);
	rsd_obs_look(&o);
	PLACES(&o, 1);
	RSD_CHECK(rsd_obs_in_mbuf(&o, m) != NULL, "elsewhere: %s", rsd_obs_text(&o));
	rsd_obs_facts(port, o.nb - 1, o.nb - 1);
	rsd_driver_facts_of((uint16_t)port, &f);
	RSD_CHECK(f.rx_remaps == 1 && f.tx_remaps == 1, "the pointer changed hands");
	rte_pktmbuf_free(got);
	rsd_obs_port_close(port);
}

/* A buffer that was written before comes back from the driver: did it write it again? */
static int
null_writes(int port)
{
	struct rte_mbuf *m, *got;
	struct rsd_obs o;
	int writes;

	rsd_obs_new(&o);
	m = rsd_obs_rx_mbuf(&o);
	rte_pktmbuf_free(m);
	got = rsd_obs_rx(port);
	RSD_CHECK(got == m, "another buffer than the one freed last");
	if (got == NULL)
		return -1;
	got->data_len = got->pkt_len = RSD_OBS_FRAME;
	writes = !rsd_obs_mbuf_has(&o, got);
	rte_pktmbuf_free(got);
	return writes;
}

static void
null_one(const char *devargs)
{
	int port = rsd_obs_port(devargs), rx;
	struct rsd_obs o;

	if (port < 0)
		return;
	rx = null_writes(port);
	rsd_obs_new(&o);
	rsd_obs_tx(port, rsd_obs_mbuf(&o));
	rsd_obs_look(&o);
	rsd_obs_facts(port, rx, o.nb - 1);
	rsd_obs_port_close(port);
}

static void
test_null(void)
{
	null_one("net_null0,size=600");
	null_one("net_null1,size=600,copy=1");
	null_one("net_null2,size=600,copy=0");
}

static void
put(FILE *f, const struct rsd_obs *o)
{
	const uint32_t file[] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1 };
	const uint32_t packet[] = { 0, 0, RSD_OBS_FRAME, RSD_OBS_FRAME };
	uint8_t frame[RSD_OBS_FRAME];

	rsd_obs_fill(o, frame);
	fwrite(file, sizeof(file), 1, f);
	fwrite(packet, sizeof(packet), 1, f);
	fwrite(frame, sizeof(frame), 1, f);
	fflush(f);
	memset(frame, 0, sizeof(frame));
	__asm__ volatile("" : : "r"(frame) : "memory");
}

/* A capture of one frame; what the C library keeps of it is gone. */
static void
make_capture(const char *path, const struct rsd_obs *o)
{
	static char room[8192];
	FILE *f = fopen(path, "we");

	RSD_CHECK(f != NULL, "%s cannot be written", path);
	if (f == NULL)
		return;
	setvbuf(f, room, _IOFBF, sizeof(room));
	put(f, o);
	fclose(f);
	memset(room, 0, sizeof(room));
}

/* Is the marker in the file? */
static bool
is_in_file(const char *path, const struct rsd_obs *o)
{
	static uint8_t text[8192];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text)) : -1;
	bool is_there = n > 0 && memmem(text, (size_t)n, o->marker, RSD_OBS_MARKER) != NULL;

	if (fd >= 0)
		close(fd);
	memset(text, 0, sizeof(text));
	return is_there;
}

/*
 * Out of the file the kernel copies once, by read(); every other copy makes one more place here. In
 * the end all that went out lies in the file, whence the kernel's copy is one more again.
 */
static void
test_pcap_files(void)
{
	struct rsd_obs_calls in, out;
	struct rsd_obs rx, tx;
	struct rte_mbuf *m;
	char path[128];
	int port;

	snprintf(path, sizeof(path), "%s/in.pcap", dir);
	rsd_obs_new(&rx);
	make_capture(path, &rx);
	port = rsd_obs_port(in_dir("net_pcap0,rx_pcap=@/in.pcap,tx_pcap=@/out.pcap"));
	if (port < 0)
		return;
	m = rsd_obs_rx_counted(port, &in);
	rsd_obs_look(&rx);
	RSD_CHECK(rsd_obs_in_mbuf(&rx, m) != NULL, "not in the mbuf: %s", rsd_obs_text(&rx));
	rsd_obs_new(&tx);
	rte_pktmbuf_free(m);
	rsd_obs_tx_counted(port, rsd_obs_mbuf(&tx), &out);
	rsd_obs_look(&tx);
	snprintf(path, sizeof(path), "%s/out.pcap", dir);
	RSD_CHECK(is_in_file(path, &tx), "what was sent is not in the file");
	/* Seen: 3 places and 2, the first of which was there before. */
	rsd_obs_facts(port, rx.nb, tx.nb);
	RSD_CHECK(!out.known || out.nr[SYS_write] == 1, "%u writes", out.nr[SYS_write]);
	RSD_CHECK(!out.known || out.written >= RSD_OBS_FRAME, "%lu bytes", (long)out.written);
	rsd_obs_port_close(port);
}

static void
test_pcap_endless(void)
{
	struct rsd_obs rx, tx;
	struct rte_mbuf *m;
	char path[128];
	int port, before;

	snprintf(path, sizeof(path), "%s/in.pcap", dir);
	rsd_obs_new(&rx);
	make_capture(path, &rx);
	port = rsd_obs_port(in_dir("net_pcap1,rx_pcap=@/in.pcap,infinite_rx=1"));
	if (port < 0)
		return;
	before = rsd_obs_look(&rx);
	m = rsd_obs_rx(port);
	rsd_obs_look(&rx);
	RSD_CHECK(rsd_obs_in_mbuf(&rx, m) != NULL, "not in the mbuf: %s", rsd_obs_text(&rx));
	rsd_obs_new(&tx);
	rsd_obs_tx(port, rsd_obs_mbuf(&tx));
	rsd_obs_look(&tx);
	rsd_obs_facts(port, rx.nb - before, tx.nb - 1);
	rte_pktmbuf_free(m);
	rsd_obs_port_close(port);
}

/* A frame on its way from one port to the other: how often did each end copy it? */
struct trip {
	struct rsd_obs o; /* as it was when it had been received */
	bool was_there;   /* sent and not yet received, it lay already where it was received */
	bool was_shared;  /* and in memory of memif's that both ends see */
	int tx_copies, rx_copies;
	struct rte_mbuf *got;
};

static void
go(int from, int to, struct trip *t)
{
	struct rte_mbuf *m;
	uintptr_t there[RSD_OBS_PLACES];
	unsigned int nb, i;

	memset(t, 0, sizeof(*t));
	/* A receiver that gives buffers does so when it polls. */
	RSD_CHECK_EQ(rte_eth_rx_burst((uint16_t)to, 0, &m, 1), 0);
	rsd_obs_new(&t->o);
	rsd_obs_tx(from, rsd_obs_mbuf(&t->o));
	t->tx_copies = rsd_obs_look(&t->o) - 1;
	t->was_shared = rsd_obs_in(&t->o, "memif") != NULL && rsd_obs_in(&t->o, "memif")->shared;
	nb = t->o.nb_told;
	for (i = 0; i < nb; i++)
		there[i] = t->o.place[i].addr;
	t->got = rsd_obs_rx(to);
	RSD_CHECK(rsd_obs_mbuf_has(&t->o, t->got), "not what was sent came out of port %d", to);
	t->rx_copies = rsd_obs_look(&t->o) - 1 - t->tx_copies;
	for (i = 0; i < nb && t->got != NULL; i++)
		t->was_there = t->was_there || there[i] == rte_pktmbuf_mtod_offset(t->got,
								   uintptr_t, RSD_OBS_HEADERS);
	rte_pktmbuf_free(t->got);
}

static void
test_memif_copies(void)
{
	int server = rsd_obs_port(in_dir("net_memif0,role=server,socket=@/m0,socket-abstract=no"));
	int client = rsd_obs_port(in_dir("net_memif1,role=client,socket=@/m0,socket-abstract=no"));
	struct trip up, down;

	if (server < 0 || client < 0)
		return;
	wait_for_link(client);
	wait_for_link(server);
	go(client, server, &up);
	go(server, client, &down);
	RSD_CHECK(up.was_shared && down.was_shared, "%s", rsd_obs_text(&down.o));
	rsd_obs_facts(client, down.rx_copies, up.tx_copies);
	rsd_obs_facts(server, up.rx_copies, down.tx_copies);
	PLACES(&down.o, 3);
	rsd_obs_port_close(client);
	rsd_obs_port_close(server);
}

static void
test_memif_shares(void)
{
	int server = rsd_obs_port(in_dir("net_memif2,role=server,socket=@/m1,socket-abstract=no"));
	int client = rsd_obs_port(in_dir("net_memif3,role=client,socket=@/m1,socket-abstract=no,"
					 "zero-copy=yes"));
	struct trip up, down;

	if (server < 0 || client < 0)
		return;
	wait_for_link(client);
	wait_for_link(server);
	/* The server copies out of the client's mbuf, and into the one the client receives. */
	go(client, server, &up);
	go(server, client, &down);
	RSD_CHECK(down.was_there, "the client moved it: %s", rsd_obs_text(&down.o));
	RSD_CHECK(!up.was_shared && !down.was_shared, "%s", rsd_obs_text(&down.o));
	rsd_obs_facts(client, down.rx_copies, up.tx_copies);
	rsd_obs_facts(server, up.rx_copies, down.tx_copies);
	rsd_obs_port_close(client);
	rsd_obs_port_close(server);
}

/* What is done to a frame after it was sent and before the peer looked is seen by the peer. */
static void
check_not_taken(int from, int to)
{
	struct rte_mbuf *m, *got;
	struct rsd_obs o;

	rsd_obs_new(&o);
	m = rsd_obs_mbuf(&o);
	rsd_obs_tx(from, m);
	rte_pktmbuf_mtod_offset(m, uint8_t *, RSD_OBS_HEADERS)[0] ^= 0xff;
	got = rsd_obs_rx(to);
	o.marker[0] ^= 0xff;
	RSD_CHECK(rsd_obs_mbuf_has(&o, got), "the peer has the bytes from before");
	rte_pktmbuf_free(got);
}

static void
check_no_calls(int user, int vhost)
{
	struct rsd_obs_calls in, out;
	struct rte_mbuf *got;
	struct rsd_obs o;

	rsd_obs_new(&o);
	rsd_obs_tx_counted(user, rsd_obs_mbuf(&o), &out);
	rte_pktmbuf_free(rsd_obs_rx(vhost));
	rsd_obs_new(&o);
	rsd_obs_tx(vhost, rsd_obs_mbuf(&o));
	got = rsd_obs_rx_counted(user, &in);
	RSD_CHECK(rsd_obs_mbuf_has(&o, got), "not what was sent");
	RSD_CHECK(!in.known || in.all == 0, "%u system calls to receive a frame", in.all);
	RSD_CHECK(!out.known || out.all == 0, "%u system calls to send a frame", out.all);
	rte_pktmbuf_free(got);
}

static void
test_virtio(void)
{
	int vhost = rsd_obs_port(in_dir("net_vhost0,iface=@/v0")), user = -1;
	struct trip out, in;

	if (vhost >= 0)
		user = rsd_obs_port(in_dir("net_virtio_user0,path=@/v0,mac=02:00:00:00:00:07"));
	if (user < 0)
		return;
	wait_for_link(vhost);
	go(user, vhost, &out);
	go(vhost, user, &in);
	/* The peer had copied it into the very mbuf that virtio-user received. */
	RSD_CHECK(in.was_there, "virtio-user moved it: %s", rsd_obs_text(&in.o));
	rsd_obs_facts(user, in.rx_copies, out.tx_copies);
	rsd_obs_facts(vhost, out.rx_copies, in.tx_copies);
	check_not_taken(user, vhost);
	check_no_calls(user, vhost);
	rsd_obs_port_close(user);
	rsd_obs_port_close(vhost);
}

/* A device made of others: nobody has looked into it, and what it copies is not guessed. */
static void
test_unknown(void)
{
	int port = rsd_obs_port("net_failsafe0,dev(net_null9,size=64)");
	struct rsd_driver_facts f;

	if (port < 0)
		return;
	rsd_obs_facts(port, -1, -1);
	rsd_driver_facts_of((uint16_t)port, &f);
	RSD_CHECK(strcmp(f.driver, "net_failsafe") == 0, "driver %s", f.driver);
	RSD_CHECK(f.rx_dma == -1 && f.tx_remaps == -1, "unknown is not none");
	rsd_obs_port_close(port);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "net_ring: the very mbuf, and one place", test_ring },
		{ "net_null: nothing, and with copy=1 one each way", test_null },
		{ "net_pcap: from a file and to a file", test_pcap_files },
		{ "net_pcap: a file without end, and nowhere to send", test_pcap_endless },
		{ "net_memif: shared memory between two mbufs", test_memif_copies },
		{ "a driver nobody has looked into", test_unknown },
		{ "net_virtio_user and net_vhost: one copies for both", test_virtio },
		/* The last: closing it, the driver also closes a file that is EAL's. */
		{ "net_memif: a client whose mbufs the server writes", test_memif_shares },
	};
	char command[64];
	int ret;

	if (mkdtemp(dir) == NULL)
		return EXIT_FAILURE;
	rsd_obs_start();
	ret = rsd_test_run("facts", tests, RTE_DIM(tests));
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command) == 0 ? ret : EXIT_FAILURE;
}
