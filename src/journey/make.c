/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A process for each journey: its namespaces, threads, traces and its DPDK, of which a process can
 * have one only, are gone when it ends. What it found is in memory that it shares with this one.
 */
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
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <rte_common.h>

#include "control/runtime_dir.h"
#include "journey/build.h"

#define LIMIT_MS 60000 /* a journey that takes longer hangs */
#define GRACE_MS 5000  /* for going in order */

static volatile sig_atomic_t interrupted;

void
rsd_journey_interrupt(void)
{
	interrupted = 1;
}

/* A few CPUs are enough, and every one of them is watched. */
static void
take_few_cpus(void)
{
	cpu_set_t set;
	unsigned int cpu, nb = 0;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set) && nb++ >= RSD_TRACE_CPUS)
			CPU_CLR(cpu, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

/* For a moment others step aside: what is to be seen is the way, not the queue for a CPU. */
static void
step_ahead(void)
{
	int fd = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);

	(void)setpriority(PRIO_PROCESS, 0, -10);
	if (fd < 0)
		return; /* a kernel that shares by process only */
	if (write(fd, "-10", 3) < 0)
		(void)fd; /* it takes longer, then */
	close(fd);
}

/* What is said on the way is not asked for; the last of it is told when it went wrong. */
static void
say_to(int fd)
{
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
}

/* Does not return. */
static void
child(struct rsd_journey *j, int out, pid_t parent)
{
	int ret;

	setsid(); /* Ctrl-C is for the parent, which then ends this one in order */
	/* If the parent is killed, an engine still goes in order: DPDK would leave its files. */
	if (prctl(PR_SET_PDEATHSIG, rsd_journey_is_kernel(j->way) ? SIGKILL : SIGTERM) == 0 &&
		getppid() == parent) {
		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		say_to(out);
		take_few_cpus();
		step_ahead();
		ret = rsd_journey_is_kernel(j->way) ? rsd_journey_kernel(j) : rsd_journey_engine(j);
		j->done = ret == 0;
	}
	/* Not exit(): what the parent has not written yet would be written twice. */
	syscall(SYS_exit_group, 0);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* False when it takes longer, or the first signal came. */
static bool
ends_within(pid_t pid, int ms, bool heed)
{
	struct pollfd wait = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	int64_t end = now_ms() + ms;
	int ret = 0;

	if (wait.fd < 0)
		return true;
	while (ret <= 0 && now_ms() < end && !(heed && interrupted))
		ret = poll(&wait, 1, (int)RTE_MAX(end - now_ms(), (int64_t)1));
	close(wait.fd);
	return ret > 0;
}

static void
last_words(int fd, char *why, size_t size)
{
	char buf[1024], *line;
	off_t len = lseek(fd, 0, SEEK_END);
	off_t from = len > (off_t)sizeof(buf) ? len - (off_t)sizeof(buf) + 1 : 0;
	ssize_t n = pread(fd, buf, sizeof(buf) - 1, from);

	while (n > 0 && buf[n - 1] == '\n')
		n--;
	buf[n > 0 ? n : 0] = '\0';
	line = strrchr(buf, '\n');
	snprintf(why, size, "%s", line != NULL ? line + 1 : buf);
}

/* An error of DPDK's refers to what DPDK said before. */
static void
add_last_words(int fd, struct rsd_journey *j)
{
	size_t used = strlen(j->why);
	char words[1024];

	last_words(fd, words, sizeof(words));
	if (words[0] != '\0' && (used == 0 || strncmp(words, "ringside:", 9) != 0))
		snprintf(
			j->why + used, sizeof(j->why) - used, "%s%s", used != 0 ? "; " : "", words);
}

/* What DPDK leaves of a process that was killed. */
static void
tidy(pid_t pid)
{
	char name[32], path[256];

	snprintf(name, sizeof(name), RSD_JOURNEY_NAME, (int)pid);
	if (rsd_runtime_dir(name, path, sizeof(path)) == 0)
		(void)rsd_runtime_dir_remove(path);
}

static int
attend(pid_t pid, struct rsd_journey *j, int out)
{
	bool ended = ends_within(pid, LIMIT_MS, true);
	int status = 0;

	if (!ended) {
		kill(pid, SIGTERM);
		(void)ends_within(pid, GRACE_MS, false);
	}
	kill(pid, SIGKILL);
	kill(-pid, SIGKILL); /* and whatever it started */
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status) && !rsd_journey_is_kernel(j->way))
		tidy(pid);
	if (interrupted)
		return -EINTR;
	if (j->done)
		return 0;
	if (j->why[0] == '\0' && !ended)
		snprintf(j->why, sizeof(j->why), "it took longer than %d s", LIMIT_MS / 1000);
	add_last_words(out, j);
	if (j->why[0] == '\0')
		snprintf(
			j->why, sizeof(j->why), "its process ended by signal %d", WTERMSIG(status));
	return -EIO;
}

int
rsd_journey_make(enum rsd_journey_way way, uint32_t bytes, struct rsd_journey *j)
{
	struct rsd_journey *shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int out = memfd_create("journey", MFD_CLOEXEC), ret;
	pid_t parent = getpid(), pid;

	memset(j, 0, sizeof(*j));
	j->way = way;
	j->bytes = bytes;
	if (shared == MAP_FAILED || out < 0) {
		snprintf(j->why, sizeof(j->why), "no memory");
		return -ENOMEM;
	}
	*shared = *j;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child(shared, out, parent);
	if (pid > 0) {
		ret = attend(pid, shared, out);
		*j = *shared;
	} else {
		ret = -errno;
		snprintf(j->why, sizeof(j->why), "a process: %s", strerror(-ret));
	}
	close(out);
	munmap(shared, sizeof(*shared));
	return ret;
}
