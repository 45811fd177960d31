/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <rte_atomic.h>

#include "journey/trace_perf.h"

#define RING_BYTES (256 * 1024)
#define RECORD_MAX 4096

#define SAMPLE                                                                           \
	(PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | \
		PERF_SAMPLE_RAW)

/* The registers of the first arguments, by perf's numbers, in the order of the arguments. */
#if defined(__x86_64__)
#include <asm/perf_regs.h>
static const unsigned int arg_regs[RSD_PERF_ARGS] = { PERF_REG_X86_DI, PERF_REG_X86_SI,
	PERF_REG_X86_DX, PERF_REG_X86_CX };
#else
static const unsigned int arg_regs[RSD_PERF_ARGS] = { 0, 1, 2, 3 };
#endif

static int
perf_event(struct perf_event_attr *attr, int cpu)
{
	return (int)syscall(SYS_perf_event_open, attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

int
rsd_perf_open(struct rsd_perf *p, const pid_t *thread, unsigned int nb)
{
	unsigned int cpu, i;
	cpu_set_t all, set;

	memset(p, 0, sizeof(*p));
	CPU_ZERO(&all);
	for (i = 0; i < nb; i++) {
		if (sched_getaffinity(thread[i], sizeof(set), &set) < 0)
			return -errno;
		CPU_OR(&all, &all, &set);
	}
	for (cpu = 0; cpu < CPU_SETSIZE && p->nb_cpus < RSD_TRACE_CPUS; cpu++)
		if (CPU_ISSET(cpu, &all)) {
			p->ring_fd[p->nb_cpus] = -1;
			p->cpu[p->nb_cpus++] = cpu;
		}
	return 0;
}

void
rsd_perf_close(struct rsd_perf *p)
{
	unsigned int i;

	for (i = 0; i < p->nb_cpus; i++)
		if (p->ring[i] != NULL)
			munmap(p->ring[i], RING_BYTES + (size_t)sysconf(_SC_PAGESIZE));
	for (i = 0; i < p->nb; i++)
		close(p->event[i].fd);
	memset(p, 0, sizeof(*p));
}

/* The first event of a CPU gets the memory; the others write to it, too. */
static int
give_ring(struct rsd_perf *p, unsigned int i, int fd)
{
	size_t size = RING_BYTES + (size_t)sysconf(_SC_PAGESIZE);
	void *ring;

	if (p->ring_fd[i] >= 0)
		return ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, p->ring_fd[i]) < 0 ? -errno : 0;
	ring = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED)
		return -errno;
	p->ring[i] = ring;
	p->ring_fd[i] = fd;
	return 0;
}

static int
add_on(struct rsd_perf *p, unsigned int i, const struct rsd_perf_what *what,
	struct perf_event_attr *attr)
{
	struct rsd_perf_event *e = &p->event[p->nb];
	int ret;

	e->kind = what->kind;
	e->has_regs = what->function != NULL;
	e->fd = perf_event(attr, (int)p->cpu[i]);
	if (e->fd < 0)
		return -errno;
	ret = ioctl(e->fd, PERF_EVENT_IOC_ID, &e->id) < 0 ? -errno : 0;
	if (ret == 0)
		ret = give_ring(p, i, e->fd);
	/* A kernel that filters not leaves it to the reader, who looks again. */
	if (ret == 0 && what->filter != NULL)
		(void)ioctl(e->fd, PERF_EVENT_IOC_SET_FILTER, what->filter);
	if (ret == 0)
		p->nb++;
	else
		close(e->fd);
	return ret;
}

int
rsd_perf_add(struct rsd_perf *p, const struct rsd_perf_what *what, int *fd)
{
	struct perf_event_attr attr = { .size = sizeof(attr),
		.type = what->type,
		.config = what->config,
		.sample_period = 1,
		.sample_type = SAMPLE,
		.disabled = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC };
	unsigned int i;
	int ret = p->nb_cpus == 0 ? -ENODEV : 0;

	if (what->function != NULL) {
		attr.config1 = (uintptr_t)what->function;
		attr.sample_type |= PERF_SAMPLE_REGS_INTR;
		for (i = 0; i < RSD_PERF_ARGS; i++)
			attr.sample_regs_intr |= 1ull << arg_regs[i];
	}
	for (i = 0; ret == 0 && i < p->nb_cpus; i++)
		ret = add_on(p, i, what, &attr);
	if (ret == 0 && fd != NULL)
		*fd = p->event[p->nb - 1].fd;
	return ret;
}

