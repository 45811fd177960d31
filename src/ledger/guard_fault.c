/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a closed page says when it is touched. All of this runs in a signal handler: no locks, no
 * allocation, no stdio.
 */
#define _GNU_SOURCE /* gettid(), REG_ERR */
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "ledger/custody.h"
#include "ledger/guard_state.h"

/* -- a line, put together by hand ------------------------------------------------------------ */

struct line {
	char text[400];
	size_t len;
};

static void
put(struct line *l, const char *s)
{
	while (*s != '\0' && l->len < sizeof(l->text))
		l->text[l->len++] = *s++;
}

static void
put_number(struct line *l, uint64_t v, unsigned int base)
{
	char digits[24];
	size_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do {
		digits[--at] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v != 0);
	put(l, digits + at);
}

/* -- the report ------------------------------------------------------------------------------ */

static const char *
touched(const void *context)
{
#if defined(__x86_64__)
	const ucontext_t *uc = context;

	return (uc->uc_mcontext.gregs[REG_ERR] & 2) != 0 ? " wrote byte " : " read byte ";
#else
	(void)context;
	return " touched byte ";
#endif
}

/* The polling core that this thread is; NULL: another thread of the program. */
static const struct rsd_guard_core *
this_core(const struct rsd_guard *g)
{
	int tid = (int)gettid();
	unsigned int i;

	for (i = 0; i < g->nb_workers; i++)
		if (__atomic_load_n(&g->core[i].tid, __ATOMIC_ACQUIRE) == tid)
			return &g->core[i];
	return NULL;
}

/* Between bursts what the program gave back is brought home. */
static void
put_who(struct line *l, const struct rsd_guard_core *core, enum rsd_guard_state state)
{
	const char *stage = NULL;

	if (core != NULL && core->place != NULL)
		stage = rsd_place_name(*core->place);
	if (core != NULL) {
		put(l, "stage ");
		put(l, stage != NULL ? stage : rsd_place_name(RSD_PLACE_QUEUE));
		return;
	}
	put(l, "thread ");
	put_number(l, (uint64_t)gettid(), 10);
	put(l, state == RSD_GUARD_BACK ? " of the program, which had given it back,"
				       : " of the program, which had not taken it yet,");
}

static void
put_what(struct line *l, const struct rsd_guard *g, uint32_t i, size_t byte)
{
	const struct rsd_guard_buf *b = &g->buf[i];

	put_number(l, byte, 10);
	put(l, " of the payload of packet ");
	put_number(l, b->packet, 10);
	put(l, " of the burst (");
	put_number(l, b->len, 10);
	put(l, " bytes, page 0x");
	put_number(l, (uintptr_t)rsd_guard_payload(g, i), 16);
	put(l, ", port ");
	put_number(l, b->port, 10);
	put(l, " queue ");
	put_number(l, b->queue, 10);
	put(l, ", worker ");
	put_number(l, b->worker, 10);
	put(l, ")\n");
}

_Noreturn static void
report(const struct rsd_guard *g, const struct rsd_guard_core *core, uint32_t i, const void *addr,
	const void *context)
{
	struct line l = { .len = 0 };

	put(&l, "ringside: guard: ");
	put_who(&l, core, rsd_guard_state(g, i));
	put(&l, touched(context));
	put_what(&l, g, i, (size_t)((const uint8_t *)addr - rsd_guard_payload(g, i)));
	/* The exit status says it, too. */
	if (write(STDERR_FILENO, l.text, l.len) < 0)
		_exit(RSD_EXIT_INTERNAL);
	_exit(RSD_EXIT_INTERNAL);
}

/* -- the handler ----------------------------------------------------------------------------- */

/*
 * A handler may give a datagram to another thread while its core is still at the burst. To that
 * thread it belongs: it is opened and the access is made again. An open page was opened meanwhile.
 */
static void
on_fault(int sig, siginfo_t *info, void *context)
{
	struct rsd_guard *g = rsd_the_guard;
	uint32_t i = g != NULL ? rsd_guard_find(g, info->si_addr) : RSD_GUARD_NO_BUF;
	const struct rsd_guard_core *core;
	enum rsd_guard_state state;

	if (i == RSD_GUARD_NO_BUF || info->si_code != SEGV_ACCERR ||
		(const uint8_t *)info->si_addr < rsd_guard_payload(g, i)) {
		/* Not ours: made again, it finds whoever was here before. */
		if (g != NULL)
			sigaction(sig, &g->before, NULL);
		else
			signal(sig, SIG_DFL);
		return;
	}
	core = this_core(g);
	state = rsd_guard_state(g, i);
	if (state == RSD_GUARD_OPEN)
		return;
	if (core != NULL || state != RSD_GUARD_STAGES)
		report(g, core, i, info->si_addr, context);
	rsd_guard_open(g, i);
	__atomic_fetch_add(&g->handed, 1, __ATOMIC_RELAXED);
}

int
rsd_guard_fault_catch(struct rsd_guard *g)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	if (sigaction(SIGSEGV, &sa, &g->before) != 0)
		return -1;
	rsd_the_guard = g;
	return 0;
}

/* Only where catch has been. */
void
rsd_guard_fault_release(struct rsd_guard *g)
{
	if (rsd_the_guard != g)
		return;
	sigaction(SIGSEGV, &g->before, NULL);
	rsd_the_guard = NULL;
}
