/* SPDX-License-Identifier: BSD-3-Clause */
/* Load over kernel sockets: one connected, non-blocking socket a flow. */
#include <errno.h>
#include <inttypes.h>
#include <linux/sock_diag.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "load/sock.h"

#define QUEUE_BYTES (8 << 20) /* asked for; less is granted without CAP_NET_ADMIN */

static uint64_t
now_ns(const struct rsd_load *load)
{
	const struct rsd_sock_side *side = load->side_data;

	return rsd_sock_now(side);
}

/* -- opening ----------------------------------------------------------------------------------- */

static int
batch_alloc(struct rsd_sock_batch *b, size_t each)
{
	unsigned int i;

	b->each = RTE_CACHE_LINE_ROUNDUP(each + 1); /* an answer that is too long shows */
	b->bytes = malloc(RSD_LOAD_BATCH * b->each);
	if (b->bytes == NULL)
		return -ENOMEM;
	for (i = 0; i < RSD_LOAD_BATCH; i++) {
		b->iov[i].iov_base = b->bytes + i * b->each;
		b->iov[i].iov_len = b->each;
		rsd_stamp_fill(b->iov[i].iov_base, b->each);
		b->msg[i].msg_hdr.msg_iov = &b->iov[i];
		b->msg[i].msg_hdr.msg_iovlen = 1;
	}
	return 0;
}

/* Our own queue must not be where datagrams are lost. */
static void
widen(int fd)
{
	const int bytes = QUEUE_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) != 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

static int
open_flow(struct rsd_load *load, struct rsd_sock_side *side, uint32_t i, struct rsd_error *err)
{
	const struct rsd_load_conf *conf = load->conf;
	struct epoll_event ev = { .events = EPOLLIN, .data.u32 = i };
	int fd = socket(conf->to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return rsd_err(err, RSD_EXIT_NOT_READY, -errno,
			"--flows: only %u sockets can be opened: %s; give fewer, or: ulimit -n %u",
			i, strerror(errno), conf->flows + 64);
	side->fd[side->nb_fds++] = fd;
	widen(fd);
	if (connect(fd, (const struct sockaddr *)&conf->to, conf->to_len) != 0)
		return rsd_err(
			err, RSD_EXIT_NOT_READY, -errno, "%s: %s", conf->to_text, strerror(errno));
	if (epoll_ctl(side->epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		return rsd_err(
			err, RSD_EXIT_INTERNAL, -errno, "epoll: flow %u: %s", i, strerror(errno));
	return 0;
}

static void
raise_file_limit(uint32_t flows)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) != 0 || lim.rlim_cur >= flows + 64)
		return;
	lim.rlim_cur = RTE_MIN((rlim_t)flows + 64, lim.rlim_max);
	setrlimit(RLIMIT_NOFILE, &lim);
}

/* A thread that polls needs a CPU of its own beside the one the peer may need. */
static unsigned int
choose_threads(const struct rsd_load_conf *conf)
{
	unsigned int cpus, need = conf->nonblock ? 3 : 2;
	cpu_set_t set;

	if (conf->outstanding != 0)
		return 1;
	if (conf->threads != 0)
		return conf->threads;
	CPU_ZERO(&set);
	sched_getaffinity(0, sizeof(set), &set);
	cpus = (unsigned int)CPU_COUNT(&set);
	return cpus >= need ? 2 : 1;
}

static void
sock_close(struct rsd_load *load)
{
	struct rsd_sock_side *side = load->side_data;
	uint32_t i;

	for (i = 0; i < side->nb_fds; i++)
		close(side->fd[i]);
	if (side->epoll >= 0)
		close(side->epoll);
	free(side->tx.bytes);
	free(side->rx.bytes);
	free(side->fd);
	free(side);
	load->side_data = NULL;
}

