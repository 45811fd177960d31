/* SPDX-License-Identifier: BSD-3-Clause */
#include <stddef.h>
#include <string.h>

#include <rte_common.h>

#include "ledger/driver_facts.h"

#define NO_SPREADING "nothing: it has one queue"

/* Read in the drivers of DPDK 22.11; docs/architecture.md says how each can be observed. */
static const struct rsd_driver_facts facts[] = {
	{
		.driver = "net_tap",
		.rx_copies = 1,
		.tx_copies = 1,
		.copies = "receive: readv() copies out of the kernel; transmit: writev() copies "
			  "into it",
		.spreading = "the tun driver, by a flow hash of its own",
		.software_csum = true,
	},
	{
		.driver = "net_af_packet",
		.rx_copies = 2,
		.tx_copies = 2,
		.copies = "receive: the kernel copies into its ring, the driver from ring to mbuf; "
			  "transmit: mbuf to ring, ring to the kernel's buffer",
		.spreading = "the kernel, by PACKET_FANOUT's flow hash",
		.partial_csum = true,
		.all_queues_live = true,
	},
	{
		.driver = "net_af_xdp",
		.rx_copies = 1,
		.tx_copies = 1,
		.copies = "copy mode: the kernel copies into the frame area and out of it",
		.spreading = "the interface's own receive queues",
		.keeps = 2 * 2048, /* its fill ring, and frames whose sending was not confirmed */
		.partial_csum = true,
		.all_queues_live = true,
	},
	{
		.driver = "net_virtio_user",
		.copies = "none in this process: the peer, acting as the NIC, copies on its side",
		.spreading = "the peer",
		.partial_csum = true,
	},
	{
		.driver = "net_vhost",
		.rx_copies = 1,
		.tx_copies = 1,
		.copies = "the vhost library copies out of and into the guest's buffers",
		.spreading = "the peer",
		.partial_csum = true,
	},
	{
		.driver = "net_memif",
		.rx_copies = 1,
		.tx_copies = 1,
		.copies = "the driver copies between shared memory and mbufs",
		.spreading = "the peer",
	},
	{
		.driver = "net_ring",
		.copies = "none: pointers change hands",
		.spreading = "whoever fills the rings",
	},
	{
		.driver = "net_null",
		.copies = "none, unless copy=1 was asked for",
		.spreading = "the driver, every queue alike",
	},
	{
		.driver = "net_pcap",
		.rx_copies = 1,
		.tx_copies = 1,
		.copies = "the driver copies between libpcap's buffer and mbufs",
		.spreading = NO_SPREADING,
	},
};

/* Physical NICs move frames by DMA; which of them do is not listed here, PCI decides. */
static const struct rsd_driver_facts unknown = {
	.driver = "unknown",
	.rx_copies = -1,
	.tx_copies = -1,
	.copies = "not known for this driver",
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
