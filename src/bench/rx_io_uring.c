/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * io_uring: one multishot receive that fills buffers we lent it, sends queued beside it, and one
 * system call for all that is to be sent and all that has come. A buffer goes back to the ring of
 * buffers when its datagram is seen, or its answer is sent.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <liburing.h>
#include <sys/syscall.h>

#include "bench/rx_mmsg.h"
#include "bench/rx_rows.h"

#define NB_BUFS    1024 /* a power of two */
#define SQ_ENTRIES 2048 /* a send for every buffer, and the receive */
#define CQ_ENTRIES 4096
#define GROUP      1
#define RECEIVE    UINT64_MAX /* user data of the receive; a send has its buffer's number */

/* Work is done when we ask for it, by this thread, not by interrupting it (Linux 6.1). */
#define FLAGS                                                                         \
	(IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_R_DISABLED | \
		IORING_SETUP_DEFER_TASKRUN)

struct state {
	int fd;
	bool armed; /* the receive is under way */
	struct io_uring ring;
	struct io_uring_buf_ring *lent;
	struct msghdr shape; /* of what is received: room for the peer's address */
	uint32_t buf_bytes;
	uint8_t *bufs;
	struct msghdr msg[NB_BUFS]; /* of what is sent, by buffer */
	struct iovec iov[NB_BUFS];
};

static uint8_t *
buf_at(struct state *s, uint32_t id)
{
	return s->bufs + (size_t)id * s->buf_bytes;
}

/* To be published with the others by io_uring_buf_ring_advance(). */
static void
lend(struct state *s, uint32_t id, int offset)
{
	io_uring_buf_ring_add(s->lent, buf_at(s, id), s->buf_bytes, (uint16_t)id,
		io_uring_buf_ring_mask(NB_BUFS), offset);
}

static int
make_buffers(struct rsd_rx_ctx *ctx, struct state *s)
{
	struct io_uring_buf_reg reg = { .ring_entries = NB_BUFS, .bgid = GROUP };
	uint32_t id;
	int ret;

	s->shape.msg_namelen = sizeof(struct sockaddr_in);
	s->buf_bytes = rsd_mmsg_slot(ctx->conf) + 128; /* the header and the peer's address */
	s->bufs = aligned_alloc(64, (size_t)NB_BUFS * s->buf_bytes);
	s->lent = aligned_alloc(4096, NB_BUFS * sizeof(struct io_uring_buf));
	if (s->bufs == NULL || s->lent == NULL)
		return rsd_rx_fail(ctx, ENOMEM, "buffers");
	reg.ring_addr = (uintptr_t)s->lent;
	ret = io_uring_register_buf_ring(&s->ring, &reg, 0);
	if (ret < 0)
		return rsd_rx_fail(ctx, -ret, "a ring of buffers for io_uring (Linux 5.19)");
	io_uring_buf_ring_init(s->lent);
	for (id = 0; id < NB_BUFS; id++)
		lend(s, id, (int)id);
	io_uring_buf_ring_advance(s->lent, NB_BUFS);
	return 0;
}

static void
free_state(struct state *s)
{
	free(s->lent);
	free(s->bufs);
	free(s);
}

static int
open_uring(struct rsd_rx_ctx *ctx)
{
	struct io_uring_params params = { .flags = FLAGS, .cq_entries = CQ_ENTRIES };
	struct state *s = calloc(1, sizeof(*s));
	int ret;

	if (s == NULL)
		return rsd_rx_fail(ctx, ENOMEM, "message headers");
	ret = io_uring_queue_init_params(SQ_ENTRIES, &s->ring, &params);
	if (ret < 0) {
		rsd_rx_fail(ctx, -ret, "an io_uring of one issuer (Linux 6.1)");
		free_state(s);
		return ret;
	}
	ret = make_buffers(ctx, s);
	if (ret == 0)
		ret = s->fd = rsd_rx_udp_socket(ctx, false);
	if (ret < 0) {
		io_uring_queue_exit(&s->ring);
		free_state(s);
		return ret;
	}
	ctx->state = s;
	return 0;
}

static void
close_uring(struct rsd_rx_ctx *ctx)
{
	struct state *s = ctx->state;

	io_uring_queue_exit(&s->ring);
	close(s->fd);
	free_state(s);
}

