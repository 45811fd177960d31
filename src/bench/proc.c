/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "bench/proc.h"

#define STAND_MS  200 /* a stop that takes longer is not told any more */
#define NOT_FOUND 127

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* In the child: nothing here may touch what it shares with its parent. Does not return. */
static void
become(const struct rsd_proc *p, int in, int out, pid_t parent, int netns, char *const argv[])
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setpgid(0, 0); /* Ctrl-C is for the benchmark, which then ends the others in order */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent &&
		(netns < 0 || setns(netns, CLONE_NEWNET) == 0) && dup2(in, 0) >= 0 &&
		dup2(out, 1) >= 0 && dup2(p->err, 2) >= 0) {
		execvp(argv[0], argv);
		dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	}
	/* Not exit(): buffers of the parent's would be written twice. */
	syscall(SYS_exit_group, NOT_FOUND);
}

int
rsd_proc_start(struct rsd_proc *p, int netns, char *const argv[])
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err = 0;
	pid_t parent = getpid();

	*p = (struct rsd_proc){ .in = -1, .out = -1 };
	p->err = memfd_create("stderr", MFD_CLOEXEC);
	if (p->err < 0 || pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		err = errno;
	if (err == 0) {
		p->pid = fork();
		err = p->pid < 0 ? errno : 0;
	}
	if (p->pid == 0 && err == 0)
		become(p, in[0], out[1], parent, netns, argv);
	if (err == 0)
		setpgid(p->pid, p->pid); /* here as well: whoever comes first */
	close_fd(&in[0]);
	close_fd(&out[1]);
	p->in = in[1];
	p->out = out[0];
	if (err == 0)
		return 0;
	close_fd(&p->in);
	close_fd(&p->out);
	close_fd(&p->err);
	p->pid = 0;
	return -err;
}

int
rsd_proc_say(struct rsd_proc *p, const char *text)
{
	size_t left = strlen(text);
	ssize_t n;

	while (left != 0) {
		n = write(p->in, text, left);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			left -= (size_t)n;
		}
	}
	return 0;
}

/* Take the first line out of the buffer; false when there is no whole one. */
static bool
take_line(struct rsd_proc *p, char *line)
{
	char *end = memchr(p->buf, '\n', p->nb);
	size_t len;

	if (end == NULL)
		return false;
	len = (size_t)(end - p->buf);
	memcpy(line, p->buf, len);
	line[len] = '\0';
	p->nb -= len + 1;
	memmove(p->buf, end + 1, p->nb);
	return true;
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int
rsd_proc_line(struct rsd_proc *p, char *line, int timeout_ms)
{
	struct pollfd wait = { .fd = p->out, .events = POLLIN };
	const int64_t end = now_ms() + timeout_ms;
	int64_t left;
	ssize_t n;
	int ret;

	while (!take_line(p, line)) {
		if (p->nb == sizeof(p->buf))
			return -EMSGSIZE;
		left = end - now_ms();
		ret = poll(&wait, 1, left > 0 ? (int)left : 0);
		if (ret <= 0)
			return ret == 0 ? -ETIMEDOUT : -errno;
		n = read(p->out, p->buf + p->nb, sizeof(p->buf) - p->nb);
		if (n <= 0)
			return n == 0 ? -EPIPE : -errno;
		p->nb += (size_t)n;
	}
	return 0;
}

/* By a descriptor of the process: waiting for it is neither a race nor a matter of sleeping. */
static bool
ends_within(pid_t pid, int ms)
{
	struct pollfd wait = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	const int64_t end = now_ms() + ms;
	int64_t left;
	int ret;

	if (wait.fd < 0)
		return true; /* gone already */
	do {
		left = end - now_ms();
		ret = poll(&wait, 1, left > 0 ? (int)left : 0);
	} while (ret < 0 && errno == EINTR);
	close(wait.fd);
	return ret > 0;
}

void
rsd_proc_pause(struct rsd_proc *p, bool pause)
{
	const struct timespec moment = { .tv_nsec = 50000 };
	const int64_t end = now_ms() + STAND_MS;
	siginfo_t info = { .si_pid = 0 };

	if (p->pid == 0)
		return;
	kill(-p->pid, pause ? SIGSTOP : SIGCONT);
	/* Until it stands still; or has ended, which this kind of waiting leaves to be found out.
	 * It is left to be waited for again: one that stands already tells no second time. */
	while (pause && info.si_pid == 0 && now_ms() < end &&
		(waitid(P_PID, (id_t)p->pid, &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 ||
			errno == EINTR))
		nanosleep(&moment, NULL);
}

int
rsd_proc_end(struct rsd_proc *p, int grace_ms)
{
	if (p->pid == 0)
		return 0;
	close_fd(&p->in);
	rsd_proc_pause(p, false);
	if (!ends_within(p->pid, grace_ms)) {
		kill(-p->pid, SIGTERM);
		(void)ends_within(p->pid, grace_ms);
	}
	/* And what it started itself: until it is waited for, its group is nobody else's. */
	kill(-p->pid, SIGKILL);
	while (waitpid(p->pid, &p->status, 0) < 0 && errno == EINTR)
		;
	close_fd(&p->out);
	close_fd(&p->err);
	p->pid = 0;
	return WIFEXITED(p->status) ? WEXITSTATUS(p->status) : 128 + WTERMSIG(p->status);
}

void
rsd_proc_last_words(struct rsd_proc *p, char *text, size_t size)
{
	char buf[RSD_PROC_LINE], *line;
	off_t len = p->err >= 0 ? lseek(p->err, 0, SEEK_END) : 0;
	off_t from = len < (off_t)sizeof(buf) ? 0 : len - (off_t)sizeof(buf) + 1;
	ssize_t n = len > 0 ? pread(p->err, buf, sizeof(buf) - 1, from) : 0;

	while (n > 0 && buf[n - 1] == '\n')
		n--;
	buf[n > 0 ? n : 0] = '\0';
	line = strrchr(buf, '\n');
	snprintf(text, size, "%s", line != NULL ? line + 1 : buf);
}

int
rsd_proc_run(int netns, char *const argv[], int grace_ms, char *why, size_t size)
{
	char words[256], line[RSD_PROC_LINE];
	const int64_t end = now_ms() + grace_ms;
	struct rsd_proc p;
	int ret = rsd_proc_start(&p, netns, argv);

	if (ret < 0) {
		snprintf(why, size, "%s: %s", argv[0], strerror(-ret));
		return ret;
	}
	/* What it says is not wanted, but it must not get stuck saying it. */
	while (now_ms() < end && rsd_proc_line(&p, line, (int)(end - now_ms())) != -EPIPE)
		if (p.nb == sizeof(p.buf))
			p.nb = 0;
	ends_within(p.pid, (int)(end - now_ms() > 0 ? end - now_ms() : 0));
	rsd_proc_last_words(&p, words, sizeof(words));
	ret = rsd_proc_end(&p, 0);
	if (ret == 0)
		return 0;
	snprintf(why, size, "%s %s: %s", argv[0], argv[1] != NULL ? argv[1] : "",
		words[0] != '\0' ? words : "failed");
	return -EIO;
}
