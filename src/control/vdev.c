/* SPDX-License-Identifier: BSD-3-Clause */
/* The devargs of every kind of port we can make. */
#include <stdio.h>

#include <rte_bitops.h>
#include <rte_common.h>

#include "control/conf_port.h"
#include "control/eal_args.h"

/* af_packet's ring: frames of 2 KiB in blocks of 64 KiB, so their number is a multiple of 32. */
#define AFP_FRAME     2048
#define AFP_BLOCK     65536
#define AFP_PER_BLOCK (AFP_BLOCK / AFP_FRAME)

#define MEMIF_LOG2_MAX 14

static unsigned int
descriptors(const struct rsd_conf *conf)
{
	return RTE_MAX(conf->rx_desc, conf->tx_desc);
}

void
rsd_vdev_pairs(const struct rsd_conf *conf, unsigned int port, unsigned int queues,
	const uint8_t mac[6], char *text, size_t len)
{
	const struct rsd_conf_port *p = &conf->ports[port];
	unsigned int desc = descriptors(conf);

	switch (p->kind) {
	case RSD_PORT_TAP:
		snprintf(text, len, ",iface=%s", p->arg);
		break;
	case RSD_PORT_AFPACKET:
		snprintf(text, len,
			",iface=%s,qpairs=%u,blocksz=%u,framesz=%u,framecnt=%u,qdisc_bypass=1",
			p->arg, queues, AFP_BLOCK, AFP_FRAME,
			RTE_ALIGN_MUL_CEIL(desc, (unsigned int)AFP_PER_BLOCK));
		break;
	case RSD_PORT_AFXDP:
		snprintf(text, len, ",iface=%s,start_queue=0,queue_count=%u", p->arg, queues);
		break;
	case RSD_PORT_VIRTIO_USER:
		/* Left to itself the driver takes a random address too, and calls that an error. */
		snprintf(text, len,
			",path=%s,queues=%u,queue_size=%u,mac=%02x:%02x:%02x:%02x:%02x:%02x",
			p->arg, queues, rte_align32pow2(desc), mac[0], mac[1], mac[2], mac[3],
			mac[4], (mac[5] + port) & 0xff);
		break;
	case RSD_PORT_VHOST:
		snprintf(text, len, ",iface=%s,queues=%u", p->arg, queues);
		break;
	case RSD_PORT_MEMIF:
		snprintf(text, len, ",role=%s,id=0,socket=%s,socket-abstract=no,rsize=%u",
			p->arg2[0] != '\0' ? p->arg2 : "client", p->arg,
			RTE_MIN(rte_log2_u32(desc), (unsigned int)MEMIF_LOG2_MAX));
		break;
	case RSD_PORT_PCAP:
		snprintf(text, len, p->arg2[0] != '\0' ? ",rx_pcap=%s,tx_pcap=%s" : ",rx_pcap=%s",
			p->arg, p->arg2);
		break;
	case RSD_PORT_RING:
	case RSD_PORT_NULL:
	case RSD_PORT_PCI:
	case RSD_PORT_DEVARGS:
		text[0] = '\0';
		break;
	}
}