static void
arm(struct state *s)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&s->ring);

	io_uring_prep_recvmsg_multishot(sqe, s->fd, &s->shape, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT;
	sqe->buf_group = GROUP;
	io_uring_sqe_set_data64(sqe, RECEIVE);
	s->armed = true;
}

static void
answer(struct state *s, uint32_t id, struct io_uring_recvmsg_out *in, void *payload, uint32_t len)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&s->ring);

	s->iov[id] = (struct iovec){ .iov_base = payload, .iov_len = len };
	s->msg[id] = (struct msghdr){ .msg_name = io_uring_recvmsg_name(in),
		.msg_namelen = sizeof(struct sockaddr_in),
		.msg_iov = &s->iov[id],
		.msg_iovlen = 1 };
	io_uring_prep_sendmsg(sqe, s->fd, &s->msg[id], 0);
	io_uring_sqe_set_data64(sqe, id);
}

/* A completion of the receive. True when its buffer can be lent again. */
static bool
received(struct rsd_rx_ctx *ctx, struct state *s, const struct io_uring_cqe *cqe, uint32_t *id)
{
	struct io_uring_recvmsg_out *in;
	uint8_t *payload;
	uint32_t len;

	if (!(cqe->flags & IORING_CQE_F_MORE))
		s->armed = false; /* it ran out of buffers, or of room for completions */
	if (!(cqe->flags & IORING_CQE_F_BUFFER))
		return false;
	*id = cqe->flags >> IORING_CQE_BUFFER_SHIFT;
	in = io_uring_recvmsg_validate(buf_at(s, *id), cqe->res, &s->shape);
	if (in == NULL || (in->flags & MSG_TRUNC)) {
		RSD_RX_ADD(ctx, refused, 1);
		return true;
	}
	payload = io_uring_recvmsg_payload(in, &s->shape);
	len = io_uring_recvmsg_payload_length(in, cqe->res, &s->shape);
	rsd_rx_see(ctx, payload, len);
	if (ctx->conf->workload != RSD_RX_ECHO)
		return true;
	answer(s, *id, in, payload, len);
	return false;
}

/* All that is complete. */
static void
drain(struct rsd_rx_ctx *ctx, struct state *s)
{
	struct io_uring_cqe *cqe;
	unsigned int head, nb = 0;
	int given_back = 0;
	uint32_t id;
	bool done;

	io_uring_for_each_cqe(&s->ring, head, cqe)
	{
		nb++;
		if (cqe->user_data == RECEIVE) {
			done = received(ctx, s, cqe, &id);
		} else {
			id = (uint32_t)cqe->user_data;
			done = true;
			RSD_RX_ADD(ctx, completions, 1);
			if (cqe->res >= 0)
				RSD_RX_ADD(ctx, answered, 1);
			else
				RSD_RX_ADD(ctx, unsent, 1);
		}
		if (done)
			lend(s, id, given_back++);
	}
	io_uring_cq_advance(&s->ring, nb);
	if (given_back != 0)
		io_uring_buf_ring_advance(s->lent, given_back);
}

/* io_uring_enable_rings(), which liburing 2.3 declares and does not export. The one who calls is
 * the one issuer. */
static int
enable(struct state *s)
{
	long ret = syscall(
		__NR_io_uring_register, s->ring.ring_fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0);

	return ret < 0 ? -errno : 0;
}

static int
run_uring(struct rsd_rx_ctx *ctx)
{
	struct state *s = ctx->state;
	int ret = enable(s);

	if (ret < 0)
		return rsd_rx_fail(ctx, -ret, "starting the io_uring");
	while (!rsd_rx_stopped(ctx)) {
		if (!s->armed)
			arm(s);
		/* Waiting for one makes this one system call, always. */
		RSD_RX_ADD(ctx, calls[RSD_RX_IO_URING_ENTER], 1);
		ret = io_uring_submit_and_wait(&s->ring, 1);
		if (ret < 0 && ret != -EINTR && ret != -EBUSY)
			return rsd_rx_fail(ctx, -ret, "io_uring_enter");
		drain(ctx, s);
	}
	return 0;
}

const struct rsd_rx rsd_rx_io_uring = {
	.name = "io_uring",
	.what = "io_uring multishot recvmsg into provided buffers, and sendmsg",
	.checks = "all, by the kernel",
	.copies_rx = 1,
	.copies_tx = 1,
	.copies = "skb to user, user to skb",
	.open = open_uring,
	.run = run_uring,
	.close = close_uring,
};