void
rsd_perf_run(struct rsd_perf *p, bool run)
{
	unsigned int i;

	for (i = 0; i < p->nb; i++)
		ioctl(p->event[i].fd, run ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE, 0);
}

/* -- reading ----------------------------------------------------------------------------------- */

static const struct rsd_perf_event *
find(const struct rsd_perf *p, uint64_t id)
{
	unsigned int i;

	for (i = 0; i < p->nb; i++)
		if (p->event[i].id == id)
			return &p->event[i];
	return NULL;
}

/* The next 64 bits of a record; 0 behind its end. */
static uint64_t
next64(const uint8_t **at, const uint8_t *end)
{
	uint64_t v = 0;

	if (end - *at < (ptrdiff_t)sizeof(v))
		*at = end;
	else
		memcpy(&v, *at, sizeof(v));
	*at += *at == end ? 0 : sizeof(v);
	return v;
}

/* The lower half of a word comes first in memory on the machines this runs on, or second. */
static uint32_t
first32(uint64_t v)
{
	uint32_t half;

	memcpy(&half, &v, sizeof(half));
	return half;
}

static uint32_t
second32(uint64_t v)
{
	uint32_t half;

	memcpy(&half, (const uint8_t *)&v + sizeof(half), sizeof(half));
	return half;
}

/* perf numbers registers and gives them in the order of those numbers. */
static void
take_regs(struct rsd_perf_rec *rec, const uint8_t *at, const uint8_t *end)
{
	uint64_t abi = next64(&at, end), value;
	unsigned int reg, i;

	for (reg = 0; abi != 0 && reg < 64 && at < end; reg++) {
		for (i = 0; i < RSD_PERF_ARGS && arg_regs[i] != reg; i++)
			;
		if (i == RSD_PERF_ARGS)
			continue;
		value = next64(&at, end);
		rec->arg[i] = value;
	}
}

static void
take_sample(const struct rsd_perf *p, const uint8_t *at, const uint8_t *end,
	void (*take)(const struct rsd_perf_rec *rec, void *arg), void *arg)
{
	const struct rsd_perf_event *e = find(p, next64(&at, end));
	struct rsd_perf_rec rec = { 0 };
	uint32_t len;

	if (e == NULL)
		return;
	rec.kind = e->kind;
	rec.tid = (int)second32(next64(&at, end));
	rec.ns = next64(&at, end);
	rec.cpu = first32(next64(&at, end));
	if (end - at < (ptrdiff_t)sizeof(len))
		return;
	memcpy(&len, at, sizeof(len));
	at += sizeof(len);
	if (len > (size_t)(end - at))
		return;
	rec.raw = at;
	rec.len = len;
	if (e->has_regs)
		take_regs(&rec, at + len, end);
	take(&rec, arg);
}

/* Out of the ring, where a record may lie in two pieces. */
static void
copy_out(const uint8_t *data, uint64_t tail, void *to, size_t len)
{
	size_t at = tail % RING_BYTES, first = RING_BYTES - at < len ? RING_BYTES - at : len;

	memcpy(to, data + at, first);
	memcpy((uint8_t *)to + first, data, len - first);
}

static uint64_t
read_ring(const struct rsd_perf *p, struct perf_event_mmap_page *page,
	void (*take)(const struct rsd_perf_rec *rec, void *arg), void *arg)
{
	const uint8_t *data = (const uint8_t *)page + page->data_offset;
	uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE), tail = page->data_tail;
	uint64_t record[RECORD_MAX / sizeof(uint64_t)], lost = 0;
	struct perf_event_header h;

	while (tail < head) {
		copy_out(data, tail, &h, sizeof(h));
		if (h.size < sizeof(h))
			break;
		if (h.size <= sizeof(record)) {
			const uint8_t *bytes = (const uint8_t *)record;

			copy_out(data, tail, record, h.size);
			if (h.type == PERF_RECORD_SAMPLE)
				take_sample(p, bytes + sizeof(h), bytes + h.size, take, arg);
			else if (h.type == PERF_RECORD_LOST)
				lost += record[2]; /* after the header, an id */
		}
		tail += h.size;
	}
	__atomic_store_n(&page->data_tail, tail, __ATOMIC_RELEASE);
	return lost;
}

uint64_t
rsd_perf_read(
	struct rsd_perf *p, void (*take)(const struct rsd_perf_rec *rec, void *arg), void *arg)
{
	uint64_t lost = 0;
	unsigned int i;

	for (i = 0; i < p->nb_cpus; i++)
		if (p->ring[i] != NULL)
			lost += read_ring(p, p->ring[i], take, arg);
	return lost;
}
