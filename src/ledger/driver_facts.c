/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "ledger/devargs.h"
#include "ledger/driver_facts.h"

#define OBSERVED "read in the driver's source, and observed by a test"
#define READ     "read in the driver's source, not observed"
#define NOT_READ "nobody has looked into this driver"

#define NONE      "none"
#define ONE_QUEUE "nothing: it has one queue"
#define PEER      "the peer"

/* copies of a frame, how many of them the kernel's, DMA, remaps, in words, system calls */
#define RX(nb, kernel, dma, remaps, how, calls)                                           \
	.rx_copies = (nb), .rx_kernel = (kernel), .rx_dma = (dma), .rx_remaps = (remaps), \
	.rx_how = (how), .rx_calls = (calls)
#define TX(nb, kernel, dma, remaps, how, calls)                                           \
	.tx_copies = (nb), .tx_kernel = (kernel), .tx_dma = (dma), .tx_remaps = (remaps), \
	.tx_how = (how), .tx_calls = (calls)

#define NOT_KNOWN "not known for this driver"

static const struct rsd_driver_facts facts[] = {
	{
		.driver = "net_tap",
		RX(1, 1, 0, 0, "readv() copies out of the kernel's buffer",
			"one readv a frame, and one more that finds none"),
		/* Where the driver is asked to sum it copies the headers as well: not a frame. */
		TX(1, 1, 0, 0, "writev() copies into a buffer of the kernel's",
			"one writev a frame"),
		.known = OBSERVED,
		.spreading = "the tun driver, by a flow hash of its own",
		.software_csum = true,
	},
	{
		.driver = "net_af_packet",
		RX(2, 1, 0, 0, "the kernel copies into its ring, the driver from ring to mbuf",
			NONE),
		TX(2, 1, 0, 0,
			"the driver copies from mbuf to ring, the kernel out of the ring when the "
			"frame stays in this machine",
			"one sendto a burst, and a poll when the ring is full"),
		.known = OBSERVED,
		.spreading = "the kernel, by PACKET_FANOUT's flow hash",
		.partial_csum = true,
		.all_queues_live = true,
	},
	{
		.driver = "net_af_xdp",
		RX(-1, -1, -1, -1, "not known: the kernel was not asked for the mode",
			"a recvfrom or poll that wakes the kernel, when nothing came"),
		TX(-1, -1, -1, -1, "not known: the kernel was not asked for the mode",
			"one send a burst, when the kernel wants it"),
		.known = "the mode is the kernel's choice",
		.spreading = "the interface's own receive queues",
		.keeps = 2 * 2048, /* its fill ring, and frames whose sending was not confirmed */
		.partial_csum = true,
		.all_queues_live = true,
	},
	{
		.driver = "net_virtio_user",
		RX(0, 0, 0, 0, "the peer, acting as the NIC, copies into the mbuf",
			"none, unless the peer asks to be woken"),
		TX(0, 0, 0, 0, "the peer copies out of the mbuf",
			"none, unless the peer asks to be woken"),
		.peer_copies = true,
		.known = OBSERVED,
		.spreading = PEER,
		.partial_csum = true,
	},
	{
		.driver = "net_vhost",
		RX(1, 0, 0, 0, "the vhost library copies out of the guest's buffer",
			"none, unless the guest asks to be woken"),
		TX(1, 0, 0, 0, "the vhost library copies into the guest's buffer",
			"none, unless the guest asks to be woken"),
		.known = OBSERVED,
		.spreading = PEER,
		.partial_csum = true,
	},
	{
		.driver = "net_memif",
		RX(1, 0, 0, 0, "the driver copies from shared memory to mbuf", NONE),
		TX(1, 0, 0, 0, "the driver copies from mbuf to shared memory",
			"none, unless the peer asks to be woken"),
		.known = OBSERVED,
		.spreading = PEER,
	},
	{
		.driver = "net_ring",
		RX(0, 0, 0, 1, "the pointer changes hands", NONE),
		TX(0, 0, 0, 1, "the pointer changes hands", NONE),
		.known = OBSERVED,
		.spreading = "whoever fills the rings",
	},
	{
		.driver = "net_null",
		RX(0, 0, 0, 0, "frames are buffers that nobody wrote", NONE),
		TX(0, 0, 0, 0, "what is sent is freed", NONE),
		.known = OBSERVED,
		.spreading = "the driver, every queue alike",
	},
	{
		.driver = "net_pcap",
		RX(0, 0, 0, 0, "nothing is received", NONE),
		TX(0, 0, 0, 0, "what is sent is freed", NONE),
		.known = OBSERVED,
		.spreading = ONE_QUEUE,
	},
};

