/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Answers from memory of the program's own. The payload is a segment without room of its own, to
 * which that memory is attached; DPDK counts the segments, and calls when the last is freed.
 */
#include <errno.h>

#include <rte_malloc.h>

#include <ringside/buf.h>

#include "control/engine.h"
#include "control/sock_queue.h"
#include "wire/csum.h"

/* Beside those in transmit rings: on their way to a core, or with a peer that took the frame. */
#define SLACK 1024

struct rsd_buf {
	struct rte_mbuf_ext_shared_info shared; /* 1 for its owner, 1 for each answer on its way */
	uint8_t *data;
	rte_iova_t iova;
	uint32_t size;
	bool given;
	rsd_buf_done_t done;
	void *arg;
};

/* The count has come to nothing: it is the program's again. */
static void
come_back(void *addr, void *opaque)
{
	struct rsd_buf *buf = opaque;

	(void)addr;
	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* DPDK's count down has a short cut, too */
	buf->given = false;
	rte_mbuf_ext_refcnt_set(&buf->shared, 1);
	if (buf->done != NULL)
		buf->done(buf, buf->arg);
}

/* DPDK's own count up takes a short cut when it finds 1, which is wrong with two threads that send.
 */
static void
count_up(struct rsd_buf *buf)
{
	__atomic_add_fetch(&buf->shared.refcnt, 1, __ATOMIC_RELAXED);
}

static bool
any_port_sends_segments(const struct rsd_engine *eng)
{
	unsigned int p;

	for (p = 0; p < eng->nb_ports; p++)
		if (eng->ports[p].tx_segments)
			return true;
	return false;
}

static int
segments_up(struct rsd_engine *eng)
{
	unsigned int each = eng->conf.tx_desc * RTE_MAX(eng->nb_ports, 1u) + SLACK;
	int ret = 0;

	pthread_mutex_lock(&eng->sock_lock);
	if (eng->buf_pool == NULL)
		eng->buf_pool = rte_pktmbuf_pool_create("rsd_bufs",
			RTE_MIN(rte_align32pow2(each * eng->nb_workers), 32768u) - 1, 0, 0, 0,
			SOCKET_ID_ANY);
	if (eng->buf_pool == NULL)
		ret = -ENOMEM;
	pthread_mutex_unlock(&eng->sock_lock);
	return ret;
}

int
rsd_buf_create(
	struct rsd_engine *eng, uint32_t size, rsd_buf_done_t done, void *arg, struct rsd_buf **out)
{
	struct rsd_buf *buf;

	if (size == 0 || size > RSD_BUF_MAX)
		return -EINVAL;
	if (!any_port_sends_segments(eng))
		return -ENOTSUP;
	if (segments_up(eng) != 0)
		return -ENOMEM;
	buf = rte_zmalloc("rsd_buf", sizeof(*buf), RTE_CACHE_LINE_SIZE);
	if (buf == NULL)
		return -ENOMEM;
	/* On a boundary of its own size it lies in one huge page: one piece for the device, too. */
	buf->data = rte_zmalloc("rsd_buf_data", size,
		RTE_MAX(rte_align32pow2(size), (uint32_t)RTE_CACHE_LINE_SIZE));
	if (buf->data == NULL) {
		rte_free(buf);
		return -ENOMEM;
	}
	buf->iova = rte_malloc_virt2iova(buf->data);
	buf->size = size;
	buf->done = done;
	buf->arg = arg;
	buf->shared.free_cb = come_back;
	buf->shared.fcb_opaque = buf;
	rte_mbuf_ext_refcnt_set(&buf->shared, 1);
	*out = buf;
	return 0;
}

void *
rsd_buf_data(const struct rsd_buf *buf)
{
	return buf->data;
}

uint32_t
rsd_buf_size(const struct rsd_buf *buf)
{
	return buf->size;
}

static struct rte_mbuf *
make_segment(struct rsd_engine *eng, struct rsd_buf *buf, uint32_t off, uint16_t len)
{
	struct rte_mbuf *seg = rte_pktmbuf_alloc(eng->buf_pool);

	if (seg == NULL)
		return NULL;
	count_up(buf);
	rte_pktmbuf_attach_extbuf(seg, buf->data, buf->iova, (uint16_t)buf->size, &buf->shared);
	seg->data_off = (uint16_t)off;
	seg->data_len = len;
	seg->pkt_len = len;
	return seg;
}

int
rsd_pkt_answer_buf(
	struct rsd_engine *eng, struct rsd_pkt *p, struct rsd_buf *buf, uint32_t off, uint16_t len)
{
	struct rte_mbuf *m = rsd_pkt_mbuf(p), *seg;
	const struct rsd_lcore *lc = eng->lcores[rsd_hold_worker(m)];
	const struct rsd_port *port = lc->queue[rsd_hold_queue(m)].port;

	if (len == 0 || off > buf->size || len > buf->size - off || buf->given)
		return -EINVAL;
	if (!port->tx_segments)
		return -ENOTSUP;
	seg = make_segment(eng, buf, off, len);
	if (seg == NULL)
		return -ENOBUFS;
	if (!port->tx_udp_csum) /* turn_buf() in datapath/respond.c adds the rest */
		seg->hash.fdir.lo = rsd_csum_fold(rsd_csum_bytes(buf->data + off, len, 0));
	seg->next = m;
	if (rsd_held_return(eng, m, seg, RSD_RETURN_BUF) == 0)
		return 0;
	seg->next = NULL;
	rte_pktmbuf_free(seg);
	return -EAGAIN;
}

void
rsd_buf_give(struct rsd_buf *buf)
{
	buf->given = true;
	if (__atomic_sub_fetch(&buf->shared.refcnt, 1, __ATOMIC_ACQ_REL) == 0)
		come_back(buf->data, buf);
}

int
rsd_buf_destroy(struct rsd_buf *buf)
{
	if (buf == NULL)
		return 0;
	if (buf->given || rte_mbuf_ext_refcnt_read(&buf->shared) != 1)
		return -EBUSY;
	rte_free(buf->data);
	rte_free(buf);
	return 0;
}
