/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <sys/syscall.h>

#include <rte_common.h>

#include "journey/trace.h"

/* Those that a sender, a receiver or a driver may make. */
static const struct {
	long call;
	const char *name;
} calls[] = {
	{ SYS_sendto, "sendto" },
	{ SYS_recvfrom, "recvfrom" },
	{ SYS_sendmsg, "sendmsg" },
	{ SYS_recvmsg, "recvmsg" },
	{ SYS_readv, "readv" },
	{ SYS_writev, "writev" },
	{ SYS_read, "read" },
	{ SYS_write, "write" },
	{ SYS_ppoll, "ppoll" },
	{ SYS_futex, "futex" },
	{ SYS_clock_nanosleep, "clock_nanosleep" },
	{ SYS_nanosleep, "nanosleep" },
	{ SYS_sched_yield, "sched_yield" },
	{ SYS_rt_sigreturn, "rt_sigreturn" },
	{ SYS_gettid, "gettid" },
	{ SYS_ioctl, "ioctl" },
#ifdef SYS_poll
	{ SYS_poll, "poll" },
#endif
};

const char *
rsd_trace_call_name(int64_t call)
{
	static __thread char other[32];
	unsigned int i;

	for (i = 0; i < RTE_DIM(calls); i++)
		if (calls[i].call == call)
			return calls[i].name;
	snprintf(other, sizeof(other), "system call %lld", (long long)call);
	return other;
}
