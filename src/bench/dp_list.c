/* SPDX-License-Identifier: BSD-3-Clause */
#include <stddef.h>
#include <string.h>

#include <rte_common.h>

#include "bench/dp.h"

#define FRAME 1472 /* of the Ethernet MTU of 1500 */

#define PEER_NOTE \
	"the peer is the wire: its CPU is not charged; cycles are those of non-empty polls only"
#define KERNEL_NOTE \
	"charged the cycles of non-empty polls, and the kernel's work outside the program"
#define ALONE_NOTE \
	"no sender: frames are always there, loss cannot be seen; cycles of non-empty polls only"

static const struct rsd_dp_device tap = {
	.name = "tap",
	.driver = "net_tap",
	.from = RSD_DP_FROM_KERNEL,
	.max_payload = FRAME,
	.note = KERNEL_NOTE,
};
static const struct rsd_dp_device af_packet = {
	.name = "af_packet",
	.driver = "net_af_packet",
	.from = RSD_DP_FROM_KERNEL,
	.placed = true,
	.max_payload = FRAME,
	.note = KERNEL_NOTE,
};
static const struct rsd_dp_device af_xdp = {
	.name = "af_xdp",
	.driver = "net_af_xdp",
	.devargs = "force_copy=1",
	.from = RSD_DP_FROM_KERNEL,
	.placed = true,
	.max_payload = FRAME,
	.note = KERNEL_NOTE,
};
static const struct rsd_dp_device virtio_user = {
	.name = "virtio-user",
	.driver = "net_virtio_user",
	.from = RSD_DP_FROM_PEER,
	.max_payload = FRAME,
	.note = PEER_NOTE,
};
static const struct rsd_dp_device memif = {
	.name = "memif",
	.driver = "net_memif",
	.from = RSD_DP_FROM_PEER,
	.max_payload = FRAME,
	.note = PEER_NOTE,
};
static const struct rsd_dp_device ring = {
	.name = "ring",
	.driver = "net_ring",
	.from = RSD_DP_FROM_ITSELF,
	.max_payload = FRAME,
	.note = ALONE_NOTE "; testpmd's own frames have no UDP checksum, so csum makes none",
};
static const struct rsd_dp_device pcap = {
	.name = "pcap",
	.driver = "net_pcap",
	.devargs = "infinite_rx=1",
	.from = RSD_DP_FROM_ITSELF,
	.max_payload = FRAME,
	.note = ALONE_NOTE,
};

#define TESTPMD(word, dev, text, sees)                                                 \
	{                                                                              \
		.name = "testpmd-" word, .device = &(dev), .group = RSD_GROUP_TESTPMD, \
		.what = text, .checks = sees, .mode = word, .works = { true, false },  \
	}
#define RINGSIDE(called, dev, how, text, sees, receives)                                     \
	{                                                                                    \
		.name = called, .device = &(dev), .group = RSD_GROUP_RINGSIDE, .what = text, \
		.checks = sees, .mode = how, .works = { true, receives },                    \
	}

#define CHECKED "MAC, lengths, IPv4 header checksum, address, port"

#define ROWS_OF(dev, receives)                                                          \
	TESTPMD("io", dev, "frames go back as they came", "nothing"),                   \
		TESTPMD("macswap", dev, "MAC addresses are exchanged", "nothing"),      \
		TESTPMD("5tswap", dev, "addresses and ports are exchanged", "nothing"), \
		TESTPMD("csum", dev, "checksums are computed anew, by the CPU",         \
			"nothing: checksums are overwritten"),                          \
		RINGSIDE("ringside", dev, "verify", "respond: the echo service",        \
			CHECKED " and UDP checksum, by the engine", receives),          \
		RINGSIDE("ringside-nosum", dev, "skip",                                 \
			"respond: the echo service, UDP checksum not looked at",        \
			CHECKED ", by the engine", receives)

const struct rsd_dp_row rsd_dp_rows[] = {
	ROWS_OF(tap, true),
	ROWS_OF(af_packet, true),
	ROWS_OF(af_xdp, true),
	ROWS_OF(virtio_user, true),
	ROWS_OF(memif, true),
	ROWS_OF(ring, false),
	ROWS_OF(pcap, true),
};

const unsigned int rsd_dp_nb_rows = RTE_DIM(rsd_dp_rows);

const struct rsd_dp_row *
rsd_dp_find(const char *name, const char *device)
{
	unsigned int i;

	for (i = 0; i < rsd_dp_nb_rows; i++)
		if (strcmp(rsd_dp_rows[i].name, name) == 0 &&
			strcmp(rsd_dp_rows[i].device->name, device) == 0)
			return &rsd_dp_rows[i];
	return NULL;
}
