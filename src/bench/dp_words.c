/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "bench/dp_words.h"

#define HEADERS 42
#define ROOM    (RTE_DIM(((struct rsd_dp_words *)0)->argv) - 1)

void
rsd_dp_word(struct rsd_dp_words *w, const char *fmt, ...)
{
	size_t room = sizeof(w->text) - w->used;
	char *word = w->text + w->used;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(word, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room || w->nb == ROOM) {
		w->is_full = true;
		return;
	}
	w->used += (unsigned int)n + 1;
	w->argv[w->nb++] = word;
	w->argv[w->nb] = NULL;
}

static void
words(struct rsd_dp_words *w, const char *const *word)
{
	for (; *word != NULL; word++)
		rsd_dp_word(w, "%s", *word);
}

void
rsd_dp_devargs(
	const struct rsd_dp_device *device, const struct rsd_dp_place *p, char *text, size_t size)
{
	const char *name = device->name;

	if (strcmp(name, "tap") == 0)
		snprintf(text, size, "net_tap0,iface=" RSD_DP_TAP ",mac=" RSD_NET_OTHER_MAC);
	else if (strcmp(name, "af_packet") == 0)
		snprintf(text, size,
			"net_af_packet0,iface=%s,qpairs=1,blocksz=65536,framesz=2048,"
			"framecnt=2048,qdisc_bypass=1",
			p->iface);
	else if (strcmp(name, "af_xdp") == 0)
		/* A poll that finds nothing would do the kernel's receive work otherwise, and is
		 * charged to nobody. */
		snprintf(text, size, "net_af_xdp0,iface=%s,force_copy=1,busy_budget=0", p->iface);
	else if (strcmp(name, "virtio-user") == 0)
		snprintf(text, size,
			"net_virtio_user0,path=%s/"
			"nic,queues=1,queue_size=%d,mac=" RSD_NET_OTHER_MAC,
			p->dir, RSD_DP_RING);
	else if (strcmp(name, "memif") == 0)
		snprintf(text, size,
			"net_memif0,role=client,id=0,socket=%s/nic,socket-abstract=no,rsize=10,"
			"mac=" RSD_NET_OTHER_MAC,
			p->dir);
	else if (strcmp(name, "pcap") == 0)
		snprintf(text, size, "net_pcap0,rx_pcap=%s/flows.pcap,infinite_rx=1", p->dir);
	else
		snprintf(text, size, "net_ring0");
}

/* EAL's files stay in a directory of the row's own, or nowhere. */
static void
environment(struct rsd_dp_words *w, const struct rsd_dp_place *p)
{
	*w = (struct rsd_dp_words){ .nb = 0 };
	rsd_dp_word(w, "env");
	rsd_dp_word(w, "RUNTIME_DIRECTORY=%s", p->dir);
}

/* The same memory for all; a vhost peer maps it, and takes few files only. */
static void
memory(struct rsd_dp_words *w, const struct rsd_dp_place *p)
{
	static const char *const with[] = { "--in-memory", "--single-file-segments", "--socket-mem",
		NULL };
	static const char *const without[] = { "--no-huge", "--no-shconf", "-m", NULL };

	words(w, p->huge ? with : without);
	rsd_dp_word(w, "%d", p->huge ? RSD_DP_HUGE_MIB : RSD_DP_MIB);
	rsd_dp_word(w, "--no-pci");
	rsd_dp_word(w, "--iova-mode=va");
}

/* One lcore polls, the main one waits, wherever there is room. */
static void
two_lcores(struct rsd_dp_words *w, const struct rsd_dp_conf *conf, const struct rsd_dp_place *p)
{
	rsd_dp_word(w, "--lcores");
	rsd_dp_word(w, "0@(%s),1@%d", p->cpus, conf->server_cpu);
	rsd_dp_word(w, "--main-lcore");
	rsd_dp_word(w, "0");
}

