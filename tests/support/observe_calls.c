/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel stops a thread at each of its system calls and asks this program, which counts and
 * says: go on (seccomp's user notification).
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_ethdev.h>

#include "support/cunit_runner.h"
#include "support/observe.h"

struct watched {
	void (*fn)(void *arg);
	void *arg;
	atomic_int listener; /* -1 not yet, -2 cannot be had */
	atomic_bool counting, done, released;
	pid_t tid;
};

static int
listen_to_this_thread(void)
{
	struct sock_filter all[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF) };
	struct sock_fprog prog = { .len = 1, .filter = all };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	return (int)syscall(
		SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
}

static void *
run(void *arg)
{
	struct watched *w = arg;
	int fd;

	w->tid = (pid_t)syscall(SYS_gettid);
	fd = listen_to_this_thread();
	atomic_store(&w->listener, fd >= 0 ? fd : -2);
	atomic_store(&w->counting, true);
	w->fn(w->arg);
	atomic_store(&w->counting, false);
	atomic_store(&w->done, true);
	while (!atomic_load(&w->released))
		; /* until its figures are read: any wait would be a call */
	return NULL;
}

/* Count a call, if there is one, and let it go on. */
static void
let_go_on(struct watched *w, int fd, struct rsd_obs_calls *calls)
{
	struct seccomp_notif_resp resp = { .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
	struct seccomp_notif req = { 0 };
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, 1, 1) <= 0 || (p.revents & POLLIN) == 0 ||
		ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &req) != 0)
		return;
	if (atomic_load(&w->counting)) {
		calls->all++;
		if (req.data.nr < RSD_OBS_CALLS)
			calls->nr[req.data.nr]++;
	}
	resp.id = req.id;
	ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

/* Of a thread: bytes that read() and write() moved. False: this kernel does not count them. */
static bool
moved(pid_t tid, uint64_t *in, uint64_t *out)
{
	char path[64];
	bool both;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/io", (int)tid);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	both = fscanf(f, "rchar: %" SCNu64 " wchar: %" SCNu64, in, out) == 2;
	fclose(f);
	return both;
}

void
rsd_obs_count(void (*fn)(void *arg), void *arg, struct rsd_obs_calls *calls)
{
	struct watched w = { .fn = fn, .arg = arg, .listener = -1 };
	pthread_t thread;
	int fd;

	memset(calls, 0, sizeof(*calls));
	if (pthread_create(&thread, NULL, run, &w) != 0)
		return;
	while ((fd = atomic_load(&w.listener)) == -1)
		;
	/* The thread ends with calls of its own: none may be left without an answer. */
	while (pthread_tryjoin_np(thread, NULL) != 0) {
		if (atomic_load(&w.done) && !atomic_load(&w.released)) {
			calls->known = moved(w.tid, &calls->read, &calls->written) && fd >= 0;
			atomic_store(&w.released, true);
		}
		if (fd >= 0)
			let_go_on(&w, fd, calls);
	}
	if (fd >= 0)
		close(fd);
}

struct burst {
	int port;
	struct rte_mbuf *m;
	bool sent;
};

static void
send_it(void *arg)
{
	struct burst *b = arg;

	b->sent = rte_eth_tx_burst((uint16_t)b->port, 0, &b->m, 1) == 1;
}

static void
receive_it(void *arg)
{
	struct burst *b = arg;

	b->m = rsd_obs_rx(b->port);
}

bool
rsd_obs_tx_counted(int port, struct rte_mbuf *m, struct rsd_obs_calls *calls)
{
	struct burst b = { .port = port, .m = m };

	rsd_obs_count(send_it, &b, calls);
	RSD_CHECK(b.sent, "port %d takes no frame", port);
	if (!b.sent)
		rte_pktmbuf_free(m);
	return b.sent;
}

struct rte_mbuf *
rsd_obs_rx_counted(int port, struct rsd_obs_calls *calls)
{
	struct burst b = { .port = port };

	rsd_obs_count(receive_it, &b, calls);
	return b.m;
}
