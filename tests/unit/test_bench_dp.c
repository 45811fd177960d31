/* SPDX-License-Identifier: BSD-3-Clause */
/* The polling rows: what their programs are told, and what is read of what they say. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "bench/dp_parse.h"
#include "bench/dp_words.h"
#include "ledger/driver_facts.h"
#include "support/cunit_runner.h"

static const struct rsd_dp_conf conf = {
	.exe = "/opt/ringside", .server_cpu = 3, .client_cpu = 2, .port = 9999
};
static const struct rsd_dp_load load = { .payload = 18, .flows = 512, .outstanding = 256 };
static const struct rsd_dp_place place = {
	.dir = "/tmp/x", .iface = "s7", .cpus = "2,3", .huge = true
};

/* All words with a blank after each. */
static const char *
joined(const struct rsd_dp_words *w)
{
	static char text[4096];
	unsigned int i;
	size_t used = 0;

	text[0] = '\0';
	for (i = 0; i < w->nb && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s ", w->argv[i]);
	return text;
}

static void
has(const struct rsd_dp_words *w, const char *words)
{
	RSD_CHECK(strstr(joined(w), words) != NULL, "no '%s' in: %s", words, joined(w));
}

static void
has_not(const struct rsd_dp_words *w, const char *words)
{
	RSD_CHECK(strstr(joined(w), words) == NULL, "'%s' in: %s", words, joined(w));
}

static const struct rsd_dp_row *
row(const char *name, const char *device)
{
	const struct rsd_dp_row *r = rsd_dp_find(name, device);

	RSD_CHECK(r != NULL, "no row %s on %s", name, device);
	return r != NULL ? r : &rsd_dp_rows[0];
}

static void
test_list(void)
{
	char args[512];
	unsigned int i;

	RSD_CHECK_EQ(rsd_dp_nb_rows, 7 * 6);
	for (i = 0; i < rsd_dp_nb_rows; i++) {
		const struct rsd_dp_row *r = &rsd_dp_rows[i];
		const char *some = r->device->devargs != NULL ? r->device->devargs : "";

		RSD_CHECK(rsd_dp_find(r->name, r->device->name) == r, "%s on %s is there twice",
			r->name, r->device->name);
		RSD_CHECK(
			strcmp(rsd_driver_facts(r->device->driver)->driver, r->device->driver) == 0,
			"%s: nothing is known of that driver", r->device->driver);
		rsd_dp_devargs(r->device, &place, args, sizeof(args));
		RSD_CHECK(strncmp(args, r->device->driver, strlen(r->device->driver)) == 0 &&
				  args[strlen(r->device->driver)] == '0',
			"%s is not a device of %s", args, r->device->driver);
		RSD_CHECK(strstr(args, some) != NULL, "%s: copies are those of one made with %s",
			args, some);
		RSD_CHECK(r->works[RSD_WORK_ECHO], "%s does not echo", r->name);
	}
	RSD_CHECK(rsd_dp_find("testpmd-5tswap", "abacus") == NULL, "there is no such device");
}

static void
test_testpmd_words(void)
{
	struct rsd_dp_words w;

	rsd_dp_words_testpmd(&w, row("testpmd-csum", "virtio-user"), &conf, &load, &place);
	RSD_CHECK(!w.is_full && w.argv[w.nb] == NULL, "the words have no end");
	has(&w, "env RUNTIME_DIRECTORY=/tmp/x stdbuf -oL dpdk-testpmd ");
	has(&w, "--in-memory --single-file-segments --socket-mem 36 --no-pci ");
	has(&w, "--lcores 0@(2,3),1@3 --main-lcore 0 ");
	has(&w, "--vdev net_virtio_user0,path=/tmp/x/nic,queues=1,queue_size=1024,"
		"mac=02:00:00:96:00:02 -- -i ");
	has(&w, "--forward-mode=csum --total-num-mbufs=8192 --burst=32 --rxd=1024 --txd=1024 ");
	has_not(&w, "txpkts");
	has_not(&w, "flush");

	rsd_dp_words_testpmd(&w, row("testpmd-io", "ring"), &conf, &load, &place);
	has(&w, "--txpkts=60 --txonly-multi-flow ");
	rsd_dp_words_testpmd(&w, row("testpmd-io", "pcap"), &conf, &load, &place);
	has(&w, "--vdev net_pcap0,rx_pcap=/tmp/x/flows.pcap,infinite_rx=1 ");
	has(&w, "--no-flush-rx ");
}

/* Whatever is the same for both sides is so in their words. */
static void
test_engine_words(void)
{
	struct rsd_dp_conf receive = conf;
	struct rsd_dp_place small = place;
	struct rsd_dp_words w;

	rsd_dp_words_engine(&w, row("ringside", "af_xdp"), &conf, &place);
	has(&w, "/opt/ringside run --in-memory --single-file-segments --socket-mem 36 --no-pci ");
	has(&w, "--lcores 0@(2,3),1@3 --main-lcore 0 -- ");
	has(&w, "--port net_af_xdp0,iface=s7,force_copy=1,busy_budget=0 ");
	has(&w, "--serve echo:9999 --udp-checksum=verify ");
	has(&w, "--mbufs=8192 --burst=32 --rx-desc=1024 --tx-desc=1024 ");

	receive.workload = RSD_WORK_RECEIVE;
	small.huge = false;
	rsd_dp_words_engine(&w, row("ringside-nosum", "tap"), &receive, &small);
	has(&w, "run --no-huge --no-shconf -m 128 ");
	has(&w, "--port net_tap0,iface=dp0,mac=02:00:00:96:00:02 ");
	has(&w, "--serve discard:9999 --udp-checksum=skip ");
}

static void
test_other_words(void)
{
	struct rsd_dp_words w;
	unsigned int i;

	rsd_dp_words_ring(&w, &conf, &load, &place);
	has(&w, "/opt/ringside bench-dp ring --in-memory ");
	has(&w, "-l 3 -- 60 32 ");
	rsd_dp_words_peer(&w, row("ringside", "virtio-user"), &conf, &place);
	has(&w, "bench-dp peer ");
	has(&w, "-l 2 ");
	has(&w, "--vdev net_vhost0,iface=/tmp/x/nic,queues=1 -- 9999 ");
	rsd_dp_words_peer(&w, row("ringside", "memif"), &conf, &place);
	has(&w, "--vdev net_memif0,role=server,id=0,socket=/tmp/x/nic,");

	w = (struct rsd_dp_words){ .nb = 0 };
	for (i = 0; i < RTE_DIM(w.argv); i++)
		rsd_dp_word(&w, "%u", i);
	RSD_CHECK(w.is_full && w.argv[w.nb] == NULL, "too many words are taken");
	w = (struct rsd_dp_words){ .nb = 0 };
	rsd_dp_word(&w, "%5000d", 1);
	RSD_CHECK(w.is_full && w.nb == 0, "a word that is too long is taken");
}

static void
test_testpmd_says(void)
{
	static const char *const lines[] = {
		"testpmd> Telling cores to stop...",
		"Waiting for lcores to finish...",
		"  ---------------------- Forward statistics for port 0  ----------------------",
		"  RX-packets: 5120           RX-dropped: 0             RX-total: 5120",
		"  TX-packets: 5100           TX-dropped: 20            TX-total: 5120",
		"  CPU cycles/packet=22.50 (total cycles=115200 / total csum packets=5120) at 2596 "
		"MHz "
		"Clock",
		"",
	};
	struct rsd_dp_counts c = { 0 };
	unsigned int i;

	for (i = 0; i < RTE_DIM(lines); i++) {
		rsd_dp_take_testpmd(lines[i], &c);
		RSD_CHECK(!c.is_complete, "complete with '%s'", lines[i]);
	}
	rsd_dp_take_testpmd("Done.", &c);
	RSD_CHECK(c.is_complete, "the end is not seen");
	RSD_CHECK_EQ(c.packets, 5120);
	RSD_CHECK_EQ(c.cycles, 115200);
	RSD_CHECK_EQ(c.unsent, 20);

	/* Nothing came: there is no line about cycles. */
	c = (struct rsd_dp_counts){ 0 };
	rsd_dp_take_testpmd("Done.", &c);
	RSD_CHECK_EQ(c.packets, 0);
}

static void
test_others_say(void)
{
	static const char good[] =
		"{\"/ringside/stats\":{\"schema\":1,\"busy_cycles\":700,\"polls\":9,\"books\":"
		"{\"received\":12,\"answered\":7,\"delivered\":3,\"host\":2}}}";
	static const char no_books[] = "{\"/ringside/stats\":{\"busy_cycles\":700}}";
	struct rsd_tx_result r = { .sent = 11,
		.refused = 2,
		.answered = 9,
		.again = 1,
		.given_up = 3,
		.wall_ns = UINT64_C(5000000000),
		.gaps = 4,
		.longest_gap_ns = 77 },
			     back;
	struct rsd_dp_counts c;
	char line[256];

	RSD_CHECK_EQ(rsd_dp_take_engine(good, strlen(good), &c), 0);
	RSD_CHECK_EQ(c.cycles, 700);
	RSD_CHECK_EQ(c.packets, 12);
	RSD_CHECK_EQ(c.seen, 10);
	RSD_CHECK_EQ(rsd_dp_take_engine(no_books, strlen(no_books), &c), -EBADMSG);
	RSD_CHECK_EQ(rsd_dp_take_engine(good, strlen(good) - 1, &c), -EBADMSG);

	RSD_CHECK_EQ(rsd_dp_take_ring("verify 640 12800", &c), 0);
	RSD_CHECK_EQ(c.packets, 640);
	RSD_CHECK_EQ(c.cycles, 12800);
	RSD_CHECK_EQ(rsd_dp_take_ring("verify 640", &c), -EBADMSG);

	rsd_dp_tell_peer(line, sizeof(line), &r);
	RSD_CHECK_EQ(rsd_dp_take_peer(line, &back), 0);
	RSD_CHECK(memcmp(&r, &back, sizeof(r)) == 0, "'%s' is read as something else", line);
	RSD_CHECK_EQ(rsd_dp_take_peer("ran 1 2 3", &back), -EBADMSG);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "every row is there once, on a device that is known", test_list },
		{ "the words of testpmd", test_testpmd_words },
		{ "the words of the engine, the same where they must be", test_engine_words },
		{ "the words of the ring's program and the peer; too many", test_other_words },
		{ "what testpmd says when it stops", test_testpmd_says },
		{ "what the others say, and half of it", test_others_say },
	};

	return rsd_test_run("bench_dp", tests, RTE_DIM(tests));
}