void
rsd_dp_words_testpmd(struct rsd_dp_words *w, const struct rsd_dp_row *row,
	const struct rsd_dp_conf *conf, const struct rsd_dp_load *load,
	const struct rsd_dp_place *p)
{
	static const char *const eal[] = { "stdbuf", "-oL", "dpdk-testpmd", NULL };
	static const char *const quiet[] = { "--no-telemetry", "--log-level=3", "--file-prefix",
		"testpmd", NULL };
	static const char *const own[] = { "--", "-i", "--record-core-cycles", "--nb-cores=1",
		NULL };
	char devargs[512];

	environment(w, p);
	words(w, eal);
	memory(w, p);
	words(w, quiet);
	two_lcores(w, conf, p);
	rsd_dp_devargs(row->device, p, devargs, sizeof(devargs));
	rsd_dp_word(w, "--vdev");
	rsd_dp_word(w, "%s", devargs);
	words(w, own);
	rsd_dp_word(w, "--port-topology=loop");
	rsd_dp_word(w, "--forward-mode=%s", row->mode);
	rsd_dp_word(w, "--total-num-mbufs=%d", RSD_DP_BUFFERS);
	rsd_dp_word(w, "--burst=%d", RSD_DP_BURST);
	rsd_dp_word(w, "--rxd=%d", RSD_DP_RING);
	rsd_dp_word(w, "--txd=%d", RSD_DP_RING);
	if (strcmp(row->device->name, "ring") == 0) {
		rsd_dp_word(w, "--txpkts=%u", load->payload + HEADERS);
		rsd_dp_word(w, "--txonly-multi-flow");
	}
	/* What a ring has left is to go before a window; a capture without end would never. */
	if (strcmp(row->device->name, "pcap") == 0)
		rsd_dp_word(w, "--no-flush-rx");
}

void
rsd_dp_words_engine(struct rsd_dp_words *w, const struct rsd_dp_row *row,
	const struct rsd_dp_conf *conf, const struct rsd_dp_place *p)
{
	const char *service = conf->workload == RSD_WORK_ECHO ? "echo" : "discard";
	char devargs[512];

	environment(w, p);
	rsd_dp_word(w, "%s", conf->exe);
	rsd_dp_word(w, "run");
	memory(w, p);
	two_lcores(w, conf, p);
	rsd_dp_word(w, "--");
	rsd_dp_word(w, "--name");
	rsd_dp_word(w, "ringside");
	rsd_dp_devargs(row->device, p, devargs, sizeof(devargs));
	rsd_dp_word(w, "--port");
	rsd_dp_word(w, "%s", devargs);
	rsd_dp_word(w, "--ip");
	rsd_dp_word(w, RSD_NET_SERVER_IP "/24");
	rsd_dp_word(w, "--serve");
	rsd_dp_word(w, "%s:%u", service, conf->port);
	rsd_dp_word(w, "--udp-checksum=%s", row->mode);
	rsd_dp_word(w, "--queues=1");
	rsd_dp_word(w, "--mbufs=%d", RSD_DP_BUFFERS);
	rsd_dp_word(w, "--burst=%d", RSD_DP_BURST);
	rsd_dp_word(w, "--rx-desc=%d", RSD_DP_RING);
	rsd_dp_word(w, "--tx-desc=%d", RSD_DP_RING);
}

void
rsd_dp_words_ring(struct rsd_dp_words *w, const struct rsd_dp_conf *conf,
	const struct rsd_dp_load *load, const struct rsd_dp_place *p)
{
	static const char *const quiet[] = { "--no-telemetry", "--log-level=4", "--file-prefix",
		"ring", NULL };

	environment(w, p);
	rsd_dp_word(w, "%s", conf->exe);
	rsd_dp_word(w, "bench-dp");
	rsd_dp_word(w, "ring");
	memory(w, p);
	words(w, quiet);
	rsd_dp_word(w, "-l");
	rsd_dp_word(w, "%d", conf->server_cpu);
	rsd_dp_word(w, "--");
	rsd_dp_word(w, "%u", load->payload + HEADERS);
	rsd_dp_word(w, "%d", RSD_DP_BURST);
}

void
rsd_dp_words_peer(struct rsd_dp_words *w, const struct rsd_dp_row *row,
	const struct rsd_dp_conf *conf, const struct rsd_dp_place *p)
{
	static const char *const quiet[] = { "--no-telemetry", "--log-level=4", "--file-prefix",
		"peer", "--vdev", NULL };
	bool memif = strcmp(row->device->name, "memif") == 0;

	environment(w, p);
	rsd_dp_word(w, "%s", conf->exe);
	rsd_dp_word(w, "bench-dp");
	rsd_dp_word(w, "peer");
	memory(w, p);
	rsd_dp_word(w, "-l");
	rsd_dp_word(w, "%d", conf->client_cpu);
	words(w, quiet);
	if (memif)
		rsd_dp_word(w,
			"net_memif0,role=server,id=0,socket=%s/nic,socket-abstract=no,rsize=10",
			p->dir);
	else
		rsd_dp_word(w, "net_vhost0,iface=%s/nic,queues=1", p->dir);
	rsd_dp_word(w, "--");
	rsd_dp_word(w, "%u", conf->port);
}
