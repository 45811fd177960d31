/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A queue of received datagrams between polling cores and the threads that read a socket.
 *
 * rsd_sock_queue_feed() runs on a polling core, as a handler. It stands here and not in datapath/
 * because of one call: the write(2) that wakes readers which have said that they sleep.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_errno.h>
#include <rte_malloc.h>

#include <ringside/recv.h>

#include "base/log.h"
#include "control/engine.h"
#include "control/sock_queue.h"
#include "datapath/stages.h"

/* Taken from a queue at once, at most. */
#define TAKE_MAX 256

struct rsd_sock_queue {
	struct rte_ring *ring;
	struct rsd_lcore *const *lcores; /* by worker */
	struct rsd_guard *guard;         /* NULL: none */
	uint32_t share;                  /* what one core may have out */
	unsigned int len;                /* all shares together */
	int fd;                          /* eventfd: readable while readers are to look */

	uint32_t armed __rte_cache_aligned; /* somebody sleeps, or is about to */
};

/*
 * The ring has been written, then armed is read; a reader writes armed, then reads the ring. With a
 * full barrier between the two on either side one of them must see what the other wrote, so no
 * datagram can lie in the ring while all readers sleep.
 */
static void
wake_sleepers(struct rsd_sock_queue *q, struct rsd_lcore *lc)
{
	const uint64_t one = 1;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (likely(__atomic_load_n(&q->armed, __ATOMIC_RELAXED) == 0) ||
		__atomic_exchange_n(&q->armed, 0, __ATOMIC_ACQ_REL) == 0)
		return;
	rsd_count(lc->stats, RSD_C_sock_wakes, 1);
	/* Fails only when the counter is at its end: then it is readable. */
	if (write(q->fd, &one, sizeof(one)) < 0)
		return;
}

/* Followed from before a reader can have them: it may be faster than this core. */
static void
watch(struct rsd_lcore *lc, struct rsd_pkt *const *pkts, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		rsd_custody_held(lc->custody, rsd_pkt_mbuf(pkts[i]));
}

static void
unwatch(struct rsd_lcore *lc, struct rsd_pkt *const *pkts, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		rsd_custody_not_held(lc->custody, rsd_pkt_mbuf(pkts[i]));
}

/*
 * Only this core puts its packets here and only this core is given them back, so what it has out is
 * known without asking anybody. All cores' shares together fit the ring.
 */
static void
rsd_sock_queue_feed(struct rsd_sock *sock, struct rsd_pkt *const *pkts, uint8_t *verdicts,
	uint16_t nb, void *arg)
{
	uint32_t owner = rsd_hold_owner(sock->id, sock->flags), i, room;
	struct rsd_sock_queue *q = arg;
	struct rsd_lcore *lc = q->lcores[rsd_hold_worker(rsd_pkt_mbuf(pkts[0]))];
	const struct rsd_sock_stats *st = &lc->sock_stats[sock->id];
	uint16_t given;

	room = q->share - (uint32_t)(st->held - st->returned);
	nb = (uint16_t)RTE_MIN(nb, room);
	if (nb == 0)
		return;
	for (i = 0; i < nb; i++)
		rsd_pkt_mbuf(pkts[i])->hash.fdir.lo = owner;
	if (unlikely(q->guard != NULL))
		rsd_guard_wait(q->guard, (struct rte_mbuf *const *)pkts, nb);
	if (unlikely(lc->custody != NULL))
		watch(lc, pkts, nb);
	given = (uint16_t)rte_ring_enqueue_burst(q->ring, (void *const *)pkts, nb, NULL);
	if (unlikely(lc->custody != NULL))
		unwatch(lc, pkts + given, nb - given);
	memset(verdicts, RSD_HOLD, given);
	wake_sleepers(q, lc);
}

/* -- making and ending ----------------------------------------------------------------------- */

static int
promise(struct rsd_engine *eng, const struct rsd_sock *s, unsigned int len)
{
	unsigned int left = eng->pool_spare - eng->pool_promised;

	if (len > left) {
		rsd_warn("%s: no queue of %u datagrams: of %u buffers %u can be spared; give "
			 "--mbufs %u",
			s->name, len, eng->pool->size, left, eng->pool->size + len - left);
		return -ENOBUFS;
	}
	eng->pool_promised += len;
	return 0;
}

/*
 * Readers may be put to sleep by the kernel half way through taking; others then go on (RTS). Until
 * that one is run again the places behind it are not free, though their packets may be back: an
 * eighth of the ring and one taking at most. With those the ring still has room for len, so what
 * the socket may have is all that bounds it. One core needs no agreement with itself.
 */
