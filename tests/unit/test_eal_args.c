/* SPDX-License-Identifier: BSD-3-Clause */
/* EAL's command line: our options and a machine in, EAL's words out. Starts no EAL. */
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "control/eal_args.h"
#include "support/cunit_runner.h"

#define IP        "--ip 10.0.0.2/24 "
#define WORDS_MAX 64
#define MEM_MIB   256

/* A machine, as the rows below want it. */
struct machine {
	const char *cpus; /* ascending, separated by blanks; NULL: 0 and 1 */
	unsigned int huge_mib;
	unsigned int iface_queues; /* behind the first port */
};

struct row {
	const char *words;
	struct machine on;
	const char *want; /* EAL's words after the program's name */
	unsigned int workers, queues;
	const char *error;
	enum rsd_exit code;
};

static void
make_host(const struct machine *m, struct rsd_eal_host *host)
{
	static const uint8_t mac[6] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0xff };
	const char *p = m->cpus != NULL ? m->cpus : "0 1";
	unsigned int cpu;
	int end;

	memset(host, 0, sizeof(*host));
	memcpy(host->mac, mac, sizeof(mac));
	while (sscanf(p, "%u%n", &cpu, &end) == 1) {
		host->cpus[host->nb_cpus++] = (uint16_t)cpu;
		p += end;
	}
	host->huge_mib = m->huge_mib;
	host->huge_page_kib = 2048;
	host->port_queues[0] = m->iface_queues;
}

