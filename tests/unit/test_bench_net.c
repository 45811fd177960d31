/* SPDX-License-Identifier: BSD-3-Clause */
/* Needs root: namespaces, cables, receivers and the sender at their ends. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <rte_common.h>

#include "bench/machine.h"
#include "bench/net.h"
#include "bench/rx_client.h"
#include "bench/window.h"
#include "support/cunit_runner.h"

#define PORT 7007
#define NB   200

static char exe[512];

/* A socket at the client's end. */
static int
client_socket(struct rsd_net *n)
{
	const struct timeval limit = { .tv_sec = 5 };
	const struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr.s_addr = inet_addr(RSD_NET_SERVER_IP) };
	int home = open("/proc/self/ns/net", O_RDONLY), fd;

	RSD_CHECK_EQ(setns(n->ns[RSD_NET_CLIENT], CLONE_NEWNET), 0);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	RSD_CHECK_EQ(connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	RSD_CHECK_EQ(setns(home, CLONE_NEWNET), 0);
	close(home);
	return fd;
}

/* NB datagrams there and back, one at a time. Returns how many came back as they went. */
static unsigned int
ping_pong(int fd)
{
	uint8_t out[64] = { 0 }, in[128];
	unsigned int i, good = 0;

	for (i = 0; i < NB; i++) {
		out[63] = (uint8_t)i;
		if (send(fd, out, sizeof(out), 0) == sizeof(out) &&
			recv(fd, in, sizeof(in), 0) == sizeof(out) &&
			memcmp(in, out, sizeof(out)) == 0)
			good++;
		else
			i = NB; /* no use to wait five seconds for each */
	}
	return good;
}

static void
serve(const char *name, enum rsd_net_place place)
{
	struct rsd_rxc_conf conf = { .name = name, .port = PORT, .batch = 64, .max_payload = 1472 };
	struct rsd_net_counts counts;
	struct rsd_rx_mark a, b, all, window;
	struct rsd_rxc c;
	struct rsd_net n;
	int fd, ret;

	rsd_test_row(name);
	RSD_CHECK(rsd_net_open(&n, 1500) == 0, "%s", n.why);
	ret = rsd_rxc_start(&c, &n, exe, &conf);
	if (ret == -ENOTSUP) {
		printf("# %s: %s\n", name, c.why);
		rsd_net_close(&n);
		return;
	}
	RSD_CHECK(ret == 0, "%s", c.why);
	ret = place == RSD_NET_ON_SERVER ? rsd_net_place(&n, place, 0) : 0;
	if (ret == -ENOENT) { /* in a container kernel threads cannot be seen, nor pinned */
		printf("# %s: %s cannot be found\n", name, n.why);
		rsd_rxc_stop(&c, &all);
		rsd_net_close(&n);
		return;
	}
	RSD_CHECK(ret == 0, "%s", n.why);
	fd = client_socket(&n);
	RSD_CHECK_EQ(ping_pong(fd), NB);
	RSD_CHECK(rsd_rxc_mark(&c, &a) == 0, "%s", c.why);
	RSD_CHECK_EQ(ping_pong(fd), NB);
	RSD_CHECK(rsd_rxc_mark(&c, &b) == 0, "%s", c.why);
	window = rsd_rx_mark_between(&a, &b);
	RSD_CHECK_EQ(window.datagrams, NB);
	RSD_CHECK_EQ(window.bytes, NB * 64);
	RSD_CHECK(window.wall_ns > 0 && window.tsc > 0, "no time has passed");
	RSD_CHECK(rsd_net_counts(&n, RSD_NET_CLIENT, &counts) == 0, "%s", n.why);
	RSD_CHECK(counts.tx_packets >= 2 * NB, "%u frames sent", (unsigned int)counts.tx_packets);
	RSD_CHECK(counts.rx_packets >= 2 * NB, "%u came back", (unsigned int)counts.rx_packets);
	RSD_CHECK(rsd_rxc_stop(&c, &all) == 0, "%s", c.why);
	RSD_CHECK_EQ(all.datagrams, 2 * NB);
	RSD_CHECK_EQ(all.answered, 2 * NB);
	close(fd);
	rsd_net_close(&n);
	rsd_net_close(&n);
	rsd_test_row(NULL);
}

