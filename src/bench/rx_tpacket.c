/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AF_PACKET with a mapped ring of blocks (TPACKET_V3). The kernel fills blocks and hands one over
 * when it is full or a millisecond old; answers are sent out of the block they came in, past the
 * queueing discipline. A filter in the kernel lets only our port into the ring.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <sys/mman.h>

#include "bench/rx_frame.h"
#include "bench/rx_mmsg.h"
#include "bench/rx_rows.h"
#include "bench/rx_sys.h"

/*
 * Blocks so small that a few dozen datagrams under way fill one: with larger ones an echo at less
 * than full speed runs at the pace of the timer.
 */
#define BLOCK_MIN  8192u
#define RING_BYTES (8u << 20)
#define RETIRE_MS  1
#define FRAME_ROOM 128 /* the ring's own bytes before each frame, rounded up */

struct state {
	int rx, tx;
	uint8_t *ring;
	uint32_t block_bytes, nb_blocks, next;
	struct mmsghdr msg[RSD_RX_MAX_BATCH];
	struct iovec iov[RSD_RX_MAX_BATCH];
};

/* Whole UDP datagrams in IPv4 without options, to our port. */
static int
set_filter(struct rsd_rx_ctx *ctx, int fd)
{
	const uint16_t port = ntohs(ctx->conf->addr.sin_port);
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETHERTYPE_IP, 0, 9),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 14),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x45, 0, 7),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 5),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 20),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x3fff, 3, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 36),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog prog = { .len = RTE_DIM(code), .filter = code };

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) == 0)
		return 0;
	return rsd_rx_fail(ctx, errno, "the filter of the packet socket");
}

static int
map_ring(struct rsd_rx_ctx *ctx, struct state *s)
{
	struct tpacket_req3 req = { .tp_frame_size = 2048, .tp_retire_blk_tov = RETIRE_MS };

	for (s->block_bytes = BLOCK_MIN;
		s->block_bytes < 4 * (ctx->conf->max_payload + RSD_FRAME_HDRS + FRAME_ROOM);)
		s->block_bytes *= 2;
	s->nb_blocks = RING_BYTES / s->block_bytes;
	req.tp_block_size = s->block_bytes;
	req.tp_block_nr = s->nb_blocks;
	req.tp_frame_nr = RING_BYTES / req.tp_frame_size;
	if (setsockopt(s->rx, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)) < 0)
		return rsd_rx_fail(ctx, errno, "a TPACKET_V3 ring of %u bytes", RING_BYTES);
	s->ring = mmap(NULL, RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, s->rx, 0);
	if (s->ring != MAP_FAILED)
		return 0;
	s->ring = NULL;
	return rsd_rx_fail(ctx, errno, "mapping the TPACKET_V3 ring");
}