static int
sock_open(struct rsd_load *load, struct rsd_error *err)
{
	const struct rsd_load_conf *conf = load->conf;
	struct rsd_sock_side *side = calloc(1, sizeof(*side));
	uint32_t i;
	int ret = 0;

	if (side == NULL)
		return rsd_err(err, RSD_EXIT_INTERNAL, -ENOMEM, "no memory");
	load->side_data = side;
	raise_file_limit(conf->flows);
	side->threads = choose_threads(conf);
	side->rx_batch = conf->outstanding != 0 && conf->outstanding < RSD_LOAD_BATCH
				 ? (unsigned int)conf->outstanding
				 : RSD_LOAD_BATCH;
	side->epoll = epoll_create1(EPOLL_CLOEXEC);
	side->fd = calloc(conf->flows, sizeof(*side->fd));
	clock_gettime(CLOCK_MONOTONIC, &side->epoch);
	if (side->epoll < 0 || side->fd == NULL || batch_alloc(&side->tx, conf->mix.max) != 0 ||
		batch_alloc(&side->rx, conf->mix.max) != 0)
		ret = rsd_err(
			err, RSD_EXIT_INTERNAL, -ENOMEM, "no memory for %u flows", conf->flows);
	for (i = 0; ret == 0 && i < conf->flows; i++)
		ret = open_flow(load, side, i, err);
	if (ret != 0)
		sock_close(load);
	return ret;
}

/* -- a phase ----------------------------------------------------------------------------------- */

/* What the kernel threw away because our own sockets were full. */
static uint64_t
drops(const struct rsd_sock_side *side)
{
	uint32_t info[SK_MEMINFO_VARS], i;
	uint64_t sum = 0;

	for (i = 0; i < side->nb_fds; i++) {
		socklen_t len = sizeof(info);

		if (getsockopt(side->fd[i], SOL_SOCKET, SO_MEMINFO, info, &len) == 0 &&
			len > SK_MEMINFO_DROPS * sizeof(info[0]))
			sum += info[SK_MEMINFO_DROPS];
	}
	return sum;
}

static int
launch(struct rsd_load *load, unsigned int i, void *(*fn)(void *), struct rsd_error *err)
{
	const struct rsd_load_conf *conf = load->conf;
	struct rsd_sock_side *side = load->side_data;
	pthread_attr_t attr;
	cpu_set_t set;
	int ret;

	pthread_attr_init(&attr);
	if (conf->nb_cores != 0) {
		CPU_ZERO(&set);
		CPU_SET(conf->cores[i % conf->nb_cores], &set);
		pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	}
	ret = pthread_create(&side->thread[i], &attr, fn, load);
	pthread_attr_destroy(&attr);
	if (ret != 0)
		return rsd_err(err, RSD_EXIT_USAGE, -ret, "--cores: no thread on CPU %u: %s",
			conf->nb_cores != 0 ? conf->cores[i % conf->nb_cores] : 0, strerror(ret));
	side->launched++;
	return 0;
}

static void
sock_join(struct rsd_load *load)
{
	struct rsd_sock_side *side = load->side_data;

	while (side->launched > 0)
		pthread_join(side->thread[--side->launched], NULL);
	load->own_drops = drops(side) - side->drops_before;
}

static int
sock_start(struct rsd_load *load, struct rsd_error *err)
{
	struct rsd_sock_side *side = load->side_data;
	int ret;

	side->over = 0;
	side->drops_before = drops(side);
	if (side->threads == 1)
		return launch(load, 0, rsd_sock_both, err);
	ret = launch(load, 0, rsd_sock_sender, err);
	if (ret == 0)
		ret = launch(load, 1, rsd_sock_receiver, err);
	if (ret != 0) {
		__atomic_store_n(&load->stop, true, __ATOMIC_RELAXED);
		sock_join(load);
	}
	return ret;
}

static bool
sock_finished(struct rsd_load *load)
{
	struct rsd_sock_side *side = load->side_data;

	return __atomic_load_n(&side->over, __ATOMIC_ACQUIRE) == side->threads;
}

const struct rsd_load_side rsd_load_sock = {
	.name = "kernel sockets",
	.open = sock_open,
	.close = sock_close,
	.now = now_ns,
	.start = sock_start,
	.finished = sock_finished,
	.join = sock_join,
};