static int
split(char *text, char **argv)
{
	char *save, *word;
	int argc = 0;

	for (word = strtok_r(text, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	return argc;
}

static void
join(const struct rsd_eal_args *args, char *text, size_t len)
{
	size_t used = 0;
	int i;

	text[0] = '\0';
	for (i = 1; i < args->argc && used < len; i++)
		used += (size_t)snprintf(
			text + used, len - used, "%s%s", i == 1 ? "" : " ", args->argv[i]);
}

static void
check_row(const struct row *row)
{
	char words[1024], got[4096] = "", *argv[WORDS_MAX];
	struct rsd_error err = { .code = RSD_EXIT_OK };
	static struct rsd_eal_host host;
	static struct rsd_conf conf;
	struct rsd_eal_args args;
	int ret;

	make_host(&row->on, &host);
	snprintf(words, sizeof(words), "%s", row->words);
	ret = rsd_conf_parse(split(words, argv), argv, &conf, &err);
	RSD_CHECK(ret == 0, "options refused: %s", err.text);
	if (ret != 0)
		return;
	ret = rsd_eal_args_build_on(&host, &conf, MEM_MIB, &args, &err);
	if (row->error != NULL) {
		RSD_CHECK(ret != 0, "it was accepted");
		RSD_CHECK_EQ(err.code, row->code);
		RSD_CHECK(strcmp(err.text, row->error) == 0, "said '%s'", err.text);
		if (ret == 0)
			rsd_eal_args_free(&args);
		return;
	}
	RSD_CHECK(ret == 0, "refused: %s", err.text);
	if (ret != 0)
		return;
	join(&args, got, sizeof(got));
	RSD_CHECK(strcmp(got, row->want) == 0, "\n  got  %s\n  want %s", got, row->want);
	RSD_CHECK(strcmp(args.argv[0], "ringside") == 0, "program is %s", args.argv[0]);
	RSD_CHECK(args.argv[args.argc] == NULL, "no NULL after the last word");
	RSD_CHECK_EQ(args.nb_workers, row->workers);
	RSD_CHECK_EQ(args.queues, row->queues);
	rsd_eal_args_free(&args);
}

static void
check_rows(const struct row *rows, size_t nb)
{
	size_t i;

	for (i = 0; i < nb; i++) {
		rsd_test_row(rows[i].words);
		check_row(&rows[i]);
	}
	rsd_test_row(NULL);
}

#define ROWS(rows) check_rows(rows, RTE_DIM(rows))

/* What every line of our own has on a machine without hugepages, one worker on CPU 1. */
#define ONE "--file-prefix ringside --lcores 0@1,1@(0-1) --main-lcore 1 --no-pci --iova-mode=va "
#define TWO \
	"--file-prefix ringside --lcores 0@0,1@1,2@(0-1) --main-lcore 2 --no-pci --iova-mode=va "
#define NOHUGE "--no-huge -m 256 --log-level=error "
#define QUIET  "--log-level=pmd.net.tap:critical "
#define HUGE                    \
	{                       \
		.huge_mib = 256 \
	}
#define IFQ(nb)                    \
	{                          \
		.iface_queues = nb \
	}

static const struct row devices_rows[] = {
	/* Huge pages that are free are of no use to the guard. */
	{ "--guard --udp-checksum skip --port ring " IP, .on = HUGE,
		.want = ONE NOHUGE "--vdev net_ring0", .workers = 1, .queues = 1 },
	{ IP, .want = ONE NOHUGE QUIET "--vdev net_tap0,iface=ringside0", .workers = 1,
		.queues = 1 },
	{ IP "--port afpacket:v0 --queues 2",
		.want = TWO NOHUGE "--vdev net_af_packet0,iface=v0,qpairs=2,blocksz=65536,"
				   "framesz=2048,framecnt=1024,qdisc_bypass=1",
		.workers = 2, .queues = 2 },
	{ IP "--port afpacket:v0 --rx-desc 65 --tx-desc 64",
		.want = ONE NOHUGE "--vdev net_af_packet0,iface=v0,qpairs=1,blocksz=65536,"
				   "framesz=2048,framecnt=96,qdisc_bypass=1",
		.workers = 1, .queues = 1 },
	{ IP "--port afxdp:v0 --queues 2", .on = IFQ(2),
		.want = TWO NOHUGE "--vdev net_af_xdp0,iface=v0,start_queue=0,queue_count=2",
		.workers = 2, .queues = 2 },
	{ IP "--port virtio-user:/s --tx-desc 1025",
		.want = ONE NOHUGE "--vdev net_virtio_user0,path=/s,queues=1,queue_size=2048,"
				   "mac=02:11:22:33:44:ff",
		.workers = 1, .queues = 1 },
	{ IP "--port ring --port virtio-user:/s",
		.want = ONE NOHUGE "--vdev net_ring0 --vdev net_virtio_user0,path=/s,queues=1,"
				   "queue_size=1024,mac=02:11:22:33:44:00",
		.workers = 1, .queues = 1 },
	{ IP "--port vhost:/s --queues 2", .want = TWO NOHUGE "--vdev net_vhost0,iface=/s,queues=2",
		.workers = 2, .queues = 2 },
	{ IP "--port memif:/s",
		.want = ONE NOHUGE "--vdev net_memif0,role=client,id=0,socket=/s,"
				   "socket-abstract=no,rsize=10",
		.workers = 1, .queues = 1 },
	{ IP "--port memif:/s,server --rx-desc 32768",
		.want = ONE NOHUGE "--vdev net_memif0,role=server,id=0,socket=/s,"
				   "socket-abstract=no,rsize=14",
		.workers = 1, .queues = 1 },
	{ IP "--port pcap:i", .want = ONE NOHUGE "--vdev net_pcap0,rx_pcap=i", .workers = 1,
		.queues = 1 },
	{ IP "--port pcap:i,o", .want = ONE NOHUGE "--vdev net_pcap0,rx_pcap=i,tx_pcap=o",
		.workers = 1, .queues = 1 },
	{ IP "--port null --port net_null7,size=9",
		.want = ONE NOHUGE "--vdev net_null0 --vdev net_null7,size=9", .workers = 1,
		.queues = 1 },
	/* Two devices never get one name. */
	{ IP "--port net_tap0,iface=a --port tap:b --port tap:c",
		.want = ONE NOHUGE QUIET "--vdev net_tap0,iface=a --vdev net_tap1,iface=b "
					 "--vdev net_tap2,iface=c",
		.workers = 1, .queues = 1 },
};

static void
test_devices(void)
{
	ROWS(devices_rows);
}

static const struct row cores_rows[] = {
	/* The last CPUs, and the main lcore over all there are. */
	{ IP "--port ring --queues 2", .on = { .cpus = "1 2 3 5 8" },
		.want = "--file-prefix ringside --lcores 0@5,1@8,2@(1-3,5,8) --main-lcore "
			"2 "
			"--no-pci --iova-mode=va " NOHUGE "--vdev net_ring0",
		.workers = 2, .queues = 2 },
	{ IP "--port ring --cores 8,2", .on = { .cpus = "1 2 3 5 8" },
		.want = "--file-prefix ringside --lcores 0@8,1@2,2@(1-3,5,8) --main-lcore "
			"2 "
			"--no-pci --iova-mode=va " NOHUGE "--vdev net_ring0",
		.workers = 2, .queues = 2 },
	{ IP "--port ring --cores 1 --name x", .on = { .cpus = "1" },
		.want = "--file-prefix x --lcores 0@1,1@(1) --main-lcore 1 --no-pci "
			"--iova-mode=va " NOHUGE "--vdev net_ring0",
		.workers = 1, .queues = 1 },
	/* More queues than CPUs: as many as there are. */
	{ IP "--port vhost:/s --queues 5", .want = TWO NOHUGE "--vdev net_vhost0,iface=/s,queues=2",
		.workers = 2, .queues = 2 },
	{ IP "--port vhost:/s --queues 1 --cores 0,1",
		.want = TWO NOHUGE "--vdev net_vhost0,iface=/s,queues=1", .workers = 2,
		.queues = 1 },
	/* What one device cannot have, the others do not get. */
	{ IP "--port afxdp:v0 --port afpacket:v1 --queues 2", .on = IFQ(1),
		.want = TWO NOHUGE
		"--vdev net_af_xdp0,iface=v0,start_queue=0,queue_count=1 "
		"--vdev net_af_packet0,iface=v1,qpairs=1,blocksz=65536,framesz=2048,"
		"framecnt=1024,qdisc_bypass=1",
		.workers = 2, .queues = 1 },
	{ IP "--port pcap:i --queues 2", .want = TWO NOHUGE "--vdev net_pcap0,rx_pcap=i",
		.workers = 2, .queues = 1 },
	{ IP "--cores 0,2",
		.error = "--cores: this process may not use CPU 2, expected some of 0-1",
		.code = RSD_EXIT_USAGE },
};

static void
test_cores(void)
{
	ROWS(cores_rows);
}

static const struct row memory_rows[] = {
	{ IP "--port ring", .on = HUGE,
		.want = ONE "--huge-unlink=always --log-level=error --vdev net_ring0", .workers = 1,
		.queues = 1 },
	{ IP "--port ring", .on = { .huge_mib = 255 }, .want = ONE NOHUGE "--vdev net_ring0",
		.workers = 1, .queues = 1 },
	{ IP "--port virtio-user:/s", .on = HUGE,
		.want = ONE "--single-file-segments --log-level=error --vdev "
			    "net_virtio_user0,path=/s,queues=1,queue_size=1024,"
			    "mac=02:11:22:33:44:ff",
		.workers = 1, .queues = 1 },
	{ IP "--port net_virtio_user4,path=/s", .on = HUGE,
		.want = ONE "--single-file-segments --log-level=error --vdev "
			    "net_virtio_user4,path=/s",
		.workers = 1, .queues = 1 },
	/* A NIC: named to EAL, alone, and never without hugepages. */
	{ IP "--port pci:3:0.0,x=1 --port pci:3:0.1", .on = HUGE,
		.want = "--file-prefix ringside --lcores 0@1,1@(0-1) --main-lcore 1 "
			"--huge-unlink=always --log-level=error -a 0000:03:00.0,x=1 -a "
			"0000:03:00.1",
		.workers = 1, .queues = 1 },
	{ IP "--port pci:3:0.0", .on = { .huge_mib = 255 },
		.error = "a PCI device needs 256 MiB of hugepages, 255 MiB are free; mkdir "
			 "-p "
			 "/dev/hugepages && (mountpoint -q /dev/hugepages || mount -t "
			 "hugetlbfs none "
			 "/dev/hugepages) && sysctl vm.nr_hugepages=129",
		.code = RSD_EXIT_NOT_READY },
};

static void
test_memory(void)
{
	ROWS(memory_rows);
}

static const struct row eal_style_rows[] = {
	{ "-l 0,1 --no-pci --vdev=net_tap0,iface=rs0 -- " IP,
		.want = "-l 0,1 --no-pci --vdev=net_tap0,iface=rs0 --file-prefix "
			"ringside " NOHUGE "--log-level=pmd.net.tap:critical",
		.queues = 1 },
	{ "-l 0,1 --vdev net_null0 --file-prefix=q --log-level=debug -- " IP, .on = HUGE,
		.want = "-l 0,1 --vdev net_null0 --file-prefix=q --log-level=debug "
			"--no-pci",
		.queues = 1 },
	/* Devices of both styles, no name twice, a queue for each worker of -l. */
	{ "-l 0-2 --vdev net_vhost0,iface=/a -- --port vhost:/b " IP, .on = HUGE,
		.want = "-l 0-2 --vdev net_vhost0,iface=/a --file-prefix ringside --no-pci "
			"--log-level=error --vdev net_vhost1,iface=/b,queues=2",
		.queues = 2 },
	{ "-l 0-3 -- --port vhost:/b --queues 1 " IP, .on = HUGE,
		.want = "-l 0-3 --file-prefix ringside --no-pci --log-level=error "
			"--vdev net_vhost0,iface=/b,queues=1",
		.queues = 1 },
	/* Without cores of the user's, ours. */
	{ "--log-level=info -- --port ring --cores 0 " IP, .on = HUGE,
		.want = "--log-level=info --file-prefix ringside --lcores 0@0,1@(0-1) "
			"--main-lcore 1 --no-pci --vdev net_ring0",
		.workers = 1, .queues = 1 },
	/* The user's word on PCI stands. */
	{ "-l 0,1 -a 0000:03:00.0 -- " IP, .on = HUGE,
		.want = "-l 0,1 -a 0000:03:00.0 --file-prefix ringside --log-level=error",
		.queues = 1 },
	{ "-l 0,1 --block=0000:00:05.0 -- " IP, .on = HUGE,
		.want = "-l 0,1 --block=0000:00:05.0 --file-prefix ringside "
			"--log-level=error",
		.queues = 1 },
	{ "-l 0,1 -a 0000:03:00.0 -- " IP,
		.error = "a PCI device needs 256 MiB of hugepages, 0 MiB are free; mkdir -p "
			 "/dev/hugepages && (mountpoint -q /dev/hugepages || mount -t "
			 "hugetlbfs none "
			 "/dev/hugepages) && sysctl vm.nr_hugepages=129",
		.code = RSD_EXIT_NOT_READY },
	/* And on memory. */
	{ "-l 0,1 -m 64 -- --port ring " IP,
		.want = "-l 0,1 -m 64 --file-prefix ringside --no-pci --no-huge "
			"--log-level=error --vdev net_ring0",
		.queues = 1 },
	{ "-l 0,1 --no-huge -- --port ring " IP,
		.want = "-l 0,1 --no-huge --file-prefix ringside --no-pci "
			"--log-level=error "
			"--vdev net_ring0",
		.queues = 1 },
	{ "-l 0,1 --huge-dir=/x -- --port ring " IP,
		.want = "-l 0,1 --huge-dir=/x --file-prefix ringside --no-pci "
			"--log-level=error "
			"--vdev net_ring0",
		.queues = 1 },
};

static void
test_eal_style(void)
{
	ROWS(eal_style_rows);
}

/* What the engine finds its ports by. */
static void
test_device_names(void)
{
	char words[] = IP "--port net_tap0,iface=a --port tap:b --port pci:3:0.0 --port ring";
	static const char *const want[] = { "net_tap0", "net_tap1", "0000:03:00.0", "net_ring0" };
	const struct machine m = HUGE;
	static struct rsd_eal_host host;
	static struct rsd_conf conf;
	struct rsd_eal_args args;
	char *argv[WORDS_MAX];
	struct rsd_error err;
	unsigned int i;

	make_host(&m, &host);
	RSD_CHECK_EQ(rsd_conf_parse(split(words, argv), argv, &conf, &err), 0);
	CU_ASSERT_EQUAL_FATAL(rsd_eal_args_build_on(&host, &conf, MEM_MIB, &args, &err), 0);
	for (i = 0; i < RTE_DIM(want); i++)
		RSD_CHECK(strcmp(args.device[i], want[i]) == 0, "%u is %s", i, args.device[i]);
	rsd_eal_args_free(&args);
}

/* Eight ports with the longest texts there are, and all cores: it must fit, or be refused. */
static void
test_long_lines(void)
{
	char cpus[8192] = "", words[4096] = IP "--queues 64 ", *argv[WORDS_MAX];
	const struct machine m = { .cpus = cpus };
	static struct rsd_eal_host host;
	static struct rsd_conf conf;
	struct rsd_eal_args args;
	struct rsd_error err = { .text = "" };
	unsigned int i;

	/* Every second CPU, so that the list cannot be shortened to ranges. */
	for (i = 0; i <= RSD_CPU_MAX; i += 2)
		snprintf(cpus + strlen(cpus), sizeof(cpus) - strlen(cpus), "%u ", i);
	for (i = 0; i < RSD_CONF_PORTS; i++) {
		char path[128];

		memset(path, 'a' + (int)i, sizeof(path));
		snprintf(words + strlen(words), sizeof(words) - strlen(words),
			"--port memif:/%.100s ", path);
	}
	make_host(&m, &host);
	RSD_CHECK(rsd_conf_parse(split(words, argv), argv, &conf, &err) == 0, "%s", err.text);
	CU_ASSERT_EQUAL_FATAL(rsd_eal_args_build_on(&host, &conf, MEM_MIB, &args, &err), 0);
	RSD_CHECK_EQ(args.nb_workers, 64);
	for (i = 1; strcmp(args.argv[i], "--lcores") != 0; i++)
		;
	RSD_CHECK(strncmp(args.argv[i + 1], "0@896,1@898,", 12) == 0, "%.20s", args.argv[i + 1]);
	RSD_CHECK(strstr(args.argv[i + 1], ",63@1022,64@(0,2,4,") != NULL, "no main lcore");
	RSD_CHECK(strcmp(args.argv[i + 1] + strlen(args.argv[i + 1]) - 6, ",1022)") == 0,
		"cut short");
	rsd_eal_args_say(&args);
	rsd_eal_args_free(&args);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "every kind of port becomes a device", test_devices },
		{ "workers are pinned, the main lcore floats", test_cores },
		{ "hugepages where they suffice, refused where they must", test_memory },
		{ "EAL's own words stay, and what they left out is added", test_eal_style },
		{ "each port knows the name of its device", test_device_names },
		{ "the longest line there can be", test_long_lines },
	};

	return rsd_test_run("eal_args", tests, RTE_DIM(tests));
}