static void
test_sockets(void)
{
	serve("recvfrom", RSD_NET_ON_SENDER);
	serve("recvmmsg", RSD_NET_ON_SERVER);
}

static void
test_frames(void)
{
	serve("tpacket-v3", RSD_NET_ON_SENDER);
	serve("af_xdp", RSD_NET_ON_SERVER);
	serve("xdp_tx", RSD_NET_ON_SENDER);
}

#ifdef RSD_HAVE_LIBBPF
#define WINDOW_NS 100000000

static const struct rsd_tx_conf tx_conf = {
	.port = PORT, .payload = 64, .flows = 16, .outstanding = 64, .cpu = -1
};

/* A window of the benchmark's own sender in front of a receiver. */
static void
window(const char *name, const struct rsd_tx_conf *conf, struct rsd_tx_result *r,
	struct rsd_rx_mark *all)
{
	struct rsd_rxc_conf rx = { .name = name,
		.port = PORT,
		.batch = 64,
		.max_payload = 1472,
		.has_peer_xdp = conf->xdp_sink };
	struct rsd_tx_conf to = *conf;
	struct rsd_rxc c;
	struct rsd_net n;
	struct rsd_tx *tx;

	rsd_test_row(name);
	memset(r, 0, sizeof(*r));
	memset(all, 0, sizeof(*all));
	if (strcmp(name, "tpacket-v3") == 0)
		memcpy(to.mac, (const uint8_t[])RSD_NET_OTHER_MAC_BYTES, 6);
	RSD_CHECK(rsd_net_open(&n, 1500) == 0, "%s", n.why);
	RSD_CHECK(rsd_tx_open(&tx, &n, &to) == 0, "%s", n.why);
	RSD_CHECK(rsd_rxc_start(&c, &n, exe, &rx) == 0, "%s", c.why);
	RSD_CHECK(rsd_tx_run(tx, WINDOW_NS, r) == 0, "%s", n.why);
	RSD_CHECK(rsd_rxc_stop(&c, all) == 0, "%s", c.why);
	rsd_tx_close(tx);
	rsd_net_close(&n);
}

static void
test_window(void)
{
	const char *const names[] = { "recvfrom", "recvmmsg", "io_uring", "tpacket-v3", "af_xdp",
		"xdp_tx" };
	struct rsd_tx_conf conf = tx_conf;
	struct rsd_tx_result r;
	struct rsd_rx_mark all;
	unsigned int i;

	for (i = 0; i < RTE_DIM(names); i++) {
		if (rsd_rx_find(names[i])->missing != NULL)
			continue;
		conf.xdp_sink = strcmp(names[i], "xdp_tx") == 0;
		window(names[i], &conf, &r, &all);
		RSD_CHECK(r.sent > 100, "only %u were sent", (unsigned int)r.sent);
		RSD_CHECK_EQ(r.answered, r.sent);
		RSD_CHECK_EQ(r.again, 0);
		RSD_CHECK_EQ(all.datagrams, r.sent);
		RSD_CHECK_EQ(all.refused, 0);
		RSD_CHECK(r.cpu_ns > 0 && r.cpu_ns <= r.wall_ns + 1000000, "%u ns of CPU in %u",
			(unsigned int)r.cpu_ns, (unsigned int)r.wall_ns);
		RSD_CHECK(r.waited_ns < r.cpu_ns, "it did nothing but wait");
	}
	rsd_test_row(NULL);
}

static void
test_lossy_sender(void)
{
	struct rsd_tx_conf conf = tx_conf;
	struct rsd_tx_result r;
	struct rsd_rx_mark all;

	conf.drop_every = 10;
	window("recvmmsg", &conf, &r, &all);
	RSD_CHECK(r.sent > 100, "only %u were sent", (unsigned int)r.sent);
	RSD_CHECK_EQ(r.sent - r.answered, r.sent / 10);
	RSD_CHECK_EQ(all.datagrams, r.answered);
	rsd_test_row(NULL);
}