static struct rte_ring *
make_ring(unsigned int len, unsigned int nb_workers)
{
	unsigned int size = RTE_MAX(2 * len, 4u * TAKE_MAX);
	unsigned int flags = RING_F_MC_RTS_DEQ | (nb_workers == 1 ? RING_F_SP_ENQ : 0);
	ssize_t bytes = rte_ring_get_memsize(size);
	struct rte_ring *r;

	if (bytes < 0)
		return NULL;
	r = rte_zmalloc("rsd_sock_ring", (size_t)bytes, RTE_CACHE_LINE_SIZE);
	if (r != NULL && rte_ring_init(r, "rsd_sock", size, flags) != 0) {
		rte_free(r);
		return NULL;
	}
	return r;
}

static int
make(struct rsd_engine *eng, struct rsd_sock_queue *q, unsigned int len)
{
	q->lcores = eng->lcores;
	q->guard = eng->guard;
	q->len = len;
	q->share = len / eng->nb_workers;
	q->fd = -1;
	q->ring = make_ring(len, eng->nb_workers);
	if (q->ring == NULL)
		return -ENOMEM;
	q->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return q->fd < 0 ? -errno : 0;
}

int
rsd_sock_queue_create(struct rsd_engine *eng, struct rsd_sock *s, unsigned int len)
{
	struct rsd_sock_queue *q;
	int ret;

	if (len == 0 || len > RSD_SOCK_QUEUE_MAX)
		return -EINVAL;
	len = rte_align32pow2(RTE_MAX(len, eng->nb_workers)); /* a share of one at least */
	ret = promise(eng, s, len);
	if (ret != 0)
		return ret;
	q = rte_zmalloc("rsd_sock_queue", sizeof(*q), RTE_CACHE_LINE_SIZE);
	if (q == NULL) {
		eng->pool_promised -= len;
		return -ENOMEM;
	}
	s->queue = q;
	ret = make(eng, q, len);
	if (ret != 0) {
		rsd_sock_queue_destroy(eng, s);
		return ret;
	}
	s->arg = q;
	s->handler = rsd_sock_queue_feed;
	return 0;
}

/* A core takes some back every turn; when there are no cores any more, this thread is alone. */
static void
make_room(struct rsd_engine *eng, uint32_t worker)
{
	if (eng->started && !eng->stopped)
		sched_yield();
	else
		rsd_returns(eng->lcores[worker]);
}

void
rsd_sock_queue_drain(struct rsd_engine *eng, struct rsd_sock *s)
{
	void *m;

	if (s->queue == NULL)
		return;
	while (rte_ring_dequeue(s->queue->ring, &m) == 0)
		while (rsd_held_return(eng, m, m, RSD_RETURN_CLOSED) != 0)
			make_room(eng, rsd_hold_worker(m));
}

void
rsd_sock_queue_destroy(struct rsd_engine *eng, struct rsd_sock *s)
{
	struct rsd_sock_queue *q = s->queue;

	if (q == NULL)
		return;
	s->queue = NULL;
	eng->pool_promised -= q->len;
	if (q->fd >= 0)
		close(q->fd);
	rte_free(q->ring);
	rte_free(q);
}

unsigned int
rsd_sock_queue_fill(const struct rsd_sock *s, unsigned int *len)
{
	*len = s->queue == NULL ? 0 : s->queue->len;
	return s->queue == NULL ? 0 : rte_ring_count(s->queue->ring);
}

/* -- readers --------------------------------------------------------------------------------- */

uint16_t
rsd_sock_recv_burst(struct rsd_sock *sock, struct rsd_pkt **pkts, uint16_t n)
{
	uint16_t i, nb;

	n = RTE_MIN(n, TAKE_MAX);
	nb = (uint16_t)rte_ring_dequeue_burst(sock->queue->ring, (void **)pkts, n, NULL);
	for (i = 0; i < nb; i++)
		rte_prefetch0(pkts[i]);
	if (unlikely(sock->queue->guard != NULL))
		rsd_guard_hand_out(sock->queue->guard, (struct rte_mbuf *const *)pkts, nb);
	return nb;
}

int
rsd_sock_wait_fd(const struct rsd_sock *sock)
{
	return sock->queue == NULL ? -EINVAL : sock->queue->fd;
}

/*
 * What was written before is of no use to this reader, who has seen the queue empty. Others that
 * have been woken by it but not run yet may go on sleeping: one that is awake serves the queue, and
 * the flag is set again.
 */
int
rsd_sock_wait_arm(struct rsd_sock *sock)
{
	struct rsd_sock_queue *q = sock->queue;
	uint64_t count;

	/* Nothing to read is as good. */
	(void)!read(q->fd, &count, sizeof(count));
	__atomic_store_n(&q->armed, 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !rte_ring_empty(q->ring);
}

void
rsd_sock_wait_wake(const struct rsd_sock *sock)
{
	const uint64_t one = 1;

	(void)!write(sock->queue->fd, &one, sizeof(one));
}
