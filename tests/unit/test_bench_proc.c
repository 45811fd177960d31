/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>

#include <rte_common.h>

#include "bench/proc.h"
#include "support/cunit_runner.h"

/* A process that is no child of ours: gone, or about to be. A zombie has no command line. */
static bool
ends(pid_t pid)
{
	const struct timespec moment = { .tv_nsec = 5000000 };
	char path[64];
	bool gone = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	for (int i = 0; i < 1000 && !gone; i++) {
		f = fopen(path, "r");
		gone = f == NULL || fgetc(f) == EOF;
		if (f != NULL)
			fclose(f);
		if (!gone)
			nanosleep(&moment, NULL);
	}
	return gone;
}

static void
test_proc(void)
{
	char *cat[] = { (char[]){ "cat" }, NULL };
	char line[RSD_PROC_LINE];
	struct rsd_proc p;

	RSD_CHECK_EQ(rsd_proc_start(&p, -1, cat), 0);
	RSD_CHECK_EQ(rsd_proc_line(&p, line, 10), -ETIMEDOUT);
	RSD_CHECK_EQ(rsd_proc_say(&p, "one\ntwo\nthr"), 0);
	RSD_CHECK_EQ(rsd_proc_line(&p, line, 5000), 0);
	RSD_CHECK(strcmp(line, "one") == 0, "got %s", line);
	RSD_CHECK_EQ(rsd_proc_line(&p, line, 5000), 0);
	RSD_CHECK(strcmp(line, "two") == 0, "got %s", line);
	RSD_CHECK_EQ(rsd_proc_line(&p, line, 10), -ETIMEDOUT);
	RSD_CHECK_EQ(rsd_proc_end(&p, 5000), 0);
	RSD_CHECK_EQ(rsd_proc_end(&p, 5000), 0);
}

static void
test_proc_fails(void)
{
	char *none[] = { (char[]){ "no-such-program" }, NULL };
	char *talk[] = { (char[]){ "sh" }, (char[]){ "-c" },
		(char[]){ "echo first >&2; echo last >&2; exit 3" }, NULL };
	char *deaf[] = { (char[]){ "sh" }, (char[]){ "-c" },
		(char[]){ "trap '' TERM; sleep 1000 & echo $!; wait; wait" }, NULL };
	char line[RSD_PROC_LINE], why[128];
	struct rsd_proc p;

	RSD_CHECK(rsd_proc_run(-1, none, 5000, why, sizeof(why)) < 0, "it is not there");
	RSD_CHECK(strstr(why, "no-such-program: No such file") != NULL, "why: %s", why);
	RSD_CHECK_EQ(rsd_proc_run(-1, talk, 5000, why, sizeof(why)), -EIO);
	RSD_CHECK(strcmp(why, "sh -c: last") == 0, "why: %s", why);
	RSD_CHECK_EQ(rsd_proc_start(&p, -1, deaf), 0);
	RSD_CHECK_EQ(rsd_proc_line(&p, line, 5000), 0);
	RSD_CHECK_EQ(rsd_proc_end(&p, 50), 128 + SIGKILL);
	RSD_CHECK(ends(atoi(line)), "what it had started, %s, is still there", line);
}

/* A benchmark is killed: what it started is gone, too. */
static void
test_proc_orphans(void)
{
	char *sleep[] = { (char[]){ "sleep" }, (char[]){ "1000" }, NULL };
	struct rsd_proc p;
	int told[2], status;
	pid_t bench, child = 0;

	RSD_CHECK_EQ(pipe(told), 0);
	bench = fork();
	if (bench == 0) {
		if (rsd_proc_start(&p, -1, sleep) == 0 &&
			write(told[1], &p.pid, sizeof(p.pid)) == sizeof(p.pid))
			pause();
		_exit(1);
	}
	RSD_CHECK_EQ(read(told[0], &child, sizeof(child)), sizeof(child));
	kill(bench, SIGKILL);
	waitpid(bench, &status, 0);
	RSD_CHECK(ends(child), "process %d is still there", (int)child);
	close(told[0]);
	close(told[1]);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "lines to a process and back, with and without time-out", test_proc },
		{ "a process that is not there, that fails, that is deaf", test_proc_fails },
		{ "processes do not outlive a killed benchmark", test_proc_orphans },
	};

	signal(SIGPIPE, SIG_IGN);
	return rsd_test_run("bench_proc", tests, RTE_DIM(tests));
}