/* The state of a process as ps shows it; '?' when there is none. */
static char
state_of(pid_t pid)
{
	char path[64], state = '?';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (f != NULL && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = '?';
	if (f != NULL)
		fclose(f);
	return state;
}

/* A receiver that never sleeps takes no CPU while it is not its turn. */
static void
test_arena(void)
{
	const struct rsd_arena_conf conf = { .exe = exe,
		.mtu = 1500,
		.rx = { .name = "recvfrom-spin", .port = PORT, .batch = 1, .max_payload = 1472 } };
	struct rsd_arena a;
	struct rsd_window w;
	int i;

	RSD_CHECK(rsd_arena_open(&a, &conf) == 0, "%s", a.why);
	RSD_CHECK(rsd_arena_load(&a, &tx_conf) == 0, "%s", a.why);
	for (i = 0; i < 2; i++) {
		RSD_CHECK_EQ(state_of(a.rx.proc.pid), 'T');
		RSD_CHECK(rsd_arena_window(&a, WINDOW_NS, 500, &w) == 0, "%s", a.why);
		RSD_CHECK_EQ(w.done, w.tx.sent);
		RSD_CHECK(w.loss == 0 && w.pps > 0, "loss %g, %g a second", w.loss, w.pps);
		RSD_CHECK(
			w.process_ns > 0 && w.calls >= 2, "%g ns, %g calls", w.process_ns, w.calls);
		RSD_CHECK(w.system_ns < w.busy_ns, "%g of %g ns", w.system_ns, w.busy_ns);
	}
	rsd_arena_close(&a);
	rsd_arena_close(&a);
}

static void
test_alone(void)
{
	struct rsd_tx_conf conf = tx_conf;
	struct rsd_tx_result r;
	struct rsd_net n;
	struct rsd_tx *tx;
	double ns = 0;

	RSD_CHECK(rsd_net_open(&n, 1500) == 0, "%s", n.why);
	RSD_CHECK(rsd_tx_own_cost(&n, &conf, &ns) == 0, "%s", n.why);
	RSD_CHECK(ns > 50 && ns < 50000, "a frame costs %g ns to send", ns);
	RSD_CHECK(rsd_tx_own_cost(&n, &conf, &ns) == 0, "%s", n.why);
	/* Nobody answers: what is outstanding is given up, not waited for until the end of days. */
	RSD_CHECK(rsd_tx_open(&tx, &n, &conf) == 0, "%s", n.why);
	RSD_CHECK(rsd_tx_run(tx, 2 * WINDOW_NS, &r) == 0, "%s", n.why);
	RSD_CHECK(r.given_up >= 64, "%u were given up", (unsigned int)r.given_up);
	RSD_CHECK_EQ(r.answered, 0);
	rsd_tx_close(tx);
	conf.payload = 17;
	RSD_CHECK_EQ(rsd_tx_open(&tx, &n, &conf), -EINVAL);
	rsd_net_close(&n);
}
#endif

/* Where a receiver cannot run, there is a sentence, and nothing runs. */
static void
test_cannot(void)
{
	struct rsd_rxc_conf conf = {
		.name = "msg-zerocopy", .port = PORT, .batch = 64, .workload = RSD_RX_SINK
	};
	struct rsd_rxc c;
	struct rsd_net n;

	RSD_CHECK(rsd_net_open(&n, 1500) == 0, "%s", n.why);
	RSD_CHECK_EQ(rsd_rxc_start(&c, &n, exe, &conf), -ENOTSUP);
	RSD_CHECK(strstr(c.why, "a way to send") != NULL, "why: %s", c.why);
	RSD_CHECK_EQ(c.proc.pid, 0);
	conf.name = "recvform";
	RSD_CHECK_EQ(rsd_rxc_start(&c, &n, exe, &conf), -EINVAL);
	conf = (struct rsd_rxc_conf){ .name = "recvfrom", .port = 0, .batch = 64 };
	RSD_CHECK(rsd_rxc_start(&c, &n, exe, &conf) < 0, "port 0");
	RSD_CHECK(strstr(c.why, "--port: wrong value '0'") != NULL, "why: %s", c.why);
	RSD_CHECK_EQ(c.peer.pid, 0);
	rsd_net_close(&n);
}

/* This process is where it was, and its own namespace has no new interface. */
static void
test_home(void)
{
	struct stat before, after;
	struct rsd_net n;

	RSD_CHECK_EQ(stat("/proc/self/ns/net", &before), 0);
	RSD_CHECK(rsd_net_open(&n, 9000) == 0, "%s", n.why);
	RSD_CHECK_EQ(stat("/proc/self/ns/net", &after), 0);
	RSD_CHECK_EQ(before.st_ino, after.st_ino);
	RSD_CHECK_EQ(if_nametoindex(n.dev[RSD_NET_CLIENT]), 0);
	RSD_CHECK_EQ(if_nametoindex(n.dev[RSD_NET_SERVER]), 0);
	rsd_net_close(&n);
	RSD_CHECK(rsd_net_open(&n, 10) < 0, "a cable with an MTU of 10");
	RSD_CHECK(strncmp(n.why, "ip link: ", 9) == 0, "why: %s", n.why);
	RSD_CHECK_EQ(n.ns[RSD_NET_CLIENT], -1);
	RSD_CHECK_EQ(stat("/proc/self/ns/net", &after), 0);
	RSD_CHECK_EQ(before.st_ino, after.st_ino);
}

static void
test_machine(void)
{
	struct rsd_machine m;
	json_t *o;

	rsd_machine_measure(&m);
	RSD_CHECK(m.cpu[0] != '\0' && m.kernel[0] != '\0' && m.dpdk[0] != '\0', "no names");
	RSD_CHECK(m.tsc_hz > 1e8 && m.tsc_hz < 1e10, "TSC of %g Hz", m.tsc_hz);
	RSD_CHECK(m.rdtsc_ns > 0.5 && m.rdtsc_ns < 1000, "rdtsc of %g ns", m.rdtsc_ns);
	RSD_CHECK(m.syscall_ns > m.rdtsc_ns && m.syscall_ns < 20000, "system call of %g ns",
		m.syscall_ns);
	RSD_CHECK(m.memcpy_fit.b > 0.001 && m.memcpy_fit.b < 1, "%g ns a byte", m.memcpy_fit.b);
	o = rsd_machine_json(&m);
	RSD_CHECK_EQ(json_array_size(json_object_get(o, "memcpy")), RSD_MACHINE_SIZES);
	RSD_CHECK(json_number_value(json_object_get(
			  json_object_get(o, "memcpy_fit"), "ns_per_byte")) == m.memcpy_fit.b,
		"the slope is not the slope");
	json_decref(o);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "namespaces and a cable, and home again", test_home },
		{ "socket receivers count what was sent, receive work in both places",
			test_sockets },
		{ "frame receivers get the cable they need", test_frames },
		{ "what cannot run says why", test_cannot },
#ifdef RSD_HAVE_LIBBPF
		{ "a window loses nothing, and both ends count alike", test_window },
		{ "a sender that drops every tenth is found out", test_lossy_sender },
		{ "windows of one row, stopped between them", test_arena },
		{ "a sender alone: its own cost, and giving up", test_alone },
#endif
		{ "the machine's fingerprint", test_machine },
	};
	const char *build = getenv("RINGSIDE_BUILD");
	struct rsd_net n;

	signal(SIGPIPE, SIG_IGN);
	snprintf(exe, sizeof(exe), "%s/ringside", build != NULL ? build : "build");
	if (access(exe, X_OK) != 0)
		rsd_test_skip("%s is not there, set RINGSIDE_BUILD", exe);
	if (geteuid() != 0 || rsd_net_open(&n, 1500) < 0)
		rsd_test_skip("needs root, for network namespaces");
	rsd_net_close(&n);
	/* For the receivers: at their end the search for leaks stops the process by ptrace, and now
	 * and then on a busy machine it never goes on. All else they are checked for. */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	return rsd_test_run("bench_net", tests, RTE_DIM(tests));
}
