/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The checked configuration: what the options and the config file ask for, nothing derived from the
 * machine yet. options.c fills it, everything else in control/ reads it.
 */
#ifndef RSD_CONTROL_CONF_H
#define RSD_CONTROL_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <netinet/in.h>

#include <ringside/engine.h>

#define RSD_CONF_PORTS  8
#define RSD_CONF_IPS    64
#define RSD_CONF_SERVES 64
#define RSD_CONF_CORES  128
#define RSD_CONF_TEXT   256
#define RSD_CPU_MAX     1023 /* as far as a cpu_set_t counts */

enum rsd_port_kind {
	RSD_PORT_TAP,
	RSD_PORT_AFPACKET,
	RSD_PORT_AFXDP,
	RSD_PORT_VIRTIO_USER,
	RSD_PORT_VHOST,
	RSD_PORT_MEMIF,
	RSD_PORT_RING,
	RSD_PORT_NULL,
	RSD_PORT_PCAP,
	RSD_PORT_PCI,
	RSD_PORT_DEVARGS, /* a raw DPDK devargs string, e.g. net_tap3,iface=foo */
};

struct rsd_conf_port {
	enum rsd_port_kind kind;
	char arg[RSD_CONF_TEXT]; /* interface, socket, PCI address, input file or the raw devargs */
	char arg2[RSD_CONF_TEXT]; /* pcap: output file; memif: "server"; pci: key=value,... */
	char spec[RSD_CONF_TEXT]; /* as it was written, for messages */
};

struct rsd_conf_ip {
	struct in_addr addr;
	uint8_t len; /* 1 to 32 */
	int port;    /* index into ports; -1: every port */
};

struct rsd_conf_vlan {
	uint16_t id; /* 1 to 4094 */
	int port;    /* index into ports; -1: every port */
};

enum rsd_udp_checksum {
	RSD_UDP_CSUM_AUTO, /* not given: offload where the device can, else verify */
	RSD_UDP_CSUM_VERIFY,
	RSD_UDP_CSUM_OFFLOAD,
	RSD_UDP_CSUM_SKIP,
};

enum rsd_idle {
	RSD_IDLE_SPIN,
	RSD_IDLE_PAUSE,
	RSD_IDLE_SLEEP,
	RSD_IDLE_INTERRUPT,
};

enum rsd_pipeline_id {
	RSD_PIPELINE_RESPOND,
	RSD_PIPELINE_SINK,
	RSD_PIPELINE_BOUNCE,
	RSD_PIPELINE_SWAP,
};

struct rsd_conf {
	bool help;  /* --help or -h: nothing else was looked at */
	bool check; /* --check: the caller is to stop here */

	char name[32];   /* in EAL style also from EAL's --file-prefix */
	bool name_given; /* by one of the two, or in the file */

	struct rsd_conf_port
		ports[RSD_CONF_PORTS]; /* own style: at least one; EAL style: as given */
	unsigned int nb_ports;
	struct rsd_conf_ip ips[RSD_CONF_IPS];
	unsigned int nb_ips;
	struct rsd_conf_vlan vlans[RSD_CONF_PORTS];
	unsigned int nb_vlans;
	char serves[RSD_CONF_SERVES][RSD_CONF_TEXT];
	unsigned int nb_serves;
	bool serve_given; /* false: serves[] holds the default echo:7 */

	bool has_gateway;
	struct in_addr gateway;

	unsigned int queues; /* 0: one per worker core */
	uint16_t cores[RSD_CONF_CORES];
	unsigned int nb_cores; /* 0: not given */
	uint16_t burst;
	uint16_t rx_desc, tx_desc;
	bool rx_desc_given, tx_desc_given;
	unsigned int mbufs; /* 0: computed */
	enum rsd_pipeline_id pipeline;
	enum rsd_udp_checksum udp_checksum;
	enum rsd_idle idle;
	bool guard;      /* payloads cannot be read between receive and transmit */
	uint32_t ledger; /* a datagram of so many is watched; 0: none */
	uint64_t for_ns; /* 0: never */
	uint64_t count;  /* 0: never */
	bool has_rss_key;
	uint8_t rss_key[128];
	unsigned int rss_key_len;

	bool eal_style; /* there was a "--": eal_argv is the user's, as given */
	int eal_argc;
	char **eal_argv; /* words before "--", not owned */
};

/*
 * Fill conf from the words after "ringside run". On failure err holds one line
 * "FILE:LINE: key: what is wrong, what was expected" ("--key: ..." for the command line) and
 * nothing has been started. Returns 0 or -EINVAL.
 */
int rsd_conf_parse(int argc, char **argv, struct rsd_conf *conf, struct rsd_error *err);

/* Print the option table as help text; the words come from the same rows as the parser. */
void rsd_conf_usage(void);

const char *rsd_idle_name(enum rsd_idle idle);
const char *rsd_pipeline_name(enum rsd_pipeline_id id);
const char *rsd_port_kind_name(enum rsd_port_kind kind);

#endif