/*
 * NICs whose receive and transmit functions were searched for copies of frames, and have none. Not
 * among them, on purpose: mlx4 and mlx5, which copy small frames into descriptors and out of large
 * buffers, vmxnet3, which does both up to 128 bytes, ena, which pushes headers, netvsc and gve.
 */
static const char *const dma_drivers[] = {
	"net_e1000_em",
	"net_e1000_igb",
	"net_e1000_igb_vf",
	"net_i40e",
	"net_iavf",
	"net_ice",
	"net_igc",
	"net_ixgbe",
	"net_ixgbe_vf",
};

static const struct rsd_driver_facts dma = {
	RX(0, 0, 1, 0, "the NIC writes the mbuf by DMA", NONE),
	TX(0, 0, 1, 0, "the NIC reads the mbuf by DMA", NONE),
	.known = READ,
	.spreading = "the device",
	.rss = true,
};

static const struct rsd_driver_facts unknown = {
	.driver = "unknown",
	RX(-1, -1, -1, -1, NOT_KNOWN, NOT_KNOWN),
	TX(-1, -1, -1, -1, NOT_KNOWN, NOT_KNOWN),
	.known = NOT_READ,
	.spreading = "the device",
	.rss = true,
};

const struct rsd_driver_facts *
rsd_driver_facts(const char *driver)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(facts); i++)
		if (strcmp(driver, facts[i].driver) == 0)
			return &facts[i];
	/* virtio-user calls itself after the driver it shares with PCI. */
	if (strcmp(driver, "net_virtio") == 0)
		return rsd_driver_facts("net_virtio_user");
	return &unknown;
}

static void
set_rx(struct rsd_driver_facts *f, int copies, int kernel, const char *how, const char *calls)
{
	f->rx_copies = copies;
	f->rx_kernel = kernel;
	f->rx_how = how;
	f->rx_calls = calls;
}

static void
set_tx(struct rsd_driver_facts *f, int copies, int kernel, const char *how, const char *calls)
{
	f->tx_copies = copies;
	f->tx_kernel = kernel;
	f->tx_how = how;
	f->tx_calls = calls;
}

void
rsd_driver_facts_set_xdp(struct rsd_driver_facts *f, enum rsd_xdp_mode mode, const char *known)
{
	if (mode == RSD_XDP_COPIES) {
		set_rx(f, 1, 1, "copy mode: the kernel copies into the mbuf", f->rx_calls);
		set_tx(f, 1, 1, "copy mode: the kernel copies out of the mbuf", f->tx_calls);
	} else if (mode == RSD_XDP_NO_COPY) {
		set_rx(f, 0, 0, "the NIC writes the mbuf by DMA", f->rx_calls);
		set_tx(f, 0, 0, "the NIC reads the mbuf by DMA", f->tx_calls);
	} else {
		return;
	}
	f->rx_dma = f->tx_dma = mode == RSD_XDP_NO_COPY;
	f->rx_remaps = f->tx_remaps = 0;
	f->known = known;
}