static int
bind_to(struct rsd_rx_ctx *ctx, int fd, uint16_t protocol)
{
	const struct sockaddr_ll to = { .sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = (int)ctx->conf->ifindex };

	if (bind(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return 0;
	return rsd_rx_fail(ctx, errno, "packet socket on %s", ctx->conf->dev);
}

/* Filter and ring before the binding: no frame gets in that should not. */
static int
open_rx(struct rsd_rx_ctx *ctx, struct state *s)
{
	const struct packet_mreq promisc = { .mr_ifindex = (int)ctx->conf->ifindex,
		.mr_type = PACKET_MR_PROMISC };
	int ret = rsd_rx_set(ctx, s->rx, SOL_PACKET, PACKET_VERSION, TPACKET_V3, "TPACKET_V3");

	if (ret == 0)
		ret = rsd_rx_set(ctx, s->rx, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1,
			"PACKET_IGNORE_OUTGOING");
	if (ret == 0)
		ret = set_filter(ctx, s->rx);
	if (ret == 0)
		ret = map_ring(ctx, s);
	if (ret == 0 &&
		setsockopt(s->rx, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promisc, sizeof(promisc)) < 0)
		ret = rsd_rx_fail(ctx, errno, "promiscuous mode on %s", ctx->conf->dev);
	return ret != 0 ? ret : bind_to(ctx, s->rx, ETH_P_IP);
}

/* A socket of its own, bound to no protocol: it never receives. */
static int
open_tx(struct rsd_rx_ctx *ctx, struct state *s)
{
	int ret = rsd_rx_set(ctx, s->tx, SOL_PACKET, PACKET_QDISC_BYPASS, 1, "PACKET_QDISC_BYPASS");

	return ret != 0 ? ret : bind_to(ctx, s->tx, 0);
}

static void
drop_state(struct state *s)
{
	if (s->ring != NULL)
		munmap(s->ring, RING_BYTES);
	if (s->rx >= 0)
		close(s->rx);
	if (s->tx >= 0)
		close(s->tx);
	free(s);
}

static int
open_tpacket(struct rsd_rx_ctx *ctx)
{
	struct state *s = calloc(1, sizeof(*s));
	int ret;

	if (s == NULL)
		return rsd_rx_fail(ctx, ENOMEM, "message headers");
	s->rx = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	s->tx = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (s->rx < 0 || s->tx < 0)
		ret = rsd_rx_fail(ctx, errno, "packet socket");
	else
		ret = open_rx(ctx, s);
	if (ret == 0)
		ret = open_tx(ctx, s);
	if (ret < 0)
		drop_state(s);
	else
		ctx->state = s;
	return ret;
}

static void
close_tpacket(struct rsd_rx_ctx *ctx)
{
	drop_state(ctx->state);
}

static void
send_frames(struct rsd_rx_ctx *ctx, struct state *s, uint32_t nb)
{
	uint32_t done = 0;
	int n;

	while (done < nb) {
		n = rsd_sys_sendmmsg(ctx, s->tx, s->msg + done, nb - done, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			RSD_RX_ADD(ctx, unsent, 1);
			done++;
			continue;
		}
		RSD_RX_ADD(ctx, answered, n);
		done += (uint32_t)n;
	}
}

/* Every frame of a block is looked at and answered where it lies. */
static void
take_block(struct rsd_rx_ctx *ctx, struct state *s, struct tpacket_block_desc *block)
{
	uint8_t *p = (uint8_t *)block + block->hdr.bh1.offset_to_first_pkt;
	uint32_t left = block->hdr.bh1.num_pkts, nb = 0, len;
	struct tpacket3_hdr *h;

	for (; left != 0; left--, p += h->tp_next_offset) {
		h = (struct tpacket3_hdr *)(void *)p;
		len = rsd_frame_take(ctx, p + h->tp_mac, h->tp_snaplen);
		if (len == 0)
			continue;
		s->iov[nb] = (struct iovec){ .iov_base = p + h->tp_mac, .iov_len = len };
		s->msg[nb].msg_hdr.msg_iov = &s->iov[nb];
		s->msg[nb].msg_hdr.msg_iovlen = 1;
		if (++nb == ctx->conf->batch) {
			send_frames(ctx, s, nb);
			nb = 0;
		}
	}
	send_frames(ctx, s, nb);
}

static int
run_tpacket(struct rsd_rx_ctx *ctx)
{
	struct state *s = ctx->state;
	struct pollfd wait = { .fd = s->rx, .events = POLLIN };
	struct tpacket_block_desc *block;

	while (!rsd_rx_stopped(ctx)) {
		block = (struct tpacket_block_desc *)(void *)(s->ring +
							      (size_t)s->next * s->block_bytes);
		if (!(__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) &
			    TP_STATUS_USER)) {
			if (rsd_sys_poll(ctx, &wait, 1, -1) < 0 && errno != EINTR)
				return rsd_rx_fail(ctx, errno, "poll");
			continue;
		}
		take_block(ctx, s, block);
		__atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		s->next = (s->next + 1) % s->nb_blocks;
	}
	return 0;
}

const struct rsd_rx rsd_rx_tpacket_v3 = {
	.name = "tpacket-v3",
	.what = "AF_PACKET, mapped ring of blocks; sendmmsg out of it, past the qdisc",
	.checks = RSD_FRAME_CHECKS,
	.copies_rx = 1,
	.copies_tx = 1,
	.copies = "skb to ring, ring to skb",
	.needs = RSD_RX_NEEDS_OTHER_MAC | RSD_RX_NEEDS_SUMS,
	.open = open_tpacket,
	.run = run_tpacket,
	.close = close_tpacket,
};
