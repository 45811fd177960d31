/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine and the method, in sentences. */
#include <stdio.h>
#include <time.h>

#include <rte_common.h>

#include "bench/out_words.h"

typedef void (*describe_fn)(char *buf, size_t len, const struct rsd_bench_result *r);

void
rsd_describe_run(char *buf, size_t len, const struct rsd_bench_result *r)
{
	unsigned int s = (unsigned int)(r->seconds + 0.5);
	struct tm tm = { 0 };
	char when[32];

	gmtime_r(&r->begun, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", &tm);
	snprintf(buf, len, "ringside bench %s, %s, %s run of %u min %u s%s", r->version, when,
		r->is_quick ? "quick" : "full", s / 60, s % 60,
		r->is_cut_short ? ", cut short: rows that were not reached say so" : "");
}

static void
describe_note(char *buf, size_t len, const struct rsd_bench_result *r)
{
	snprintf(buf, len, "%s%s", r->note[0] != '\0' ? "Note: " : "", r->note);
}

static void
describe_machine(char *buf, size_t len, const struct rsd_bench_result *r)
{
	const struct rsd_machine *m = &r->machine;

	snprintf(buf, len, "Machine: %s, %u CPUs, TSC %.2f GHz; %s; %s; ringside built for %s",
		m->cpu, m->nb_cpus, m->tsc_hz / 1e9, m->kernel, m->dpdk, m->build);
}

static void
describe_costs(char *buf, size_t len, const struct rsd_bench_result *r)
{
	const struct rsd_machine *m = &r->machine;
	char byte[RSD_WORD_LEN];

	snprintf(buf, len,
		"Its prices: a system call %.0f ns, reading the TSC %.1f ns, copying a byte %s "
		"ps (memcpy in the cache)",
		m->syscall_ns, m->rdtsc_ns,
		rsd_word_measure(byte, 1e3 * m->memcpy_fit.b, 1e3 * m->memcpy_fit.b_err));
}

static void
describe_mitigations(char *buf, size_t len, const struct rsd_bench_result *r)
{
	const char *text = r->machine.mitigations;

	snprintf(buf, len, "Mitigations: %s", text[0] != '\0' ? text : "none");
}

static void
describe_method(char *buf, size_t len, const struct rsd_bench_result *r)
{
	const struct rsd_bench_method *m = &r->method;
	char passes[48] = "";

	if (m->passes > 1)
		snprintf(passes, sizeof(passes), ", in %u passes, each with new starts", m->passes);
	snprintf(buf, len,
		"Method: %u windows of %.2f s a row in the order %s%s, %.2f s of warm-up; bursts "
		"of "
		"%u, rings of %u and %u, %u buffers (%u cached), socket buffers of %u KiB, %u "
		"flows, %u outstanding",
		m->rounds, m->window_s, m->order[0] != '\0' ? m->order : "of the rows", passes,
		m->warmup_s, m->burst, m->rx_ring, m->tx_ring, m->buffers, m->pool_cache,
		m->socket_buffer_bytes / 1024, m->flows, m->outstanding);
}

static void
describe_placement(char *buf, size_t len, const struct rsd_bench_result *r)
{
	const struct rsd_bench_method *m = &r->method;

	snprintf(buf, len,
		"Placement: sender on CPU %d, receiver on CPU %d; the kernel's receive stack in "
		"the sender's system call (sender) or in a pinned veth NAPI thread (server)%s%s",
		m->sender_cpu, m->server_cpu,
		m->memory[0] != '\0' ? "; memory of rows over DPDK devices: " : "", m->memory);
}

static void
describe_sender(char *buf, size_t len, const struct rsd_bench_result *r)
{
	const struct rsd_bench_method *m = &r->method;

	snprintf(buf, len, "%s%s%s", m->sender[0] != '\0' ? "Sender: " : "", m->sender,
		m->sender[0] != '\0' && m->idle_share > 0
			? "; what is busy when nothing runs is taken off, too"
			: "");
}

static void
describe_flags(char *buf, size_t len, const struct rsd_bench_result *r)
{
	const struct rsd_bench_method *m = &r->method;

	snprintf(buf, len, "%s%s%s%s", m->flags[0] != '\0' ? "Build: " : "", m->flags,
		m->flags[0] != '\0' && m->peer_flags[0] != '\0' ? "; testpmd " : "",
		m->flags[0] != '\0' ? m->peer_flags : "");
}

static const describe_fn paragraphs[] = {
	describe_note,
	describe_machine,
	describe_costs,
	describe_mitigations,
	describe_method,
	describe_placement,
	describe_sender,
	describe_flags,
};

const char *
rsd_describe(unsigned int i, char *buf, size_t len, const struct rsd_bench_result *r)
{
	if (i >= RTE_DIM(paragraphs))
		return NULL;
	paragraphs[i](buf, len, r);
	return buf;
}