/* A file's copies count from the page cache on: that is where another program's write ends. */
static void
refine_pcap(struct rsd_driver_facts *f, const char *devargs)
{
	bool both = rsd_devarg_has(devargs, "iface");

	if (rsd_devarg_on(devargs, "infinite_rx"))
		set_rx(f, 1, 0, "the driver copies from the frames it has loaded to mbufs", NONE);
	else if (rsd_devarg_has(devargs, "rx_pcap"))
		set_rx(f, 3, 1,
			"read() copies into the C library's buffer, that into libpcap's, and the "
			"driver into the mbuf",
			"one read every 4 KiB");
	else if (both || rsd_devarg_has(devargs, "rx_iface") ||
		 rsd_devarg_has(devargs, "rx_iface_in"))
		set_rx(f, 3, 1,
			"the kernel copies into its ring, libpcap out of it, and the driver into "
			"the mbuf",
			"a poll when the ring is empty");
	if (rsd_devarg_has(devargs, "tx_pcap"))
		set_tx(f, 2, 1,
			"the C library copies into its buffer, and write() into the page cache",
			"one write a burst, and one more for every 4 KiB");
	else if (both || rsd_devarg_has(devargs, "tx_iface"))
		set_tx(f, 1, 1, "send() copies into a buffer of the kernel's", "one send a frame");
}

static void
refine_memif(struct rsd_driver_facts *f, const char *devargs)
{
	bool server = rsd_devarg_is(devargs, "role", "server") ||
		      rsd_devarg_is(devargs, "role", "master");

	/* The driver takes the word of a client only. */
	if (!rsd_devarg_is(devargs, "zero-copy", "yes") || server)
		return;
	set_rx(f, 0, 0, "the peer copies into the mbuf", NONE);
	set_tx(f, 0, 0, "the peer copies out of the mbuf",
		"none, unless the peer asks to be woken");
	f->peer_copies = true;
}

static void
refine_null(struct rsd_driver_facts *f, const char *devargs)
{
	if (!rsd_devarg_on(devargs, "copy"))
		return;
	set_rx(f, 1, 0, "copy=1: the driver copies a frame of zeros into the mbuf", NONE);
	set_tx(f, 1, 0, "copy=1: the driver copies the mbuf into a buffer of its own", NONE);
}

void
rsd_driver_facts_for(const char *driver, const char *devargs, struct rsd_driver_facts *f)
{
	unsigned int i;

	*f = *rsd_driver_facts(driver);
	for (i = 0; i < RTE_DIM(dma_drivers); i++)
		if (strcmp(driver, dma_drivers[i]) == 0) {
			*f = dma;
			f->driver = dma_drivers[i];
		}
	if (devargs == NULL)
		devargs = "";
	if (strcmp(driver, "net_af_xdp") == 0)
		rsd_driver_facts_set_xdp(f,
			rsd_devarg_on(devargs, "force_copy") ? RSD_XDP_COPIES : RSD_XDP_UNKNOWN,
			"asked for by force_copy, and observed by a test");
	else if (strcmp(driver, "net_pcap") == 0)
		refine_pcap(f, devargs);
	else if (strcmp(driver, "net_memif") == 0)
		refine_memif(f, devargs);
	else if (strcmp(driver, "net_null") == 0)
		refine_null(f, devargs);
}

const char *
rsd_copies_say(const struct rsd_driver_facts *f, char *text, size_t size)
{
	if (strcmp(f->rx_how, f->tx_how) == 0)
		snprintf(text, size, "%s", f->rx_how);
	else
		snprintf(text, size, "receive: %s; transmit: %s", f->rx_how, f->tx_how);
	return text;
}

const char *
rsd_copy_words(const struct rsd_driver_facts *f, char *text, size_t size)
{
	if (f->rx_copies < 0 || f->tx_copies < 0)
		snprintf(text, size, "not known");
	else if (f->rx_copies != 0 || f->tx_copies != 0)
		snprintf(text, size, "%d in, %d out", f->rx_copies, f->tx_copies);
	else if (f->peer_copies)
		snprintf(text, size, "none here: the peer copies");
	else
		snprintf(text, size, "none: zero-copy");
	return text;
}
