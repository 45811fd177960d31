/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Processes that the benchmark starts: receivers, senders, testpmd, `ip`. Each may be put into a
 * network namespace; all of them are killed by the kernel when the benchmark ends, however it ends.
 */
#ifndef RSD_BENCH_PROC_H
#define RSD_BENCH_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define RSD_PROC_LINE 4096

struct rsd_proc {
	pid_t pid;   /* 0: none */
	int in, out; /* pipes to its stdin and from its stdout; -1 when closed */
	int err;     /* a file without a name that takes its stderr */
	int status;  /* as wait() has it, once it ended */
	size_t nb;   /* bytes read from out and not yet given away */
	char buf[RSD_PROC_LINE];
};

/*
 * Start argv[0], found by PATH, in a network namespace or, for netns -1, in this one. On success
 * *p is to be ended by rsd_proc_end(); otherwise -errno is returned and nothing was started. A
 * program that is not there is told by exit status 127, as a shell does.
 */
int rsd_proc_start(struct rsd_proc *p, int netns, char *const argv[]);

/* Write to its stdin. Returns 0 or -errno; -EPIPE when it does not listen any more. */
int rsd_proc_say(struct rsd_proc *p, const char *text);

/*
 * The next line it writes, without its end, into line of RSD_PROC_LINE bytes. Returns 0;
 * -ETIMEDOUT; -EPIPE when there are no more; -EMSGSIZE when it is too long; -EINTR when a signal
 * came.
 */
int rsd_proc_line(struct rsd_proc *p, char *line, int timeout_ms);

/* Stop it where it is, so that it takes no CPU, and let it go on. rsd_proc_end() needs no such. */
void rsd_proc_pause(struct rsd_proc *p, bool pause);

/*
 * Close its stdin and wait; ask by SIGTERM when it takes longer than grace_ms, and kill it after as
 * long again. Returns its exit status, 128 and the number of the signal that ended it, or 0 when
 * there was none.
 */
int rsd_proc_end(struct rsd_proc *p, int grace_ms);

/* The last line of what it wrote to stderr, into text; "" when nothing. Before rsd_proc_end(). */
void rsd_proc_last_words(struct rsd_proc *p, char *text, size_t size);

/*
 * Run a command to its end, for grace_ms at most. Returns 0 when it ended with 0; else -EIO or
 * -errno and one line about it in why.
 */
int rsd_proc_run(int netns, char *const argv[], int grace_ms, char *why, size_t size);

#endif
